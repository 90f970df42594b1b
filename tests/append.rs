//! Appends validation data, document time-stamps and seals to documents of all forms: every old byte stays, and every reader agrees.

mod licence;

use elicence::{
    cms::algorithm::HashAlgorithm,
    domain::{digest::Digest, verdict::Verdict},
    pdf::read::{Dict, Document, Limits, Object, Ref},
    seal::{
        Certify, ForeignPlace, SealError, SealSpec, SignerFacts, TokenSize, ValidationData, append_validation, prepare_archive,
        prepare_foreign, sign,
    },
    verify::{Evidence, Policy, conclude, examine},
};
use licence::{MADE_AT, Making, archived, evidence, key, time_stamp, validation_data};
use proptest::prelude::*;
use std::{collections::BTreeSet, path::Path, process::Command};
use time::Duration;

fn keep(name: &str, document: &[u8]) {
    if let Ok(folder) = std::env::var("ELICENCE_TEST_KEEP") {
        std::fs::write(Path::new(&folder).join(format!("{name}.pdf")), document).unwrap();
    }
}

/// A document of `tests/vectors/append`, made by pyHanko and qpdf.
fn foreign(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/append/{name}.pdf"))).unwrap()
}

/// The document with the last `from` replaced.
fn replaced(document: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = document.windows(from.len()).rposition(|window| window == from).unwrap();
    [&document[..at], to, &document[at + from.len()..]].concat()
}

fn read(document: &[u8]) -> Document<'_> {
    Document::parse(document, &Limits::default()).unwrap()
}

fn spec(name: &str) -> SealSpec {
    SealSpec {
        field_name: name.into(),
        signing_time: MADE_AT,
        appearance: None,
        tooltip: "专用章".into(),
        name: None,
        reason: None,
        location: None,
        certify: None,
        room: 0,
    }
}

const PLACE: ForeignPlace = ForeignPlace { page: 0, rect: [72.0, 72.0, 172.0, 172.0] };

fn approve(document: Vec<u8>, spec: &SealSpec) -> Result<Vec<u8>, SealError> {
    let key = key("seal");
    let (prepared, permit) = prepare_foreign(document, &PLACE, spec, &SignerFacts::of(key).unwrap())?;
    sign(prepared, permit, key)?.finish(None)
}

fn stamp(document: Vec<u8>) -> Result<Vec<u8>, SealError> {
    let at = MADE_AT + Duration::hours(2);
    let prepared = prepare_archive(document, TokenSize::of(&time_stamp(&[0; 32], at)))?;
    let imprint = prepared.imprint(HashAlgorithm::Sha256);
    prepared.embed(&time_stamp(&imprint, at))
}

/// What must hold of every update: old bytes, form of the section, /Size, /ID, the bytes of earlier signatures.
fn check_update(before: &[u8], after: &[u8]) {
    assert!(after.starts_with(before), "every old byte stays");
    let (old, new) = (read(before), read(after));
    assert_eq!(new.sections().len(), old.sections().len() + 1);
    assert_eq!(old.trailer().is(b"Type", b"XRef"), new.trailer().is(b"Type", b"XRef"), "table after table, stream after stream");
    assert!(new.trailer().get(b"Size").as_int() >= old.trailer().get(b"Size").as_int());
    assert_eq!(new.trailer().get(b"Root"), old.trailer().get(b"Root"));
    let first = |document: &Document<'_>| document.trailer().get(b"ID").as_array().and_then(|id| id[0].as_text().map(<[u8]>::to_vec));
    assert_eq!(first(&old), first(&new));
    for field in old.signature_fields().unwrap().iter().filter(|field| !field.value.is_null()) {
        let signature = field.value.as_ref().unwrap();
        let (then, now) = (old.signature_bytes(signature).unwrap(), new.signature_bytes(signature).unwrap());
        assert_eq!((then.end, then.covered), (now.end, now.covered));
    }
    if !old.catalog().unwrap().get(b"DSS").is_null() {
        let (had, has) = (store(&old), store(&new));
        for key in [&b"Certs"[..], b"OCSPs", b"CRLs"] {
            assert!(listed(&new, &has, key).starts_with(&listed(&old, &had, key)), "nothing is dropped, the order stays");
        }
        if let (Ok(had), Ok(has)) = (old.dict(had.get(b"VRI")), new.dict(has.get(b"VRI"))) {
            assert!(had.entries().iter().all(|entry| has.get(&entry.key) == &entry.value), "an entry of a signature never changes");
        }
    }
    // The last revision defines nothing twice, and nothing that is not in the file.
    let section = &new.sections()[0];
    let numbers: BTreeSet<u32> = section.entries.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers.len(), section.entries.len());
    for (number, _) in &section.entries {
        let generation = 0;
        assert!(!new.get(Ref { number: *number, generation }).unwrap().is_null(), "object {number}");
    }
}

