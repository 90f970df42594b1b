//! Words with field codes in braces, such as `{ZZYXQQSRQ} 至 {ZZYXQJZRQ}`.

use crate::render::error::RenderError;

/// A parsed pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Code(String),
}

impl Pattern {
    /// Parses; braces must pair, a code must not be empty.
    pub(crate) fn parse(text: &str) -> Result<Self, RenderError> {
        let bad = || RenderError::BadTemplate(format!("braces do not pair in \"{text}\""));
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (words, tail) = rest.split_at(open);
            if !words.is_empty() {
                pieces.push(Piece::Words(words.to_owned()));
            }
            let (code, tail) = tail.strip_prefix('{').and_then(|tail| tail.split_once('}')).ok_or_else(bad)?;
            if code.is_empty() || code.contains('{') {
                return Err(bad());
            }
            pieces.push(Piece::Code(code.to_owned()));
            rest = tail;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The field codes in it.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Code(code) => Some(code.as_str()),
            Piece::Words(_) => None,
        })
    }

    /// The words with every code replaced. An absent field leaves nothing; where all fields are absent there is no text at all.
    pub(crate) fn fill(&self, mut value: impl FnMut(&str) -> Option<String>) -> Option<String> {
        let mut out = String::new();
        let mut any = false;
        let mut fixed = true;
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => out.push_str(words),
                Piece::Code(code) => {
                    fixed = false;
                    if let Some(value) = value(code).filter(|value| !value.is_empty()) {
                        any = true;
                        out.push_str(&value);
                    }
                }
            }
        }
        ((any || fixed) && !out.is_empty()).then_some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_and_leaves_out() {
        let pattern = Pattern::parse("{A} 至 {B}").unwrap();
        assert_eq!(pattern.codes().collect::<Vec<_>>(), ["A", "B"]);
        let fill = |a: Option<&str>, b: Option<&str>| pattern.fill(|code| if code == "A" { a } else { b }.map(str::to_owned));
        assert_eq!(fill(Some("今"), Some("明")).as_deref(), Some("今 至 明"));
        assert_eq!(fill(Some("今"), None).as_deref(), Some("今 至 "));
        assert_eq!(fill(None, Some("")), None);
        assert_eq!(Pattern::parse("只有字").unwrap().fill(|_| None).as_deref(), Some("只有字"));
    }

    #[test]
    fn refuses_braces_that_do_not_pair() {
        for text in ["{A", "A}", "{}", "{A{B}}", "{A}}"] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
