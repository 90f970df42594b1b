//! Small files written by hand, right and wrong in one way each.

use super::{Document, Limits, Object, PdfError, Ref};
use std::io::Write;

/// Writes objects and tables, remembering where everything is.
struct File {
    bytes: Vec<u8>,
    places: Vec<(u32, usize)>,
    previous: Option<usize>,
}

impl File {
    fn new() -> Self {
        Self { bytes: b"%PDF-1.7\n".to_vec(), places: Vec::new(), previous: None }
    }

    fn object(mut self, number: u32, body: &str) -> Self {
        self.places.push((number, self.bytes.len()));
        self.bytes.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        self
    }

    fn stream(mut self, number: u32, dict: &str, data: &[u8]) -> Self {
        self.places.push((number, self.bytes.len()));
        self.bytes.extend_from_slice(format!("{number} 0 obj\n<<{dict}/Length {}>>stream\n", data.len()).as_bytes());
        self.bytes.extend_from_slice(data);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
        self
    }

    fn table(self, trailer: &str) -> Self {
        let size = self.places.iter().map(|(number, _)| number + 1).max().unwrap_or(1);
        self.table_of_size(size, trailer)
    }

    fn table_of_size(mut self, size: u32, trailer: &str) -> Self {
        let at = self.bytes.len();
        let mut text = "xref\n".to_owned();
        if self.previous.is_none() {
            text.push_str("0 1\n0000000000 65535 f \n");
        }
        for (number, place) in self.places.drain(..) {
            text.push_str(&format!("{number} 1\n{place:010} 00000 n \n"));
        }
        let previous = self.previous.map(|previous| format!("/Prev {previous}")).unwrap_or_default();
        text.push_str(&format!("trailer\n<</Size {size}{previous}{trailer}>>\nstartxref\n{at}\n%%EOF\n"));
        self.bytes.extend_from_slice(text.as_bytes());
        self.previous = Some(at);
        self
    }
}

fn parse(bytes: &[u8]) -> Result<Document<'_>, PdfError> {
    Document::parse(bytes, &Limits::default())
}

fn fails(bytes: &[u8]) -> String {
    parse(bytes).err().map(|error| error.to_string()).unwrap_or_default()
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).expect("in memory");
    encoder.finish().expect("in memory")
}

fn simple() -> File {
    File::new().object(1, "<</Type/Catalog/Pages 2 0 R>>").object(2, "<</Type/Pages/Kids[]/Count 0>>").table("/Root 1 0 R")
}

#[test]
fn reads_a_table_an_update_and_the_revision_before_it() {
    let first = simple();
    let end = first.bytes.len();
    let file = first.object(2, "<</Type/Pages/Kids[]/Count 0/New true>>").object(3, "(x)").table("/Root 1 0 R");
    let now = parse(&file.bytes).expect("right");
    let pages = Ref { number: 2, generation: 0 };
    assert_eq!(now.get(pages).expect("there").as_dict().expect("dictionary").get(b"New"), &Object::Bool(true));
    let then = now.revision(end).expect("right");
    assert!(then.get(pages).expect("there").as_dict().expect("dictionary").get(b"New").is_null());
    assert!(then.get(Ref { number: 3, generation: 0 }).expect("absent").is_null());
    assert_eq!(now.sections().len(), 2);
}

#[test]
fn reads_cross_reference_and_object_streams() {
    let file = File::new().stream(4, "/Type/ObjStm/N 2/First 9", b"1 0 2 29 <</Type/Catalog/Pages 2 0 R>> <</Type/Pages/Kids[]>>");
    let objects = file.places[0].1;
    let mut bytes = file.bytes;
    let at = bytes.len();
    let mut rows = Vec::new();
    let mut row = |kind: u8, second: usize, third: u8| rows.extend([kind, (second >> 8) as u8, second as u8, third]);
    row(0, 0, 0);
    row(2, 4, 0);
    row(2, 4, 1);
    row(1, at, 0);
    row(1, objects, 0);
    // PNG "up": each row is the difference to the one above.
    let mut coded = Vec::new();
    for (index, line) in rows.chunks(4).enumerate() {
        coded.push(2);
        coded.extend((0..4).map(|i| line[i].wrapping_sub(if index == 0 { 0 } else { rows[(index - 1) * 4 + i] })));
    }
    let packed = zlib(&coded);
    let dict = "/Type/XRef/W[1 2 1]/Size 5/Root 1 0 R/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>";
    bytes.extend_from_slice(format!("3 0 obj\n<<{dict}/Length {}>>stream\n", packed.len()).as_bytes());
    bytes.extend_from_slice(&packed);
    bytes.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{at}\n%%EOF").as_bytes());
    let document = parse(&bytes).expect("right");
    assert!(document.catalog().expect("catalog").is(b"Type", b"Catalog"));
    assert!(document.pages().expect("no pages").is_empty());
}

