//! Waits at the start of a server until two keepers have brought their shares of the passphrase (双人控制), each over a local socket.

use crate::cli::exit::{Exit, Failure};
use crate::domain::secret::Secret;
use crate::keys::two_keepers::{check_share, combine};
use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// Longest share, bytes.
const LONGEST: u64 = 4096;
/// How long a keeper may take from the connection to the share.
const PATIENCE: Duration = Duration::from_secs(60);

/// A share that was brought.
struct Brought {
    share: Secret<String>,
    user: u32,
    stream: UnixStream,
}

/// Takes shares at `socket` until two make a passphrase with which `open` succeeds; gives what it opened, and the passphrase. Two
/// shares count only when they come from two users of the system, or `one_user` allows one. A pair that does not open is forgotten.
pub async fn await_keepers<T>(
    socket: &Path,
    one_user: bool,
    open: impl AsyncFn(Secret<String>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let listener = listen(socket)?;
    eprintln!("elicence: 等待两位保管人开启密钥 waiting for two keepers: each runs `elicence keys unlock --socket {}`", socket.display());
    let mut first: Option<Brought> = None;
    let opened = loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let Some(brought) = receive(stream).await else { continue };
        let Some(earlier) = first.take() else {
            first = Some(say(brought, "1/2 已收到，等待另一位保管人 taken; the other keeper is awaited").await);
            continue;
        };
        if earlier.user == brought.user && !one_user {
            say(brought, "拒绝：两份份额须由两个不同的系统用户提交 refused: the shares must come from two users of the system").await;
            first = Some(earlier);
            continue;
        }
        match combine(earlier.share.expose(), brought.share.expose()) {
            Err(problem) => {
                say(brought, &format!("拒绝 refused: {problem}")).await;
                first = Some(earlier);
            }
            Ok(passphrase) => match open(passphrase).await {
                Ok(opened) => {
                    say(brought, "2/2 已开启 opened").await;
                    break opened;
                }
                Err(failure) => {
                    eprintln!("elicence: {}", failure.message);
                    say(brought, "未能开启，请两位保管人重新提交 not opened, the server says why: both keepers begin again").await;
                }
            },
        }
    };
    // nobody brings a share any more
    let _ = fs::remove_file(socket);
    Ok(opened)
}

/// Every user of the machine may bring a share: what counts is the share.
fn listen(socket: &Path) -> Result<UnixListener, Failure> {
    let wrong = |error: std::io::Error| Failure::new(Exit::CannotWrite, format!("{}: {error}", socket.display()));
    // left behind by a server that was killed
    if fs::symlink_metadata(socket).is_ok_and(|facts| facts.file_type().is_socket()) {
        fs::remove_file(socket).map_err(wrong)?;
    }
    let listener = UnixListener::bind(socket).map_err(wrong)?;
    fs::set_permissions(socket, Permissions::from_mode(0o666)).map_err(wrong)?;
    Ok(listener)
}

/// Reads a share; `None` for whoever brings none, and hears so.
async fn receive(mut stream: UnixStream) -> Option<Brought> {
    let user = stream.peer_cred().ok()?.uid();
    let mut line = String::new();
    let mut limited = BufReader::new((&mut stream).take(LONGEST));
    let read = tokio::time::timeout(PATIENCE, limited.read_line(&mut line)).await;
    let share = Secret::new(line);
    if !matches!(read, Ok(Ok(length)) if length > 0) {
        return None;
    }
    let brought = Brought { share, user, stream };
    match check_share(brought.share.expose()) {
        Ok(()) => Some(brought),
        Err(problem) => {
            say(brought, &format!("拒绝 refused: {problem}")).await;
            None
        }
    }
}

/// Tells the keeper; one that went away already does not matter.
async fn say(mut brought: Brought, text: &str) -> Brought {
    let _ = brought.stream.write_all(format!("{text}\n").as_bytes()).await;
    let _ = brought.stream.shutdown().await;
    brought
}
