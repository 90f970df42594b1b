//! Keys in files: what loads, what is refused and how it sounds; the example PKI in the repository is as its plan says.

use elicence::{
    ambient::FixedEntropy,
    domain::{key_set::KeySet, secret::Secret},
    keys::{
        ChainProblem, FileKey, KeyError, PkiPlan,
        encrypted_file::{read, write_private},
        example::EXAMPLE_PASSPHRASE,
        file_key::read_chain,
        is_example, make_pki,
    },
    seal::signer::Signer,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use time::{OffsetDateTime, macros::datetime};
use x509_parser::{certificate::X509Certificate, prelude::FromDer, revocation_list::CertificateRevocationList};

const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("keys-example")
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.into())
}

fn load(folder: &Path, name: &str, passphrase: &str) -> Result<FileKey, KeyError> {
    FileKey::load(&folder.join(format!("{name}.key.pem")), &folder.join(format!("{name}.chain.pem")), &secret(passphrase))
}

const SMALL: &str = r#"
country = "CN"
organization = "某市行政审批局"
policies = ["1.3.6.1.4.1.55555.1"]
revocation_list_url = "http://crl.example.gov.cn"

[[key]]
file = "root"
purpose = "root"
common_name = "Root"
days = 100

[[key]]
file = "seal"
purpose = "seal"
issuer = "root"
common_name = "电子证照专用章"
days = 50

[[key]]
file = "other"
purpose = "seal"
issuer = "root"
common_name = "Other"
days = 50
"#;

fn small(folder: &Path) -> Result<Vec<PathBuf>, KeyError> {
    make_pki(&PkiPlan::from_toml(SMALL).unwrap(), folder, &secret("open sesame"), NOW, &FixedEntropy::seeded(3))
}

#[test]
fn example_keys_load_and_are_marked() {
    for key in PkiPlan::example().unwrap().keys {
        let chain = example().join(format!("{}.chain.pem", key.file));
        if chain.exists() {
            let loaded = load(&example(), &key.file, EXAMPLE_PASSPHRASE).unwrap();
            assert!(loaded.is_example(), "{}", key.file);
            assert!(!format!("{loaded:?}").contains("302"), "debug output is silent");
        } else {
            let chain = read_chain(&example().join(format!("{}.pem", key.file))).unwrap();
            assert!(chain.iter().all(|der| is_example(der)));
        }
    }
    let keys = KeySet::from_json(&fs::read_to_string(example().join("qr_keys.json")).unwrap()).unwrap();
    assert_eq!(keys.keys().len(), 1);
}

#[test]
fn example_certificates_are_right_and_wrong_as_planned() {
    let now = x509_parser::time::ASN1Time::from(NOW + time::Duration::hours(1));
    let chain = |name: &str| read_chain(&example().join(name)).unwrap();
    let root = chain("root.pem").remove(0);
    let (_, root) = X509Certificate::from_der(&root).unwrap();
    root.verify_signature(None).unwrap();
    let ca = chain("issuing-ca.pem").remove(0);
    let (_, ca) = X509Certificate::from_der(&ca).unwrap();
    ca.verify_signature(Some(root.public_key())).unwrap();
    let list = fs::read(example().join("issuing-ca.crl.pem")).unwrap();
    let (_, list) = x509_parser::pem::parse_x509_pem(&list).unwrap();
    let (_, list) = CertificateRevocationList::from_der(&list.contents).unwrap();
    list.verify_signature(ca.public_key()).unwrap();
    for (name, in_time, revoked, non_repudiation, ours) in [
        ("seal", true, false, true, true),
        ("seal-p384", true, false, true, true),
        ("seal-rsa3072", true, false, true, true),
        ("seal-ed25519", true, false, true, true),
        ("qr", true, false, false, true),
        ("seal-expired", false, false, true, true),
        ("seal-wrong-usage", true, false, false, true),
        ("seal-revoked", true, true, true, true),
        ("seal-unknown-root", true, false, true, false),
    ] {
        let chain = chain(&format!("{name}.chain.pem"));
        let (_, leaf) = X509Certificate::from_der(&chain[0]).unwrap();
        assert_eq!(leaf.validity().is_valid_at(now), in_time, "{name}");
        assert_eq!(list.iter_revoked_certificates().any(|r| r.raw_serial() == leaf.raw_serial()), revoked, "{name}");
        assert_eq!(leaf.key_usage().unwrap().unwrap().value.non_repudiation(), non_repudiation, "{name}");
        assert_eq!(leaf.verify_signature(Some(ca.public_key())).is_ok(), ours, "{name}");
        assert_eq!(leaf.raw_serial().len(), 16, "{name}");
    }
    let stamp = chain("time-stamp.chain.pem").remove(0);
    let (_, stamp) = X509Certificate::from_der(&stamp).unwrap();
    let usage = stamp.extended_key_usage().unwrap().unwrap();
    assert!(usage.critical && usage.value.time_stamping && !usage.value.any && usage.value.other.is_empty());
}

