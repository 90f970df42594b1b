//! Seals documents with every algorithm and looks at the bytes; what must be refused is refused.

use cms::{content_info::ContentInfo, signed_data::SignedData};
use der::{Decode, Encode};
use elicence::{
    ambient::FixedEntropy,
    cms::{algorithm::SignatureAlgorithm, write_signed_data::WriteError},
    domain::{digest::Digest, secret::Secret},
    keys::{FileKey, PkiPlan, make_pki},
    pdf::unsealed::{HashedPrefix, SealAppearance, SealPlace, Unsealed},
    seal::{
        Certify, SealError, SealSpec, SignerFacts, TokenSize, prepare, sign,
        signer::{SignError, Signer},
    },
};
use std::{path::Path, process::Command, sync::Arc};
use time::{OffsetDateTime, macros::datetime};

const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);
const PAGE: &str = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>";

/// A one-page document of these bodies, numbered from 1.
fn document(objects: &[&str], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = String::from("0000000000 65535 f \n");
    for (index, body) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend(format!("{} 0 obj\n{body}\nendobj\n", index + 1).into_bytes());
    }
    let (at, size) = (out.len(), objects.len() + 1);
    out.extend(format!("xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{at}\n%%EOF\n").into_bytes());
    out
}

fn plain(catalog: &str, trailer: &str) -> Vec<u8> {
    let content = "BT /F 24 Tf 72 720 Td (Sealed) Tj ET";
    document(
        &[
            &format!("<</Type/Catalog/Pages 2 0 R{catalog}>>"),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            &format!("{PAGE}>>"),
            &format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ],
        trailer,
    )
}

/// With an empty signature field, as the renderer makes it.
fn with_field() -> Vec<u8> {
    let content = "BT /F 24 Tf 72 720 Td (Sealed) Tj ET";
    document(
        &[
            "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 1>>>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            &format!("{PAGE}/Annots[6 0 R]>>"),
            &format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/TU(old)/F 132/P 3 0 R/Rect[0 0 0 0]/StructParent 1/Lang(zh-CN)>>",
        ],
        "/ID[<0102><0304>]",
    )
}

fn unsealed(bytes: Vec<u8>, widget_object: Option<u32>) -> Unsealed {
    let place = SealPlace { page: 0, rect: [400.0, 80.0, 519.06, 199.06], struct_parent: widget_object.map(|_| 1), widget_object };
    Unsealed { bytes, place, prefix: None }
}

fn red_ring() -> SealAppearance {
    let ring = "0.8 0 0 RG 4 w 10 60 m 10 110 110 110 110 60 c 110 10 10 10 10 60 c S /E gs";
    let objects = vec![
        format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 120 120]/Resources<</ExtGState<</E @1@>>>>/Length {}>>\nstream\n{ring}\nendstream",
            ring.len()
        )
        .into_bytes(),
        b"<</Type/ExtGState/CA 1>>".to_vec(),
    ];
    SealAppearance { objects: Arc::new(objects), side: 120.0 }
}

fn spec() -> SealSpec {
    SealSpec {
        field_name: "Seal".into(),
        signing_time: NOW,
        appearance: Some(red_ring()),
        tooltip: "示例市行政审批局电子证照专用章".into(),
        name: Some("示例市行政审批局".into()),
        reason: None,
        location: Some("示例市".into()),
        certify: Some(Certify::MayAugment),
        room: 0,
    }
}

fn passphrase() -> Secret<String> {
    Secret::new("just a test".into())
}

fn pki(folder: &Path, keys: &[&str]) {
    let plan = PkiPlan::example().unwrap().only(&[&["root", "issuing-ca"], keys].concat()).unwrap();
    make_pki(&plan, folder, &passphrase(), NOW, &FixedEntropy::seeded(1)).unwrap();
}

fn load(folder: &Path, name: &str) -> FileKey {
    let path = |ending: &str| folder.join(format!("{name}.{ending}.pem"));
    FileKey::load(&path("key"), &path("chain"), &passphrase()).unwrap()
}

