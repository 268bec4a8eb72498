//! Which agent an identity names.

use std::{borrow::Cow, collections::BTreeMap, ops::Range, sync::OnceLock};

use aho_corasick::AhoCorasick;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

use super::{filter::Filter, fragments, mentions::Mentions};
use crate::{
    case::{Agent, fold},
    events::Matching,
};

/// Every listed identity, and its agent.
#[derive(Debug)]
pub struct Identities {
    exact: BTreeMap<String, usize>,
    folded: BTreeMap<String, usize>,
    /// Finds all folded identities at once; its patterns are `folded` in order.
    finder: OnceLock<AhoCorasick>,
    /// Whether all of them are ASCII.
    ascii: bool,
    known: Filter,
    /// Tells quickly that none of them is mentioned.
    mentions: Option<Mentions>,
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
        let mentions = Mentions::new(folded.keys().map(String::as_str));
        let known = Filter::of(
            exact
                .keys()
                .map(|identity| identity.trim())
                .chain(folded.keys().map(String::as_str)),
        );
        let identities = Self {
            exact,
            folded,
            finder: OnceLock::new(),
            ascii,
            known,
            mentions,
        };
        if identities.mentions.is_none() {
            // Any record may ask for it, and all threads would wait then.
            identities.finder();
        }
        identities
    }

    /// The agent that a field's value names.
    pub fn agent(&self, matching: Matching, value: &str) -> Option<usize> {
        let exactly = self.exact.get(value.trim()).copied();
        match matching {
            // An address is one wherever it stands, also where a log keeps ids.
            Matching::Exact if !value.contains('@') => exactly,
            Matching::Exact | Matching::Folded => exactly.or_else(|| self.folded.get(&*fold(value)).copied()),
        }
    }

    /// Whether a field's value may name an agent. False only where it names none for certain.
    pub fn may_name(&self, value: &str) -> bool {
        !value.is_ascii() || self.known.may_hold(value.trim())
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
        let (named, plain) = match &self.mentions {
            Some(mentions) => mentions.any_in(text, |place| self.stands(text, place)),
            None => {
                let plain = fragments::is_plain(text) && (self.ascii || text.is_ascii());
                (plain && self.is_named_in(text), plain)
            }
        };
        if plain {
            return named;
        }
        self.is_named_in(&fold(&unescaped(text)))
    }

    /// Made when it is first needed, where that is seldom: most logs have nothing that cannot be read.
    fn finder(&self) -> &AhoCorasick {
        let finder = || {
            let finder = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(self.folded.keys());
            finder.expect("identities are far fewer than an automaton can hold")
        };
        self.finder.get_or_init(finder)
    }

    /// Of a text in which only the case of ASCII letters is to be folded.
    fn is_named_in(&self, text: &str) -> bool {
        if let Some(mentions) = &self.mentions {
            return mentions.any_in(text, |place| self.stands(text, place)).0;
        }
        let mut found = self.finder().find_overlapping_iter(text);
        found.any(|found| is_whole(text, found.range()))
    }

    /// Whether one stands at this place, whole.
    fn stands(&self, text: &str, place: Range<usize>) -> bool {
        is_whole(text, place.clone()) && self.folded.contains_key(&text[place].to_ascii_lowercase())
    }

    /// The agents, ascending, whose identities stand as whole words in bytes that could not be read as an event,
    /// however they are cased or escaped there.
    pub fn named_in(&self, bytes: &[u8]) -> Vec<usize> {
        let text = String::from_utf8_lossy(bytes);
        let text = unescaped(&text);
        let text = fold(&text);
        let agents: Vec<_> = self.folded.values().copied().collect();
        let whole = |found: &aho_corasick::Match| is_whole(&text, found.range());
        let found = self
            .finder()
            .find_overlapping_iter(&*text)
            .filter(whole)
            .map(|found| agents[found.pattern().as_usize()]);
        let mut found: Vec<_> = found.collect();
        found.sort_unstable();
        found.dedup();
        found
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
