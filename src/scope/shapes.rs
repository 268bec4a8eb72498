//! Where around a fragment an identity may stand, by what all that share the fragment have in
//! common.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use fearless_simd::Level;

use super::borders::{TOGETHER, ahead_of, belongs};

/// Of the identities that one fragment stands for, how much precedes and how much follows it.
#[derive(Debug)]
pub(super) struct Shapes {
    each: Vec<Shape>,
    level: Level,
}

/// How much of an identity follows from the fragment's beginning on, and how much precedes it: of
/// addresses in one domain the one is the same, so that a look at the end decides for all of them.
#[derive(Debug)]
struct Shape {
    follows: usize,
    /// As bits, the highest for nothing.
    precede: u64,
    /// Where it is more than those can tell.
    precede_far: Vec<usize>,
}

impl Shapes {
    /// Of these identities, each with the place of its fragment.
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

    /// Whether this is so of any place around a fragment where an identity may stand as a whole
    /// word.
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

    /// Where words of this shape may begin, given the places ahead of the fragment where any may.
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
