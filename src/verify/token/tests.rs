//! Every verdict of a token, and which comes first where two apply.

use super::*;
use crate::code::status_list::{StatusList, StatusListClaims, StatusListToSign};
use crate::code::{Annotation, FIRST_DAY_IN_FORCE, StatusReference, TokenToSign, Value, qr_text};
use crate::domain::key_set::kid_of;
use crate::domain::licence::LicenceId;
use ring::signature::{Ed25519KeyPair, KeyPair};
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);
const ISSUER: &str = "11999999000000027G";
const KIND: &str = "11100000000013338W011";

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed")
}

fn key(seed: u8) -> QrKey {
    let mut public_key = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    public_key.extend_from_slice(pair(seed).public_key().as_ref());
    QrKey {
        kid: kid_of(&public_key),
        alg: TokenAlgorithm::Ed25519,
        issuer: ISSUER.into(),
        types: vec![KIND.into()],
        not_before: datetime!(2026-01-01 00:00 UTC),
        not_after: datetime!(2027-01-01 00:00 UTC),
        public_key,
        certificate: None,
    }
}

fn keys() -> KeySet {
    KeySet::new(vec![key(1)]).expect("good")
}

fn claims() -> Claims {
    Claims {
        issuer: ISSUER.into(),
        issued_at: NOW.unix_timestamp() - 60,
        expires: None,
        licence_id: LicenceId([7; 16]),
        type_code: KIND.into(),
        number: "JY14401130241234".into(),
        holder: Some("王*".into()),
        issue_day: Some(20779),
        expiry_day: Some(20779),
        status: StatusReference { list: 3, index: 9 },
        digest: [9; 16],
        more: Default::default(),
        annotation: None,
    }
}

fn cose(claims: &Claims, seed: u8) -> Vec<u8> {
    let unsigned = TokenToSign::new(claims, TokenAlgorithm::Ed25519, key(seed).kid);
    let signature = pair(seed).sign(&unsigned.to_be_signed());
    unsigned.finish(signature.as_ref()).expect("64 bytes")
}

fn judge(claims: &Claims, status: Option<&StatusAnswer>, at: OffsetDateTime) -> QrVerdict {
    judge_token(&Token::parse(&cose(claims, 1)).expect("reads"), &keys(), status, at, Some("me"))
}

fn answer(state: Option<LicenceState>) -> StatusAnswer {
    StatusAnswer { state, as_of: NOW, good_until: None, source: StatusSource::Register }
}

#[test]
fn without_a_status_it_is_valid_as_of_its_issue() {
    assert_eq!(judge(&claims(), None, NOW), QrVerdict::ValidAsOf);
}

#[test]
fn the_register_decides() {
    for (state, verdict) in [
        (Some(LicenceState::Active), QrVerdict::Valid),
        (Some(LicenceState::Suspended), QrVerdict::Suspended),
        (Some(LicenceState::Restricted), QrVerdict::Suspended),
        (Some(LicenceState::Lost), QrVerdict::Suspended),
        (Some(LicenceState::Superseded), QrVerdict::Superseded),
        (Some(LicenceState::Revoked), QrVerdict::Revoked),
        (Some(LicenceState::Cancelled), QrVerdict::Revoked),
        (Some(LicenceState::Void), QrVerdict::Revoked),
        (Some(LicenceState::Minting), QrVerdict::Revoked),
        (None, QrVerdict::Revoked),
    ] {
        assert_eq!(judge(&claims(), Some(&answer(state)), NOW), verdict, "{state:?}");
    }
}

#[test]
fn the_last_day_is_a_whole_day_in_china() {
    // Day 20779 is 2026-11-22: from 2026-11-21 16:00 to 2026-11-22 16:00 UTC.
    let early = Claims { issued_at: 0, ..claims() };
    let old_key = QrKey { not_before: OffsetDateTime::UNIX_EPOCH, ..key(1) };
    let keys = KeySet::new(vec![old_key]).expect("good");
    let at = |at| judge_token(&Token::parse(&cose(&early, 1)).expect("reads"), &keys, None, at, None);
    assert_eq!(at(datetime!(2026-11-21 15:59:59 UTC)), QrVerdict::NotYet);
    assert_eq!(at(datetime!(2026-11-21 16:00 UTC)), QrVerdict::ValidAsOf);
    assert_eq!(at(datetime!(2026-11-22 15:59:59 UTC)), QrVerdict::ValidAsOf);
    assert_eq!(at(datetime!(2026-11-22 16:00 UTC)), QrVerdict::Expired);
}

