//! Verification in time: levels, best signature time, revocation before and after it, and clocks that have moved on.

mod licence;

use der::asn1::ObjectIdentifier;
use elicence::cms::algorithm::HashAlgorithm;
use elicence::cms::certificate_id::certificate_id;
use elicence::cms::read_certificate::Certificate;
use elicence::cms::read_ocsp::OcspStatus;
use elicence::domain::digest::Digest;
use elicence::domain::verdict::{EvidenceSource, Report, Verdict};
use elicence::seal::TokenSize;
use elicence::seal::authority::{
    Issuer,
    certificate::Purpose,
    ocsp_answer::{self, OcspTimes},
    revocation_list::{RevocationListSpec, Revoked, revocation_list},
    time_stamp::{StampPolicy, TokenSpec, token},
};
use elicence::seal::signer::Signer;
use elicence::seal::{append_validation, prepare_archive};
use elicence::verify::{Evidence, EvidenceBundle, Limits, Policy, RevocationRule, ValidationMaterial, conclude, examine};
use licence::{MADE_AT, Making, Reissued, archived, codes, evidence, key, time_stamp, validation_data};
use std::sync::LazyLock;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// When validation data are gathered.
const GATHERED: OffsetDateTime = datetime!(2027-01-10 08:10 UTC);
/// A moment while everything is fresh.
const SOON: OffsetDateTime = datetime!(2027-01-15 08:00 UTC);
/// A moment when nothing embedded is fresh any more.
const LATER: OffsetDateTime = datetime!(2028-03-01 08:00 UTC);

struct Levels {
    b: Vec<u8>,
    t: Vec<u8>,
    lt: Vec<u8>,
    lta: Vec<u8>,
}

static LEVELS: LazyLock<Levels> = LazyLock::new(|| {
    let t = Making { stamped: true, ..Making::default() }.make();
    let lt = append_validation(t.clone(), &validation_data(GATHERED), GATHERED).expect("validation data");
    let lta = archived(t.clone(), GATHERED);
    Levels { b: Making::default().make(), t, lt, lta }
});

fn judge_with(document: &[u8], evidence: &Evidence, rule: RevocationRule, at: OffsetDateTime) -> Report {
    let policy = Policy { revocation: rule, ..Policy::default() };
    conclude(&examine(document, &Limits::default()).expect("sealed"), evidence, &policy, at)
}

fn judge(document: &[u8], at: OffsetDateTime) -> Report {
    judge_with(document, &evidence(), RevocationRule::Prefer, at)
}

fn level(report: &Report) -> &str {
    report.signatures[0].level.as_deref().unwrap_or("none")
}

fn serial(certificate: &[u8]) -> Vec<u8> {
    Certificate::read(certificate).expect("a certificate").serial.to_vec()
}

/// Lists of both authorities as of `at`, in which these certificates are revoked.
fn lists(at: OffsetDateTime, revoked: &[(Vec<u8>, OffsetDateTime)]) -> Evidence {
    lists_with(at, revoked, 1)
}

/// The same for this reason (CRLReason).
fn lists_with(at: OffsetDateTime, revoked: &[(Vec<u8>, OffsetDateTime)], reason: u8) -> Evidence {
    let list = |name: &str| {
        let key = key(name);
        let own = Certificate::read(&key.chain()[0]).expect("an authority").subject.to_vec();
        let of_it = revoked.iter().filter(|(der, _)| Certificate::read(der).expect("a certificate").issuer == own);
        let entries: Vec<_> = of_it.map(|(der, at)| Revoked { serial: serial(der), at: *at, reason: Some(reason) }).collect();
        let number = at.unix_timestamp().unsigned_abs();
        let spec = RevocationListSpec { number, this_update: at, next_update: at + Duration::days(30), revoked: &entries };
        revocation_list(&spec, &Issuer::of_certificate(&key.chain()[0]).expect("an authority"), key).expect("a list")
    };
    let given = ValidationMaterial { revocation_lists: vec![list("root"), list("issuing-ca")], ..ValidationMaterial::default() };
    Evidence { given, ..evidence() }
}