fn seal(document: Unsealed, spec: &SealSpec, key: &FileKey) -> (Vec<u8>, [usize; 4]) {
    let (prepared, permit) = prepare(document, spec, &SignerFacts::of(key).unwrap()).unwrap();
    let range = prepared.byte_range();
    assert_eq!(prepared.digest(), permit.digest());
    (sign(prepared, permit, key).unwrap().finish(None).unwrap(), range)
}

/// The CMS in the gap, without its padding, and the signed bytes.
fn parts(sealed: &[u8], [_, a, b, c]: [usize; 4]) -> (Vec<u8>, Vec<u8>) {
    assert_eq!((sealed[a], sealed[b - 1], b + c), (b'<', b'>', sealed.len()));
    let digits = &sealed[a + 1..b - 1];
    assert!(digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f')), "one hex case");
    let gap = hex::decode(digits).unwrap();
    let length = 4 + usize::from(u16::from_be_bytes([gap[2], gap[3]]));
    assert_eq!(gap[..2], [0x30, 0x82]);
    assert!(gap[length..].iter().all(|byte| *byte == 0) && gap.len() - length < 8, "nothing wasted: {} of {}", length, gap.len());
    (gap[..length].to_vec(), [&sealed[..a], &sealed[b..]].concat())
}

#[test]
fn every_algorithm_gives_exact_der_that_openssl_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["seal", "seal-p384", "seal-rsa3072", "seal-ed25519"];
    pki(folder.path(), &names);
    for name in names {
        let key = load(folder.path(), name);
        let (sealed, range) = seal(unsealed(with_field(), Some(6)), &spec(), &key);
        let text = String::from_utf8_lossy(&sealed);
        assert!(text.contains(&format!("/ByteRange[0 {:<10} {:<10} {:<10}]/Contents<", range[1], range[2], range[3])));
        let (cms, signed) = parts(&sealed, range);
        check_cms(&cms, &signed, &key);
        if let Ok(to) = std::env::var("ELICENCE_TEST_KEEP") {
            std::fs::write(Path::new(&to).join(format!("{name}.pdf")), &sealed).unwrap();
        }
        // openssl 3.0 cannot verify Ed25519 in CMS
        if name != "seal-ed25519" {
            openssl_verifies(folder.path(), &cms, &signed);
        }
    }
    if let Ok(to) = std::env::var("ELICENCE_TEST_KEEP") {
        std::fs::copy(folder.path().join("root.pem"), Path::new(&to).join("root.pem")).unwrap();
    }
}

fn check_cms(cms: &[u8], signed: &[u8], key: &FileKey) {
    let info = ContentInfo::from_der(cms).unwrap();
    assert_eq!(info.to_der().unwrap(), cms, "exact DER");
    let data = info.content.decode_as::<SignedData>().unwrap();
    assert!(data.encap_content_info.econtent.is_none() && data.crls.is_none());
    assert_eq!(data.certificates.unwrap().0.len(), key.chain().len());
    assert_eq!((data.signer_infos.0.len(), data.digest_algorithms.len()), (1, 1));
    let signer = data.signer_infos.0.as_slice()[0].clone();
    assert!(signer.unsigned_attrs.is_none());
    let attributes = signer.signed_attrs.unwrap();
    let kinds: Vec<String> = attributes.iter().map(|a| a.oid.to_string()).collect();
    // content-type, message-digest, CMSAlgorithmProtection, signing-certificate-v2; in the DER order of their encodings
    let mut sorted: Vec<Vec<u8>> = attributes.iter().map(|a| a.to_der().unwrap()).collect();
    assert!(sorted.is_sorted());
    sorted.dedup();
    assert_eq!(sorted.len(), 4);
    for kind in ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.52", "1.2.840.113549.1.9.16.2.47"] {
        assert!(kinds.iter().any(|k| k == kind), "{kinds:?}");
    }
    let value = |kind: &str| attributes.iter().find(|a| a.oid.to_string() == kind).unwrap().values.as_slice()[0].to_der().unwrap();
    let digest = key.algorithm().hash().digest(signed);
    assert!(value("1.2.840.113549.1.9.4").ends_with(&digest));
    assert!(value("1.2.840.113549.1.9.16.2.47").ends_with(&Digest::of(&key.chain()[0]).0));
}

