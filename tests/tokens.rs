//! Keys in tokens, for real: SoftHSM in this process, and behind `p11-kit server` as a device that can go away.

use elicence::{
    domain::secret::Secret,
    keys::{KeyError, TokenError, TokenKey, encrypted_file::read, example::EXAMPLE_PASSPHRASE, pkcs11::TokenUri, self_test::self_test},
    seal::signer::{SignError, Signer},
};
use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "314159";

/// A folder with SoftHSM's settings, and a token `seals` with some of the example keys.
struct Hsm {
    folder: PathBuf,
}

impl Hsm {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        fs::create_dir(folder.join("tokens")).unwrap();
        let settings =
            format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", folder.join("tokens").display());
        fs::write(folder.join("softhsm2.conf"), settings).unwrap();
        let hsm = Self { folder };
        hsm.tool("softhsm2-util", &["--init-token", "--free", "--label", "seals", "--so-pin", "0000", "--pin", PIN]);
        let passphrase = Secret::new(EXAMPLE_PASSPHRASE.to_owned());
        for (id, name) in [("01", "seal"), ("02", "seal-p384"), ("03", "seal-rsa3072")] {
            let clear = read(&examples().join(format!("{name}.key.pem")), &passphrase).unwrap();
            let file = hsm.folder.join("clear");
            fs::write(&file, clear.to_pem("PRIVATE KEY", pkcs8::LineEnding::LF).unwrap().as_bytes()).unwrap();
            let file = file.to_str().unwrap();
            hsm.tool("softhsm2-util", &["--import", file, "--token", "seals", "--label", name, "--id", id, "--pin", PIN]);
            fs::remove_file(file).unwrap();
        }
        fs::write(hsm.folder.join("pin"), format!("{PIN}\n")).unwrap();
        fs::set_permissions(hsm.folder.join("pin"), fs::Permissions::from_mode(0o600)).unwrap();
        hsm
    }

    fn tool(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(program);
        let out = command.args(arguments).env("SOFTHSM2_CONF", self.folder.join("softhsm2.conf")).output();
        let out = out.unwrap_or_else(|error| panic!("{program}: {error}; tests/run installs it"));
        assert!(out.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    }

    fn uri(&self, driver: &Path, key: &str) -> TokenUri {
        let pin = self.folder.join("pin");
        format!("pkcs11:token=seals;{key}?module-path={}&pin-source=file:{}", driver.display(), pin.display()).parse().unwrap()
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("keys-example")
}

fn chain(name: &str) -> PathBuf {
    examples().join(format!("{name}.chain.pem"))
}

fn load(uri: &TokenUri, chain: &Path) -> Result<TokenKey, KeyError> {
    TokenKey::load(uri, chain, &Secret::new(String::new()))
}

/// SoftHSM reads its settings from the environment of the process, which Rust lets nobody change safely: the tests that load it into
/// their own process run in a child that begins with that environment.
fn in_process_with_softhsm(test: &str, hsm: &Hsm) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("SOFTHSM2_CONF", hsm.folder.join("softhsm2.conf"))
        .env("ELICENCE_TEST_TOKENS", &hsm.folder)
        .output()
        .unwrap();
    assert!(child.status.success(), "{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"), "the child ran the test");
}

/// In the child: its token. In the parent: starts the child, and gives nothing.
fn token(test: &str) -> Option<Hsm> {
    match std::env::var_os("ELICENCE_TEST_TOKENS") {
        Some(folder) => Some(Hsm { folder: folder.into() }),
        None => {
            in_process_with_softhsm(test, &Hsm::new());
            None
        }
    }
}

#[test]
fn keys_in_a_token_are_found_paired_and_tested() {
    let Some(hsm) = token("keys_in_a_token_are_found_paired_and_tested") else { return };
    let driver = Path::new(SOFTHSM);
    for (name, key) in [("seal", "object=seal"), ("seal-p384", "id=%02"), ("seal-rsa3072", "object=seal-rsa3072;id=%03")] {
        let key = load(&hsm.uri(driver, key), &chain(name)).unwrap();
        assert!(key.is_example());
        for _ in 0..20 {
            self_test(&key).unwrap();
        }
        assert!(!format!("{key:?}").contains(PIN));
    }
    let refused = |key: &str, name: &str| load(&hsm.uri(driver, key), &chain(name)).unwrap_err();
    assert!(matches!(refused("object=seal", "seal-p384"), KeyError::NotAPair(_) | KeyError::CannotSign(_)));
    assert!(matches!(refused("object=nothing", "seal"), KeyError::Token(TokenError::NoKey(_))));
    assert!(matches!(refused("object=seal", "seal-ed25519"), KeyError::Token(TokenError::Unsupported)));
    assert!(matches!(refused("serial=0;object=seal", "seal"), KeyError::Token(TokenError::NoToken(_))));
    let no_driver = load(&hsm.uri(Path::new("/nowhere.so"), "object=seal"), &chain("seal")).unwrap_err();
    assert!(matches!(no_driver, KeyError::Token(TokenError::Driver { .. })), "{no_driver}");
}

