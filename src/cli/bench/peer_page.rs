//! The page of the performance peers as a template made in memory: one A4 page with base image, 12 pairs, watermark and QR code.

use super::wrong;
use crate::cli::exit::Failure;
use crate::domain::digest::Digest;
use crate::domain::face::{FaceText, TextValue};
use crate::domain::licence::LicenceId;
use crate::domain::payload::{PAYLOAD_FORMAT, Party, Payload, TemplateRef, TypeRef};
use crate::domain::template::{
    Align, Background, DateStyle, FieldSlot, Label, LabelRole, Page, Point, Rect, Template, TextStyle, VAlign, Watermark,
};
use crate::pdf::unsealed::Unsealed;
use crate::render::{FontShelf, PreparedTemplate, Rendering, TemplateSource, Variant, print, render, template_digest};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use time::macros::datetime;

/// One line of `fields.jsonl`.
#[derive(Deserialize)]
pub(super) struct Record {
    fields: Vec<(String, String)>,
    qr: String,
    wm: String,
}

impl Record {
    /// The first `count` records.
    pub(super) fn read(path: &Path, count: usize) -> Result<Vec<Self>, Failure> {
        let text = fs::read_to_string(path).map_err(|error| wrong(format!("{}: {error}", path.display())))?;
        let records = text.lines().take(count).map(|line| serde_json::from_str(line).map_err(wrong)).collect::<Result<Vec<Self>, _>>()?;
        if records.is_empty() { Err(wrong("fields.jsonl is empty")) } else { Ok(records) }
    }
}

/// The peers' measures in points from the top-left corner: first baseline, distance of lines, columns, size.
const TOP: f64 = 190.0;
const STEP: f64 = 40.0;
const LABELS_AT: f64 = 90.0;
const VALUES_AT: f64 = 220.0;
const SIZE: f64 = 13.0;
/// Baseline below the top of the em box, in ems.
const ASCENT: f64 = 0.88;
/// Millimetres in a point.
const POINT: f64 = 25.4 / 72.0;

/// The prepared page.
pub(super) struct PeerPage(PreparedTemplate);

impl PeerPage {
    /// Reads font, base image and the first record, which has the labels and the watermark of all.
    pub(super) fn prepare(assets: &Path) -> Result<Self, Failure> {
        let read = |name: &str| fs::read(assets.join(name)).map_err(|error| wrong(format!("{name}: {error}")));
        let font: Arc<[u8]> = read("cjk.ttf")?.into();
        let shelf = FontShelf::new(BTreeMap::from([("cjk.ttf".to_owned(), font)])).map_err(wrong)?;
        let first = Record::read(&assets.join("fields.jsonl"), 1)?.remove(0);
        let template = template(&first);
        let files = BTreeMap::from([("bg.jpg".to_owned(), read("bg.jpg")?.into())]);
        let digest = template_digest(&template, &files);
        PreparedTemplate::prepare(TemplateSource { template, files, digest }, &shelf).map(Self).map_err(wrong)
    }

    /// Lays out and draws one record, beginning with its plain values.
    pub(super) fn draw(&self, record: &Record) -> Result<Unsealed, Failure> {
        let values = record.fields.iter().enumerate().map(|(index, (_, value))| (format!("F{index}"), TextValue::Text(value.clone())));
        let face: FaceText = values.collect();
        let payload = payload(record, print(&self.0, &face).map_err(wrong)?, self.0.digest());
        let input = Rendering {
            payload: &payload,
            payload_json: &[],
            photos: &BTreeMap::new(),
            qr_text: &record.qr,
            made_at: datetime!(2026-11-22 10:00:00 +08:00),
            variant: Variant::Colour,
        };
        render(&self.0, &input).map_err(wrong)
    }
}

fn template(first: &Record) -> Template {
    let style = TextStyle {
        font: "cjk".into(),
        size: SIZE,
        min_size: None,
        colour: "#000000".into(),
        align: Align::Left,
        valign: VAlign::Top,
        wrap: false,
        line_height: 1.35,
        spacing: 0.0,
        vertical: false,
    };
    let place = |line: usize, left: f64, width: f64| Rect {
        x: left * POINT,
        y: (TOP + line as f64 * STEP - ASCENT * SIZE) * POINT,
        w: width * POINT,
        h: SIZE * POINT,
    };
    let label = |(line, (text, _)): (usize, &(String, String))| Label {
        text: text.clone(),
        rect: place(line, LABELS_AT, VALUES_AT - LABELS_AT),
        role: if line == 0 { LabelRole::Title } else { LabelRole::Label },
        style: style.clone(),
    };
    let field = |line: usize| FieldSlot {
        name: format!("F{line}"),
        text: None,
        dates: DateStyle::Chinese,
        rect: place(line, VALUES_AT, 370.0),
        style: style.clone(),
    };
    let page = Page {
        width_mm: 210.0,
        height_mm: 297.0,
        background: Background { colour: "bg.jpg".into(), grey: "bg.jpg".into(), alt: String::new() },
        labels: first.fields.iter().enumerate().map(label).collect(),
        fields: (0..first.fields.len()).map(field).collect(),
        tables: Vec::new(),
        photos: Vec::new(),
        watermark: Some(Watermark {
            text: first.wm.clone(),
            font: "cjk".into(),
            size: 64.0,
            colour: "#cc0000".into(),
            opacity: 0.12,
            angle: 45.0,
            tile: None,
        }),
        qr: Some(Point { x: 210.0 - 90.0 * POINT - 34.0, y: 297.0 - 90.0 * POINT - 34.0 }),
        seal: None,
    };
    Template {
        name: "peer".into(),
        version: 1,
        licence_type: "0".repeat(21),
        title: "食品经营许可证".into(),
        language: "zh-CN".into(),
        fonts: BTreeMap::from([("cjk".to_owned(), vec!["cjk.ttf".to_owned()])]),
        pages: vec![page],
    }
}

fn payload(record: &Record, pages: Vec<crate::domain::payload::PrintedPage>, template: Digest) -> Payload {
    Payload {
        format: PAYLOAD_FORMAT.into(),
        licence_id: LicenceId([0; 16]),
        salt: String::new(),
        identifier: String::new(),
        number: record.fields.get(1).map(|(_, value)| value.clone()).unwrap_or_default(),
        licence_type: TypeRef { code: "0".repeat(21), name: "食品经营许可证".into(), version: 1 },
        template: TemplateRef { name: "peer".into(), version: 1, digest: template },
        issuer: Party { name: "示例".into(), code: String::new() },
        issued_on: "2026-11-22".into(),
        valid_from: None,
        valid_until: None,
        holders: Vec::new(),
        fields: BTreeMap::new(),
        photos: BTreeMap::new(),
        pages,
    }
}
