//! The constant beginning of every document of a template: colour profile, base images, fixed words with their fonts,
//! watermark, and the structure elements of what never varies.

use crate::domain::template::{LabelRole, Template};
use crate::pdf::write::file::{FileWriter, Prefix};
use crate::pdf::write::{deflate, token};
use crate::render::colour_profile;
use crate::render::draw_text::FontTable;
use crate::render::error::RenderError;
use crate::render::font_face::FontFace;
use crate::render::picture::Picture;
use crate::render::prepare::{Numbers, PageConstants, PreparedPage};
use crate::render::set_text::{Area, MM};
use crate::render::watermark;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The constant parts in both colourings.
pub(crate) struct Written {
    pub(crate) colour: Prefix,
    pub(crate) grey: Prefix,
    pub(crate) label_fonts: Vec<u8>,
}

/// Writes both and fills in the numbers of what they hold, which are the same in both.
pub(crate) fn write(
    template: &Template,
    files: &BTreeMap<String, Cow<'static, [u8]>>,
    pages: &mut [PreparedPage],
    numbers: &Numbers,
    fonts: &[Arc<FontFace>],
) -> Result<Written, RenderError> {
    let load = |grey: bool| -> Result<Vec<Picture>, RenderError> {
        let one = |page: &crate::domain::template::Page| {
            let name = if grey { &page.background.grey } else { &page.background.colour };
            let bytes = files.get(name).ok_or_else(|| RenderError::MissingImage { file: name.clone() })?;
            Picture::base_image(name, bytes)
        };
        template.pages.iter().map(one).collect()
    };
    let (grey, _) = write_one(template, pages, numbers, fonts, &load(true)?)?;
    let (colour, label_fonts) = write_one(template, pages, numbers, fonts, &load(false)?)?;
    Ok(Written { colour, grey, label_fonts })
}

