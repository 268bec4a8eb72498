//! Whether a text mentions a listed identity, told quickly where it does not.
//!
//! Identities of one vendor have something in common: the domain of their addresses, the form of their ids. A few
//! fragments of three bytes that every identity has one of are looked for at once, and only around those is looked closer.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    filter::Filter,
    fragments::{Fragments, LENGTH},
};

/// With so many fragments a text is still searched in two thirds of the time that an automaton of the identities takes, and with
/// each a hundredth more slowly.
const MOST: usize = 64;

/// So many bytes of identities are looked at, again for each fragment: a tenth of a second.
const PATIENCE: usize = 4 << 20;

/// Finds places where an identity may stand.
#[derive(Debug)]
pub(super) struct Mentions {
    fragments: Fragments,
    /// For each fragment, the shapes of the identities that it stands for.
    shapes: Vec<Shapes>,
    identities: Filter,
}

/// How much of an identity follows from a fragment's beginning on, and how much precedes it: of addresses in one domain the
/// one is the same, so that a look at the end decides for all of them.
type Shapes = Vec<(usize, Vec<usize>)>;

impl Mentions {
    /// Of these identities, in lower case. None where a few fragments do not cover them.
    pub(super) fn new<'t>(identities: impl Iterator<Item = &'t str> + Clone) -> Option<Self> {
        let chosen = cover(identities.clone().map(str::as_bytes).collect())?;
        Some(Self {
            fragments: Fragments::new(chosen.iter().map(|(fragment, _)| *fragment)),
            shapes: chosen.into_iter().map(|(_, shapes)| shapes).collect(),
            identities: Filter::of(identities),
        })
    }

    /// Whether an identity stands in a text, given whether one does at a place: asked of every place where that may be. And
    /// whether it can be told of the text as it stands.
    pub(super) fn any_in(&self, text: &str, mut stands: impl FnMut(Range<usize>) -> bool) -> (bool, bool) {
        let mut any = false;
        let plain = self.fragments.each_in(text.as_bytes(), &mut |fragment, at| {
            any = any || self.places(text, at, &self.shapes[fragment]).any(&mut stands);
        });
        (any, plain)
    }

    /// The places around a fragment where an identity may stand as a whole word.
    fn places<'t>(
        &self,
        text: &'t str,
        fragment: usize,
        shapes: &'t [(usize, Vec<usize>)],
    ) -> impl Iterator<Item = Range<usize>> + use<'_, 't> {
        let bytes = text.as_bytes();
        let ends = shapes
            .iter()
            .map(move |(follows, precede)| (fragment + follows, precede));
        let ends = ends.filter(|(end, _)| *end <= bytes.len() && !belongs(bytes, Some(*end)));
        let places = ends.flat_map(move |(end, precede)| {
            let starts = precede
                .iter()
                .filter_map(move |precedes| fragment.checked_sub(*precedes));
            starts.map(move |start| start..end)
        });
        let may_be = |place: &Range<usize>| {
            text.get(place.clone())
                .is_some_and(|word| self.identities.may_hold(word))
        };
        places.filter(move |place| !belongs(bytes, place.start.checked_sub(1)) && may_be(place))
    }
}

/// Whether a letter or digit of ASCII stands here.
fn belongs(text: &[u8], at: Option<usize>) -> bool {
    at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric)
}

/// The fragments to look for, each with the shapes of the identities that it stands for.
fn cover(mut left: Vec<&[u8]>) -> Option<Vec<([u8; LENGTH], Shapes)>> {
    let fits = |identity: &&[u8]| identity.is_ascii() && identity.len() >= LENGTH;
    if !left.iter().all(fits) {
        return None;
    }
    let mut chosen = Vec::new();
    let mut looked_at = 0;
    while !left.is_empty() {
        looked_at += left.iter().map(|identity| identity.len()).sum::<usize>();
        if looked_at > PATIENCE {
            return None;
        }
        let (fragment, most) = commonest(&left)?;
        // None of those to come has more of them.
        if chosen.len() + left.len().div_ceil(most) > MOST {
            return None;
        }
        let mut shapes: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        left.retain(|identity| match offset(identity, fragment) {
            None => true,
            Some(offset) => {
                shapes.entry(identity.len() - offset).or_default().insert(offset);
                false
            }
        });
        // Gone through at every place where a fragment stands.
        let shapes = shapes
            .into_iter()
            .map(|(follows, precede)| (follows, precede.into_iter().collect()));
        chosen.push((fragment, shapes.collect()));
    }
    Some(chosen)
}

fn offset(identity: &[u8], fragment: [u8; LENGTH]) -> Option<usize> {
    identity.windows(LENGTH).position(|window| window == fragment)
}

/// The fragment that most identities have, and how many do; of those one where a domain begins, which no other address has, or else the one
/// with the fewest letters, which have two cases.
fn commonest(identities: &[&[u8]]) -> Option<([u8; LENGTH], usize)> {
    let mut all: Vec<[u8; LENGTH]> = Vec::new();
    for identity in identities {
        let mut own: Vec<_> = identity.array_windows::<LENGTH>().copied().collect();
        own.sort_unstable();
        own.dedup();
        all.append(&mut own);
    }
    all.sort_unstable();
    let letters = |fragment: [u8; LENGTH]| fragment.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let runs = all.chunk_by(PartialEq::eq);
    let rank = |run: &&[[u8; LENGTH]]| (Reverse(run.len()), run[0][0] != b'@', letters(run[0]), run[0]);
    let best = runs.min_by_key(rank);
    best.map(|run| (run[0], run.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identities() -> Vec<String> {
        let addresses = (0..300).map(|n| format!("first.last{n}@support.example"));
        addresses.chain((0..300).map(|n| format!("sp-{n:04}"))).collect()
    }

    #[test]
    fn a_few_fragments_cover_the_identities_of_one_vendor() {
        let identities = identities();
        let chosen = cover(identities.iter().map(String::as_bytes).collect()).expect("a cover");
        assert!(chosen.len() <= 2, "{chosen:?}");
        assert_eq!(cover(vec![b"ab"]), None);
        assert_eq!(cover(vec!["ä@support.example".as_bytes()]), None);
        let many: Vec<_> = (b' '..).map(|letter| [letter; 5]).take(MOST + 1).collect();
        let cover = |number: usize| cover(many[..number].iter().map(<[u8; 5]>::as_slice).collect());
        assert_eq!(cover(MOST).map(|chosen| chosen.len()), Some(MOST));
        assert_eq!(cover(MOST + 1), None);
    }

    #[test]
    fn every_identity_is_found_wherever_it_stands() {
        let identities = identities();
        let mentions = Mentions::new(identities.iter().map(String::as_str)).expect("a cover");
        for identity in &identities {
            for text in [
                identity.clone(),
                format!("seen by {identity}."),
                format!("sp-sp-@su{}@su", identity.to_uppercase()),
                format!("@support.example:{identity}"),
            ] {
                let whole = !text.starts_with("sp-sp-@su");
                assert_eq!(mentions.any_in(&text, |_| true), (whole, true), "{text}");
            }
        }
        let others = "first.last300@support.example and sp-00011 of support.example";
        assert_eq!(mentions.any_in(others, |_| true), (false, true));
        assert!(!mentions.any_in("first.last1@support.example\\u0061", |_| true).1);
    }
}
