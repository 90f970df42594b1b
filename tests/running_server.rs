//! What a running server takes up without a restart: API keys and exchanged keys; and how two keepers open one.

use reqwest::StatusCode;
use serde_json::Value;
use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// An installation with the example keys.
struct Installation {
    _keep: tempfile::TempDir,
    folder: PathBuf,
    port: u16,
}

impl Installation {
    fn new(settings: &str) -> Self {
        let keep = tempfile::tempdir().unwrap();
        fs::set_permissions(keep.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let folder = keep.path().join("data");
        fs::create_dir_all(folder.join("keys")).unwrap();
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("keys-example")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.join("keys").join(entry.file_name())).unwrap();
        }
        // a free port: whoever takes it before the server does is very unlucky
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let installation = Self { _keep: keep, folder, port };
        installation.configure(settings);
        installation
    }

    fn configure(&self, settings: &str) {
        let usual = format!(
            "listen = \"127.0.0.1:{0}\"\npublic_url = \"http://127.0.0.1:{0}\"\n[department]\nname = \"示例市行政审批局\"\n\
             code = \"11999999000000027G\"\n[seal]\nlevel = \"B-B\"\n",
            self.port
        );
        fs::write(self.folder.join("elicence.toml"), usual + settings).unwrap();
    }

    fn serve(&self) -> Server {
        let log = fs::File::create(self.folder.join("log")).unwrap();
        let child = command(&["serve", "--data", self.data()]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        Server { child, url: format!("http://127.0.0.1:{}", self.port) }
    }

    fn data(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }
}

struct Server {
    child: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    async fn lives(&self) -> bool {
        reqwest::get(format!("{}/health/live", self.url)).await.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }

    /// What a caller with that key hears of a licence that is not there: 404 when the key is known, 401 when not.
    async fn status_for(&self, key: &str) -> StatusCode {
        let url = format!("{}/api/v1/licences/00000000000000000000000000000000", self.url);
        reqwest::Client::new().get(url).bearer_auth(key).send().await.unwrap().status()
    }

    async fn kids(&self) -> usize {
        let keys: Value = reqwest::get(format!("{}/api/v1/keys", self.url)).await.unwrap().json().await.unwrap();
        keys.as_array().unwrap().len()
    }

