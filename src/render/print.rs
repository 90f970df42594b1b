//! What a template prints for given face data, page by page; refuses what has no glyph or does not fit.

use crate::domain::face::{FaceText, TextValue};
use crate::domain::payload::{PrintedField, PrintedPage};
use crate::domain::template::DateStyle;
use crate::render::error::RenderError;
use crate::render::picture::Picture;
use crate::render::prepare::{Prepared, PreparedPage, PreparedTemplate, cell};
use crate::render::set_text::{Area, MM, set_text};
use std::collections::BTreeMap;

/// Lays out every slot and returns its text. This is what goes into `Payload.pages`, and what [`crate::render::render`] draws.
pub fn print(template: &PreparedTemplate, face: &FaceText) -> Result<Vec<PrintedPage>, RenderError> {
    let prepared = &*template.0;
    prepared.pages.iter().enumerate().map(|(index, page)| print_page(prepared, index, page, face)).collect()
}

fn print_page(prepared: &Prepared, index: usize, page: &PreparedPage, face: &FaceText) -> Result<PrintedPage, RenderError> {
    let source = prepared.template.pages.get(index);
    let mut fields = Vec::new();
    for (slot, field) in source.into_iter().flat_map(|source| &source.fields).zip(&page.fields) {
        if let Some(text) = field.pattern.fill(|code| value(face, code, slot.dates)) {
            set_text(&slot.name, &text, &field.style, &field.area, &prepared.fonts)?;
            fields.push(PrintedField { slot: slot.name.clone(), text });
        }
    }
    let height = source.map_or(0.0, |source| source.height_mm);
    for table in &page.tables {
        let slot = &table.slot;
        let Some(TextValue::Rows(rows)) = face.get(&slot.field) else { continue };
        if rows.len() > slot.max_rows as usize {
            return Err(RenderError::TooManyRows { field: slot.field.clone(), rows: rows.len(), max: slot.max_rows as usize });
        }
        for (row, cells) in rows.iter().enumerate() {
            for (column, definition) in slot.columns.iter().enumerate() {
                let Some(text) = cells.get(&definition.key).filter(|text| !text.trim().is_empty()) else { continue };
                let name = format!("{}.{}.{}", slot.field, row + 1, definition.key);
                set_text(&name, text, &table.style, &cell(slot, Some(row), column, height), &prepared.fonts)?;
                fields.push(PrintedField { slot: name, text: text.clone() });
            }
        }
    }
    Ok(PrintedPage { labels: page.label_digest, fields })
}

fn value(face: &FaceText, code: &str, dates: DateStyle) -> Option<String> {
    match face.get(code)? {
        TextValue::Text(text) => Some(text.clone()),
        TextValue::Date(date) => Some(date.styled(dates)),
        TextValue::Rows(_) => None,
    }
}

/// Every photo as it is printed in its place: a baseline JPEG, upright, without metadata. These are the bytes that a document
/// holds, and of which its payload has the digests. A photo that the template has no place for is refused.
pub fn print_photos(template: &PreparedTemplate, photos: &BTreeMap<String, Vec<u8>>) -> Result<BTreeMap<String, Vec<u8>>, RenderError> {
    let mut printed = BTreeMap::new();
    for (field, bytes) in photos {
        let place = template.0.pages.iter().flat_map(|page| &page.photos).find(|(slot, _)| slot.field == *field);
        let Some((_, area)) = place else {
            return Err(RenderError::Mismatch(format!("the template has no place for photo {field}")));
        };
        printed.insert(field.clone(), photo(field, bytes, area)?.data);
    }
    Ok(printed)
}

/// Most that a photo may be stretched: 2 %.
const STRETCH: f64 = 0.02;

/// A photo whose sides match its place.
fn photo(field: &str, bytes: &[u8], area: &Area) -> Result<Picture, RenderError> {
    let picture = Picture::photo(field, bytes)?;
    let ratio = f64::from(picture.width) * area.height / (f64::from(picture.height) * area.width);
    if (ratio - 1.0).abs() > STRETCH {
        return Err(RenderError::PhotoAspect {
            field: field.to_owned(),
            given: format!("{}×{}", picture.width, picture.height),
            wanted: format!("{:.1}×{:.1} mm", area.width / MM, area.height / MM),
        });
    }
    Ok(picture)
}
