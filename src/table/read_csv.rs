//! Reads CSV: UTF-8 with or without its mark, or GB18030, as spreadsheets in China still save it.

use crate::domain::face::{FieldProblem, ProblemCode};
use crate::table::{BadRow, Columns, Limits, Row, TableError, columns::cell};
use encoding_rs::GB18030;
use std::borrow::Cow;

pub(super) fn read(bytes: &[u8], columns: &Columns, limits: &Limits, each: &mut dyn FnMut(Result<Row, BadRow>)) -> Result<u64, TableError> {
    let text = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let broken = |line: u64| move |_: csv::Error| TableError::Broken(line);
    if !reader.read_record(&mut record).map_err(broken(1))? {
        return Err(TableError::Empty);
    }
    let places = columns.of_heads(record.iter())?;
    let (mut number, mut rows) = (1, 0);
    while reader.read_record(&mut record).map_err(broken(number + 1))? {
        number += 1;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        rows += 1;
        if rows > limits.rows {
            return Err(TableError::TooManyRows(limits.rows));
        }
        each(row(number, &record, &places, columns));
    }
    if rows == 0 { Err(TableError::Empty) } else { Ok(rows) }
}

fn row(number: u64, record: &csv::StringRecord, places: &[Option<usize>], columns: &Columns) -> Result<Row, BadRow> {
    let mut cells = vec![None; columns.len()];
    let mut lost = false;
    for (at, text) in record.iter().enumerate() {
        match places.get(at).copied().flatten().and_then(|place| cells.get_mut(place)) {
            Some(place) => *place = cell(text),
            // Under an empty head or beyond the last one; an empty cell there is what spreadsheets add.
            None => lost |= !text.trim().is_empty(),
        }
    }
    let problems = if lost { vec![outside()] } else { vec![] };
    columns.check(number, cells, true, problems)
}

/// A cell that stands under no head.
pub(super) fn outside() -> FieldProblem {
    let message = "有单元格不在任何列名之下（可能多了一个逗号）。 A cell stands under no head; perhaps there is a comma too many.".into();
    FieldProblem { field: String::new(), code: ProblemCode::UnknownField, message }
}

fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, TableError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return if text.contains('\0') { Err(TableError::Encoding) } else { Ok(text.into()) };
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
        return Err(TableError::Encoding);
    }
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).ok_or(TableError::Encoding)
}
