//! Canonical JSON (RFC 8785, JCS): one value, one spelling, so that a digest over it means something.

use serde::Serialize;
use serde_json::Value;

/// Why a value has no canonical form here.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// The value cannot be written as JSON at all.
    #[error("the value cannot be written as JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// A number that is no integer of at most 2^53 - 1: payloads hold text for amounts, so that no two programs round differently.
    #[error("canonical JSON here holds integers up to 2^53 - 1 only; write other numbers as text")]
    Number,
}

/// The RFC 8785 bytes of `value`: no white space, names sorted by UTF-16 code units, shortest escapes. Integers only.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::with_capacity(1024);
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    match value {
        Value::Object(map) => {
            let mut names: Vec<&String> = map.keys().collect();
            // Byte order and UTF-16 order differ only beyond the basic plane.
            names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (i, name) in names.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, name)?;
                out.push(b':');
                write(&map[name], out)?;
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Number(number) => {
            let in_range = number.as_i64().is_some_and(|n| n.unsigned_abs() < 1 << 53);
            if !in_range {
                return Err(CanonicalError::Number);
            }
            serde_json::to_writer(out, number)?;
        }
        Value::Null | Value::Bool(_) | Value::String(_) => serde_json::to_writer(out, value)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_sorted_by_utf16_code_units() {
        // The example of RFC 8785 §3.2.3.
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis"
        });
        let text = String::from_utf8(to_vec(&value).expect("canonical")).expect("utf-8");
        let order = ["Carriage Return", "One", "Control", "Latin Small", "Euro Sign", "Emoji", "Hebrew"];
        let places: Vec<_> = order.iter().map(|name| text.find(name)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
    }

    #[test]
    fn escapes_are_the_shortest() {
        let text = to_vec(&json!({"a": "\u{8}\t\n\u{c}\r\"\\\u{1f}/é𠮷", "n": [null, true, -7]})).expect("canonical");
        assert_eq!(String::from_utf8_lossy(&text), "{\"a\":\"\\b\\t\\n\\f\\r\\\"\\\\\\u001f/é𠮷\",\"n\":[null,true,-7]}");
    }

    #[test]
    fn fractions_and_huge_numbers_are_refused() {
        for value in [json!(0.5), json!(1u64 << 53), json!(-(1i64 << 53)), json!(u64::MAX)] {
            assert!(matches!(to_vec(&value), Err(CanonicalError::Number)), "{value}");
        }
        assert_eq!(to_vec(&json!((1i64 << 53) - 1)).expect("canonical"), b"9007199254740991");
    }
}
