//! A template prepared once: fonts looked up, boxes in points, and the constant beginning of every document it draws.

use crate::domain::digest::Digest;
use crate::domain::template::{LabelRole, Page, PhotoSlot, TableSlot, Template, TextStyle};
use crate::pdf::write::file::Prefix;
use crate::render::constant_part;
use crate::render::error::RenderError;
use crate::render::font_face::FontFace;
use crate::render::font_shelf::FontShelf;
use crate::render::pattern::Pattern;
use crate::render::reading_order::{Item, reading_order};
use crate::render::set_text::{Area, SetText, Style, set_text};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A template as its folder holds it.
#[derive(Clone, Debug)]
pub struct TemplateSource {
    /// `template.toml`.
    pub template: Template,
    /// All files of the folder by name.
    pub files: BTreeMap<String, Cow<'static, [u8]>>,
    /// [`template_digest`] of the files.
    pub digest: Digest,
}

impl TemplateSource {
    /// Reads `template.toml` among `files`.
    pub fn parse(files: BTreeMap<String, Cow<'static, [u8]>>) -> Result<Self, RenderError> {
        let bytes = files.get("template.toml").ok_or_else(|| RenderError::BadTemplate("template.toml is missing".into()))?;
        let text = std::str::from_utf8(bytes).map_err(|_| RenderError::BadTemplate("template.toml is not UTF-8".into()))?;
        let template: Template = toml::from_str(text).map_err(|error| RenderError::BadTemplate(error.to_string()))?;
        let digest = template_digest(&template, &files);
        Ok(Self { template, files, digest })
    }
}

/// The digest that names a version of a template: SHA-256 over name, length and bytes of `template.toml`, `type.toml` and every
/// base image, sorted by name. Samples do not count.
pub fn template_digest<B: AsRef<[u8]>>(template: &Template, files: &BTreeMap<String, B>) -> Digest {
    let images = template.pages.iter().flat_map(|page| [&page.background.colour, &page.background.grey]);
    let counted: HashSet<&str> = images.map(String::as_str).chain(["template.toml", "type.toml"]).collect();
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for (name, bytes) in files.iter().filter(|(name, _)| counted.contains(name.as_str())) {
        for part in [name.as_bytes(), bytes.as_ref()] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    Digest(digest)
}

/// A template that is ready to draw any number of licences. Cheap to clone, shared between threads.
#[derive(Clone)]
pub struct PreparedTemplate(pub(crate) Arc<Prepared>);

/// What is inside a [`PreparedTemplate`].
pub(crate) struct Prepared {
    pub(crate) template: Template,
    pub(crate) digest: Digest,
    /// Every font that any chain names.
    pub(crate) fonts: Vec<Arc<FontFace>>,
    pub(crate) pages: Vec<PreparedPage>,
    /// Where each slot name is.
    pub(crate) slots: HashMap<String, (usize, usize)>,
    pub(crate) numbers: Numbers,
    pub(crate) colour: Prefix,
    pub(crate) grey: Prefix,
    /// Entries for /Font of the resources: the template's own words.
    pub(crate) label_fonts: Vec<u8>,
}

/// Objects that the constant part refers to before they are written. They are the first numbers of every document.
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    pub(crate) catalog: u32,
    pub(crate) info: u32,
    pub(crate) metadata: u32,
    pub(crate) structure: u32,
    pub(crate) document: u32,
    /// Seal field and its structure element, where the template has a place for the seal.
    pub(crate) seal: Option<(u32, u32)>,
    pub(crate) pages: Vec<u32>,
    /// Structure element of every table by page and index.
    pub(crate) tables: Vec<Vec<u32>>,
    /// How many there are.
    pub(crate) reserved: u32,
}

/// One page.
pub(crate) struct PreparedPage {
    pub(crate) fields: Vec<PreparedField>,
    pub(crate) tables: Vec<PreparedTable>,
    pub(crate) photos: Vec<(PhotoSlot, Area)>,
    pub(crate) qr: Option<Area>,
    pub(crate) seal: Option<Area>,
    /// The watermark, its fonts, its colour and its words.
    pub(crate) watermark: Option<PreparedWatermark>,
    pub(crate) labels: Vec<PreparedLabel>,
    /// Digest over the fixed words, as the payload carries it.
    pub(crate) label_digest: Digest,
    pub(crate) order: Vec<Item>,
    /// Object numbers in the constant part.
    pub(crate) constant: PageConstants,
}

/// What the constant part holds for a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageConstants {
    pub(crate) pages_node: u32,
    pub(crate) content: u32,
    pub(crate) base_image: u32,
    /// Form XObject of a watermark whose words never vary.
    pub(crate) watermark: Option<u32>,
    pub(crate) transparency: Option<u32>,
    /// Structure element of every label.
    pub(crate) labels: Vec<u32>,
    /// Structure element of every table's head row.
    pub(crate) head_rows: Vec<u32>,
    /// Structure element of the QR code.
    pub(crate) qr: Option<u32>,
    /// References of the structure parents of the marked content so far: `12 0 R 13 0 R `.
    pub(crate) parents: Vec<u8>,
    /// How many marked content ids are taken.
    pub(crate) marked: u32,
    /// Appearance of the empty seal field.
    pub(crate) empty_appearance: u32,
    pub(crate) output_profile: u32,
}