fn qpdf_agrees(document: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.pdf");
    std::fs::write(&path, document).unwrap();
    let out = Command::new("qpdf").arg("--check").arg(&path).output().expect("qpdf is there: tests/run installs it");
    let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && !said.contains("WARNING"), "{said}");
}

fn store<'a>(document: &Document<'a>) -> Dict<'a> {
    document.dict(document.catalog().unwrap().get(b"DSS")).unwrap()
}

fn listed(document: &Document<'_>, owner: &Dict<'_>, key: &[u8]) -> Vec<Ref> {
    document.array(owner.get(key)).unwrap().iter().map(|value| value.as_ref().unwrap()).collect()
}

/// The unpacked streams of one kind in the store.
fn stored(document: &Document<'_>, key: &[u8]) -> Vec<Vec<u8>> {
    let values = document.array(store(document).get(key)).unwrap();
    values.iter().map(|value| document.unpacked(&document.stream(value).unwrap(), 1 << 20).unwrap()).collect()
}

#[test]
fn a_licence_goes_up_level_by_level_and_is_renewed() {
    let at = MADE_AT + Duration::hours(1);
    let data = validation_data(at);
    let b_t = Making { stamped: true, ..Making::default() }.make();
    let b_lt = append_validation(b_t.clone(), &data, at).unwrap();
    check_update(&b_t, &b_lt);
    assert!(append_validation(b_lt.clone(), &data, at).unwrap() == b_lt, "all of it is there already");
    let b_lta = stamp(b_lt.clone()).unwrap();
    check_update(&b_lt, &b_lta);
    let much_later = at + Duration::days(400);
    let renewed = archived(b_lta.clone(), much_later);
    assert!(renewed.starts_with(&b_lta));
    assert_eq!((read(&renewed).sections().len(), read(&renewed).signature_fields().unwrap().len()), (6, 3));

    for (level, document, judged_at) in
        [("B-T", b_t, at), ("B-LT", b_lt, at), ("B-LTA", b_lta, at + Duration::hours(2)), ("B-LTA", renewed, much_later)]
    {
        keep(&format!("{level}-{}", document.len()), &document);
        qpdf_agrees(&document);
        let report =
            conclude(&examine(&document, &Limits::default()).unwrap(), &evidence(), &Policy::default(), judged_at + Duration::days(1));
        assert_eq!(report.verdict, Verdict::Valid, "{level}: {:?}", report.reasons);
        assert_eq!(report.signatures[0].level.as_deref(), Some(level), "{:?}", report.reasons);
    }
}

