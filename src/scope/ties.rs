//! A Bloom filter of the sessions and actors of records by others in the windows, filled while the
//! logs are read. A value that is not in it occurs in no such record, so the logs need not be read
//! again to search for it.

use super::filter::whole;
use crate::{case::fold, text::trimmed};

/// Words of a line. All bits of a value are in one line, one bit in each word, so that a test
/// touches one cache line.
const WORDS: usize = 8;

/// Bits of a hash that select its entry among the values added last. Most records repeat the
/// session or the actor of an earlier one.
const RECENT: u32 = 12;

/// Bytes of a log for each byte of the filter. Records of 500 bytes with two new values each then
/// have 16 bits for a value. About one in a thousand other values seems to be in the filter, and
/// fewer if some records lie outside the windows.
const SHARE: u64 = 128;

/// Lowest and highest size of a filter, in lines: 64 KiB to 8 MiB.
const FEWEST: u64 = 1 << 10;
const MOST: u64 = 1 << 17;

/// Values of the records that one thread judged. The default filter ignores what is added and
/// excludes no value.
#[derive(Debug, Default)]
pub struct TieFilter {
    /// Lines, a power of two in number.
    lines: Vec<[u64; WORDS]>,
    recent: Vec<u64>,
}

impl TieFilter {
    /// Creates an empty filter for logs of this many bytes. Its size affects the speed only.
    pub fn for_logs(bytes: u64) -> Self {
        let lines = (bytes / SHARE / size_of::<[u64; WORDS]>() as u64).clamp(FEWEST, MOST);
        let lines = usize::try_from(lines).expect("MOST is less").next_power_of_two();
        let mut recent = vec![0; 1 << RECENT];
        // Entry 0 must not equal a hash of zero, so it starts with a hash that belongs to another
        // entry.
        recent[0] = u64::MAX;
        Self {
            lines: vec![[0; WORDS]; lines],
            recent,
        }
    }

    /// Returns whether added values are stored.
    pub fn learns(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Adds a value, without the blanks around it and without regard to the case of letters.
    #[inline]
    pub fn add(&mut self, text: &str) {
        if self.learns() {
            self.add_hash(hash(text));
        }
    }

    /// Adds an ASCII value by the hash that [`super::Identities::hash_of_other`] returns.
    #[inline]
    pub(crate) fn add_hash(&mut self, hash: u64) {
        let place = usize::try_from(hash >> (u64::BITS - RECENT)).expect("few bits");
        let Some(recent) = self.recent.get_mut(place).filter(|recent| **recent != hash) else {
            return;
        };
        *recent = hash;
        let line = line(hash, self.lines.len());
        for (word, bit) in self.lines[line].iter_mut().zip(bits(hash)) {
            *word |= bit;
        }
    }

    /// Returns `false` only for a value that was not added, in any case of its letters.
    pub fn may_hold(&self, text: &str) -> bool {
        if !self.learns() {
            return true;
        }
        let hash = hash(text);
        let line = &self.lines[line(hash, self.lines.len())];
        line.iter().zip(bits(hash)).all(|(word, bit)| word & bit != 0)
    }
}

/// Returns the same hash for all texts that fold to the same one.
fn hash(text: &str) -> u64 {
    let text = trimmed(text);
    // The hash leaves out the case of ASCII letters.
    if text.is_ascii() {
        whole(text)
    } else {
        whole(&fold(text))
    }
}

/// Returns the line of a hash by its highest bits, which depend on the whole text.
fn line(hash: u64, lines: usize) -> usize {
    usize::try_from((u128::from(hash) * lines as u128) >> u64::BITS).expect("less than the lines")
}

/// Returns one bit for each word.
fn bits(hash: u64) -> [u64; WORDS] {
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    std::array::from_fn(|word| 1 << (mixed >> (16 + 6 * word) & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_held_in_any_case_and_little_else() {
        let mut filter = TieFilter::for_logs(0);
        let bytes = filter.lines.len() * WORDS * 8;
        let value = |number: usize| format!("s-{number:08x}");
        let added = bytes / 2;
        for number in 0..added {
            filter.add(&value(number));
            filter.add(&value(number / 2));
        }
        filter.add(" Émile@x.example");
        for number in 0..added {
            assert!(filter.may_hold(&value(number)), "{number}");
        }
        for text in ["E\u{301}MILE@X.EXAMPLE ", "S-0000000a", " s-0000000a\t"] {
            assert!(filter.may_hold(text), "{text}");
        }
        let others = 100_000;
        let wrong = (added..added + others).filter(|number| filter.may_hold(&value(*number)));
        let wrong = wrong.count();
        assert!(wrong < others / 400, "{wrong} of {others}");
    }

    #[test]
    fn one_that_does_not_learn_may_hold_everything() {
        let mut filter = TieFilter::default();
        filter.add("a");
        assert!(filter.may_hold("b") && !filter.learns());
        assert!(!TieFilter::for_logs(1 << 40).may_hold("b"));
    }

    #[test]
    fn hash_of_zero_is_added() {
        let mut filter = TieFilter::for_logs(0);
        filter.add_hash(0);
        assert!(filter.lines[0].iter().all(|word| word.is_power_of_two()));
    }
}