pub(crate) struct PreparedLabel {
    pub(crate) role: LabelRole,
    pub(crate) style: Style,
    pub(crate) set: SetText,
}

pub(crate) struct PreparedField {
    pub(crate) pattern: Pattern,
    pub(crate) area: Area,
    pub(crate) style: Style,
}

pub(crate) struct PreparedTable {
    pub(crate) slot: TableSlot,
    pub(crate) head_style: Style,
    pub(crate) style: Style,
    pub(crate) heads: Vec<SetText>,
}

pub(crate) struct PreparedWatermark {
    pub(crate) chain: Vec<usize>,
    pub(crate) colour: [f64; 3],
    pub(crate) pattern: Pattern,
}

impl PreparedTemplate {
    /// Looks up fonts and images, sets the fixed words, and writes the constant part.
    pub fn prepare(source: TemplateSource, shelf: &FontShelf) -> Result<Self, RenderError> {
        let TemplateSource { template, files, digest } = source;
        if template.pages.is_empty() {
            return Err(RenderError::BadTemplate("it has no page".into()));
        }
        let fonts = Fonts::of(&template, shelf)?;
        let mut pages = Vec::with_capacity(template.pages.len());
        let mut slots = HashMap::new();
        for (page_index, page) in template.pages.iter().enumerate() {
            for (index, field) in page.fields.iter().enumerate() {
                if slots.insert(field.name.clone(), (page_index, index)).is_some() {
                    return Err(RenderError::BadTemplate(format!("two slots are named \"{}\"", field.name)));
                }
            }
            pages.push(prepare_page(page, &fonts)?);
        }
        let seals = template.pages.iter().filter(|page| page.seal.is_some()).count();
        if seals > 1 {
            return Err(RenderError::BadTemplate("more than one page has a place for the seal".into()));
        }
        let numbers = reserve(&template);
        let written = constant_part::write(&template, &files, &mut pages, &numbers, &fonts.faces)?;
        Ok(Self(Arc::new(Prepared {
            template,
            digest,
            fonts: fonts.faces,
            pages,
            slots,
            numbers,
            colour: written.colour,
            grey: written.grey,
            label_fonts: written.label_fonts,
        })))
    }

    /// The template.
    pub fn template(&self) -> &Template {
        &self.0.template
    }

    /// The digest of its files.
    pub fn digest(&self) -> Digest {
        self.0.digest
    }

    /// Every field code that it prints: in slots, tables and photo places.
    pub fn printed_codes(&self) -> HashSet<&str> {
        let mut codes: HashSet<&str> = HashSet::new();
        for page in &self.0.pages {
            codes.extend(page.fields.iter().flat_map(|field| field.pattern.codes()));
            codes.extend(page.tables.iter().map(|table| table.slot.field.as_str()));
            codes.extend(page.photos.iter().map(|(slot, _)| slot.field.as_str()));
        }
        codes
    }
}

/// All fonts of a template and the chains over them.
pub(crate) struct Fonts {
    pub(crate) faces: Vec<Arc<FontFace>>,
    chains: BTreeMap<String, Vec<usize>>,
}

impl Fonts {
    pub(crate) fn of(template: &Template, shelf: &FontShelf) -> Result<Self, RenderError> {
        let mut files: Vec<&str> = Vec::new();
        let mut faces = Vec::new();
        let mut chains = BTreeMap::new();
        for (name, chain) in &template.fonts {
            let mut indices = Vec::with_capacity(chain.len());
            for file in chain {
                let index = match files.iter().position(|known| known == file) {
                    Some(index) => index,
                    None => {
                        faces.push(shelf.face(file)?.clone());
                        files.push(file);
                        files.len() - 1
                    }
                };
                indices.push(index);
            }
            chains.insert(name.clone(), indices);
        }
        Ok(Self { faces, chains })
    }

    fn chain(&self, name: &str) -> Result<Vec<usize>, RenderError> {
        self.chains.get(name).cloned().ok_or_else(|| RenderError::UnknownFont { name: name.to_owned() })
    }

    pub(crate) fn style(&self, text: &TextStyle) -> Result<Style, RenderError> {
        if !(text.size > 0.0 && text.size < 1000.0) || text.min_size.is_some_and(|least| !(least > 0.0 && least <= text.size)) {
            return Err(RenderError::BadTemplate(format!("size {} (least {:?}) is no size range", text.size, text.min_size)));
        }
        Ok(Style { chain: self.chain(&text.font)?, colour: colour(&text.colour)?, text: text.clone() })
    }
}

