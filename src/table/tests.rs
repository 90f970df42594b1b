//! Tables as people really send them, and as attackers do.

use super::*;
use crate::domain::face::ProblemCode;
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

fn columns() -> Columns {
    Columns::new(vec![
        Column::required("code", "证照类型代码", 21),
        Column::required("name", "证照类型名称", 10),
        Column::optional("note", "备注", 20),
    ])
}

/// Good rows as `number: code|name|note`, bad ones as `number! column code`.
fn rows(bytes: &[u8], format: Format) -> Result<Vec<String>, TableError> {
    rows_within(bytes, format, &Limits::default())
}

fn rows_within(bytes: &[u8], format: Format, limits: &Limits) -> Result<Vec<String>, TableError> {
    let (columns, mut out) = (columns(), vec![]);
    let mut each = |row: Result<Row, BadRow>| {
        out.push(match row {
            Ok(row) => {
                let cells = ["code", "name", "note"].map(|key| row.get(&columns, key).unwrap_or_default().to_owned());
                format!("{}: {}", row.number, cells.join("|"))
            }
            Err(bad) => {
                let problems: Vec<_> = bad.problems.iter().map(|p| format!("{} {:?}", p.field, p.code)).collect();
                format!("{}! {}", bad.number, problems.join(", "))
            }
        });
    };
    let count = read(bytes, format, &columns, limits, &mut each)?;
    assert_eq!(count as usize, out.len());
    Ok(out)
}

#[test]
fn csv_in_utf8_and_gb18030_is_the_same() {
    let text = "证照类型代码*,证照类型名称,备注\r\nA,营业执照,\"有,逗号\"\r\n\r\nB,身份证明𠮷,\r\n";
    let expected = ["2: A|营业执照|有,逗号", "3: B|身份证明𠮷|"];
    assert_eq!(rows(text.as_bytes(), Format::Csv).unwrap(), expected);
    assert_eq!(rows(format!("\u{feff}{text}").as_bytes(), Format::Csv).unwrap(), expected);
    let (gb, ..) = encoding_rs::GB18030.encode(text);
    assert!(std::str::from_utf8(&gb).is_err());
    assert_eq!(rows(&gb, Format::Csv).unwrap(), expected);
    assert_eq!(rows(b"\xff\xfec\0o\0d\0e\0", Format::Csv), Err(TableError::Encoding));
    assert_eq!(rows(b"code,name\n\xff\xff,x\n", Format::Csv), Err(TableError::Encoding));
}

#[test]
fn every_mistake_of_a_row_is_named_and_the_others_are_read() {
    let text = "code,name,note\n,=1+1,@x\nA,一二三四五六七八九十一,-12.5\nB,b,'=kept\nC,c,d,e\nD,\u{202e}x,\n\"\tE\",e,\n";
    assert_eq!(
        rows(text.as_bytes(), Format::Csv).unwrap(),
        [
            "2! code Missing, name Formula, note Formula",
            "3! name TooLong",
            "4: B|b|=kept",
            "5!  UnknownField",
            "6! name ForbiddenCharacter",
            "7! code Formula",
        ]
    );
}

#[test]
fn heads_that_do_not_fit_refuse_the_file() {
    for (text, expected) in [
        ("", TableError::Empty),
        ("code,name\n", TableError::Empty),
        ("code,name,颜色\nA,b,c\n", TableError::UnknownHeads("颜色".into())),
        ("code,证照类型代码,name\nA,b,c\n", TableError::RepeatedHead("证照类型代码".into())),
        ("code,note\nA,b\n", TableError::MissingHeads("证照类型名称".into())),
    ] {
        assert_eq!(rows(text.as_bytes(), Format::Csv), Err(expected));
    }
}

#[test]
fn limits_hold() {
    let few = Limits { rows: 2, bytes: 100, ..Limits::default() };
    assert_eq!(rows_within(b"code,name\nA,a\nB,b\nC,c\n", Format::Csv, &few), Err(TableError::TooManyRows(2)));
    let json = br#"[{"code":"A","name":"a"},{"code":"A","name":"a"},{"code":"A","name":"a"}]"#;
    assert_eq!(rows_within(json, Format::Json, &few), Err(TableError::TooManyRows(2)));
    assert_eq!(rows_within(&[b' '; 101], Format::Json, &few), Err(TableError::TooLong(100)));
}