fn seal_certificate() -> Vec<u8> {
    key("seal").chain()[0].clone()
}

#[test]
fn each_level_is_recognised_and_what_was_not_judged_is_said() {
    let levels = &*LEVELS;
    for (document, expected, reasons) in [
        (&levels.b, "B-B", vec!["REVOCATION_NOT_CHECKED", "STATUS_NOT_CHECKED"]),
        (&levels.t, "B-T", vec!["TIMESTAMP_REVOCATION_NOT_CHECKED", "REVOCATION_NOT_CHECKED", "STATUS_NOT_CHECKED"]),
        (&levels.lt, "B-LT", vec!["STATUS_NOT_CHECKED"]),
        (&levels.lta, "B-LTA", vec!["STATUS_NOT_CHECKED"]),
    ] {
        let report = judge(document, SOON);
        assert_eq!((report.verdict, codes(&report), level(&report)), (Verdict::Valid, reasons, expected));
        let seal = &report.signatures[0];
        let proven = (expected != "B-B").then(|| "2027-01-10T08:01:00Z".to_owned());
        assert_eq!(seal.best_signature_time, proven, "{expected}");
        assert_eq!(seal.indication, "TOTAL-PASSED");
        if expected == "B-LTA" {
            assert_eq!(seal.time_stamps.len(), 2);
            assert!(
                seal.evidence.iter().all(|one| one.source == EvidenceSource::Embedded && one.proven_at.is_some()),
                "{:?}",
                seal.evidence
            );
        }
    }
}

#[test]
fn each_revision_is_said_to_append_what_it_appends() {
    let renewed = archived(LEVELS.lta.clone(), GATHERED + Duration::minutes(10));
    let changes = judge(&renewed, SOON).signatures.remove(0).changes;
    let said: Vec<_> = changes.iter().map(|change| (change.revision, change.kind.as_str())).collect();
    assert_eq!(said, [(1, "validation-data"), (2, "document-time-stamp"), (3, "validation-data"), (4, "document-time-stamp")]);
}

#[test]
fn a_time_stamp_that_is_older_than_the_material_archives_nothing() {
    let stamp_first = {
        let prepared = prepare_archive(LEVELS.t.clone(), TokenSize::of(&time_stamp(&[0; 32], GATHERED))).expect("a gap");
        let imprint = prepared.imprint(HashAlgorithm::Sha256);
        prepared.embed(&time_stamp(&imprint, GATHERED)).expect("it fits")
    };
    let later = GATHERED + Duration::minutes(5);
    let document = append_validation(stamp_first, &validation_data(later), later).expect("validation data");
    let report = judge(&document, SOON);
    assert_eq!((report.verdict, level(&report)), (Verdict::Valid, "B-LT"));
}

#[test]
fn hard_fail_wants_evidence_and_takes_what_is_given() {
    let levels = &*LEVELS;
    for document in [&levels.b, &levels.t] {
        let without = judge_with(document, &evidence(), RevocationRule::Require, SOON);
        assert_eq!((without.verdict, codes(&without)[0]), (Verdict::Indeterminate, "TRY_LATER"));
        let with = judge_with(document, &lists(SOON, &[]), RevocationRule::Require, SOON);
        assert_eq!((with.verdict, codes(&with)), (Verdict::Valid, vec!["STATUS_NOT_CHECKED"]));
        let ignored = judge_with(document, &lists(SOON, &[(seal_certificate(), MADE_AT)]), RevocationRule::Ignore, SOON);
        assert_eq!(ignored.verdict, Verdict::Valid);
        assert!(codes(&ignored).contains(&"REVOCATION_NOT_CHECKED"));
    }
    let embedded = judge_with(&levels.lta, &evidence(), RevocationRule::Require, SOON);
    assert_eq!(embedded.verdict, Verdict::Valid);
}