#[test]
fn the_store_names_every_value_once_and_refers_to_it_from_every_signature() {
    let at = MADE_AT + Duration::hours(1);
    let mut data = validation_data(at);
    data.certificates.push(data.certificates[0].clone());
    let document = stamp(Making { stamped: true, ..Making::default() }.make()).unwrap();
    let appended = append_validation(document, &data, at).unwrap();
    let now = read(&appended);
    data.certificates.pop();
    assert_eq!(stored(&now, b"Certs"), data.certificates);
    assert_eq!(stored(&now, b"CRLs"), data.revocation_lists);
    assert_eq!(stored(&now, b"OCSPs"), data.ocsp_answers);
    let related = now.dict(store(&now).get(b"VRI")).unwrap();
    let fields = now.signature_fields().unwrap();
    assert_eq!((related.entries().len(), fields.len()), (2, 2));
    for field in fields {
        let bytes = now.signature_bytes(field.value.as_ref().unwrap()).unwrap();
        let sha1 = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes.contents());
        let entry = now.dict(related.get(hex::encode_upper(sha1.as_ref()).as_bytes())).unwrap();
        assert_eq!(listed(&now, &entry, b"Cert"), listed(&now, &store(&now), b"Certs"));
        assert_eq!(listed(&now, &entry, b"CRL"), listed(&now, &store(&now), b"CRLs"));
        assert_eq!(entry.get(b"TU").as_text(), Some(&b"D:20270110090000Z"[..]));
    }
}

#[test]
fn a_store_of_another_program_is_extended_and_nothing_dropped() {
    let at = MADE_AT;
    for form in ["table", "stream"] {
        let document = foreign(&format!("{form}-archived"));
        let (then, known) = (read(&document), store(&read(&document)));
        let mut data = validation_data(at);
        data.certificates.extend(stored(&then, b"Certs"));
        data.revocation_lists.extend(stored(&then, b"CRLs"));
        let appended = append_validation(document.clone(), &data, at).unwrap();
        check_update(&document, &appended);
        qpdf_agrees(&appended);
        keep(&format!("merged-{form}"), &appended);
        let now = read(&appended);
        for (key, added) in [(&b"Certs"[..], validation_data(at).certificates.len()), (b"CRLs", 2), (b"OCSPs", 1)] {
            let (had, has) = (listed(&then, &known, key), listed(&now, &store(&now), key));
            assert!(has.starts_with(&had), "in their old order");
            assert_eq!(has.len(), had.len() + added);
        }
        let (had, has) = (then.dict(known.get(b"VRI")).unwrap(), now.dict(store(&now).get(b"VRI")).unwrap());
        let kept = had.entries().iter().all(|entry| has.get(&entry.key) == &entry.value);
        assert!(kept && !had.entries().is_empty(), "an entry that another program wrote never changes");
        assert_eq!(has.entries().len(), 2, "the signature and the time-stamp");
        check_update(&appended, &stamp(appended.clone()).unwrap());
    }
}

#[test]
fn a_foreign_document_takes_a_seal_validation_data_and_time_stamps() {
    for name in ["plain", "field", "approved", "certified-2", "locked-one", "archived"] {
        for form in ["table", "stream"] {
            let document = foreign(&format!("{form}-{name}"));
            let sealed = approve(document.clone(), &spec("Here")).unwrap();
            check_update(&document, &sealed);
            qpdf_agrees(&sealed);
            let at = MADE_AT + Duration::hours(1);
            let appended = append_validation(sealed.clone(), &validation_data(at), at).unwrap();
            check_update(&sealed, &appended);
            let archived = stamp(appended.clone()).unwrap();
            check_update(&appended, &archived);
            qpdf_agrees(&archived);
            keep(&format!("foreign-{form}-{name}"), &archived);
            let examined = examine(&archived, &Limits::default()).unwrap();
            let report = conclude(&examined, &Evidence { ..evidence() }, &Policy::default(), at + Duration::days(1));
            let ours = report.signatures.iter().find(|s| s.signer.as_deref().is_some_and(|name| name.contains("专用章"))).unwrap();
            assert_eq!(ours.indication, "TOTAL-PASSED", "{form}-{name}: {ours:?}");
        }
    }
}

#[test]
fn an_empty_field_is_taken_over_with_its_place() {
    let document = foreign("table-field");
    let sealed = approve(document.clone(), &spec("Here")).unwrap();
    let (then, now) = (read(&document), read(&sealed));
    let field = now.signature_fields().unwrap().remove(0);
    assert_eq!(now.signature_fields().unwrap().len(), 1);
    let before = then.signature_fields().unwrap().remove(0);
    assert_eq!((field.reference, field.dict.get(b"Rect")), (before.reference, before.dict.get(b"Rect")));
    assert_eq!(now.pages().unwrap()[0].dict, then.pages().unwrap()[0].dict, "the page does not change");
}

