//! One licence as a complete, unsealed PDF: PDF/A-3b and PDF/UA-1. Same input, same bytes.

use crate::domain::digest::Digest;
use crate::domain::payload::Payload;
use crate::pdf::unsealed::{SealPlace, Unsealed};
use crate::pdf::write::file::FileWriter;
use crate::pdf::write::token;
use crate::render::attachment::Attachment;
use crate::render::document_info::DocumentInfo;
use crate::render::draw_page::{DrawnPage, draw_page};
use crate::render::draw_text::FontTable;
use crate::render::error::RenderError;
use crate::render::prepare::{Prepared, PreparedTemplate};
use crate::render::qr::QrImage;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Which base images are under the words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// 彩色底图: the licence itself.
    #[default]
    Colour,
    /// 灰色底图: annotated copies.
    Grey,
}

/// Everything that varies from licence to licence.
#[derive(Clone, Copy)]
pub struct Rendering<'a> {
    /// The facts; `pages` says what is printed, as [`crate::render::print`] gave it.
    pub payload: &'a Payload,
    /// The canonical bytes of the payload, attached as they are. Empty attaches nothing: a plain page, as other programs make it.
    pub payload_json: &'a [u8],
    /// Photos by field code, as `print_photos` left them; they must have the digests of the payload.
    pub photos: &'a BTreeMap<String, Vec<u8>>,
    /// The full text of the QR symbol, from the stored token.
    pub qr_text: &'a str,
    /// Stored moment of making; goes into the document's dates.
    pub made_at: OffsetDateTime,
    /// Which base images.
    pub variant: Variant,
}

/// Where the structure parents of the seal field stand: after the pages.
fn seal_parent_key(prepared: &Prepared) -> i64 {
    prepared.pages.len() as i64
}

/// What grows while the pages are drawn.
pub(crate) struct Drawing<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) input: &'a Rendering<'a>,
    pub(crate) file: FileWriter,
    pub(crate) fonts: FontTable,
    pub(crate) qr: Option<(u32, QrImage)>,
}

/// Draws the licence.
pub fn render(template: &PreparedTemplate, input: &Rendering<'_>) -> Result<Unsealed, RenderError> {
    let prepared = &*template.0;
    if input.payload.pages.len() != prepared.pages.len() {
        return Err(RenderError::Mismatch("another number of pages".into()));
    }
    for (field, digest) in &input.payload.photos {
        if input.photos.get(field).map(|bytes| Digest::of(bytes)) != Some(*digest) {
            return Err(RenderError::Mismatch(format!("photo {field} is not the one of the payload")));
        }
    }
    let prefix = match input.variant {
        Variant::Colour => &prepared.colour,
        Variant::Grey => &prepared.grey,
    };
    /// Room for what one licence adds, so that the buffer is not moved while it grows; the seal needs some of it, too.
    const ROOM: usize = 96 * 1024;
    let photos: usize = input.photos.values().map(Vec::len).sum();
    let mut drawing = Drawing {
        prepared,
        input,
        file: prefix.open(ROOM + photos + input.payload_json.len()),
        fonts: FontTable::new('D', &prepared.fonts),
        qr: None,
    };
    if prepared.pages.iter().any(|page| page.qr.is_some()) {
        let image = QrImage::encode(input.qr_text)?;
        let number = drawing.file.allocate();
        drawing.file.stream(number, &image.entries(), image.rows());
        drawing.qr = Some((number, image));
    }
    let pages = (0..prepared.pages.len()).map(|index| draw_page(&mut drawing, index)).collect::<Result<Vec<_>, _>>()?;
    finish(drawing, &pages)
}