fn openssl_verifies(folder: &Path, cms: &[u8], signed: &[u8]) {
    std::fs::write(folder.join("cms"), cms).unwrap();
    std::fs::write(folder.join("signed"), signed).unwrap();
    let out = Command::new("openssl")
        .args(["cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "signed", "-CAfile", "root.pem", "-purpose", "any"])
        .args(["-cades", "-out", "out"])
        .env("OPENSSL_CONF", "/dev/null")
        .current_dir(folder)
        .output()
        .expect("openssl is there: tests/run installs it");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn the_same_arguments_give_the_same_digest_with_and_without_a_prefix() {
    let folder = tempfile::tempdir().unwrap();
    pki(folder.path(), &["seal"]);
    let facts = SignerFacts::of(&load(folder.path(), "seal")).unwrap();
    let (first, _) = prepare(unsealed(with_field(), Some(6)), &spec(), &facts).unwrap();
    let mut hashed = unsealed(with_field(), Some(6));
    let mut state = ring::digest::Context::new(&ring::digest::SHA256);
    state.update(&hashed.bytes[..100]);
    hashed.prefix = Some(HashedPrefix { len: 100, state });
    let (second, _) = prepare(hashed, &spec(), &facts).unwrap();
    assert_eq!(first.digest(), second.digest());
    let later = SealSpec { signing_time: NOW + time::Duration::seconds(1), ..spec() };
    let (third, _) = prepare(unsealed(with_field(), Some(6)), &later, &facts).unwrap();
    assert_ne!(first.digest(), third.digest());
}

#[test]
fn an_approval_seal_needs_no_field_in_the_document() {
    let folder = tempfile::tempdir().unwrap();
    pki(folder.path(), &["seal"]);
    let key = load(folder.path(), "seal");
    let invisible = SealSpec { appearance: None, certify: None, ..spec() };
    let (sealed, range) = seal(unsealed(plain("", ""), None), &invisible, &key);
    let text = String::from_utf8_lossy(&sealed).into_owned();
    assert!(
        text.contains("/Annots [6 0 R ]")
            && text.contains("/AcroForm <</SigFlags 3/Fields [6 0 R ]>>")
            && text.contains("/Rect [0 0 0 0 ]")
    );
    assert!(!text.contains("/Perms") && !text.contains("/Reference"));
    parts(&sealed, range);
    if let Ok(to) = std::env::var("ELICENCE_TEST_KEEP") {
        std::fs::write(Path::new(&to).join("approval.pdf"), &sealed).unwrap();
    }
}

#[test]
fn the_field_of_the_document_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    pki(folder.path(), &["seal"]);
    let (sealed, _) = seal(unsealed(with_field(), Some(6)), &spec(), &load(folder.path(), "seal"));
    let base = with_field();
    assert!(sealed.starts_with(&base), "every old byte stays");
    let update = String::from_utf8_lossy(&sealed[base.len()..]).into_owned();
    for part in [
        "6 0 obj\n<</Type /Annot/Subtype /Widget/FT /Sig/T (Seal)/TU <feff793a",
        "/F 132/P 3 0 R/Rect [400 80 519.06 199.06 ]/StructParent 1/Lang (zh-CN)/V 7 0 R/AP <</N 8 0 R>>>>",
        "/AcroForm <</Fields [6 0 R ]/SigFlags 3>>",
        "/Perms <</DocMDP 7 0 R>>",
        "<</E 9 0 R>>",
        "/P 2/V/1.2",
        "/M(D:20261122090000Z)",
        "xref\n1 1\n",
        "\n6 4\n",
        "/ID[<0102><",
    ] {
        assert!(update.contains(part), "{part} in {update}");
    }
}

#[test]
fn a_permit_is_for_its_document_and_a_seal_for_its_key() {
    let folder = tempfile::tempdir().unwrap();
    pki(folder.path(), &["seal", "seal-revoked"]);
    let (key, other) = (load(folder.path(), "seal"), load(folder.path(), "seal-revoked"));
    let facts = SignerFacts::of(&key).unwrap();
    let make = |field: &str| prepare(unsealed(plain("", ""), None), &SealSpec { field_name: field.into(), ..spec() }, &facts).unwrap();
    let ((a, permit_a), (b, permit_b)) = (make("A"), make("B"));
    assert!(matches!(sign(a, permit_b, &key), Err(SealError::WrongPermit { .. })));
    assert!(matches!(sign(b, permit_a, &key), Err(SealError::WrongPermit { .. })));
    let (c, permit_c) = make("C");
    assert!(matches!(sign(c, permit_c, &other), Err(SealError::WrongSigner)));
}

/// Signs with more bytes than its certificate promises, or not at all.
struct Odd<'a>(&'a FileKey, Option<usize>);

impl Signer for Odd<'_> {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }

    fn chain(&self) -> &[Vec<u8>] {
        self.0.chain()
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
        self.1.map(|length| vec![0x55; length]).ok_or_else(|| SignError::Failed("out of order".into()))
    }
}

