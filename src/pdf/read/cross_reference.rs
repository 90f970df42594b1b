//! Cross-reference sections (ISO 32000-2 clause 7.5.4 to 7.5.8): tables and streams, the whole /Prev chain, without any repair.

use super::error::PdfError;
use super::inflate::unpack;
use super::lexer::Lexer;
use super::limits::Limits;
use super::object::{Dict, Object};
use std::collections::BTreeSet;

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// Nowhere: free, or never defined.
    Free,
    /// At this byte, with this generation.
    At(usize, u16),
    /// In an object stream: its number, and the place in it.
    In(u32, u32),
}

/// One cross-reference section: what one revision of the file says.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// Byte where it begins: the value of `startxref`.
    pub at: usize,
    /// The byte after it: after its trailer, or its `endobj`.
    pub end: usize,
    /// Its trailer dictionary.
    pub trailer: Dict<'a>,
    /// Numbers it defines, ascending within a subsection.
    pub entries: Vec<(u32, Location)>,
}

/// Reads the chain from the last `startxref` back to the first section, newest first.
pub fn read_chain<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Vec<Section<'a>>, PdfError> {
    let mut sections: Vec<Section<'a>> = Vec::new();
    let mut next = Some(last_startxref(bytes)?);
    let mut entries = 0_usize;
    while let Some(at) = next {
        if sections.len() >= limits.sections {
            return Err(PdfError::TooMuch("revisions"));
        }
        let newer = sections.last();
        let section = read_section(bytes, at, limits)?;
        if newer.is_some_and(|newer| at >= newer.at && !is_second_of_linearised(bytes, newer, &section, limits)) {
            return Err(PdfError::CrossReference { at, problem: "/Prev does not point to an earlier place" });
        }
        entries = entries.saturating_add(section.entries.len());
        if entries > limits.objects.saturating_mul(2) {
            return Err(PdfError::TooMuch("cross-reference entries"));
        }
        if section.trailer.entry(b"Encrypt").is_some() {
            return Err(PdfError::Encrypted);
        }
        if let Some(newer) = newer
            && newer.trailer.get(b"Size").as_int() < section.trailer.get(b"Size").as_int()
        {
            return Err(PdfError::CrossReference { at: newer.at, problem: "/Size is smaller than in an earlier revision" });
        }
        next = match section.trailer.get(b"Prev") {
            Object::Null => None,
            value => Some(value.as_usize().ok_or(PdfError::CrossReference { at, problem: "/Prev is not an offset" })?),
        };
        sections.push(section);
    }
    let end = sections.iter().map(|section| section.end).max().unwrap_or(0);
    if !is_only_tail(bytes.get(end..).unwrap_or_default()) {
        return Err(PdfError::Syntax { at: end, expected: "startxref and the end of the file after the last cross-reference section" });
    }
    Ok(sections)
}

/// In a linearised file (ISO 32000-2 annex F) the section of the first page, at its beginning, leads to that of the other pages, at
/// its end: the only step forward that there is, and the last one of the chain.
fn is_second_of_linearised(bytes: &[u8], first: &Section<'_>, second: &Section<'_>, limits: &Limits) -> bool {
    let parameters = || -> Result<Dict<'_>, PdfError> {
        // After the header and a comment of binary bytes.
        let mut lexer = Lexer::new(bytes, 0, limits);
        lexer.skip_space();
        lexer.unsigned()?;
        lexer.skip_space();
        lexer.unsigned()?;
        lexer.skip_space();
        lexer.expect("obj")?;
        lexer.skip_space();
        lexer.dict()
    };
    let Ok(parameters) = parameters() else { return false };
    let numbers: BTreeSet<u32> = first.entries.iter().map(|(number, _)| *number).collect();
    let length = parameters.get(b"L").as_usize().filter(|length| *length <= bytes.len());
    parameters.get(b"Linearized").as_number().is_some()
        && length.is_some_and(|length| second.at < length)
        && second.trailer.get(b"Prev").is_null()
        && first.at < second.at
        && second.entries.iter().all(|(number, _)| !numbers.contains(number))
}