#[test]
fn dates_are_judged_before_the_status() {
    let revoked = answer(Some(LicenceState::Revoked));
    assert_eq!(judge(&Claims { expiry_day: Some(20778), ..claims() }, Some(&revoked), NOW), QrVerdict::Expired);
    assert_eq!(judge(&Claims { expires: Some(0), ..claims() }, None, NOW), QrVerdict::Expired);
    assert_eq!(judge(&Claims { issued_at: NOW.unix_timestamp() + 299, ..claims() }, None, NOW), QrVerdict::ValidAsOf);
    assert_eq!(judge(&Claims { issued_at: NOW.unix_timestamp() + 301, ..claims() }, None, NOW), QrVerdict::NotYet);
    let later = Claims { more: [(FIRST_DAY_IN_FORCE, Value::Int(20780))].into(), ..claims() };
    assert_eq!(judge(&later, Some(&revoked), NOW), QrVerdict::NotYet);
}

#[test]
fn a_key_is_pinned_to_issuer_type_and_validity() {
    for wrong in [
        Claims { issuer: "11999999000000019M".into(), ..claims() },
        Claims { type_code: "11100000000013338W012".into(), ..claims() },
        Claims { issued_at: datetime!(2025-12-31 23:59:59 UTC).unix_timestamp(), ..claims() },
        Claims { issued_at: i64::MIN, ..claims() },
    ] {
        assert_eq!(judge(&wrong, None, NOW), QrVerdict::UnknownIssuer);
    }
    let stranger = Token::parse(&cose(&claims(), 2)).expect("reads");
    assert_eq!(judge_token(&stranger, &keys(), None, NOW, None), QrVerdict::UnknownIssuer);
    assert_eq!(judge_token(&stranger, &KeySet::default(), None, NOW, None), QrVerdict::UnknownIssuer);
}

#[test]
fn every_key_with_the_kid_is_tried() {
    let token = Token::parse(&cose(&claims(), 1)).expect("reads");
    let unpinned = QrKey { types: vec![], ..key(1) };
    let both = KeySet::new(vec![unpinned, key(1)]).expect("good");
    assert_eq!(judge_token(&token, &both, None, NOW, None), QrVerdict::ValidAsOf);
}

#[test]
fn a_copy_is_for_its_audience_only_and_only_for_a_while() {
    let annotation =
        |audience: &str, not_after| Annotation { audience: audience.into(), matter: "m".into(), not_after, receipt_id: vec![1] };
    let second = NOW.unix_timestamp();
    let copy = |audience, not_after| Claims { annotation: Some(annotation(audience, not_after)), ..claims() };
    assert_eq!(judge(&copy("me", second), None, NOW), QrVerdict::ValidAsOf);
    assert_eq!(judge(&copy("me", second - 1), None, NOW), QrVerdict::Expired);
    assert_eq!(judge(&copy("you", second), None, NOW), QrVerdict::NotForYou);
    let token = Token::parse(&cose(&copy("me", second), 1)).expect("reads");
    assert_eq!(judge_token(&token, &keys(), None, NOW, None), QrVerdict::NotForYou);
}

fn signed_list(list: &StatusList, issuer: &str, number: u32, seed: u8) -> StatusListToken {
    let second = NOW.unix_timestamp();
    let claims = StatusListClaims {
        issuer: issuer.into(),
        subject: format!("https://verify.example.gov.cn/api/v1/status-lists/{number}"),
        issued_at: second,
        expires: second + 3600,
        time_to_live: 60,
    };
    let unsigned = StatusListToSign::new(&claims, list, TokenAlgorithm::Ed25519, key(1).kid);
    let signature = pair(seed).sign(&unsigned.to_be_signed());
    StatusListToken::parse(&unsigned.finish(signature.as_ref()).expect("64 bytes")).expect("reads")
}