#[test]
fn what_is_missing_is_asked_for_and_no_more() {
    let needs = |document: &[u8], evidence: &Evidence, at| {
        examine(document, &Limits::default()).expect("sealed").needs(evidence, &Policy::default(), at)
    };
    let asked = needs(&LEVELS.t, &evidence(), SOON).revocation;
    let about: Vec<_> = asked.iter().map(|question| Certificate::read(&question.certificate).expect("a certificate").name).collect();
    assert_eq!(about.len(), 3, "seal, time-stamp authority, issuing authority: {about:?}");
    assert!(needs(&LEVELS.t, &lists(SOON, &[]), SOON).revocation.is_empty());
    assert!(needs(&LEVELS.lta, &evidence(), SOON).revocation.is_empty());
    assert!(!needs(&LEVELS.lta, &evidence(), LATER).revocation.is_empty(), "the newest time-stamp's authority");
}

#[test]
fn revoked_after_signing_stays_valid_by_proof_and_without_proof_does_not() {
    let revoked_later = lists(LATER, &[(seal_certificate(), datetime!(2027-06-01 0:00 UTC))]);
    for document in [&LEVELS.t, &LEVELS.lt, &LEVELS.lta] {
        let report = judge_with(document, &revoked_later, RevocationRule::Require, LATER);
        let seal = &report.signatures[0];
        assert_eq!((report.verdict, seal.sub_indication.as_deref()), (Verdict::Valid, None), "{:?}", report.reasons);
        assert_eq!(seal.best_signature_time.as_deref(), Some("2027-01-10T08:01:00Z"));
        assert!(seal.evidence.iter().any(|one| one.revoked_at.as_deref() == Some("2027-06-01T00:00:00Z")), "the proof is shown");
    }
    let report = judge_with(&LEVELS.b, &revoked_later, RevocationRule::Require, LATER);
    assert_eq!((report.verdict, codes(&report)[0]), (Verdict::Indeterminate, "REVOKED_NO_POE"));
}

#[test]
fn revoked_before_signing_is_invalid_however_well_it_is_proven() {
    let before = lists(LATER, &[(seal_certificate(), MADE_AT - Duration::days(1))]);
    for document in [&LEVELS.t, &LEVELS.lt, &LEVELS.lta] {
        let report = judge_with(document, &before, RevocationRule::Prefer, LATER);
        assert_eq!((report.verdict, codes(&report)[0]), (Verdict::Invalid, "CERTIFICATE_REVOKED"));
        assert_eq!(report.signatures[0].sub_indication.as_deref(), Some("REVOKED"));
        assert_eq!(report.signatures[0].indication, "TOTAL-FAILED");
    }
}

#[test]
fn a_revoked_authority_is_believed_only_about_what_is_proven_to_be_older() {
    let issuing = key("issuing-ca").chain()[0].clone();
    let revoked = lists(LATER, &[(issuing, datetime!(2027-06-01 0:00 UTC))]);
    // The time-stamp inside the signature has lost its own chain; only the archive time-stamp would prove it, and that has the same authority.
    let report = judge_with(&LEVELS.t, &revoked, RevocationRule::Prefer, LATER);
    assert_eq!((report.verdict, codes(&report)[0]), (Verdict::Indeterminate, "REVOKED_CA_NO_POE"));
    assert!(codes(&report).contains(&"TIMESTAMP_NOT_PROVEN"));
}

/// A licence of each level whose seal certificate ends in the summer after it was made.
static SHORT: LazyLock<Levels> = LazyLock::new(|| {
    let validity = Some((datetime!(2026-12-01 0:00 UTC), datetime!(2027-07-01 0:00 UTC)));
    let t = Making { stamped: true, validity, ..Making::default() }.make();
    let lt = append_validation(t.clone(), &validation_data(GATHERED), GATHERED).expect("validation data");
    let lta = archived(t.clone(), GATHERED);
    Levels { b: Making { validity, ..Making::default() }.make(), t, lt, lta }
});

#[test]
fn a_time_stamp_authority_that_was_superseded_keeps_its_word_and_a_stolen_one_does_not() {
    let authority = key("time-stamp").chain()[0].clone();
    for (reason, expected) in [(4, "B-LTA"), (1, "B-B")] {
        let evidence = lists_with(LATER, &[(authority.clone(), datetime!(2027-06-01 0:00 UTC))], reason);
        let report = judge_with(&LEVELS.lta, &evidence, RevocationRule::Require, LATER);
        assert_eq!((report.verdict, level(&report)), (Verdict::Valid, expected), "{:?}", report.reasons);
    }
}

