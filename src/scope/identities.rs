//! The listed identities, and the search for them in values and in texts.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use aho_corasick::AhoCorasick;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

use super::{
    filter::{self, Filter},
    lookup::Lookup,
    mentions::Mentions,
    odd::Odd,
};
use crate::{
    case::{Agent, fold},
    events::Matching,
    text::trimmed,
};

/// Every listed identity, with its agent.
#[derive(Debug)]
pub struct Identities {
    /// Identities in the order of the case: those of the first agent, in the order of
    /// [`Agent::all_identities`], then those of the next.
    listed: Vec<Listed>,
    /// Number in `listed` by the identity.
    exact: Lookup,
    folded: Lookup,
    /// Whether all identities are ASCII.
    ascii: bool,
    known: Filter,
    finder: Finder,
}

/// One listed identity.
#[derive(Debug)]
struct Listed {
    agent: usize,
    text: String,
}

/// A listed identity that occurs in a text as a whole word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Number of the identity.
    pub identity: usize,
    /// Identity as it occurs, decoded and folded if the text had to be.
    pub as_logged: String,
    /// Number of occurrences.
    pub times: usize,
}

/// Finds all folded identities at once.
#[derive(Debug)]
enum Finder {
    /// Search by the fragments that many identities share.
    Fragments(Mentions),
    /// Automaton, for identities with too little in common, with the texts that may hide an
    /// identity.
    Automaton(AhoCorasick, Odd),
}

impl Identities {
    /// Prepares the identities of these agents. The case has checked that no two agents share one.
    pub(super) fn new(agents: &[Agent]) -> Self {
        let (mut exact, mut folded) = (BTreeMap::new(), BTreeMap::new());
        let mut listed: Vec<Listed> = Vec::new();
        let mut ids: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (agent, own) in agents.iter().enumerate() {
            for (at, text) in own.all_identities().enumerate() {
                let number = listed.len();
                exact.insert(text.to_owned(), number);
                let text_folded = fold(text).into_owned();
                if at == 0 {
                    ids.entry(text_folded).or_default().push(number);
                } else {
                    folded.insert(text_folded, number);
                }
                let text = text.to_owned();
                listed.push(Listed { agent, text });
            }
        }
        add_ids(ids, &mut folded);
        let ascii = folded.keys().all(|identity| identity.is_ascii());
        let known = Filter::of(
            exact
                .keys()
                .map(|identity| identity.trim())
                .chain(folded.keys().map(String::as_str))
                .map(filter::whole),
        );
        Self {
            finder: Finder::of(&folded),
            listed,
            exact: Lookup::of(exact),
            folded: Lookup::of(folded),
            ascii,
            known,
        }
    }

    /// Returns the number of the identity that equals a field's value.
    pub fn find(&self, matching: Matching, value: &str) -> Option<usize> {
        let exactly = self.exact.get(trimmed(value));
        match matching {
            // A value with `@` is an address even in a field that holds ids.
            Matching::Exact if !value.contains('@') => exactly,
            Matching::Exact | Matching::Folded => exactly.or_else(|| self.folded.get(&fold(value))),
        }
    }

    /// Returns the number of the identity that equals a text, in whatever field it occurs.
    pub(super) fn find_anyhow(&self, text: &str) -> Option<usize> {
        if self.hash_of_other(text).is_some() {
            return None;
        }
        self.find(Matching::Folded, text)
    }

    /// Returns the number of the identity that equals a text, byte for byte.
    pub(super) fn find_exactly(&self, text: &str) -> Option<usize> {
        self.exact.get(text)
    }

    /// Returns the number of listed identities.
    pub fn count(&self) -> usize {
        self.listed.len()
    }

    /// Returns the position in the case of the agent with this identity.
    pub fn agent(&self, identity: usize) -> usize {
        self.listed[identity].agent
    }

