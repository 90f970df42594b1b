//! Documents of other programs (外来证照), judged by the general policy and by that of a licence; see tests/vectors/foreign.

use elicence::domain::verdict::{ChangesAfter, Report, Verdict};
use elicence::verify::policy::Profile;
use elicence::verify::{Anchor, Evidence, ExamineError, Limits, Policy, conclude, examine};
use std::path::{Path, PathBuf};
use time::macros::datetime;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/foreign")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.pdf"))).expect("a document")
}

fn judge(bytes: &[u8], profile: Profile) -> Report {
    judge_within(bytes, profile, &Limits::default()).expect("it is signed")
}

fn judge_within(bytes: &[u8], profile: Profile, limits: &Limits) -> Result<Report, ExamineError> {
    let root = std::fs::read_to_string(folder().join("root.pem")).expect("an anchor");
    let evidence = Evidence { anchors: Anchor::from_pem(&root).expect("an anchor"), ..Evidence::default() };
    let policy = Policy { profile, ..Policy::default() };
    examine(bytes, limits).map(|examined| conclude(&examined, &evidence, &policy, datetime!(2027-01-01 00:00 UTC)))
}

/// Kinds of the changes after the first signature; `!` before one that is not allowed.
fn changes(report: &Report) -> Vec<String> {
    let sign = |allowed| if allowed { "" } else { "!" };
    report.signatures[0].changes.iter().map(|change| format!("{}{}", sign(change.allowed), change.kind)).collect()
}

#[test]
fn every_algorithm_is_judged_in_a_document() {
    for (name, algorithm) in [
        ("p256-sha512", "ECDSA P-256 with SHA-512"),
        ("p384-sha256", "ECDSA P-384 with SHA-256"),
        ("p521-sha256", "ECDSA P-521 with SHA-256"),
        ("p521-sha512", "ECDSA P-521 with SHA-512"),
        ("pss-sha384", "RSA PSS with SHA-384"),
    ] {
        let report = judge(&read(name), Profile::General);
        assert_eq!((report.verdict, report.signatures[0].algorithm.as_deref()), (Verdict::Valid, Some(algorithm)), "{:?}", report.reasons);
        let mut flipped = read(name);
        flipped[40] ^= 1;
        assert_ne!(judge(&flipped, Profile::General).verdict, Verdict::Valid, "{name}");
    }
    let weak = judge(&read("rsa-sha1"), Profile::General);
    assert_eq!((weak.verdict, weak.reasons[0].code.as_str()), (Verdict::Indeterminate, "CRYPTO_CONSTRAINTS_FAILURE"));
    assert_eq!(weak.signatures[0].algorithm.as_deref(), Some("RSA PKCS#1 v1.5 with SHA-1"));
    let old = judge(&read("adbe-detached"), Profile::General);
    assert_eq!((old.verdict, old.signatures[0].level.as_deref()), (Verdict::Valid, None), "no PAdES baseline");
}

#[test]
fn what_its_signer_permits_may_follow_a_signature() {
    for (name, after, kinds) in [
        ("certified-2-filled-and-signed", ChangesAfter::Permitted, vec!["metadata", "form-field", "metadata", "signature"]),
        ("certified-3-annotated", ChangesAfter::Permitted, vec!["metadata", "annotation"]),
        ("locked-exclude-name-filled", ChangesAfter::Permitted, vec!["metadata", "form-field"]),
        ("visible-second", ChangesAfter::Permitted, vec!["metadata", "visible-signature"]),
        ("linear-objects-two", ChangesAfter::Permitted, vec!["metadata", "signature"]),
    ] {
        let report = judge(&read(name), Profile::General);
        assert_eq!((report.verdict, report.signatures[0].changes_after), (Verdict::Valid, after), "{name}: {:?}", report.reasons);
        assert_eq!(changes(&report), kinds, "{name}");
        let strict = judge(&read(name), Profile::Licence);
        assert_eq!((strict.verdict, strict.reasons[0].code.as_str()), (Verdict::Invalid, "MODIFIED_AFTER_SIGNING"), "{name}");
    }
}

#[test]
fn what_its_signer_does_not_permit_is_named() {
    for (name, kinds) in [
        ("certified-1-filled", vec!["metadata", "!locked-field"]),
        ("approved-other-content", vec!["metadata", "!other"]),
        ("locked-include-name-filled", vec!["metadata", "!locked-field"]),
        ("locked-all-signed", vec!["metadata", "!signature"]),
    ] {
        let report = judge(&read(name), Profile::General);
        assert_eq!((report.verdict, report.reasons[0].code.as_str()), (Verdict::Invalid, "MODIFIED_AFTER_SIGNING"), "{name}");
        assert_eq!(
            (changes(&report), report.signatures[0].changes_after),
            (kinds.iter().map(|k| (*k).to_owned()).collect(), ChangesAfter::Other)
        );
    }
}

#[test]
fn an_annotation_that_acts_or_attaches_is_no_comment() {
    let changed = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let mut bytes = read("certified-3-annotated");
        let at = bytes.windows(from.len()).rposition(|window| window == from.as_bytes()).expect("it is there");
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        judge(&bytes, Profile::General)
    };
    assert_eq!(changed("(a comment)", "(a comma  )").verdict, Verdict::Valid, "no signature covers the comment");
    for (from, to) in [("/Subtype /Text", "/Subtype /Link"), ("/Contents (a comment)", "/AA <</E null>>      ")] {
        let report = changed(from, to);
        assert_eq!((report.verdict, changes(&report)), (Verdict::Invalid, vec!["metadata".to_owned(), "!other".to_owned()]), "{to}");
    }
}

#[test]
fn validation_data_by_pyhanko_are_no_modification() {
    for profile in [Profile::General, Profile::Licence] {
        let report = judge(&read("objects-LTA"), profile);
        assert_eq!((report.verdict, report.signatures[0].level.as_deref()), (Verdict::Valid, Some("B-LTA")), "{:?}", report.reasons);
        assert_eq!(report.signatures[0].changes_after, ChangesAfter::Ltv);
        assert!(report.signatures[0].changes.iter().all(|change| change.allowed && change.kind != "other"));
    }
}

#[test]
fn an_encrypted_file_is_said_to_be_encrypted() {
    assert_eq!(examine(&read("encrypted"), &Limits::default()).map(|_| ()), Err(ExamineError::Encrypted));
}

#[test]
fn reading_costs_no_more_than_the_file_is_long() {
    let bytes = read("certified-2-filled-and-signed");
    let judged = |total| judge_within(&bytes, Profile::General, &Limits { total, ..Limits::default() }).map(|report| report.verdict);
    assert_ne!(judged(bytes.len() / 8), Ok(Verdict::Valid), "a bound is a bound");
    assert_eq!(judged(bytes.len() * 12), Ok(Verdict::Valid), "two signatures and three revisions");
}
