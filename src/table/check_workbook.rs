//! Looks at an XLSX file before it is opened: no bombs, no macros, no links to elsewhere, no parts that no workbook needs.
//!
//! First by what the archive says of itself, without inflating anything. Then each part is inflated once into nothing, counted, and
//! must be exactly as long as was said; so whoever reads it afterwards cannot be surprised.

use crate::table::{Limits, TableError};
use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};
use zip::ZipArchive;

/// Parts that do something or lead elsewhere: what their path holds, and how messages name them.
const ACTIVE: [(&str, &str); 9] = [
    ("vbaproject", "宏 macros"),
    ("macrosheets/", "宏 macros"),
    ("externallinks/", "外部链接 external links"),
    ("connections.xml", "数据连接 connections"),
    ("querytables/", "数据查询 queries"),
    ("embeddings/", "嵌入对象 embedded objects"),
    ("activex/", "控件 controls"),
    ("ctrlprops/", "控件 controls"),
    ("customui/", "自定义界面 custom interface"),
];
/// A part of more than [`SMALL`] bytes that shrinks to less than a hundredth was made to.
const MOST_RATIO: u64 = 100;
/// Parts up to this length may shrink as they like.
const SMALL: u64 = 64 << 10;
/// Longest table of shared texts: all of them are held in memory.
const MOST_SHARED: u64 = 48 << 20;
/// Tags in all parts together; it bounds what a reader builds from them.
const MOST_TAGS: usize = 24_000_000;

/// Refuses what should not be opened.
pub(super) fn check_workbook(bytes: &[u8], limits: &Limits) -> Result<(), TableError> {
    // A compound file: .xls, or an encrypted .xlsx.
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(TableError::OldWorkbook);
    }
    let damaged = |_: zip::result::ZipError| TableError::NotWorkbook;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > limits.parts {
        return Err(TableError::TooManyParts(limits.parts));
    }
    if archive.has_duplicate_names() {
        return Err(TableError::PartName);
    }
    let (mut whole, mut names) = (0u64, BTreeSet::new());
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        check_name(&name)?;
        if part.encrypted() {
            return Err(TableError::OldWorkbook);
        }
        let (packed, long) = (part.compressed_size(), part.size());
        if long > SMALL && long / packed.max(1) > MOST_RATIO {
            return Err(TableError::Ratio);
        }
        whole = whole.saturating_add(long);
        if whole > limits.inflated || (name.ends_with("sharedstrings.xml") && long > MOST_SHARED) {
            return Err(TableError::Inflates(limits.inflated));
        }
        // Names that differ in case only mean the same part to some readers.
        if !names.insert(name) {
            return Err(TableError::PartName);
        }
    }
    if !names.contains("[content_types].xml") || !names.contains("xl/workbook.xml") {
        return Err(TableError::NotWorkbook);
    }
    let mut tags = 0;
    for at in 0..archive.len() {
        tags += count_tags(&mut archive, at)?;
        if tags > MOST_TAGS {
            return Err(TableError::Inflates(limits.inflated));
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), TableError> {
    let strange = |c: char| !(c.is_ascii_alphanumeric() || "/._-[]() ".contains(c));
    if name.starts_with('/') || name.split('/').any(|step| step == "..") || name.chars().any(strange) {
        return Err(TableError::PartName);
    }
    match ACTIVE.iter().find(|(mark, _)| name.contains(mark)) {
        Some((_, kind)) => Err(TableError::ActiveParts(kind)),
        None => Ok(()),
    }
}

/// Inflates a part, which must be as long as the archive says; how many tags it has.
fn count_tags(archive: &mut ZipArchive<Cursor<&[u8]>>, at: usize) -> Result<usize, TableError> {
    let part = archive.by_index(at).map_err(|_| TableError::NotWorkbook)?;
    let said = part.size();
    let mut rest = part.take(said.saturating_add(1));
    let (mut buffer, mut length, mut tags) = (vec![0; 64 << 10], 0u64, 0);
    loop {
        let count = rest.read(&mut buffer).map_err(|_| TableError::Ratio)?;
        if count == 0 {
            break;
        }
        length += count as u64;
        tags += buffer.iter().take(count).filter(|b| **b == b'<').count();
    }
    if length == said { Ok(tags) } else { Err(TableError::Ratio) }
}
