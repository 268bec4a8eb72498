//! The bytes that separate rows and cells, as bit masks of 64 bytes. The comparison uses the
//! vectors of the processor, which is much faster than a search for each byte in turn.

use std::ops::Range;

use fearless_simd::{Level, Simd, SimdBase, SimdMask, dispatch, u8x64};

/// Number of bytes that are examined together.
pub(super) const TOGETHER: usize = 64;

/// Bit masks of 64 bytes. The lowest bit stands for the first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    /// Bytes that are `"`.
    pub(super) quotes: u64,
    /// Bytes that separate cells.
    pub(super) delimiters: u64,
    /// Line feeds, and carriage returns, which end a row too, as in csv-core.
    pub(super) ends: u64,
}

impl Marks {
    /// Must be inlined into its caller, which is compiled once for each kind of vectors.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call would lose the processor's features")]
    pub(super) fn of<S: Simd>(simd: S, bytes: &[u8; TOGETHER], delimiter: u8) -> Self {
        let bytes = u8x64::from_slice(simd, bytes);
        let are = |byte: u8| bytes.simd_eq(u8x64::splat(simd, byte));
        Self {
            quotes: are(b'"').to_bitmask(),
            delimiters: are(delimiter).to_bitmask(),
            ends: (are(b'\n') | are(b'\r')).to_bitmask(),
        }
    }

    /// Returns the bytes up to and including which the number of quotes is uneven, that is, the
    /// bytes inside quotes. `before` is all ones if the first byte is already inside.
    #[inline]
    pub(super) fn inside(self, before: u64) -> u64 {
        let first = self.quotes & self.quotes.wrapping_neg();
        let others = self.quotes ^ first;
        let odd = if others & others.wrapping_sub(1) == 0 {
            // At most two quotes, the usual case: the bytes from one to the other, or to the end.
            others.wrapping_sub(first)
        } else {
            [1, 2, 4, 8, 16, 32]
                .iter()
                .fold(self.quotes, |odd, width| odd ^ odd << width)
        };
        odd ^ before
    }
}

/// Returns the span of the cell with this number in a row, counted from 0. Returns `None` unless
/// the cell and the delimiter after it lie in the first 64 bytes and no quote stands before or at
/// its start.
#[inline]
pub(crate) fn plain_cell(row: &[u8], delimiter: u8, number: usize) -> Option<Range<usize>> {
    let head = row.first_chunk()?;
    // Baseline vectors, because detecting better ones would cost more than they save.
    let marks = dispatch!(Level::baseline(), simd => Marks::of(simd, head, delimiter));
    let mut delimiters = marks.delimiters;
    let mut start = 0;
    for _ in 0..number {
        start = delimiters.trailing_zeros() + 1;
        delimiters &= delimiters.wrapping_sub(1);
    }
    let end = delimiters.trailing_zeros();
    let up_to_start = u64::MAX >> (63 - start.min(63));
    (delimiters != 0 && marks.quotes & up_to_start == 0).then_some(start as usize..end as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(row: &str) -> Vec<Option<String>> {
        let cell = |number| plain_cell(row.as_bytes(), b',', number).map(|span| row[span].to_owned());
        (0..4).map(cell).collect()
    }

    proptest! {
        #[test]
        fn inside_is_behind_an_odd_number_of_quotes(
            quotes in prop_oneof![
                any::<u64>(),
                (0..64, 0..64).prop_map(|(one, other)| 1_u64 << one | 1_u64 << other),
                Just(0),
            ],
        ) {
            let marks = Marks { quotes, delimiters: 0, ends: 0 };
            for before in [0, u64::MAX] {
                let inside = marks.inside(before);
                for at in 0..64 {
                    let up_to = quotes << (63 - at);
                    prop_assert_eq!(inside >> at & 1, u64::from(up_to.count_ones() % 2) ^ before & 1, "{}", at);
                }
            }
        }
    }

    #[test]
    fn cells_are_plain_up_to_the_first_quote_and_the_last_delimiter() {
        let some = |text: &str| Some(text.to_owned());
        let long = "x".repeat(60);
        assert_eq!(
            cells(&format!("a,,b c,{long}")),
            [some("a"), some(""), some("b c"), None]
        );
        assert_eq!(cells(&format!("a,\"b\",c,{long}")), [some("a"), None, None, None]);
        assert_eq!(cells(&format!("a,b\",c,{long}")), [some("a"), some("b\""), None, None]);
        assert_eq!(cells(&format!(",{long},,x")), [some(""), some(&long), some(""), None]);
        assert_eq!(
            cells(&format!(",{long}xx,")),
            [some(""), some(&format!("{long}xx")), None, None]
        );
        assert_eq!(cells(&format!(",{long}xxx,")), [some(""), None, None, None]);
        assert_eq!(cells("a,b,c,"), [const { None }; 4], "shorter than what is looked at");
    }
}
