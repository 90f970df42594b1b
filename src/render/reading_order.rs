//! The order in which the things of a page are read aloud: title first, then row by row from the left, so that the name of a
//! field comes right before its value.

use crate::domain::template::{LabelRole, Page, Rect};

/// Something on the page, by its index in the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Label(usize),
    Field(usize),
    Table(usize),
    Photo(usize),
    Qr,
    Seal,
}

/// Two boxes whose tops differ by less than this many mm stand in one row.
const SAME_ROW: f64 = 4.0;

/// All items of the page in reading order.
pub(crate) fn reading_order(page: &Page) -> Vec<Item> {
    let mut items: Vec<(Item, f64, f64)> = Vec::new();
    // What is set in the middle of a tall box is read where its first line is about to stand, at the top.
    let mut add = |item, rect: &Rect| items.push((item, rect.y, rect.x));
    for (index, label) in page.labels.iter().enumerate() {
        if label.role != LabelRole::Title {
            add(Item::Label(index), &label.rect);
        }
    }
    for (index, field) in page.fields.iter().enumerate() {
        add(Item::Field(index), &field.rect);
    }
    for (index, table) in page.tables.iter().enumerate() {
        add(Item::Table(index), &Rect { x: table.origin.x, y: table.origin.y - table.row_height, w: 0.0, h: 0.0 });
    }
    for (index, photo) in page.photos.iter().enumerate() {
        add(Item::Photo(index), &photo.rect);
    }
    if let Some(seal) = &page.seal {
        add(Item::Seal, seal);
    }
    if let Some(qr) = &page.qr {
        add(Item::Qr, &Rect { x: qr.x, y: qr.y, w: 0.0, h: 0.0 });
    }
    items.sort_by(|a, b| a.1.total_cmp(&b.1));
    let titles = page.labels.iter().enumerate().filter(|(_, label)| label.role == LabelRole::Title);
    let mut order: Vec<Item> = titles.map(|(index, _)| Item::Label(index)).collect();
    let mut rest = items.as_slice();
    while let Some(&(_, top, _)) = rest.first() {
        let count = rest.iter().take_while(|(_, y, _)| y - top < SAME_ROW).count();
        let (row, below) = rest.split_at(count);
        let mut row = row.to_vec();
        row.sort_by(|a, b| a.2.total_cmp(&b.2));
        order.extend(row.iter().map(|(item, _, _)| *item));
        rest = below;
    }
    order
}
