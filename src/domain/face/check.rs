//! Checks face data against the definitions of its licence type and says everything that is wrong at once.

mod holders;

use crate::domain::codes::{CitizenId, CodeProblem, Uscc};
use crate::domain::date::{DateProblem, LicenceDate, Until};
use crate::domain::face::{Face, FaceInput};
use crate::domain::licence_type::{FieldDefinition, FieldKind, LicenceType};
use crate::domain::metadata::{self, GivenBy};
use crate::domain::payload::FieldValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest licence number (证照编号) in characters.
const MAX_NUMBER: usize = 64;

/// One thing that is wrong with one field. The value is never in the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{field}: {message}")]
pub struct FieldProblem {
    /// Short code of the field; a table cell is `FIELD.row.key`, a holder `holders.n.part`, counted from 1.
    pub field: String,
    /// What kind of mistake it is.
    pub code: ProblemCode,
    /// `中文。 English.`
    pub message: String,
}

/// The kinds of mistakes in face data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProblemCode {
    /// The type has no such field.
    UnknownField,
    /// The service gives this value itself.
    NotAllowed,
    /// A required value is absent.
    Missing,
    /// Longer than the definition allows.
    TooLong,
    /// More rows or holders than allowed.
    TooMany,
    /// Text where a table belongs, or the reverse.
    WrongKind,
    /// No date.
    WrongDate,
    /// Dates in the wrong order.
    DateOrder,
    /// No decimal number.
    WrongNumber,
    /// A code of the wrong length or with a wrong character.
    WrongCode,
    /// A code whose check digit does not fit.
    BadCheckDigit,
    /// Not one of the dictionary.
    NotInDictionary,
    /// A control or invisible character.
    ForbiddenCharacter,
    /// A cell that a spreadsheet would take for a formula.
    Formula,
    /// A value that another row or field has already, and only one may have.
    Repeated,
}

/// Checks `input` for `licence_type`. Text is trimmed, an empty value counts as absent, codes and dates get their canonical spelling.
pub fn check(licence_type: &LicenceType, input: FaceInput) -> Result<Face, Vec<FieldProblem>> {
    let mut desk = Desk { values: input.fields, problems: Vec::new() };
    desk.refuse_what_the_service_gives();
    let number = desk.number();
    let issued_on = desk.date("ZZBFRQ", true);
    let valid_from = desk.date("ZZYXQQSRQ", false);
    let valid_until = desk.until("ZZYXQJZRQ", licence_type.requires_expiry);
    if let (Some(from), Some(Until::Day(until))) = (valid_from.or(issued_on), valid_until)
        && until < from
    {
        desk.problem("ZZYXQJZRQ", ProblemCode::DateOrder, "有效期截止日期早于起始（颁发）日期。", "The validity ends before it begins.");
    }
    let holders = desk.holders(licence_type.holder_category, input.holders);
    let mut photos: BTreeMap<String, Vec<u8>> = input.photos.into_iter().map(|(code, bytes)| (code, bytes.0)).collect();
    let mut face_photos = BTreeMap::new();
    let mut fields = BTreeMap::new();
    for definition in &licence_type.fields {
        if definition.kind == FieldKind::Photo {
            match photos.remove(&definition.code).filter(|bytes| !bytes.is_empty()) {
                Some(bytes) => {
                    face_photos.insert(definition.code.clone(), bytes);
                }
                None if definition.required => desk.missing(&definition.code),
                None => {}
            }
        } else if let Some(value) = desk.extended(definition) {
            fields.insert(definition.code.clone(), value);
        }
    }
    for code in photos.into_keys().chain(std::mem::take(&mut desk.values).into_keys()) {
        desk.problem(&code, ProblemCode::UnknownField, "该证照类型没有此字段。", "This licence type has no such field.");
    }
    match issued_on {
        Some(issued_on) if desk.problems.is_empty() => {
            Ok(Face { number, holders, issued_on, valid_from, valid_until, fields, photos: face_photos })
        }
        _ => Err(desk.problems),
    }
}

/// The values still to be checked, and what was found wrong so far.
struct Desk {
    values: BTreeMap<String, FieldValue>,
    problems: Vec<FieldProblem>,
}

