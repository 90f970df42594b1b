//! Reads just enough of a one-revision document with a plain cross-reference table to append to it.

use super::{
    UpdateError,
    raw::{self, RawDictionary},
};

/// Length of a cross-reference entry.
const ENTRY: usize = 20;

/// The structure of a document that this service rendered.
pub struct Base<'a> {
    bytes: &'a [u8],
    table_at: usize,
    entries: &'a [u8],
    trailer: RawDictionary<'a>,
    size: u32,
    root: u32,
}

impl<'a> Base<'a> {
    /// Reads table and trailer. Refused are: bytes after the last `%%EOF` and its line feed, several revisions or
    /// subsections, cross-reference streams, hybrid files, encryption.
    pub fn read(bytes: &'a [u8]) -> Result<Self, UpdateError> {
        let no = UpdateError::Structure;
        let body = bytes.strip_suffix(b"\n%%EOF\n").ok_or(no("it does not end with %%EOF and a line feed"))?;
        let number_at = body.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
        let (before, number) = body.split_at(number_at);
        if !before.ends_with(b"startxref\n") {
            return Err(no("startxref is missing"));
        }
        let table_at = raw::number(number).and_then(|n| usize::try_from(n).ok()).ok_or(no("startxref is no number"))?;
        let table = bytes
            .get(table_at..)
            .and_then(|rest| rest.strip_prefix(b"xref\n0 "))
            .ok_or(no("its cross-reference table is not one section from 0"))?;
        let count_end = raw::token_end(table, 0);
        let size = table
            .get(..count_end)
            .and_then(raw::number)
            .and_then(|n| u32::try_from(n).ok())
            .ok_or(no("its cross-reference table has no count"))?;
        let entries_at = raw::skip_space(table, count_end);
        let entries_end = (size as usize)
            .checked_mul(ENTRY)
            .and_then(|length| length.checked_add(entries_at))
            .ok_or(no("its cross-reference table is too long"))?;
        let entries = table.get(entries_at..entries_end).ok_or(no("its cross-reference table is cut"))?;
        let trailer = table
            .get(entries_end..)
            .and_then(|rest| rest.strip_prefix(b"trailer"))
            .and_then(RawDictionary::read)
            .ok_or(no("its trailer is not behind its table"))?;
        for (name, problem) in
            [(&b"Encrypt"[..], "it is encrypted"), (b"XRefStm", "it is a hybrid file"), (b"Prev", "it has been updated before")]
        {
            if trailer.get(name).is_some() {
                return Err(no(problem));
            }
        }
        if trailer.get(b"Size").and_then(raw::number) != Some(u64::from(size)) {
            return Err(no("/Size is not the length of its table"));
        }
        let root = trailer.get(b"Root").and_then(raw::reference).ok_or(no("/Root is no reference"))?;
        Ok(Self { bytes, table_at, entries, trailer, size, root })
    }

    /// Offset of the cross-reference table.
    pub fn table_at(&self) -> usize {
        self.table_at
    }

    /// The trailer.
    pub fn trailer(&self) -> &RawDictionary<'a> {
        &self.trailer
    }

    /// One more than the highest object number.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Object number of the catalog.
    pub fn root(&self) -> u32 {
        self.root
    }

    /// The two raw strings of /ID.
    pub fn id(&self) -> Option<(&'a [u8], &'a [u8])> {
        match raw::array(self.trailer.get(b"ID")?)?.as_slice() {
            [first, second] => Some((first, second)),
            _ => None,
        }
    }

    /// Offset of an object in use, from the table.
    pub fn offset(&self, number: u32) -> Option<usize> {
        let at = number as usize * ENTRY;
        let entry = self.entries.get(at..at + ENTRY)?;
        let (offset, rest) = entry.split_at_checked(10)?;
        if rest.get(..8)? != b" 00000 n" {
            return None;
        }
        usize::try_from(raw::number(offset)?).ok()
    }

    /// What stands behind `n 0 obj`, up to the end of the file.
    pub fn object(&self, number: u32) -> Result<&'a [u8], UpdateError> {
        let at = self.offset(number).ok_or(UpdateError::Object(number))?;
        let rest = self.bytes.get(at..).unwrap_or_default();
        let (digits, behind) = rest.split_at(raw::token_end(rest, 0));
        match behind.strip_prefix(b" 0 obj") {
            Some(body) if raw::number(digits) == Some(number.into()) => Ok(body),
            _ => Err(UpdateError::Object(number)),
        }
    }

    /// The dictionary that object `number` is.
    pub fn dictionary(&self, number: u32) -> Result<RawDictionary<'a>, UpdateError> {
        RawDictionary::read(self.object(number)?).ok_or(UpdateError::Object(number))
    }

    /// Object number of page `index`, counted from 0 in page order.
    pub fn page(&self, index: usize) -> Result<u32, UpdateError> {
        let pages = self.dictionary(self.root)?.get(b"Pages").and_then(raw::reference).ok_or(UpdateError::Object(self.root))?;
        let mut waiting = vec![pages];
        let mut before = index;
        for _ in 0..self.size {
            let Some(number) = waiting.pop() else { break };
            let node = self.dictionary(number)?;
            let Some(kids) = node.get(b"Kids") else {
                match before.checked_sub(1) {
                    Some(fewer) => before = fewer,
                    None => return Ok(number),
                }
                continue;
            };
            let kids = raw::array(kids).ok_or(UpdateError::Object(number))?;
            for kid in kids.into_iter().rev() {
                waiting.push(raw::reference(kid).ok_or(UpdateError::Object(number))?);
            }
        }
        Err(UpdateError::NoPage(index))
    }
}
