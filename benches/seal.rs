//! Preparing and signing a seal on a page of 240 KB, and appending validation data and a document time-stamp, with the keys of
//! `keys-example`: what a mint pays after rendering.

use der::asn1::ObjectIdentifier;
use divan::{Bencher, counter::ItemsCount};
use elicence::{
    cms::algorithm::{HashAlgorithm, SignatureAlgorithm},
    domain::secret::Secret,
    keys::{FileKey, example::EXAMPLE_PASSPHRASE},
    pdf::unsealed::{HashedPrefix, SealPlace, Unsealed},
    seal::{
        Certify, SealSpec, SignerFacts, TokenSize, ValidationData, append_validation,
        authority::time_stamp::{StampPolicy, TokenSpec, token},
        prepare, prepare_archive, sign,
        signer::Signer,
    },
};
use std::{path::Path, sync::LazyLock};
use time::{Duration, OffsetDateTime, macros::datetime};

fn main() {
    divan::main();
}

fn load(name: &str) -> FileKey {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("keys-example");
    let path = |ending: &str| folder.join(format!("{name}.{ending}.pem"));
    FileKey::load(&path("key"), &path("chain"), &Secret::new(EXAMPLE_PASSPHRASE.into())).expect("the example keys load")
}

static P256: LazyLock<FileKey> = LazyLock::new(|| load("seal"));
static P384: LazyLock<FileKey> = LazyLock::new(|| load("seal-p384"));
static STAMPER: LazyLock<FileKey> = LazyLock::new(|| load("time-stamp"));
static RSA3072: LazyLock<FileKey> = LazyLock::new(|| load("seal-rsa3072"));

const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);

/// Bytes that all documents of a template begin with, hashed once.
const CONSTANT: usize = 210_000;

