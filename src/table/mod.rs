//! Tables as people send and receive them: CSV, XLSX and JSON, read row by row within limits, and written without formulas.

mod check_workbook;
mod columns;
mod error;
mod formula;
mod read_csv;
mod read_json;
mod read_xlsx;
mod write_csv;
mod write_json;

pub use columns::{BadRow, Column, Columns, Row};
pub use error::TableError;
pub use write_csv::CsvWriter;
pub use write_json::JsonWriter;

/// What a table is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a head line, UTF-8 or GB18030.
    Csv,
    /// A workbook of Office Open XML with one filled sheet.
    Xlsx,
    /// An array of flat objects.
    Json,
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Rows below the head.
    pub rows: u64,
    /// Bytes of all parts of a workbook together, inflated.
    pub inflated: u64,
    /// Parts of a workbook.
    pub parts: usize,
}

/// Longest file that is usually read, bytes.
pub const LONGEST: usize = 32 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: LONGEST, rows: 100_000, inflated: 256 << 20, parts: 200 }
    }
}

impl Format {
    /// The word in addresses and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    /// By its word, which is also the extension of a file's name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx, Self::Json].into_iter().find(|format| format.as_str().eq_ignore_ascii_case(word))
    }

    /// By media type, without parameters.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx, Self::Json].into_iter().find(|format| format.media_type() == media_type)
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
        }
    }
}

/// Reads a table: each row goes to `each` as its cells in the order of `columns`, or as what is wrong with it. How many rows there
/// were. Nothing of the file is kept, and a refused file may have given rows before it was refused.
pub fn read(
    bytes: &[u8],
    format: Format,
    columns: &Columns,
    limits: &Limits,
    each: &mut dyn FnMut(Result<Row, BadRow>),
) -> Result<u64, TableError> {
    if bytes.len() > limits.bytes {
        return Err(TableError::TooLong(limits.bytes));
    }
    match format {
        Format::Csv => read_csv::read(bytes, columns, limits, each),
        Format::Xlsx => read_xlsx::read(bytes, columns, limits, each),
        Format::Json => read_json::read(bytes, columns, limits, each),
    }
}

#[cfg(test)]
mod tests;
