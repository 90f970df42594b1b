//! `elicence keys split` and `elicence keys unlock`: two keepers each hold a share of the passphrase, and open the keys together.

use crate::ambient::SystemEntropy;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::keys::read_passphrase;
use crate::cli::print;
use crate::domain::secret::Secret;
use crate::keys::encrypted_file::write_private;
use crate::keys::two_keepers::{check_share, split};
use clap::Args;
use std::io::{IsTerminal, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// Split the passphrase of the keys into two shares, one for each keeper.
#[derive(Args)]
pub struct SplitArgs {
    /// File that holds the passphrase; delete it afterwards.
    #[arg(long, value_name = "FILE", env = "ELICENCE_KEYS__PASSPHRASE_FILE")]
    passphrase_file: PathBuf,
    /// Write the first keeper's share here: a medium of the first keeper.
    #[arg(long, value_name = "FILE")]
    first: PathBuf,
    /// Write the second keeper's share here: a medium of the second keeper.
    #[arg(long, value_name = "FILE")]
    second: PathBuf,
}

/// Bring a share to a server that waits for its keepers.
#[derive(Args)]
pub struct UnlockArgs {
    /// The socket that the server waits at (`keys.unlock_socket`).
    #[arg(long, value_name = "FILE")]
    socket: PathBuf,
    /// File that holds the share; without it the share is read from standard input.
    #[arg(long, value_name = "FILE")]
    share: Option<PathBuf>,
}

/// Splits.
pub fn run_split(arguments: &SplitArgs) -> Outcome {
    let passphrase = read_passphrase(&arguments.passphrase_file)?;
    let shares = split(&passphrase, &SystemEntropy::new()).map_err(|error| Failure::new(Exit::Config, error))?;
    for (share, file) in shares.iter().zip([&arguments.first, &arguments.second]) {
        write_private(file, &format!("{}\n", share.expose())).map_err(|error| Failure::new(Exit::CannotWrite, error))?;
    }
    print::line(&format!(
        "请将两份份额分别交给两位保管人并各自备份，随后销毁 {} / give each keeper one share, let each make a copy, then destroy that file",
        arguments.passphrase_file.display()
    ))?;
    Ok(Exit::Ok)
}

/// Brings a share, and prints what the server says.
pub fn run_unlock(arguments: &UnlockArgs) -> Outcome {
    let share = read_share(arguments.share.as_deref())?;
    check_share(share.expose()).map_err(Failure::usage)?;
    let away =
        |error: std::io::Error| Failure::new(Exit::Unavailable, format!("{}: {error}; is the server waiting?", arguments.socket.display()));
    let mut stream = UnixStream::connect(&arguments.socket).map_err(away)?;
    stream.write_all(share.expose().trim().as_bytes()).and_then(|()| stream.write_all(b"\n")).map_err(away)?;
    stream.shutdown(Shutdown::Write).map_err(away)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(away)?;
    print::line(answer.trim_end())?;
    Ok(if answer.starts_with("1/2") || answer.starts_with("2/2") { Exit::Ok } else { Exit::No })
}

fn read_share(file: Option<&Path>) -> Result<Secret<String>, Failure> {
    let mut text = String::new();
    let read = match file {
        Some(file) => std::fs::File::open(file).and_then(|file| file.take(4096).read_to_string(&mut text)),
        None => {
            if std::io::stdin().is_terminal() {
                eprintln!("请输入口令份额并回车（会显示在屏幕上） / type the share and press return (the screen shows it):");
            }
            std::io::stdin().read_line(&mut text)
        }
    };
    let share = Secret::new(text);
    read.map_err(|error| Failure::usage(format!("the share cannot be read: {error}")))?;
    Ok(share)
}
