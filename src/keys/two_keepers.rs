//! Splits the passphrase of the keys between two keepers (双人控制), and puts it together again. Neither share alone says anything.

use crate::{
    ambient::Entropy,
    domain::{digest::Digest, secret::Secret},
    keys::KeyError,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// The beginning of every share.
const MARK: &str = "elk-share";
/// Shares are a multiple of this long, so that they do not say how long the passphrase is.
const BLOCK: usize = 64;

/// Why two shares do not make a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareProblem {
    /// Not a share, or a wrong character in it.
    #[error("这不是完整的口令份额，请核对 / this is no share, or a character of it is wrong; check it")]
    Malformed,
    /// The shares are of two splittings.
    #[error("两份口令份额不属于同一次拆分 / the two shares are not of the same splitting; bring those that belong together")]
    OtherPair,
    /// It is the same share twice.
    #[error("两份是同一份额，需要另一位保管人的份额 / this is the same share; the other keeper's is needed")]
    SameShare,
}

/// Splits `passphrase` (at most 1024 bytes): random bytes for one keeper, their XOR with the padded passphrase for the other: a
/// one-time pad. Each share is one line of text.
pub fn split(passphrase: &Secret<String>, entropy: &dyn Entropy) -> Result<[Secret<String>; 2], KeyError> {
    let clear = passphrase.expose().as_bytes();
    if clear.is_empty() || clear.len() > 1024 {
        return Err(KeyError::MissingPassphrase);
    }
    let mut padded = Zeroizing::new(vec![0; (clear.len() / BLOCK + 1) * BLOCK]);
    for (to, from) in padded.iter_mut().zip(clear.iter().chain([&0x80])) {
        *to = *from;
    }
    let mut pair = [0; 4];
    entropy.fill(&mut pair)?;
    let mut pad = Zeroizing::new(vec![0; padded.len()]);
    entropy.fill(&mut pad)?;
    let other = Zeroizing::new(padded.iter().zip(pad.iter()).map(|(clear, pad)| clear ^ pad).collect::<Vec<u8>>());
    Ok([write(&pair, 1, &pad), write(&pair, 2, &other)])
}

/// Puts the passphrase together from both shares, in any order.
pub fn combine(first: &str, second: &str) -> Result<Secret<String>, ShareProblem> {
    let (first, second) = (read(first)?, read(second)?);
    if first.pair != second.pair || first.bytes.len() != second.bytes.len() {
        return Err(ShareProblem::OtherPair);
    }
    if first.number == second.number {
        return Err(ShareProblem::SameShare);
    }
    let mut clear = Zeroizing::new(first.bytes.iter().zip(second.bytes.iter()).map(|(a, b)| a ^ b).collect::<Vec<u8>>());
    let end = clear.iter().rposition(|byte| *byte != 0).filter(|end| clear.get(*end) == Some(&0x80)).ok_or(ShareProblem::OtherPair)?;
    clear.truncate(end);
    String::from_utf8(clear.to_vec()).map(Secret::new).map_err(|_| ShareProblem::OtherPair)
}

/// Is this text a share? Says so before it is kept for the other one.
pub fn check_share(text: &str) -> Result<(), ShareProblem> {
    read(text).map(|_| ())
}

struct Share {
    pair: String,
    number: u8,
    bytes: Zeroizing<Vec<u8>>,
}

/// `elk-share-NUMBER-PAIR-BYTES-CHECK`; the check finds slips of the pen, it protects nothing.
fn write(pair: &[u8; 4], number: u8, bytes: &[u8]) -> Secret<String> {
    let body = Zeroizing::new(format!("{MARK}.{number}.{}.{}", hex::encode(pair), URL_SAFE_NO_PAD.encode(bytes)));
    Secret::new(format!("{}.{}", *body, check_of(&body)))
}

fn read(text: &str) -> Result<Share, ShareProblem> {
    let (body, check) = text.trim().rsplit_once('.').ok_or(ShareProblem::Malformed)?;
    let mut parts = body.split('.');
    let (mark, number, pair, bytes, end) = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    let number = number.and_then(|number| number.parse().ok()).filter(|number| (1..=2).contains(number));
    match (mark, number, pair, bytes, end) {
        (Some(MARK), Some(number), Some(pair), Some(bytes), None) if check_of(body) == check => {
            let bytes = URL_SAFE_NO_PAD.decode(bytes).map_err(|_| ShareProblem::Malformed)?;
            Ok(Share { pair: pair.to_owned(), number, bytes: Zeroizing::new(bytes) })
        }
        _ => Err(ShareProblem::Malformed),
    }
}

fn check_of(body: &str) -> String {
    Digest::of(body.as_bytes()).to_hex().chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::{FixedEntropy, SystemEntropy};

    #[test]
    fn both_shares_make_the_passphrase_and_one_does_not() {
        for clear in ["a", "正确的口令 correct horse", &"x".repeat(63), &"x".repeat(64), &"x".repeat(1024)] {
            let [one, two] = split(&Secret::new(clear.to_owned()), &SystemEntropy::new()).unwrap();
            assert_eq!(combine(one.expose(), two.expose()).unwrap().expose(), clear);
            assert_eq!(combine(two.expose(), &format!(" {}\n", one.expose())).unwrap().expose(), clear);
            assert_eq!(combine(one.expose(), one.expose()).unwrap_err(), ShareProblem::SameShare);
            assert!(!one.expose().contains(clear) || clear == "a");
        }
        let (short, long) = ("a".to_owned(), "b".repeat(60));
        let length = |clear: String| split(&Secret::new(clear), &SystemEntropy::new()).unwrap()[0].expose().len();
        assert_eq!(length(short), length(long), "a share does not tell the length");
        assert!(split(&Secret::new(String::new()), &SystemEntropy::new()).is_err());
    }

    #[test]
    fn slips_and_strange_pairs_are_found() {
        let passphrase = Secret::new("correct horse".to_owned());
        let [one, _] = split(&passphrase, &FixedEntropy::seeded(1)).unwrap();
        let [_, other] = split(&passphrase, &FixedEntropy::seeded(2)).unwrap();
        assert_eq!(combine(one.expose(), other.expose()).unwrap_err(), ShareProblem::OtherPair);
        let middle = one.expose().len() / 2;
        let mut slip = one.expose().clone().into_bytes();
        slip[middle] = if slip[middle] == b'A' { b'B' } else { b'A' };
        for wrong in [String::from_utf8(slip).unwrap().as_str(), "", "elk-share", "elk-share.1.00.AA.00", "correct horse"] {
            assert_eq!(check_share(wrong), Err(ShareProblem::Malformed), "{wrong}");
        }
    }

    /// Whatever one share is, every passphrase of a length is equally possible: the other share only has to be the right one.
    #[test]
    fn a_share_fits_every_passphrase() {
        let [one, two] = split(&Secret::new("right".to_owned()), &FixedEntropy::seeded(7)).unwrap();
        let (pad, other) = (read(one.expose()).unwrap(), read(two.expose()).unwrap());
        let forged: Vec<u8> = other.bytes.iter().zip(b"right\x80".iter().zip(b"wrong\x80")).map(|(byte, (a, b))| byte ^ a ^ b).collect();
        let forged = [&forged, &other.bytes[6..]].concat();
        let pair = <[u8; 4]>::try_from(hex::decode(&pad.pair).unwrap()).unwrap();
        assert_eq!(combine(one.expose(), write(&pair, 2, &forged).expose()).unwrap().expose(), "wrong");
    }
}
