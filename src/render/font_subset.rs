//! The part of one font that a document uses: one CID per character, and the font program, widths and ToUnicode for them.
//!
//! CIDs are given by first use of a *character*, and every CID has a glyph entry of its own, so that two characters that share
//! a drawing stay two characters when text is copied out. Glyph number = CID, hence `/CIDToGIDMap /Identity` is exact.

use crate::pdf::write::file::{FileWriter, stream_body};
use crate::pdf::write::{deflate, token};
use crate::render::font_face::FontFace;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// The characters of one font that one document uses.
pub(crate) struct FontSubset {
    face: Arc<FontFace>,
    cids: HashMap<u32, u16, BuildHasherDefault<MixHasher>>,
    /// Character and glyph of CID 1, 2, …
    used: Vec<(char, u16)>,
    vertical: bool,
}

/// Object numbers of one embedded font.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FontObjects {
    /// Type 0 font for horizontal text.
    pub(crate) horizontal: u32,
    /// Type 0 font for vertical text; written only where vertical text is set.
    pub(crate) vertical: Option<u32>,
    pub(crate) descendant: u32,
    pub(crate) descriptor: u32,
    pub(crate) program: u32,
    pub(crate) to_unicode: u32,
}

impl FontSubset {
    pub(crate) fn new(face: Arc<FontFace>) -> Self {
        Self { face, cids: HashMap::default(), used: Vec::with_capacity(256), vertical: false }
    }

    /// The CID of a character; `glyph` is what this font draws for it in this writing mode.
    pub(crate) fn cid(&mut self, character: char, glyph: u16, vertical: bool) -> u16 {
        self.vertical |= vertical;
        let used = &mut self.used;
        *self.cids.entry(u32::from(character) << 1 | u32::from(vertical)).or_insert_with(|| {
            used.push((character, glyph));
            used.len() as u16
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.used.is_empty()
    }

    /// Reserves the object numbers.
    pub(crate) fn allocate(&self, file: &mut FileWriter) -> FontObjects {
        FontObjects {
            horizontal: file.allocate(),
            vertical: self.vertical.then(|| file.allocate()),
            descendant: file.allocate(),
            descriptor: file.allocate(),
            program: file.allocate(),
            to_unicode: file.allocate(),
        }
    }

    /// Writes all objects. `tag` is the subset tag, six capital letters. `best` trades time for size.
    pub(crate) fn write(&self, file: &mut FileWriter, at: &FontObjects, tag: &str, best: bool) {
        let refer = |number: u32| format!("{number} 0 R");
        for (number, encoding) in [(Some(at.horizontal), "Identity-H"), (at.vertical, "Identity-V")] {
            if let Some(number) = number {
                file.object(number, &self.type0(tag, encoding, &refer(at.descendant), &refer(at.to_unicode)));
            }
        }
        file.object(at.descendant, &self.descendant(tag, &refer(at.descriptor)));
        file.object(at.descriptor, &self.descriptor(tag, &refer(at.program)));
        let program = self.program();
        let mut entries = b"/Filter/FlateDecode/Length1 ".to_vec();
        token::unsigned(&mut entries, program.len() as u64);
        if best {
            file.stream(at.program, &entries, &deflate::best(&program));
        } else {
            let mut packed = Vec::new();
            deflate::fast(&mut packed, &program);
            file.stream(at.program, &entries, &packed);
        }
        file.stream(at.to_unicode, b"", &self.to_unicode());
    }

    /// The same objects as bodies, for horizontal text in a font that is embedded later: font, descendant, descriptor, program and
    /// ToUnicode, which refer to each other as `@N@`, N counting from `first`.
    pub(crate) fn bodies(&self, tag: &str, first: usize) -> [Vec<u8>; 5] {
        let at = [1, 2, 3, 4].map(|index| format!("@{}@", first + index));
        let [descendant, descriptor, program_at, to_unicode_at] = &at;
        let program = self.program();
        let mut entries = b"/Filter/FlateDecode/Length1 ".to_vec();
        token::unsigned(&mut entries, program.len() as u64);
        let mut program_body = Vec::new();
        stream_body(&mut program_body, &entries, &deflate::best(&program));
        let mut to_unicode = Vec::new();
        stream_body(&mut to_unicode, b"", &self.to_unicode());
        [
            self.type0(tag, "Identity-H", descendant, to_unicode_at),
            self.descendant(tag, descriptor),
            self.descriptor(tag, program_at),
            program_body,
            to_unicode,
        ]
    }

    fn type0(&self, tag: &str, encoding: &str, descendant: &str, to_unicode: &str) -> Vec<u8> {
        format!(
            "<</Type/Font/Subtype/Type0/BaseFont/{tag}+{}/Encoding/{encoding}/DescendantFonts[{descendant}]/ToUnicode {to_unicode}>>",
            self.face.name
        )
        .into_bytes()
    }

    fn descendant(&self, tag: &str, descriptor: &str) -> Vec<u8> {
        let mut out = format!(
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/{tag}+{}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
             /FontDescriptor {descriptor}/CIDToGIDMap/Identity/DW 1000/W[",
            self.face.name
        )
        .into_bytes();
        // Hanzi are one em wide, which /DW says already; the rest stand in runs.
        let mut open = false;
        for (index, &(_, glyph)) in self.used.iter().enumerate() {
            let width = self.thousandths(i32::from(self.face.horizontal(glyph).0));
            if width == 1000 {
                if std::mem::take(&mut open) {
                    out.push(b']');
                }
                continue;
            }
            if open {
                out.push(b' ');
            } else {
                token::unsigned(&mut out, index as u64 + 1);
                out.push(b'[');
                open = true;
            }
            token::unsigned(&mut out, width.unsigned_abs().into());
        }
        out.extend_from_slice(if open { b"]]" } else { b"]" });
        if self.vertical {
            self.vertical_metrics(&mut out);
        }
        out.extend_from_slice(b">>");
        out
    }

    /// /DW2 and /W2 (ISO 32000-1, 9.7.4.3).
    fn vertical_metrics(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"/DW2[880 -1000]/W2[");
        for (index, &(_, glyph)) in self.used.iter().enumerate() {
            let vertical = self.face.vertical(glyph);
            let advance = self.thousandths(i32::from(vertical.advance));
            let origin = self.thousandths(i32::from(vertical.origin));
            if (advance, origin) != (1000, 880) {
                let half = f64::from(self.thousandths(i32::from(self.face.horizontal(glyph).0))) / 2.0;
                out.extend_from_slice(format!("{}[{} {half} {origin}]", index + 1, -advance).as_bytes());
            }
        }
        out.push(b']');
    }

    fn descriptor(&self, tag: &str, program: &str) -> Vec<u8> {
        let face = &self.face;
        let [left, bottom, right, top] = face.bbox.map(|unit| self.thousandths(i32::from(unit)));
        format!(
            "<</Type/FontDescriptor/FontName/{tag}+{}/Flags 4/FontBBox[{left} {bottom} {right} {top}]/ItalicAngle 0/Ascent {}/Descent {}\
             /CapHeight {}/StemV 80/FontFile2 {program}>>",
            face.name,
            self.thousandths(i32::from(face.ascent)),
            self.thousandths(i32::from(face.descent)),
            self.thousandths(i32::from(face.cap_height)),
        )
        .into_bytes()
    }

    fn thousandths(&self, units: i32) -> i32 {
        let upem = i32::from(self.face.upem);
        (units * 2000 + upem * units.signum()) / (2 * upem)
    }

    /// The ToUnicode CMap (9.10.3), one `bfchar` a CID; characters beyond the BMP as surrogate pairs.
    fn to_unicode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.used.len() * 14 + 512);
        out.extend_from_slice(
            b"/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n\
              /CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n\
              /CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n",
        );
        // A block holds at most 100 entries (Adobe Technical Note 5014).
        for (block, entries) in self.used.chunks(100).enumerate() {
            token::unsigned(&mut out, entries.len() as u64);
            out.extend_from_slice(b" beginbfchar\n");
            for (index, &(character, _)) in entries.iter().enumerate() {
                let cid = (block * 100 + index + 1) as u16;
                token::hex_string(&mut out, &cid.to_be_bytes());
                out.push(b'<');
                for unit in character.encode_utf16(&mut [0; 2]) {
                    token::hex_digits(&mut out, &unit.to_be_bytes());
                }
                out.extend_from_slice(b">\n");
            }
            out.extend_from_slice(b"endbfchar\n");
        }
        out.extend_from_slice(b"endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n");
        out
    }

