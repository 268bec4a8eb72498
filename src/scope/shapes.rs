//! The places around a fragment at which an identity may occur, by the lengths of the identities
//! that contain the fragment.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use fearless_simd::Level;

use super::borders::{TOGETHER, ahead_of, belongs};

/// Lengths of the identities that one fragment covers, before and after the fragment.
#[derive(Debug)]
pub(super) struct Shapes {
    each: Vec<Shape>,
    level: Level,
}

/// The length of identities from the beginning of the fragment on, with all lengths before it.
/// Addresses in one domain have the same length after it, so that one test of the end decides for
/// all of them.
#[derive(Debug)]
struct Shape {
    follows: usize,
    /// Lengths before the fragment, as bits. The highest bit stands for 0.
    precede: u64,
    /// Lengths of 64 and more, which do not fit into `precede`.
    precede_far: Vec<usize>,
}

impl Shapes {
    /// Computes the lengths of these identities, each with the position of its fragment.
    pub(super) fn of(identities: &[(&[u8], usize)]) -> Self {
        let mut each: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (identity, fragment) in identities {
            let follows = identity.len() - fragment;
            each.entry(follows).or_default().insert(*fragment);
        }
        Self {
            each: each.into_iter().map(Shape::new).collect(),
            level: Level::new(),
        }
    }

    /// Returns whether `is` accepts any place around a fragment where an identity may occur as a
    /// whole word.
    pub(super) fn any(&self, text: &[u8], fragment: usize, mut is: impl FnMut(Range<usize>) -> bool) -> bool {
        let mut begins = None;
        for shape in &self.each {
            let end = fragment + shape.follows;
            if end > text.len() || belongs(text, Some(end)) {
                continue;
            }
            let begins = *begins.get_or_insert_with(|| ahead_of(self.level, text, fragment));
            if shape.starts(text, fragment, begins).any(|start| is(start..end)) {
                return true;
            }
        }
        false
    }
}

impl Shape {
    fn new((follows, precede): (usize, BTreeSet<usize>)) -> Self {
        let (near, far): (Vec<usize>, Vec<usize>) = precede.into_iter().partition(|precedes| *precedes < TOGETHER);
        Self {
            follows,
            precede: near.into_iter().fold(0, |bits, precedes| bits | 1 << 63 >> precedes),
            precede_far: far,
        }
    }

    /// Returns the positions at which words of this shape may begin, given the mask of positions
    /// before the fragment at which any word may.
    fn starts(&self, text: &[u8], fragment: usize, begins: u64) -> impl Iterator<Item = usize> {
        let mut near = self.precede & begins;
        let near = std::iter::from_fn(move || {
            let precedes = near.leading_zeros();
            near &= !(1_u64 << 63).checked_shr(precedes)?;
            Some(fragment - precedes as usize)
        });
        let far = self
            .precede_far
            .iter()
            .filter_map(move |precedes| fragment.checked_sub(*precedes));
        near.chain(far.filter(move |start| !belongs(text, start.checked_sub(1))))
    }
}
