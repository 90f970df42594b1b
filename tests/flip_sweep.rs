//! One byte changed anywhere, bytes cut off, bytes appended: never valid, never a panic.

mod licence;

use elicence::domain::verdict::{ChangesAfter, Verdict};
use licence::{Making, codes, evidence, last, size, updated, verify};

/// Deterministic numbers for places and masks (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as usize
    }
}

#[test]
fn no_flipped_byte_leaves_a_valid_licence() {
    let document = Making::default().make();
    let evidence = evidence();
    assert_eq!(verify(&document, &evidence).map(|report| report.verdict), Ok(Verdict::Valid));
    let dictionary = last(&document, b"/ByteRange");
    let start = document[..dictionary].windows(5).rposition(|window| window == b" obj\n" || window == b" obj ").expect("an object");
    let end = dictionary + document[dictionary..].windows(6).position(|window| window == b"endobj").expect("its end") + 6;
    let tables = last(&document, b"xref\n");
    let tables = document[..tables - 5].windows(5).rposition(|window| window == b"xref\n").map_or(tables, |first| first.max(end));
    let mut places: Vec<usize> = (start..end).chain(tables..document.len()).collect();
    // The table and trailer of the unsealed revision.
    let first_table = document.windows(6).position(|window| window == b"\nxref\n").expect("the first table") + 1;
    let first_end = first_table + document[first_table..].windows(5).position(|window| window == b"%%EOF").expect("its end") + 5;
    places.extend(first_table..first_end);
    let mut numbers = Numbers(20_261_122);
    places.extend((0..2000).map(|_| numbers.next() % document.len()));
    let mut copy = document.clone();
    for at in places {
        let random = (numbers.next() % 255 + 1) as u8;
        for mask in [0x01, 0x20, 0x80, random] {
            copy[at] ^= mask;
            if let Ok(report) = verify(&copy, &evidence) {
                assert_ne!(report.verdict, Verdict::Valid, "byte {at} of {} with mask {mask:#x}", document.len());
            }
            copy[at] ^= mask;
        }
    }
    assert_eq!(copy, document);
}

#[test]
fn no_cut_or_lengthened_file_is_a_valid_licence() {
    let document = Making::default().make();
    let evidence = evidence();
    let mut numbers = Numbers(7);
    let cuts = (1..300).chain((0..300).map(|_| numbers.next() % document.len()));
    for cut in cuts {
        if let Ok(report) = verify(&document[..document.len() - cut], &evidence) {
            assert_ne!(report.verdict, Verdict::Valid, "{cut} bytes cut off");
        }
    }
    for tail in [&b"\n"[..], b" ", b"%", b"\n%%EOF\n", b"9 0 obj\n<<>>\nendobj\n", b"startxref\n0\n%%EOF\n"] {
        let longer = [&document, tail].concat();
        if let Ok(report) = verify(&longer, &evidence) {
            assert_ne!(report.verdict, Verdict::Valid, "{tail:?} appended");
        }
    }
}

#[test]
fn an_appended_update_is_seen_whatever_it_changes() {
    let document = Making::default().make();
    let evidence = evidence();
    let size = size(&document);
    let mut seen = 0;
    for number in 1..size {
        let report = verify(&updated(&document, &[(number, "<</Type/Annot/Subtype/FreeText/Contents(x)>>".into())]), &evidence);
        if let Ok(report) = report {
            assert_eq!(report.verdict, Verdict::Invalid, "object {number}: {:?}", codes(&report));
            seen += report.signatures.iter().filter(|s| s.changes_after == ChangesAfter::Other).count();
        }
    }
    assert!(seen > size as usize / 2, "most updates leave a file that can be read: {seen} of {size}");
}
