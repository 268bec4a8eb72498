//! Finds positions where a word may begin, 64 bytes at a time, as one bit each. Names are looked up
//! only there.

use std::{collections::BTreeSet, ops::ControlFlow};

use fearless_simd::{Level, Simd, SimdBase, SimdMask, dispatch, u8x64};

/// Bytes examined per step; one bit each in a `u64`.
const BLOCK: usize = 64;
/// Steps before their bits are used.
const TIMES: usize = 16;

/// Above this number of different signs, every sign is a word start.
const SIGNS: usize = 3;

/// Looks for the places.
#[derive(Debug, Clone)]
pub(super) struct WordStarts {
    /// The signs that names begin with, which are places too; none if they are too many.
    signs: Option<Vec<u8>>,
    /// Which vectors this processor has.
    level: Level,
}

impl WordStarts {
    /// Returns the word starts that these names need.
    pub(super) fn of(names: &[String]) -> Self {
        let firsts = names.iter().filter_map(|name| name.as_bytes().first().copied());
        let signs: BTreeSet<u8> = firsts
            .filter(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric())
            .collect();
        Self {
            signs: (signs.len() <= SIGNS).then(|| signs.into_iter().collect()),
            level: Level::new(),
        }
    }

    /// Reports the positions, in order, that do not lie between two ASCII letters or digits; or
    /// every position.
    pub(super) fn each<B>(
        &self,
        text: &[u8],
        every: bool,
        mut report: impl FnMut(usize) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut before = 0;
        for (chunk, bytes) in text.chunks(BLOCK * TIMES).enumerate() {
            let starts = if every {
                [u64::MAX; TIMES]
            } else {
                dispatch!(self.level, simd => marks(simd, bytes, self.signs.as_deref(), &mut before))
            };
            let groups = bytes.len().div_ceil(BLOCK);
            for (at, mut starts) in (chunk * TIMES..)
                .zip(&starts[..groups])
                .map(|(at, starts)| (at * BLOCK, *starts))
            {
                let left = text.len() - at;
                if left < BLOCK {
                    starts &= (1 << left) - 1;
                }
                while starts != 0 {
                    report(at + starts.trailing_zeros() as usize)?;
                    starts &= starts - 1;
                }
            }
        }
        ControlFlow::Continue(())
    }
}

impl Default for WordStarts {
    fn default() -> Self {
        Self::of(&[])
    }
}

/// A bit for each place. `before` is one if the chunk before ends with a letter or digit.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
fn marks<S: Simd>(simd: S, bytes: &[u8], signs: Option<&[u8]>, before: &mut u64) -> [u64; TIMES] {
    let mut starts = [0; TIMES];
    let mut rest = bytes;
    for starts in &mut starts {
        let mut padded = [0; BLOCK];
        let bytes = match rest.split_first_chunk() {
            Some((bytes, after)) => {
                rest = after;
                bytes
            }
            None if rest.is_empty() => break,
            None => {
                padded[..rest.len()].copy_from_slice(rest);
                rest = &[];
                &padded
            }
        };
        let (letters, firsts) = kinds(simd, bytes, signs);
        *starts = firsts & !(letters & (letters << 1 | *before));
        *before = letters >> (BLOCK - 1);
    }
    starts
}

/// Which bytes are ASCII letters or digits, and which a name may begin with: none that goes on with
/// a character.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
fn kinds<S: Simd>(simd: S, bytes: &[u8; BLOCK], signs: Option<&[u8]>) -> (u64, u64) {
    let bytes = u8x64::from_slice(simd, bytes);
    let small = bytes | u8x64::splat(simd, 0x20);
    // As in `is_ascii_lowercase`: one comparison each, since what is less comes to be much more.
    let letters = (small - u8x64::splat(simd, b'a')).simd_le(u8x64::splat(simd, b'z' - b'a'));
    let digits = (bytes - u8x64::splat(simd, b'0')).simd_le(u8x64::splat(simd, 9));
    let letters = (letters | digits).to_bitmask();
    let beyond = bytes.simd_ge(u8x64::splat(simd, 0xc0)).to_bitmask();
    let Some(signs) = signs else {
        return (letters, beyond | bytes.simd_lt(u8x64::splat(simd, 0x80)).to_bitmask());
    };
    let mut firsts = letters | beyond;
    for sign in signs {
        firsts |= bytes.simd_eq(u8x64::splat(simd, *sign)).to_bitmask();
    }
    (letters, firsts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Finds the positions byte by byte.
    fn reference(text: &str, signs: &str) -> Vec<usize> {
        let bytes = text.as_bytes();
        let letter = |at: usize| bytes[at].is_ascii_alphanumeric();
        let sign = |at: usize| signs.len() > SIGNS || signs.as_bytes().contains(&bytes[at]);
        let first = |at: usize| text.is_char_boundary(at) && (letter(at) || !bytes[at].is_ascii() || sign(at));
        let parts = |at: usize| at == 0 || !(letter(at - 1) && letter(at));
        (0..bytes.len()).filter(|at| first(*at) && parts(*at)).collect()
    }

    proptest! {
        #[test]
        fn words_begin_where_they_begin(
            text in "([a-zA-Z0-9@\\[`{/:]| |é|京|\\PC|[\u{0}-\u{7f}]){0,200}",
            times in 1..12_usize,
            signs in "(|\\[|\\[@|\\[@/|\\[@/:)",
            every: bool,
        ) {
            let text = text.repeat(times);
            let mut names: Vec<_> = signs.chars().map(String::from).collect();
            names.extend(["x", "é"].map(str::to_owned));
            let mut found = Vec::new();
            let ended = WordStarts::of(&names).each(text.as_bytes(), every, |at| {
                found.push(at);
                ControlFlow::<()>::Continue(())
            });
            prop_assert!(ended.is_continue());
            let reference = if every { (0..text.len()).collect() } else { reference(&text, &signs) };
            prop_assert_eq!(found, reference);
        }
    }
}
