//! Known attacks on the parts of a sealed document that no digest covers: the CMS in /Contents, and what is appended.

mod licence;

use elicence::cms::der_read::{DerReader, Tlv, tag};
use elicence::domain::verdict::{ChangesAfter, Report, Verdict};
use elicence::seal::{append_validation, signer::Signer};
use elicence::verify::Evidence;
use licence::{Making, codes, evidence, hex_digits, key, size, updated, validation_data, verify};

fn with_room() -> Vec<u8> {
    Making { room: 4096, ..Making::default() }.make()
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..=0x7f => vec![tag, length as u8],
        0x80..=0xff => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [&head, content].concat()
}

fn parts(tlv: &Tlv<'_>) -> Vec<Vec<u8>> {
    let mut inside = tlv.inside();
    std::iter::from_fn(|| inside.any().ok()).map(|part| part.whole.to_vec()).collect()
}

/// The parts of SignedData: version, digestAlgorithms, encapContentInfo, certificates, signerInfos.
fn signed_data(document: &[u8]) -> Vec<Vec<u8>> {
    let der = hex::decode(&document[hex_digits(document)]).expect("hex");
    let content_info = DerReader::new(&der).any().expect("CMS");
    let mut inside = content_info.inside();
    inside.any().expect("its type");
    parts(&inside.any().expect("[0]").only(tag::SEQUENCE).expect("SignedData"))
}

/// The document with another CMS.
fn with_cms(document: &[u8], signed_data: &[Vec<u8>]) -> Vec<u8> {
    let oid = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    let content = tlv(tag::CONTEXT_0, &tlv(tag::SEQUENCE, &signed_data.concat()));
    with_contents(document, &tlv(tag::SEQUENCE, &[&oid[..], &content].concat()))
}

fn with_contents(document: &[u8], bytes: &[u8]) -> Vec<u8> {
    let gap = hex_digits(document);
    let mut digits = hex::encode(bytes).into_bytes();
    assert!(digits.len() <= gap.len(), "there is room");
    digits.resize(gap.len(), b'0');
    let mut changed = document.to_vec();
    changed[gap].copy_from_slice(&digits);
    changed
}

fn only_signer_info(signed_data: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let set = DerReader::new(&signed_data[4]).any().expect("signerInfos");
    parts(&set.only(tag::SEQUENCE).expect("one signer"))
}

fn with_signer_info(document: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut data = signed_data(document);
    let mut signer_info = only_signer_info(&data);
    change(&mut signer_info);
    data[4] = tlv(tag::SET, &tlv(tag::SEQUENCE, &signer_info.concat()));
    with_cms(document, &data)
}

fn report(document: &[u8]) -> Report {
    verify(document, &evidence()).expect("it has a signature field")
}

fn is(document: &[u8], verdict: Verdict, code: &str) {
    let report = report(document);
    assert_eq!((report.verdict, codes(&report)[0]), (verdict, code));
}

#[test]
fn taking_the_cms_apart_and_together_changes_nothing() {
    let document = with_room();
    assert_eq!(with_cms(&document, &signed_data(&document)), document);
    assert_eq!(report(&document).verdict, Verdict::Valid);
}

#[test]
fn one_spelling_of_the_hex_string() {
    let document = with_room();
    let mut upper = document.clone();
    upper[hex_digits(&document)].make_ascii_uppercase();
    is(&upper, Verdict::Invalid, "FORMAT_FAILURE");
    let mut mixed = document.clone();
    let letter = hex_digits(&document).find(|at| mixed[*at].is_ascii_lowercase()).expect("a letter");
    mixed[letter] = mixed[letter].to_ascii_uppercase();
    is(&mixed, Verdict::Invalid, "FORMAT_FAILURE");
    for space in b"\0\t\n\x0c\r " {
        let mut spaced = document.clone();
        spaced[hex_digits(&document).end - 1] = *space;
        is(&spaced, Verdict::Invalid, "FORMAT_FAILURE");
    }
    let mut trailing = document.clone();
    trailing[hex_digits(&document).end - 1] = b'1';
    is(&trailing, Verdict::Invalid, "FORMAT_FAILURE");
}

#[test]
fn certificates_cannot_be_swapped_left_out_or_smuggled_in() {
    let document = with_room();
    let data = signed_data(&document);
    let other = key("seal-expired").chain()[0].clone();
    let with = |certificates: Vec<u8>| {
        let mut data = data.clone();
        data[3] = tlv(tag::CONTEXT_0, &certificates);
        with_cms(&document, &data)
    };
    let own = DerReader::new(&data[3]).any().expect("certificates").value.to_vec();
    is(&with(other.clone()), Verdict::Indeterminate, "NO_SIGNING_CERTIFICATE_FOUND");
    is(&with(Vec::new()), Verdict::Indeterminate, "NO_SIGNING_CERTIFICATE_FOUND");
    is(&with([own.clone(), other].concat()), Verdict::Indeterminate, "SIG_CONSTRAINTS_FAILURE");
    is(&with([own.clone(), own].concat()), Verdict::Indeterminate, "NO_SIGNING_CERTIFICATE_FOUND");
}

