//! Looks for everything that is wrong with a template, not only for the first thing.

use crate::domain::licence_type::{FieldKind, LicenceType};
use crate::domain::metadata;
use crate::domain::template::{LabelRole, Page, Rect, Template};
use crate::render::error::RenderError;
use crate::render::font_shelf::FontShelf;
use crate::render::picture::Picture;
use crate::render::prepare::{Fonts, PreparedTemplate, QR_SIDE_MM, TemplateSource, cell};
use crate::render::set_text::{Area, set_text};
use std::collections::HashSet;

/// Least distance of the QR code from the edges of the page, in mm (licence-qr design).
const QR_MARGIN_MM: f64 = 10.0;
/// Common elements that every licence shows.
const ALWAYS_PRINTED: [&str; 4] = ["CZZT", "ZZBH", "ZZBFJG", "ZZBFRQ"];

/// Every problem, each with the place where it is; empty when the template is good.
pub fn check_template(source: &TemplateSource, licence_type: &LicenceType, shelf: &FontShelf) -> Vec<String> {
    let mut problems = Vec::new();
    let template = &source.template;
    if template.licence_type != licence_type.code {
        problems.push(format!("licence_type {} is not the code of type.toml, {}", template.licence_type, licence_type.code));
    }
    check_files(source, shelf, &mut problems);
    for (index, page) in template.pages.iter().enumerate() {
        let mut found = Vec::new();
        check_places(page, &mut found);
        check_codes(page, licence_type, &mut found);
        problems.extend(found.into_iter().map(|problem| format!("page {}: {problem}", index + 1)));
    }
    check_whole(template, licence_type, &mut problems);
    match Fonts::of(template, shelf) {
        Ok(fonts) => check_words(template, &fonts, &mut problems),
        Err(error) => problems.push(error.to_string()),
    }
    if problems.is_empty()
        && let Err(error) = PreparedTemplate::prepare(source.clone(), shelf)
    {
        problems.push(error.to_string());
    }
    problems
}

fn check_files(source: &TemplateSource, shelf: &FontShelf, problems: &mut Vec<String>) {
    let template = &source.template;
    let fonts: HashSet<&String> = template.fonts.values().flatten().collect();
    problems.extend(fonts.into_iter().filter_map(|file| shelf.face(file).err()).map(|error| error.to_string()));
    for (index, page) in template.pages.iter().enumerate() {
        for name in [&page.background.colour, &page.background.grey] {
            let checked = match source.files.get(name) {
                Some(bytes) => Picture::base_image(name, bytes).map(|picture| {
                    let stretch = f64::from(picture.width) * page.height_mm / (f64::from(picture.height) * page.width_mm);
                    if (stretch - 1.0).abs() > 0.02 {
                        problems.push(format!("page {}: {name} has other proportions than the page", index + 1));
                    }
                }),
                None => Err(RenderError::MissingImage { file: name.clone() }),
            };
            problems.extend(checked.err().map(|error| error.to_string()));
        }
    }
}

/// Everything that has a place on the page, with a name for messages.
fn places(page: &Page) -> Vec<(String, Rect)> {
    let labels = page.labels.iter().map(|label| (format!("label \"{}\"", label.text), label.rect));
    let fields = page.fields.iter().map(|field| (format!("slot {}", field.name), field.rect));
    let photos = page.photos.iter().map(|photo| (format!("photo {}", photo.field), photo.rect));
    let seal = page.seal.iter().map(|rect| ("the seal".to_owned(), *rect));
    let tables = page.tables.iter().map(|table| {
        let rect = Rect {
            x: table.origin.x,
            y: table.origin.y - table.row_height,
            w: table.columns.iter().map(|column| column.width).sum(),
            h: table.row_height * f64::from(table.max_rows + 1),
        };
        (format!("table {}", table.field), rect)
    });
    labels.chain(fields).chain(photos).chain(seal).chain(tables).collect()
}

fn check_places(page: &Page, problems: &mut Vec<String>) {
    let places = places(page);
    for (name, rect) in &places {
        let inside = rect.x >= 0.0 && rect.y >= 0.0 && rect.x + rect.w <= page.width_mm && rect.y + rect.h <= page.height_mm;
        if !inside {
            problems.push(format!("{name} is partly off the page"));
        }
        if !(rect.w > 0.0 && rect.h > 0.0) {
            problems.push(format!("{name} has no area"));
        }
    }
    if let Some(corner) = page.qr {
        let qr = Rect { x: corner.x, y: corner.y, w: QR_SIDE_MM, h: QR_SIDE_MM };
        let margin = [qr.x, qr.y, page.width_mm - qr.x - qr.w, page.height_mm - qr.y - qr.h].into_iter().fold(f64::MAX, f64::min);
        if margin < QR_MARGIN_MM {
            problems.push(format!("the QR code is {margin:.1} mm from an edge, less than {QR_MARGIN_MM} mm"));
        }
        problems.extend(
            places.iter().filter(|(_, rect)| overlap(rect, &qr)).map(|(name, _)| format!("{name} overlaps the square of the QR code")),
        );
    }
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    /// Boxes may touch.
    const HAIR: f64 = 0.01;
    a.x + HAIR < b.x + b.w && b.x + HAIR < a.x + a.w && a.y + HAIR < b.y + b.h && b.y + HAIR < a.y + a.h
}

