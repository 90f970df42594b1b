//! What varies on one page: printed fields, table rows, photos, the QR code, and their structure elements.

use crate::domain::payload::{FieldValue, Payload, PrintedField};
use crate::pdf::write::token;
use crate::render::constant_part::{branch, layout_box, leaf, leaf_bytes, watermark_form};
use crate::render::draw_licence::Drawing;
use crate::render::error::RenderError;
use crate::render::picture::Picture;
use crate::render::prepare::{PreparedPage, cell};
use crate::render::reading_order::Item;
use crate::render::set_text::{Area, Style, set_text};
use crate::render::watermark;

/// A page that is drawn.
pub(crate) struct DrawnPage {
    /// The content stream of what varies.
    pub(crate) content: u32,
    /// Names in the resources and object numbers: `/QR `, `/Photo0 `.
    pub(crate) images: Vec<(String, u32)>,
    /// Structure element of every marked sequence after the constant ones.
    pub(crate) parents: Vec<u32>,
    /// Structure elements of the page in reading order.
    pub(crate) order: Vec<u32>,
}

/// A page in the making.
struct Work {
    content: Vec<u8>,
    images: Vec<(String, u32)>,
    parents: Vec<u32>,
    fields: Vec<Option<u32>>,
    photos: Vec<Option<u32>>,
}

/// Draws page `index`.
pub(crate) fn draw_page(drawing: &mut Drawing<'_>, index: usize) -> Result<DrawnPage, RenderError> {
    let prepared = drawing.prepared;
    let (Some(page), Some(printed)) = (prepared.pages.get(index), drawing.input.payload.pages.get(index)) else {
        return Err(RenderError::Mismatch("another number of pages".into()));
    };
    if printed.labels != page.label_digest {
        return Err(RenderError::Mismatch("other fixed words".into()));
    }
    let mut work = Work {
        content: Vec::with_capacity(8 * 1024),
        images: Vec::new(),
        parents: Vec::new(),
        fields: vec![None; page.fields.len()],
        photos: vec![None; page.photos.len()],
    };
    draw_watermark(drawing, index, page, &mut work)?;
    let fields = printed.fields.iter().take_while(|field| prepared.slots.contains_key(&field.slot)).count();
    let (fields, cells) = printed.fields.split_at(fields);
    for field in fields {
        draw_field(drawing, index, page, field, &mut work)?;
    }
    draw_tables(drawing, index, page, cells, &mut work)?;
    draw_photos(drawing, index, page, &mut work)?;
    draw_qr(drawing, page, &mut work)?;
    let content = drawing.file.allocate();
    drawing.file.stream(content, b"", &work.content);
    let numbers = &prepared.numbers;
    let order = page.order.iter().filter_map(|item| match *item {
        Item::Label(label) => page.constant.labels.get(label).copied(),
        Item::Field(field) => work.fields.get(field).copied().flatten(),
        Item::Table(table) => numbers.tables.get(index).and_then(|tables| tables.get(table)).copied(),
        Item::Photo(photo) => work.photos.get(photo).copied().flatten(),
        Item::Qr => page.constant.qr,
        Item::Seal => numbers.seal.map(|(_, form)| form),
    });
    Ok(DrawnPage { content, order: order.collect(), images: work.images, parents: work.parents })
}

/// The watermark, where its words hold fields; one that never varies is in the constant part.
fn draw_watermark(drawing: &mut Drawing<'_>, index: usize, page: &PreparedPage, work: &mut Work) -> Result<(), RenderError> {
    let Some(source) = drawing.prepared.template.pages.get(index) else { return Ok(()) };
    let (Some(mark), Some(prepared), None) = (&source.watermark, &page.watermark, page.constant.watermark) else { return Ok(()) };
    let Some(words) = prepared.pattern.fill(|code| payload_words(drawing.input.payload, code)) else { return Ok(()) };
    let path = watermark::words(&words, mark, &prepared.chain, &drawing.prepared.fonts)?;
    let form = drawing.file.allocate();
    drawing.file.deflated(form, &watermark_form(mark, &words), &path);
    work.images.push(("/Wm ".into(), form));
    watermark::draw(&mut work.content, mark, source, prepared.colour);
    Ok(())
}

