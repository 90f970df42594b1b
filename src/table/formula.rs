//! Formulas in text: a cell that a spreadsheet would run (CSV injection) is refused on the way in and made plain on the way out.

/// Would a spreadsheet take this cell for a formula? Plain signed numbers are none.
pub(super) fn is_formula(cell: &str) -> bool {
    match cell.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !is_number(cell),
        _ => false,
    }
}

/// The cell as a spreadsheet shows it without running it: an apostrophe stands before a formula.
pub(super) fn escaped(cell: &str) -> std::borrow::Cow<'_, str> {
    if is_formula(cell) || unescaped(cell).len() != cell.len() { format!("'{cell}").into() } else { cell.into() }
}

/// Takes away the apostrophe that [`escaped`] put there, so that an export can be imported again.
pub(super) fn unescaped(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

fn is_number(cell: &str) -> bool {
    let digits = cell.get(1..).unwrap_or_default();
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_numbers_and_text() {
        for cell in ["=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-", "-1-1", "\t=1", "\r=1", "+"] {
            assert!(is_formula(cell), "{cell:?}");
        }
        for cell in ["", "-12.5", "+8613", "营业执照", "1=1", "a@b", "'=1"] {
            assert!(!is_formula(cell), "{cell:?}");
        }
    }

    #[test]
    fn what_is_escaped_comes_back() {
        for cell in ["=1", "'=1", "''=1", "'text", "text", "-5", "@x"] {
            let out = escaped(cell);
            assert!(!is_formula(&out), "{cell}");
            assert_eq!(unescaped(&out), cell);
        }
    }
}
