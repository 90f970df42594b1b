//! Reads the bytes as CSV, as JSON and as a workbook; and as the sheet, shared texts and styles (a zero byte between them) of a workbook that is whole.
#![no_main]

use elicence::table::{Column, Columns, Format, Limits, read};
use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Write};
use std::sync::LazyLock;
use zip::{CompressionMethod, ZipWriter, result::ZipResult, write::SimpleFileOptions};

const MOST: usize = 20;
static COLUMNS: LazyLock<Columns> =
    LazyLock::new(|| Columns::new(vec![Column::required("code", "代码", MOST), Column::optional("name", "名称", MOST)]));
const LIMITS: Limits = Limits { bytes: 1 << 20, rows: 1000, inflated: 4 << 20, parts: 20 };

/// The parts of every workbook; those of `sheet`, `shared` and `styles` are the input.
const FRAME: [(&str, &str); 4] = [
    ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
    (
        "_rels/.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" Target=\"xl/workbook.xml\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>",
    ),
    (
        "xl/workbook.xml",
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"s\"/>\
         </sheets></workbook>",
    ),
    (
        "xl/_rels/workbook.xml.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"s\" Target=\"worksheets/sheet1.xml\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/></Relationships>",
    ),
];

fuzz_target!(|bytes: &[u8]| {
    for format in [Format::Csv, Format::Json, Format::Xlsx] {
        check(bytes, format);
    }
    if let Ok(workbook) = workbook(bytes) {
        check(&workbook, Format::Xlsx);
    }
});

fn check(bytes: &[u8], format: Format) {
    let mut given = 0;
    let count = read(bytes, format, &COLUMNS, &LIMITS, &mut |row| {
        given += 1;
        if let Ok(row) = row {
            assert!(COLUMNS.iter().all(|column| row.get(&COLUMNS, &column.key).is_none_or(|text| text.chars().count() <= MOST)));
        }
    })
    .ok();
    assert!(given <= LIMITS.rows && count.is_none_or(|count| count == given));
}

fn workbook(bytes: &[u8]) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let frame = FRAME.iter().map(|(name, text)| (*name, text.as_bytes()));
    let parts = ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"].into_iter().zip(bytes.splitn(3, |byte| *byte == 0));
    for (name, part) in frame.chain(parts) {
        zip.start_file(name, stored)?;
        zip.write_all(part)?;
    }
    Ok(zip.finish()?.into_inner())
}
