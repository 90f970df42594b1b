//! A licence template (证照模板): where the words, the photo, the QR code and the seal of one licence type stand on its base images (底图).
//!
//! A template is a folder: `template.toml` (this file's types), the base images it names, `type.toml` (the licence type it
//! draws, see [`crate::domain::licence_type`]) and `sample.json` (sample face data). All lengths are millimetres from the
//! top-left corner of the page, all font sizes points.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole of `template.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Folder name, e.g. `business-licence`.
    pub name: String,
    /// Version of the template, from 1.
    pub version: u32,
    /// The 21-character code of the licence type that this template draws.
    pub licence_type: String,
    /// Document title (证照名称), e.g. `营业执照`.
    pub title: String,
    /// BCP 47 language of the document.
    #[serde(default = "default_language")]
    pub language: String,
    /// Font chains: a logical name (`song`, `kai`) to file names in `templates/fonts`, first match wins per character.
    pub fonts: BTreeMap<String, Vec<String>>,
    /// The pages, in order; at least one.
    pub pages: Vec<Page>,
}

fn default_language() -> String {
    "zh-CN".into()
}

/// One page of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Page width in mm.
    pub width_mm: f64,
    /// Page height in mm.
    pub height_mm: f64,
    /// The base images (底图) that fill the page.
    pub background: Background,
    /// Fixed words: title, headings, field names, table heads.
    #[serde(default)]
    pub labels: Vec<Label>,
    /// Where face data is printed.
    #[serde(default)]
    pub fields: Vec<FieldSlot>,
    /// Tables: one repeated row layout for a field of kind `table`.
    #[serde(default)]
    pub tables: Vec<TableSlot>,
    /// Photo places.
    #[serde(default)]
    pub photos: Vec<PhotoSlot>,
    /// The watermark of this page, if any.
    #[serde(default)]
    pub watermark: Option<Watermark>,
    /// Top-left corner of the 34 × 34 mm square that is kept free for the QR code.
    #[serde(default)]
    pub qr: Option<Point>,
    /// Box of the visible seal; exactly one page of a template has it.
    #[serde(default)]
    pub seal: Option<Rect>,
}

/// File names, in the template folder, of the two base images of a page (JPEG or PNG, RGB or grey, no alpha).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Background {
    /// Colour base image (彩色底图).
    pub colour: String,
    /// Grey base image (灰色底图), used by annotated copies.
    pub grey: String,
    /// What the picture shows, for people who do not see it.
    #[serde(default)]
    pub alt: String,
}

/// A point on the page, mm from the top-left corner.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// mm from the left edge.
    pub x: f64,
    /// mm from the top edge.
    pub y: f64,
}

/// A box on the page, mm: `{ x, y, w, h }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rect {
    /// mm from the left edge.
    pub x: f64,
    /// mm from the top edge.
    pub y: f64,
    /// Width in mm.
    pub w: f64,
    /// Height in mm.
    pub h: f64,
}

/// How a piece of text is set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextStyle {
    /// Logical font name, a key of [`Template::fonts`].
    pub font: String,
    /// Largest and preferred size in pt.
    pub size: f64,
    /// Smallest size in pt that the text may be shrunk to; absent = never shrunk.
    #[serde(default)]
    pub min_size: Option<f64>,
    /// `#rrggbb`.
    #[serde(default = "black")]
    pub colour: String,
    /// Horizontal alignment in the box.
    #[serde(default)]
    pub align: Align,
    /// Vertical alignment in the box.
    #[serde(default)]
    pub valign: VAlign,
    /// May the text break into several lines?
    #[serde(default)]
    pub wrap: bool,
    /// Distance of two lines as a multiple of the size.
    #[serde(default = "line_height")]
    pub line_height: f64,
    /// Extra space between characters in pt.
    #[serde(default)]
    pub spacing: f64,
    /// Set top to bottom, lines from right to left (直排).
    #[serde(default)]
    pub vertical: bool,
}

fn black() -> String {
    "#000000".into()
}

fn line_height() -> f64 {
    1.35
}

/// Horizontal alignment; in vertical text: top, middle, bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// Left.
    #[default]
    Left,
    /// Centre.
    Center,
    /// Right.
    Right,
    /// The characters spread over the whole width (分散对齐), as field names on certificates are.
    Spread,
}

/// Vertical alignment of the block of lines in its box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VAlign {
    /// At the top.
    Top,
    /// In the middle.
    #[default]
    Middle,
    /// At the bottom.
    Bottom,
}

/// What a label is in the structure of the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LabelRole {
    /// The title of the licence: H1.
    Title,
    /// A heading of a part: H2.
    Heading,
    /// The name of a field, read before its value.
    #[default]
    Label,
    /// A paragraph of fixed words.
    Note,
}

/// Fixed words on the page; they are drawn as text, never baked into the base image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The words.
    pub text: String,
    /// Where.
    #[serde(rename = "box")]
    pub rect: Rect,
    /// What they are.
    #[serde(default)]
    pub role: LabelRole,
    /// How they are set.
    pub style: TextStyle,
}

/// A place where face data is printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldSlot {
    /// Name of the slot, unique in the template; by custom the field code (`CZZT`, `KZ_ZS`).
    pub name: String,
    /// The words with field codes in braces, e.g. `{ZZYXQQSRQ} 至 {ZZYXQJZRQ}`; absent = `{name}`. An optional field that
    /// is absent leaves nothing; a slot all of whose fields are absent is not drawn.
    #[serde(default)]
    pub text: Option<String>,
    /// How dates in it are written.
    #[serde(default)]
    pub dates: DateStyle,
    /// Where.
    #[serde(rename = "box")]
    pub rect: Rect,
    /// How it is set.
    pub style: TextStyle,
}

/// How a date is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DateStyle {
    /// 2026年11月22日
    #[default]
    Chinese,
    /// 2026年11月22日 with two digits each: 2026年01月02日
    ChinesePadded,
    /// 2026-11-22
    Iso,
}

/// A table: rows of a field of kind `table`, one below the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableSlot {
    /// The field (kind `table`) whose rows are printed.
    pub field: String,
    /// Top-left corner of the first row.
    pub origin: Point,
    /// Height of a row in mm.
    pub row_height: f64,
    /// Rows that fit; more rows than this refuse the mint.
    pub max_rows: u32,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// How the heads are set; they stand in a row of `row_height` directly above `origin`.
    pub head_style: TextStyle,
    /// How the cells are set.
    pub style: TextStyle,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Key of the cell in the row object.
    pub key: String,
    /// Words of the column head.
    pub title: String,
    /// Width in mm.
    pub width: f64,
}

/// A place for a photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhotoSlot {
    /// The field (kind `photo`).
    pub field: String,
    /// Where; the photo is scaled to fill it and never distorted by more than 2 %, else the mint is refused.
    #[serde(rename = "box")]
    pub rect: Rect,
    /// What it shows, for people who do not see it, e.g. `持证人照片`.
    pub alt: String,
}

/// Words repeated or drawn once across the page; drawn as paths inside an artifact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watermark {
    /// The words with field codes in braces.
    pub text: String,
    /// Logical font name.
    pub font: String,
    /// Size in pt.
    pub size: f64,
    /// `#rrggbb`.
    #[serde(default = "black")]
    pub colour: String,
    /// 0 to 1.
    pub opacity: f64,
    /// Degrees, counter-clockwise.
    #[serde(default)]
    pub angle: f64,
    /// Distance of two repetitions in mm, `{ x, y }`; absent = once in the middle of the page.
    #[serde(default)]
    pub tile: Option<Point>,
}
