//! Drawing one licence of a shipped template: layout alone, and the whole document.

use divan::Bencher;
use elicence::app::shipped::Shelf;
use elicence::domain::canonical;
use elicence::domain::face::{FaceInput, FaceText, check};
use elicence::domain::licence::LicenceId;
use elicence::domain::licence_type::LicenceType;
use elicence::domain::payload::{PAYLOAD_FORMAT, Party, Payload, TemplateRef, TypeRef};
use elicence::render::{FontShelf, PreparedTemplate, Rendering, TemplateSource, Variant, print, render};
use std::collections::BTreeMap;
use time::macros::datetime;

fn main() {
    divan::main();
}

/// Templates without photos: decoding a photo to see that it is whole costs more than all the rest.
const TEMPLATES: [&str; 3] = ["business-licence", "construction-qualification", "real-estate"];
const QR: &str = "https://verify.example.gov.cn/q#1";

struct Ready {
    template: PreparedTemplate,
    face: FaceText,
    payload: Payload,
    json: Vec<u8>,
    qr: String,
}

fn ready(name: &str) -> Ready {
    let shelf = Shelf::shipped();
    let fonts = FontShelf::new(shelf.fonts.into_iter().filter(|(name, _)| name.ends_with(".ttf")).collect()).unwrap();
    let files = &shelf.templates[name];
    let text = |name: &str| std::str::from_utf8(&files[name]).unwrap();
    let licence_type: LicenceType = toml::from_str(text("type.toml")).unwrap();
    let samples: Vec<serde_json::Value> = serde_json::from_str(text("sample.json")).unwrap();
    let face = check(&licence_type, FaceInput::from_json(samples[0].clone()).unwrap()).unwrap();
    let template = PreparedTemplate::prepare(TemplateSource::parse(files.clone()).unwrap(), &fonts).unwrap();
    let issuer = Party { name: "示例市行政审批局".into(), code: "11999999000000027G".into() };
    let identifier = "1.2.156.3005.2.11100000MB0143028R001.11999999000000027G.YL2026000001.001.O";
    let text = face.values(&licence_type, &issuer, "YL2026000001", identifier);
    let payload = Payload {
        format: PAYLOAD_FORMAT.into(),
        licence_id: LicenceId([7; 16]),
        salt: "00".repeat(16),
        identifier: identifier.into(),
        number: "YL2026000001".into(),
        licence_type: TypeRef { code: licence_type.code.clone(), name: licence_type.name.clone(), version: 1 },
        template: TemplateRef { name: name.into(), version: 1, digest: template.digest() },
        issuer,
        issued_on: face.issued_on.to_string(),
        valid_from: None,
        valid_until: None,
        holders: face.holders.clone(),
        fields: face.fields.clone(),
        photos: BTreeMap::new(),
        pages: print(&template, &text).unwrap(),
    };
    let json = canonical::to_vec(&payload).unwrap();
    Ready { template, face: text, payload, json, qr: format!("{QR}{}", "1234567".repeat(80)) }
}

#[divan::bench(args = TEMPLATES)]
fn lay_out(bencher: Bencher, name: &str) {
    let ready = ready(name);
    bencher.bench_local(|| print(&ready.template, &ready.face).unwrap());
}

#[divan::bench(args = TEMPLATES)]
fn draw(bencher: Bencher, name: &str) {
    let ready = ready(name);
    let photos = BTreeMap::new();
    let input = Rendering {
        payload: &ready.payload,
        payload_json: &ready.json,
        photos: &photos,
        qr_text: &ready.qr,
        made_at: datetime!(2026-11-22 10:00:00 +08:00),
        variant: Variant::Colour,
    };
    bencher.bench_local(|| render(&ready.template, &input).unwrap().bytes.len());
}

/// Set-up, not part of a licence: how long a template takes to prepare.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn prepare(bencher: Bencher) {
    let shelf = Shelf::shipped();
    let fonts = FontShelf::new(shelf.fonts.into_iter().filter(|(name, _)| name.ends_with(".ttf")).collect()).unwrap();
    let source = TemplateSource::parse(shelf.templates["business-licence"].clone()).unwrap();
    bencher.with_inputs(|| source.clone()).bench_local_values(|source| PreparedTemplate::prepare(source, &fonts).unwrap());
}