    /// Returns the number of each identity, its agent and its text as listed.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, usize, &str)> {
        let listed = self.listed.iter().enumerate();
        listed.map(|(number, listed)| (number, listed.agent, listed.text.as_str()))
    }

    /// Returns the hash of a field's value that certainly names no agent, or `None` if it may.
    pub fn hash_of_other(&self, value: &str) -> Option<u64> {
        let hash = filter::whole(trimmed(value));
        (value.is_ascii() && !self.known.may_hold(hash)).then_some(hash)
    }

    /// Returns whether any listed identity occurs as a whole word in these bytes.
    pub fn any_named_in(&self, bytes: &[u8]) -> bool {
        match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => self.any_named_in_text(text),
            Err(_) => !self.named_in(bytes).is_empty(),
        }
    }

    /// Like [`Self::any_named_in`], for a text.
    pub fn any_named_in_text(&self, text: &str) -> bool {
        // The usual record needs no folding or decoding, and is searched in place.
        let (named, plain) = self.any_standing_in(text, |_, _| true);
        if plain {
            return named;
        }
        self.any_standing_in(&fold(&unescaped(text)), |_, _| true).0
    }

    /// Returns whether `is` accepts any identity that occurs in a text as a whole word, compared
    /// without regard to the case of ASCII letters. Also returns whether this comparison is
    /// sufficient for the text.
    fn any_standing_in(&self, text: &str, mut is: impl FnMut(usize, Range<usize>) -> bool) -> (bool, bool) {
        let mut stands = |place: Range<usize>| {
            let identity = self.standing(text, place.clone());
            identity.is_some_and(|identity| is(identity, place))
        };
        match &self.finder {
            Finder::Fragments(mentions) => mentions.any_in(text, stands),
            Finder::Automaton(automaton, odd) => {
                let plain = !odd.is_in(text) && (self.ascii || text.is_ascii());
                let mut found = automaton.find_overlapping_iter(text);
                (found.any(|found| stands(found.range())), plain)
            }
        }
    }

    /// Returns the identity that occurs at this place as a whole word.
    fn standing(&self, text: &str, place: Range<usize>) -> Option<usize> {
        is_whole(text, place.clone()).then(|| self.folded.get_caseless(&text[place]))?
    }

    /// Returns the agents, ascending, whose identities occur as whole words in bytes that could not
    /// be read as an event, in any case or escaping.
    pub fn named_in(&self, bytes: &[u8]) -> Vec<usize> {
        let text = String::from_utf8_lossy(bytes);
        let text = unescaped(&text);
        let mut found = Vec::new();
        self.any_standing_in(&fold(&text), |identity, _| {
            found.push(self.agent(identity));
            false
        });
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Identities {
    /// Returns the identities that occur in a text as whole words, each once, in their order.
    pub fn standing_in(&self, text: &str) -> Vec<Standing> {
        let (found, plain) = self.all_standing_in(text);
        if plain {
            return found;
        }
        self.all_standing_in(&fold(&unescaped(text))).0
    }

    fn all_standing_in(&self, text: &str) -> (Vec<Standing>, bool) {
        let mut found: BTreeMap<usize, Standing> = BTreeMap::new();
        let mut places = Vec::new();
        let (_, plain) = self.any_standing_in(text, |identity, place| {
            places.push((place.start, place.end, identity));
            false
        });
        // Several fragments may find the same place.
        places.sort_unstable();
        places.dedup();
        for (start, end, identity) in places {
            let standing = found.entry(identity).or_insert_with(|| Standing {
                identity,
                as_logged: text[start..end].to_owned(),
                times: 0,
            });
            standing.times += 1;
        }
        (found.into_values().collect(), plain)
    }
}

impl Finder {
    /// Creates the finder of these identities.
    fn of(folded: &BTreeMap<String, usize>) -> Self {
        let automaton = || {
            let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(folded.keys());
            automaton.expect("identities are far fewer than an automaton can hold")
        };
        let identities = folded.keys().map(String::as_str);
        let odd = || Odd::to_find(identities.clone());
        let mentions = Mentions::new(identities.clone());
        mentions.map_or_else(|| Self::Automaton(automaton(), odd()), Self::Fragments)
    }
}

/// Adds the agents' ids, since an id may also occur in a field for user names. Ids that differ only
/// by case match there in their exact spelling only.
fn add_ids(ids: BTreeMap<String, Vec<usize>>, folded: &mut BTreeMap<String, usize>) {
    for (id, numbers) in ids {
        if let [number] = numbers[..] {
            folded.entry(id).or_insert(number);
        }
    }
}

/// Returns whether the match is not part of a longer identity. Folding removes accents from their
/// letters, but an accent next to the match still belongs to it.
fn is_whole(text: &str, found: Range<usize>) -> bool {
    let mut before = text[..found.start].chars().rev().skip_while(|c| is_accent(*c));
    let mut behind = text[found.end..].chars();
    !before.next().is_some_and(char::is_alphanumeric)
        && !behind.next().is_some_and(|c| c.is_alphanumeric() || is_accent(c))
}

fn is_accent(c: char) -> bool {
    !c.is_ascii() && CanonicalCombiningClassMapBorrowed::new().get_u8(c) != 0
}

/// Decodes JSON escapes anywhere in the text, since a broken record is no JSON and may still name
/// an agent by them. Removes NULs, which occur between the letters of UTF-16.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '\0']) {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '\0']) {
        decoded.push_str(&rest[..at]);
        let (c, length) = escape(&rest[at..]);
        decoded.extend(c);
        rest = &rest[at + length..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// Returns the character that an escape or a NUL stands for, and its length in bytes.
fn escape(text: &str) -> (Option<char>, usize) {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some('\0'), _) => (None, 1),
        (_, Some('u')) => {
            let code = text
                .get(2..6)
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .and_then(char::from_u32);
            code.map_or((Some('\\'), 1), |c| (Some(c), 6))
        }
        (_, Some(c @ ('\\' | '/' | '"'))) => (Some(c), 2),
        (_, Some('n' | 'r' | 't' | 'b' | 'f')) => (Some(' '), 2),
        _ => (Some('\\'), 1),
    }
}
