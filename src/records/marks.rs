//! The bytes that tell rows and cells apart, sixty-four at a time and one bit each. Compared side by side by whatever
//! vectors the processor has, which no search for one byte after the other comes near.

use fearless_simd::{Simd, SimdBase, SimdMask, u8x64};

/// So many bytes are looked at together.
pub(super) const TOGETHER: usize = 64;

/// One bit for each byte, the lowest for the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    /// `"`.
    pub(super) quotes: u64,
    /// What stands between cells.
    pub(super) delimiters: u64,
    /// Line feeds, and carriage returns, which end a row too, as csv-core has it.
    pub(super) ends: u64,
}

impl Marks {
    /// Has to become part of its caller, which is compiled once for each kind of vectors.
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

    /// For each byte, whether an odd number of quotes stands up to and with it; `before` is all ones where one stands before
    /// the first.
    #[inline]
    pub(super) fn inside(self, before: u64) -> u64 {
        let mut odd = self.quotes;
        for width in [1, 2, 4, 8, 16, 32] {
            odd ^= odd << width;
        }
        odd ^ before
    }
}
