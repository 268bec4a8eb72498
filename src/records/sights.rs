//! Lines, with two facts about each: whether a text occurs in it once, and whether it holds a
//! backslash. All of it takes one pass of 64 bytes at a time, where separate searches would take a
//! pass each.

use std::ops::Range;

use fearless_simd::{Level, Simd, SimdBase, SimdMask, dispatch, u8x64};

use super::lines;

/// Number of bytes that are examined together.
const TOGETHER: usize = 64;

/// Number of bytes that must be available, since the text may begin at any of the first 64.
const AHEAD: usize = 2 * TOGETHER;

/// Number of blocks that are examined before their results are used.
const GROUPS: usize = 32;

/// A text to search for. Its two rarest bytes are compared first.
#[derive(Debug, Clone)]
pub struct Needle {
    text: Box<[u8]>,
    /// Positions and values of these two bytes.
    rare: [(usize, u8); 2],
}

/// Letters in the order of their frequency in English, the most frequent first. All other bytes
/// count as frequent.
const LETTERS: &[u8] = b"etaoinsrhldcumfpgwybvkxjqz";

impl Needle {
    /// Creates a needle from a text of at least 2 and fewer than 64 bytes.
    pub fn new(text: &[u8]) -> Option<Self> {
        let rank = |byte: u8| {
            LETTERS
                .iter()
                .position(|letter| *letter == byte)
                .map_or(0, |rank| rank + 1)
        };
        let mut places: Vec<_> = text.iter().copied().enumerate().collect();
        places.sort_by_key(|(_, byte)| usize::MAX - rank(*byte));
        let rare = *places.first_chunk()?;
        let text: Box<[u8]> = text.into();
        (text.len() < TOGETHER).then_some(Self { text, rare })
    }
}

/// Facts about a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// Whether the text occurs in it exactly once.
    pub once: bool,
    /// Whether it holds a backslash.
    pub backslash: bool,
}

/// Calls `with` for each line that is not blank, without its end, in order. Stops examining lines
/// once `with` returns `false`; the remaining lines have no [`Sight`].
pub(super) fn each(bytes: &[u8], needle: &Needle, mut with: impl FnMut(Range<usize>, Option<Sight>) -> bool) {
    let level = Level::new();
    let mut line = Line::at(0);
    let mut groups = [Group::default(); GROUPS];
    let (mut at, mut last) = (0, [0; 4 * TOGETHER]);
    while at < bytes.len() {
        let mut ahead = &bytes[at..];
        if ahead.len() < AHEAD {
            // The last bytes, padded with NULs.
            last[..ahead.len()].copy_from_slice(ahead);
            ahead = &last;
        }
        let seen = dispatch!(level, simd => look(simd, ahead, needle, &mut groups));
        for group in &groups[..seen] {
            if !line.take(bytes, at, *group, needle, &mut with) {
                return rest(bytes, line.start, with);
            }
            at += TOGETHER;
        }
    }
    if let Some(last) = lines::kept(bytes, line.start..bytes.len()) {
        with(last, Some(line.sight()));
    }
}

/// Passes on the lines from `start` without facts.
fn rest(bytes: &[u8], start: usize, mut with: impl FnMut(Range<usize>, Option<Sight>) -> bool) {
    for span in lines::spans(&bytes[start..]) {
        with(start + span.start..start + span.end, None);
    }
}

/// Bit masks of 64 bytes. The lowest bit stands for the first byte.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    ends: u64,
    /// Positions at which the text may begin.
    begins: u64,
    backslashes: u64,
}

/// Examines the next bytes, and returns the number of blocks filled.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
fn look<S: Simd>(simd: S, bytes: &[u8], needle: &Needle, groups: &mut [Group; GROUPS]) -> usize {
    let [(first, one), (second, other)] = needle.rare;
    let are = |bytes: &[u8], byte: u8| u8x64::from_slice(simd, bytes).simd_eq(u8x64::splat(simd, byte));
    let mut seen = 0;
    for group in groups {
        let Some(bytes) = bytes.get(seen * TOGETHER..seen * TOGETHER + AHEAD) else {
            break;
        };
        let own = &bytes[..TOGETHER];
        let begins = are(&bytes[first..first + TOGETHER], one) & are(&bytes[second..second + TOGETHER], other);
        *group = Group {
            ends: are(own, b'\n').to_bitmask(),
            begins: begins.to_bitmask(),
            backslashes: are(own, b'\\').to_bitmask(),
        };
        seen += 1;
    }
    seen
}

