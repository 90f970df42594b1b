//! Verifying one sealed licence: the full examine and conclude of the command line, offline, without any cached verdict.

#[path = "../tests/licence/mod.rs"]
mod licence;

use divan::{Bencher, black_box};
use elicence::verify::{Limits, Policy, conclude, examine};
use licence::{AT, Making, evidence};

fn main() {
    divan::main();
}

/// Sealed by ECDSA P-256, P-384, RSA-3072, Ed25519.
#[divan::bench(args = ["seal", "seal-p384", "seal-rsa3072", "seal-ed25519"])]
fn licence_document(bencher: Bencher<'_, '_>, seal: &'static str) {
    let document = Making { seal, ..Making::default() }.make();
    let evidence = evidence();
    bencher.counter(divan::counter::BytesCount::from(document.len())).bench(|| {
        let examined = examine(black_box(&document), &Limits::default()).expect("sealed");
        conclude(&examined, &evidence, &Policy::default(), AT)
    });
}

/// What the digest of the file costs alone: nothing can be faster.
#[divan::bench]
fn digest_alone(bencher: Bencher<'_, '_>) {
    let document = Making::default().make();
    bencher.bench(|| ring::digest::digest(&ring::digest::SHA256, black_box(&document)));
}
