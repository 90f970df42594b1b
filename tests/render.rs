//! Drawing licences: the same bytes every time, text that comes out as it went in, and refusals that name what is wrong.

mod common_pdf;

use common_pdf::Pages;
use elicence::app::shipped::Shelf;
use elicence::domain::canonical;
use elicence::domain::digest::Digest;
use elicence::domain::face::{FaceText, TextValue};
use elicence::domain::licence::LicenceId;
use elicence::domain::payload::{PAYLOAD_FORMAT, Party, Payload, PrintedPage, TemplateRef, TypeRef};
use elicence::pdf::unsealed::Unsealed;
use elicence::render::{
    FontShelf, PreparedTemplate, RenderError, Rendering, SealDesign, TemplateSource, Variant, print, print_photos, render,
};
use elicence::render::{seal_picture, template_digest};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::LazyLock;
use time::macros::datetime;

static FONTS: LazyLock<FontShelf> = LazyLock::new(|| {
    let files = Shelf::shipped().fonts.into_iter().filter(|(name, _)| name.ends_with(".ttf"));
    FontShelf::new(files.collect()).unwrap()
});

const HEAD: &str = r##"
name = "test"
version = 1
licence_type = "11100000MB0143028R001"
title = "测试证"
[fonts]
song = ["song-core.ttf", "song-rare.ttf", "kai-rare.ttf"]
[[pages]]
width_mm = 210
height_mm = 148
background = { colour = "bg.png", grey = "bg.png" }
qr = { x = 160, y = 20 }
seal = { x = 150, y = 90, w = 42, h = 42 }
[[pages.labels]]
text = "测试证"
role = "title"
box = { x = 20, y = 10, w = 60, h = 12 }
style = { font = "song", size = 20 }
"##;

fn bg() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(21, 15, image::Rgb([250, 248, 240])).write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

fn prepared(more: &str) -> Result<PreparedTemplate, RenderError> {
    let toml = format!("{HEAD}{more}");
    let files = BTreeMap::from([("template.toml".to_owned(), toml.into_bytes().into()), ("bg.png".to_owned(), bg().into())]);
    PreparedTemplate::prepare(TemplateSource::parse(files)?, &FONTS)
}

/// A template with one field `F` in a box of that size with that style.
fn with_field(w: f64, h: f64, style: &str) -> PreparedTemplate {
    prepared(&format!(
        "[[pages.fields]]\nname = \"F\"\nbox = {{ x = 20, y = 40, w = {w}, h = {h} }}\nstyle = {{ font = \"song\", {style} }}\n"
    ))
    .unwrap()
}

fn face(pairs: &[(&str, &str)]) -> FaceText {
    pairs.iter().map(|(code, text)| ((*code).to_owned(), TextValue::Text((*text).to_owned()))).collect()
}

fn payload(template: &PreparedTemplate, pages: Vec<PrintedPage>, photos: &BTreeMap<String, Vec<u8>>) -> Payload {
    Payload {
        format: PAYLOAD_FORMAT.into(),
        licence_id: LicenceId([7; 16]),
        salt: "00".repeat(16),
        identifier: "1.2.156.3005.2.TEST".into(),
        number: "测2026001".into(),
        licence_type: TypeRef { code: "11100000MB0143028R001".into(), name: "测试证".into(), version: 1 },
        template: TemplateRef { name: "test".into(), version: 1, digest: template.digest() },
        issuer: Party { name: "示例市行政审批局".into(), code: "11999999000000027G".into() },
        issued_on: "2026-11-22".into(),
        valid_from: None,
        valid_until: None,
        holders: Vec::new(),
        fields: BTreeMap::new(),
        photos: photos.iter().map(|(code, bytes)| (code.clone(), Digest::of(bytes))).collect(),
        pages,
    }
}

fn drawn_with(
    template: &PreparedTemplate,
    face: &FaceText,
    photos: &BTreeMap<String, Vec<u8>>,
    variant: Variant,
) -> Result<Unsealed, RenderError> {
    let payload = payload(template, print(template, face)?, photos);
    let payload_json = canonical::to_vec(&payload).unwrap();
    render(
        template,
        &Rendering {
            payload: &payload,
            payload_json: &payload_json,
            photos,
            qr_text: "https://verify.example.gov.cn/q#112345678901234567890",
            made_at: datetime!(2026-11-22 02:00:00 UTC),
            variant,
        },
    )
}

fn drawn(template: &PreparedTemplate, pairs: &[(&str, &str)]) -> Vec<u8> {
    drawn_with(template, &face(pairs), &BTreeMap::new(), Variant::Colour).unwrap().bytes
}