#[test]
fn a_signature_that_does_not_fit_or_fails_is_a_clean_error() {
    let folder = tempfile::tempdir().unwrap();
    pki(folder.path(), &["seal"]);
    let key = load(folder.path(), "seal");
    let facts = SignerFacts::of(&key).unwrap();
    let make = |room| prepare(unsealed(plain("", ""), None), &SealSpec { room, ..spec() }, &facts).unwrap();
    let (prepared, permit) = make(0);
    let signed = sign(prepared, permit, &Odd(&key, Some(500))).unwrap();
    assert!(matches!(signed.finish(None), Err(SealError::DoesNotFit { needed, room }) if needed > room));
    let (prepared, permit) = make(500);
    assert!(sign(prepared, permit, &Odd(&key, Some(500))).unwrap().finish(None).is_ok());
    let (prepared, permit) = make(0);
    assert!(matches!(sign(prepared, permit, &Odd(&key, None)), Err(SealError::Key(_))));
}

/// One DER SEQUENCE of `length` bytes in all (more than 255), as long as a time-stamp token may be.
fn token_of(length: usize) -> Vec<u8> {
    let content = (length - 4) as u16;
    [&[0x30, 0x82][..], &content.to_be_bytes(), &vec![5; length - 4]].concat()
}

#[test]
fn a_time_stamp_goes_into_the_unsigned_attributes_and_fits_by_dry_run() {
    let folder = tempfile::tempdir().unwrap();
    pki(folder.path(), &["seal"]);
    let key = load(folder.path(), "seal");
    let facts = SignerFacts::of(&key).unwrap();
    for length in [300, 4_000, 40_000] {
        let token = token_of(length);
        let make = |size: TokenSize| {
            let (prepared, permit) = prepare(unsealed(with_field(), Some(6)), &SealSpec { room: size.room(), ..spec() }, &facts).unwrap();
            let range = prepared.byte_range();
            (sign(prepared, permit, &key).unwrap(), range)
        };
        let (signed, range) = make(TokenSize::at_most(length));
        let value = signed.signature_value().to_vec();
        let sealed = signed.finish(Some(&token)).unwrap();
        let gap = hex::decode(&sealed[range[1] + 1..range[2] - 1]).unwrap();
        let (info, rest) = ContentInfo::from_der_partial(&gap).unwrap();
        assert!(rest.len() < 40 && rest.iter().all(|byte| *byte == 0), "{} bytes wasted", rest.len());
        let data = info.content.decode_as::<SignedData>().unwrap();
        let signer = data.signer_infos.0.as_slice()[0].clone();
        assert_eq!(signer.signature.as_bytes(), value);
        let unsigned = signer.unsigned_attrs.unwrap();
        assert_eq!((unsigned.len(), unsigned.as_slice()[0].oid.to_string().as_str()), (1, "1.2.840.113549.1.9.16.2.14"));
        assert_eq!(unsigned.as_slice()[0].values.as_slice()[0].to_der().unwrap(), token);

        let (signed, _) = make(TokenSize::of(&token_of(length - 120)));
        assert!(signed.finish(Some(&token)).is_ok(), "another token may be a little longer");
        let (signed, _) = make(TokenSize::at_most(length - 100));
        assert!(matches!(signed.finish(Some(&token)), Err(SealError::DoesNotFit { needed, room }) if needed > room));
    }
    for bad in [&b""[..], b"\x30\x01", b"\x30\x00\x00", b"\x04\x00"] {
        let (prepared, permit) = prepare(unsealed(with_field(), Some(6)), &spec(), &facts).unwrap();
        assert!(matches!(sign(prepared, permit, &key).unwrap().finish(Some(bad)), Err(SealError::Certificate(WriteError::BadToken))));
    }
}