#[test]
fn many_threads_share_a_bounded_pool() {
    let Some(hsm) = token("many_threads_share_a_bounded_pool") else { return };
    let key = load(&hsm.uri(Path::new(SOFTHSM), "object=seal"), &chain("seal")).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| (0..10).for_each(|_| self_test(&key).unwrap()));
        }
    });
}

#[test]
fn a_wrong_pin_is_tried_once_and_said() {
    let Some(hsm) = token("a_wrong_pin_is_tried_once_and_said") else { return };
    fs::write(hsm.folder.join("pin"), "271828\n").unwrap();
    let uri = hsm.uri(Path::new(SOFTHSM), "object=seal");
    let wrong = load(&uri, &chain("seal")).unwrap_err();
    assert!(matches!(wrong, KeyError::Token(TokenError::Pin(_))) && !wrong.to_string().contains("271828"), "{wrong}");
    fs::set_permissions(hsm.folder.join("pin"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(load(&uri, &chain("seal")), Err(KeyError::Exposed(_))));
    // the installation's passphrase is the PIN where no file is named
    let uri = TokenUri { pin_file: None, ..uri };
    TokenKey::load(&uri, &chain("seal"), &Secret::new(PIN.to_owned())).unwrap();
}

#[test]
fn a_token_that_was_taken_away_is_found_again() {
    let Some(hsm) = token("a_token_that_was_taken_away_is_found_again") else { return };
    let key = load(&hsm.uri(Path::new(SOFTHSM), "object=seal"), &chain("seal")).unwrap();
    let (here, away) = (hsm.folder.join("tokens"), hsm.folder.join("away"));
    fs::rename(&here, &away).unwrap();
    let lost = (0..3).find_map(|_| key.sign(b"x").err()).expect("the token is away");
    assert!(matches!(lost, SignError::Away(_)) && lost.to_string().contains("the key store is away"), "{lost}");
    assert!(key.ready().is_err(), "it says so before work is begun");
    fs::rename(&away, &here).unwrap();
    wait_for(|| key.ready().is_ok());
    self_test(&key).unwrap();
}

/// `p11-kit server` in front of SoftHSM: a device on the network, as it were.
struct Device(Child);

impl Device {
    fn start(hsm: &Hsm) -> Self {
        let socket = hsm.folder.join("socket");
        let _ = fs::remove_file(&socket);
        let child = Command::new("p11-kit")
            .args(["server", "--foreground", "--provider", SOFTHSM, "--name"])
            .arg(&socket)
            .arg("pkcs11:token=seals")
            .env("SOFTHSM2_CONF", hsm.folder.join("softhsm2.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("p11-kit is there: tests/run installs it");
        wait_for(|| std::os::unix::net::UnixStream::connect(&socket).is_ok());
        Self(child)
    }
}

impl Drop for Device {
    /// With the processes that it began for each connection.
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-9", "--", &format!("-{}", self.0.id())]).status();
        let _ = self.0.wait();
    }
}

fn wait_for(ready: impl Fn() -> bool) {
    let begun = Instant::now();
    while !ready() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it came back in time");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The client of `p11-kit server`, wherever Debian puts it.
static CLIENT: LazyLock<PathBuf> = LazyLock::new(|| {
    let folders = fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path().join("pkcs11/p11-kit-client.so"));
    folders.into_iter().find(|path| path.exists()).expect("p11-kit-modules is there: tests/run installs it")
});

#[test]
fn a_device_that_was_restarted_is_used_again_by_itself() {
    const NAME: &str = "a_device_that_was_restarted_is_used_again_by_itself";
    let Some(folder) = std::env::var_os("ELICENCE_TEST_DEVICE") else {
        let hsm = Hsm::new();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env("P11_KIT_SERVER_ADDRESS", format!("unix:path={}", hsm.folder.join("socket").display()))
            .env("ELICENCE_TEST_DEVICE", &hsm.folder)
            .output()
            .unwrap();
        assert!(child.status.success(), "{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
        return;
    };
    let hsm = Hsm { folder: folder.into() };
    let device = Device::start(&hsm);
    let keys: Vec<_> = [("seal", "object=seal"), ("seal-rsa3072", "object=seal-rsa3072")]
        .into_iter()
        .map(|(name, key)| load(&hsm.uri(&CLIENT, key), &chain(name)).unwrap())
        .collect();
    keys.iter().for_each(|key| self_test(key).unwrap());
    // restarted between two signatures: nobody notices
    drop(device);
    let device = Device::start(&hsm);
    keys.iter().for_each(|key| self_test(key).unwrap());
    // away: said at once, and again without asking the device every time
    drop(device);
    let lost = keys[0].sign(b"x").unwrap_err();
    assert!(matches!(lost, SignError::Away(_)), "{lost}");
    let begun = Instant::now();
    assert!((0..100).all(|_| keys[0].ready().is_err()) && begun.elapsed() < Duration::from_secs(1));
    // back: found by itself
    let _device = Device::start(&hsm);
    keys.iter().for_each(|key| wait_for(|| key.ready().is_ok()));
    keys.iter().for_each(|key| self_test(key).unwrap());
}