#[test]
fn a_signed_list_answers_until_it_is_too_old() {
    let mut list = StatusList::new();
    let state = |list: &StatusList| StatusAnswer::from_list(&signed_list(list, ISSUER, 3, 1), &claims(), &keys()).expect("an answer");
    let fresh = state(&list);
    assert_eq!(judge(&claims(), Some(&fresh), NOW), QrVerdict::Valid);
    assert_eq!(judge(&claims(), Some(&fresh), NOW + time::Duration::hours(2)), QrVerdict::StaleVerifier);
    for (value, verdict, when_stale) in [
        (1, QrVerdict::Revoked, QrVerdict::Revoked),
        (2, QrVerdict::Suspended, QrVerdict::StaleVerifier),
        (3, QrVerdict::Superseded, QrVerdict::Superseded),
    ] {
        list.set(9, value);
        assert_eq!(judge(&claims(), Some(&state(&list)), NOW), verdict);
        assert_eq!(judge(&claims(), Some(&state(&list)), NOW + time::Duration::hours(2)), when_stale);
    }
}

#[test]
fn a_list_of_somebody_else_is_no_answer() {
    let list = StatusList::new();
    for wrong in [signed_list(&list, ISSUER, 3, 2), signed_list(&list, ISSUER, 4, 1), signed_list(&list, "11999999000000019M", 3, 1)] {
        assert_eq!(StatusAnswer::from_list(&wrong, &claims(), &keys()), None);
    }
    let nowhere = Claims { status: StatusReference { list: 3, index: 1 << 20 }, ..claims() };
    assert_eq!(StatusAnswer::from_list(&signed_list(&list, ISSUER, 3, 1), &nowhere, &keys()), None);
}

#[test]
fn a_report_repeats_only_what_is_proven() {
    let text = qr_text("https://verify.example.gov.cn", &cose(&claims(), 1));
    let report = report_token(&text, &keys(), None, NOW, None).expect("a code");
    assert_eq!((report.kind, report.verdict), (ReportKind::Qr, Verdict::Valid));
    assert_eq!(report.reasons.first().map(|r| r.code.as_str()), Some("STATUS_NOT_CHECKED"));
    let licence = report.licence.expect("the licence");
    assert_eq!((licence.issued_on.as_deref(), licence.holder.as_deref()), (Some("2026-11-22"), Some("王*")));

    let unknown = report_token(&text, &KeySet::default(), None, NOW, None).expect("a code");
    assert_eq!((unknown.verdict, unknown.licence), (Verdict::Indeterminate, None));

    let gone = report_token(&text, &keys(), Some(&answer(None)), NOW, None).expect("a code");
    assert_eq!(gone.verdict, Verdict::Invalid);
    assert_eq!(gone.reasons.first().map(|r| r.code.as_str()), Some("REGISTER_UNKNOWN"));
    assert_eq!(gone.status.map(|s| s.state), Some("unknown".into()));
}

#[test]
fn every_changed_digit_is_noticed() {
    let text = qr_text("https://verify.example.gov.cn", &cose(&claims(), 1));
    let from = text.find('#').expect("a fragment") + 2;
    for at in from..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'9' { b'0' } else { changed[at] + 1 };
        let changed = String::from_utf8(changed).expect("digits");
        let verdict = report_token(&changed, &keys(), None, NOW, None).map(|report| report.qr.map(|qr| qr.verdict));
        // A change in the kid makes it the token of a key that nobody knows, one in the frame leaves no token at all.
        let noticed = matches!(verdict, Ok(Some(QrVerdict::Tampered | QrVerdict::UnknownIssuer)) | Err(CodeError::Unreadable(_)));
        assert!(noticed, "digit {at}: {verdict:?}");
    }
    for length in from..text.len() {
        assert!(report_token(&text[..length], &keys(), None, NOW, None).is_err(), "the first {length} characters");
    }
    assert_eq!(report_token("hello", &keys(), None, NOW, None), Err(CodeError::NotACode));
}
