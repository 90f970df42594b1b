//! Licences made rightly and wrongly with genuine keys, and what the verifier says of them offline.

mod licence;

use elicence::domain::licence::LicenceState;
use elicence::domain::verdict::{QrVerdict, Verdict};
use elicence::seal::Certify;
use elicence::verify::{Evidence, RegisterAnswer};
use licence::{AT, Making, anchors, codes, evidence, templates, verify};

const OFFLINE: [&str; 2] = ["REVOCATION_NOT_CHECKED", "STATUS_NOT_CHECKED"];

fn judged(making: Making, evidence: &Evidence) -> (Verdict, Vec<String>) {
    let report = verify(&making.make(), evidence).expect("it has a signature field");
    (report.verdict, codes(&report).into_iter().map(str::to_owned).collect())
}

#[test]
fn every_template_gives_a_valid_licence() {
    for template in templates() {
        let report = verify(&Making { template, ..Making::default() }.make(), &evidence()).expect("sealed");
        assert_eq!((report.verdict, codes(&report)), (Verdict::Valid, OFFLINE.to_vec()), "{template}");
        assert_eq!(report.qr.map(|qr| qr.verdict), Some(QrVerdict::ValidAsOf), "{template}");
        assert_eq!(report.signatures[0].level.as_deref(), Some("B-B"));
    }
}

#[test]
fn every_algorithm_is_read() {
    for (seal, name) in
        [("seal-p384", "ECDSA P-384 with SHA-384"), ("seal-rsa3072", "RSA PKCS#1 v1.5 with SHA-256"), ("seal-ed25519", "Ed25519")]
    {
        let report = verify(&Making { seal, ..Making::default() }.make(), &evidence()).expect("sealed");
        assert_eq!(report.verdict, Verdict::Valid, "{seal}: {:?}", codes(&report));
        assert_eq!(report.signatures[0].algorithm.as_deref(), Some(name));
    }
}

#[test]
fn certificates_that_must_not_seal_make_no_licence_valid() {
    let with = |seal| judged(Making { seal, ..Making::default() }, &evidence());
    for (seal, code) in [
        ("seal-expired", "OUT_OF_BOUNDS_NO_POE"),
        ("seal-wrong-usage", "CHAIN_CONSTRAINTS_FAILURE"),
        ("seal-unknown-root", "NO_CERTIFICATE_CHAIN_FOUND"),
    ] {
        let (verdict, codes) = with(seal);
        assert_eq!((verdict, codes[0].as_str()), (Verdict::Indeterminate, code), "{seal}");
    }
    let strangers = Evidence { anchors: anchors("unknown-root.pem"), ..evidence() };
    let none = Evidence { anchors: vec![], ..evidence() };
    for evidence in [strangers, none] {
        let (verdict, codes) = judged(Making::default(), &evidence);
        assert_eq!((verdict, codes[0].as_str()), (Verdict::Indeterminate, "NO_CERTIFICATE_CHAIN_FOUND"));
    }
}

#[test]
fn a_genuine_seal_does_not_help_a_page_that_says_something_else() {
    let mismatch = |making| {
        let (verdict, codes) = judged(making, &evidence());
        assert_eq!((verdict, codes[0].as_str()), (Verdict::Invalid, "CONTENT_MISMATCH"));
    };
    mismatch(Making { draw: |payload| payload.pages[0].fields[0].text.push('改'), ..Making::default() });
    mismatch(Making { draw: |payload| payload.pages[0].fields.swap(0, 1), ..Making::default() });
    mismatch(Making { claims: |claims| claims.digest[3] ^= 1, ..Making::default() });
    mismatch(Making { claims: |claims| claims.number.push('1'), ..Making::default() });
    mismatch(Making { claims: |claims| claims.licence_id.0[0] ^= 1, ..Making::default() });
    mismatch(Making { payload: |payload| payload.format = "elicence-payload/2".into(), ..Making::default() });
}

