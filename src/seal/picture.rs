//! Gives the objects of a seal's picture their numbers in the document.

use crate::pdf::{unsealed::SealAppearance, update::raw};

/// The bodies of the picture's objects, numbered from `first`: `@N@` becomes a reference in dictionaries, never in stream data.
pub(super) fn picture(appearance: &SealAppearance, first: u32) -> Vec<Vec<u8>> {
    appearance.objects.iter().map(|body| resolve(body, first)).collect()
}

fn resolve(body: &[u8], first: u32) -> Vec<u8> {
    let dictionary_end = raw::value_end(body, raw::skip_space(body, 0), 0).unwrap_or(body.len());
    let (mut dictionary, data) = body.split_at_checked(dictionary_end).unwrap_or((body, &[]));
    let mut out = Vec::with_capacity(body.len() + 64);
    while let Some(at) = dictionary.iter().position(|byte| *byte == b'@') {
        let (before, rest) = dictionary.split_at(at);
        out.extend_from_slice(before);
        let behind = rest.get(1..).unwrap_or_default();
        let digits = behind.iter().take_while(|b| b.is_ascii_digit()).count();
        let index = behind.get(..digits).and_then(raw::number);
        match (index, behind.get(digits)) {
            (Some(index), Some(b'@')) => {
                out.extend(format!("{} 0 R", u64::from(first) + index).into_bytes());
                dictionary = behind.get(digits + 1..).unwrap_or_default();
            }
            _ => {
                out.push(b'@');
                dictionary = behind;
            }
        }
    }
    out.extend_from_slice(dictionary);
    out.extend_from_slice(data);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_a_picture_are_resolved_outside_stream_data() {
        let body = b"<</X @1@/Y[@0@ @x] >>\nstream\n@1@ @0@\nendstream";
        assert_eq!(resolve(body, 40), b"<</X 41 0 R/Y[40 0 R @x] >>\nstream\n@1@ @0@\nendstream");
    }
}
