//! What the readers of DER and signatures refuse.

use crate::cms::der_read::{DerReader, exact, tag};
use crate::cms::read_signed_data::SignedData;
use crate::cms::signed_attributes::SignedAttributes;

fn is_exact(bytes: &[u8]) -> bool {
    let mut reader = DerReader::new(bytes);
    reader.any().is_ok_and(|tlv| exact(&tlv, 8).is_ok()) && reader.at_end()
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..=0x7f => vec![tag, length as u8],
        0x80..=0xff => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head, content.to_vec()].concat()
}

#[test]
fn one_value_has_one_encoding() {
    for right in [&[2, 1, 0][..], &[2, 2, 0, 0x80], &[1, 1, 0xff], &[5, 0], &[6, 1, 0x2a], &[3, 2, 4, 0xf0], &[0x31, 6, 2, 1, 1, 2, 1, 2]] {
        assert!(is_exact(right), "{right:02x?}");
    }
    for wrong in [
        &[2, 0][..],
        &[2, 2, 0, 1],
        &[2, 2, 0xff, 0x80],
        &[1, 1, 1],
        &[5, 1, 0],
        &[6, 2, 0x80, 1],
        &[6, 1, 0x80],
        &[3, 2, 4, 0xf8],
        &[3, 0],
        &[0x31, 6, 2, 1, 2, 2, 1, 1],
        &[4, 0x81, 1, 0],
        &[0x30, 0x80, 0, 0],
        &[0x1f, 1, 0],
        &[4, 2, 0],
    ] {
        assert!(!is_exact(wrong), "{wrong:02x?}");
    }
}

fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(tag::SEQUENCE, &[tlv(tag::OID, oid), tlv(tag::SET, value)].concat())
}

const CONTENT_TYPE: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
const MESSAGE_DIGEST: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];

fn read_attributes(attributes: &[Vec<u8>]) -> Result<bool, &'static str> {
    let set = tlv(tag::CONTEXT_0, &attributes.concat());
    let tlv = DerReader::new(&set).any().map_err(|error| error.0)?;
    SignedAttributes::read(&tlv).map(|read| read.has_forbidden).map_err(|error| error.0)
}

#[test]
fn signed_attributes_stand_once_and_in_order() {
    let kind = attribute(&CONTENT_TYPE, &tlv(tag::OID, &[0x2a]));
    let digest = attribute(&MESSAGE_DIGEST, &tlv(tag::OCTET_STRING, &[7; 32]));
    assert_eq!(read_attributes(&[kind.clone(), digest.clone()]), Ok(false));
    assert_eq!(read_attributes(&[digest.clone(), kind.clone()]), Err("signed attributes are not in ascending order"));
    assert_eq!(read_attributes(&[kind.clone(), digest.clone(), digest.clone()]), Err("a signed attribute stands twice"));
    assert_eq!(read_attributes(std::slice::from_ref(&kind)), Err("message-digest is missing"));
    assert_eq!(read_attributes(std::slice::from_ref(&digest)), Err("content-type is missing"));
    let two_values = attribute(&MESSAGE_DIGEST, &[tlv(tag::OCTET_STRING, &[7; 32]), tlv(tag::OCTET_STRING, &[8; 32])].concat());
    assert!(read_attributes(&[kind, two_values]).is_err());
}

#[test]
fn hostile_bytes_are_an_error() {
    for length in 0..64_u8 {
        let bytes: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37) ^ length).collect();
        assert!(SignedData::read(&bytes).is_err());
    }
    assert!(SignedData::read(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).is_err());
}