/// The number after the last `startxref`; only white space may follow the last `%%EOF`.
fn last_startxref(bytes: &[u8]) -> Result<usize, PdfError> {
    let wrong = |expected| PdfError::Syntax { at: bytes.len(), expected };
    let trimmed = trim_end(bytes);
    let rest = trimmed.strip_suffix(b"%%EOF").ok_or(wrong("%%EOF at the end"))?;
    let rest = trim_end(rest);
    let digits = rest.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (rest, number) = rest.split_at(rest.len() - digits);
    let rest = trim_end(rest);
    if !rest.ends_with(b"startxref") || digits == 0 || digits > 12 {
        return Err(wrong("startxref and an offset before the last %%EOF"));
    }
    Ok(number.iter().fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0')))
}

/// `startxref`, a number, `%%EOF`, white space between and after them, and nothing else.
fn is_only_tail(bytes: &[u8]) -> bool {
    let spaces = |bytes: &[u8]| bytes.iter().take_while(|b| super::lexer::is_space(**b)).count();
    let mut rest = bytes;
    let mut words = Vec::new();
    while words.len() < 4 {
        let start = spaces(rest);
        let word = rest.get(start..).unwrap_or_default();
        let length = word.iter().position(|b| super::lexer::is_space(*b)).unwrap_or(word.len());
        if length == 0 {
            break;
        }
        words.push(word.get(..length).unwrap_or_default());
        rest = word.get(length..).unwrap_or_default();
    }
    matches!(words.as_slice(), [b"startxref", number, b"%%EOF"] if number.iter().all(u8::is_ascii_digit))
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|b| !super::lexer::is_space(*b)).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or_default()
}

fn read_section<'a>(bytes: &'a [u8], at: usize, limits: &Limits) -> Result<Section<'a>, PdfError> {
    let mut lexer = Lexer::new(bytes, at, limits);
    // Some producers point to the line end before the keyword.
    while lexer.peek().is_some_and(super::lexer::is_space) {
        lexer.seek(lexer.position() + 1);
    }
    if !lexer.at_word_start() {
        return Err(PdfError::CrossReference { at, problem: "it begins within a word" });
    }
    let (trailer, entries) = if lexer.accept(b"xref") {
        let entries = read_table(bytes, &mut lexer, at, limits)?;
        lexer.skip_space();
        (lexer.dict()?, entries)
    } else {
        read_stream(bytes, &mut lexer, at, limits)?
    };
    if trailer.entry(b"XRefStm").is_some() {
        return Err(PdfError::CrossReference { at, problem: "hybrid files hold two views of one document" });
    }
    let size = trailer.get(b"Size").as_usize().ok_or(PdfError::CrossReference { at, problem: "/Size is missing" })?;
    if size > limits.objects {
        return Err(PdfError::TooMuch("objects"));
    }
    if entries.iter().any(|(number, location)| *number == 0 && *location != Location::Free) {
        return Err(PdfError::CrossReference { at, problem: "it puts object 0 in use" });
    }
    if entries.iter().any(|(number, _)| *number as usize >= size) {
        return Err(PdfError::CrossReference { at, problem: "it defines an object beyond /Size" });
    }
    Ok(Section { at, end: lexer.position(), trailer, entries })
}

/// Everything between `xref` and `trailer`, both passed. Entries have 20 bytes; those of some producers 19, all of a subsection alike.
fn read_table(bytes: &[u8], lexer: &mut Lexer<'_>, at: usize, limits: &Limits) -> Result<Vec<(u32, Location)>, PdfError> {
    let wrong = |problem| PdfError::CrossReference { at, problem };
    let mut entries = Vec::new();
    loop {
        lexer.skip_space();
        if lexer.accept(b"trailer") {
            return Ok(entries);
        }
        let first = lexer.unsigned()?;
        if lexer.peek() != Some(b' ') {
            return Err(wrong("no space in a subsection's head"));
        }
        lexer.seek(lexer.position() + 1);
        let count = lexer.unsigned()?;
        while lexer.peek() == Some(b' ') {
            lexer.seek(lexer.position() + 1);
        }
        match lexer.peek() {
            Some(b'\r') if bytes.get(lexer.position() + 1) == Some(&b'\n') => lexer.seek(lexer.position() + 2),
            Some(b'\n' | b'\r') => lexer.seek(lexer.position() + 1),
            _ => return Err(wrong("no end of line after a subsection's head")),
        }
        let start = lexer.position();
        let is_short = matches!(bytes.get(start + 18..start + 20), Some([b'\n' | b'\r', b'0'..=b'9' | b't']));
        let width = if is_short { 19 } else { 20 };
        let end = usize::try_from(count).ok().and_then(|count| count.checked_mul(width)).and_then(|length| start.checked_add(length));
        if count > limits.objects as u64 {
            return Err(PdfError::TooMuch("objects"));
        }
        let lines = end.and_then(|end| bytes.get(start..end)).ok_or(wrong("a subsection runs past the end of the file"))?;
        entries.reserve(lines.len() / width);
        for (offset, line) in lines.chunks_exact(width).enumerate() {
            let number = u32::try_from(first + offset as u64).map_err(|_| wrong("an object number is too high"))?;
            entries.push((number, table_entry(line).ok_or(wrong("an entry is not `nnnnnnnnnn ggggg n` in 20 bytes"))?));
        }
        lexer.seek(start + lines.len());
    }
}

