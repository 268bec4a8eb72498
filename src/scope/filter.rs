//! A Bloom filter with one hash, over texts without regard to case. It quickly rules out texts that
//! are not in a set.

use std::ops::Range;

/// Number of bits. The filter stays mostly empty with thousands of identities, and fits into the
/// first-level cache.
const BITS: usize = 1 << 16;

/// The texts that a set may contain.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    words: Vec<u64>,
}

impl Filter {
    /// Creates a filter of the texts with these hashes.
    pub(super) fn of(hashes: impl Iterator<Item = u64>) -> Self {
        let mut words = vec![0; BITS / 64];
        for place in hashes.map(place) {
            words[place / 64] |= 1 << (place % 64);
        }
        Self { words }
    }

    /// Returns `false` only for a text that is not in the set, in any case of its letters.
    pub(super) fn may_hold(&self, hash: u64) -> bool {
        let place = place(hash);
        self.words[place / 64] & 1 << (place % 64) != 0
    }
}

/// Selects a bit by the highest bits of the hash, which depend on all others.
fn place(hash: u64) -> usize {
    (hash >> 48) as usize
}

/// Hashes the length and all bytes, without the bit that distinguishes the case of ASCII letters.
pub(super) fn whole(text: &str) -> u64 {
    let text = text.as_bytes();
    let (words, _) = text.as_chunks();
    let (pairs, odd) = words.as_chunks();
    // The second word is multiplied in parallel with the first, which depends on the hash so far.
    let pair = |hash, [first, second]: &[[u8; 8]; 2]| mix(hash ^ caseless(*second).wrapping_mul(SPREAD_MORE), *first);
    let hash = pairs.iter().fold(text.len() as u64, pair);
    let hash = odd.iter().fold(hash, |hash, word| mix(hash, *word));
    // The last word may overlap the one before, so that nothing has to be copied.
    let last = text.last_chunk().copied();
    mix(hash, last.unwrap_or_else(|| up_to(text, 0..text.len())))
}

/// Hashes the length of a word in a text, its bytes up to a position, and its last bytes, without
/// case. Faster than [`whole`], and less selective.
pub(super) fn around(text: &[u8], word: Range<usize>, at: usize) -> u64 {
    let hash = mix(word.len() as u64, up_to(text, word.start..at));
    mix(hash, up_to(text, word))
}

/// Hashes what [`whole`] leaves out: the bits that distinguish the case of ASCII letters. Exact for
/// up to 64 bytes.
pub(super) fn case_of(text: &str) -> u64 {
    let text = text.as_bytes();
    let (words, _) = text.as_chunks();
    let case = |word: [u8; 8]| u64::from_le_bytes(word) & u64::from_ne_bytes([0x20; 8]);
    let bits = words
        .iter()
        .fold(0, |bits: u64, word| bits.rotate_left(1) ^ case(*word));
    let last = text.last_chunk().copied();
    let last = case(last.unwrap_or_else(|| up_to(text, 0..text.len())));
    (bits.rotate_left(1) ^ last).wrapping_mul(SPREAD)
}

/// Returns the last eight bytes of a part of a text, or all of a shorter part, padded with zeros.
fn up_to(text: &[u8], part: Range<usize>) -> [u8; 8] {
    let missing = 8_usize.saturating_sub(part.len());
    match text[..part.end].last_chunk() {
        // Bytes before the part are shifted out in two steps, since a shift by 64 is not allowed.
        Some(last) => (u64::from_le_bytes(*last) >> (4 * missing) >> (4 * missing)).to_le_bytes(),
        None => {
            let mut few = [0; 8];
            few[..part.len()].copy_from_slice(&text[part]);
            few
        }
    }
}

/// Arbitrary multipliers with an uneven value, which spread the bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
const SPREAD_MORE: u64 = 0xc2b2_ae3d_27d4_eb4f;

fn mix(hash: u64, word: [u8; 8]) -> u64 {
    (hash.rotate_left(29) ^ caseless(word)).wrapping_mul(SPREAD)
}

fn caseless(word: [u8; 8]) -> u64 {
    u64::from_le_bytes(word) & !u64::from_ne_bytes([0x20; 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_set_is_found_in_any_case_and_little_else() {
        let texts: Vec<_> = (0..900).map(|n| format!("agent.{n:04}@support.example")).collect();
        let texts_and_short = texts.iter().map(String::as_str).chain(["x", "", "12345678"]);
        let filter = Filter::of(texts_and_short.map(whole));
        for text in &texts {
            assert!(
                filter.may_hold(whole(text)) && filter.may_hold(whole(&text.to_uppercase())),
                "{text}"
            );
        }
        for short in ["X", "", "12345678"] {
            assert!(filter.may_hold(whole(short)), "{short}");
        }
        let others = (900..10_000).map(|n| format!("agent.{n:04}@support.example"));
        let wrong = others.filter(|text| filter.may_hold(whole(text))).count();
        assert!(wrong < 400, "{wrong} of 9,100 others");
    }

    #[test]
    fn a_word_is_known_again_wherever_it_stands() {
        for word in [
            "ann.lee@x.example",
            "@x",
            "a@x",
            "12345678@x",
            "long.name.of.somebody@x.example",
        ] {
            let at = word.find('@').expect("there is one");
            let alone = around(word.as_bytes(), 0..word.len(), at);
            for before in ["", "x", "123456 ", "1234567 ", "12345678 ", "ä\" \""] {
                let text = format!("{before}{} behind", word.to_uppercase());
                let start = before.len();
                assert_eq!(
                    around(text.as_bytes(), start..start + word.len(), start + at),
                    alone,
                    "{text}"
                );
            }
        }
        assert_ne!(around(b"ann@x", 0..5, 3), around(b"eve@x", 0..5, 3));
    }
}
