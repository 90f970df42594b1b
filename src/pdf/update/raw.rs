//! PDF values as raw slices: enough to copy a dictionary and change some of its entries, byte for byte otherwise.

/// Deepest nesting of arrays and dictionaries.
const MAX_DEPTH: usize = 32;

/// A dictionary as names (without the slash) and raw values, in file order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawDictionary<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> RawDictionary<'a> {
    /// Reads the dictionary that `bytes` starts with (white space allowed before it).
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut at = skip_space(bytes, 0);
        if bytes.get(at..at + 2)? != b"<<" {
            return None;
        }
        at += 2;
        let mut entries = Vec::with_capacity(16);
        loop {
            at = skip_space(bytes, at);
            if bytes.get(at..at + 2)? == b">>" {
                return Some(Self(entries));
            }
            if *bytes.get(at)? != b'/' {
                return None;
            }
            let end = token_end(bytes, at + 1);
            let name = bytes.get(at + 1..end)?;
            if entries.iter().any(|(known, _)| *known == name) {
                return None;
            }
            let start = skip_space(bytes, end);
            at = value_end(bytes, start, 0)?;
            entries.push((name, bytes.get(start..at)?));
        }
    }

    /// The raw value of `name`.
    pub fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Appends `/Name value` for every entry that is not among `but`.
    pub fn copy_entries(&self, out: &mut Vec<u8>, but: &[&[u8]]) {
        for (name, value) in &self.0 {
            if !but.contains(name) {
                out.push(b'/');
                out.extend_from_slice(name);
                out.push(b' ');
                out.extend_from_slice(value);
            }
        }
    }
}

/// The elements of an array as raw values.
pub fn array(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut at = skip_space(bytes, 0);
    if *bytes.get(at)? != b'[' {
        return None;
    }
    at += 1;
    let mut elements = Vec::new();
    loop {
        at = skip_space(bytes, at);
        if *bytes.get(at)? == b']' {
            return Some(elements);
        }
        let end = value_end(bytes, at, 0)?;
        elements.push(bytes.get(at..end)?);
        at = end;
    }
}

/// The object number of a reference `n 0 R`.
pub fn reference(value: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(value).ok()?;
    let mut words = text.split_ascii_whitespace();
    let number = words.next()?.parse().ok()?;
    (words.next()? == "0" && words.next()? == "R" && words.next().is_none()).then_some(number)
}

/// A non-negative whole number of at most ten digits.
pub fn number(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > 10 {
        return None;
    }
    let mut sum = 0;
    for byte in value {
        sum = sum * 10 + u64::from(char::from(*byte).to_digit(10)?);
    }
    Some(sum)
}

/// First byte at or after `at` that is no white space; comments are not expected and end up as a parse error.
pub fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is_space(**byte)).count()
}

/// End of the regular characters that start at `at`.
pub fn token_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is_regular(**byte)).count()
}

/// End of the value that starts at `at`.
pub fn value_end(bytes: &[u8], at: usize, depth: usize) -> Option<usize> {
    if depth > MAX_DEPTH {
        return None;
    }
    match (*bytes.get(at)?, bytes.get(at + 1)) {
        (b'/', _) => Some(token_end(bytes, at + 1)),
        (b'(', _) => string_end(bytes, at),
        (b'<', Some(b'<')) => container_end(bytes, at + 2, b">>", depth),
        (b'<', _) => {
            let rest = bytes.get(at..)?;
            Some(at + rest.iter().position(|byte| *byte == b'>')? + 1)
        }
        (b'[', _) => container_end(bytes, at + 1, b"]", depth),
        _ => plain_end(bytes, at),
    }
}

/// End of a number, keyword or reference.
fn plain_end(bytes: &[u8], at: usize) -> Option<usize> {
    let end = token_end(bytes, at);
    let first = bytes.get(at..end)?;
    if first.is_empty() {
        return None;
    }
    if number(first).is_none() {
        return Some(end);
    }
    let second_at = skip_space(bytes, end);
    let second_end = token_end(bytes, second_at);
    let third_at = skip_space(bytes, second_end);
    let third_end = token_end(bytes, third_at);
    let is_reference = number(bytes.get(second_at..second_end)?).is_some() && bytes.get(third_at..third_end)? == b"R";
    Some(if is_reference { third_end } else { end })
}

fn container_end(bytes: &[u8], mut at: usize, close: &[u8], depth: usize) -> Option<usize> {
    loop {
        at = skip_space(bytes, at);
        if bytes.get(at..at + close.len())? == close {
            return Some(at + close.len());
        }
        at = value_end(bytes, at, depth + 1)?;
    }
}

/// End of the literal string that starts at `at`.
pub fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut open = 0usize;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 1,
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        at += 1;
        if open == 0 {
            return Some(at);
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionary_entries_are_found_and_copied() {
        let text = b" << /A 1 0 R/B[1 2 (a\\)>>b)] /C<</D /E>>/F <41> /G (x(y)z) /H 3 /I -1.5>> rest";
        let dictionary = RawDictionary::read(text).unwrap();
        assert_eq!(dictionary.get(b"A"), Some(&b"1 0 R"[..]));
        assert_eq!(dictionary.get(b"B"), Some(&b"[1 2 (a\\)>>b)]"[..]));
        assert_eq!(dictionary.get(b"C"), Some(&b"<</D /E>>"[..]));
        assert_eq!(dictionary.get(b"G"), Some(&b"(x(y)z)"[..]));
        assert_eq!(dictionary.get(b"H"), Some(&b"3"[..]));
        assert_eq!(dictionary.get(b"D"), None);
        let mut out = Vec::new();
        dictionary.copy_entries(&mut out, &[b"A", b"B", b"C", b"G", b"I"]);
        assert_eq!(out, b"/F <41>/H 3");
    }

    #[test]
    fn broken_dictionaries_are_refused() {
        let deep = [b"<</A ".as_slice(), &b"[".repeat(100)].concat();
        for text in [&b"<</A"[..], b"<</A 1", b"<</A 1/A 2>>", b"<</A (x>>", b"[1]", b"<</A>>", b"", &deep] {
            assert_eq!(RawDictionary::read(text), None);
        }
    }

    #[test]
    fn arrays_and_references() {
        assert_eq!(array(b"[1 0 R 5 6 0 R]").unwrap(), [&b"1 0 R"[..], b"5", b"6 0 R"]);
        assert_eq!(reference(b"12 0 R"), Some(12));
        assert_eq!(reference(b"12 1 R"), None);
        assert_eq!(number(b"-1"), None);
    }
}