    fn hang_up(&self) {
        assert!(Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status().unwrap().success());
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elicence"));
    command.args(arguments).current_dir("/");
    command
}

fn elicence(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

async fn wait_for(what: &str, ready: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !ready().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn start() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[tokio::test(flavor = "multi_thread")]
async fn api_keys_are_added_and_revoked_while_it_serves() {
    start();
    let installation = Installation::new("");
    let server = installation.serve();
    wait_for("it serves", async || server.lives().await).await;
    let add = |id: &str, more: &[&str]| elicence(&[&["keys", "api", "add", id, "--data", installation.data(), "--json"], more].concat());
    let added = add("desk-1", &["--role", "clerk", "--role", "issuer", "--role", "clerk"]);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let added: Value = serde_json::from_slice(&added.stdout).unwrap();
    let key = added["key"].as_str().unwrap().to_owned();
    assert_eq!(added["roles"], serde_json::json!(["clerk", "issuer"]));
    assert_eq!(added["department"]["code"], "11999999000000027G");
    wait_for("the new key is known", async || server.status_for(&key).await == StatusCode::NOT_FOUND).await;
    // the file holds no key, and others may not read it
    let file = installation.folder.join("api-keys.json");
    assert!(!fs::read_to_string(&file).unwrap().contains(&key));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    assert_eq!(add("desk-1", &["--role", "clerk"]).status.code(), Some(1), "one key an id");
    for wrong in [&["--role", "king"][..], &[], &["--role", "clerk", "--department-name", "x", "--department-code", "1"]] {
        assert_eq!(add("desk-2", wrong).status.code(), Some(64), "{wrong:?}");
    }
    assert_eq!(add("张三", &["--role", "clerk"]).status.code(), Some(64));
    let listed = elicence(&["keys", "api", "list", "--data", installation.data()]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("desk-1") && listed.contains("clerk") && !listed.contains(&key), "{listed}");

    let revoke = || elicence(&["keys", "api", "revoke", "desk-1", "--data", installation.data()]);
    assert!(revoke().status.success());
    wait_for("the revoked key is refused", async || server.status_for(&key).await == StatusCode::UNAUTHORIZED).await;
    assert_eq!(revoke().status.code(), Some(1));
    for action in ["add-api-key", "revoke-api-key"] {
        let search =
            || String::from_utf8(elicence(&["audit", "search", "--data", installation.data(), "--action", action]).stdout).unwrap();
        wait_for("the audit log tells of it", async || search().contains("desk-1")).await;
        let found = search();
        assert_eq!(found.matches("desk-1").count(), 1, "{action}: {found}");
        assert!(found.contains("local-operator") && found.contains("clerk issuer") && !found.contains(&key), "{found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_reloaded_on_sighup_and_wrong_ones_change_nothing() {
    start();
    let installation = Installation::new("");
    let server = installation.serve();
    wait_for("it serves", async || server.lives().await).await;
    assert_eq!(server.kids().await, 1);
    // another QR key, and a seal with another algorithm
    let keys = installation.folder.join("keys");
    let plan = "example = true\ncountry = \"CN\"\norganization = \"示例市行政审批局\"\n\
                [[key]]\nfile = \"root\"\npurpose = \"root\"\ncommon_name = \"Root\"\ndays = 90\n\
                [[key]]\nfile = \"qr2\"\npurpose = \"qr-token\"\nissuer = \"root\"\ncommon_name = \"QR 2\"\ndays = 80\n\
                qr_issuer = \"11999999000000027G\"\nqr_types = [\"11100000MB0143028R001\"]\n";
    let new = installation.folder.join("new");
    fs::write(installation.folder.join("plan.toml"), plan).unwrap();
    let plan = installation.folder.join("plan.toml");
    let made = elicence(&["keys", "make", "--plan", plan.to_str().unwrap(), "--out", new.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read = |file: &Path| -> Vec<Value> { serde_json::from_slice(&fs::read(file).unwrap()).unwrap() };
    let all = [read(&keys.join("qr_keys.json")), read(&new.join("qr_keys.json"))].concat();
    fs::write(keys.join("qr_keys.json"), serde_json::to_vec(&all).unwrap()).unwrap();
    let lists = "[[keys.seal]]\nkey = \"keys/seal.key.pem\"\nchain = \"keys/seal.chain.pem\"\n\
                 [[keys.seal]]\nkey = \"keys/seal-p384.key.pem\"\nchain = \"keys/seal-p384.chain.pem\"\nfrom = \"2030-01-01T00:00:00+08:00\"\n\
                 [[keys.qr]]\nkey = \"keys/qr.key.pem\"\nchain = \"keys/qr.chain.pem\"\n\
                 [[keys.qr]]\nkey = \"new/qr2.key.pem\"\nchain = \"new/qr2.chain.pem\"\n";
    installation.configure(lists);
    server.hang_up();
    wait_for("the new QR key is published", async || server.kids().await == 2).await;

    // a broken setting, then a key that does not open: the server goes on
    for wrong in ["[[keys.seal]]\nkey = \"keys/seal.key.pem\"\n", "[keys]\nseal_key = \"keys/qr.key.pem\"\n"] {
        installation.configure(wrong);
        let before = installation.log().len();
        server.hang_up();
        wait_for("the log says what is wrong", async || installation.log()[before..].contains("\"level\":\"ERROR\"")).await;
        assert_eq!(server.kids().await, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keepers_open_it_and_neither_alone() {
    start();
    let installation = Installation::new(
        "[keys]\nunlock_socket = \"unlock.sock\"\nkeepers_may_share_user = true\n\
         [[authority]]\nname = \"issuing-ca\"\nocsp_key = \"keys/ocsp.key.pem\"\nocsp_chain = \"keys/ocsp.chain.pem\"\n",
    );
    let path = |name: &str| installation.folder.join(name).to_str().unwrap().to_owned();
    let split = |passphrase: &str, name: &str| {
        let (first, second) = (path(&format!("{name}.1")), path(&format!("{name}.2")));
        let split = elicence(&["keys", "split", "--passphrase-file", passphrase, "--first", &first, "--second", &second]);
        assert!(split.status.success(), "{}", String::from_utf8_lossy(&split.stderr));
        assert_eq!(fs::metadata(&first).unwrap().permissions().mode() & 0o777, 0o600);
        (first, second)
    };
    let right = split(&path("keys/passphrase"), "right");
    fs::write(path("wrong"), "not the passphrase\n").unwrap();
    let wrong = split(&path("wrong"), "wrong");
    fs::remove_file(path("keys/passphrase")).unwrap();

    let server = installation.serve();
    let socket = path("unlock.sock");
    wait_for("the socket is there", async || std::os::unix::net::UnixStream::connect(&socket).is_ok()).await;
    let unlock = |share: &str| elicence(&["keys", "unlock", "--socket", &socket, "--share", share]);
    let says = |output: Output| (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap());
    assert_eq!(unlock(&path("wrong")).status.code(), Some(64), "that is no share");
    assert_eq!(says(unlock(&right.0)).0, 0);
    // the same share again, a share of another splitting: refused, the first one still counts
    assert_eq!((says(unlock(&right.0)).0, says(unlock(&wrong.1)).0), (1, 1));
    let alone = reqwest::Client::builder().timeout(Duration::from_secs(2)).build().unwrap();
    assert!(alone.get(format!("{}/health/live", server.url)).send().await.is_err(), "one keeper opens nothing");
    let (code, answer) = says(unlock(&right.1));
    assert!(code == 0 && answer.starts_with("2/2"), "{answer}");
    wait_for("it serves", async || server.lives().await).await;
    assert!(!Path::new(&socket).exists());
    // the keys are reloaded without asking again
    server.hang_up();
    wait_for("the keys were reloaded", async || installation.log().contains("keys and trust were reloaded")).await;
    // nobody else opens the keys
    let mint = elicence(&["mint", "--data", installation.data(), "--type", "11100000MB0143028R001", "--batch", "x.csv"]);
    assert!(!mint.status.success());
    drop(server);

    // a pair that belongs together but opens nothing: both begin again
    let server = installation.serve();
    wait_for("the socket is there", async || std::os::unix::net::UnixStream::connect(&socket).is_ok()).await;
    assert_eq!((says(unlock(&wrong.0)).0, says(unlock(&wrong.1)).0), (0, 1));
    assert_eq!((says(unlock(&right.1)).0, says(unlock(&right.0)).0), (0, 0));
    wait_for("it serves", async || server.lives().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_user_of_the_system_is_not_two_keepers() {
    start();
    let installation = Installation::new("[keys]\nunlock_socket = \"unlock.sock\"\n");
    let path = |name: &str| installation.folder.join(name).to_str().unwrap().to_owned();
    let split = ["keys", "split", "--passphrase-file", &path("keys/passphrase"), "--first", &path("1"), "--second", &path("2")];
    assert!(elicence(&split).status.success());
    let _server = installation.serve();
    let socket = path("unlock.sock");
    wait_for("the socket is there", async || std::os::unix::net::UnixStream::connect(&socket).is_ok()).await;
    let unlock = |share: &str| elicence(&["keys", "unlock", "--socket", &socket, "--share", share]);
    assert!(unlock(&path("1")).status.success());
    let second = unlock(&path("2"));
    let answer = String::from_utf8(second.stdout).unwrap();
    assert!(second.status.code() == Some(1) && answer.contains("two users"), "{answer}");
    assert!(Path::new(&socket).exists(), "it still waits");
}
