//! A set of texts that knows at a glance what it does not hold: a Bloom filter with one hash, without case.

/// Bits; with thousands of identities still mostly empty, and small enough to stay in the fastest cache.
const BITS: usize = 1 << 16;

/// Which texts a set may hold.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    words: Vec<u64>,
}

impl Filter {
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut words = vec![0; BITS / 64];
        for text in texts {
            let place = place(text.as_bytes());
            words[place / 64] |= 1 << (place % 64);
        }
        Self { words }
    }

    /// False only for what is not in the set, however it is cased.
    pub(super) fn may_hold(&self, text: &str) -> bool {
        let place = place(text.as_bytes());
        self.words[place / 64] & 1 << (place % 64) != 0
    }
}

/// From the length and all bytes, without the bit that tells ASCII letters' case.
fn place(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks();
    let (pairs, odd) = words.as_chunks();
    // The second of two is multiplied beside the first, which has to wait for what precedes it.
    let pair = |hash, [first, second]: &[[u8; 8]; 2]| mix(hash ^ caseless(*second).wrapping_mul(SPREAD_MORE), *first);
    let hash = pairs.iter().fold(text.len() as u64, pair);
    let hash = odd.iter().fold(hash, |hash, word| mix(hash, *word));
    // It may overlap what precedes it, so that nothing has to be copied.
    let last = text.last_chunk().copied();
    (mix(hash, last.unwrap_or_else(|| few(rest))) >> 48) as usize
}

/// Odd multipliers of no meaning but that they spread: the highest bits of a product depend on all others.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
const SPREAD_MORE: u64 = 0xc2b2_ae3d_27d4_eb4f;

fn mix(hash: u64, word: [u8; 8]) -> u64 {
    (hash.rotate_left(29) ^ caseless(word)).wrapping_mul(SPREAD)
}

fn caseless(word: [u8; 8]) -> u64 {
    u64::from_le_bytes(word) & !u64::from_ne_bytes([0x20; 8])
}

/// Fewer than eight bytes.
fn few(bytes: &[u8]) -> [u8; 8] {
    let word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    word.to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_set_is_found_in_any_case_and_little_else() {
        let texts: Vec<_> = (0..900).map(|n| format!("agent.{n:04}@support.example")).collect();
        let filter = Filter::of(texts.iter().map(String::as_str).chain(["x", "", "12345678"]));
        for text in &texts {
            assert!(filter.may_hold(text) && filter.may_hold(&text.to_uppercase()), "{text}");
        }
        assert!(filter.may_hold("X") && filter.may_hold("") && filter.may_hold("12345678"));
        let others = (900..10_000).map(|n| format!("agent.{n:04}@support.example"));
        let wrong = others.filter(|text| filter.may_hold(text)).count();
        assert!(wrong < 400, "{wrong} of 9,100 others");
    }
}
