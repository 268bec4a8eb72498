//! The positions before a given one at which a word may begin: those after a byte that is neither
//! an ASCII letter nor a digit.

use fearless_simd::{Level, Simd, SimdBase, SimdMask, dispatch, u8x64};

/// Number of positions computed at once: the given one and the 63 before it.
pub(super) const TOGETHER: usize = 64;

/// Returns whether the byte at this position is an ASCII letter or digit.
pub(super) fn belongs(text: &[u8], at: Option<usize>) -> bool {
    at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric)
}

/// Returns one bit for each position up to `at`, set if a word may begin there. The highest bit
/// stands for `at`, the next for the position before it.
pub(super) fn ahead_of(level: Level, text: &[u8], at: usize) -> u64 {
    let mut padded;
    let before = match text[..at].last_chunk() {
        Some(before) => before,
        // A word may begin at the start of the text, and nowhere before it.
        None => {
            padded = [b'x'; TOGETHER];
            padded[TOGETHER - 1 - at] = b' ';
            padded[TOGETHER - at..].copy_from_slice(&text[..at]);
            &padded
        }
    };
    dispatch!(level, simd => strange(simd, before))
}

/// Returns the bytes that are neither letters nor digits. The lowest bit stands for the first byte.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
fn strange<S: Simd>(simd: S, bytes: &[u8; TOGETHER]) -> u64 {
    let all = |byte: u8| u8x64::splat(simd, byte);
    let bytes = u8x64::from_slice(simd, bytes);
    let caseless = bytes | all(0x20);
    let letters = caseless.simd_ge(all(b'a')) & caseless.simd_le(all(b'z'));
    let digits = bytes.simd_ge(all(b'0')) & bytes.simd_le(all(b'9'));
    !(letters | digits).to_bitmask()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_is_told_as_one_by_one() {
        for byte in 0..=u8::MAX {
            let told = ahead_of(Level::new(), &[byte; TOGETHER], TOGETHER);
            assert_eq!(
                told,
                if byte.is_ascii_alphanumeric() { 0 } else { u64::MAX },
                "{byte:#x}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_word_may_begin_where_none_goes_on(text in "[a-z0 -@é]{0,150}", at in any::<prop::sample::Index>()) {
            let at = at.index(text.len() + 1);
            let told = ahead_of(Level::new(), text.as_bytes(), at);
            for precedes in 0..TOGETHER {
                let begins = at.checked_sub(precedes).is_some_and(|start| !belongs(text.as_bytes(), start.checked_sub(1)));
                prop_assert_eq!(told << precedes >> 63 == 1, begins, "{} {} {}", text, at, precedes);
            }
        }
    }
}
