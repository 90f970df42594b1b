//! Time-stamps, revocation lists and OCSP answers that openssl made (tests/vectors/openssl), read by us; and spoilt ones refused.

use elicence::cms::{
    certificate_id::CertificateId,
    check_signature::SignatureError,
    check_time_stamp::TokenProblem,
    read_certificate::{Certificate, Purpose},
    read_ocsp::{OcspAnswer, OcspError, OcspStatus, ResponderId},
    read_revocation_list::RevocationList,
    read_time_stamp::TimeStampToken,
    read_time_stamp_answer::{StampFailure, TimeStampAnswer},
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};
use std::path::Path;
use time::{Duration, macros::datetime};

fn vector(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/openssl").join(name);
    std::fs::read(path).expect("a committed file")
}

const STAMPED: &[u8] = b"what existed";

#[test]
fn certificates_say_where_to_ask_about_them() {
    let der = vector("good.cer");
    let good = Certificate::read(&der).unwrap();
    assert_eq!(good.ocsp_urls, ["http://ocsp.example/a", "http://ocsp.example/b"]);
    assert_eq!(good.ca_issuer_urls, ["http://ca.example/root.cer"]);
    assert_eq!(good.crl_urls, ["http://crl.example/root.crl", "ldap://crl.example/cn=root"]);
    let root_der = vector("root.cer");
    let root = Certificate::read(&root_der).unwrap();
    assert_eq!((good.issuer, good.authority_key_identifier), (root.subject, root.key_identifier));
    assert!(root.is_self_issued() && !good.is_self_issued());
    assert!(root.may_sign_lists() && !good.may_sign_lists() && good.may_seal());
    assert!(good.not_before < good.not_after && good.is_valid_at(good.not_before) && !good.is_valid_at(good.not_after + Duration::SECOND));
    assert!(good.signed.check(root.spki).is_ok());
    assert_eq!(good.signed.check(good.spki).map(|found| found.name), Err(SignatureError::Wrong));
}

#[test]
fn purposes_of_stamping_and_answering_are_told_apart() {
    let [tsa, loose, responder, good] = ["tsa.cer", "loose.cer", "responder.cer", "good.cer"].map(vector);
    let [tsa, loose, responder, good] = [&tsa, &loose, &responder, &good].map(|der| Certificate::read(der).unwrap());
    assert!(tsa.may_stamp_time() && !tsa.may_answer_ocsp() && !tsa.may_seal());
    assert!(!loose.may_stamp_time(), "timeStamping must stand alone and be critical");
    assert!(responder.may_answer_ocsp() && responder.has_ocsp_nocheck && !responder.may_stamp_time());
    assert_eq!(responder.purposes, Some(vec![Purpose::OcspSigning]));
    assert!(!good.may_answer_ocsp() && !good.may_stamp_time() && !good.has_ocsp_nocheck);
}

#[test]
fn tokens_of_openssl_hold() {
    let root = vector("root.cer");
    for (name, hash) in [("ecdsa.tsr", &SHA256), ("rsa.tsr", &SHA512), ("v1.tsr", &SHA256)] {
        let answer = vector(name);
        let answer = TimeStampAnswer::read(&answer).unwrap();
        assert_eq!((answer.status, answer.failure), (0, None), "{name}");
        let (token, rest) = TimeStampToken::read(answer.token.unwrap()).unwrap();
        assert!(rest.is_empty() && Some(token.der) == answer.token);
        let info = &token.info;
        assert_eq!(info.imprint, digest(hash, STAMPED).as_ref());
        assert_eq!(info.imprint_algorithm.hash().map(|found| found.ring()), Some(hash));
        assert_eq!(info.accuracy, Some(Duration::seconds(1) + Duration::milliseconds(500) + Duration::microseconds(100)));
        assert!(info.ordering && info.tsa.is_some() && info.nonce.is_none());
        assert!(info.gen_time > datetime!(2026-01-01 0:00 UTC) && info.gen_time.millisecond() < 1000);
        let signer = token.signer([]).unwrap();
        token.check(&signer).unwrap();
        assert!(signer.signed.check(Certificate::read(&root).unwrap().spki).is_ok());
        assert_eq!(token.signed.attributes.signing_certificate_v1.is_some(), name == "v1.tsr");
        let stranger = vector("loose.cer");
        assert_eq!(token.check(&Certificate::read(&stranger).unwrap()).err(), Some(TokenProblem::NotBound));
    }
}