#[test]
fn refuses_what_is_not_strictly_right() {
    assert!(parse(&simple().bytes).is_ok());
    assert_eq!(parse(b"hello").err(), Some(PdfError::NotPdf));
    assert_eq!(parse(b"").err(), Some(PdfError::NotPdf));
    let with = |tail: &str| [&simple().bytes[..], tail.as_bytes()].concat();
    assert!(fails(&with("x")).contains("%%EOF at the end"));
    assert!(parse(&with("\r\n \n")).is_ok());
    let text = String::from_utf8(simple().bytes).expect("ASCII");
    assert!(fails(text.replace("startxref\n", "startxref\n9").as_bytes()).contains("cross-reference"));
    assert!(fails(text.replace("/Root", "/Encrypt 9 0 R/Root").as_bytes()).contains("encrypted"));
    assert!(fails(text.replace("/Root", "/XRefStm 9/Root").as_bytes()).contains("hybrid"));
    assert!(fails(text.replace("/Size 3", "/Size 2").as_bytes()).contains("beyond /Size"));
    assert!(fails(text.replace("/Size 3", "/Size 3/Size 3").as_bytes()).contains("each key"));
    assert!(fails(text.replace("00000 n \n2 1", "00000 n \n1 1").as_bytes()).contains("one object twice"));
    assert!(fails(text.replace("65535 f \n", "65535 f\n\n").as_bytes()).contains("20 bytes"));
    assert!(fails(text.replace("65535 f ", "65535 x ").as_bytes()).contains("20 bytes"));
}

#[test]
fn refuses_loops_and_steps_forward_in_the_chain() {
    let first = simple();
    let at = first.previous.expect("a table");
    let text = String::from_utf8(first.bytes).expect("ASCII");
    assert!(fails(text.replace("/Root", &format!("/Prev {at}/Root")).as_bytes()).contains("earlier place"));
    assert!(fails(text.replace("/Root", &format!("/Prev {}/Root", at + 3)).as_bytes()).contains("within a word"));
    let shrunk = simple().object(1, "<<>>").table_of_size(2, "/Root 1 0 R");
    assert!(fails(&shrunk.bytes).contains("smaller"));
}

#[test]
fn refuses_an_object_that_is_not_where_the_table_says() {
    let text = String::from_utf8(simple().bytes).expect("ASCII");
    let moved = text.replace("\n2 0 obj", "\n7 0 obj");
    let document = parse(moved.as_bytes()).expect("the chain is right");
    assert!(document.get(Ref { number: 2, generation: 0 }).is_err());
    assert!(document.get(Ref { number: 1, generation: 5 }).is_err(), "another generation");
    assert!(document.get(Ref { number: 99, generation: 0 }).expect("absent").is_null());
}

#[test]
fn circles_end_with_an_error() {
    let form = |fields: &str| {
        File::new()
            .object(1, &format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{fields}]>>>>"))
            .object(2, "<</Type/Pages/Kids[2 0 R]>>")
            .object(3, "<</T(a)/FT/Sig/Kids[3 0 R]>>")
            .object(4, "4 0 R")
            .stream(5, "/Type/ObjStm/N 1/First 4", b"6 0 1")
            .table("/Root 1 0 R")
    };
    let file = form("3 0 R");
    let document = parse(&file.bytes).expect("the chain is right");
    assert_eq!(document.signature_fields().err(), Some(PdfError::Circle(3)));
    assert_eq!(document.pages().err(), Some(PdfError::Circle(2)));
    let itself = Object::Ref(Ref { number: 4, generation: 0 });
    assert_eq!(document.resolve(&itself).err(), Some(PdfError::Circle(4)));
}