#[test]
fn only_what_a_new_field_needs_changes() {
    let document = foreign("stream-plain");
    let sealed = approve(document.clone(), &spec("Here")).unwrap();
    let (then, now) = (read(&document), read(&sealed));
    let changed = now.sections()[0].entries.iter().map(|(number, _)| *number);
    let old: Vec<u32> = changed.filter(|number| then.get(Ref { number: *number, generation: 0 }).is_ok_and(|o| !o.is_null())).collect();
    let catalog = then.trailer().get(b"Root").as_ref().unwrap().number;
    let form = then.catalog().unwrap().get(b"AcroForm").as_ref().unwrap();
    let fields = then.dict(&Object::Ref(form)).unwrap().get(b"Fields").as_ref().unwrap();
    let annotations = then.pages().unwrap()[0].dict.get(b"Annots").as_ref().unwrap();
    let expected = BTreeSet::from([catalog, form.number, fields.number, annotations.number]);
    assert_eq!(BTreeSet::from_iter(old), expected, "catalog, form, its fields, annotations of the page; not the page");
    assert_eq!(now.pages().unwrap()[0].dict.get(b"Odd"), then.pages().unwrap()[0].dict.get(b"Odd"));
}

#[test]
fn what_signatures_forbid_is_not_appended() {
    for form in ["table", "stream"] {
        let document = |name: &str| foreign(&format!("{form}-{name}"));
        let forbidden = |result: Result<Vec<u8>, SealError>| matches!(result, Err(SealError::NotAllowed(_)));
        assert!(forbidden(approve(document("certified-1"), &spec("Second"))));
        assert!(forbidden(append_validation(document("certified-1"), &validation_data(MADE_AT), MADE_AT)));
        assert!(forbidden(stamp(document("certified-1"))));
        assert!(forbidden(approve(document("locked"), &spec("Second"))));
        assert!(stamp(document("locked")).is_ok(), "a time-stamp fills in no form");
        assert!(forbidden(approve(document("locked-one"), &spec("Closed"))));
        let certify = SealSpec { certify: Some(Certify::MayAugment), ..spec("Second") };
        assert!(forbidden(approve(document("approved"), &certify)));
        assert!(approve(document("plain"), &certify).is_ok());
        for (name, field) in [("approved", "First"), ("plain", "text")] {
            assert!(matches!(approve(document(name), &spec(field)), Err(SealError::FieldTaken(_))));
        }
    }
    let field = foreign("table-field");
    let with_seed_values = replaced(&field, b"/F 132", b"/SV 13");
    assert!(approve(field, &spec("Here")).is_ok());
    assert!(matches!(approve(with_seed_values, &spec("Here")), Err(SealError::NotAllowed(_))));
    let sealed = Making { certify: Some(Certify::NoChanges), ..Making::default() }.make();
    assert!(matches!(append_validation(sealed, &validation_data(MADE_AT), MADE_AT), Err(SealError::NotAllowed(_))));
}

#[test]
fn what_would_need_a_repair_is_not_appended_to() {
    let document = foreign("table-plain");
    let spoil = |from: &str, to: &str| replaced(&document, from.as_bytes(), to.as_bytes());
    assert!(approve(spoil("/Root", "/Odd 9 0 R /Root"), &spec("Here")).is_ok(), "it is not the replacing");
    for spoiled in [
        spoil("%%EOF", "%%EOG"),
        spoil("startxref\n", "startxref\n1"),
        spoil("/Root", "/Encrypt 9 0 R /Root"),
        spoil("/Root", "/XRefStm 15 /Root"),
        spoil("%%EOF\n", "%%EOF\nx"),
    ] {
        assert!(matches!(approve(spoiled.clone(), &spec("Here")), Err(SealError::Update(_))));
        assert!(matches!(stamp(spoiled.clone()), Err(SealError::Update(_))));
        assert!(matches!(append_validation(spoiled, &validation_data(MADE_AT), MADE_AT), Err(SealError::Update(_))));
    }
}