    /// A TrueType font program with glyph 0, the glyph of each CID, and the components that they need; no hints.
    fn program(&self) -> Vec<u8> {
        let face = &self.face;
        let mut sources: Vec<u16> = Vec::with_capacity(self.used.len() + 16);
        sources.push(0);
        sources.extend(self.used.iter().map(|&(_, glyph)| glyph));
        let mut components: HashMap<u16, u16> = HashMap::new();
        let mut glyf = Vec::with_capacity(sources.len() * 280);
        let mut loca = Vec::with_capacity(sources.len() * 4 + 64);
        let mut next = 0;
        while let Some(&source) = sources.get(next) {
            loca.extend_from_slice(&(glyf.len() as u32).to_be_bytes());
            copy_glyph(&mut glyf, face.outline(source), |component| {
                *components.entry(component).or_insert_with(|| {
                    sources.push(component);
                    (sources.len() - 1) as u16
                })
            });
            glyf.resize(glyf.len().next_multiple_of(4), 0);
            next += 1;
        }
        loca.extend_from_slice(&(glyf.len() as u32).to_be_bytes());
        let count = (sources.len() as u16).to_be_bytes();
        let mut hmtx = Vec::with_capacity(sources.len() * 4);
        for &source in &sources {
            let (advance, bearing) = face.horizontal(source);
            hmtx.extend_from_slice(&advance.to_be_bytes());
            hmtx.extend_from_slice(&bearing.to_be_bytes());
        }
        let mut head = face.table(&face.head)[..54].to_vec();
        head[8..12].fill(0);
        head[50..52].copy_from_slice(&[0, 1]);
        let mut hhea = face.table(&face.hhea)[..36].to_vec();
        hhea[34..36].copy_from_slice(&count);
        let mut maxp = face.table(&face.maxp)[..32].to_vec();
        maxp[4..6].copy_from_slice(&count);
        // maxSizeOfInstructions: the instructions are gone.
        maxp[26..28].fill(0);
        assemble(&[(b"glyf", &glyf), (b"head", &head), (b"hhea", &hhea), (b"hmtx", &hmtx), (b"loca", &loca), (b"maxp", &maxp)])
    }
}

