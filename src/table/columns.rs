//! What columns a table may have, and the checks that every cell goes through whatever it means.

use crate::domain::face::{FieldProblem, ProblemCode};
use crate::table::{error::TableError, formula};
use std::borrow::Cow;

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its key, as reports name it and JSON writes it.
    pub key: Cow<'static, str>,
    /// Other heads that mean it, e.g. the Chinese name.
    pub titles: Vec<Cow<'static, str>>,
    /// Must every row have a value?
    pub required: bool,
    /// Longest value in characters.
    pub most_chars: usize,
}

/// The columns of a table, in the order in which rows give their cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

/// One good row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As somebody who looks at the file counts: the head is row 1; in JSON the first object is row 1.
    pub number: u64,
    cells: Vec<Option<String>>,
}

/// A row with mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// See [`Row::number`].
    pub number: u64,
    /// What is wrong in which column; never a value.
    pub problems: Vec<FieldProblem>,
}

impl Column {
    /// A column that may be empty.
    pub fn optional(key: &'static str, title: &'static str, most_chars: usize) -> Self {
        Self { key: key.into(), titles: vec![title.into()], required: false, most_chars }
    }

    /// A column that every row fills.
    pub fn required(key: &'static str, title: &'static str, most_chars: usize) -> Self {
        Self { required: true, ..Self::optional(key, title, most_chars) }
    }

    /// A mistake in this column.
    pub fn problem(&self, code: ProblemCode, zh: &str, en: &str) -> FieldProblem {
        FieldProblem { field: self.key.to_string(), code, message: format!("{zh} {en}") }
    }

    fn has_head(&self, head: &str) -> bool {
        self.key.eq_ignore_ascii_case(head) || self.titles.iter().any(|title| title == head)
    }
}

impl Columns {
    /// These columns.
    pub fn new(columns: Vec<Column>) -> Self {
        Self(columns)
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &Column> {
        self.0.iter()
    }

    /// The column with that key.
    pub fn find(&self, key: &str) -> Option<&Column> {
        self.0.iter().find(|column| column.key == key)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Which column a head means.
    pub(super) fn of_head(&self, head: &str) -> Option<usize> {
        let head = head.trim().trim_end_matches(['*', '＊']).trim();
        self.0.iter().position(|column| column.has_head(head))
    }

    /// Which column each head of a sheet means; empty heads mean none.
    pub(super) fn of_heads<'a>(&self, heads: impl Iterator<Item = &'a str>) -> Result<Vec<Option<usize>>, TableError> {
        let (mut places, mut unknown) = (Vec::new(), Vec::new());
        for head in heads {
            // What is quoted in a message stays short, whatever the file holds.
            let shown = || head.chars().filter(|c| !c.is_control()).take(30).collect::<String>();
            let place = self.of_head(head);
            match place {
                Some(_) if places.contains(&place) => return Err(TableError::RepeatedHead(shown())),
                None if !head.trim().is_empty() => unknown.push(shown()),
                _ => {}
            }
            places.push(place);
        }
        if !unknown.is_empty() {
            unknown.truncate(10);
            return Err(TableError::UnknownHeads(unknown.join("、")));
        }
        if places.iter().all(Option::is_none) {
            return Err(TableError::Empty);
        }
        let missing: Vec<_> = self.0.iter().enumerate().filter(|(at, c)| c.required && !places.contains(&Some(*at))).collect();
        if !missing.is_empty() {
            let names: Vec<_> = missing.iter().map(|(_, column)| column.titles.first().unwrap_or(&column.key).as_ref()).collect();
            return Err(TableError::MissingHeads(names.join("、")));
        }
        Ok(places)
    }

    /// Checks the cells of a row: what is required is there, nothing is too long, no control characters, and, where `formulas` says
    /// that a spreadsheet made the file, no formulas.
    pub(super) fn check(
        &self,
        number: u64,
        mut cells: Vec<Option<String>>,
        formulas: bool,
        mut problems: Vec<FieldProblem>,
    ) -> Result<Row, BadRow> {
        for (column, cell) in self.0.iter().zip(&mut cells) {
            if problems.iter().any(|problem| problem.field == column.key) {
                continue;
            }
            let Some(text) = cell else {
                if column.required {
                    problems.push(column.problem(ProblemCode::Missing, "必填项为空。", "This value is required."));
                }
                continue;
            };
            if formulas && formula::is_formula(text) {
                let (zh, en) = ("以 = + - @ 等开头，会被电子表格当作公式，请改为普通文字。", "It begins like a formula; write plain text.");
                problems.push(column.problem(ProblemCode::Formula, zh, en));
            } else if text.chars().count() > column.most_chars {
                let (zh, en) = (format!("超过 {} 个字。", column.most_chars), format!("Longer than {} characters.", column.most_chars));
                problems.push(column.problem(ProblemCode::TooLong, &zh, &en));
            } else if text.chars().any(is_forbidden) {
                let (zh, en) = ("含有控制字符或不可见字符。", "It holds a control or invisible character.");
                problems.push(column.problem(ProblemCode::ForbiddenCharacter, zh, en));
            }
            if formulas {
                *text = formula::unescaped(text).to_owned();
            }
        }
        if problems.is_empty() { Ok(Row { number, cells }) } else { Err(BadRow { number, problems }) }
    }
}

/// Control characters, and those that turn or hide text.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffc}' | '\u{fffd}')
}

impl Row {
    /// The cell of that column, without spaces around it; `None` where it is empty.
    pub fn get(&self, columns: &Columns, key: &str) -> Option<&str> {
        let at = columns.0.iter().position(|column| column.key == key)?;
        self.cells.get(at)?.as_deref()
    }
}

/// A cell as it counts: trimmed, and nothing where nothing is left.
pub(super) fn cell(text: &str) -> Option<String> {
    // Tab and carriage return at the front make a formula, so they are not taken for space.
    let text = text.trim_end().trim_start_matches([' ', '\u{3000}', '\u{a0}']);
    (!text.trim().is_empty()).then(|| text.to_owned())
}
