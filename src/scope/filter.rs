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
    const CASELESS: u64 = !u64::from_ne_bytes([0x20; 8]);
    // An odd multiplier of no meaning but that it spreads; the highest bits of a product depend on all others.
    let mix = |hash: u64, word: u64| (hash.rotate_left(29) ^ word & CASELESS).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (words, rest) = text.as_chunks();
    let hash = words
        .iter()
        .fold(text.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    (mix(hash, u64::from_le_bytes(last)) >> 48) as usize
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
