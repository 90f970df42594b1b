//! What a document must not hold when it is sealed: whatever makes a viewer show something else than the bytes that were signed.

use crate::{pdf::update::base::Base, pdf::update::raw, seal::SealError};

/// Names that stand for scripts, actions, optional content, content from elsewhere and forms that draw themselves.
const FORBIDDEN: &[&[u8]] = &[
    b"JavaScript",
    b"JS",
    b"AA",
    b"OpenAction",
    b"Launch",
    b"URI",
    b"GoToR",
    b"GoToE",
    b"SubmitForm",
    b"ImportData",
    b"ResetForm",
    b"Rendition",
    b"RichMedia",
    b"Movie",
    b"Sound",
    b"3D",
    b"OCProperties",
    b"OCG",
    b"OCMD",
    b"OC",
    b"XFA",
    b"NeedAppearances",
    b"NeedsRendering",
    b"Ref",
    b"OPI",
    b"Alternates",
    b"FFilter",
    b"PS",
    b"ByteRange",
    b"Perms",
];

/// Looks through the dictionaries of every object from byte `from` on. A template's constant beginning is looked through once,
/// when the template is prepared (`from` 0); afterwards each licence pays only for what varies.
pub fn lint(bytes: &[u8], from: usize) -> Result<(), SealError> {
    let base = Base::read(bytes)?;
    for number in 1..base.size() {
        if base.offset(number).is_some_and(|at| at >= from) {
            lint_object(number, base.object(number)?)?;
        }
    }
    Ok(())
}

/// Looks through the names of one object's value; stream data are not looked at.
fn lint_object(number: u32, object: &[u8]) -> Result<(), SealError> {
    let cut = || SealError::Forbidden(format!("object {number} is cut"));
    let start = raw::skip_space(object, 0);
    let end = raw::value_end(object, start, 0).ok_or_else(cut)?;
    let value = object.get(start..end).ok_or_else(cut)?;
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        at = match byte {
            b'(' => raw::string_end(value, at).ok_or_else(cut)?,
            b'/' => {
                let end = raw::token_end(value, at + 1);
                let name = value.get(at + 1..end).unwrap_or_default();
                if is_forbidden(name) {
                    let name = String::from_utf8_lossy(name);
                    return Err(SealError::Forbidden(format!("/{name} in object {number}")));
                }
                end
            }
            _ => at + 1,
        };
    }
    Ok(())
}

fn is_forbidden(name: &[u8]) -> bool {
    if name.contains(&b'#') {
        return FORBIDDEN.contains(&unescape(name).as_slice());
    }
    FORBIDDEN.contains(&name)
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
        for bad in [&b" <</A<</S/JavaScript>>>>"[..], b"<</A<</S/Java#53cript>>>>", b"<</A(x\\)(y))/OC 3 0 R>>", b"[1 2 /URI]"] {
            assert!(lint_object(1, bad).is_err(), "{bad:?}");
        }
        for good in [&b"<</A(/JavaScript (/JS))>>"[..], b"<</Length 4>>stream\n/JS \nendstream", b"<</Subtype/application#2Fjson>>"] {
            assert!(lint_object(1, good).is_ok(), "{good:?}");
        }
    }
}