fn finish(drawing: Drawing<'_>, pages: &[DrawnPage]) -> Result<Unsealed, RenderError> {
    let Drawing { prepared, input, mut file, fonts, .. } = drawing;
    let numbers = &prepared.numbers;
    let mut font_resources = fonts.write(&mut file, false);
    font_resources.extend_from_slice(&prepared.label_fonts);
    for (index, page) in pages.iter().enumerate() {
        write_page(&mut file, prepared, index, page, &font_resources);
    }
    let info = DocumentInfo::new(&prepared.template.title, &prepared.template.language, input.payload, input.made_at);
    let attachments = if input.payload_json.is_empty() {
        Vec::new()
    } else {
        let attachments = [Attachment::payload(input.payload_json), Attachment::token(input.qr_text.as_bytes())];
        attachments.iter().map(|attachment| (attachment.name, attachment.write(&mut file, info.made_at()))).collect()
    };
    file.stream(numbers.metadata, b"/Type/Metadata/Subtype/XML", &info.xmp());
    file.object(numbers.info, &info.info());
    write_structure(&mut file, prepared, pages);
    let place = write_seal_field(&mut file, prepared);
    write_catalog(&mut file, prepared, attachments);
    let mut trailer = b"/Root ".to_vec();
    token::reference(&mut trailer, numbers.catalog);
    trailer.extend_from_slice(b"/Info ");
    token::reference(&mut trailer, numbers.info);
    let id = identity(prepared, input);
    let prefix = match input.variant {
        Variant::Colour => &prepared.colour,
        Variant::Grey => &prepared.grey,
    };
    Ok(Unsealed { bytes: file.finish(&trailer, id), place, prefix: Some(prefix.hashed()) })
}

/// The file identifier: a digest over everything that makes the file what it is.
fn identity(prepared: &Prepared, input: &Rendering<'_>) -> Digest {
    let mut all = prepared.digest.0.to_vec();
    all.extend_from_slice(&Digest::of(input.payload_json).0);
    all.extend_from_slice(&input.made_at.unix_timestamp().to_be_bytes());
    all.push(match input.variant {
        Variant::Colour => 0,
        Variant::Grey => 1,
    });
    all.extend_from_slice(input.qr_text.as_bytes());
    Digest::of(&all)
}

fn write_page(file: &mut FileWriter, prepared: &Prepared, index: usize, drawn: &DrawnPage, fonts: &[u8]) {
    let (Some(source), Some(page)) = (prepared.template.pages.get(index), prepared.pages.get(index)) else { return };
    let constant = &page.constant;
    file.begin(prepared.numbers.pages[index]);
    let out = &mut file.out;
    out.extend_from_slice(b"<</Type/Page/Parent ");
    token::reference(out, constant.pages_node);
    out.extend_from_slice(b"/MediaBox[0 0 ");
    token::numbers(out, &[source.width_mm * crate::render::set_text::MM, source.height_mm * crate::render::set_text::MM]);
    out.extend_from_slice(b"]/Contents[");
    token::references(out, [constant.content, drawn.content]);
    out.extend_from_slice(b"]/Group<</S/Transparency/CS/DeviceRGB>>/Resources<</Font<<");
    out.extend_from_slice(fonts);
    out.extend_from_slice(b">>/XObject<</Bg ");
    token::reference(out, constant.base_image);
    for (name, number) in constant.watermark.iter().map(|number| ("/Wm ", number)).chain(drawn.images.iter().map(|(n, o)| (&**n, o))) {
        out.extend_from_slice(name.as_bytes());
        token::reference(out, *number);
    }
    out.extend_from_slice(b">>");
    if let Some(transparency) = constant.transparency {
        out.extend_from_slice(b"/ExtGState<</Gw ");
        token::reference(out, transparency);
        out.extend_from_slice(b">>");
    }
    out.extend_from_slice(b">>/Tabs/S/StructParents ");
    token::unsigned(out, index as u64);
    if let (Some((field, _)), Some(_)) = (prepared.numbers.seal, page.seal) {
        out.extend_from_slice(b"/Annots[");
        token::reference(out, field);
        out.push(b']');
    }
    out.extend_from_slice(b">>");
    file.end();
}