#[test]
fn nesting_and_unpacking_have_limits() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let file = simple().object(3, &deep).table("/Root 1 0 R");
    let document = parse(&file.bytes).expect("the chain is right");
    assert_eq!(document.get(Ref { number: 3, generation: 0 }).err(), Some(PdfError::TooMuch("nesting")));
    let bomb = zlib(&vec![0; 3 << 20]);
    let file = simple().stream(3, "/Filter/FlateDecode", &bomb).table("/Root 1 0 R");
    let document = parse(&file.bytes).expect("the chain is right");
    let stream = document.stream(&Object::Ref(Ref { number: 3, generation: 0 })).expect("a stream");
    assert_eq!(document.unpacked(&stream, 1 << 20).err(), Some(PdfError::TooMuch("unpacked bytes")));
    assert_eq!(document.unpacked(&stream, 4 << 20).map(|bytes| bytes.len()), Ok(3 << 20));
    let cut = zlib(&[7; 500]);
    let file = simple().stream(3, "/Filter/FlateDecode", &cut[..cut.len() - 6]).table("/Root 1 0 R");
    let document = parse(&file.bytes).expect("the chain is right");
    let stream = document.stream(&Object::Ref(Ref { number: 3, generation: 0 })).expect("a stream");
    assert!(matches!(document.unpacked(&stream, 1 << 20), Err(PdfError::Filter(_))));
}

#[test]
fn reading_the_same_bytes_again_and_again_has_an_end() {
    let file = simple();
    let limits = Limits { total: 1000, ..Limits::default() };
    let document = Document::parse(&file.bytes, &limits).expect("the chain is right");
    let mut last = Ok(Object::Null);
    for _ in 0..100 {
        last = document.get(Ref { number: 1, generation: 0 });
    }
    assert_eq!(last.err(), Some(PdfError::TooMuch("reading")));
}

#[test]
fn a_key_stands_once_in_a_long_dictionary_too() {
    let keys: String = (0..5000).map(|i| format!("/K{i} {i}")).collect();
    let read = |body: String| {
        let file = simple().object(3, &body).table("/Root 1 0 R");
        parse(&file.bytes).expect("the chain is right").get(Ref { number: 3, generation: 0 }).map(drop)
    };
    assert_eq!(read(format!("<<{keys}>>")), Ok(()));
    assert!(read(format!("<<{keys}/K77 0>>")).is_err());
}

#[test]
fn reads_every_kind_of_object() {
    let body = r"[null true false -7 +3 4. -.5 /Na#6de (a\(b\)\101\n(c)) <4a4B5> <</K[1 0 R 2 0]>>]";
    let file = simple().object(3, body).table("/Root 1 0 R");
    let document = parse(&file.bytes).expect("right");
    let object = document.get(Ref { number: 3, generation: 0 }).expect("right");
    let values = object.as_array().expect("an array");
    assert_eq!(
        values[..7],
        [Object::Null, Object::Bool(true), Object::Bool(false), Object::Int(-7), Object::Int(3), Object::Real(4.0), Object::Real(-0.5)]
    );
    assert_eq!(values[7].as_name(), Some(&b"Name"[..]));
    assert_eq!(values[8].as_text(), Some(&b"a(b)A\n(c)"[..]));
    assert_eq!(values[9].as_text(), Some(&b"JKP"[..]));
    let inner = values[10].as_dict().expect("a dictionary").get(b"K").as_array().expect("an array");
    assert_eq!(inner, [Object::Ref(Ref { number: 1, generation: 0 }), Object::Int(2), Object::Int(0)]);
}

#[test]
fn takes_short_entries_of_tables_and_space_before_the_keyword() {
    let text = String::from_utf8(simple().bytes).expect("ASCII");
    let short = text.replace("65535 f \n", "65535 f\n").replace("00000 n \n", "00000 n\n");
    assert!(parse(short.as_bytes()).expect("right").catalog().is_ok());
    let carriage = text.replace("65535 f \n", "65535 f\r").replace("00000 n \n", "00000 n\r");
    assert!(parse(carriage.as_bytes()).expect("right").catalog().is_ok());
    let at = simple().previous.expect("a table");
    let earlier = text.replace(&format!("startxref\n{at}"), &format!("startxref\n{}", at - 1));
    assert!(parse(earlier.as_bytes()).expect("right").catalog().is_ok());
    assert!(fails(text.replace("65535 f \n", "65535 f\n\n").as_bytes()).contains("20 bytes"), "two line feeds are no entry");
}

