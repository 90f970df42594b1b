//! Writes values that were read as PDF syntax again: what an update copies from an object that it replaces.

use crate::pdf::read::{Dict, Object};
use crate::pdf::write::token;

/// A value. Of a stream only the dictionary: its bytes stay where they are.
pub fn value(out: &mut Vec<u8>, object: &Object<'_>) {
    match object {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Bool(true) => out.extend_from_slice(b"true"),
        Object::Bool(false) => out.extend_from_slice(b"false"),
        Object::Int(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Object::Real(value) => real(out, *value),
        Object::Name(name) => token::name_bytes(out, name),
        Object::Text(text) => match std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| (0x20..0x7f).contains(&byte))) {
            Some(ascii) => token::text_string(out, ascii),
            None => token::hex_string(out, text),
        },
        Object::Array(values) => {
            out.push(b'[');
            for each in values {
                value(out, each);
                out.push(b' ');
            }
            out.push(b']');
        }
        Object::Dict(dict) => out.extend(dict_with(dict, &[])),
        Object::Stream(stream) => out.extend(dict_with(&stream.dict, &[])),
        Object::Ref(to) => out.extend_from_slice(format!("{} {} R", to.number, to.generation).as_bytes()),
    }
}

/// The shortest digits that give the same number, with a point even where it is whole: an integer is another type.
fn real(out: &mut Vec<u8>, value: f64) {
    let digits = value.to_string();
    out.extend_from_slice(digits.as_bytes());
    if !digits.contains('.') {
        out.extend_from_slice(b".0");
    }
}

/// A dictionary with some entries set, in their place or else at the end; the new values are PDF syntax.
pub fn dict_with(dict: &Dict<'_>, set: &[(&[u8], &[u8])]) -> Vec<u8> {
    let new_value = |key: &[u8]| set.iter().find(|(new, _)| *new == key).map(|(_, value)| *value);
    let mut out = b"<<".to_vec();
    for entry in dict.entries() {
        token::name_bytes(&mut out, &entry.key);
        out.push(b' ');
        match new_value(&entry.key) {
            Some(new) => out.extend_from_slice(new),
            None => value(&mut out, &entry.value),
        }
    }
    for (key, new) in set.iter().filter(|(key, _)| dict.entry(key).is_none()) {
        token::name_bytes(&mut out, key);
        out.push(b' ');
        out.extend_from_slice(new);
    }
    out.extend_from_slice(b">>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::read::{Lexer, Limits};

    #[test]
    fn what_was_read_is_written_as_the_same_value() {
        let text = b"<</A 1 0 R/B[1 -2 +3.50 595.0 -.002 (a\\(b\\)\\n) <4142>]/C<</D#20E /F#2fG>>/H true/I null/J false/K 65 2 R>>";
        let limits = Limits::default();
        let read = Lexer::new(text, 0, &limits).object().unwrap();
        let mut written = Vec::new();
        value(&mut written, &read);
        assert_eq!(Lexer::new(&written, 0, &limits).object().unwrap(), read, "{}", String::from_utf8_lossy(&written));
    }

    #[test]
    fn entries_are_set_in_their_place_or_at_the_end() {
        let limits = Limits::default();
        let read = Lexer::new(b"<</A 1/B 2>>", 0, &limits).object().unwrap();
        assert_eq!(dict_with(read.as_dict().unwrap(), &[(b"A", b"[7]"), (b"C", b"/X")]), b"<</A [7]/B 2/C /X>>");
    }
}
