//! The published test vectors: identifiers, codes, and QR tokens.

use elicence::code::{Claims, StatusReference, Token, TokenToSign, cose_from_text, lc1_text, qr_text, symbol};
use elicence::domain::codes::{CitizenId, Uscc};
use elicence::domain::identifier::{Identifier, IdentifierProblem, ParsedIdentifier};
use elicence::domain::key_set::{KeySet, QrKey, TokenAlgorithm, kid_of};
use elicence::domain::licence::LicenceId;
use elicence::domain::verdict::QrVerdict;
use elicence::verify::token::report_token;
use serde_json::Value;
use std::collections::BTreeMap;
use time::macros::datetime;

fn identifiers() -> Value {
    serde_json::from_str(include_str!("vectors/identifiers.json")).expect("JSON")
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().expect("an array").iter().map(|v| v.as_str().expect("a string")).collect()
}

#[test]
fn valid_identifiers_are_read_and_written_back() {
    let vectors = identifiers();
    let valid = strings(&vectors["identifier_valid"]);
    assert_eq!(valid.len(), 9);
    for text in valid {
        assert_eq!(Identifier::parse(text).map(|i| i.to_string()).as_deref(), Ok(text));
        assert!(ParsedIdentifier::parse_lenient(text).is_ok_and(|p| p.issuer_is_uscc()), "{text}");
    }
}

#[test]
fn an_issuer_of_another_length_is_read_leniently_only() {
    for text in strings(&identifiers()["identifier_valid_but_issuer_not_18"]) {
        assert_eq!(Identifier::parse(text), Err(IdentifierProblem::Issuer), "{text}");
        assert!(ParsedIdentifier::parse_lenient(text).is_ok_and(|p| !p.issuer_is_uscc()), "{text}");
    }
}

#[test]
fn invalid_identifiers_are_refused_by_both_readers() {
    let vectors = identifiers();
    let invalid = vectors["identifier_invalid"].as_array().expect("an array");
    assert_eq!(invalid.len(), 5);
    for text in invalid.iter().map(|pair| pair[0].as_str().expect("a string")) {
        assert!(Identifier::parse(text).is_err(), "{text}");
        assert!(ParsedIdentifier::parse_lenient(text).is_err(), "{text}");
    }
}

#[test]
fn codes_with_check_digits() {
    let vectors = identifiers();
    for text in strings(&vectors["uscc_valid"]) {
        assert!(Uscc::parse(text).is_ok(), "{text}");
    }
    for text in strings(&vectors["uscc_invalid"]) {
        assert!(Uscc::parse(text).is_err(), "{text}");
    }
    for text in strings(&vectors["citizen_id_valid"]) {
        assert!(CitizenId::parse(text).is_ok(), "{text}");
    }
    for text in strings(&vectors["citizen_id_invalid"]) {
        assert!(CitizenId::parse(text).is_err(), "{text}");
    }
}

fn tokens() -> Value {
    serde_json::from_str(include_str!("vectors/licence-qr.json")).expect("JSON")
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("a string")).expect("hex")
}

/// The claims of a vector, from its plain words.
fn claims(vector: &Value) -> Claims {
    let claims = &vector["claims"];
    let text = |name: &str| claims[name].as_str().expect("a string").to_owned();
    let array = |name: &str| bytes(&claims[name]).try_into().expect("16 bytes");
    let index = |at: usize| claims["status"][at].as_u64().and_then(|n| u32::try_from(n).ok()).expect("an index");
    Claims {
        issuer: text("issuer"),
        issued_at: claims["issued_at"].as_i64().expect("a time"),
        expires: None,
        licence_id: LicenceId(array("licence_id_hex")),
        type_code: text("type"),
        number: text("number"),
        holder: Some(text("holder")),
        issue_day: claims["issue_day"].as_i64(),
        expiry_day: claims["expiry_day"].as_i64(),
        status: StatusReference { list: index(0), index: index(1) },
        digest: array("digest_hex"),
        more: BTreeMap::new(),
        annotation: None,
    }
}

#[test]
fn tokens_are_made_byte_for_byte() {
    for vector in tokens()["valid"].as_array().expect("an array") {
        let alg = TokenAlgorithm::from_cose_id(vector["alg"].as_i64().expect("alg")).expect("known");
        let kid = kid_of(&bytes(&vector["spki_der_hex"]));
        assert_eq!(kid.to_vec(), bytes(&vector["kid_hex"]));
        assert_eq!(claims(vector).encode(), bytes(&vector["payload_hex"]));
        let cose = TokenToSign::new(&claims(vector), alg, kid).finish(&bytes(&vector["signature_hex"])).expect("64 bytes");
        assert_eq!(cose, bytes(&vector["cose_hex"]));
        assert_eq!(lc1_text(&cose), vector["lc1_text"]);
        let url = qr_text("https://verify.example.gov.cn", &cose);
        assert_eq!(url, vector["url"]);
        assert_eq!(i64::from(symbol(&url).expect("fits").version), vector["qr_version_at_M"]);
    }
}

#[test]
fn tokens_are_read_from_every_text_form() {
    for vector in tokens()["valid"].as_array().expect("an array") {
        let cose = bytes(&vector["cose_hex"]);
        for form in ["url", "lc1_text"] {
            assert_eq!(cose_from_text(vector[form].as_str().expect("a string")).as_ref(), Ok(&cose));
        }
        assert_eq!(Token::parse(&cose).expect("reads").claims, claims(vector));
    }
}

/// The keys of the vectors, pinned to their issuer and type.
fn keys(vectors: &Value) -> KeySet {
    let key = |vector: &Value| {
        let public_key = bytes(&vector["spki_der_hex"]);
        QrKey {
            kid: kid_of(&public_key),
            alg: TokenAlgorithm::from_cose_id(vector["alg"].as_i64().expect("alg")).expect("known"),
            issuer: "CN-440113".into(),
            types: vec!["11100000000013338W011".into()],
            not_before: datetime!(2026-01-01 00:00 UTC),
            not_after: datetime!(2028-01-01 00:00 UTC),
            public_key,
            certificate: None,
        }
    };
    KeySet::new(vectors["valid"].as_array().expect("an array").iter().map(key).collect()).expect("good keys")
}

#[test]
fn tokens_are_judged_as_expected() {
    let (vectors, at) = (tokens(), datetime!(2026-11-22 09:00 UTC));
    let keys = keys(&vectors);
    let judge = |text: &str| report_token(text, &keys, None, at, None).expect("a code").qr.map(|qr| qr.verdict);
    for vector in vectors["valid"].as_array().expect("an array") {
        for form in ["url", "lc1_text"] {
            assert_eq!(judge(vector[form].as_str().expect("a string")), Some(QrVerdict::ValidAsOf));
        }
    }
    let invalid = vectors["invalid"].as_array().expect("an array");
    assert_eq!(invalid.len(), 4);
    for vector in invalid {
        let expected: QrVerdict = serde_json::from_value(vector["expect"].clone()).expect("a verdict");
        let cose = bytes(&vector["cose_hex"]);
        for text in [lc1_text(&cose), qr_text("https://verify.example.gov.cn", &cose)] {
            assert_eq!(judge(&text), Some(expected), "{}", vector["name"]);
        }
    }
}