#[test]
fn the_same_input_gives_the_same_bytes_and_other_input_other_bytes() {
    let template = with_field(80.0, 10.0, "size = 12");
    let first = drawn(&template, &[("F", "王𠮷")]);
    // A template prepared anew, and one that has drawn something else in between, change nothing.
    drawn(&template, &[("F", "别的")]);
    assert_eq!(first, drawn(&template, &[("F", "王𠮷")]));
    assert_eq!(first, drawn(&with_field(80.0, 10.0, "size = 12"), &[("F", "王𠮷")]));
    assert_ne!(first, drawn(&template, &[("F", "王吉")]));
    let grey = drawn_with(&template, &face(&[("F", "王𠮷")]), &BTreeMap::new(), Variant::Grey).unwrap();
    assert_ne!(first, grey.bytes);
}

#[test]
fn text_comes_out_as_it_went_in() {
    let template = with_field(150.0, 30.0, "size = 11, wrap = true");
    // The members of each pair have one drawing in the font and must stay what they are.
    for text in ["王𠮷与李䶮", "嗀\u{fa0d}①➀㖈䎛", "㎡㎥℃№ⅢA1-2 b", "（甲）“乙”《丙》·丁", "〇㐀鿯", "两  个空格"]
    {
        let pages = Pages::read(&drawn(&template, &[("F", text)]));
        assert_eq!(pages.slot("F"), text, "{text}");
        assert_eq!(pages.labels(), ["测试证"]);
    }
}

#[test]
fn a_long_text_wraps_without_losing_a_character_and_keeps_its_punctuation() {
    let text = "软件开发；技术服务、技术咨询（不含涉外调查），货物进出口；ISO9001-2015体系认证咨询。".repeat(3);
    let template = with_field(60.0, 60.0, "size = 12, min_size = 8, wrap = true");
    let pages = Pages::read(&drawn(&template, &[("F", &text)]));
    assert_eq!(pages.slot("F"), text);
    let lines = pages.lines("F");
    assert!(lines.len() > 3);
    for line in &lines {
        assert!(!"；、），。".contains(line.chars().next().unwrap()), "{line}");
        assert!(!line.ends_with('（'), "{line}");
    }
    assert!(lines.iter().any(|line| line.contains("ISO9001-2015")), "a word was torn: {lines:?}");
}

#[test]
fn line_feeds_are_kept_as_lines() {
    let template = with_field(80.0, 30.0, "size = 12, wrap = true");
    let pages = Pages::read(&drawn(&template, &[("F", "第一行\n第二行")]));
    assert_eq!(pages.lines("F"), ["第一行", "第二行"]);
}

#[test]
fn text_is_shrunk_within_its_range_and_then_refused() {
    let template = with_field(40.0, 6.0, "size = 12, min_size = 8");
    assert_eq!(Pages::read(&drawn(&template, &[("F", "九个字九个字九个字")])).sizes("F"), [12.0]);
    let shrunk = Pages::read(&drawn(&template, &[("F", "十二个字十二个字十二个字")])).sizes("F");
    assert!(shrunk.iter().all(|size| (8.0..12.0).contains(size)), "{shrunk:?}");
    let refused = print(&template, &face(&[("F", "十六个字十六个字十六个字十六个字")]));
    assert_eq!(refused, Err(RenderError::DoesNotFit { slot: "F".into() }));
}

#[test]
fn one_smaller_line_is_preferred_to_two() {
    let template = with_field(40.0, 20.0, "size = 12, min_size = 6, wrap = true");
    let one = Pages::read(&drawn(&template, &[("F", "十个字十个字十个字一")]));
    assert_eq!(one.lines("F").len(), 1);
    assert!(one.sizes("F")[0] < 12.0);
    let two = Pages::read(&drawn(&template, &[("F", "十六个字十六个字十六个字十六个字")]));
    assert_eq!((two.lines("F").len(), two.sizes("F")[0]), (2, 12.0));
}

#[test]
fn a_character_that_no_font_has_is_refused_by_slot_and_character() {
    let template = with_field(80.0, 10.0, "size = 12");
    for character in ['\u{2A6D6}', '😀', '\u{E000}', '\u{200B}', '\u{202E}'] {
        let refused = print(&template, &face(&[("F", &format!("王{character}"))]));
        assert_eq!(refused, Err(RenderError::MissingGlyph { slot: "F".into(), character }));
    }
    let message = RenderError::MissingGlyph { slot: "CZZT".into(), character: '\u{2A6D6}' }.to_string();
    assert!(message.contains("CZZT") && message.contains("U+2A6D6"), "{message}");
}