fn draw_field(
    drawing: &mut Drawing<'_>,
    index: usize,
    page: &PreparedPage,
    printed: &PrintedField,
    work: &mut Work,
) -> Result<(), RenderError> {
    let place = drawing.prepared.slots.get(&printed.slot).filter(|(on, _)| *on == index).map(|(_, field)| *field);
    let unknown = || RenderError::Mismatch(format!("no slot \"{}\" on page {}", printed.slot, index + 1));
    let field = place.ok_or_else(unknown)?;
    let (Some(slot), Some(element)) = (page.fields.get(field), work.fields.get(field)) else { return Err(unknown()) };
    if element.is_some() {
        return Err(RenderError::Mismatch(format!("slot \"{}\" twice", printed.slot)));
    }
    let element = draw_words(drawing, index, page, ("P", drawing.prepared.numbers.document), printed, (&slot.style, &slot.area), work)?;
    if let Some(entry) = work.fields.get_mut(field) {
        *entry = Some(element);
    }
    Ok(())
}

/// Draws one printed text as one marked sequence and writes its structure element under `parent`.
fn draw_words(
    drawing: &mut Drawing<'_>,
    index: usize,
    page: &PreparedPage,
    (kind, parent): (&str, u32),
    printed: &PrintedField,
    (style, area): (&Style, &Area),
    work: &mut Work,
) -> Result<u32, RenderError> {
    let set = set_text(&printed.slot, &printed.text, style, area, &drawing.prepared.fonts)?;
    let element = drawing.file.allocate();
    let marked = page.constant.marked + work.parents.len() as u32;
    work.parents.push(element);
    drawing.file.object(element, &leaf(kind, parent, drawing.prepared.numbers.pages[index], marked, ""));
    let out = &mut work.content;
    out.push(b'/');
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b"<</MCID ");
    token::unsigned(out, marked.into());
    out.extend_from_slice(b"/ELF");
    token::hex_string(out, printed.slot.as_bytes());
    out.extend_from_slice(b">>BDC\n");
    drawing.fonts.draw(out, &set, style);
    out.extend_from_slice(b"EMC\n");
    Ok(element)
}

/// Rows of all tables of the page. Cells without text get an element, too, so that every row has every column.
fn draw_tables(
    drawing: &mut Drawing<'_>,
    index: usize,
    page: &PreparedPage,
    printed: &[PrintedField],
    work: &mut Work,
) -> Result<(), RenderError> {
    let height = drawing.prepared.template.pages.get(index).map_or(0.0, |source| source.height_mm);
    let mut cells = printed.iter().peekable();
    for (table_index, table) in page.tables.iter().enumerate() {
        let slot = &table.slot;
        let owner = drawing.prepared.numbers.tables[index][table_index];
        let mut rows: Vec<u32> = page.constant.head_rows.get(table_index).copied().into_iter().collect();
        for row in 0..slot.max_rows as usize {
            let prefix = format!("{}.{}.", slot.field, row + 1);
            if !cells.peek().is_some_and(|next| next.slot.starts_with(&prefix)) {
                // An empty row in the middle would print nothing; rows end where the next cell belongs elsewhere.
                continue;
            }
            let row_element = drawing.file.allocate();
            let mut elements = Vec::with_capacity(slot.columns.len());
            for (column, definition) in slot.columns.iter().enumerate() {
                let name = format!("{prefix}{}", definition.key);
                let element = match cells.next_if(|next| next.slot == name) {
                    Some(next) => {
                        let area = cell(slot, Some(row), column, height);
                        draw_words(drawing, index, page, ("TD", row_element), next, (&table.style, &area), work)?
                    }
                    None => {
                        let element = drawing.file.allocate();
                        drawing.file.object(element, &branch("TD", row_element, &[]));
                        element
                    }
                };
                elements.push(element);
            }
            drawing.file.object(row_element, &branch("TR", owner, &elements));
            rows.push(row_element);
        }
        drawing.file.object(owner, &branch("Table", drawing.prepared.numbers.document, &rows));
    }
    match cells.next() {
        Some(left) => Err(RenderError::Mismatch(format!("no place for \"{}\" on page {}", left.slot, index + 1))),
        None => Ok(()),
    }
}

