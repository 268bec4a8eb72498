//! Finds the bytes of a record that have a meaning in it, for the whole record at once. The end of
//! a string is then found by counting bits.

use fearless_simd::{Level, Simd, SimdBase, SimdMask, dispatch, u8x64};

/// Bytes examined per step; one bit each in a `u64`.
const BLOCK: usize = 64;

/// The marks of one record.
#[derive(Debug, Clone)]
pub(super) struct ByteMarks {
    /// One bit for each byte, the lowest for the first; behind the last a word of none.
    words: Vec<u64>,
    length: usize,
    level: Level,
}

impl ByteMarks {
    /// Marks bytes with a meaning in a JSON string: quotes, backslashes, and control characters,
    /// which are not allowed there.
    pub(super) fn of_strings() -> Self {
        Self {
            words: vec![0],
            length: 0,
            level: Level::new(),
        }
    }

    /// Looks at another record.
    pub(super) fn look(&mut self, record: &[u8]) {
        self.length = record.len();
        self.words.resize(record.len().div_ceil(BLOCK) + 1, 0);
        dispatch!(self.level, simd => mark(simd, record, &mut self.words));
    }

    /// The first at this place or behind; the record's end if there is none.
    #[inline]
    pub(super) fn next(&self, mut at: usize) -> usize {
        while at < self.length {
            let ahead = self.ahead(at);
            if ahead != 0 {
                return at + ahead.trailing_zeros() as usize;
            }
            at += BLOCK;
        }
        self.length
    }

    /// Those of the next sixty-four bytes.
    fn ahead(&self, at: usize) -> u64 {
        let (word, bit) = (at / BLOCK, at % BLOCK);
        self.words[word] >> bit | self.words[word + 1] << 1 << (BLOCK - 1 - bit)
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
fn mark<S: Simd>(simd: S, record: &[u8], words: &mut [u64]) {
    let all = |byte: u8| u8x64::splat(simd, byte);
    let marks = |bytes: &[u8; BLOCK]| {
        let bytes = u8x64::from_slice(simd, bytes);
        (bytes.simd_eq(all(b'"')) | bytes.simd_eq(all(b'\\')) | bytes.simd_lt(all(b' '))).to_bitmask()
    };
    let (groups, rest) = record.as_chunks();
    words
        .iter_mut()
        .zip(groups)
        .for_each(|(word, group)| *word = marks(group));
    let mut behind = 0;
    if !rest.is_empty() {
        let mut padded = [0; BLOCK];
        padded[..rest.len()].copy_from_slice(rest);
        behind = marks(&padded) & ((1 << rest.len()) - 1);
    }
    words[groups.len()..].fill(0);
    words[groups.len()] = behind;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::events::cursor::meaningful;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20 * ProptestConfig::default().cases))]

        #[test]
        fn every_mark_is_the_next_from_where_nothing_is_between(
            records in prop::collection::vec(
                prop::collection::vec(prop_oneof!["[a-zä ]{0,90}", r#"["\\\t\x00\x1f]{0,3}"#], 0..12), 1..4,
            ),
        ) {
            let mut marks = ByteMarks::of_strings();
            for record in records {
                let record = record.concat();
                marks.look(record.as_bytes());
                for at in 0..=record.len() {
                    prop_assert_eq!(marks.next(at), at + meaningful(&record.as_bytes()[at..]), "{:?} {}", record, at);
                }
            }
        }
    }
}