#[test]
fn vertical_text_uses_vertical_writing_and_forms() {
    let template = with_field(12.0, 90.0, "size = 14, vertical = true");
    let pages = Pages::read(&drawn(&template, &[("F", "千秋（伟业）")]));
    assert_eq!(pages.slot("F"), "千秋（伟业）");
    assert!(pages.is_vertical("F"));
    assert!(!Pages::read(&drawn(&with_field(90.0, 12.0, "size = 14"), &[("F", "千秋")])).is_vertical("F"));
}

#[test]
fn an_absent_field_leaves_nothing() {
    let template = prepared(
        "[[pages.fields]]\nname = \"F\"\ntext = \"{A} 至 {B}\"\nbox = { x = 20, y = 40, w = 80, h = 8 }\nstyle = { font = \"song\", size = 12 }\n",
    )
    .unwrap();
    assert_eq!(Pages::read(&drawn(&template, &[("A", "今"), ("B", "长期")])).slot("F"), "今 至 长期");
    assert!(print(&template, &face(&[])).unwrap()[0].fields.is_empty());
}

const TABLE: &str = r##"
[[pages.tables]]
field = "T"
origin = { x = 20, y = 60 }
row_height = 8
max_rows = 2
head_style = { font = "song", size = 10 }
style = { font = "song", size = 10, min_size = 7 }
columns = [{ key = "a", title = "甲", width = 40 }, { key = "b", title = "乙", width = 40 }]
"##;

fn rows(cells: &[&[(&str, &str)]]) -> FaceText {
    let row = |cells: &&[(&str, &str)]| cells.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    BTreeMap::from([("T".to_owned(), TextValue::Rows(cells.iter().map(row).collect()))])
}

#[test]
fn table_cells_come_out_by_row_and_column_and_too_many_rows_are_refused() {
    let template = prepared(TABLE).unwrap();
    let face = rows(&[&[("a", "李䶮"), ("b", "50%")], &[("b", "其余")]]);
    let pages = Pages::read(&drawn_with(&template, &face, &BTreeMap::new(), Variant::Colour).unwrap().bytes);
    assert_eq!((pages.slot("T.1.a"), pages.slot("T.1.b"), pages.slot("T.2.b")), ("李䶮".into(), "50%".into(), "其余".into()));
    assert_eq!(pages.labels(), ["测试证", "甲", "乙"]);
    let refused = print(&template, &rows(&[&[("a", "1")], &[("a", "2")], &[("a", "3")]]));
    assert_eq!(refused, Err(RenderError::TooManyRows { field: "T".into(), rows: 3, max: 2 }));
}

const PHOTO: &str = "[[pages.photos]]\nfield = \"P\"\nbox = { x = 20, y = 60, w = 25, h = 35 }\nalt = \"照片\"\n";

fn photo(width: u32, height: u32) -> BTreeMap<String, Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb([120, 90, 60])).write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    BTreeMap::from([("P".to_owned(), out.into_inner())])
}

#[test]
fn a_photo_fits_its_place_or_is_refused() {
    let template = prepared(PHOTO).unwrap();
    let printed = print_photos(&template, &photo(295, 413)).unwrap();
    let drawn = drawn_with(&template, &FaceText::new(), &printed, Variant::Colour).unwrap();
    assert!(drawn.bytes.windows(printed["P"].len()).any(|window| window == printed["P"]));
    assert!(matches!(print_photos(&template, &photo(413, 295)), Err(RenderError::PhotoAspect { .. })));
    let broken = BTreeMap::from([("P".to_owned(), b"GIF89a".to_vec())]);
    assert!(matches!(print_photos(&template, &broken), Err(RenderError::BadImage { .. })));
    let elsewhere = BTreeMap::from([("Q".to_owned(), photo(295, 413)["P"].clone())]);
    assert!(matches!(print_photos(&template, &elsewhere), Err(RenderError::Mismatch(_))));
}

#[test]
fn what_does_not_belong_to_the_payload_is_not_drawn() {
    let template = prepared(PHOTO).unwrap();
    let other = print_photos(&template, &photo(295, 413)).unwrap();
    let payload = payload(&template, print(&template, &FaceText::new()).unwrap(), &photo(300, 420));
    let input = |payload: &Payload| {
        let made_at = datetime!(2026-11-22 02:00:00 UTC);
        render(&template, &Rendering { payload, payload_json: b"{}", photos: &other, qr_text: "x", made_at, variant: Variant::Colour })
            .map(|_| ())
    };
    assert!(matches!(input(&payload), Err(RenderError::Mismatch(_))));
    let mut pages = payload.clone();
    pages.photos.clear();
    assert_eq!(input(&pages), Ok(()));
    pages.pages[0].labels = Digest([0; 32]);
    assert!(matches!(input(&pages), Err(RenderError::Mismatch(_))));
}