#[test]
fn past_expiry_and_later_revocation_the_proof_keeps_it_valid() {
    let certificate = Reissued::new(key("seal"), Some((datetime!(2026-12-01 0:00 UTC), datetime!(2027-07-01 0:00 UTC)))).chain()[0].clone();
    let evidence = lists(LATER, &[(certificate, datetime!(2027-05-01 0:00 UTC))]);
    for (document, expected) in [(&SHORT.t, "B-T"), (&SHORT.lt, "B-LT"), (&SHORT.lta, "B-LTA")] {
        let report = judge_with(document, &evidence, RevocationRule::Require, LATER);
        assert_eq!((report.verdict, level(&report)), (Verdict::Valid, expected), "{:?}", report.reasons);
        assert_eq!(report.signatures[0].best_signature_time.as_deref(), Some("2027-01-10T08:01:00Z"));
    }
    let report = judge_with(&SHORT.b, &evidence, RevocationRule::Prefer, LATER);
    assert_eq!((report.verdict, codes(&report)[0]), (Verdict::Indeterminate, "OUT_OF_BOUNDS_NO_POE"));
}

#[test]
fn sealed_before_the_certificate_began_or_after_it_ended_is_invalid_when_proven() {
    for (validity, expected) in [
        ((datetime!(2027-01-11 0:00 UTC), datetime!(2028-01-01 0:00 UTC)), "NOT_YET_VALID"),
        ((datetime!(2026-12-01 0:00 UTC), datetime!(2027-01-09 0:00 UTC)), "EXPIRED"),
    ] {
        let stamped = judge(&Making { stamped: true, validity: Some(validity), ..Making::default() }.make(), SOON);
        assert_eq!((stamped.verdict, codes(&stamped)[0]), (Verdict::Invalid, expected));
    }
}

#[test]
fn a_token_of_another_signature_is_no_proof() {
    let token = time_stamp(&Digest::of(b"another signature").0, MADE_AT);
    let document = Making { token: Some(token), ..Making::default() }.make();
    let report = judge(&document, SOON);
    assert_eq!((report.verdict, codes(&report)[0], level(&report)), (Verdict::Indeterminate, "TIMESTAMP_FAILURE", "B-B"));
    assert_eq!(report.signatures[0].time_stamps[0].sub_indication.as_deref(), Some("HASH_FAILURE"));
}

#[test]
fn a_time_stamp_from_the_future_contradicts_the_moment_that_is_judged_about() {
    let report = judge(&LEVELS.t, MADE_AT - Duration::days(1));
    assert!(codes(&report).contains(&"TIMESTAMP_ORDER_FAILURE"), "{:?}", codes(&report));
    assert_ne!(report.verdict, Verdict::Valid);
}

#[test]
fn an_anchor_for_seals_only_trusts_no_time_stamp() {
    use elicence::verify::{Scope, TrustUse};
    let seals_only = evidence().anchors.into_iter().map(|anchor| anchor.limited(Scope::NONE.with(TrustUse::Seal), None, None)).collect();
    let report = judge_with(&LEVELS.lta, &Evidence { anchors: seals_only, ..evidence() }, RevocationRule::Prefer, SOON);
    assert_eq!((report.verdict, level(&report)), (Verdict::Indeterminate, "B-B"));
    assert_eq!(codes(&report)[0], "TIMESTAMP_FAILURE");
}

