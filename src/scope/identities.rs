//! Which agent an identity names.

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

/// Every listed identity, and its agent.
#[derive(Debug)]
pub struct Identities {
    exact: Lookup,
    folded: Lookup,
    /// Whether all of them are ASCII.
    ascii: bool,
    known: Filter,
    finder: Finder,
}

/// Finds all folded identities at once.
#[derive(Debug)]
enum Finder {
    /// By what many of them have in common.
    Fragments(Mentions),
    /// Of identities that have too little in common; and what they could be hidden by.
    Automaton(AhoCorasick, Odd),
}

impl Identities {
    /// Of these agents, by their positions. The case made sure that no identity is two agents'.
    pub(super) fn new(agents: &[Agent]) -> Self {
        let (mut exact, mut folded) = (BTreeMap::new(), BTreeMap::new());
        for (agent, listed) in agents.iter().enumerate() {
            exact.extend(listed.all_identities().map(|identity| (identity.to_owned(), agent)));
            folded.extend(without_id(listed).map(|identity| (fold(identity).into_owned(), agent)));
        }
        add_ids(agents, &mut folded);
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
            exact: Lookup::of(exact),
            folded: Lookup::of(folded),
            ascii,
            known,
        }
    }

    /// The agent that a field's value names.
    pub fn agent(&self, matching: Matching, value: &str) -> Option<usize> {
        let exactly = self.exact.get(trimmed(value));
        match matching {
            // An address is one wherever it stands, also where a log keeps ids.
            Matching::Exact if !value.contains('@') => exactly,
            Matching::Exact | Matching::Folded => exactly.or_else(|| self.folded.get(&fold(value))),
        }
    }

    /// Whether a field's value may name an agent. False only where it names none for certain.
    pub fn may_name(&self, value: &str) -> bool {
        !value.is_ascii() || self.known.may_hold(filter::whole(trimmed(value)))
    }

    /// Whether any listed identity stands as a whole word in these bytes.
    pub fn any_named_in(&self, bytes: &[u8]) -> bool {
        match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => self.any_named_in_text(text),
            Err(_) => !self.named_in(bytes).is_empty(),
        }
    }

    /// The same of a text.
    pub fn any_named_in_text(&self, text: &str) -> bool {
        // Nothing to fold or to decode: the usual record, looked at where it lies.
        let (named, plain) = self.any_standing_in(text, |_| true);
        if plain {
            return named;
        }
        self.any_standing_in(&fold(&unescaped(text)), |_| true).0
    }

    /// Whether any agent is the one, of those whose identities stand in a text, whole, if only the case of ASCII letters is to be
    /// folded. And whether nothing else is.
    fn any_standing_in(&self, text: &str, mut is: impl FnMut(usize) -> bool) -> (bool, bool) {
        let mut stands = |place: Range<usize>| self.standing(text, place).is_some_and(&mut is);
        match &self.finder {
            Finder::Fragments(mentions) => mentions.any_in(text, stands),
            Finder::Automaton(automaton, odd) => {
                let plain = !odd.is_in(text) && (self.ascii || text.is_ascii());
                let mut found = automaton.find_overlapping_iter(text);
                (found.any(|found| stands(found.range())), plain)
            }
        }
    }

    /// The agent whose identity stands at this place, whole.
    fn standing(&self, text: &str, place: Range<usize>) -> Option<usize> {
        is_whole(text, place.clone()).then(|| self.folded.get_caseless(&text[place]))?
    }

    /// The agents, ascending, whose identities stand as whole words in bytes that could not be read as an event,
    /// however they are cased or escaped there.
    pub fn named_in(&self, bytes: &[u8]) -> Vec<usize> {
        let text = String::from_utf8_lossy(bytes);
        let text = unescaped(&text);
        let mut found = Vec::new();
        self.any_standing_in(&fold(&text), |agent| {
            found.push(agent);
            false
        });
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Finder {
    /// Of these identities.
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

fn without_id(agent: &Agent) -> impl Iterator<Item = &str> {
    agent
        .email
        .as_deref()
        .into_iter()
        .chain(agent.identities.iter().map(String::as_str))
}

/// An id may also stand where user names stand. Ids that differ by case only name nobody there unless written exactly.
fn add_ids(agents: &[Agent], folded: &mut BTreeMap<String, usize>) {
    let mut ids: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (agent, listed) in agents.iter().enumerate() {
        ids.entry(fold(&listed.id.0).into_owned()).or_default().push(agent);
    }
    for (id, agents) in ids {
        if let [agent] = agents[..] {
            folded.entry(id).or_insert(agent);
        }
    }
}

/// Whether nothing that could belong to a longer identity stands around it. Folding takes accents off their letters; there they
/// still belong to them.
fn is_whole(text: &str, found: Range<usize>) -> bool {
    let mut before = text[..found.start].chars().rev().skip_while(|c| is_accent(*c));
    let mut behind = text[found.end..].chars();
    !before.next().is_some_and(char::is_alphanumeric)
        && !behind.next().is_some_and(|c| c.is_alphanumeric() || is_accent(c))
}

fn is_accent(c: char) -> bool {
    !c.is_ascii() && CanonicalCombiningClassMapBorrowed::new().get_u8(c) != 0
}

/// The text with JSON escapes decoded wherever they stand: a broken record is no JSON, and may name somebody so. NULs go,
/// as they stand between the letters of UTF-16.
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

/// What an escape, or a NUL, stands for, and how many bytes it takes.
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