#[test]
fn a_plan_without_the_example_mark_makes_keys_for_real_use() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path()).unwrap();
    let key = load(folder.path(), "seal", "open sesame").unwrap();
    assert!(!key.is_example());
    let (_, leaf) = X509Certificate::from_der(&key.chain()[0]).unwrap();
    let text = format!("{:?}", leaf.extensions());
    assert!(text.contains("http://crl.example.gov.cn/root.crl") && text.contains("1.3.6.1.4.1.55555.1"), "{text}");
    assert!(matches!(small(folder.path()), Err(KeyError::Exists(_))), "nothing is overwritten");
}

#[test]
fn each_mistake_has_its_own_error() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    small(dir).unwrap();
    let file = |name: &str| dir.join(name);
    assert!(matches!(load(dir, "seal", "wrong"), Err(KeyError::WrongPassphrase(_))));
    assert!(matches!(load(dir, "seal", ""), Err(KeyError::MissingPassphrase)));
    assert!(matches!(load(dir, "absent", "x"), Err(KeyError::Read { .. })));
    let swapped = FileKey::load(&file("seal.key.pem"), &file("other.chain.pem"), &secret("open sesame"));
    assert!(matches!(swapped, Err(KeyError::NotAPair(_))));
    fs::write(file("text.pem"), "hello").unwrap();
    let from = |key: &str, chain: &str| FileKey::load(&file(key), &file(chain), &secret("open sesame"));
    assert!(matches!(from("text.pem", "seal.chain.pem"), Err(KeyError::NotAKey(_))));
    assert!(matches!(from("seal.chain.pem", "seal.chain.pem"), Err(KeyError::NotAKey(_))));
    let not_pem = from("seal.key.pem", "text.pem");
    assert!(matches!(not_pem, Err(KeyError::BadChain { problem: ChainProblem::NotPem, .. })));
    let leaf_and_root = fs::read_to_string(file("seal.chain.pem")).unwrap() + &fs::read_to_string(file("root.pem")).unwrap();
    fs::write(file("rooted.pem"), leaf_and_root).unwrap();
    let rooted = from("seal.key.pem", "rooted.pem").unwrap_err().to_string();
    assert!(rooted.contains("is a root; remove it"), "{rooted}");
    let clear = read(&file("seal.key.pem"), &secret("open sesame")).unwrap();
    let clear = clear.to_pem("PRIVATE KEY", pkcs8::LineEnding::LF).unwrap();
    write_private(&file("clear.key.pem"), &clear).unwrap();
    assert!(matches!(from("clear.key.pem", "seal.chain.pem"), Err(KeyError::NotEncrypted(_))));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    small(folder.path()).unwrap();
    let path = folder.path().join("seal.key.pem");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(load(folder.path(), "seal", "open sesame"), Err(KeyError::Exposed(_))));
}

#[test]
fn openssl_reads_our_keys_and_we_read_its() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    small(dir).unwrap();
    let openssl = |arguments: &[&str]| {
        let out = Command::new("openssl").args(arguments).current_dir(dir).output().expect("openssl is there: tests/run installs it");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    };
    openssl(&["pkey", "-in", "seal.key.pem", "-passin", "pass:open sesame", "-out", "clear"]);
    for (name, options) in [("scrypt", vec!["-scrypt"]), ("pbkdf2", vec!["-iter", "10000"])] {
        let key = format!("{name}.key.pem");
        let mut arguments = vec!["pkcs8", "-topk8", "-in", "clear", "-v2", "aes-256-cbc", "-passout", "pass:other", "-out", &key];
        arguments.extend(options);
        openssl(&arguments);
        FileKey::load(&dir.join(&key), &dir.join("seal.chain.pem"), &secret("other")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_leaves_no_half_pki() {
    let folder = tempfile::tempdir().unwrap();
    // found out only when the third file is written: the link leads nowhere, so that nothing seems to be there
    std::os::unix::fs::symlink("/nowhere/at/all", folder.path().join("seal.key.pem")).unwrap();
    assert!(matches!(small(folder.path()), Err(KeyError::Exists(_))));
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["seal.key.pem"]);
}

#[test]
fn wrong_plans_are_refused() {
    for (from, to) in [
        ("country = \"CN\"", "country = \"China\""),
        ("issuer = \"root\"\ncommon_name = \"Other\"", "issuer = \"seal\"\ncommon_name = \"Other\""),
        ("issuer = \"root\"\ncommon_name = \"Other\"", "common_name = \"Other\""),
        ("file = \"other\"", "file = \"seal\""),
        ("file = \"other\"", "file = \"../other\""),
        ("1.3.6.1", "x"),
        ("days = 100", "daze = 100"),
        ("days = 50", "days = 0"),
        ("days = 50", "starts_in_days = -9223372036854775808\ndays = 50"),
        ("country = \"CN\"", "country = \"CN\"\nrevocation_list_days = 0"),
        ("common_name = \"Other\"", "common_name = \"Other\"\nqr_issuer = \"11999999000000027G\""),
    ] {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL);
        assert!(matches!(PkiPlan::from_toml(&text), Err(KeyError::Plan(_))), "{to}");
    }
}