#[test]
fn what_must_not_be_sealed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    pki(folder.path(), &["seal"]);
    let key = load(folder.path(), "seal");
    let facts = SignerFacts::of(&key).unwrap();
    let (sealed, _) = seal(unsealed(plain("", ""), None), &spec(), &key);
    let mut tail = plain("", "");
    tail.extend(b"x");
    let cases: [(&str, Vec<u8>); 9] = [
        ("action", plain("/OpenAction<</S/JavaScript/JS(x)>>", "")),
        ("layers", plain("/OCProperties<<>>", "")),
        ("certified", plain("/Perms<</DocMDP 4 0 R>>", "")),
        ("encrypted", plain("", "/Encrypt 4 0 R")),
        ("hybrid", plain("", "/XRefStm 9")),
        ("updated", plain("", "/Prev 9")),
        ("sealed already", sealed),
        ("bytes at the end", tail),
        ("no PDF", b"hello".to_vec()),
    ];
    for (name, bytes) in cases {
        assert!(prepare(unsealed(bytes, None), &spec(), &facts).is_err(), "{name}");
    }
    let bad_name = SealSpec { field_name: "a.b".into(), ..spec() };
    assert!(matches!(prepare(unsealed(plain("", ""), None), &bad_name, &facts), Err(SealError::FieldName)));
    let mut no_page = unsealed(plain("", ""), None);
    no_page.place.page = 1;
    assert!(prepare(no_page, &spec(), &facts).is_err());
}

/// The keys of the repository, right and wrong, against our own verifier: one sentence of `keys-example/README.md` each.
#[test]
fn the_wrong_example_keys_never_give_a_valid_document() {
    use elicence::{
        domain::verdict::{ReasonCode, Verdict},
        keys::example::EXAMPLE_PASSPHRASE,
        verify::{Anchor, Evidence, Limits, Policy, conclude, examine},
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("keys-example");
    let root = std::fs::read_to_string(folder.join("root.pem")).unwrap();
    let evidence = Evidence { anchors: Anchor::from_pem(&root).unwrap(), ..Evidence::default() };
    let approval = SealSpec { appearance: None, ..spec() };
    for (name, verdict, reason) in [
        ("seal", Verdict::Valid, None),
        ("seal-p384", Verdict::Valid, None),
        ("seal-rsa3072", Verdict::Valid, None),
        ("seal-ed25519", Verdict::Valid, None),
        ("seal-expired", Verdict::Indeterminate, Some(ReasonCode::CertExpired)),
        ("seal-wrong-usage", Verdict::Indeterminate, Some(ReasonCode::ChainConstraints)),
        ("qr", Verdict::Indeterminate, Some(ReasonCode::ChainConstraints)),
        ("time-stamp", Verdict::Indeterminate, Some(ReasonCode::ChainConstraints)),
        ("seal-unknown-root", Verdict::Indeterminate, Some(ReasonCode::NoChain)),
    ] {
        let path = |ending: &str| folder.join(format!("{name}.{ending}.pem"));
        let key = FileKey::load(&path("key"), &path("chain"), &Secret::new(EXAMPLE_PASSPHRASE.into())).unwrap();
        let (sealed, _) = seal(unsealed(plain("", ""), None), &approval, &key);
        let at = NOW + time::Duration::hours(1);
        let report = conclude(&examine(&sealed, &Limits::default()).unwrap(), &evidence, &Policy::default(), at);
        assert_eq!(report.verdict, verdict, "{name}: {:?}", report.reasons);
        if let Some(code) = reason {
            assert!(report.reasons.iter().any(|r| r.code == code.as_str()), "{name}: {:?}", report.reasons);
        }
    }
}
