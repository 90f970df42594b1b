//! The contract that scripts rely on: what the commands print, and with which exit code they end.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// One demo for all tests of this file.
struct Demo {
    folder: PathBuf,
    answer: Value,
    _keep: tempfile::TempDir,
}

static DEMO: LazyLock<Demo> = LazyLock::new(|| {
    let keep = tempfile::tempdir().unwrap();
    let folder = keep.path().join("demo");
    let output = elicence(&["demo", "--once", "--json", "--data", folder.to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", String::from_utf8_lossy(&output.stderr));
    Demo { folder, answer: serde_json::from_slice(&output.stdout).unwrap(), _keep: keep }
});

impl Demo {
    fn data(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    fn licence(&self, type_code: &str) -> &Value {
        self.answer["licences"].as_array().unwrap().iter().find(|licence| licence["type"] == type_code).unwrap()
    }
}

const BUSINESS_LICENCE: &str = "11100000MB0143028R001";
const CONSTRUCTOR: &str = "11100000000013338W001";

/// Runs from the root folder: nothing may depend on where it stands.
fn elicence(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_elicence")).args(arguments).current_dir("/").output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn the_demo_mints_three_of_each_type_and_lists_the_same_again() {
    let licences = DEMO.answer["licences"].as_array().unwrap();
    for type_code in [BUSINESS_LICENCE, "11100000MB0143028R101", "11100000000013338W101", "11100000MB03271699001", CONSTRUCTOR] {
        assert!(licences.iter().filter(|licence| licence["type"] == type_code).count() >= 3, "{type_code}");
    }
    for licence in licences {
        assert_eq!(licence["verdict"], "valid", "{licence}");
        assert!(Path::new(text(&licence["document"])).is_absolute() && text(&licence["qr"]).starts_with("http://127.0.0.1:8080/q#"));
    }
    let digests = || -> Vec<_> { licences.iter().map(|licence| std::fs::read(text(&licence["document"])).unwrap()).collect() };
    let before = digests();
    let again = elicence(&["demo", "--once", "--json", "--data", DEMO.data()]);
    assert_eq!((code(&again), json(&again)), (0, DEMO.answer.clone()));
    assert!(before == digests(), "the same documents, byte for byte");
}

#[test]
fn the_demo_leaves_a_strangers_folder_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let output = elicence(&["demo", "--once", "--data", folder.path().to_str().unwrap()]);
    assert_eq!(code(&output), 64);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn verify_trusts_what_it_is_told_to_trust_and_nothing_else() {
    let document = text(&DEMO.licence(CONSTRUCTOR)["document"]);
    let (root, keys) = (text(&DEMO.answer["root"]), text(&DEMO.answer["qr_keys"]));
    let codes =
        |report: &Value| report["reasons"].as_array().unwrap().iter().map(|reason| text(&reason["code"]).to_owned()).collect::<Vec<_>>();

    let trusted = elicence(&["verify", document, "--trust", root, "--trust", keys, "--json"]);
    let report = json(&trusted);
    assert_eq!((code(&trusted), &report["verdict"], &report["status"]), (0, &"valid".into(), &Value::Null));
    assert!(codes(&report).contains(&"STATUS_NOT_CHECKED".into()) && !codes(&report).contains(&"REVOCATION_NOT_CHECKED".into()));
    assert_eq!(report["signatures"][0]["level"], "B-LTA");

    let untrusted = elicence(&["verify", document, "--json"]);
    assert_eq!((code(&untrusted), codes(&json(&untrusted))[0].as_str()), (2, "NO_CERTIFICATE_CHAIN_FOUND"));

    let registered = elicence(&["verify", document, "--data", DEMO.data(), "--json"]);
    assert_eq!((code(&registered), text(&json(&registered)["status"]["state"])), (0, "active"));
    let offline = elicence(&["verify", document, "--data", DEMO.data(), "--offline", "--json"]);
    assert_eq!((code(&offline), &json(&offline)["status"]), (0, &Value::Null));

    let later = elicence(&["verify", document, "--trust", root, "--at", "2033-01-01T00:00:00Z", "--json"]);
    assert_eq!((code(&later), codes(&json(&later))[0].as_str()), (1, "LICENCE_EXPIRED"));
    let unreachable = elicence(&["verify", document, "--trust", root, "--server", "http://127.0.0.1:9", "--json"]);
    assert_eq!((code(&unreachable), codes(&json(&unreachable))[0].as_str()), (2, "REGISTER_UNREACHABLE"));
}

#[test]
fn verify_tells_what_is_false_from_what_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let root = text(&DEMO.answer["root"]);
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let document = std::fs::read(text(&DEMO.licence(BUSINESS_LICENCE)["document"])).unwrap();
    let mut changed = document.clone();
    changed[3000] ^= 1;
    assert_eq!(code(&elicence(&["verify", &write("changed.pdf", &changed), "--trust", root])), 1);
    let unsealed = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000056 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n106\n%%EOF\n";
    for (name, bytes) in
        [("text.pdf", &b"hello"[..]), ("cut.pdf", &document[..document.len() / 2]), ("unsealed.pdf", unsealed), ("empty.pdf", b"")]
    {
        let output = elicence(&["verify", &write(name, bytes), "--trust", root, "--json"]);
        assert_eq!(code(&output), 3, "{name}");
        assert_ne!(json(&output)["verdict"], "valid");
    }
    for wrong in [&["verify"][..], &["verify", "/no/such.pdf"], &["verify", "a", "--qr", "b"], &["verify", "a", "--at", "noon"], &["fly"]] {
        assert_eq!(code(&elicence(wrong)), 64, "{wrong:?}");
    }
    assert_eq!(code(&elicence(&["verify", &write("a.pdf", &document), "--trust", "/no/such.pem"])), 64);
    assert_eq!(code(&elicence(&["--help"])), 0);
}

#[test]
fn verify_judges_qr_texts() {
    let qr = text(&DEMO.licence(CONSTRUCTOR)["qr"]);
    let keys = text(&DEMO.answer["qr_keys"]);
    let verdict = |arguments: &[&str]| {
        let output = elicence(arguments);
        (code(&output), json(&output)["qr"]["verdict"].as_str().unwrap_or("none").to_owned())
    };
    assert_eq!(verdict(&["verify", "--qr", qr, "--trust", keys, "--json"]), (0, "VALID_AS_OF".into()));
    assert_eq!(verdict(&["verify", "--qr", qr, "--data", DEMO.data(), "--json"]), (0, "VALID".into()));
    assert_eq!(verdict(&["verify", "--qr", qr, "--json"]), (2, "UNKNOWN_ISSUER".into()));
    assert_eq!(verdict(&["verify", "--qr", qr, "--trust", keys, "--at", "2033-01-01T00:00:00Z", "--json"]), (1, "EXPIRED".into()));
    assert_eq!(verdict(&["verify", "--qr", qr, "--trust", keys, "--server", "http://127.0.0.1:9", "--json"]), (2, "STALE_VERIFIER".into()));
    assert_eq!(verdict(&["verify", "--qr", "hello", "--trust", keys, "--json"]), (3, "none".into()));
}

#[test]
fn mint_reports_a_line_a_row_and_a_bad_row_stops_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in.csv"), folder.path().join("out"));
    let rows = "CZZT,CZZTDM,CZZTDMLXDM,ZZBFRQ,ZZYXQQSRQ,ZZYXQJZRQ,KZ_LX,KZ_FDDBR,KZ_ZCZB,KZ_CLRQ,KZ_ZS,KZ_JYFW\n\
        示例市青禾食品有限责任公司,91999900MA8K3F7L32,001,2026-11-20,2026-11-20,长期,有限责任公司,王𠮷,伍佰万元整,2016-10-09,示例市临江区稻香路16号,食品销售\n\
        示例市青禾食品有限责任公司,91999900MA8K3F7L33,001,2026-13-20,2026-11-20,长期,有限责任公司,王𠮷,伍佰万元整,2016-10-09,示例市临江区稻香路16号,食品销售\n";
    std::fs::write(&input, rows).unwrap();
    let mint = || {
        let paths = [input.to_str().unwrap(), out.to_str().unwrap()];
        elicence(&[
            "mint",
            "--type",
            BUSINESS_LICENCE,
            "--input",
            paths[0],
            "--out",
            paths[1],
            "--data",
            DEMO.data(),
            "--batch",
            "t1",
            "--json",
        ])
    };
    let output = mint();
    assert_eq!(code(&output), 1, "{}", String::from_utf8_lossy(&output.stderr));
    let report = |output: &Output, row: u64| -> Value {
        let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "one line a row");
        lines.into_iter().find(|line| line["row"] == row).unwrap()
    };
    let (good, bad) = (report(&output, 1), report(&output, 2));
    assert_eq!((&good["ok"], &bad["ok"], &bad["code"]), (&true.into(), &false.into(), &"BAD_FIELDS".into()));
    let wrong: Vec<_> = bad["errors"].as_array().unwrap().iter().map(|error| text(&error["field"])).collect();
    assert!(wrong.contains(&"CZZTDM") && wrong.contains(&"ZZBFRQ"), "{bad}");
    assert_eq!(code(&elicence(&["verify", text(&good["document"]), "--data", DEMO.data()])), 0);
    assert_eq!(report(&mint(), 1)["identifier"], good["identifier"], "the same batch gives the same licence");

    let none = elicence(&["mint", "--type", "11100000MB0143028R999", "--input", "/dev/null", "--out", "/tmp/none", "--data", DEMO.data()]);
    assert_eq!(code(&none), 64);
}