/// Structure tree root with the parent tree, and the Document element with everything in reading order.
fn write_structure(file: &mut FileWriter, prepared: &Prepared, pages: &[DrawnPage]) {
    let numbers = &prepared.numbers;
    file.begin(numbers.structure);
    let out = &mut file.out;
    out.extend_from_slice(b"<</Type/StructTreeRoot/K[");
    token::reference(out, numbers.document);
    out.extend_from_slice(b"]/ParentTreeNextKey ");
    token::unsigned(out, pages.len() as u64 + 1);
    out.extend_from_slice(b"/ParentTree<</Nums[");
    for (index, page) in pages.iter().enumerate() {
        token::unsigned(out, index as u64);
        out.push(b'[');
        if let Some(prepared) = prepared.pages.get(index) {
            out.extend_from_slice(&prepared.constant.parents);
        }
        token::references(out, page.parents.iter().copied());
        out.push(b']');
    }
    if let Some((_, form)) = numbers.seal {
        token::unsigned(out, pages.len() as u64);
        out.push(b' ');
        token::reference(out, form);
    }
    out.extend_from_slice(b"]>>>>");
    file.end();
    file.begin(numbers.document);
    let out = &mut file.out;
    out.extend_from_slice(b"<</S/Document/P ");
    token::reference(out, numbers.structure);
    out.extend_from_slice(b"/K[");
    token::references(out, pages.iter().flat_map(|page| page.order.iter().copied()));
    out.extend_from_slice(b"]>>");
    file.end();
}

/// The empty signature field and its structure element. The seal step writes the field anew under the same number.
fn write_seal_field(file: &mut FileWriter, prepared: &Prepared) -> SealPlace {
    let found = prepared.pages.iter().enumerate().find_map(|(index, page)| Some((index, page, page.seal?)));
    let (Some((index, page, area)), Some((field, form))) = (found, prepared.numbers.seal) else {
        return SealPlace { page: 0, rect: [0.0; 4], struct_parent: None, widget_object: None };
    };
    let key = seal_parent_key(prepared);
    file.begin(form);
    let out = &mut file.out;
    out.extend_from_slice(b"<</S/Form/P ");
    token::reference(out, prepared.numbers.document);
    for prefix in ["/Pg ", "/K<</Type/OBJR/Pg "] {
        out.extend_from_slice(prefix.as_bytes());
        token::reference(out, prepared.numbers.pages[index]);
    }
    out.extend_from_slice(b"/Obj ");
    token::reference(out, field);
    out.extend_from_slice(b">>>>");
    file.end();
    file.begin(field);
    let out = &mut file.out;
    out.extend_from_slice(b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/F 4/TU");
    token::text_string(out, "电子印章");
    out.extend_from_slice(b"/P ");
    token::reference(out, prepared.numbers.pages[index]);
    out.extend_from_slice(b"/Rect[");
    token::numbers(out, &area.corners());
    out.extend_from_slice(format!("]/StructParent {key}/AP<</N ").as_bytes());
    token::reference(out, page.constant.empty_appearance);
    out.extend_from_slice(b">>>>");
    file.end();
    SealPlace { page: index, rect: area.corners(), struct_parent: Some(key), widget_object: Some(field) }
}

fn write_catalog(file: &mut FileWriter, prepared: &Prepared, mut attachments: Vec<(&str, u32)>) {
    let numbers = &prepared.numbers;
    let constant = prepared.pages.first().map(|page| page.constant.clone()).unwrap_or_default();
    file.begin(numbers.catalog);
    let out = &mut file.out;
    out.extend_from_slice(b"<</Type/Catalog/Pages ");
    token::reference(out, constant.pages_node);
    out.extend_from_slice(b"/Lang");
    token::text_string(out, &prepared.template.language);
    out.extend_from_slice(b"/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>/Metadata ");
    token::reference(out, numbers.metadata);
    out.extend_from_slice(b"/StructTreeRoot ");
    token::reference(out, numbers.structure);
    out.extend_from_slice(
        b"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB IEC61966-2-1)/Info(sRGB IEC61966-2-1)\
          /RegistryName(http://www.color.org)/DestOutputProfile ",
    );
    token::reference(out, constant.output_profile);
    out.extend_from_slice(b">>]");
    if !attachments.is_empty() {
        out.extend_from_slice(b"/AF[");
        token::references(out, attachments.iter().map(|(_, number)| *number));
        // A name tree is sorted by its keys as bytes.
        attachments.sort_unstable();
        out.extend_from_slice(b"]/Names<</EmbeddedFiles<</Names[");
        for (name, number) in attachments {
            token::text_string(out, name);
            token::reference(out, number);
            out.push(b' ');
        }
        out.extend_from_slice(b"]>>>>");
    }
    if let Some((field, _)) = numbers.seal {
        out.extend_from_slice(b"/AcroForm<</SigFlags 3/Fields[");
        token::reference(out, field);
        out.extend_from_slice(b"]>>");
    }
    out.extend_from_slice(b">>");
    file.end();
}