fn write_one(
    template: &Template,
    pages: &mut [PreparedPage],
    numbers: &Numbers,
    fonts: &[Arc<FontFace>],
    base_images: &[Picture],
) -> Result<(Prefix, Vec<u8>), RenderError> {
    let mut file = FileWriter::new(numbers.reserved);
    let pages_node = file.allocate();
    file.begin(pages_node);
    file.out.extend_from_slice(b"<</Type/Pages/Kids[");
    token::references(&mut file.out, numbers.pages.iter().copied());
    file.out.extend_from_slice(format!("]/Count {}>>", numbers.pages.len()).as_bytes());
    file.end();
    let output_profile = file.allocate();
    file.stream(output_profile, b"/N 3/Filter/FlateDecode", &deflate::best(&colour_profile::srgb()));
    let empty_appearance = file.allocate();
    file.stream(empty_appearance, b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<<>>", b"");
    let mut table = FontTable::new('S', fonts);
    for (index, page) in pages.iter_mut().enumerate() {
        page.constant = PageConstants { pages_node, output_profile, empty_appearance, ..PageConstants::default() };
        let (Some(source), Some(picture)) = (template.pages.get(index), base_images.get(index)) else { continue };
        page.constant.base_image = file.allocate();
        file.stream(page.constant.base_image, &picture.entries(), &picture.data);
        write_watermark(&mut file, source, page, fonts)?;
        let mut content = Vec::new();
        content.extend_from_slice(b"/Artifact<</Type/Background>>BDC\nq ");
        token::numbers(&mut content, &[source.width_mm * MM, 0.0, 0.0, source.height_mm * MM, 0.0, 0.0]);
        content.extend_from_slice(b"cm/Bg Do Q\nEMC\n");
        if let (Some(mark), Some(prepared), Some(_)) = (&source.watermark, &page.watermark, page.constant.watermark) {
            watermark::draw(&mut content, mark, source, prepared.colour);
        }
        write_labels(&mut file, &mut content, page, numbers, index, &mut table);
        write_heads(&mut file, &mut content, page, numbers, index, &mut table);
        page.constant.content = file.allocate();
        file.stream(page.constant.content, b"/Filter/FlateDecode", &deflate::best(&content));
        if let Some(place) = page.qr {
            page.constant.qr = Some(write_qr_figure(&mut file, page, numbers, index, &place));
        }
    }
    let label_fonts = table.write(&mut file, true);
    Ok((file.into_prefix(), label_fonts))
}

/// The transparency of the watermark, and its words where they are the same on every licence.
fn write_watermark(
    file: &mut FileWriter,
    source: &crate::domain::template::Page,
    page: &mut PreparedPage,
    fonts: &[Arc<FontFace>],
) -> Result<(), RenderError> {
    let (Some(mark), Some(prepared)) = (&source.watermark, &page.watermark) else { return Ok(()) };
    let transparency = file.allocate();
    let mut body = b"<</Type/ExtGState/ca ".to_vec();
    token::number(&mut body, mark.opacity);
    body.extend_from_slice(b">>");
    file.object(transparency, &body);
    page.constant.transparency = Some(transparency);
    if prepared.pattern.codes().next().is_none()
        && let Some(words) = prepared.pattern.fill(|_| None)
    {
        let path = watermark::words(&words, mark, &prepared.chain, fonts)?;
        let form = file.allocate();
        file.stream(form, &[&watermark_form(mark, &words)[..], b"/Filter/FlateDecode"].concat(), &deflate::best(&path));
        page.constant.watermark = Some(form);
    }
    Ok(())
}

/// Entries of the form XObject that holds the words of a watermark.
pub(crate) fn watermark_form(mark: &crate::domain::template::Watermark, words: &str) -> Vec<u8> {
    // Glyphs are at most a little wider than one em, and a path that is cut off would be seen.
    let half = mark.size * (words.chars().count() as f64 + 1.0);
    let mut out = b"/Type/XObject/Subtype/Form/Resources<<>>/BBox[".to_vec();
    token::numbers(&mut out, &[-half, -2.0 * mark.size, half, 2.0 * mark.size]);
    out.push(b']');
    out
}

/// Draws the labels in the order of the template, each one marked sequence with its own structure element.
fn write_labels(
    file: &mut FileWriter,
    content: &mut Vec<u8>,
    page: &mut PreparedPage,
    numbers: &Numbers,
    index: usize,
    table: &mut FontTable,
) {
    for label in &page.labels {
        let kind = match label.role {
            LabelRole::Title => "H1",
            LabelRole::Heading => "H2",
            LabelRole::Label | LabelRole::Note => "P",
        };
        let element = file.allocate();
        let marked = mark(&mut page.constant, element);
        file.object(element, &leaf(kind, numbers.document, numbers.pages[index], marked, ""));
        content.extend_from_slice(format!("/{kind}<</MCID {marked}/ELL(label)>>BDC\n").as_bytes());
        table.draw(content, &label.set, &label.style);
        content.extend_from_slice(b"EMC\n");
        page.constant.labels.push(element);
    }
}

/// Draws the heads of tables: a TR of TH under the Table element whose number is reserved.
fn write_heads(
    file: &mut FileWriter,
    content: &mut Vec<u8>,
    page: &mut PreparedPage,
    numbers: &Numbers,
    index: usize,
    table: &mut FontTable,
) {
    for (prepared, &owner) in page.tables.iter().zip(&numbers.tables[index]) {
        let row = file.allocate();
        let mut cells = Vec::new();
        for head in &prepared.heads {
            let element = file.allocate();
            let marked = mark(&mut page.constant, element);
            file.object(element, &leaf("TH", row, numbers.pages[index], marked, "/A<</O/Table/Scope/Column>>"));
            content.extend_from_slice(format!("/TH<</MCID {marked}/ELL(label)>>BDC\n").as_bytes());
            table.draw(content, head, &prepared.head_style);
            content.extend_from_slice(b"EMC\n");
            cells.push(element);
        }
        file.object(row, &branch("TR", owner, &cells));
        page.constant.head_rows.push(row);
    }
}

fn write_qr_figure(file: &mut FileWriter, page: &mut PreparedPage, numbers: &Numbers, index: usize, place: &Area) -> u32 {
    let element = file.allocate();
    let marked = mark(&mut page.constant, element);
    let mut more = b"/Alt".to_vec();
    token::text_string(&mut more, "二维码：用手机扫描可核验本证照");
    more.extend_from_slice(&layout_box(place));
    file.object(element, &leaf_bytes("Figure", numbers.document, numbers.pages[index], marked, &more));
    element
}

/// Takes the next marked content id of the page for a structure element.
fn mark(constant: &mut PageConstants, element: u32) -> u32 {
    token::references(&mut constant.parents, [element]);
    constant.marked += 1;
    constant.marked - 1
}

/// `/A` with the bounding box that PDF/UA wants of a figure.
pub(crate) fn layout_box(area: &Area) -> Vec<u8> {
    let mut out = b"/A<</O/Layout/Placement/Block/BBox[".to_vec();
    token::numbers(&mut out, &area.corners());
    out.extend_from_slice(b"]>>");
    out
}

/// A structure element with one marked sequence.
pub(crate) fn leaf(kind: &str, parent: u32, page: u32, marked: u32, more: &str) -> Vec<u8> {
    leaf_bytes(kind, parent, page, marked, more.as_bytes())
}

/// The same, with further entries as bytes.
pub(crate) fn leaf_bytes(kind: &str, parent: u32, page: u32, marked: u32, more: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + more.len());
    out.extend_from_slice(b"<</S/");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b"/P ");
    token::reference(&mut out, parent);
    out.extend_from_slice(b"/Pg ");
    token::reference(&mut out, page);
    out.extend_from_slice(b"/K ");
    token::unsigned(&mut out, marked.into());
    out.extend_from_slice(more);
    out.extend_from_slice(b">>");
    out
}

/// A structure element with others under it.
pub(crate) fn branch(kind: &str, parent: u32, kids: &[u32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + 8 * kids.len());
    out.extend_from_slice(b"<</S/");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b"/P ");
    token::reference(&mut out, parent);
    out.extend_from_slice(b"/K[");
    token::references(&mut out, kids.iter().copied());
    out.extend_from_slice(b"]>>");
    out
}
