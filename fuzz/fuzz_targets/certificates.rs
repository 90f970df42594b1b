//! Reads certificates (two length bytes before each) and builds paths from the first over the others.
#![no_main]

use elicence::cms::build_path::{PathPurpose, build_path};
use elicence::cms::read_certificate::Certificate;
use elicence::cms::signature_memory::{SignatureChecks, SignatureMemory};
use elicence::verify::Anchor;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use time::macros::datetime;

static ROOT: &str = include_str!("../../keys-example/root.pem");
static ANCHORS: LazyLock<Vec<Anchor>> = LazyLock::new(|| Anchor::from_pem(ROOT).expect("the example root"));

fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    let mut certificates = Vec::new();
    while let [high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(tail.len());
        let (certificate, tail) = tail.split_at(length);
        certificates.push(certificate);
        rest = tail;
    }
    let _ = Anchor::from_der(bytes);
    let Some((first, others)) = certificates.split_first() else { return };
    let Ok(leaf) = Certificate::read(first) else { return };
    let moment = datetime!(2026-12-01 0:00 UTC);
    let _ = (leaf.may_seal(), leaf.may_certify(), leaf.may_answer_ocsp(), leaf.may_sign_lists(), leaf.is_valid_at(moment));
    let anchors: Vec<_> = ANCHORS.iter().map(|anchor| anchor.trust_anchor().clone()).collect();
    let checks = SignatureChecks::new(&SignatureMemory::default(), 64);
    for purpose in [PathPurpose::Seal, PathPurpose::TimeStamp] {
        let _ = build_path(&leaf, purpose, others, &anchors, moment, &checks);
    }
});