#[test]
fn a_swapped_photo_is_seen_under_a_genuine_seal() {
    let photo = |change: fn(&mut Vec<u8>)| judged(Making { template: "constructor", unsealed: change, ..Making::default() }, &evidence());
    assert_eq!(photo(|_| {}).0, Verdict::Valid);
    let in_the_picture = |file: &mut Vec<u8>| {
        let at = file.windows(10).rposition(|window| window == b"/DCTDecode").expect("a photo") + 600;
        file[at] ^= 1;
    };
    let (verdict, codes) = photo(in_the_picture);
    assert_eq!((verdict, codes[0].as_str()), (Verdict::Invalid, "CONTENT_MISMATCH"));
    let inverted = |file: &mut Vec<u8>| {
        let at = file.windows(19).rposition(|window| window == b"/BitsPerComponent 8").expect("a photo") + 18;
        file[at] = b'4';
    };
    assert_eq!(photo(inverted).1[0], "CONTENT_MISMATCH");
    let (verdict, codes) =
        judged(Making { template: "constructor", payload: |payload| payload.photos.clear(), ..Making::default() }, &evidence());
    assert_eq!(
        (verdict, codes[0].as_str()),
        (Verdict::Valid, "REVOCATION_NOT_CHECKED"),
        "a photo is not drawn that the payload does not name"
    );
}

#[test]
fn an_original_is_certified() {
    let (verdict, codes) = judged(Making { certify: None, ..Making::default() }, &evidence());
    assert_eq!((verdict, codes[0].as_str()), (Verdict::Invalid, "NOT_CERTIFIED"));
    let (verdict, _) = judged(Making { certify: Some(Certify::NoChanges), ..Making::default() }, &evidence());
    assert_eq!(verdict, Verdict::Valid);
}

#[test]
fn dates_are_judged_about_the_moment() {
    let (_, codes) = judged(Making { payload: |p| p.valid_until = Some("2027-01-15".into()), ..Making::default() }, &evidence());
    assert!(!codes.contains(&"LICENCE_EXPIRED".to_owned()), "the last day is included: {codes:?}");
    let (verdict, codes) = judged(Making { payload: |p| p.valid_until = Some("2027-01-14".into()), ..Making::default() }, &evidence());
    assert_eq!((verdict, codes[0].as_str()), (Verdict::Invalid, "LICENCE_EXPIRED"));
    let (verdict, codes) = judged(Making { payload: |p| p.valid_from = Some("2027-01-16".into()), ..Making::default() }, &evidence());
    assert_eq!((verdict, codes[0].as_str()), (Verdict::Invalid, "LICENCE_NOT_YET_VALID"));
}

#[test]
fn the_register_has_the_last_word() {
    let document = Making::default().make();
    let answered = |state, signed_digest_matches, payload_digest_matches| {
        let register = Some(RegisterAnswer { state, signed_digest_matches, payload_digest_matches, as_of: AT });
        let report = verify(&document, &Evidence { register, ..evidence() }).expect("sealed");
        (report.verdict, report.reasons[0].code.clone())
    };
    let invalid = |code: &str| (Verdict::Invalid, code.to_owned());
    assert_eq!(answered(Some(LicenceState::Active), true, true), (Verdict::Valid, "REVOCATION_NOT_CHECKED".to_owned()));
    assert_eq!(answered(None, false, false), invalid("REGISTER_UNKNOWN"));
    assert_eq!(answered(Some(LicenceState::Active), false, true), invalid("REGISTER_MISMATCH"));
    assert_eq!(answered(Some(LicenceState::Active), true, false), invalid("REGISTER_MISMATCH"));
    assert_eq!(answered(Some(LicenceState::Revoked), true, true), invalid("REVOKED"));
    assert_eq!(answered(Some(LicenceState::Suspended), true, true), invalid("SUSPENDED"));
    assert_eq!(answered(Some(LicenceState::Superseded), true, true), invalid("SUPERSEDED"));
}

#[test]
fn a_token_without_its_key_is_said_but_does_not_change_the_verdict() {
    let report = verify(&Making::default().make(), &Evidence { qr_keys: Default::default(), ..evidence() }).expect("sealed");
    assert_eq!(report.verdict, Verdict::Valid);
    assert_eq!(report.qr.map(|qr| qr.verdict), Some(QrVerdict::UnknownIssuer));
    assert!(report.reasons.iter().any(|reason| reason.code == "QR_NOT_CHECKED"));
}