#[test]
fn the_certificate_of_another_key_does_not_fit_the_binding() {
    let document = with_room();
    let other = key("seal-expired").chain()[0].clone();
    let certificate = elicence::cms::read_certificate::Certificate::read(&other).expect("certificate");
    let sid = tlv(tag::SEQUENCE, &[certificate.issuer.to_vec(), tlv(tag::INTEGER, certificate.serial)].concat());
    let named = with_signer_info(&document, |signer| signer[1] = sid);
    let mut data = signed_data(&named);
    data[3] = tlv(tag::CONTEXT_0, &other);
    is(&with_cms(&document, &data), Verdict::Indeterminate, "NO_SIGNING_CERTIFICATE_FOUND");
}

#[test]
fn the_shape_of_the_cms_is_one() {
    let document = with_room();
    let data = signed_data(&document);
    let signer = DerReader::new(&data[4]).any().expect("signerInfos").value.to_vec();
    let mut two = data.clone();
    two[4] = tlv(tag::SET, &[signer.clone(), signer].concat());
    is(&with_cms(&document, &two), Verdict::Invalid, "FORMAT_FAILURE");
    let mut none = data.clone();
    none[4] = tlv(tag::SET, &[]);
    is(&with_cms(&document, &none), Verdict::Invalid, "FORMAT_FAILURE");
    let mut version = data.clone();
    version[0] = tlv(tag::INTEGER, &[3]);
    is(&with_cms(&document, &version), Verdict::Invalid, "FORMAT_FAILURE");
    let mut content = data.clone();
    let id_data = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
    content[2] = tlv(tag::SEQUENCE, &[&id_data[..], &tlv(tag::CONTEXT_0, &tlv(tag::OCTET_STRING, b"x"))].concat());
    is(&with_cms(&document, &content), Verdict::Invalid, "FORMAT_FAILURE");
    let no_attributes = with_signer_info(&document, |signer| drop(signer.remove(3)));
    is(&no_attributes, Verdict::Invalid, "FORMAT_FAILURE");
    let mut long = data;
    long[1] = [&[0x31, 0x81, long[1][1]][..], &long[1][2..]].concat();
    is(&with_cms(&document, &long), Verdict::Invalid, "FORMAT_FAILURE");
}

#[test]
fn algorithms_cannot_be_renamed() {
    let document = with_room();
    let ecdsa = |last: u8| tlv(tag::SEQUENCE, &tlv(tag::OID, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, last]));
    is(&with_signer_info(&document, |signer| signer[4] = ecdsa(3)), Verdict::Invalid, "FORMAT_FAILURE");
    let sha1 = tlv(tag::SEQUENCE, &tlv(tag::OID, &[0x2b, 0x0e, 3, 2, 26]));
    is(&with_signer_info(&document, |signer| signer[2] = sha1), Verdict::Invalid, "FORMAT_FAILURE");
    let null = tlv(tag::SEQUENCE, &[tlv(tag::OID, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]), vec![5, 0]].concat());
    is(&with_signer_info(&document, |signer| signer[4] = null), Verdict::Invalid, "FORMAT_FAILURE");
}

#[test]
fn an_original_carries_nothing_unsigned() {
    let document = with_room();
    let attribute = tlv(tag::SEQUENCE, &[tlv(tag::OID, &[0x2a, 3]), tlv(tag::SET, &[5, 0])].concat());
    let smuggled = with_signer_info(&document, |signer| signer.push(tlv(tag::CONTEXT_1, &attribute)));
    is(&smuggled, Verdict::Indeterminate, "SIG_CONSTRAINTS_FAILURE");
}

fn body_of(document: &[u8], number: u32) -> String {
    let head = format!("\n{number} 0 obj");
    let at = licence::last(document, head.as_bytes()) + head.len();
    let end = at + document[at..].windows(6).position(|window| window == b"endobj").expect("its end");
    String::from_utf8(document[at..end].to_vec()).expect("text").trim().to_owned()
}

fn root(document: &[u8]) -> u32 {
    let tail = String::from_utf8_lossy(&document[licence::last(document, b"/Root")..]).into_owned();
    tail[5..].trim_start().split(' ').next().expect("a number").parse().expect("a number")
}

