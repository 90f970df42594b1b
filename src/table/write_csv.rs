//! Writes CSV that spreadsheets open as text: UTF-8 with its mark, CRLF, and an apostrophe before whatever looks like a formula.

use crate::table::formula;

/// Writes rows into a buffer that is taken from it as often as one likes.
pub struct CsvWriter {
    writer: csv::Writer<Vec<u8>>,
    begun: bool,
}

impl CsvWriter {
    /// A table with this head.
    pub fn new(heads: &[&str]) -> Self {
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let mut table = Self { writer, begun: false };
        table.row(heads);
        table
    }

    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        let cells = cells.iter().map(|cell| formula::escaped(cell.as_ref()).into_owned());
        // Rows of one length into memory: there is nothing that could fail.
        let _ = self.writer.write_record(cells);
    }

    /// What was written since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
        let written = std::mem::replace(&mut self.writer, writer).into_inner().unwrap_or_default();
        if std::mem::replace(&mut self.begun, true) {
            return written;
        }
        [&b"\xef\xbb\xbf"[..], &written].concat()
    }
}