impl Desk {
    fn problem(&mut self, field: &str, code: ProblemCode, zh: &str, en: &str) {
        self.problems.push(FieldProblem { field: field.to_owned(), code, message: format!("{zh} {en}") });
    }

    fn missing(&mut self, field: &str) {
        self.problem(field, ProblemCode::Missing, "缺少必填项。", "This required value is missing.");
    }

    fn refuse_what_the_service_gives(&mut self) {
        for element in metadata::COMMON.iter().filter(|e| e.given_by == GivenBy::Service) {
            if self.values.remove(element.code).is_some() {
                self.problem(
                    element.code,
                    ProblemCode::NotAllowed,
                    "此项由系统根据登录机构和证照类型填写，请删除。",
                    "The service fills this in from the login and the type; leave it out.",
                );
            }
        }
    }

    /// The trimmed text of a field; `None` when it is absent, empty, or no text (a problem by then).
    fn text(&mut self, code: &str, most: usize, multi_line: bool) -> Option<String> {
        match self.values.remove(code)? {
            FieldValue::Rows(_) => {
                self.problem(code, ProblemCode::WrongKind, "此项应为文字，不是表格。", "This must be text, not a table.");
                None
            }
            FieldValue::Text(text) => self.clean(code, &text, most, multi_line),
        }
    }

    fn clean(&mut self, field: &str, text: &str, most: usize, multi_line: bool) -> Option<String> {
        let text = text.trim().replace("\r\n", "\n");
        if text.is_empty() {
            return None;
        }
        if text.chars().any(|c| is_forbidden(c) && !(multi_line && c == '\n')) {
            self.problem(
                field,
                ProblemCode::ForbiddenCharacter,
                "含有控制字符或不可见字符。",
                "It holds a control or invisible character.",
            );
            return None;
        }
        let count = text.chars().count();
        if count > most {
            self.problem(
                field,
                ProblemCode::TooLong,
                &format!("共 {count} 个字符，最多 {most} 个。"),
                &format!("It has {count} characters, at most {most} are allowed."),
            );
            return None;
        }
        Some(text)
    }

    fn number(&mut self) -> Option<String> {
        self.text("ZZBH", MAX_NUMBER, false)
    }

    /// A required text: absent or empty is a problem, unless another one was just found.
    fn required_text(&mut self, code: &str, most: usize) -> Option<String> {
        let before = self.problems.len();
        let text = self.text(code, most, false);
        if text.is_none() && self.problems.len() == before {
            self.missing(code);
        }
        text
    }

    fn date(&mut self, code: &str, required: bool) -> Option<LicenceDate> {
        let text = if required { self.required_text(code, 32) } else { self.text(code, 32, false) }?;
        LicenceDate::parse(&text).map_err(|why| self.wrong_date(code, why)).ok()
    }

    fn until(&mut self, code: &str, required: bool) -> Option<Until> {
        let text = if required { self.required_text(code, 32) } else { self.text(code, 32, false) }?;
        Until::parse(&text).map_err(|why| self.wrong_date(code, why)).ok()
    }

    fn wrong_date(&mut self, field: &str, why: DateProblem) {
        match why {
            DateProblem::Spelling => {
                self.problem(field, ProblemCode::WrongDate, "日期格式应为 2026-11-22。", "A date is written 2026-11-22.")
            }
            DateProblem::NoSuchDay => self.problem(field, ProblemCode::WrongDate, "日历上没有这一天。", "The calendar has no such day."),
        }
    }

    fn wrong_code(&mut self, field: &str, why: CodeProblem) {
        match why {
            CodeProblem::Length(_) => self.problem(field, ProblemCode::WrongCode, "代码长度不对。", "The code has the wrong length."),
            CodeProblem::Character(at) => self.problem(
                field,
                ProblemCode::WrongCode,
                &format!("代码第 {at} 位的字符不合法。"),
                &format!("Character {at} of the code is not allowed there."),
            ),
            CodeProblem::BirthDate => {
                self.problem(
                    field,
                    ProblemCode::WrongCode,
                    "身份号码中的出生日期不是有效日期。",
                    "The birth date in the ID number is no date.",
                );
            }
            CodeProblem::CheckDigit => {
                self.problem(
                    field,
                    ProblemCode::BadCheckDigit,
                    "代码校验位不符，请核对。",
                    "The check digit does not fit; compare with the original.",
                );
            }
        }
    }