#[test]
fn validation_data_may_follow_and_nothing_else() {
    let document = Making::default().make();
    let (root, next) = (root(&document), size(&document));
    let catalog = body_of(&document, root);
    let with_store = format!("{}/DSS {next} 0 R>>", catalog.trim_end().strip_suffix(">>").expect("a dictionary"));
    let store = (next, format!("<</Type/DSS/Certs[{} 0 R]>>", next + 1));
    let certificate = (next + 1, "<</Length 3>>stream\nabc\nendstream".to_owned());
    let augmented = updated(&document, &[(root, with_store.clone()), store.clone(), certificate.clone()]);
    let seen = report(&augmented);
    assert_eq!(seen.signatures[0].changes_after, ChangesAfter::Ltv, "{:?}", codes(&seen));
    assert!(!seen.signatures[0].covers_whole_file);
    assert_eq!((seen.verdict, codes(&seen)[0]), (Verdict::Indeterminate, "SIG_CONSTRAINTS_FAILURE"), "a certificate that is none");
    let genuine = append_validation(document.clone(), &validation_data(licence::MADE_AT), licence::MADE_AT).expect("validation data");
    let seen = report(&genuine);
    assert_eq!((seen.verdict, seen.signatures[0].changes_after), (Verdict::Valid, ChangesAfter::Ltv), "{:?}", codes(&seen));
    let other = |objects: &[(u32, String)]| {
        let seen = report(&updated(&document, objects));
        assert_eq!((seen.verdict, codes(&seen)[0]), (Verdict::Invalid, "MODIFIED_AFTER_SIGNING"));
        assert_eq!(seen.signatures[0].changes_after, ChangesAfter::Other);
    };
    let script = with_store.replace("/DSS", "/OpenAction<</S/JavaScript/JS(x)>>/DSS");
    other(&[(root, script), store.clone(), certificate.clone()]);
    other(&[(root, with_store.clone()), (next, "<</Type/DSS/Contents(x)>>".into())]);
    other(&[(root, with_store), store, certificate, (if root == 2 { 3 } else { 2 }, "<</Hidden true>>".into())]);
}

#[test]
fn a_second_update_hides_nothing() {
    let document = Making::default().make();
    let root = root(&document);
    let catalog = body_of(&document, root);
    let without_perms = catalog.replace("/Perms", "/Prems");
    let twice = updated(&updated(&document, &[(root, without_perms)]), &[(root, catalog)]);
    let seen = report(&twice);
    assert_eq!(seen.signatures.len(), 1);
    assert_eq!(seen.signatures[0].changes_after, ChangesAfter::Other, "what one revision hides and the next restores is seen");
    assert_eq!((seen.signatures[0].changes[0].kind.as_str(), seen.signatures[0].changes[0].revision), ("other", 1));
    let reopened = updated(&document, &[(root, body_of(&document, root).replace("/Perms", "/Prems"))]);
    is(&reopened, Verdict::Invalid, "MODIFIED_AFTER_SIGNING");
}

#[test]
fn nothing_is_appended_that_validation_data_do_not_need() {
    let document = Making::default().make();
    let next = size(&document);
    let other = |changed: &[u8], what: &str| {
        let seen = report(changed);
        assert_eq!((seen.verdict, codes(&seen)[0]), (Verdict::Invalid, "MODIFIED_AFTER_SIGNING"), "{what}");
    };
    other(&updated(&document, &[(next, "<</S/JavaScript/JS(x)>>".into())]), "an object that nothing refers to");
    let page = (1..next).find(|number| is_page(&document, *number)).expect("a page");
    let again = String::from_utf8(updated(&document, &[(page, body_of(&document, page))]).split_off(document.len())).expect("ASCII");
    let generation = again.replace(&format!("{page} 0 obj"), &format!("{page} 1 obj")).replace(" 00000 n", " 00001 n");
    other(&[&document[..], generation.as_bytes()].concat(), "the page of another generation");
    let same = report(&updated(&document, &[(page, body_of(&document, page))]));
    assert_eq!((same.verdict, same.signatures[0].changes[0].kind.as_str()), (Verdict::Valid, "nothing"), "{:?}", codes(&same));
}

fn is_page(document: &[u8], number: u32) -> bool {
    let head = format!("\n{number} 0 obj");
    document.windows(head.len()).position(|window| window == head.as_bytes()).is_some_and(|at| {
        let body = String::from_utf8_lossy(&document[at..(at + 400).min(document.len())]).into_owned();
        body.split("endobj").next().is_some_and(|body| body.contains("/Type/Page/") || body.contains("/Type/Page "))
    })
}

#[test]
fn the_root_of_somebody_else_proves_nothing() {
    let strangers = Evidence { anchors: licence::anchors("unknown-root.pem"), ..evidence() };
    let seen = verify(&Making::default().make(), &strangers).expect("sealed");
    assert_eq!((seen.verdict, codes(&seen)[0]), (Verdict::Indeterminate, "NO_CERTIFICATE_CHAIN_FOUND"));
}

#[test]
fn bytes_after_the_end_are_an_invalid_seal_and_not_an_unreadable_file() {
    let document = with_room();
    for tail in [&b"garbage"[..], b"9 0 obj\n<</Type/Catalog>>\nendobj\n", b"startxref\n0\n%%EOF\n"] {
        is(&[&document[..], tail].concat(), Verdict::Invalid, "FORMAT_FAILURE");
    }
    let cut = document.len() - 10;
    is(&document[..cut], Verdict::Invalid, "FORMAT_FAILURE");
}