/// Copies a glyph description without its instructions, mapping the glyph numbers of components. A cut description becomes a blank.
fn copy_glyph(out: &mut Vec<u8>, glyph: &[u8], mut map: impl FnMut(u16) -> u16) {
    let start = out.len();
    if copy_checked(out, glyph, &mut map).is_none() {
        out.truncate(start);
    }
}

fn copy_checked(out: &mut Vec<u8>, glyph: &[u8], map: &mut impl FnMut(u16) -> u16) -> Option<()> {
    let word = |at: usize| glyph.get(at..at + 2).map(|b| u16::from_be_bytes([b[0], b[1]]));
    let contours = word(0)? as i16;
    if contours >= 0 {
        let instructions_at = 10 + 2 * contours as usize;
        let after = instructions_at + 2 + usize::from(word(instructions_at)?);
        out.extend_from_slice(glyph.get(..instructions_at)?);
        out.extend_from_slice(&[0, 0]);
        out.extend_from_slice(glyph.get(after..)?);
        return Some(());
    }
    out.extend_from_slice(glyph.get(..10)?);
    let mut at = 10;
    loop {
        let flags = word(at)?;
        let arguments = if flags & 0x0001 != 0 { 4 } else { 2 };
        let scale = match flags & 0x00c8 {
            0x0008 => 2,
            0x0040 => 4,
            0x0080 => 8,
            _ => 0,
        };
        out.extend_from_slice(&(flags & !0x0100).to_be_bytes());
        out.extend_from_slice(&map(word(at + 2)?).to_be_bytes());
        out.extend_from_slice(glyph.get(at + 4..at + 4 + arguments + scale)?);
        at += 4 + arguments + scale;
        if flags & 0x0020 == 0 {
            return Some(());
        }
    }
}

/// Puts tables, sorted by tag, into one font file with checksums (OpenType, "Organization of an OpenType font").
fn assemble(tables: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let count = tables.len() as u16;
    let power = 15 - count.leading_zeros() as u16;
    let total: usize = tables.iter().map(|(_, data)| data.len().next_multiple_of(4)).sum();
    let mut font = Vec::with_capacity(12 + 16 * tables.len() + total);
    font.extend_from_slice(&[0, 1, 0, 0]);
    for word in [count, 16 << power, power, 16 * count - (16 << power)] {
        font.extend_from_slice(&word.to_be_bytes());
    }
    let mut offset = 12 + 16 * tables.len();
    let mut head_at = None;
    for (tag, data) in tables {
        if *tag == b"head" {
            head_at = Some(offset);
        }
        font.extend_from_slice(*tag);
        for word in [checksum(data), offset as u32, data.len() as u32] {
            font.extend_from_slice(&word.to_be_bytes());
        }
        offset += data.len().next_multiple_of(4);
    }
    for (_, data) in tables {
        font.extend_from_slice(data);
        font.resize(font.len().next_multiple_of(4), 0);
    }
    if let Some(at) = head_at {
        let adjustment = 0xb1b0_afba_u32.wrapping_sub(checksum(&font));
        font[at + 8..at + 12].copy_from_slice(&adjustment.to_be_bytes());
    }
    font
}

fn checksum(data: &[u8]) -> u32 {
    let chunks = data.chunks_exact(4);
    let mut last = [0; 4];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    chunks.map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).fold(u32::from_be_bytes(last), u32::wrapping_add)
}

/// One multiplication a key: the keys are characters of one licence, nobody gains by making them collide.
#[derive(Default)]
struct MixHasher(u64);

impl Hasher for MixHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(byte.into());
        }
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(key)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 29;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_glyph_becomes_a_blank_and_components_are_mapped() {
        let mut out = Vec::new();
        copy_glyph(&mut out, &[0, 1, 0], |glyph| glyph);
        assert!(out.is_empty());
        // One component 7, word arguments, followed by instructions that must go.
        let composite = [0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x01, 0, 7, 0, 1, 0, 2, 0, 2, 0xaa, 0xbb];
        copy_glyph(&mut out, &composite, |glyph| glyph + 100);
        assert_eq!(out, [0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x01, 0, 107, 0, 1, 0, 2]);
    }

    #[test]
    fn checksums_pad_with_zeros() {
        assert_eq!(checksum(&[0, 0, 0, 1, 2]), 0x0200_0001);
    }
}
