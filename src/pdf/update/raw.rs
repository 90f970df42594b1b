//! Where PDF values end in raw bytes: enough to look through an object without reading it.

/// Deepest nesting of arrays and dictionaries.
const MAX_DEPTH: usize = 32;

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
    fn a_value_ends_where_its_brackets_close() {
        for (text, rest) in [
            (&b"<</A[1 (>>) <41>]/B<</C 1 0 R>>>>stream"[..], &b"stream"[..]),
            (b"12 0 R/X", b"/X"),
            (b"12 0 X", b" 0 X"),
            (b"(a(b)\\)c) d", b" d"),
            (b"/Name/Other", b"/Other"),
        ] {
            assert_eq!(value_end(text, 0, 0).and_then(|end| text.get(end..)), Some(rest));
        }
    }

    #[test]
    fn cut_and_deep_values_have_no_end() {
        let deep = b"[".repeat(100);
        for text in [&b"<</A 1"[..], b"(x", b"<41", b"", &deep] {
            assert_eq!(value_end(text, 0, 0), None);
        }
        assert_eq!((number(b"-1"), number(b"12345678901"), number(b"0123")), (None, None, Some(123)));
    }
}