    fn extended(&mut self, definition: &FieldDefinition) -> Option<FieldValue> {
        let code = definition.code.as_str();
        if definition.kind == FieldKind::Table {
            return self.table(definition);
        }
        let before = self.problems.len();
        let most = usize::try_from(definition.max_length).unwrap_or(usize::MAX);
        let Some(text) = self.text(code, most, definition.kind == FieldKind::Text) else {
            if definition.required && self.problems.len() == before {
                self.missing(code);
            }
            return None;
        };
        if !definition.dictionary.is_empty() && !definition.dictionary.contains(&text) {
            let allowed = definition.dictionary.join("、");
            self.problem(code, ProblemCode::NotInDictionary, &format!("只能是：{allowed}。"), &format!("It must be one of: {allowed}."));
            return None;
        }
        match definition.kind {
            FieldKind::Text | FieldKind::Photo | FieldKind::Table => Some(text),
            FieldKind::Date => LicenceDate::parse(&text).map(|d| d.to_string()).map_err(|why| self.wrong_date(code, why)).ok(),
            FieldKind::DateOrLongTerm => Until::parse(&text).map(|d| d.to_string()).map_err(|why| self.wrong_date(code, why)).ok(),
            FieldKind::Number if is_decimal(&text) => Some(text),
            FieldKind::Number => {
                self.problem(code, ProblemCode::WrongNumber, "应为数字，如 125.60。", "It must be a decimal number such as 125.60.");
                None
            }
            FieldKind::UnifiedSocialCreditCode => {
                Uscc::parse(&text).map(|c| c.as_str().to_owned()).map_err(|why| self.wrong_code(code, why)).ok()
            }
            FieldKind::CitizenId => CitizenId::parse(&text).map(|c| c.as_str().to_owned()).map_err(|why| self.wrong_code(code, why)).ok(),
        }
        .map(FieldValue::Text)
    }

    fn table(&mut self, definition: &FieldDefinition) -> Option<FieldValue> {
        let code = definition.code.as_str();
        let rows = match self.values.remove(code) {
            Some(FieldValue::Rows(rows)) if !rows.is_empty() => rows,
            Some(FieldValue::Text(_)) => {
                self.problem(code, ProblemCode::WrongKind, "此项应为表格。", "This must be a table.");
                return None;
            }
            Some(FieldValue::Rows(_)) | None => {
                if definition.required {
                    self.missing(code);
                }
                return None;
            }
        };
        if rows.len() > usize::try_from(definition.max_length).unwrap_or(usize::MAX) {
            let most = definition.max_length;
            self.problem(
                code,
                ProblemCode::TooMany,
                &format!("共 {} 行，最多 {most} 行。", rows.len()),
                &format!("It has {} rows, at most {most} are allowed.", rows.len()),
            );
            return None;
        }
        let mut checked = Vec::with_capacity(rows.len());
        for (i, mut row) in rows.into_iter().enumerate() {
            let mut cells = BTreeMap::new();
            for column in &definition.columns {
                let place = format!("{code}.{}.{}", i + 1, column.key);
                let before = self.problems.len();
                let most = usize::try_from(column.max_length).unwrap_or(usize::MAX);
                let cell = row.remove(&column.key).and_then(|cell| self.clean(&place, &cell, most, false));
                match cell {
                    Some(cell) => {
                        cells.insert(column.key.clone(), cell);
                    }
                    None if column.required && self.problems.len() == before => self.missing(&place),
                    None => {}
                }
            }
            for key in row.keys() {
                self.problem(
                    &format!("{code}.{}.{key}", i + 1),
                    ProblemCode::UnknownField,
                    "表格没有此列。",
                    "The table has no such column.",
                );
            }
            checked.push(cells);
        }
        Some(FieldValue::Rows(checked))
    }
}

/// Control characters, and invisible ones that make a text look like another (zero width, direction overrides, BOM).
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits)
}

#[cfg(test)]
mod tests;