fn check_codes(page: &Page, licence_type: &LicenceType, problems: &mut Vec<String>) {
    let kind = |code: &str| licence_type.fields.iter().find(|field| field.code == code).map(|field| field.kind);
    for field in &page.fields {
        let text = field.text.clone().unwrap_or_else(|| format!("{{{}}}", field.name));
        match crate::render::pattern::Pattern::parse(&text) {
            Ok(pattern) => problems.extend(
                pattern
                    .codes()
                    .filter(|code| metadata::common(code).is_none())
                    .filter(|code| matches!(kind(code), None | Some(FieldKind::Photo | FieldKind::Table)))
                    .map(|code| format!("slot {} prints {code}, which is no text field of the type", field.name)),
            ),
            Err(error) => problems.push(error.to_string()),
        }
    }
    for photo in &page.photos {
        if kind(&photo.field) != Some(FieldKind::Photo) {
            problems.push(format!("{} is no photo of the type", photo.field));
        }
        if photo.alt.trim().is_empty() {
            problems.push(format!("photo {} has no alt text", photo.field));
        }
    }
    for table in &page.tables {
        match licence_type.fields.iter().find(|field| field.code == table.field && field.kind == FieldKind::Table) {
            None => problems.push(format!("{} is no table of the type", table.field)),
            Some(field) => {
                let known = |key: &str| field.columns.iter().any(|column| column.key == key);
                let unknown = table.columns.iter().filter(|column| !known(&column.key));
                problems.extend(unknown.map(|column| format!("table {} has no column {}", table.field, column.key)));
                let printed = |key: &str| table.columns.iter().any(|column| column.key == key);
                let missing = field.columns.iter().filter(|column| column.required && !printed(&column.key));
                problems.extend(missing.map(|column| format!("required column {} of {} is not printed", column.key, table.field)));
                if field.max_length > table.max_rows {
                    problems.push(format!("table {} may have {} rows, {} fit", table.field, field.max_length, table.max_rows));
                }
            }
        }
    }
}

fn check_whole(template: &Template, licence_type: &LicenceType, problems: &mut Vec<String>) {
    let count = |test: fn(&Page) -> bool| template.pages.iter().filter(|page| test(page)).count();
    if count(|page| page.seal.is_some()) != 1 {
        problems.push("exactly one page must have a place for the seal".into());
    }
    if count(|page| page.qr.is_some()) == 0 {
        problems.push("no page has a place for the QR code".into());
    }
    let titles = template.pages.iter().flat_map(|page| &page.labels).any(|label| label.role == LabelRole::Title);
    if !titles {
        problems.push("no label has the role \"title\"".into());
    }
    let mut printed: HashSet<String> = HashSet::new();
    for page in &template.pages {
        for field in &page.fields {
            match &field.text {
                None => {
                    printed.insert(field.name.clone());
                }
                Some(text) => {
                    let pattern = crate::render::pattern::Pattern::parse(text);
                    printed.extend(pattern.iter().flat_map(|pattern| pattern.codes().map(str::to_owned)));
                }
            }
        }
        printed.extend(page.tables.iter().map(|table| table.field.clone()));
        printed.extend(page.photos.iter().map(|photo| photo.field.clone()));
    }
    let required = licence_type.fields.iter().filter(|field| field.required).map(|field| field.code.as_str());
    for code in required.chain(ALWAYS_PRINTED) {
        if !printed.contains(code) {
            problems.push(format!("{code} is required and printed nowhere"));
        }
    }
}

/// Do all fixed words fit, and do their fonts have all characters?
fn check_words(template: &Template, fonts: &Fonts, problems: &mut Vec<String>) {
    for page in &template.pages {
        for label in &page.labels {
            let set = fonts.style(&label.style).and_then(|style| {
                let area = Area::on_page(&label.rect, page.height_mm);
                set_text(&label.text, &label.text, &style, &area, &fonts.faces).map(|_| ())
            });
            problems.extend(set.err().map(|error| error.to_string()));
        }
        for table in &page.tables {
            for (column, definition) in table.columns.iter().enumerate() {
                let set = fonts.style(&table.head_style).and_then(|style| {
                    let area = cell(table, None, column, page.height_mm);
                    set_text(&definition.title, &definition.title, &style, &area, &fonts.faces).map(|_| ())
                });
                problems.extend(set.err().map(|error| error.to_string()));
            }
        }
        let styles = page.fields.iter().map(|field| &field.style).chain(page.tables.iter().map(|table| &table.style));
        problems.extend(styles.filter_map(|style| fonts.style(style).err()).map(|error| error.to_string()));
    }
}
