//! The two forms of a cross-reference section, over the objects of one update (ISO 32000-2 clauses 7.5.4 and 7.5.8).

use crate::pdf::read::Ref;
use crate::pdf::write::file::stream_body;
use std::collections::BTreeMap;

/// `xref` and contiguous subsections of 20-byte entries.
pub fn table(offsets: &BTreeMap<Ref, usize>) -> Vec<u8> {
    let mut out = b"xref\n".to_vec();
    for run in runs(offsets) {
        let first = run.first().map_or(0, |(reference, _)| reference.number);
        out.extend(format!("{first} {}\n", run.len()).into_bytes());
        for (reference, offset) in run {
            out.extend(format!("{offset:010} {:05} n \n", reference.generation).into_bytes());
        }
    }
    out
}

/// The body of a cross-reference stream, not compressed; `trailer` are its entries that a trailer would have, and /Type.
pub fn stream(offsets: &BTreeMap<Ref, usize>, trailer: &[u8]) -> Vec<u8> {
    const WIDTHS: &str = "/W[1 6 2]";
    let (mut index, mut rows) = (String::new(), Vec::with_capacity(offsets.len() * 9));
    for run in runs(offsets) {
        let first = run.first().map_or(0, |(reference, _)| reference.number);
        index += &format!("{first} {} ", run.len());
        for (reference, offset) in run {
            rows.push(1);
            rows.extend((offset as u64).to_be_bytes().iter().skip(2));
            rows.extend(reference.generation.to_be_bytes());
        }
    }
    let mut out = Vec::new();
    let entries = [trailer, WIDTHS.as_bytes(), format!("/Index[{}]", index.trim_end()).as_bytes()].concat();
    stream_body(&mut out, &entries, &rows);
    out
}

/// Objects with consecutive numbers.
fn runs(offsets: &BTreeMap<Ref, usize>) -> Vec<Vec<(Ref, usize)>> {
    let mut runs: Vec<Vec<(Ref, usize)>> = Vec::new();
    for (reference, offset) in offsets {
        let follows = |last: &(Ref, usize)| last.0.number.checked_add(1) == Some(reference.number);
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(follows) => run.push((*reference, *offset)),
            _ => runs.push(vec![(*reference, *offset)]),
        }
    }
    runs
}