#[test]
fn a_bundle_reaches_the_same_verdict_later() {
    let rich = lists(LATER, &[(seal_certificate(), datetime!(2027-06-01 0:00 UTC))]);
    let (policy, document) = (Policy { revocation: RevocationRule::Require, ..Policy::default() }, &LEVELS.t);
    let examined = examine(document, &Limits::default()).expect("sealed");
    let report = conclude(&examined, &rich, &policy, LATER);
    let bundle = EvidenceBundle::gather(document, &examined, &rich, &policy, LATER, report.clone());
    let json = serde_json::to_string(&bundle).expect("JSON");
    let read = EvidenceBundle::read(&json, document).expect("the same bundle");
    assert_eq!(read, bundle);
    assert!(EvidenceBundle::read(&json, &LEVELS.b).is_err(), "another document");
    let again = Evidence { given: read.material().expect("material"), ..evidence() };
    let anew = conclude(&examined, &again, &policy, read.moment().expect("a moment"));
    assert_eq!((anew.verdict, anew.reasons), (report.verdict, report.reasons));
    assert_eq!(bundle.time_stamps.len(), 1);
}

#[test]
fn what_was_found_to_hold_is_not_computed_again_and_nothing_else_is_believed() {
    let shared = lists(SOON, &[]);
    let first = judge_with(&LEVELS.lta, &shared, RevocationRule::Require, SOON);
    let second = judge_with(&LEVELS.lta, &shared, RevocationRule::Require, SOON);
    assert_eq!(first, second);
    let mut forged = shared.clone();
    for list in &mut forged.given.revocation_lists {
        *list.last_mut().expect("bytes") ^= 1;
    }
    let report = judge_with(&LEVELS.t, &forged, RevocationRule::Require, SOON);
    assert_eq!(codes(&report)[0], "TRY_LATER");
}

/// An answer of `signer` about the seal, as of an hour before [`SOON`].
fn ocsp(signer: &dyn Signer, status: OcspStatus) -> Vec<u8> {
    let issuing = key("issuing-ca").chain()[0].clone();
    let (seal, issuer) = (seal_certificate(), Certificate::read(&issuing).expect("an authority"));
    let id = certificate_id(Certificate::read(&seal).expect("a certificate").serial, &issuer).expect("an identifier");
    let at = SOON - Duration::hours(1);
    ocsp_answer::sign(&[(&id, status)], None, OcspTimes { at, next_update: at + Duration::days(1) }, signer).expect("an answer")
}

/// The verdict where this answer, and the list of the root, is all that is known.
fn by_answer(answer: Vec<u8>) -> (Verdict, String) {
    let mut evidence = lists(SOON, &[]);
    evidence.given.revocation_lists.pop();
    evidence.given.ocsp_answers.push(answer);
    let report = judge_with(&LEVELS.b, &evidence, RevocationRule::Require, SOON);
    (report.verdict, codes(&report)[0].to_owned())
}

#[test]
fn an_answer_counts_when_its_signer_is_the_issuer_or_its_delegate_and_in_order() {
    let year = (datetime!(2026-12-01 0:00 UTC), datetime!(2027-12-01 0:00 UTC));
    let over = (datetime!(2026-12-01 0:00 UTC), SOON - Duration::minutes(30));
    let delegate = |by, validity| Reissued::of(key("qr"), Purpose::OcspSigner, by, validity);
    let is = |answer, verdict, code: &str| assert_eq!(by_answer(answer), (verdict, code.to_owned()));
    is(ocsp(key("issuing-ca"), OcspStatus::Good), Verdict::Valid, "STATUS_NOT_CHECKED");
    is(ocsp(&delegate("issuing-ca", year), OcspStatus::Good), Verdict::Valid, "STATUS_NOT_CHECKED");
    is(ocsp(&delegate("unknown-root", year), OcspStatus::Good), Verdict::Indeterminate, "TRY_LATER");
    is(ocsp(&delegate("root", year), OcspStatus::Good), Verdict::Indeterminate, "TRY_LATER");
    is(ocsp(&delegate("issuing-ca", over), OcspStatus::Good), Verdict::Indeterminate, "REVOCATION_OUT_OF_BOUNDS_NO_POE");
    is(ocsp(&delegate("issuing-ca", year), OcspStatus::Unknown), Verdict::Indeterminate, "TRY_LATER");
    let revoked = OcspStatus::Revoked { at: SOON - Duration::days(1), reason: Some(1) };
    is(ocsp(&delegate("issuing-ca", year), revoked), Verdict::Indeterminate, "REVOKED_NO_POE");
    let mut forged = ocsp(key("issuing-ca"), OcspStatus::Good);
    let last = forged.windows(2).rposition(|pair| pair == [0x30, 0x82]).expect("the certificate");
    forged[last - 20] ^= 1;
    is(forged, Verdict::Indeterminate, "TRY_LATER");
}

