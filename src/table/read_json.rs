//! Reads JSON: an array of flat objects, one after another, never the whole array at once.

use crate::domain::face::{FieldProblem, ProblemCode};
use crate::table::{BadRow, Columns, Limits, Row, TableError, columns::cell};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Between the values of a list in one cell, as in the 有效期限范围 of GB/T 36902.
const LIST_SEPARATOR: &str = "^";

pub(super) fn read(bytes: &[u8], columns: &Columns, limits: &Limits, each: &mut dyn FnMut(Result<Row, BadRow>)) -> Result<u64, TableError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut rows = Rows { columns, most: limits.rows, each, count: 0 };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = reader.deserialize_seq(&mut rows).and_then(|()| reader.end());
    match read {
        _ if rows.count > limits.rows => Err(TableError::TooManyRows(limits.rows)),
        Err(error) if error.is_data() && rows.count == 0 => Err(TableError::NotRows),
        Err(_) => Err(TableError::Broken(rows.count + 1)),
        Ok(()) if rows.count == 0 => Err(TableError::Empty),
        Ok(()) => Ok(rows.count),
    }
}

struct Rows<'a> {
    columns: &'a Columns,
    most: u64,
    each: &'a mut dyn FnMut(Result<Row, BadRow>),
    count: u64,
}

impl<'de> Visitor<'de> for &mut Rows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while let Some(row) = array.next_element_seed(OneRow { columns: self.columns, number: self.count + 1 })? {
            self.count += 1;
            if self.count > self.most {
                return Err(A::Error::custom("too many rows"));
            }
            (self.each)(row);
        }
        Ok(())
    }
}

struct OneRow<'a> {
    columns: &'a Columns,
    number: u64,
}

impl<'de> DeserializeSeed<'de> for OneRow<'_> {
    type Value = Result<Row, BadRow>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneRow<'_> {
    type Value = Result<Row, BadRow>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut cells = vec![None; self.columns.len()];
        let (mut problems, mut seen) = (Vec::new(), vec![false; self.columns.len()]);
        while let Some((head, value)) = object.next_entry::<String, Value>()? {
            let at = self.columns.of_head(&head);
            let place = at.and_then(|at| Some((self.columns.iter().nth(at)?, cells.get_mut(at)?, seen.get_mut(at)?)));
            let Some((column, place, seen)) = place else {
                let field = head.chars().filter(|c| !c.is_control()).take(30).collect();
                let message = "没有这个字段。 There is no such column.".into();
                problems.push(FieldProblem { field, code: ProblemCode::UnknownField, message });
                continue;
            };
            if std::mem::replace(seen, true) {
                problems.push(column.problem(ProblemCode::Repeated, "同一字段出现两次。", "It stands twice in this object."));
            } else if let Some(text) = text(value) {
                *place = cell(&text);
            } else {
                let (zh, en) = ("须为文字、数字或文字的数组。", "It must be text, a number or an array of texts.");
                problems.push(column.problem(ProblemCode::WrongKind, zh, en));
            }
        }
        Ok(self.columns.check(self.number, cells, false, problems))
    }
}

/// A value as the text of a cell.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Array(values) => {
            let texts: Option<Vec<_>> = values.iter().map(Value::as_str).collect();
            Some(texts?.join(LIST_SEPARATOR))
        }
        Value::Object(_) => None,
    }
}
