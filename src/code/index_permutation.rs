//! Status indices in an order that says nothing: a keyed permutation of the numbers below 2^20.
//!
//! A Feistel network of two 10-bit halves with HMAC-SHA-256 as round function: a bijection whatever the round function is, so a
//! counter gives every index once. Ten rounds hide the order of issue; nothing else depends on it.

use ring::hmac;

/// Licences a status list.
pub const LIST_SIZE: u32 = 1 << 20;

const HALF_BITS: u32 = 10;
const HALF_MASK: u32 = (1 << HALF_BITS) - 1;
const ROUNDS: u8 = 10;

/// The permutation of one deployment. The key is secret; lists have different orders.
pub struct IndexPermutation(hmac::Key);

impl IndexPermutation {
    /// From 32 secret bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The index of the `counter`-th licence of a list; `None` when the list is full.
    pub fn index(&self, list: u32, counter: u32) -> Option<u32> {
        if counter >= LIST_SIZE {
            return None;
        }
        let (mut left, mut right) = (counter >> HALF_BITS, counter & HALF_MASK);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.round(list, round, right));
        }
        Some(left << HALF_BITS | right)
    }

    fn round(&self, list: u32, round: u8, half: u32) -> u32 {
        let [a, b, c, d] = list.to_be_bytes();
        let [.., high, low] = half.to_be_bytes();
        match hmac::sign(&self.0, &[a, b, c, d, round, high, low]).as_ref() {
            [first, second, ..] => (u32::from(*first) << 8 | u32::from(*second)) & HALF_MASK,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_permutation() {
        let permutation = IndexPermutation::new(&[7; 32]);
        let mut seen = vec![false; LIST_SIZE as usize];
        // Every 16th counter: all of them take ten million HMACs, and a Feistel network is a bijection by construction.
        for counter in (0..LIST_SIZE).step_by(16) {
            let index = permutation.index(1, counter).expect("in range") as usize;
            assert!(!seen[index], "{counter}");
            seen[index] = true;
        }
        assert_eq!(permutation.index(1, LIST_SIZE), None);
    }

    #[test]
    fn key_and_list_change_the_order_and_neighbours_part() {
        let (a, b) = (IndexPermutation::new(&[7; 32]), IndexPermutation::new(&[8; 32]));
        let first = |p: &IndexPermutation, list| (0..16).filter_map(|c| p.index(list, c)).collect::<Vec<_>>();
        assert_ne!(first(&a, 1), first(&b, 1));
        assert_ne!(first(&a, 1), first(&a, 2));
        assert_eq!(first(&a, 1), first(&a, 1));
        assert!(!first(&a, 1).is_sorted());
    }
}
