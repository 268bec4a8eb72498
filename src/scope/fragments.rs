//! A search for several three-byte fragments in a text, 64 positions at a time, which also reports
//! whether the text may read differently once it is decoded and folded.

use fearless_simd::{Level, Simd, SimdBase, SimdMask, dispatch, u8x64};

use super::odd::Odd;

/// Length of a fragment, in bytes.
pub(super) const LENGTH: usize = 3;

/// Number of positions that are examined together.
const TOGETHER: usize = 64;

/// Number of bytes that these positions reach over.
const REACH: usize = TOGETHER + LENGTH - 1;

/// The bit that distinguishes the case of ASCII letters. Some other characters also become equal
/// without it.
const CASE: u8 = 0x20;

/// The fragments to search for.
#[derive(Debug)]
pub(super) struct Fragments {
    each: Vec<[u8; LENGTH]>,
    odd: Odd,
    level: Level,
}

impl Fragments {
    pub(super) fn new(each: impl Iterator<Item = [u8; LENGTH]>, odd: Odd) -> Self {
        Self {
            each: each.map(|fragment| fragment.map(|byte| byte | CASE)).collect(),
            odd,
            level: Level::new(),
        }
    }

    /// Calls `with` for each position at which a fragment occurs in any case, with the number of
    /// the fragment. Some positions are reported more than once or falsely, and in no particular
    /// order. Returns `false` if the text may read differently once it is decoded and folded, as
    /// defined by [`Odd`].
    // `with` is not inlined: it is called rarely, and would take registers from the vectors.
    pub(super) fn each_in(&self, text: &[u8], with: &mut dyn FnMut(usize, usize)) -> bool {
        // The last group overlaps the one before. The remaining bytes, in which no fragment fits,
        // are checked here.
        let last = text.len().saturating_sub(REACH);
        let end = &text[text.len().min(last + TOGETHER)..];
        let plain = !end.iter().any(|byte| self.odd.may_begin(*byte));
        let mut padded = [b' '; REACH];
        let text = if text.len() < REACH {
            padded[..text.len()].copy_from_slice(text);
            &padded
        } else {
            text
        };
        plain & dispatch!(self.level, simd => self.sweep(simd, text, last, with))
    }

    /// Examines all positions up to the last group, which begins at `last`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
    fn sweep<S: Simd>(&self, simd: S, text: &[u8], last: usize, with: &mut dyn FnMut(usize, usize)) -> bool {
        let all = |byte: u8| u8x64::splat(simd, byte);
        let (mut at, mut plain) = (0, true);
        loop {
            let group = &text[at..at + REACH];
            let [one, two, three] = [0, 1, 2].map(|offset| u8x64::from_slice(simd, &group[offset..offset + TOGETHER]));
            let suspect = one.simd_eq(all(b'\\')) | one.simd_eq(all(0)) | one.simd_ge(all(0x80));
            let suspect = suspect.to_bitmask();
            if suspect != 0 {
                plain &= !self.odd.begins(group, suspect);
            }
            let [one, two, three] = [one, two, three].map(|bytes| bytes | all(CASE));
            for (number, fragment) in self.each.iter().enumerate() {
                let [first, second, third] = fragment.map(all);
                let stands = one.simd_eq(first) & two.simd_eq(second) & three.simd_eq(third);
                let mut places = stands.to_bitmask();
                while places != 0 {
                    with(number, at + places.trailing_zeros() as usize);
                    places &= places - 1;
                }
            }
            if at == last {
                return plain;
            }
            at = (at + TOGETHER).min(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const FRAGMENTS: [[u8; LENGTH]; 3] = [*b"@su", *b"sp-", *b"aaa"];

    fn found(text: &[u8]) -> (BTreeSet<(usize, usize)>, bool) {
        let mut found = BTreeSet::new();
        let odd = Odd::to_find(["ss"].into_iter());
        let plain = Fragments::new(FRAGMENTS.into_iter(), odd).each_in(text, &mut |number, place| {
            found.insert((number, place));
        });
        (found, plain)
    }

    fn standing(text: &[u8]) -> BTreeSet<(usize, usize)> {
        let places = text.windows(LENGTH).enumerate();
        let stands = |(at, window): (usize, &[u8])| {
            let number = FRAGMENTS
                .iter()
                .position(|fragment| fragment.eq_ignore_ascii_case(window));
            number.map(|number| (number, at))
        };
        places.filter_map(stands).collect()
    }

    #[test]
    fn what_folds_or_escapes_is_seen_wherever_it_stands() {
        for odd in ["\\", "\0", "\u{17f}", "\u{212a}", "\u{df}"] {
            for before in 0..150 {
                for behind in [0, 1, 2, 3, 63, 64, 65, 66, 130] {
                    let text = format!("{}{odd}{}", "x".repeat(before), "y".repeat(behind));
                    assert!(!found(text.as_bytes()).1, "{before} {behind}");
                }
            }
        }
        let others = "K sits in Zürich, \u{2126}; ".repeat(9);
        assert!(found(others.as_bytes()).1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20 * ProptestConfig::default().cases))]

        #[test]
        fn every_place_is_found(
            pieces in prop::collection::vec(prop_oneof!["@[sS][uU]", "[sS]P-", "[aA]{0,9}", "[ -~]{0,9}", "x{0,70}", "ä{0,3}"], 0..20),
        ) {
            let text = pieces.concat();
            let (found, _) = found(text.as_bytes());
            let standing = standing(text.as_bytes());
            prop_assert!(found.is_superset(&standing), "{text:?}");
            // A false report is possible only where characters are equal without the case bit.
            let alike = |&(number, at): &(usize, usize)| {
                text.as_bytes()[at..].iter().zip(FRAGMENTS[number]).all(|(byte, other)| byte | CASE == other | CASE)
            };
            prop_assert!(found.iter().all(alike), "{text:?}");
        }
    }
}
