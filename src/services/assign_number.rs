//! Writes the licence number (证照编号) that the service assigns, by the pattern of the type.

/// The pattern with `{year}` and `{seq}` or `{seq:08}` (digits, filled with zeros) replaced; `None` when it is no such pattern or
/// has no `{seq}`.
pub(super) fn assigned_number(pattern: &str, year: i32, sequence: i64) -> Option<String> {
    let mut number = String::with_capacity(32);
    let mut rest = pattern;
    let mut counted = false;
    while let Some((before, tail)) = rest.split_once('{') {
        let (name, after) = tail.split_once('}')?;
        number.push_str(before);
        match name.split_once(':') {
            None if name == "year" => number.push_str(&year.to_string()),
            None if name == "seq" => number.push_str(&sequence.to_string()),
            Some(("seq", width)) => {
                let width: usize = width.parse().ok().filter(|w| (1..=18).contains(w))?;
                number.push_str(&format!("{sequence:0width$}"));
            }
            _ => return None,
        }
        counted |= name.starts_with("seq");
        rest = after;
    }
    if rest.contains('}') || !counted {
        return None;
    }
    number.push_str(rest);
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::assigned_number;

    #[test]
    fn patterns_are_filled() {
        assert_eq!(assigned_number("JY1{year}{seq:09}", 2026, 42).as_deref(), Some("JY12026000000042"));
        assert_eq!(assigned_number("{seq}", 2026, 7).as_deref(), Some("7"));
        assert_eq!(assigned_number("A{seq:02}-{year}", 2026, 123).as_deref(), Some("A123-2026"));
    }

    #[test]
    fn what_is_no_pattern_gives_no_number() {
        for pattern in ["", "{year}", "{seq", "seq}", "{month}{seq}", "{seq:0}", "{seq:x}", "{seq:99}"] {
            assert_eq!(assigned_number(pattern, 2026, 1), None, "{pattern}");
        }
    }
}
