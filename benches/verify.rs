//! Verifying one sealed licence: the full examine and conclude of the command line, offline, without any cached verdict; and large files.

#[path = "../tests/licence/mod.rs"]
mod licence;

use divan::{Bencher, black_box, counter::BytesCount};
use elicence::cms::signature_memory::SignatureMemory;
use elicence::seal::{ForeignPlace, SealSpec, SignerFacts, prepare_foreign, sign};
use elicence::verify::{Evidence, Limits, Policy, conclude, examine};
use licence::{AT, MADE_AT, Making, archived, evidence, key};
use std::fmt::Write;
use time::macros::datetime;

fn main() {
    divan::main();
}

/// Sealed by ECDSA P-256, P-384, RSA-3072, Ed25519.
#[divan::bench(args = ["seal", "seal-p384", "seal-rsa3072", "seal-ed25519"])]
fn licence_document(bencher: Bencher<'_, '_>, seal: &'static str) {
    let document = Making { seal, ..Making::default() }.make();
    measure(bencher, &document, &evidence(), &Limits::default());
}

/// Of each level; chains that were seen before are not computed again, as in a server.
#[divan::bench(args = ["B-B", "B-T", "B-LTA"])]
fn licence_of_level(bencher: Bencher<'_, '_>, level: &str) {
    measure(bencher, &of_level(level), &evidence(), &Limits::default());
}

/// The same by a program that has just started.
#[divan::bench(args = ["B-B", "B-T", "B-LTA"])]
fn licence_of_level_for_the_first_time(bencher: Bencher<'_, '_>, level: &str) {
    let (document, evidence) = (of_level(level), evidence());
    bencher.bench(|| {
        let examined = examine(black_box(&document), &Limits::default()).expect("sealed");
        let fresh = Evidence { memory: SignatureMemory::default(), ..evidence.clone() };
        conclude(&examined, &fresh, &Policy::default(), AT)
    });
}

/// A document with one stream of so many MB: linear in its size.
#[divan::bench(args = [1, 10, 100], sample_count = 5)]
fn large_stream(bencher: Bencher<'_, '_>, megabytes: usize) {
    let stream: Vec<u8> = (0..megabytes << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    let document = sealed(&[&format!("<</Length {}>>\nstream\n", stream.len()).into_bytes(), &stream[..], b"\nendstream"].concat(), 0);
    let limits = Limits { file: 256 << 20, ..Limits::default() };
    measure(bencher, &document, &evidence(), &limits);
}

/// A document of so many objects: linear in their number.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 5)]
fn many_objects(bencher: Bencher<'_, '_>, objects: usize) {
    measure(bencher, &sealed(b"null", objects), &evidence(), &Limits::default());
}

/// What the digest of the file costs alone: nothing can be faster.
#[divan::bench]
fn digest_alone(bencher: Bencher<'_, '_>) {
    let document = Making::default().make();
    bencher.bench(|| ring::digest::digest(&ring::digest::SHA256, black_box(&document)));
}

fn measure(bencher: Bencher<'_, '_>, document: &[u8], evidence: &Evidence, limits: &Limits) {
    bencher.counter(BytesCount::from(document.len())).bench(|| {
        let examined = examine(black_box(document), limits).expect("sealed");
        conclude(&examined, evidence, &Policy::default(), AT)
    });
}

fn of_level(level: &str) -> Vec<u8> {
    let document = Making { stamped: level != "B-B", ..Making::default() }.make();
    if level == "B-LTA" { archived(document, datetime!(2027-01-10 08:10 UTC)) } else { document }
}

/// A plain document with an approval signature over `body` and so many small objects.
fn sealed(body: &[u8], more: usize) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = vec![];
    let mut object = |file: &mut Vec<u8>, number: usize, body: &[u8]| {
        places.push(file.len());
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(body);
        file.extend_from_slice(b"\nendobj\n");
    };
    object(&mut file, 1, b"<</Type/Catalog/Pages 2 0 R>>");
    object(&mut file, 2, b"<</Type/Pages/Count 1/Kids[3 0 R]>>");
    object(&mut file, 3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>");
    object(&mut file, 4, body);
    for number in 5..5 + more {
        object(&mut file, number, format!("<</Number {number}/Before {} 0 R>>", number - 1).as_bytes());
    }
    let start = file.len();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    places.iter().for_each(|place| writeln!(table, "{place:010} 00000 n ").expect("text"));
    file.extend_from_slice(table.as_bytes());
    let id = "00112233445566778899aabbccddeeff";
    let trailer = format!("trailer\n<</Size {}/Root 1 0 R/ID[<{id}><{id}>]>>\nstartxref\n{start}\n%%EOF\n", places.len() + 1);
    file.extend_from_slice(trailer.as_bytes());
    let signer = key("seal");
    let spec = SealSpec {
        field_name: "Seal".into(),
        signing_time: MADE_AT,
        appearance: None,
        tooltip: "Seal".into(),
        name: None,
        reason: None,
        location: None,
        certify: None,
        room: 0,
    };
    let place = ForeignPlace { page: 0, rect: [0.0; 4] };
    let (prepared, permit) = prepare_foreign(file, &place, &spec, &SignerFacts::of(signer).expect("facts")).expect("prepared");
    sign(prepared, permit, signer).expect("signed").finish(None).expect("sealed")
}