fn table_entry(line: &[u8]) -> Option<Location> {
    let digits = |range: std::ops::Range<usize>| {
        line.get(range)?.iter().try_fold(0_u64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u64::from(b - b'0')))
    };
    let (offset, generation) = (digits(0..10)?, digits(11..16)?);
    let well_formed = line.get(10) == Some(&b' ') && line.get(16) == Some(&b' ');
    if !well_formed || !matches!(line.get(18..), Some(b" \n" | b" \r" | b"\r\n" | b"\n" | b"\r")) {
        return None;
    }
    match line.get(17) {
        Some(b'n') => Some(Location::At(usize::try_from(offset).ok()?, u16::try_from(generation).ok()?)),
        Some(b'f') => Some(Location::Free),
        _ => None,
    }
}

fn read_stream<'a>(
    bytes: &'a [u8],
    lexer: &mut Lexer<'a>,
    at: usize,
    limits: &Limits,
) -> Result<(Dict<'a>, Vec<(u32, Location)>), PdfError> {
    let wrong = |problem| PdfError::CrossReference { at, problem };
    let own = lexer.position();
    let number = lexer.unsigned().map_err(|_| wrong("neither a table nor a stream begins there"))?;
    lexer.skip_space();
    lexer.unsigned()?;
    lexer.skip_space();
    lexer.expect("obj")?;
    lexer.skip_space();
    let dict = lexer.dict()?;
    let length = dict.get(b"Length").as_usize().ok_or(wrong("the stream's /Length is not direct"))?;
    let data = super::document::stream_data(bytes, lexer, length)?;
    lexer.skip_space();
    lexer.expect("endobj")?;
    if !dict.is(b"Type", b"XRef") {
        return Err(wrong("the stream is not of /Type /XRef"));
    }
    let rows = unpack(&dict, data, limits.unpacked, limits)?;
    let entries = stream_entries(&dict, &rows).ok_or(wrong("the stream's /W, /Index and data do not fit together"))?;
    let elsewhere = |location| !matches!(location, Location::At(at, _) if at == own);
    if entries.iter().any(|(entry, location)| u64::from(*entry) == number && elsewhere(*location)) {
        return Err(wrong("its own object stands elsewhere"));
    }
    Ok((dict, entries))
}

fn stream_entries(dict: &Dict<'_>, rows: &[u8]) -> Option<Vec<(u32, Location)>> {
    let widths: Vec<usize> = dict.get(b"W").as_array()?.iter().map(Object::as_usize).collect::<Option<_>>()?;
    let &[kind_width, second_width, third_width] = widths.as_slice() else { return None };
    if kind_width > 1 || second_width > 8 || third_width > 4 {
        return None;
    }
    let width = kind_width + second_width + third_width;
    let ranges: Vec<usize> = match dict.get(b"Index") {
        Object::Null => vec![0, dict.get(b"Size").as_usize()?],
        index => index.as_array()?.iter().map(Object::as_usize).collect::<Option<_>>()?,
    };
    if width == 0 || !rows.len().is_multiple_of(width) || !ranges.len().is_multiple_of(2) {
        return None;
    }
    let number_of = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, b| sum << 8 | u64::from(*b));
    let mut rows = rows.chunks_exact(width);
    let mut entries = Vec::with_capacity(rows.len());
    for range in ranges.chunks_exact(2) {
        for offset in 0..range[1] {
            let row = rows.next()?;
            let (kind, rest) = row.split_at(kind_width);
            let (second, third) = rest.split_at(second_width);
            let (second, third) = (number_of(second), number_of(third));
            let location = match if kind_width == 0 { 1 } else { number_of(kind) } {
                0 => Location::Free,
                1 => Location::At(usize::try_from(second).ok()?, u16::try_from(third).ok()?),
                2 => Location::In(u32::try_from(second).ok()?, u32::try_from(third).ok()?),
                _ => return None,
            };
            entries.push((u32::try_from(range[0].checked_add(offset)?).ok()?, location));
        }
    }
    rows.next().is_none().then_some(entries)
}