#[test]
fn doctor_finds_nothing_wrong_and_then_something() {
    let healthy = elicence(&["doctor", "--data", DEMO.data(), "--json"]);
    assert_eq!((code(&healthy), &json(&healthy)["ok"]), (0, &true.into()), "{}", String::from_utf8_lossy(&healthy.stdout));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("elicence.toml"), "listen = \"nowhere\"\nlisten_too = 1\n").unwrap();
    let ill = elicence(&["doctor", "--data", folder.path().to_str().unwrap(), "--json"]);
    assert_eq!(code(&ill), 1);
    let wrong = json(&ill)["findings"].as_array().unwrap().iter().filter(|finding| finding["ok"] == false).count();
    assert_eq!(wrong, 2, "both mistakes at once");
}

#[test]
fn production_refuses_example_keys() {
    let output = Command::new(env!("CARGO_BIN_EXE_elicence"))
        .args(["mint", "--type", BUSINESS_LICENCE, "--input", "/dev/null", "--out", "/tmp/none", "--data", DEMO.data()])
        .env("ELICENCE_PRODUCTION", "true")
        .env("ELICENCE_PUBLIC_URL", "https://zz.example.gov.cn")
        .output()
        .unwrap();
    assert_eq!(code(&output), 78);
    assert!(String::from_utf8_lossy(&output.stderr).contains("示例密钥"));
}