/// The places of the second copy of the issuing authority's certificate in the hex digits of /Contents: the one in the token.
fn in_the_token(document: &[u8]) -> std::ops::Range<usize> {
    let authority = hex::encode(&key("issuing-ca").chain()[0]).into_bytes();
    let at = licence::last(document, &authority);
    assert!(document[..at].windows(authority.len()).any(|window| window == authority), "the seal has its own copy");
    at..at + authority.len()
}

#[test]
fn no_byte_of_evidence_that_nothing_covers_is_free() {
    let sound = |document: &[u8]| judge(document, SOON).verdict == Verdict::Valid;
    assert!(sound(&LEVELS.t) && sound(&LEVELS.lt) && sound(&LEVELS.lta));
    let token = in_the_token(&LEVELS.t);
    for at in token.step_by(97) {
        let mut document = LEVELS.t.clone();
        document[at] = if document[at] == b'0' { b'1' } else { b'0' };
        assert!(!sound(&document), "the certificate in the token, at {at}");
    }
    let data = validation_data(GATHERED);
    let broken = |change: &dyn Fn(&mut elicence::seal::ValidationData)| {
        let mut data = data.clone();
        change(&mut data);
        append_validation(LEVELS.t.clone(), &data, GATHERED).expect("validation data")
    };
    let flip = |der: &mut Vec<u8>, from_end: usize| {
        let at = der.len() - from_end;
        der[at] ^= 1;
    };
    for from_end in [3, 40, 100, 200] {
        for list in 0..2 {
            assert!(!sound(&broken(&|data| flip(&mut data.revocation_lists[list], from_end))), "list {list}, {from_end}");
        }
        for certificate in 0..data.certificates.len() {
            assert!(!sound(&broken(&|data| flip(&mut data.certificates[certificate], from_end))), "certificate {certificate}, {from_end}");
        }
    }
}

#[test]
fn renewal_by_another_authority_lowers_no_level() {
    let years = (datetime!(2026-12-01 0:00 UTC), datetime!(2036-12-01 0:00 UTC));
    let other = Reissued::of(key("seal-unknown-root"), Purpose::TimeStamp, "unknown-root", years);
    let stamp = |imprint: &[u8], at: OffsetDateTime| {
        let policy = StampPolicy { policy: ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.2"), accuracy: Duration::seconds(1) };
        token(&TokenSpec { hash: HashAlgorithm::Sha256, imprint, nonce: None, with_certificates: true, serial: 1, at }, &policy, &other)
    };
    let at = GATHERED + Duration::days(20);
    let document = append_validation(LEVELS.lta.clone(), &validation_data(at), at).expect("validation data");
    let prepared = prepare_archive(document, TokenSize::of(&stamp(&[0; 32], at).expect("a token"))).expect("a gap");
    let imprint = prepared.imprint(HashAlgorithm::Sha256);
    let renewed = prepared.embed(&stamp(&imprint, at).expect("a token")).expect("it fits");

    let both = Evidence { anchors: [licence::anchors("root.pem"), licence::anchors("unknown-root.pem")].concat(), ..evidence() };
    for moment in [at + Duration::days(1), LATER] {
        let report = judge_with(&renewed, &both, RevocationRule::Prefer, moment);
        assert_eq!((report.verdict, level(&report)), (Verdict::Valid, "B-LTA"), "{moment}: {:?}", report.reasons);
    }
    let report = judge(&renewed, at + Duration::days(1));
    let expected = (Verdict::Indeterminate, "TIMESTAMP_FAILURE", "B-LTA");
    assert_eq!((report.verdict, codes(&report)[0], level(&report)), expected, "who does not know the other authority");
}
