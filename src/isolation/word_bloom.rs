//! Which words stand, and which stand beside each other, in what can come to be printed: a
//! directory of customers is long, and few of them are named.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{
    hash::{SEED, mixed},
    normalized::NormalizedText,
    spelling_variants,
};

/// Bits for each tenant whose names are looked up. Each word sets one bit, and each pair of words
/// another. A false positive costs one more name to search for; clearing more bits would take
/// longer.
const BITS: usize = 1 << 10;
/// Bounds on the number of bits: most printed text concerns few tenants, and a large table does not
/// fit in the cache.
const LEAST: usize = 1 << 18;
const MOST: usize = 1 << 22;

/// A word of so many letters sets one bit more: other writings of names are single words, and long
/// ones.
const LONG: usize = 8;

/// A set of words that may hold too much, and never too little. Threads may add to it side by side.
#[derive(Debug)]
pub(super) struct WordBloom {
    bits: Vec<AtomicU64>,
    /// A text had too many words to add them all, so that any may be there.
    any: AtomicBool,
}

/// A text with more places at which words begin or end inside of others, or of more bytes with one,
/// is not taken apart: who writes texts could make that take as long as he likes.
const MOST_SEAMS: usize = 8;
const LONGEST_SEAMED: usize = 2 << 10;

impl WordBloom {
    /// Creates an empty filter, sized for the names of this many tenants.
    pub(super) fn new(customers: usize) -> Self {
        let bits = (customers.saturating_mul(BITS)).clamp(LEAST, MOST).next_power_of_two();
        Self {
            bits: std::iter::repeat_with(AtomicU64::default).take(bits / 64).collect(),
            any: AtomicBool::new(false),
        }
    }

    /// Adds the words of a text, in each form in which it will be searched.
    pub(super) fn add(&self, text: &str) {
        for form in NormalizedText::each(text) {
            hashes(&form.text).for_each(|hash| self.set(hash));
            self.has_extra_boundaries(&form.text, form.extra_boundaries());
        }
    }

    /// `Acme™` reads as `acmetm`, and yet `acme` is a whole word in it, as is each stretch between
    /// two such places.
    fn has_extra_boundaries(&self, text: &str, mut extra_boundaries: Vec<usize>) {
        if extra_boundaries.is_empty() {
            return;
        }
        if extra_boundaries.len() > MOST_SEAMS || text.len() > LONGEST_SEAMED {
            return self.any.store(true, Ordering::Relaxed);
        }
        extra_boundaries.extend([0, text.len()]);
        for (from, to) in extra_boundaries
            .iter()
            .flat_map(|from| extra_boundaries.iter().map(move |to| (*from, *to)))
        {
            if from < to {
                hashes(&text[from..to]).for_each(|hash| self.set(hash));
            }
        }
    }

    fn set(&self, hash: u64) {
        // Most are there already, and looking takes less than writing.
        let (word, bit) = self.place(hash);
        if word.load(Ordering::Relaxed) & bit == 0 {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    fn has(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        word.load(Ordering::Relaxed) & bit != 0
    }

    fn place(&self, hash: u64) -> (&AtomicU64, u64) {
        let mixed = hash >> 20 ^ hash;
        // They are as many as a power of two.
        let word = (mixed / 64) & (self.bits.len() as u64 - 1);
        let word = usize::try_from(word).expect("fewer than can be counted");
        (&self.bits[word], 1 << (mixed % 64))
    }

    /// Whether every word of a name is there, beside its neighbours. A name stands as a whole word,
    /// so each of its words does too.
    pub(super) fn may_hold(&self, name: &str) -> bool {
        // Most names end at their first word.
        hashes(name).all(|hash| self.has(hash)) || self.any.load(Ordering::Relaxed)
    }

    /// Returns whether it may hold the words of a name written without separators.
    pub(super) fn may_hold_joined(&self, name: &str) -> bool {
        let mut room = [0; ROOM];
        if name.is_ascii() && name.len() <= ROOM {
            // Most names are so; the words of a directory would take more time for their memory
            // than for the look.
            let letters = name.bytes().filter(|byte| !spelling_variants::parts(char::from(*byte)));
            let length = room.iter_mut().zip(letters).map(|(to, letter)| *to = letter).count();
            let joined = str::from_utf8(&room[..length]).expect("it is ASCII");
            return self.may_hold(joined);
        }
        let joined: String = name.chars().filter(|c| !spelling_variants::parts(*c)).collect();
        self.may_hold(&joined)
    }
}

/// Bytes of a name that is joined without memory of its own.
const ROOM: usize = 64;

/// The hashes of each word, with one more if it is long, and of each with the one before it.
fn hashes(text: &str) -> impl Iterator<Item = u64> {
    let mut before = None;
    words(text).flat_map(move |(word, length)| {
        let long = (length >= LONG).then(|| word.rotate_left(31));
        let pair = before.replace(word).map(|before: u64| word.rotate_left(17) ^ before);
        std::iter::once(word).chain(long).chain(pair)
    })
}

/// The hash and the length of each word: a run of ASCII letters and digits without regard to case,
/// or any one other character outside ASCII, as there are scripts that do not separate words.
fn words(text: &str) -> impl Iterator<Item = (u64, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text.as_bytes()[at..];
        let start = rest.iter().position(|byte| begins_word(*byte))?;
        let rest = &rest[start..];
        let length = if rest[0].is_ascii() {
            let ends = |byte: &u8| !byte.is_ascii_alphanumeric();
            rest.iter().position(ends).unwrap_or(rest.len())
        } else {
            let goes_on = |byte: &&u8| matches!(**byte, 0x80..=0xbf);
            1 + rest[1..].iter().take_while(goes_on).count()
        };
        at += start + length;
        let word = rest[..length].iter().map(u8::to_ascii_lowercase);
        Some((word.fold(SEED, mixed), length))
    })
}

