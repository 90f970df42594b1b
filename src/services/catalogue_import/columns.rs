//! The columns of a table of catalogue entries, and how a row of it is read and written.

use crate::{
    domain::{
        directory_entry::{AuthorityLevel, CatalogueRoot, DirectoryEntry, EntryClass, RelatedItem},
        face::{FieldProblem, ProblemCode},
        licence_type::HolderCategory,
        payload::Party,
    },
    table::{Column, Columns, Row},
};

/// Between the values of one cell (GB/T 36902 joins 有效期限范围 so).
const LIST: char = '^';
/// Between name and code.
const PAIR: char = '|';

/// Words of a closed list: Chinese as tables show them, and as stored.
type Words<T> = &'static [(&'static str, &'static str, T)];

const LEVELS: Words<AuthorityLevel> = &[
    ("国家级", "national", AuthorityLevel::National),
    ("省部级", "provincial", AuthorityLevel::Provincial),
    ("地市级", "municipal", AuthorityLevel::Municipal),
    ("区县级", "county", AuthorityLevel::County),
    ("乡镇级", "township", AuthorityLevel::Township),
    ("其他", "other", AuthorityLevel::Other),
];
const HOLDERS: Words<HolderCategory> = &[
    ("自然人", "natural-person", HolderCategory::NaturalPerson),
    ("法人", "legal-person", HolderCategory::LegalPerson),
    ("其他组织", "other-organisation", HolderCategory::OtherOrganisation),
    ("混合", "mixed", HolderCategory::Mixed),
    ("其他", "other", HolderCategory::Other),
];
const CLASSES: Words<EntryClass> = &[
    ("证照", "licence", EntryClass::Licence),
    ("批文", "approval", EntryClass::Approval),
    ("证明", "proof", EntryClass::Proof),
    ("材料", "material", EntryClass::Material),
    ("证件", "credential", EntryClass::Credential),
];
const ROOTS: Words<CatalogueRoot> =
    &[("自然人", "natural-person", CatalogueRoot::NaturalPerson), ("法人", "legal-person", CatalogueRoot::LegalPerson)];
const SHARED: Words<bool> = &[("是", "true", true), ("否", "false", false)];

/// Keys and heads, in the order of an export.
pub const HEADS: [(&str, &str); 16] = [
    ("type_code", "证照类型代码"),
    ("name", "证照类型名称"),
    ("name_en", "英文名称"),
    ("defining_authority", "证照定义机构"),
    ("defining_authority_code", "证照定义机构代码"),
    ("defining_level", "证照定义机构级别"),
    ("holder_category", "持证主体类别"),
    ("validity_range", "有效期限范围"),
    ("issuing_level", "证照颁发机构级别"),
    ("class", "目录类别"),
    ("root", "根目录"),
    ("theme", "主题"),
    ("industry", "行业"),
    ("related_items", "关联事项"),
    ("issuing_authorities", "证照颁发机构"),
    ("shared", "共享"),
];
/// Columns that need not be there.
const OPTIONAL: [&str; 4] = ["name_en", "related_items", "issuing_authorities", "shared"];

/// The columns.
pub fn columns() -> Columns {
    let column = |(key, title): (&'static str, &'static str)| {
        let most_chars = match key {
            "related_items" | "issuing_authorities" => 20_000,
            "validity_range" => 1_000,
            _ => 200,
        };
        if OPTIONAL.contains(&key) { Column::optional(key, title, most_chars) } else { Column::required(key, title, most_chars) }
    };
    Columns::new(HEADS.into_iter().map(column).collect())
}

/// The entry of a row, with everything that is wrong in itself said at once.
pub fn entry_of(row: &Row, columns: &Columns) -> Result<DirectoryEntry, Vec<FieldProblem>> {
    let mut desk = Desk { row, columns, problems: Vec::new() };
    let entry = DirectoryEntry {
        type_code: desk.text("type_code").to_ascii_uppercase(),
        name: desk.text("name"),
        name_en: desk.text("name_en"),
        defining_authority: desk.text("defining_authority"),
        defining_authority_code: desk.text("defining_authority_code").to_ascii_uppercase(),
        defining_level: desk.word("defining_level", LEVELS, AuthorityLevel::Other),
        related_items: desk.pairs("related_items").into_iter().map(|(name, code)| RelatedItem { name, code }).collect(),
        holder_category: desk.word("holder_category", HOLDERS, HolderCategory::Other),
        validity_range: desk.list("validity_range"),
        issuing_level: desk.word("issuing_level", LEVELS, AuthorityLevel::Other),
        issuing_authorities: desk.pairs("issuing_authorities").into_iter().map(|(name, code)| Party { name, code }).collect(),
        class: desk.word("class", CLASSES, EntryClass::Licence),
        root: desk.word("root", ROOTS, CatalogueRoot::LegalPerson),
        theme: desk.text("theme"),
        industry: desk.text("industry"),
        shared: desk.word("shared", SHARED, true),
        definition_version: None,
        template: None,
    };
    desk.problems.extend(entry.problems());
    if desk.problems.is_empty() { Ok(entry) } else { Err(desk.problems) }
}

