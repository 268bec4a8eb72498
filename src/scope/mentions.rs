//! Whether a text mentions a listed identity, told quickly where it does not.
//!
//! Identities of one vendor have something in common: the domain of their addresses, the form of their ids. A few
//! fragments of three bytes that every identity has one of are looked for at once, and only around those is looked closer.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use aho_corasick::packed::{Config, Searcher};

use super::filter::Filter;

/// The length of a fragment.
const LENGTH: usize = 3;

/// With more fragments than these, finding them would cost as much as finding the identities.
const MOST: usize = 8;

/// Finds places where an identity may stand.
#[derive(Debug)]
pub(super) struct Mentions {
    searcher: Searcher,
    /// For each pattern of the searcher, which fragment it is in some case.
    fragments: Vec<usize>,
    /// For each fragment, the shapes of the identities that it stands for.
    shapes: Vec<Shapes>,
    identities: Filter,
}

/// How much of an identity follows from a fragment's beginning on, and how much precedes it: of addresses in one domain the
/// one is the same, so that a look at the end decides for all of them.
type Shapes = Vec<(usize, Vec<usize>)>;

impl Mentions {
    /// Of these identities, in lower case. None where a few fragments do not cover them, or this machine cannot look for
    /// several at once.
    pub(super) fn new<'t>(identities: impl Iterator<Item = &'t str> + Clone) -> Option<Self> {
        let chosen = cover(identities.clone().map(str::as_bytes).collect())?;
        let (mut patterns, mut fragments) = (Vec::new(), Vec::new());
        for (at, (fragment, _)) in chosen.iter().enumerate() {
            patterns.extend(cases(*fragment));
            fragments.resize(patterns.len(), at);
        }
        Some(Self {
            searcher: Config::new().builder().extend(patterns).build()?,
            fragments,
            shapes: chosen.into_iter().map(|(_, shapes)| shapes).collect(),
            identities: Filter::of(identities),
        })
    }

    /// Whether an identity stands in a text, given whether one does at a place: asked of every place where that may be.
    pub(super) fn any_in(&self, text: &str, stands: impl Fn(Range<usize>) -> bool) -> bool {
        let bytes = text.as_bytes();
        let mut from = 0;
        while let Some(found) = self.searcher.find_in(bytes, (from..bytes.len()).into()) {
            let shapes = &self.shapes[self.fragments[found.pattern().as_usize()]];
            if self.places(text, found.start(), shapes).any(&stands) {
                return true;
            }
            // The next one may overlap.
            from = found.start() + 1;
        }
        false
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
    let mut chosen = Vec::new();
    while !left.is_empty() {
        if chosen.len() == MOST
            || left
                .iter()
                .any(|identity| !identity.is_ascii() || identity.len() < LENGTH)
        {
            return None;
        }
        let fragment = commonest(&left)?;
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

/// The fragment that most identities have; of those one where a domain begins, which no other address has, or else the one
/// with the fewest letters, which have two cases.
fn commonest(identities: &[&[u8]]) -> Option<[u8; LENGTH]> {
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
    best.map(|run| run[0])
}

/// The fragment in all its cases.
fn cases(fragment: [u8; LENGTH]) -> Vec<[u8; LENGTH]> {
    let mut cases = vec![fragment];
    for at in 0..LENGTH {
        if fragment[at].is_ascii_alphabetic() {
            let mut upper = cases.clone();
            upper
                .iter_mut()
                .for_each(|case| case[at] = case[at].to_ascii_uppercase());
            cases.append(&mut upper);
        }
    }
    cases
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
        let many: Vec<_> = (b'a'..=b'z').map(|letter| [letter; 5]).collect();
        assert_eq!(cover(many.iter().map(<[u8; 5]>::as_slice).collect()), None);
    }

    #[test]
    fn every_identity_is_found_wherever_it_stands() {
        let identities = identities();
        let Some(mentions) = Mentions::new(identities.iter().map(String::as_str)) else {
            // A machine without packed search looks for all identities at once.
            return;
        };
        for identity in &identities {
            for text in [
                identity.clone(),
                format!("seen by {identity}."),
                format!("sp-sp-@su{}@su", identity.to_uppercase()),
                format!("@support.example:{identity}"),
            ] {
                let whole = !text.starts_with("sp-sp-@su");
                assert_eq!(mentions.any_in(&text, |_| true), whole, "{text}");
            }
        }
        let others = "first.last300@support.example and sp-00011 of support.example";
        assert!(!mentions.any_in(others, |_| true));
    }
}
