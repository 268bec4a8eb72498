//! Scans a text 64 bytes at a time: whether it is searched as it stands, and whether it may hold an
//! escape.

use fearless_simd::{Level, Simd, SimdBase, SimdMask, dispatch, u8x64};

/// Bytes examined per step; one bit each in a `u64`.
const BLOCK: usize = 64;

/// Result of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextScan {
    /// Printable ASCII in which no two blanks meet.
    pub(super) plain: bool,
    /// An escape may begin somewhere.
    pub(super) escapes: bool,
}

/// Looks at a text.
pub(super) fn scan(text: &str) -> TextScan {
    dispatch!(Level::new(), simd => together(simd, text.as_bytes()))
}

/// Last bytes of the step before, in the lowest bit.
#[derive(Clone, Copy, Default)]
struct Before {
    blank: u64,
    plus: u64,
    /// The first byte of `⟨`, and the first two.
    first: u64,
    second: u64,
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
fn together<S: Simd>(simd: S, text: &[u8]) -> TextScan {
    let mut scan = TextScan {
        plain: true,
        escapes: false,
    };
    let mut before = Before::default();
    let mut rest = text;
    loop {
        let mut padded = [b'0'; BLOCK];
        let bytes = match rest.split_first_chunk() {
            Some((bytes, after)) => {
                rest = after;
                bytes
            }
            None if rest.is_empty() => return scan,
            None => {
                // Digits are plain, begin no escape, and make none of a plus before them.
                padded[..rest.len()].copy_from_slice(rest);
                rest = &[];
                &padded
            }
        };
        let bytes = u8x64::from_slice(simd, bytes);
        let (odd, escapes) = marks(simd, bytes, &mut before);
        scan.plain &= odd == 0;
        scan.escapes |= escapes != 0;
    }
}

/// Returns the positions of bytes that make a text not plain, and of bytes where an escape may
/// begin or has begun.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
fn marks<S: Simd>(simd: S, bytes: u8x64<S>, before: &mut Before) -> (u64, u64) {
    let are = |byte: u8| bytes.simd_eq(u8x64::splat(simd, byte));
    let within = |first: u8, last: u8| (bytes - u8x64::splat(simd, first)).simd_le(u8x64::splat(simd, last - first));
    let was = *before;
    let unseen = !within(b' ', b'~').to_bitmask();
    let blanks = are(b' ').to_bitmask();
    before.blank = blanks >> (BLOCK - 1);
    let mut escapes = (are(b'%') | are(b'&') | are(b'\\') | are(b'`')).to_bitmask();
    let pluses = are(b'+').to_bitmask();
    before.plus = pluses >> (BLOCK - 1);
    // Before a digit a plus is the sign of a number, or of an offset, which nearly every line has.
    escapes |= (pluses << 1 | was.plus) & !within(b'0', b'9').to_bitmask();
    (before.first, before.second) = (0, 0);
    if unseen != 0 {
        // The three bytes of `⟨`.
        let first = are(0xe2).to_bitmask();
        let second = are(0x9f).to_bitmask() & (first << 1 | was.first);
        escapes |= are(0xa8).to_bitmask() & (second << 1 | was.second);
        (before.first, before.second) = (first >> (BLOCK - 1), second >> (BLOCK - 1));
    }
    (unseen | blanks & (blanks << 1 | was.blank), escapes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Scans byte by byte.
    fn reference(text: &str) -> TextScan {
        let bytes = text.as_bytes();
        let plus = |at: usize| bytes[at] == b'+' && bytes.get(at + 1).is_some_and(|next| !next.is_ascii_digit());
        TextScan {
            plain: bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("  "),
            escapes: text.contains(['%', '&', '\\', '`', '⟨']) || (0..bytes.len()).any(plus),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_glance_tells_what_every_byte_tells(
            before in 0..130_usize,
            text in "( |\\+|0|a|%|&|\\\\|`|⟨|⟩|⟶|é|\\PC|\u{0}|\u{7f}){0,6}",
            after in 0..70_usize,
        ) {
            let text = format!("{}{text}{}", "x".repeat(before), "x".repeat(after));
            prop_assert_eq!(scan(&text), reference(&text));
        }
    }
}
