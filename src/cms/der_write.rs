//! Writes DER (ITU-T X.690) from values whose encodings are put together bottom-up.

use der::asn1::ObjectIdentifier;

/// Tag of SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// Tag of SET.
pub const SET: u8 = 0x31;
/// Tag of OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;

/// One element: tag, shortest definite length, content.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    header(&mut out, tag, content.len());
    out.extend_from_slice(content);
    out
}

/// Appends tag and shortest definite length of a content of `length` bytes.
pub fn header(out: &mut Vec<u8>, tag: u8, length: usize) {
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let skip = (length.leading_zeros() / 8) as usize;
        out.push(0x80 | (bytes.len() - skip) as u8);
        out.extend(bytes.iter().skip(skip));
    }
}

/// Length of [`header`] for a content of `length` bytes.
pub fn header_length(length: usize) -> usize {
    if length < 0x80 { 2 } else { 2 + std::mem::size_of::<usize>() - (length.leading_zeros() / 8) as usize }
}

/// A constructed element of already encoded parts.
pub fn constructed(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    element(tag, &parts.concat())
}

/// SEQUENCE of already encoded parts.
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    constructed(SEQUENCE, parts)
}

/// Content of a DER SET OF: already encoded parts in ascending order of their encodings (X.690 clause 11.6).
pub fn set_of_content(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    parts.concat()
}

/// OBJECT IDENTIFIER.
pub fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    element(0x06, oid.as_bytes())
}

/// INTEGER from an unsigned big-endian number of any length.
pub fn unsigned_integer(big_endian: &[u8]) -> Vec<u8> {
    let skip = big_endian.iter().take_while(|byte| **byte == 0).count().min(big_endian.len().saturating_sub(1));
    let mut content = Vec::with_capacity(big_endian.len() + 1);
    if big_endian.get(skip).is_none_or(|byte| *byte >= 0x80) {
        content.push(0);
    }
    content.extend(big_endian.iter().skip(skip));
    element(0x02, &content)
}

/// BOOLEAN TRUE; FALSE is always a default in what we write and so is left out.
pub const TRUE: &[u8] = &[0x01, 0x01, 0xff];

/// NULL.
pub const NULL: &[u8] = &[0x05, 0x00];

/// OCTET STRING.
pub fn octet_string(content: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, content)
}

/// BIT STRING of whole bytes.
pub fn bit_string(content: &[u8]) -> Vec<u8> {
    constructed(0x03, &[&[0], content])
}

/// BIT STRING with named bits: bit 0 is the most significant of the first byte, trailing zeros are cut (X.690 clause 11.2.2).
pub fn named_bits(bits: u16) -> Vec<u8> {
    let bytes = bits.to_be_bytes();
    let used = 16 - bits.trailing_zeros().min(16);
    let length = used.div_ceil(8) as usize;
    let unused = (length as u32 * 8 - used) as u8;
    let mut content = vec![unused];
    content.extend(bytes.iter().take(length));
    element(0x03, &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::{Decode, Encode};

    #[test]
    fn lengths_are_shortest() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let bytes = octet_string(&vec![7; length]);
            assert_eq!(bytes.len(), header_length(length) + length);
            let read = der::asn1::OctetString::from_der(&bytes).unwrap();
            assert_eq!(read.to_der().unwrap(), bytes);
        }
    }

    #[test]
    fn integers_are_shortest_and_positive() {
        assert_eq!(unsigned_integer(&[]), [2, 1, 0]);
        assert_eq!(unsigned_integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(unsigned_integer(&[0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(unsigned_integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned_integer(&[0, 1, 0]), [2, 2, 1, 0]);
    }

    #[test]
    fn named_bits_are_cut() {
        // keyCertSign (5) and cRLSign (6)
        assert_eq!(named_bits(0x0600), [3, 2, 1, 0x06]);
        // digitalSignature (0) and contentCommitment (1)
        assert_eq!(named_bits(0xc000), [3, 2, 6, 0xc0]);
        assert_eq!(named_bits(0), [3, 1, 0]);
    }
}
