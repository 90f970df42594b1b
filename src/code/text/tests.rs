//! Both text forms, their limits, and what is dropped when a token does not fit.

use super::*;
use crate::code::{StatusReference, Value};
use crate::domain::licence::LicenceId;

const URL: &str = "https://verify.example.gov.cn";

fn claims() -> Claims {
    Claims {
        issuer: "11999999000000027G".into(),
        issued_at: 1_773_187_200,
        expires: None,
        licence_id: LicenceId([7; 16]),
        type_code: "11100000000013338W011".into(),
        number: "JY14401130241234".into(),
        holder: Some("示例食品贸易有限公司".into()),
        issue_day: Some(20523),
        expiry_day: Some(22348),
        status: StatusReference { list: 1, index: 123_456 },
        digest: [9; 16],
        more: [(FIRST_DAY_IN_FORCE, Value::Int(20600)), (2, Value::Text("甲".into()))].into(),
        annotation: None,
    }
}

fn cose(claims: &Claims) -> Vec<u8> {
    TokenToSign::new(claims, TokenAlgorithm::Esp256, [1, 2, 3, 4]).finish(&[0xa5; 64]).expect("64 bytes")
}

/// Bytes that hardly deflate.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1u64;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as u8
        })
        .collect()
}

#[test]
fn every_form_reads_back_whatever_the_host() {
    let cose = cose(&claims());
    for text in [qr_text(URL, &cose), qr_text("http://127.0.0.1:8080/", &cose), lc1_text(&cose), format!(" {}\n", lc1_text(&cose))] {
        assert_eq!(cose_from_text(&text), Ok(cose.clone()), "{text}");
    }
    let packed = format!("{URL}/q#2{}", digits::encode(&deflate(&cose).expect("shorter")));
    assert_eq!(cose_from_text(&packed), Ok(cose));
}

#[test]
fn deflate_is_used_only_where_the_symbol_gets_smaller() {
    assert!(qr_text(URL, &noise(40).repeat(6)).contains("/q#2"));
    assert!(qr_text(URL, &noise(232)).contains("/q#1"));
}

#[test]
fn what_is_no_code_is_told_from_what_is_misread() {
    for text in [
        "",
        "hello",
        "https://x/q",
        "https://x/q#",
        "https://x/q#3123",
        "https:///q#1123",
        "ftp://x/q#1123",
        "https://x/p#1123",
        "https://x/q#1",
        "https://x/q#112a",
        "LC1:",
    ] {
        assert_eq!(cose_from_text(text), Err(CodeError::NotACode), "{text}");
    }
    for text in ["https://x/q#112", "https://x/q#1999", "LC1:~", "https://x/q#2255"] {
        assert!(matches!(cose_from_text(text), Err(CodeError::Unreadable(_))), "{text}");
    }
}

#[test]
fn a_deflate_bomb_is_stopped() {
    let bomb = deflate(&vec![0; 1 << 20]).expect("shorter");
    assert_eq!(cose_from_text(&format!("{URL}/q#2{}", digits::encode(&bomb))), Err(CodeError::TooLong));
    let ratio = deflate(&[0; 3000]).expect("shorter");
    assert!(ratio.len() * MAX_RATIO < 3000);
    assert_eq!(cose_from_text(&format!("{URL}/q#2{}", digits::encode(&ratio))), Err(CodeError::TooLong));
    assert_eq!(cose_from_text(&format!("{URL}/q#1{}", "0".repeat(MAX_TEXT))), Err(CodeError::TooLong));
    assert_eq!(cose_from_text(&format!("{URL}/q#1{}", digits::encode(&noise(MAX_TOKEN + 1)))), Err(CodeError::TooLong));
}

#[test]
fn optional_fields_are_dropped_in_their_order() {
    let whole = claims();
    assert_eq!(fit_claims(whole.clone(), URL).as_ref(), Ok(&whole));
    let mut long = claims();
    long.more.insert(2, Value::Text("长".repeat(50)));
    let fitted = fit_claims(long, URL).expect("without the long field");
    assert_eq!((fitted.more.len(), fitted.holder.is_some()), (1, true));
    assert_eq!(fitted.first_day(), Some(20600));
    let mut longer = claims();
    longer.holder = Some("长".repeat(60));
    let fitted = fit_claims(longer, URL).expect("without the holder");
    assert_eq!(fitted.holder, None);
    assert_eq!(fit_claims(claims(), &format!("https://{}.cn", "x".repeat(200))), Err(CodeError::DoesNotFit));
}

#[test]
fn claims_read_back_with_everything_in_them() {
    let mut full = claims();
    full.expires = Some(1);
    full.annotation = Some(crate::code::Annotation { audience: "a".into(), matter: "m".into(), not_after: 2, receipt_id: vec![3] });
    for claims in [claims(), full] {
        assert_eq!(Claims::decode(&claims.encode()), Ok(claims));
    }
}
