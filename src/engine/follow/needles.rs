//! A search for texts in records as they lie, before any is read in full.

use aho_corasick::AhoCorasick;

use crate::{case::fold, scope::Odd};

/// Texts to find in the bytes of records. What it passes over holds none of them, however it is
/// cased or escaped.
#[derive(Debug)]
pub(in crate::engine) struct Needles {
    automaton: AhoCorasick,
    /// Passes over most records without a text; none if a text is too short for it.
    sieve: Option<Sieve>,
    /// Characters that fold into ASCII, such as the long s.
    odd: Odd,
    /// Whether every record may hold one: a text has a character that formats write otherwise.
    every: bool,
    /// Whether a text has a slash, which JSON may escape.
    slash: bool,
    /// Whether there is a text.
    any: bool,
}

impl Needles {
    /// Prepares a search for these texts.
    pub(in crate::engine) fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut all: Vec<String> = texts
            .flat_map(|text| [text.to_owned(), fold(text).into_owned()])
            .collect();
        all.sort_unstable();
        all.dedup();
        let odd = |c: char| c == '"' || c == '\\' || c.is_control() || !c.is_ascii();
        Self {
            any: !all.is_empty(),
            every: all.iter().any(|text| text.is_empty() || text.contains(odd)),
            slash: all.iter().any(|text| text.contains('/')),
            sieve: Sieve::new(&all),
            odd: Odd::to_find(all.iter().map(String::as_str)),
            automaton: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(&all)
                .expect("keys of openings are far fewer than an automaton can hold"),
        }
    }

    /// Returns whether there is a text to find.
    pub(super) fn any(&self) -> bool {
        self.any
    }

    /// Returns whether a record may hold one of the texts.
    pub(in crate::engine) fn may_be_in(&self, bytes: &[u8]) -> bool {
        if self.every || self.stands_plainly(bytes) || self.is_escaped(bytes) {
            return true;
        }
        !bytes.is_ascii()
            && self.odd.folds_in(bytes)
            && self
                .automaton
                .is_match(fold(&String::from_utf8_lossy(bytes)).as_bytes())
    }

    /// Returns whether a text stands in a record as it is, or in another case.
    fn stands_plainly(&self, bytes: &[u8]) -> bool {
        match &self.sieve {
            Some(sieve) => sieve.any(bytes, |around| self.automaton.is_match(around)),
            None => self.automaton.is_match(bytes),
        }
    }

    /// Returns whether escapes may hide a text: a character that can stand for itself.
    fn is_escaped(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\\', rest) {
            match rest.get(at + 1) {
                Some(b'"' | b'n' | b'r' | b't' | b'b' | b'f') => {}
                Some(b'/') if !self.slash => {}
                _ => return true,
            }
            rest = &rest[at + 2..];
        }
        false
    }
}

/// The first stretches of each text, one bit each. A record that holds a text has one of them at
/// every `stride`th byte, so only those places are looked up: an automaton of a few hundred texts
/// takes a step for every byte, and ten times as long.
#[derive(Debug)]
struct Sieve {
    bits: Vec<u64>,
    stride: usize,
    /// Length of the longest text.
    longest: usize,
    wide: bool,
}

/// Bytes of a stretch, where the shortest text is long enough, and otherwise.
const WIDE: usize = 8;
const NARROW: usize = 4;

/// The least distance between two places that are looked up.
const LEAST_STRIDE: usize = 3;

/// Places of a record that are looked at closer one by one. Who writes logs can repeat a stretch;
/// then the rest is searched once.
const TRIES: usize = 4;

/// Bits of a sieve, as a power of two: 64 KiB, which stay in near memory.
const BITS: u32 = 19;

impl Sieve {
    /// Returns the sieve of these texts in ASCII; `None` if one is too short.
    fn new(texts: &[String]) -> Option<Self> {
        let shortest = texts.iter().map(String::len).min()?;
        let wide = shortest >= WIDE + LEAST_STRIDE - 1;
        let stride = (shortest + 1).saturating_sub(if wide { WIDE } else { NARROW });
        if stride < LEAST_STRIDE {
            return None;
        }
        let mut sieve = Self {
            bits: vec![0; 1 << (BITS - 6)],
            stride,
            longest: texts.iter().map(String::len).max()?,
            wide,
        };
        for text in texts {
            for at in 0..stride {
                let (word, bit) = sieve.stretch(&text.as_bytes()[at..]).map(place)?;
                sieve.bits[word] |= bit;
            }
        }
        Some(sieve)
    }