fn draw_photos(drawing: &mut Drawing<'_>, index: usize, page: &PreparedPage, work: &mut Work) -> Result<(), RenderError> {
    for (photo_index, (slot, area)) in page.photos.iter().enumerate() {
        if !drawing.input.payload.photos.contains_key(&slot.field) {
            continue;
        }
        let Some(bytes) = drawing.input.photos.get(&slot.field) else { continue };
        let unprinted = || RenderError::Mismatch(format!("photo {} is not as print_photos leaves it", slot.field));
        let picture = Picture::printed_photo(bytes).ok_or_else(unprinted)?;
        let image = drawing.file.allocate();
        drawing.file.stream(image, &picture.entries(), &picture.data);
        let element = drawing.file.allocate();
        let marked = page.constant.marked + work.parents.len() as u32;
        work.parents.push(element);
        let mut more = b"/Alt".to_vec();
        token::text_string(&mut more, &slot.alt);
        more.extend_from_slice(&layout_box(area));
        let numbers = &drawing.prepared.numbers;
        drawing.file.object(element, &leaf_bytes("Figure", numbers.document, numbers.pages[index], marked, &more));
        let out = &mut work.content;
        out.extend_from_slice(format!("/Figure<</MCID {marked}/ELP").as_bytes());
        token::hex_string(out, slot.field.as_bytes());
        out.extend_from_slice(b">>BDC\nq ");
        token::numbers(out, &[area.width, 0.0, 0.0, area.height, area.left, area.bottom]);
        out.extend_from_slice(format!("cm/Photo{photo_index} Do Q\nEMC\n").as_bytes());
        work.images.push((format!("/Photo{photo_index} "), image));
        if let Some(entry) = work.photos.get_mut(photo_index) {
            *entry = Some(element);
        }
    }
    Ok(())
}

fn draw_qr(drawing: &mut Drawing<'_>, page: &PreparedPage, work: &mut Work) -> Result<(), RenderError> {
    let (Some(place), Some((number, image))) = (&page.qr, &drawing.qr) else { return Ok(()) };
    // Its structure element took the last marked content id of the constant part.
    let marked = page.constant.marked.saturating_sub(1);
    work.content.extend_from_slice(format!("/Figure<</MCID {marked}>>BDC\n").as_bytes());
    image.draw(&mut work.content, place)?;
    work.content.extend_from_slice(b"EMC\n");
    work.images.push(("/QR ".into(), *number));
    Ok(())
}

/// The words of a payload by field code, for a watermark.
fn payload_words(payload: &Payload, code: &str) -> Option<String> {
    let holders =
        |part: fn(&crate::domain::payload::HolderRef) -> &str| Some(payload.holders.iter().map(part).collect::<Vec<_>>().join("、"));
    match code {
        "ZZMC" => Some(payload.licence_type.name.clone()),
        "ZZBH" => Some(payload.number.clone()),
        "ZZBS" => Some(payload.identifier.clone()),
        "ZZBFJG" => Some(payload.issuer.name.clone()),
        "ZZBFJGDM" => Some(payload.issuer.code.clone()),
        "ZZBFRQ" => Some(payload.issued_on.clone()),
        "ZZYXQQSRQ" => payload.valid_from.clone(),
        "ZZYXQJZRQ" => payload.valid_until.clone(),
        "CZZT" => holders(|holder| &holder.name),
        "CZZTDM" => holders(|holder| &holder.code),
        _ => match payload.fields.get(code)? {
            FieldValue::Text(text) => Some(text.clone()),
            FieldValue::Rows(_) => None,
        },
    }
}
