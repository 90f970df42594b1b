//! Bytes as decimal digits: blocks of 17 bytes, each a big-endian integer of 41 digits with leading zeros; the last block is shorter.

use crate::code::CodeError;

const BLOCK: usize = 17;
/// Digits of a block of n bytes: ceil(8·n·log10 2), n from 0.
const DIGITS: [usize; BLOCK + 1] = [0, 3, 5, 8, 10, 13, 15, 17, 20, 22, 25, 27, 29, 32, 34, 37, 39, 41];
const FULL: usize = 41;
/// Digits of one limb while writing: 256 · 10^16 stays below 2^64.
const LIMB_DIGITS: usize = 16;
const LIMB: u64 = 10_000_000_000_000_000;

/// How many digits `count` bytes become.
pub(super) fn digits_len(count: usize) -> usize {
    count / BLOCK * FULL + DIGITS.get(count % BLOCK).copied().unwrap_or(0)
}

/// The digits of `bytes`.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(digits_len(bytes.len()));
    for block in bytes.chunks(BLOCK) {
        // Three limbs of 16 digits, least significant first: 48 digits hold the 41.
        let mut limbs = [0u64; 3];
        for byte in block {
            let mut carry = u64::from(*byte);
            for limb in &mut limbs {
                let n = *limb * 256 + carry;
                *limb = n % LIMB;
                carry = n / LIMB;
            }
        }
        let [low, middle, high] = limbs;
        let all = format!("{high:016}{middle:016}{low:016}");
        out.push_str(all.get(3 * LIMB_DIGITS - digits_len(block.len())..).unwrap_or_default());
    }
    out
}

/// The bytes of `digits`; refuses other characters, impossible lengths, and blocks whose number is too large for their bytes.
pub(super) fn decode(digits: &str) -> Result<Vec<u8>, CodeError> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CodeError::NotACode);
    }
    let mut out = Vec::with_capacity(digits.len() / FULL * BLOCK + BLOCK);
    for block in digits.as_bytes().chunks(FULL) {
        let count = DIGITS.iter().position(|d| *d == block.len()).ok_or(CodeError::Unreadable("digits are missing"))?;
        // Five limbs of 32 bit, least significant first: 160 bits hold every 41-digit number.
        let mut limbs = [0u64; 5];
        for part in block.chunks(9) {
            let scale = 10u64.pow(part.len() as u32);
            let mut carry = part.iter().fold(0u64, |n, b| n * 10 + u64::from(b - b'0'));
            for limb in &mut limbs {
                let n = *limb * scale + carry;
                *limb = n & 0xffff_ffff;
                carry = n >> 32;
            }
        }
        let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| (*limb as u32).to_be_bytes()).collect();
        let (zeros, value) = bytes.split_at(bytes.len() - count);
        if zeros.iter().any(|b| *b != 0) {
            return Err(CodeError::Unreadable("a digit is wrong"));
        }
        out.extend_from_slice(value);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lengths_are_those_of_the_largest_numbers() {
        // 256^n - 1 has as many digits as the table says: the bytes ff…ff fill their block.
        for n in 1..=BLOCK {
            let digits = encode(&vec![0xff; n]);
            assert_eq!(digits.len(), digits_len(n));
            assert!(!digits.starts_with('0'), "{n}: {digits}");
            assert_eq!(decode(&digits), Ok(vec![0xff; n]));
        }
        assert_eq!(encode(&[0xff; 17]), "87112285931760246646623899502532662132735");
    }

    #[test]
    fn leading_zeros_stay() {
        for n in 0..60 {
            let bytes: Vec<u8> = (0..n).map(|i| if i % 3 == 0 { 0 } else { i }).collect();
            if n > 0 {
                assert_eq!(decode(&encode(&bytes)), Ok(bytes));
            }
        }
    }

    #[test]
    fn a_number_beyond_its_bytes_is_unreadable() {
        assert!(matches!(decode("256"), Err(CodeError::Unreadable(_))));
        assert!(matches!(decode(&"9".repeat(41)), Err(CodeError::Unreadable(_))));
        assert!(matches!(decode("12"), Err(CodeError::Unreadable(_))));
        assert_eq!(decode("25x"), Err(CodeError::NotACode));
        assert_eq!(decode(""), Err(CodeError::NotACode));
    }
}
