//! `elicence template`: all shipped templates are good, and a bad one is told all that is wrong with it.

use std::path::Path;
use std::process::{Command, Output};

fn elicence(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_elicence")).args(arguments).output().unwrap()
}

#[test]
fn every_shipped_template_and_sample_fits() {
    let output = elicence(&["template", "check", "--all", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], true, "{report:#}");
    assert_eq!(report["templates"].as_object().unwrap().len(), 5);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_bad_template_is_told_everything_at_once() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/food-permit");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("bad");
    std::fs::create_dir(&copy).unwrap();
    for entry in std::fs::read_dir(&shipped).unwrap() {
        let entry = entry.unwrap();
        if !entry.file_name().to_string_lossy().contains("grey") {
            std::fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
    }
    let toml = std::fs::read_to_string(copy.join("template.toml")).unwrap();
    let toml = toml.replace("song-rare.ttf", "no-such.ttf").replace("name = \"CZZT\"", "name = \"KZ_WRONG\"");
    std::fs::write(copy.join("template.toml"), toml).unwrap();
    let output = elicence(&["template", "check", copy.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    for problem in ["no-such.ttf", "KZ_WRONG", "page1-grey.jpg", "CZZT is required and printed nowhere"] {
        assert!(text.contains(problem), "{problem} is not in: {text}");
    }
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_preview_is_a_pdf_and_an_unknown_name_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("preview.pdf");
    let output = elicence(&["template", "preview", "constructor", "--out", out.to_str().unwrap(), "--grey"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF-1.7"));
    assert_eq!(elicence(&["template", "preview", "nothing", "--out", out.to_str().unwrap()]).status.code(), Some(64));
}