/// The line that is being read.
struct Line {
    start: usize,
    /// Number of occurrences of the text.
    times: usize,
    backslash: bool,
}

impl Line {
    fn at(start: usize) -> Self {
        Self {
            start,
            times: 0,
            backslash: false,
        }
    }

    /// Returns the facts about the line, at its end.
    fn sight(&self) -> Sight {
        Sight {
            once: self.times == 1,
            backslash: self.backslash,
        }
    }

    /// Reads a block of bytes that begins at `at`. Returns `false` once no more facts are wanted.
    #[inline]
    fn take(
        &mut self,
        bytes: &[u8],
        at: usize,
        group: Group,
        needle: &Needle,
        with: &mut impl FnMut(Range<usize>, Option<Sight>) -> bool,
    ) -> bool {
        let mut backslashes = group.backslashes;
        let mut marks = group.ends | group.begins;
        while marks != 0 {
            let bit = marks & marks.wrapping_neg();
            marks ^= bit;
            let place = at + bit.trailing_zeros() as usize;
            if group.ends & bit == 0 {
                self.times += usize::from(bytes[place..].starts_with(&needle.text));
                continue;
            }
            self.backslash |= backslashes & (bit - 1) != 0;
            backslashes &= !(bit - 1);
            let line = std::mem::replace(self, Self::at(place + 1));
            if let Some(kept) = lines::kept(bytes, line.start..place)
                && !with(kept, Some(line.sight()))
            {
                return false;
            }
        }
        self.backslash |= backslashes != 0;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type KeyFacts = Vec<(Range<usize>, Option<Sight>)>;

    fn needle() -> Needle {
        Needle::new(b"\"time\"").expect("short enough")
    }

    /// Returns all lines, with facts for the first `wanted` of them.
    fn seen(text: &[u8], wanted: usize) -> KeyFacts {
        let mut seen = Vec::new();
        each(text, &needle(), |span, sight| {
            seen.push((span, sight));
            seen.len() < wanted
        });
        seen
    }

    /// Returns what `seen` does, by a search in each line.
    fn looked_at(text: &[u8], wanted: usize) -> KeyFacts {
        let one = |(number, span): (usize, Range<usize>)| {
            let line = &text[span.clone()];
            let places = (0..line.len()).filter(|at| line[*at..].starts_with(b"\"time\""));
            let sight = Sight {
                once: places.count() == 1,
                backslash: line.contains(&b'\\'),
            };
            (span, (number < wanted).then_some(sight))
        };
        lines::spans(text).enumerate().map(one).collect()
    }

    #[test]
    fn the_rarest_letters_are_compared_first() {
        assert_eq!(
            Needle::new(b"\"time\"").map(|needle| needle.rare),
            Some([(3, b'm'), (2, b'i')])
        );
        assert!(Needle::new(b"x").is_none() && Needle::new(&[b'x'; TOGETHER]).is_none());
    }

    #[test]
    fn a_text_is_seen_wherever_it_lies() {
        for before in 0..3 * TOGETHER {
            for behind in [0, 1, TOGETHER, 2 * TOGETHER] {
                let text = [&vec![b'x'; before][..], b"\"time\"", &vec![b'y'; behind]].concat();
                let sight = seen(&text, 9)[0].1.expect("a sight");
                assert_eq!((sight.once, sight.backslash), (true, false), "{before} {behind}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20 * ProptestConfig::default().cases))]

        #[test]
        fn what_is_seen_in_passing_is_there(
            pieces in prop::collection::vec(prop_oneof![
                Just("\"time\"".to_owned()), Just("\n".to_owned()), Just("\r\n".to_owned()), Just("\\u".to_owned()),
                Just(" ".to_owned()), "[a-z\"]{0,40}", "x{0,200}",
            ], 0..40),
            wanted in 1..12_usize,
        ) {
            let text = pieces.concat();
            prop_assert_eq!(seen(text.as_bytes(), wanted), looked_at(text.as_bytes(), wanted), "{:?}", text);
        }
    }
}