#[test]
fn json_rows_are_flat_objects() {
    let text = r#"[{"code":"A","证照类型名称":"营业执照","note":["5年","长期"]},{"code":7,"name":{}},{"code":"B","colour":1,"code":"C"}]"#;
    assert_eq!(
        rows(text.as_bytes(), Format::Json).unwrap(),
        ["1: A|营业执照|5年^长期", "2! name WrongKind", "3! colour UnknownField, code Repeated, name Missing"]
    );
    assert_eq!(rows(b"{}", Format::Json), Err(TableError::NotRows));
    assert_eq!(rows(b"[]", Format::Json), Err(TableError::Empty));
    assert_eq!(rows(br#"[{"code":"A","name":"a"},{"co"#, Format::Json), Err(TableError::Broken(2)));
    assert_eq!(rows(br#"[{"code":"A","name":"a"}] x"#, Format::Json), Err(TableError::Broken(2)));
}

/// A workbook of one sheet with these rows of XML.
fn workbook(sheet_rows: &str) -> Vec<u8> {
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{sheet_rows}</sheetData></worksheet>"
    );
    archive(&[("xl/worksheets/sheet1.xml", sheet.as_bytes())])
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(vec![]));
    let fixed: [(&str, &[u8]); 4] = [
        (
            "[Content_Types].xml",
            br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
    ];
    for (name, bytes) in fixed.iter().chain(parts) {
        out.start_file(*name, SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn text_cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn head() -> String {
    format!(r#"<row r="1">{}{}</row>"#, text_cell("A1", "code"), text_cell("C1", "证照类型名称"))
}

#[test]
fn a_workbook_is_read_cell_by_cell() {
    let rows_xml = format!(
        r#"{}<row r="3">{}{}</row><row r="4">{}<c r="C4"><v>12</v></c></row><row r="5">{}<c r="C5"><f>1+1</f><v>2</v></c></row><row r="6"><c r="A6"><v>123456789012345678</v></c><c r="C6"><f/></c><c r="D6"><v>1</v></c></row>"#,
        head(),
        text_cell("A3", "A"),
        text_cell("C3", "营业执照"),
        text_cell("A4", "=1"),
        text_cell("A5", "B"),
    );
    assert_eq!(
        rows(&workbook(&rows_xml), Format::Xlsx).unwrap(),
        ["3: A|营业执照|", "4! code Formula", "5! name Formula", "6! code WrongNumber, name Formula,  UnknownField"]
    );
}

#[test]
fn a_cell_far_away_costs_nothing() {
    let far = format!(r#"{}<row r="1048576">{}</row>"#, head(), text_cell("XFD1048576", "x"));
    assert_eq!(rows(&workbook(&far), Format::Xlsx), Err(TableError::Broken(1_048_576)));
    let back = format!(r#"{}<row r="9">{}</row><row r="2">{}</row>"#, head(), text_cell("A9", "x"), text_cell("A2", "x"));
    assert_eq!(rows(&workbook(&back), Format::Xlsx), Err(TableError::Broken(2)));
}

#[test]
fn bombs_and_active_parts_are_refused_before_they_are_opened() {
    let sheet = ("xl/worksheets/sheet1.xml", &b"<worksheet><sheetData/></worksheet>"[..]);
    let bomb = vec![b' '; 32 << 20];
    let refused = |parts: &[(&str, &[u8])]| rows(&archive(parts), Format::Xlsx).unwrap_err();
    assert_eq!(refused(&[("xl/worksheets/sheet1.xml", &bomb)]), TableError::Ratio);
    assert_eq!(refused(&[sheet, ("xl/vbaProject.bin", b"x")]), TableError::ActiveParts("宏 macros"));
    assert_eq!(refused(&[sheet, ("xl/externalLinks/externalLink1.xml", b"x")]), TableError::ActiveParts("外部链接 external links"));
    assert_eq!(refused(&[sheet, ("xl/../../etc/passwd", b"x")]), TableError::PartName);
    assert_eq!(refused(&[sheet, ("XL/workbook.xml", b"x")]), TableError::PartName);
    assert_eq!(refused(&[sheet]), TableError::Empty);
    let little = Limits { inflated: 1000, parts: 200, ..Limits::default() };
    assert_eq!(rows_within(&workbook(&head()), Format::Xlsx, &little), Err(TableError::Inflates(1000)));
    let few = Limits { parts: 4, ..Limits::default() };
    assert_eq!(rows_within(&workbook(&head()), Format::Xlsx, &few), Err(TableError::TooManyParts(4)));
    assert_eq!(rows(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::Xlsx), Err(TableError::OldWorkbook));
    assert_eq!(rows(b"PK\x03\x04", Format::Xlsx), Err(TableError::NotWorkbook));
}

/// The archive says that the sheet is short, and it is long.
#[test]
fn a_part_that_lies_about_its_length_is_refused() {
    let sheet = format!("<worksheet><sheetData>{}</sheetData></worksheet>", " ".repeat(1 << 20));
    let mut bytes = archive(&[("xl/worksheets/sheet1.xml", sheet.as_bytes())]);
    let said = (sheet.len() as u32).to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..at + 4] == said).collect();
    assert_eq!(places.len(), 2, "in the local and the central header");
    places.into_iter().for_each(|at| bytes[at..at + 4].copy_from_slice(&100u32.to_le_bytes()));
    assert_eq!(rows(&bytes, Format::Xlsx), Err(TableError::Ratio));
}

#[test]
fn an_export_can_be_imported_again() {
    let mut csv = CsvWriter::new(&["code", "name", "note"]);
    csv.row(&["=A", "逗号,\"引号\"", "-5"]);
    let mut bytes = csv.take();
    csv.row(&["B", "b", "'=c"]);
    bytes.extend(csv.take());
    assert!(String::from_utf8_lossy(&bytes).contains("'=A"));
    assert_eq!(rows(&bytes, Format::Csv).unwrap(), ["2: =A|逗号,\"引号\"|-5", "3: B|b|'=c"]);
    let mut json = JsonWriter::default();
    json.value(&serde_json::json!({"code": "A", "name": "a"})).unwrap();
    let mut bytes = json.take();
    json.value(&serde_json::json!({"code": "B", "name": "b"})).unwrap();
    bytes.extend(json.finish());
    assert_eq!(rows(&bytes, Format::Json).unwrap(), ["1: A|a|", "2: B|b|"]);
}

#[test]
fn problem_codes_are_those_of_face_data() {
    assert_eq!(serde_json::to_value(ProblemCode::Formula).unwrap(), "FORMULA");
}