/// The cells of an entry, in the order of [`HEADS`].
pub fn cells_of(entry: &DirectoryEntry) -> [String; 16] {
    let pairs = |pairs: Vec<(&str, &str)>| pairs.into_iter().map(|(a, b)| format!("{a}{PAIR}{b}")).collect::<Vec<_>>().join("^");
    [
        entry.type_code.clone(),
        entry.name.clone(),
        entry.name_en.clone(),
        entry.defining_authority.clone(),
        entry.defining_authority_code.clone(),
        chinese(LEVELS, entry.defining_level),
        chinese(HOLDERS, entry.holder_category),
        entry.validity_range.join("^"),
        chinese(LEVELS, entry.issuing_level),
        chinese(CLASSES, entry.class),
        chinese(ROOTS, entry.root),
        entry.theme.clone(),
        entry.industry.clone(),
        pairs(entry.related_items.iter().map(|item| (item.name.as_str(), item.code.as_str())).collect()),
        pairs(entry.issuing_authorities.iter().map(|party| (party.name.as_str(), party.code.as_str())).collect()),
        chinese(SHARED, entry.shared),
    ]
}

/// The Chinese words by which facets are shown and narrowed.
pub fn facet_words(entry: &DirectoryEntry) -> [&'static str; 4] {
    [stored(ROOTS, entry.root), stored(HOLDERS, entry.holder_category), stored(LEVELS, entry.issuing_level), stored(CLASSES, entry.class)]
}

fn chinese<T: PartialEq + Copy>(words: Words<T>, value: T) -> String {
    words.iter().find(|(.., known)| *known == value).map_or_else(String::new, |(chinese, ..)| (*chinese).to_owned())
}

fn stored<T: PartialEq + Copy>(words: Words<T>, value: T) -> &'static str {
    words.iter().find(|(.., known)| *known == value).map_or("", |(_, word, _)| word)
}

/// Reads the cells of one row and gathers what is wrong.
struct Desk<'a> {
    row: &'a Row,
    columns: &'a Columns,
    problems: Vec<FieldProblem>,
}

impl Desk<'_> {
    fn cell(&self, key: &str) -> Option<&str> {
        self.row.get(self.columns, key)
    }

    fn text(&self, key: &str) -> String {
        self.cell(key).unwrap_or_default().to_owned()
    }

    fn list(&self, key: &str) -> Vec<String> {
        let cell = self.cell(key).unwrap_or_default();
        cell.split(LIST).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }

    fn pairs(&mut self, key: &str) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for value in self.list(key) {
            match value.rsplit_once(PAIR) {
                Some((name, code)) => pairs.push((name.trim().to_owned(), code.trim().to_owned())),
                None => {
                    self.problem(
                        key,
                        ProblemCode::WrongKind,
                        "须写作“名称|代码”，多项以 ^ 分隔。",
                        "Write name|code, several joined by ^.",
                    );
                    break;
                }
            }
        }
        pairs
    }

    /// The value of a word; `usual` where the cell is empty.
    fn word<T: Copy>(&mut self, key: &str, words: Words<T>, usual: T) -> T {
        let Some(cell) = self.cell(key) else { return usual };
        match words.iter().find(|(chinese, word, _)| *chinese == cell || word.eq_ignore_ascii_case(cell)) {
            Some((.., value)) => *value,
            None => {
                let known: Vec<_> = words.iter().map(|(chinese, ..)| *chinese).collect();
                let (zh, en) = (format!("须为：{}。", known.join("、")), "It is not one of the list.");
                self.problem(key, ProblemCode::NotInDictionary, &zh, en);
                usual
            }
        }
    }

    fn problem(&mut self, key: &str, code: ProblemCode, zh: &str, en: &str) {
        self.problems.push(FieldProblem { field: key.to_owned(), code, message: format!("{zh} {en}") });
    }
}