#[test]
fn the_prefix_state_and_the_seal_place_match_the_file() {
    let template = with_field(80.0, 10.0, "size = 12");
    let unsealed = drawn_with(&template, &face(&[("F", "一")]), &BTreeMap::new(), Variant::Colour).unwrap();
    let prefix = unsealed.prefix.unwrap();
    let mut state = prefix.state.clone();
    state.update(&unsealed.bytes[prefix.len..]);
    assert_eq!(state.finish().as_ref(), Digest::of(&unsealed.bytes).0);
    let document = lopdf::Document::load_mem(&unsealed.bytes).unwrap();
    let widget = document.get_dictionary((unsealed.place.widget_object.unwrap(), 0)).unwrap();
    assert_eq!(widget.get(b"FT").unwrap().as_name().unwrap(), b"Sig");
    assert_eq!(widget.get(b"StructParent").unwrap().as_i64().ok(), unsealed.place.struct_parent);
    assert!(!widget.has(b"V"));
}

#[test]
fn objects_are_numbered_without_gaps_and_the_payload_is_attached_byte_for_byte() {
    let template = with_field(80.0, 10.0, "size = 12");
    let face = face(&[("F", "一")]);
    let bytes = drawn_with(&template, &face, &BTreeMap::new(), Variant::Colour).unwrap().bytes;
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let numbers: Vec<u32> = document.objects.keys().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=numbers.len() as u32).collect::<Vec<_>>());
    let json = canonical::to_vec(&payload(&template, print(&template, &face).unwrap(), &BTreeMap::new())).unwrap();
    let attached =
        document.objects.values().filter_map(|object| object.as_stream().ok()).filter(|stream| stream.dict.has_type(b"EmbeddedFile"));
    assert!(attached.map(|stream| &stream.content).any(|content| *content == json));
}

#[test]
fn a_watermark_is_seen_but_never_read() {
    let mark = "[pages.watermark]\ntext = \"样张{ZZBH}\"\nfont = \"song\"\nsize = 40\nopacity = 0.1\nangle = 30\n";
    let toml = format!(
        "{mark}[[pages.fields]]\nname = \"F\"\nbox = {{ x = 20, y = 40, w = 80, h = 10 }}\nstyle = {{ font = \"song\", size = 12 }}\n"
    );
    let template = prepared(&toml).unwrap();
    let pages = Pages::read(&drawn(&template, &[("F", "一")]));
    assert_eq!(pages.all_text(), "测试证一");
}

#[test]
fn template_mistakes_are_told() {
    let once = "[[pages.fields]]\nname = \"F\"\nbox = { x = 20, y = 40, w = 80, h = 10 }\nstyle = { font = \"song\", size = 12 }\n";
    assert!(matches!(prepared(&once.repeat(2)), Err(RenderError::BadTemplate(_))));
    let font = once.replace("song", "kai");
    assert!(matches!(prepared(&font), Err(RenderError::UnknownFont { .. })));
    let label =
        "[[pages.labels]]\ntext = \"长长长长长长\"\nbox = { x = 20, y = 40, w = 10, h = 10 }\nstyle = { font = \"song\", size = 12 }\n";
    assert!(matches!(prepared(label), Err(RenderError::DoesNotFit { .. })));
}

#[test]
fn the_template_digest_counts_what_is_drawn() {
    let files = |image: &[u8], sample: &[u8]| {
        let pairs = [("template.toml", HEAD.as_bytes()), ("type.toml", b"x"), ("bg.png", image), ("sample.json", sample)];
        pairs.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect::<BTreeMap<_, _>>()
    };
    let template = prepared("").unwrap().template().clone();
    let digest = |image: &[u8], sample: &[u8]| template_digest(&template, &files(image, sample));
    assert_eq!(digest(b"1", b"a"), digest(b"1", b"b"));
    assert_ne!(digest(b"1", b"a"), digest(b"2", b"a"));
}

#[test]
fn a_seal_has_its_own_font_and_refuses_what_it_cannot_draw() {
    let design = |name: &str| SealDesign {
        name: name.into(),
        code: "1199999900000".into(),
        colour: "#c8161d".into(),
        font: vec!["song-bold.ttf".into(), "song-core.ttf".into()],
    };
    let picture = seal_picture(&design("示例市行政审批局电子证照专用章"), &FONTS).unwrap();
    assert_eq!(picture.objects.len(), 6);
    assert_eq!(picture.objects, seal_picture(&design("示例市行政审批局电子证照专用章"), &FONTS).unwrap().objects);
    let refused = seal_picture(&design("😀局"), &FONTS);
    assert!(matches!(refused, Err(RenderError::MissingGlyph { character: '😀', .. })));
}
