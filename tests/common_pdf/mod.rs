//! Reads the text of drawn pages with lopdf: marked sequences, fonts and ToUnicode, independently of the code that wrote them.

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object};
use std::collections::HashMap;

/// One piece of shown text.
struct Shown {
    /// Slot name; `None` for a label.
    slot: Option<String>,
    /// Counts the marked sequences.
    sequence: usize,
    /// Counts the lines: every Tm begins one.
    line: usize,
    text: String,
    size: f32,
    vertical: bool,
}

/// All text of a document.
pub struct Pages(Vec<Shown>);

impl Pages {
    /// Reads every page; text outside of a marked sequence of ours fails the test.
    pub fn read(bytes: &[u8]) -> Self {
        let document = Document::load_mem(bytes).unwrap();
        let mut shown = Vec::new();
        for page in document.get_pages().into_values() {
            read_page(&document, page, &mut shown);
        }
        Self(shown)
    }

    fn of<'a>(&'a self, slot: &'a str) -> impl Iterator<Item = &'a Shown> {
        self.0.iter().filter(move |shown| shown.slot.as_deref() == Some(slot))
    }

    /// The text of a slot.
    pub fn slot(&self, slot: &str) -> String {
        self.of(slot).map(|shown| shown.text.as_str()).collect()
    }

    /// The text of a slot, line by line.
    pub fn lines(&self, slot: &str) -> Vec<String> {
        let mut lines: Vec<(usize, String)> = Vec::new();
        for shown in self.of(slot) {
            match lines.last_mut().filter(|(line, _)| *line == shown.line) {
                Some((_, text)) => text.push_str(&shown.text),
                None => lines.push((shown.line, shown.text.clone())),
            }
        }
        lines.into_iter().map(|(_, text)| text).collect()
    }

    /// The font sizes of a slot.
    pub fn sizes(&self, slot: &str) -> Vec<f32> {
        self.of(slot).map(|shown| shown.size).collect()
    }

    /// Is all of the slot in vertical writing?
    pub fn is_vertical(&self, slot: &str) -> bool {
        self.of(slot).all(|shown| shown.vertical)
    }

    /// The fixed words in order.
    pub fn labels(&self) -> Vec<String> {
        let mut labels: Vec<(usize, String)> = Vec::new();
        for shown in self.0.iter().filter(|shown| shown.slot.is_none()) {
            match labels.last_mut().filter(|(sequence, _)| *sequence == shown.sequence) {
                Some((_, text)) => text.push_str(&shown.text),
                None => labels.push((shown.sequence, shown.text.clone())),
            }
        }
        labels.into_iter().map(|(_, text)| text).collect()
    }

    /// Every character that is shown as text.
    pub fn all_text(&self) -> String {
        self.0.iter().map(|shown| shown.text.as_str()).collect()
    }
}

fn read_page(document: &Document, page: lopdf::ObjectId, shown: &mut Vec<Shown>) {
    let fonts: HashMap<Vec<u8>, (HashMap<u16, String>, bool)> = document
        .get_page_fonts(page)
        .unwrap()
        .into_iter()
        .map(|(name, font)| (name, (to_unicode(document, font), font.get(b"Encoding").unwrap().as_name().unwrap() == b"Identity-V")))
        .collect();
    let content = Content::decode(&document.get_page_content(page)).unwrap();
    let (mut marked, mut sequence, mut line, mut font) = (None, 0, 0, (Vec::new(), 0.0));
    for operation in content.operations {
        match operation.operator.as_str() {
            "BDC" | "BMC" => {
                sequence += 1;
                marked = operation.operands.get(1).and_then(|properties| properties.as_dict().ok()).cloned();
            }
            "EMC" => marked = None,
            "Tf" => font = (operation.operands[0].as_name().unwrap().to_vec(), operation.operands[1].as_float().unwrap()),
            "Tm" => line += 1,
            "Tj" => {
                let properties = marked.as_ref().expect("text outside of a marked sequence");
                assert!(properties.has(b"MCID"));
                let (map, vertical) = &fonts[&font.0];
                let codes = operation.operands[0].as_str().unwrap();
                let text = codes.chunks(2).map(|code| map[&u16::from_be_bytes([code[0], code[1]])].as_str()).collect();
                shown.push(Shown { slot: slot_of(properties), sequence, line, text, size: font.1, vertical: *vertical });
            }
            _ => {}
        }
    }
}

fn slot_of(properties: &Dictionary) -> Option<String> {
    match (properties.get(b"ELL"), properties.get(b"ELF")) {
        (Ok(label), Err(_)) => {
            assert_eq!(label.as_str().unwrap(), b"label");
            None
        }
        (Err(_), Ok(slot)) => Some(String::from_utf8(slot.as_str().unwrap().to_vec()).unwrap()),
        _ => panic!("a marked sequence is a label or a field"),
    }
}

fn to_unicode(document: &Document, font: &Dictionary) -> HashMap<u16, String> {
    let Ok(Object::Stream(stream)) = font.get_deref(b"ToUnicode", document) else { panic!("no ToUnicode") };
    let text = String::from_utf8(stream.get_plain_content().unwrap()).unwrap();
    let mut map = HashMap::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split(['<', '>']).filter(|part| !part.is_empty()).collect();
        if let [code, value] = parts[..]
            && let (Ok(code), Ok(units)) = (u16::from_str_radix(code, 16), hex::decode(value))
        {
            let units: Vec<u16> = units.chunks(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]])).collect();
            assert!(map.insert(code, String::from_utf16(&units).unwrap()).is_none());
        }
    }
    map
}