#[test]
fn a_token_without_certificates_takes_them_from_elsewhere() {
    let answer = vector("bare.tsr");
    let token = TimeStampAnswer::read(&answer).unwrap().token.unwrap();
    let (token, _) = TimeStampToken::read(token).unwrap();
    assert_eq!(token.info.imprint, digest(&SHA384, STAMPED).as_ref());
    assert_eq!(token.signer([]).err(), Some(TokenProblem::NoSigner));
    let (tsa, rsa) = (vector("tsa.cer"), vector("rsa.cer"));
    let signer = token.signer([&rsa[..], &tsa, &tsa]).unwrap();
    token.check(&signer).unwrap();
}

#[test]
fn a_refusal_says_why() {
    let answer = vector("rejected.tsr");
    let answer = TimeStampAnswer::read(&answer).unwrap();
    assert_eq!((answer.status, answer.failure, answer.token), (2, Some(StampFailure::BadAlgorithm), None));
    assert!(!answer.texts.is_empty());
}

#[test]
fn every_flipped_byte_of_a_token_is_noticed() {
    let answer = vector("ecdsa.tsr");
    let whole = TimeStampAnswer::read(&answer).unwrap().token.unwrap().to_vec();
    let mut unnoticed = Vec::new();
    for at in 0..whole.len() {
        let mut spoilt = whole.clone();
        spoilt[at] ^= 0x01;
        let holds = TimeStampToken::read(&spoilt)
            .is_ok_and(|(token, rest)| rest.is_empty() && token.signer([]).is_ok_and(|signer| token.check(&signer).is_ok()));
        if holds {
            unnoticed.push(at);
        }
    }
    assert_eq!(unnoticed, Vec::<usize>::new());
    for length in 0..whole.len() {
        assert!(TimeStampToken::read(&whole[..length]).is_err());
    }
}

#[test]
fn a_list_tells_who_is_revoked() {
    let der = vector("plain.crl");
    let list = RevocationList::read(&der).unwrap();
    let root = vector("root.cer");
    let root = Certificate::read(&root).unwrap();
    assert_eq!((list.issuer, list.authority_key_identifier), (root.subject, root.key_identifier));
    list.signed.check(root.spki).unwrap();
    assert!(list.scope.is_complete());
    assert_eq!(list.number, Some(&[0x10, 0x00][..]));
    assert_eq!(list.next_update, Some(list.this_update + Duration::days(30)));
    let [good, revoked] = ["good.cer", "revoked.cer"].map(vector);
    let entry = list.entry(Certificate::read(&revoked).unwrap().serial).unwrap();
    assert_eq!((entry.at, entry.reason), (datetime!(2026-03-01 12:00 UTC), Some(1)));
    let large = list.entry(&[&[0, 0x80][..], &[0; 8], &[1]].concat()).unwrap();
    assert_eq!((large.at, large.reason), (datetime!(2026-04-01 12:00 UTC), None));
    assert_eq!(list.entry(Certificate::read(&good).unwrap().serial), None);
    assert_eq!(list.entries().count(), 2);
}

#[test]
fn lists_of_special_kinds_say_so() {
    assert!(RevocationList::read(&vector("strange.crl")).is_err(), "a critical extension that nobody knows");
    let scoped = vector("scoped.crl");
    let scoped = RevocationList::read(&scoped).unwrap().scope;
    assert!(scoped.only_end_entities && !scoped.is_complete() && !scoped.is_indirect);
    let indirect = vector("indirect.crl");
    assert!(RevocationList::read(&indirect).unwrap().scope.is_indirect);
    let delta = vector("delta.crl");
    assert!(RevocationList::read(&delta).unwrap().scope.is_delta);
}