/// A page with a background of noise and 60 small objects.
static PAGE: LazyLock<(Vec<u8>, HashedPrefix)> = LazyLock::new(|| {
    let noise: Vec<u8> = (0u64..CONSTANT as u64).map(|n| (n.wrapping_mul(6_364_136_223_846_793_005) >> 56) as u8).collect();
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut offsets = vec![0; 66];
    let mut object = |out: &mut Vec<u8>, number: usize, body: &[u8]| {
        offsets[number] = out.len();
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(body);
        out.extend_from_slice(b"\nendobj\n");
    };
    let stream = |data: &[u8]| [format!("<</Length {}>>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat();
    object(&mut out, 4, &stream(&noise));
    let constant = out.len();
    object(&mut out, 1, b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[5 0 R]>>>>");
    object(&mut out, 2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>");
    object(&mut out, 3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[5 0 R]>>");
    object(&mut out, 5, b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/F 132/P 3 0 R/Rect[0 0 0 0]>>");
    for number in 6..65 {
        object(&mut out, number, b"<</Type/StructElem/S/P/P 2 0 R/Pg 3 0 R/K[0 1 2]/Lang(zh-CN)>>");
    }
    object(&mut out, 65, &stream(noise.get(..25_000).unwrap_or_default()));
    let table_at = out.len();
    out.extend_from_slice(b"xref\n0 66\n0000000000 65535 f \n");
    for offset in offsets.iter().skip(1) {
        out.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
    }
    out.extend_from_slice(format!("trailer\n<</Size 66/Root 1 0 R>>\nstartxref\n{table_at}\n%%EOF\n").as_bytes());
    let mut state = ring::digest::Context::new(&ring::digest::SHA256);
    state.update(&out[..constant]);
    (out, HashedPrefix { len: constant, state })
});

fn unsealed(with_prefix: bool) -> Unsealed {
    let (page, prefix) = &*PAGE;
    let mut bytes = Vec::with_capacity(page.len() + 16_384);
    bytes.extend_from_slice(page);
    let place = SealPlace { page: 0, rect: [0.0; 4], struct_parent: None, widget_object: Some(5) };
    Unsealed { bytes, place, prefix: with_prefix.then(|| prefix.clone()) }
}

fn spec() -> SealSpec {
    SealSpec {
        field_name: "Seal".into(),
        signing_time: NOW,
        appearance: None,
        tooltip: "示例市行政审批局电子证照专用章".into(),
        name: None,
        reason: None,
        location: None,
        certify: Some(Certify::MayAugment),
        room: 0,
    }
}

/// Everything up to the digest, the constant beginning hashed before.
#[divan::bench]
fn prepare_with_prefix(bencher: Bencher) {
    let (spec, facts) = (spec(), SignerFacts::of(&*P256).expect("facts"));
    bencher
        .counter(ItemsCount::new(1u32))
        .with_inputs(|| unsealed(true))
        .bench_values(|page| prepare(page, &spec, &facts).expect("prepared"));
}

/// The same when the whole file is hashed and looked through.
#[divan::bench]
fn prepare_without_prefix(bencher: Bencher) {
    let (spec, facts) = (spec(), SignerFacts::of(&*P256).expect("facts"));
    bencher
        .counter(ItemsCount::new(1u32))
        .with_inputs(|| unsealed(false))
        .bench_values(|page| prepare(page, &spec, &facts).expect("prepared"));
}

/// The signature: attributes, key, CMS, hex.
#[divan::bench(args = [SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::EcdsaP384Sha384, SignatureAlgorithm::RsaPkcs1Sha256])]
fn sign_prepared(bencher: Bencher, algorithm: SignatureAlgorithm) {
    let key: &FileKey = match algorithm {
        SignatureAlgorithm::EcdsaP384Sha384 => &P384,
        SignatureAlgorithm::RsaPkcs1Sha256 => &RSA3072,
        _ => &P256,
    };
    let (spec, facts) = (spec(), SignerFacts::of(key).expect("facts"));
    bencher
        .counter(ItemsCount::new(1u32))
        .with_inputs(|| prepare(unsealed(true), &spec, &facts).expect("prepared"))
        .bench_values(|(prepared, permit)| sign(prepared, permit, key).and_then(|signed| signed.finish(None)).expect("signed"));
}

/// The CMS alone, without the key.
#[divan::bench]
fn encode_cms(bencher: Bencher) {
    let facts = SignerFacts::of(&*P256).expect("facts");
    let signature = P256.sign(b"x").expect("signed");
    bencher.counter(ItemsCount::new(1u32)).bench(|| {
        let attributes = facts.template().attributes(&[7; 32]).expect("attributes");
        facts.template().encode(&attributes, &signature, None)
    });
}

/// A token of the example authority over a SHA-256 digest.
fn stamp(imprint: &[u8]) -> Vec<u8> {
    let policy = StampPolicy { policy: ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1"), accuracy: Duration::seconds(1) };
    let spec = TokenSpec { hash: HashAlgorithm::Sha256, imprint, nonce: None, with_certificates: true, serial: 7, at: NOW };
    token(&spec, &policy, &*STAMPER).expect("a token")
}

/// A sealed page with a time-stamp in its signature.
static B_T: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let some = stamp(&[0; 32]);
    let spec = SealSpec { room: TokenSize::of(&some).room(), ..spec() };
    let (prepared, permit) = prepare(unsealed(true), &spec, &SignerFacts::of(&*P256).expect("facts")).expect("prepared");
    sign(prepared, permit, &*P256).and_then(|signed| signed.finish(Some(&some))).expect("sealed")
});

/// The chains of seal and time-stamp, and four lists of 1 KB.
fn validation() -> ValidationData {
    let certificates = [P256.chain(), STAMPER.chain()].concat();
    ValidationData { certificates, revocation_lists: (0..4).map(|n| vec![n; 1024]).collect(), ocsp_answers: vec![] }
}

/// The CMS with a time-stamp in it, and its place in the file; without the key.
#[divan::bench]
fn finish_with_token(bencher: Bencher) {
    let token = stamp(&[0; 32]);
    let spec = SealSpec { room: TokenSize::of(&token).room(), ..spec() };
    let facts = SignerFacts::of(&*P256).expect("facts");
    bencher
        .counter(ItemsCount::new(1u32))
        .with_inputs(|| {
            let (prepared, permit) = prepare(unsealed(true), &spec, &facts).expect("prepared");
            sign(prepared, permit, &*P256).expect("signed")
        })
        .bench_values(|signed| signed.finish(Some(&token)).expect("it fits"));
}

/// DSS and VRI behind a document that is B-T.
#[divan::bench]
fn append_validation_data(bencher: Bencher) {
    let data = validation();
    bencher
        .counter(ItemsCount::new(1u32))
        .with_inputs(|| B_T.clone())
        .bench_values(|document| append_validation(document, &data, NOW).expect("appended"));
}

/// The document time-stamp's field, and the digest of the whole file; without the token.
#[divan::bench]
fn prepare_document_time_stamp(bencher: Bencher) {
    let size = TokenSize::of(&stamp(&[0; 32]));
    let document = append_validation(B_T.clone(), &validation(), NOW).expect("appended");
    bencher.counter(ItemsCount::new(1u32)).with_inputs(|| document.clone()).bench_values(|document| {
        let prepared = prepare_archive(document, size).expect("prepared");
        prepared.imprint(HashAlgorithm::Sha256)
    });
}