    /// Returns whether the bytes around any place at which a text may stand are as asked.
    fn any(&self, bytes: &[u8], is: impl Fn(&[u8]) -> bool) -> bool {
        // Each width has a loop of its own.
        if self.wide {
            self.any_of(bytes, wide, is)
        } else {
            self.any_of(bytes, narrow, is)
        }
    }

    fn any_of(&self, bytes: &[u8], stretch: impl Fn(&[u8]) -> Option<u64>, is: impl Fn(&[u8]) -> bool) -> bool {
        let (mut at, mut tried) = (0, 0);
        while let Some(own) = bytes.get(at..).and_then(&stretch) {
            let (word, bit) = place(own);
            if self.bits[word] & bit != 0 {
                // The stretch is one of the first of its text.
                let from = at.saturating_sub(self.stride - 1);
                if tried == TRIES {
                    return is(&bytes[from..]);
                }
                let to = (at + self.longest).min(bytes.len());
                if is(&bytes[from..to]) {
                    return true;
                }
                tried += 1;
            }
            at += self.stride;
        }
        false
    }

    fn stretch(&self, bytes: &[u8]) -> Option<u64> {
        if self.wide { wide(bytes) } else { narrow(bytes) }
    }
}

fn wide(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|eight| u64::from_le_bytes(*eight))
}

fn narrow(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|four| u32::from_le_bytes(*four).into())
}

/// Returns the word and the bit of a stretch, whatever the case of its letters.
fn place(stretch: u64) -> (usize, u64) {
    let hash = (stretch | 0x2020_2020_2020_2020).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_found_however_it_is_written() {
        let needles = Needles::new(["s-1", "Pat.Reed@x"].into_iter());
        for (record, expected) in [
            (r#"{"s":"s-1"}"#, true),
            (r#"{"s":"S-1"}"#, true),
            (r#"{"u":"PAT.reed@x"}"#, true),
            (r#"{"s":"s\u002d1"}"#, true),
            (r#"{"d":"{\"s\":\"s-1\"}"}"#, true),
            (r#"{"d":"{\"s\":\"s\\u002d1\"}"}"#, true),
            ("{\"s\":\"\u{17f}-1\"}", true),
            (r#"{"s":"s-2","q":"a \"b\" c\/d"}"#, false),
            ("{\"s\":\"\u{5c71}\"}", false),
        ] {
            assert_eq!(needles.may_be_in(record.as_bytes()), expected, "{record}");
        }
        assert!(Needles::new(["a/b"].into_iter()).may_be_in(br#"{"s":"a\/b"}"#));
        assert!(Needles::new(["a\"b"].into_iter()).may_be_in(b"x"));
    }

    proptest! {
        #[test]
        fn sieve_passes_over_no_record_that_holds_a_text(
            texts in prop::collection::vec("[a-c-]{3,14}", 1..5),
            before in "[a-c{]{0,30}",
            behind in "[a-c}]{0,30}",
            which: prop::sample::Index,
            upper: bool,
        ) {
            let text = which.get(&texts);
            let text = if upper { text.to_uppercase() } else { text.clone() };
            let needles = Needles::new(texts.iter().map(String::as_str));
            let record = format!("{before}{text}{behind}");
            prop_assert!(needles.may_be_in(record.as_bytes()), "{:?} in {}", texts, record);
        }

        #[test]
        fn sieve_and_automaton_agree(texts in prop::collection::vec("[a-d]{6,14}", 1..4), record in "[a-d]{0,60}") {
            let needles = Needles::new(texts.iter().map(String::as_str));
            let holds = texts.iter().any(|text| record.contains(text.as_str()));
            prop_assert_eq!(needles.may_be_in(record.as_bytes()), holds);
        }
    }
}