#[test]
fn every_flipped_byte_of_a_list_is_noticed() {
    let der = vector("plain.crl");
    let root = vector("root.cer");
    let spki = Certificate::read(&root).unwrap().spki;
    for at in 0..der.len() {
        let mut spoilt = der.clone();
        spoilt[at] ^= 0x01;
        assert!(RevocationList::read(&spoilt).is_err() || RevocationList::read(&spoilt).unwrap().signed.check(spki).is_err(), "{at}");
    }
}

#[test]
fn an_ocsp_answer_of_a_delegate_tells_all_three_states() {
    let der = vector("delegated.ocsp");
    let answer = OcspAnswer::read(&der).unwrap();
    let [root, good, revoked, stranger, responder] = ["root.cer", "good.cer", "revoked.cer", "stranger.cer", "responder.cer"].map(vector);
    let [root, good, revoked, stranger, responder] =
        [&root, &good, &revoked, &stranger, &responder].map(|der| Certificate::read(der).unwrap());
    assert_eq!(answer.responder, ResponderId::Name(responder.subject));
    assert_eq!(answer.certificates, [responder.der]);
    answer.signed.check(responder.spki).unwrap();
    assert!(answer.nonce.is_none());
    let of = |certificate: &Certificate<'_>| {
        let mut found = answer.answers.iter().filter(|single| single.certificate.is_of(certificate.serial, &root));
        found.next().map(|single| single.status)
    };
    assert_eq!(of(&good), Some(OcspStatus::Good));
    assert_eq!(of(&revoked), Some(OcspStatus::Revoked { at: datetime!(2026-03-01 12:00 UTC), reason: Some(1) }));
    assert_eq!(of(&stranger), Some(OcspStatus::Unknown));
    assert_eq!(of(&responder), None);
    // the same serial number under another issuer is another certificate
    assert!(answer.answers.iter().all(|single| !single.certificate.is_of(good.serial, &responder)));
    let single = answer.answers[0];
    assert_eq!(single.next_update, Some(single.this_update + Duration::days(30)));
    // the bare BasicOCSPResponse says the same
    let bare = OcspAnswer::read(answer.basic).unwrap();
    assert_eq!((bare.answers, bare.produced_at), (answer.answers, answer.produced_at));
}

#[test]
fn an_ocsp_answer_of_the_issuer_itself() {
    let der = vector("direct.ocsp");
    let answer = OcspAnswer::read(&der).unwrap();
    let [root, good] = ["root.cer", "good.cer"].map(vector);
    let [root, good] = [&root, &good].map(|der| Certificate::read(der).unwrap());
    answer.signed.check(root.spki).unwrap();
    let key = elicence::cms::check_signature::key_bits(root.spki).unwrap();
    assert_eq!(answer.responder, ResponderId::KeyHash(digest(&SHA1_FOR_LEGACY_USE_ONLY, key).as_ref()));
    assert!(answer.nonce.is_some() && answer.certificates.is_empty());
    let id: CertificateId<'_> = answer.answers[0].certificate;
    assert!(id.is_of(good.serial, &root) && id.algorithm.hash().is_some());
}

#[test]
fn every_flipped_byte_of_an_ocsp_answer_is_noticed() {
    let der = vector("direct.ocsp");
    let root = vector("root.cer");
    let spki = Certificate::read(&root).unwrap().spki;
    for at in 0..der.len() {
        let mut spoilt = der.clone();
        spoilt[at] ^= 0x01;
        let holds = OcspAnswer::read(&spoilt).is_ok_and(|answer| answer.signed.check(spki).is_ok());
        assert!(!holds, "{at}");
    }
    assert_eq!(OcspAnswer::read(&[0x30, 3, 0x0a, 1, 3]).err(), Some(OcspError::Refused(3)));
    assert!(matches!(OcspAnswer::read(&[0x30, 3, 0x0a, 1, 0]), Err(OcspError::Malformed(_))));
}