/// The first byte of a character that is a word, or a part of one.
fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0xc0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::isolation::{name_index::NameIndex, normalized::searched};

    #[test]
    fn every_name_in_a_text_is_held() {
        let words = WordBloom::new(1);
        words.add("For ACME-Logistics&amp;Sons, 京都電子様, M%C3%BCller, Bolt™²");
        for name in [
            "bolt",
            "Acme-Logistics&Sons",
            "logistics",
            "京都電子",
            "Müller",
            "ＡＣＭＥ",
        ] {
            assert!(words.may_hold(&searched(name)), "{name}");
        }
        assert!(!words.may_hold("acme freight") && !words.may_hold(&searched("東京")));
    }

    #[test]
    fn a_name_beside_a_sign_is_held() {
        for (name, text) in [
            ("株式会社ABC", "株式会社ABC™ の件"),
            ("Foo — Bar", "as Foo — Bar™ is"),
            ("Acme™ Foo", "Acme™ Foo²"),
        ] {
            let words = WordBloom::new(1);
            words.add(text);
            assert!(words.may_hold(&searched(name)), "{name} in {text}");
            assert!(!words.may_hold("bolt freight"), "not any name");
        }
    }

    #[test]
    fn a_text_of_too_many_signs_may_hold_anybody() {
        let words = WordBloom::new(1);
        words.add(&"a™".repeat(MOST_SEAMS));
        assert!(words.may_hold("bolt freight"));
    }

    #[test]
    fn a_name_in_another_writing_is_held() {
        for other in ["bolt-freight", "Bolt_Freight", "bolt.freight", "x/BoltFreight"] {
            let words = WordBloom::new(1);
            words.add(other);
            let name = "Bolt Freight";
            assert!(words.may_hold(name) || words.may_hold_joined(name), "{other}");
            assert!(!words.may_hold_joined("Bolt Freights") && !words.may_hold("Bolt Freights"));
        }
    }

    /// Sizes to test: the smallest, one between and the largest.
    const SIZES: std::ops::Range<usize> = 0..2 * MOST / BITS;

    const LETTERS: &str = "(a|b|A|社|東|—|-| |é|™|ª|²|㎏|ﬁ|℡|①|&amp;|%41){1,6}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// Whatever the search would find in a text is not passed over before it.
        #[test]
        fn what_is_found_is_held(name in LETTERS, before in LETTERS, after in LETTERS, customers in SIZES) {
            let text = format!("{before}{name}{after}");
            let name = searched(&name);
            prop_assume!(!name.is_empty());
            let words = WordBloom::new(customers);
            words.add(&text);
            let index = NameIndex::new(vec![name.clone()]);
            for form in NormalizedText::each(&text) {
                index.each(&form, |_, _| assert!(words.may_hold(&name), "{name:?} in {text:?}"));
            }
        }

        /// The filter accepts every other spelling of a name, too.
        #[test]
        fn what_is_found_in_another_writing_is_held(
            first in LETTERS,
            sign in "[ -]",
            second in LETTERS,
            which in 0..spelling_variants::MOST,
            before in "[ a社™]?",
            customers in SIZES,
        ) {
            let name = searched(&format!("{first}{sign}{second}"));
            let others = spelling_variants::others(&name, 1);
            prop_assume!(which < others.len());
            let other = &others[which];
            let words = WordBloom::new(customers);
            let text = format!("{before}{other}{before}");
            words.add(&text);
            let index = NameIndex::new(vec![other.clone()]);
            for form in NormalizedText::each(&text) {
                index.each(&form, |_, _| {
                    assert!(words.may_hold(&name) || words.may_hold_joined(&name), "{name:?} in {text:?}");
                });
            }
        }
    }
}