#[test]
fn refuses_object_0_in_use_and_places_within_words() {
    let text = String::from_utf8(simple().bytes).expect("ASCII");
    assert!(fails(text.replace("65535 f ", "65535 n ").as_bytes()).contains("object 0"));
    // `12 0 obj`, and a table that says object 2 begins at its second digit.
    let twelve = text.replace("\n2 0 obj", "12 0 obj");
    let document = parse(twelve.as_bytes()).expect("the chain is right");
    assert!(document.get(Ref { number: 2, generation: 0 }).is_err());
    let at = text.find("xref\n").expect("a table");
    assert!(text[at + 5..].contains("startxref"));
    let inside = text.replace(&format!("startxref\n{at}"), &format!("startxref\n{}", text.rfind("startxref").expect("there") + 5));
    assert!(fails(inside.as_bytes()).contains("within a word"));
}

/// A linearised file: the section of the first page at the beginning, with a /Prev to the other one at the end.
fn linearised(second_trailer: &str) -> Vec<u8> {
    let make = |length: usize, second: usize, third: usize| {
        let head = format!("%PDF-1.7\n1 0 obj\n<</Linearized 1/L {length:05}>>\nendobj\n");
        let (first, catalog) = (head.len(), "4 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
        let table = |at: usize| {
            format!(
                "xref\n3 2\n{:010} 00000 n \n{at:010} 00000 n \ntrailer\n<</Size 5/Root 4 0 R/Prev {third:05}>>\nstartxref\n0\n%%EOF\n",
                9
            )
        };
        let at = first + table(0).len();
        let pages = "2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n";
        let begin = format!("{head}{}{catalog}{pages}", table(at));
        let third = begin.len();
        let rest =
            format!("xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n{second:010} 00000 n \ntrailer\n<</Size 5{second_trailer}>>\n");
        let file = format!("{begin}{rest}startxref\n{first}\n%%EOF\n");
        (file.clone(), file.len(), at + catalog.len(), third)
    };
    let (_, length, second, third) = make(0, 0, 0);
    make(length, second, third).0.into_bytes()
}

#[test]
fn reads_a_linearised_file_and_its_one_step_forward() {
    let file = linearised("");
    let document = parse(&file).expect("right");
    assert_eq!(document.sections().len(), 2);
    assert!(document.pages().expect("pages").is_empty());
    assert!(fails(&linearised("/Prev 50")).contains("earlier place"), "the step forward is the last one");
    let text = String::from_utf8(file).expect("ASCII");
    assert!(fails(text.replace("/Linearized 1", "/Linearised 1").as_bytes()).contains("earlier place"));
    let longer = format!("{}\n\nxx", text.trim_end());
    assert!(parse(longer.as_bytes()).is_err());
}

#[test]
fn earlier_states_are_read_from_the_newest_file() {
    let three = simple().object(3, "(one)").table("/Root 1 0 R").object(3, "(two)").object(4, "(new)").table("/Root 1 0 R");
    let now = parse(&three.bytes).expect("right");
    let text =
        |document: &Document<'_>, number| document.get(Ref { number, generation: 0 }).expect("readable").as_text().map(<[u8]>::to_vec);
    let states = [0, 1, 2, 3].map(|age| (text(&now.as_of(age), 3), text(&now.as_of(age), 4), now.as_of(age).sections().len()));
    assert_eq!(states[0], (Some(b"two".to_vec()), Some(b"new".to_vec()), 3));
    assert_eq!(states[1], (Some(b"one".to_vec()), None, 2));
    assert_eq!(states[2], (None, None, 1));
    assert_eq!(states[3], (None, None, 0));
}

#[test]
fn nothing_stands_between_the_last_section_and_the_end() {
    let file = simple();
    let at = file.previous.expect("a table");
    let behind = |tail: String| [&file.bytes[..], tail.as_bytes()].concat();
    assert!(fails(&behind(format!("7 0 obj\n<<>>\nendobj\nstartxref\n{at}\n%%EOF\n"))).contains("after the last cross-reference"));
    assert!(fails(&behind(format!("startxref\n{at}\n%%EOF\n"))).contains("after the last cross-reference"));
    assert!(!parse(&behind(" ".repeat(9))).expect("white space").ends_plainly());
    assert!(parse(&file.bytes).expect("right").ends_plainly());
}