#[test]
fn the_trailer_takes_over_what_it_does_not_know() {
    let document = replaced(&foreign("table-plain"), b"/Root", b"/Odd[1 (a)]/Root");
    let sealed = approve(document.clone(), &spec("Here")).unwrap();
    check_update(&document, &sealed);
    assert_eq!(read(&sealed).trailer().get(b"Odd"), read(&document).trailer().get(b"Odd"));
    let stream = approve(foreign("stream-plain"), &spec("Here")).unwrap();
    let keys = |document: &[u8]| -> BTreeSet<Vec<u8>> {
        let own: [&[u8]; 4] = [b"Filter", b"DecodeParms", b"Prev", b"Index"];
        let trailer = read(document).trailer().clone();
        trailer.entries().iter().map(|entry| entry.key.to_vec()).filter(|key| !own.contains(&&**key)).collect()
    };
    assert_eq!(keys(&stream), keys(&foreign("stream-plain")));
}

#[test]
fn a_document_without_a_last_line_end_gets_one() {
    let mut document = foreign("table-plain");
    assert_eq!(document.pop(), Some(b'\n'));
    let sealed = approve(document.clone(), &spec("Here")).unwrap();
    check_update(&document, &sealed);
    assert_eq!(sealed[document.len()], b'\n');
    qpdf_agrees(&sealed);
}

#[test]
fn a_token_that_does_not_fit_is_a_clean_error() {
    let document = foreign("table-plain");
    let prepared = || prepare_archive(document.clone(), TokenSize::at_most(100)).unwrap();
    let token = time_stamp(&prepared().imprint(HashAlgorithm::Sha256), MADE_AT);
    assert!(matches!(prepared().embed(&token), Err(SealError::DoesNotFit { needed, room: 100 }) if needed == token.len()));
    assert!(matches!(prepared().embed(b"\x30\x05abc"), Err(SealError::Certificate(_))));
    let other = prepare_archive(document.clone(), TokenSize::of(&token)).unwrap();
    assert_ne!(other.imprint(HashAlgorithm::Sha256), prepared().imprint(HashAlgorithm::Sha256), "it covers the numbers of the range");
}

#[derive(Clone, Debug)]
enum Step {
    Validation(usize),
    Stamp,
    Approve,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![(0..16usize).prop_map(Step::Validation), Just(Step::Stamp), Just(Step::Approve)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_updates_keeps_what_was_there(stream in any::<bool>(), steps in prop::collection::vec(step(), 1..7)) {
        let data = validation_data(MADE_AT);
        let mut document = foreign(if stream { "stream-plain" } else { "table-plain" });
        let mut stored = BTreeSet::new();
        for (index, step) in steps.iter().enumerate() {
            let before = document.clone();
            document = match step {
                Step::Validation(which) => {
                    // Any subset of the first four certificates, and perhaps the lists.
                    let picked = data.certificates.iter().take(4).enumerate().filter(|(bit, _)| which >> bit & 1 == 1).map(|(_, der)| der.clone());
                    let some = ValidationData {
                        certificates: picked.collect(),
                        revocation_lists: if *which > 7 { data.revocation_lists.clone() } else { vec![] },
                        ocsp_answers: vec![],
                    };
                    stored.extend(some.certificates.iter().map(|der| Digest::of(der)));
                    append_validation(document, &some, MADE_AT).unwrap()
                }
                Step::Stamp => stamp(document).unwrap(),
                Step::Approve => approve(document, &spec(&format!("Seal{index}"))).unwrap(),
            };
            if document != before {
                check_update(&before, &document);
            }
        }
        if !stored.is_empty() {
            let now = read(&document);
            prop_assert!(store(&now).get(b"OCSPs").is_null(), "no empty list");
            let found: Vec<Digest> = self::stored(&now, b"Certs").iter().map(|der| Digest::of(der)).collect();
            prop_assert_eq!(found.len(), stored.len(), "each once");
            prop_assert_eq!(BTreeSet::from_iter(found), stored);
        }
    }
}
