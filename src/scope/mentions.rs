//! Whether a text mentions a listed identity, told quickly where it does not.
//!
//! Identities of one vendor have something in common: the domain of their addresses, the form of
//! their ids. A few fragments of three bytes that every identity has one of are looked for at once,
//! and only around those is looked closer.

use std::{cmp::Reverse, ops::Range};

use super::{
    filter::{self, Filter},
    fragments::{Fragments, LENGTH},
    odd::Odd,
    shapes::Shapes,
};

/// With so many fragments a text is still searched in two thirds of the time that an automaton of
/// the identities takes, and with each a hundredth more slowly.
const MOST: usize = 64;

/// So many bytes of identities are looked at, again for each fragment: a twentieth of a second,
/// twice if at first in vain.
const PATIENCE: usize = 2 << 20;

/// A fragment of letters alone stands in any word, as in the names of a record's members, and each
/// place is looked at closer. One that is not is preferred, unless so many times fewer identities
/// have it.
const RARER: usize = 2;

/// Finds places where an identity may stand.
#[derive(Debug)]
pub(super) struct Mentions {
    fragments: Fragments,
    /// For each fragment, the shapes of the identities that it stands for.
    shapes: Vec<Shapes>,
    /// By the bytes before the fragment and the last ones: of addresses in one domain those tell
    /// nearly all apart.
    known: Filter,
}

impl Mentions {
    /// Of these identities, in lower case. None where a few fragments do not cover them.
    pub(super) fn new<'t>(identities: impl Iterator<Item = &'t str> + Clone) -> Option<Self> {
        let odd = Odd::to_find(identities.clone());
        let identities: Vec<_> = identities.map(str::as_bytes).collect();
        let chosen = cover(&identities, RARER).or_else(|| cover(&identities, 1))?;
        let hash = |(identity, at): &(&[u8], usize)| filter::around(identity, 0..identity.len(), *at);
        Some(Self {
            fragments: Fragments::new(chosen.iter().map(|chosen| chosen.fragment), odd),
            shapes: chosen.iter().map(|chosen| Shapes::of(&chosen.identities)).collect(),
            known: Filter::of(chosen.iter().flat_map(|chosen| chosen.identities.iter().map(hash))),
        })
    }

    /// Whether an identity stands in a text, given whether one does at a place: asked of every
    /// place where that may be. And whether it can be told of the text as it stands.
    pub(super) fn any_in(&self, text: &str, mut stands: impl FnMut(Range<usize>) -> bool) -> (bool, bool) {
        let bytes = text.as_bytes();
        let mut any = false;
        let plain = self.fragments.each_in(bytes, &mut |number, at| {
            let mut is = |place: Range<usize>| {
                self.known.may_hold(filter::around(bytes, place.clone(), at))
                    && text.get(place.clone()).is_some()
                    && stands(place)
            };
            any = any || self.shapes[number].any(bytes, at, &mut is);
        });
        (any, plain)
    }
}

/// A fragment to look for.
struct Chosen<'t> {
    fragment: [u8; LENGTH],
    /// The identities that it stands for, and where in each it does.
    identities: Vec<(&'t [u8], usize)>,
}

/// A few fragments of which every identity has one; `rarer` as in [`RARER`].
fn cover<'t>(identities: &[&'t [u8]], rarer: usize) -> Option<Vec<Chosen<'t>>> {
    let fits = |identity: &&[u8]| identity.is_ascii() && identity.len() >= LENGTH;
    if !identities.iter().all(fits) {
        return None;
    }
    let mut left = identities.to_vec();
    let mut chosen = Vec::new();
    let mut looked_at = 0;
    while !left.is_empty() {
        looked_at += left.iter().map(|identity| identity.len()).sum::<usize>();
        if looked_at > PATIENCE {
            return None;
        }
        let (fragment, most) = best(&left, rarer)?;
        // None of those to come stands for more.
        if chosen.len() + left.len().div_ceil(most) > MOST {
            return None;
        }
        let mut identities = Vec::new();
        left.retain(|identity| {
            let at = offset(identity, fragment);
            identities.extend(at.map(|at| (*identity, at)));
            at.is_none()
        });
        chosen.push(Chosen { fragment, identities });
    }
    Some(chosen)
}

fn offset(identity: &[u8], fragment: [u8; LENGTH]) -> Option<usize> {
    identity.windows(LENGTH).position(|window| window == fragment)
}

/// The fragment that most identities have, with more weight for one that is not of letters alone,
/// as in [`RARER`]; of those one where a domain begins, which no other address has, or else the one
/// with the fewest letters, which have two cases. And how many identities a fragment stands for at
/// most.
fn best(identities: &[&[u8]], rarer: usize) -> Option<([u8; LENGTH], usize)> {
    // As numbers, which are in the same order and quicker to compare.
    let number = |[a, b, c]: &[u8; LENGTH]| u32::from_be_bytes([0, *a, *b, *c]);
    let mut all: Vec<u32> = Vec::new();
    for identity in identities {
        let mut own: Vec<_> = identity.array_windows().map(number).collect();
        own.sort_unstable();
        own.dedup();
        all.append(&mut own);
    }
    all.sort_unstable();
    let letters = |fragment: [u8; LENGTH]| fragment.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let runs = all.chunk_by(PartialEq::eq);
    let most = runs.clone().map(<[_]>::len).max()?;
    let fragment = |run: &[u32]| {
        let [_, fragment @ ..] = run[0].to_be_bytes();
        fragment
    };
    let rank = |run: &&[u32]| {
        let (fragment, letters) = (fragment(run), letters(fragment(run)));
        let worth = run.len() * if letters < LENGTH { rarer } else { 1 };
        (Reverse(worth), fragment[0] != b'@', letters, fragment)
    };
    runs.min_by_key(rank).map(|run| (fragment(run), most))
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
        let identities: Vec<_> = identities.iter().map(String::as_bytes).collect();
        let chosen = cover(&identities, RARER).expect("a cover");
        let mut fragments: Vec<_> = chosen.iter().map(|chosen| &chosen.fragment[..]).collect();
        fragments.sort_unstable();
        assert_eq!(fragments, [b"@su".as_slice(), b"p-0"], "and none of letters");
        assert!(cover(&[b"ab"], 1).is_none());
        assert!(cover(&["ä@support.example".as_bytes()], 1).is_none());
        let many: Vec<_> = (b' '..).map(|letter| [letter; 5]).take(MOST + 1).collect();
        let many: Vec<_> = many.iter().map(<[u8; 5]>::as_slice).collect();
        assert_eq!(cover(&many[..MOST], 1).map(|chosen| chosen.len()), Some(MOST));
        assert!(cover(&many, 1).is_none());
    }

    #[test]
    fn every_identity_is_found_wherever_it_stands() {
        let long = format!("{}@support.example", "long.".repeat(20));
        let mut identities = identities();
        identities.push(long);
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
