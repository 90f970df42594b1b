//! A page of a list: bounded, and continued by a cursor (keyset paging), so that the last page costs what the first one does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Most items of a page.
pub const MOST: u16 = 200;
/// Items of a page when nobody says how many.
pub const USUAL: u16 = 50;
/// Longest cursor that is read, characters.
const LONGEST_CURSOR: usize = 800;

/// Where a page ended: the sort keys of its last item. Written as base64url of a JSON array, opaque to callers; it says nothing
/// that the item itself did not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Vec<CursorPart>);

/// One sort key. Dates and times are numbers, ids are hex text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CursorPart {
    /// bigint
    Int(i64),
    /// text
    Text(String),
}

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    limit: u16,
    /// Continue after this item; `None`: from the beginning.
    pub after: Option<Cursor>,
}

/// One page. In JSON: `{ "items": [...], "next": "cursor" | null }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Give it as `after` to get the next page; absent on the last one.
    #[schemars(with = "Option<String>")]
    pub next: Option<Cursor>,
}

/// Why a page cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageProblem {
    /// The limit is not 1 to [`MOST`].
    #[error("每页条数须为 1 至 200。 limit must be 1 to 200.")]
    Limit,
    /// The cursor is none that this list gave.
    #[error("翻页游标无效，请从第一页重新开始。 The cursor is not one of this list: begin again without `after`.")]
    Cursor,
}

impl PageRequest {
    /// A page of `limit` items (1 to [`MOST`]; `None`: [`USUAL`]) after a cursor.
    pub fn new(limit: Option<u16>, after: Option<Cursor>) -> Result<Self, PageProblem> {
        match limit.unwrap_or(USUAL) {
            limit @ 1..=MOST => Ok(Self { limit, after }),
            _ => Err(PageProblem::Limit),
        }
    }

    /// The first page of usual length.
    pub fn first() -> Self {
        Self { limit: USUAL, after: None }
    }

    /// How many items the page holds at most.
    pub fn limit(&self) -> usize {
        usize::from(self.limit)
    }

    /// How many rows a statement reads: one more than the page holds, which tells whether another page follows.
    pub fn rows_to_read(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Makes the page from up to [`Self::rows_to_read`] rows; `key` gives the sort keys of an item.
    pub fn page<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> Cursor) -> Page<T> {
        let limit = usize::from(self.limit);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(key) } else { None };
        Page { items: rows, next }
    }
}

impl<T> Page<T> {
    /// The same page with other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

impl Cursor {
    /// The sort keys in their order.
    pub fn new(parts: impl IntoIterator<Item = CursorPart>) -> Self {
        Self(parts.into_iter().collect())
    }

    /// The only sort key, a number.
    pub fn one_int(&self) -> Result<i64, PageProblem> {
        match self.0.as_slice() {
            [CursorPart::Int(a)] => Ok(*a),
            _ => Err(PageProblem::Cursor),
        }
    }

    /// The only sort key, a text.
    pub fn one_text(&self) -> Result<&str, PageProblem> {
        match self.0.as_slice() {
            [CursorPart::Text(a)] => Ok(a),
            _ => Err(PageProblem::Cursor),
        }
    }

    /// Two numbers, then a text: a worth, a length and a name.
    pub fn two_ints_and_text(&self) -> Result<(i64, i64, &str), PageProblem> {
        match self.0.as_slice() {
            [CursorPart::Int(a), CursorPart::Int(b), CursorPart::Text(c)] => Ok((*a, *b, c)),
            _ => Err(PageProblem::Cursor),
        }
    }

    /// A number, then a text: the usual pair of a time and an id.
    pub fn int_and_text(&self) -> Result<(i64, &str), PageProblem> {
        match self.0.as_slice() {
            [CursorPart::Int(a), CursorPart::Text(b)] => Ok((*a, b)),
            _ => Err(PageProblem::Cursor),
        }
    }
}

impl From<i64> for CursorPart {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for CursorPart {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for CursorPart {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use base64::Engine;
        let json = serde_json::to_vec(&self.0).map_err(|_| fmt::Error)?;
        f.write_str(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for Cursor {
    type Err = PageProblem;

    fn from_str(text: &str) -> Result<Self, PageProblem> {
        use base64::Engine;
        if text.len() > LONGEST_CURSOR {
            return Err(PageProblem::Cursor);
        }
        let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).map_err(|_| PageProblem::Cursor)?;
        serde_json::from_slice(&json).map(Self).map_err(|_| PageProblem::Cursor)
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else() {
        let cursor = Cursor::new([7.into(), "证".into()]);
        let again: Cursor = cursor.to_string().parse().unwrap();
        assert_eq!(again, cursor);
        assert_eq!(again.int_and_text(), Ok((7, "证")));
        assert_eq!(again.one_int(), Err(PageProblem::Cursor));
        for wrong in ["!", "bnVsbA", "e30", &"A".repeat(801)] {
            assert_eq!(wrong.parse::<Cursor>(), Err(PageProblem::Cursor), "{wrong}");
        }
    }

    #[test]
    fn one_row_more_tells_of_another_page() {
        let request = PageRequest::new(Some(2), None).unwrap();
        assert_eq!(request.rows_to_read(), 3);
        let key = |item: &i64| Cursor::new([(*item).into()]);
        let page = request.page(vec![1, 2, 3], key);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(Cursor::new([2.into()]))));
        assert_eq!(request.page(vec![1, 2], key).next, None);
        assert_eq!(PageRequest::new(Some(0), None), Err(PageProblem::Limit));
        assert_eq!(PageRequest::new(Some(201), None), Err(PageProblem::Limit));
    }
}
