//! A fast test whether a text mentions a listed identity.
//!
//! Identities of one vendor have something in common: the domain of their addresses, the form of
//! their ids. The search looks for a few three-byte fragments, of which every identity has one, and
//! examines the text only around them.

use std::{cmp::Reverse, ops::Range};

use super::{
    filter::{self, Filter},
    fragments::{Fragments, LENGTH},
    odd::Odd,
    shapes::Shapes,
};

/// Highest number of fragments. With this many the search still takes two thirds of the time of an
/// automaton of the identities; each fragment adds about one per cent.
const MOST: usize = 64;

/// Highest number of bytes of identities that are examined, counted again for each fragment. The
/// limit takes about 50 ms, or 100 ms with a second attempt.
const PATIENCE: usize = 2 << 20;

/// Weight of a fragment that is not of letters alone. A fragment of letters also occurs in ordinary
/// words, such as the names of members, and each occurrence costs an examination. It is chosen only
/// if it covers more than this many times as many identities.
const RARER: usize = 2;

/// Finds places where an identity may occur.
#[derive(Debug)]
pub(super) struct Mentions {
    fragments: Fragments,
    /// Lengths of the identities that each fragment covers, before and after the fragment.
    shapes: Vec<Shapes>,
    /// Hashes of the bytes before the fragment and of the last bytes, which distinguish nearly all
    /// addresses of one domain.
    known: Filter,
}

impl Mentions {
    /// Prepares the search for these identities, in lower case. Returns `None` if a few fragments
    /// do not cover them.
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

    /// Returns whether an identity occurs in a text; `stands` is called for every place where one
    /// may occur. Also returns whether the result is valid without decoding and folding the text.
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

/// A fragment to search for.
struct Chosen<'t> {
    fragment: [u8; LENGTH],
    /// Identities that it covers, each with the position of the fragment.
    identities: Vec<(&'t [u8], usize)>,
}

/// Returns a few fragments of which every identity contains one. `rarer` is a weight like
/// [`RARER`].
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
        // No later fragment covers more identities.
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

/// Returns the fragment that most identities contain, with the weight of [`RARER`] for one that is
/// not of letters alone. Of equal ones it prefers the beginning of a domain, which other addresses
/// lack, then the fewest letters, since letters have two cases. Also returns the highest number of
/// identities that one fragment covers.
fn best(identities: &[&[u8]], rarer: usize) -> Option<([u8; LENGTH], usize)> {
    // Numbers are in the same order as the bytes, and faster to compare.
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
