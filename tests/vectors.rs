//! The published test vectors: identifiers, codes, and QR tokens.

use elicence::domain::codes::{CitizenId, Uscc};
use elicence::domain::identifier::{Identifier, IdentifierProblem, ParsedIdentifier};
use serde_json::Value;

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