/// `#rrggbb` as three numbers from 0 to 1.
pub(crate) fn colour(text: &str) -> Result<[f64; 3], RenderError> {
    let bad = || RenderError::BadTemplate(format!("\"{text}\" is no colour, write #rrggbb"));
    let mut bytes = [0u8; 3];
    hex::decode_to_slice(text.strip_prefix('#').ok_or_else(bad)?, &mut bytes).map_err(|_| bad())?;
    Ok(bytes.map(|byte| f64::from(byte) / 255.0))
}

/// Side of the square that is kept free for the QR code, in mm.
pub(crate) const QR_SIDE_MM: f64 = 34.0;

fn prepare_page(page: &Page, fonts: &Fonts) -> Result<PreparedPage, RenderError> {
    let height = page.height_mm;
    if !(page.width_mm > 10.0 && height > 10.0 && page.width_mm < 2000.0 && height < 2000.0) {
        return Err(RenderError::BadTemplate(format!("a page of {} × {height} mm", page.width_mm)));
    }
    let labels = page.labels.iter().map(|label| {
        let style = fonts.style(&label.style)?;
        let set = set_text(&label.text, &label.text, &style, &Area::on_page(&label.rect, height), &fonts.faces)?;
        Ok(PreparedLabel { role: label.role, style, set })
    });
    let fields = page.fields.iter().map(|field| {
        let pattern = match &field.text {
            Some(text) => Pattern::parse(text)?,
            None => Pattern::parse(&format!("{{{}}}", field.name))?,
        };
        Ok(PreparedField { pattern, area: Area::on_page(&field.rect, height), style: fonts.style(&field.style)? })
    });
    let tables = page.tables.iter().map(|table| {
        let head_style = fonts.style(&table.head_style)?;
        let heads = (0..table.columns.len()).map(|column| {
            let area = cell(table, None, column, height);
            set_text(&table.columns[column].title, &table.columns[column].title, &head_style, &area, &fonts.faces)
        });
        let heads = heads.collect::<Result<_, _>>()?;
        Ok(PreparedTable { slot: table.clone(), heads, head_style, style: fonts.style(&table.style)? })
    });
    let watermark = page.watermark.as_ref().map(|watermark| {
        if !(0.0..=1.0).contains(&watermark.opacity) {
            return Err(RenderError::BadTemplate(format!("opacity {} is not between 0 and 1", watermark.opacity)));
        }
        let pattern = Pattern::parse(&watermark.text)?;
        Ok(PreparedWatermark { chain: fonts.chain(&watermark.font)?, colour: colour(&watermark.colour)?, pattern })
    });
    let qr = page.qr.map(|corner| {
        let rect = crate::domain::template::Rect { x: corner.x, y: corner.y, w: QR_SIDE_MM, h: QR_SIDE_MM };
        Area::on_page(&rect, height)
    });
    Ok(PreparedPage {
        labels: labels.collect::<Result<_, RenderError>>()?,
        fields: fields.collect::<Result<_, RenderError>>()?,
        tables: tables.collect::<Result<_, RenderError>>()?,
        photos: page.photos.iter().map(|slot| (slot.clone(), Area::on_page(&slot.rect, height))).collect(),
        qr,
        seal: page.seal.as_ref().map(|rect| Area::on_page(rect, height)),
        watermark: watermark.transpose()?,
        label_digest: label_digest(page),
        order: reading_order(page),
        constant: PageConstants::default(),
    })
}

/// The box of a table cell; `row` from 0, `None` for the head.
pub(crate) fn cell(table: &TableSlot, row: Option<usize>, column: usize, page_height_mm: f64) -> Area {
    /// Space between the text of a cell and its edge, in mm.
    const MARGIN: f64 = 1.0;
    let left: f64 = table.columns.iter().take(column).map(|column| column.width).sum();
    let width = table.columns.get(column).map_or(0.0, |column| column.width);
    let top = table.origin.y + row.map_or(-1.0, |row| row as f64) * table.row_height;
    let rect = crate::domain::template::Rect {
        x: table.origin.x + left + MARGIN,
        y: top,
        w: (width - 2.0 * MARGIN).max(0.0),
        h: table.row_height,
    };
    Area::on_page(&rect, page_height_mm)
}

/// SHA-256 over the fixed words of a page: each label, then each table head, without white space, joined with line feeds.
fn label_digest(page: &Page) -> Digest {
    let labels = page.labels.iter().map(|label| &label.text);
    let heads = page.tables.iter().flat_map(|table| table.columns.iter().map(|column| &column.title));
    let words: Vec<String> = labels.chain(heads).map(|text| text.split_whitespace().collect()).collect();
    Digest::of(words.join("\n").as_bytes())
}

fn reserve(template: &Template) -> Numbers {
    let mut last = 0;
    let mut next = || {
        last += 1;
        last
    };
    let (catalog, info, metadata, structure, document) = (next(), next(), next(), next(), next());
    let seal = template.pages.iter().any(|page| page.seal.is_some()).then(|| (next(), next()));
    let pages = template.pages.iter().map(|_| next()).collect();
    let tables = template.pages.iter().map(|page| page.tables.iter().map(|_| next()).collect()).collect();
    Numbers { catalog, info, metadata, structure, document, seal, pages, tables, reserved: last }
}
