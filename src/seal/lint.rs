//! What a document must not hold when it is sealed: whatever makes a viewer show something else than the bytes that were signed.

use crate::{
    pdf::{
        read::Document,
        update::{UpdateError, raw},
    },
    seal::SealError,
};

/// Does this name stand for scripts, actions, optional content, content from elsewhere, forms that draw themselves, or an
/// older signature?
fn is_forbidden(name: &[u8]) -> bool {
    matches!(
        name,
        b"JavaScript"
            | b"JS"
            | b"AA"
            | b"OpenAction"
            | b"Launch"
            | b"URI"
            | b"GoToR"
            | b"GoToE"
            | b"SubmitForm"
            | b"ImportData"
            | b"ResetForm"
            | b"Rendition"
            | b"RichMedia"
            | b"Movie"
            | b"Sound"
            | b"3D"
            | b"OCProperties"
            | b"OCG"
            | b"OCMD"
            | b"OC"
            | b"XFA"
            | b"NeedAppearances"
            | b"NeedsRendering"
            | b"Ref"
            | b"OPI"
            | b"Alternates"
            | b"FFilter"
            | b"PS"
            | b"ByteRange"
            | b"Perms"
    )
}

/// Looks through the dictionaries and arrays of every object; about 5 µs for a licence.
pub fn lint(document: &Document<'_>) -> Result<(), SealError> {
    for (number, at) in document.placed() {
        let body = body_at(document.bytes(), number, at).ok_or(UpdateError::Object(number))?;
        let found = forbidden_name(body).map_err(|Cut| SealError::Forbidden(format!("object {number} is cut")))?;
        if let Some(name) = found {
            let name = String::from_utf8_lossy(name);
            return Err(SealError::Forbidden(format!("/{name} in object {number}")));
        }
    }
    Ok(())
}

/// What stands behind `n 0 obj`, up to the end of the file.
fn body_at(bytes: &[u8], number: u32, at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    let (digits, behind) = rest.split_at(raw::token_end(rest, 0));
    behind.strip_prefix(b" 0 obj").filter(|_| raw::number(digits) == Some(number.into()))
}

/// The value ended before its brackets were closed.
struct Cut;

/// The first forbidden name in the value that `object` starts with; names in strings and in stream data do not count.
fn forbidden_name(object: &[u8]) -> Result<Option<&[u8]>, Cut> {
    let mut at = raw::skip_space(object, 0);
    let mut open = 0usize;
    loop {
        let next = object.get(at + 1);
        match object.get(at).ok_or(Cut)? {
            b'/' => {
                let end = raw::token_end(object, at + 1);
                let name = object.get(at + 1..end).unwrap_or_default();
                if is_forbidden(name) || (name.contains(&b'#') && is_forbidden(&unescape(name))) {
                    return Ok(Some(name));
                }
                at = end;
            }
            b'(' => at = raw::string_end(object, at).ok_or(Cut)?,
            b'<' if next == Some(&b'<') => (at, open) = (at + 2, open + 1),
            b'>' if next == Some(&b'>') => (at, open) = (at + 2, open.checked_sub(1).ok_or(Cut)?),
            b'<' => at += object.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'>')).ok_or(Cut)? + 1,
            b'[' => (at, open) = (at + 1, open + 1),
            b']' => (at, open) = (at + 1, open.checked_sub(1).ok_or(Cut)?),
            _ => at = raw::token_end(object, at).max(at + 1),
        }
        if open == 0 {
            return Ok(None);
        }
        at = raw::skip_space(object, at);
    }
}

/// A name with its `#xx` escapes resolved.
fn unescape(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, tail)) = rest.split_first() {
        let mut byte = [*first];
        rest = tail;
        if *first == b'#'
            && let Some((digits, behind)) = tail.split_at_checked(2)
            && hex::decode_to_slice(digits, &mut byte).is_ok()
        {
            rest = behind;
        }
        out.extend_from_slice(&byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_behind_escapes_but_not_in_strings_or_streams() {
        let found = |text: &'static [u8]| forbidden_name(text).ok().map(|name| name.is_some());
        for bad in [
            &b" <</A<</S/JavaScript>>>>"[..],
            b"<</A<</S/Java#53cript>>>>",
            b"<</A(x\\)(y))/OC 3 0 R>>",
            b"<</A<41>/B<</C[1 -2.5/URI]>>>>",
            b"[1 2 /URI]",
            b"/Launch",
        ] {
            assert_eq!(found(bad), Some(true), "{bad:?}");
        }
        for good in [
            &b"<</A(/JavaScript (/JS))>>"[..],
            b"<</Length 4>>stream\n/JS \nendstream",
            b"<</Subtype/application#2Fjson>>",
            b"[<</A<2f4a53>>>]",
            b"12 endobj /JS",
        ] {
            assert_eq!(found(good), Some(false), "{good:?}");
        }
        for cut in [&b"<</A"[..], b"", b"<</A(", b"<</A<41", b"]", b">>"] {
            assert_eq!(found(cut), None, "{cut:?}");
        }
    }
}
