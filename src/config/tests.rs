//! Tests of the settings: defaults, and all mistakes at once.

use super::*;
use crate::domain::seal_level::SealLevel;
use crate::services::StampFailure;

fn config_of(text: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE_NAME);
    std::fs::write(&file, text).unwrap();
    Config::of_file(&file)
}

#[test]
fn an_empty_folder_has_usable_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::of_folder(folder.path()).unwrap();
    assert_eq!(config.public_url, "http://127.0.0.1:8080");
    assert_eq!(config.limits.verify_bytes, 20 << 20);
    assert_eq!(config.data, folder.path());
    assert!(!config.production);
}

#[test]
fn every_mistake_is_reported_at_once() {
    let error = config_of(
        "production = true\nlisten = \"0.0.0.0:443\"\npublic_url = \"http://zz.example\"\nlisen = 1\n\
         [limits]\nverify_bytes = \"much\"\nmint_bytes = 0\n[database]\nurl = \"mysql://x\"\n[tls]\nkey = \"k.pem\"\n[department]\nname = \"x\"\n",
    )
    .unwrap_err();
    let keys: Vec<&str> = error.0.iter().map(|mistake| mistake.key.as_str()).collect();
    for key in
        ["tls.certificate", "listen", "public_url", "database.url", "department.name", "limits.verify_bytes", "limits.mint_bytes", "lisen"]
    {
        assert!(keys.contains(&key), "{key} not in {keys:?}");
    }
    assert_eq!(keys.len(), 8, "{error}");
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    let error = config_of("listen = \n").unwrap_err();
    assert!(error.to_string().contains("line 1"), "{error}");
}

#[test]
fn a_missing_file_is_a_mistake_only_when_it_was_asked_for() {
    assert!(Config::of_file(Path::new("/nowhere/elicence.toml")).is_err());
    assert!(Config::of_folder(Path::new("/nowhere")).is_ok());
}

#[test]
fn public_urls() {
    for good in ["https://zz.example.gov.cn", "https://zz.example:8443", "http://127.0.0.1:8080", "http://localhost:1"] {
        assert!(config_of(&format!("public_url = \"{good}\"")).is_ok(), "{good}");
    }
    for bad in ["zz.example", "https://", "http://zz.example", "https://zz.example/", "https://zz.example/q#1", "https://甲.example"] {
        assert!(config_of(&format!("public_url = \"{bad}\"")).is_err(), "{bad}");
    }
}

#[test]
fn the_database_password_is_not_in_debug_output() {
    let config = config_of("[database]\nurl = \"postgres://u:hunter2@h/d\"").unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn the_built_in_time_stamp_authority_is_there_when_its_key_is() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Config::of_folder(folder.path()).unwrap().time_stamps.authority, None);
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    std::fs::write(folder.path().join("keys/time-stamp.key.pem"), "").unwrap();
    let config = Config::of_folder(folder.path()).unwrap();
    assert!(matches!(config.time_stamps.authority, Some(StampAuthority::Own { .. })));
    assert_eq!((config.sealing.highest, config.time_stamps.on_failure), (SealLevel::Lta, StampFailure::Refuse));
}

#[test]
fn settings_of_the_long_term_are_read_and_refused() {
    let config = config_of(
        "[seal]\nlevel = \"B-T\"\nwait_for_validation_seconds = 0.5\n[time_stamp]\non_failure = \"seal-without\"\n\
         [revocation]\nallow = [\"ocsp.intern\"]\nfresh = false\n[renewal]\nbefore_days = 30\n",
    )
    .unwrap();
    assert_eq!((config.sealing.highest, config.time_stamps.on_failure), (SealLevel::T, StampFailure::SealWithout));
    assert_eq!(config.sealing.wait_for_validation, Duration::from_millis(500));
    assert_eq!((config.revocation.allow, config.revocation.fresh), (vec!["ocsp.intern".to_owned()], false));
    assert_eq!(config.renewal.before, Duration::from_secs(30 * 86_400));
    let error = config_of(
        "[seal]\nlevel = \"B-X\"\nwait_for_validation_seconds = -1\n[time_stamp]\npolicy = \"x\"\non_failure = \"hope\"\n\
         [revocation]\ntimeout_seconds = 0\n",
    )
    .unwrap_err();
    let keys: Vec<&str> = error.0.iter().map(|mistake| mistake.key.as_str()).collect();
    let expected =
        ["seal.wait_for_validation_seconds", "seal.level", "time_stamp.policy", "time_stamp.on_failure", "revocation.timeout_seconds"];
    assert!(expected.iter().all(|key| keys.contains(key)) && keys.len() == 5, "{error}");
}
