//! What tenants' own events name of them besides people: files, groups, devices, phones, resource
//! names. It is looked for in what people type in the events of others.
//!
//! Events name as many of them as they have targets, and nearly none stands in a text of another
//! tenant. So a number is kept of each in place of its text, and a text is searched word by word.

use std::{collections::VecDeque, net::IpAddr, ops::Range};

use super::{
    ANOTHER, Hit, Kind, Reader,
    bare::named,
    family,
    hash::{SEED, mixed},
    names::Names,
    sighting::Company,
    structure,
};

/// Numbers of what is one tenant's alone.
#[derive(Debug, Clone, Default)]
pub(super) struct Belongings {
    /// Numbers in order, each with the tenant's place.
    owners: Vec<(u64, usize)>,
    /// Numbers of the first words of what has several, in order: few words of a text are one.
    begun: Vec<u64>,
}

/// Numbers by which a thing is found in texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ThingKey {
    /// Number of the whole.
    pub(super) whole: u64,
    /// Number of its first word, if it has several.
    pub(super) begun: Option<u64>,
}

/// Fewer characters name nothing particular, and neither do fewer digits.
const CHARACTERS: usize = 6;
const DIGITS: usize = 9;

/// No word of so few bytes makes a thing particular.
const SHORT: usize = 3;

/// Words of a thing that is looked for, at most.
const WORDS: usize = 8;

/// No telephone number is longer, with the signs in it.
const LONGEST_NUMBER: usize = 32;

impl Belongings {
    /// Of these tenants. What several have is nobody's.
    pub(super) fn of(tenants: &[&str], companies: &[Company]) -> Self {
        let place = |company: &Company| {
            tenants
                .binary_search(&company.id.0.as_str())
                .expect("everybody is there")
        };
        let owned = companies.iter().map(|company| (place(company), &company.things));
        let mut all: Vec<_> = owned
            .flat_map(|(at, things)| things.iter().map(move |thing| (*thing, at)))
            .collect();
        all.sort_unstable();
        let mut once = Vec::with_capacity(all.len());
        for same in all.chunk_by(|one, other| one.0 == other.0) {
            if let [only] = same {
                once.push(*only);
            }
        }
        let mut begun: Vec<_> = companies.iter().flat_map(|company| &company.begun).copied().collect();
        begun.sort_unstable();
        begun.dedup();
        Self { owners: once, begun }
    }

    fn owner(&self, key: u64) -> Option<usize> {
        let at = self.owners.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        Some(self.owners[at].1)
    }

    /// Returns whether something of several words begins with this one.
    fn begins(&self, word: &str) -> bool {
        !self.begun.is_empty() && self.begun.binary_search(&folded(word)).is_ok()
    }
}

/// Returns the numbers of a thing; none if it is nothing particular.
pub(super) fn key(text: &str) -> Option<ThingKey> {
    let whole = number(text)?;
    let text = text.trim_matches(surrounds);
    let mut words = text.split(parts).filter(|word| !word.is_empty());
    let first = words.next()?;
    let several = words.next().is_some() && is_lettered(text) && public_address(text).is_none();
    // Without a digit or a sign in them, several words may be a label of a program's.
    if several && !text.contains(|c: char| !c.is_alphabetic() && c != ' ') && !is_particular(text) {
        return None;
    }
    Some(ThingKey {
        whole,
        begun: several.then(|| folded(first)),
    })
}

/// Returns the number of a text as a whole; none if it is nothing particular. Case does not matter,
/// nor do signs around it, nor, in a telephone number, those inside.
fn number(text: &str) -> Option<u64> {
    let text = text.trim_matches(surrounds);
    // Addresses are names of people or of domains, and are looked for as such.
    if text.len() < CHARACTERS || text.contains('@') {
        return None;
    }
    if let Some(address) = public_address(text) {
        return Some(hash(address.to_string().bytes()));
    }
    if !is_lettered(text) {
        let digits = text.bytes().filter(u8::is_ascii_digit);
        return (digits.clone().count() >= DIGITS).then(|| hash(digits));
    }
    // A word of letters alone is a label.
    let marked = text.contains(|c: char| !c.is_alphabetic());
    marked.then(|| folded(text))
}

fn folded(text: &str) -> u64 {
    if text.is_ascii() {
        hash(text.bytes().map(|byte| byte.to_ascii_lowercase()))
    } else {
        hash(named(text).bytes())
    }
}

fn is_lettered(text: &str) -> bool {
    text.contains(char::is_alphabetic)
}

/// Returns the address of the internet that a text is, with a port or a length of a network behind
/// it or without. Those of private networks are everybody's.
fn public_address(text: &str) -> Option<IpAddr> {
    if !text.contains(['.', ':']) || !text.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':') {
        return None;
    }
    let host = text.split_once('/').map_or(text, |(host, _)| host);
    let address = host.parse().ok().or_else(|| {
        let (host, port) = host.rsplit_once(':')?;
        port.parse::<u16>().ok()?;
        host.trim_end_matches(']').parse().ok()
    })?;
    let public = match address {
        IpAddr::V4(address) => {
            !(address.is_private() || address.is_loopback() || address.is_link_local() || address.is_unspecified())
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local())
        }
    };
    public.then_some(address)
}

/// Returns whether a text is the address of a network card: six pairs of hexadecimal digits.
fn is_hardware_address(text: &str) -> bool {
    let pairs = text.split([':', '-']);
    let is_pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    pairs.clone().count() == 6 && pairs.clone().all(is_pair)
}

/// Returns whether a text has a word that names something particular. Short words are endings of
/// files and the like.
fn is_particular(text: &str) -> bool {
    structure::words(text).any(|word| word.len() > SHORT && !family::is_common(word))
        || public_address(text).is_some()
        || is_hardware_address(text)
}

fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(SEED, mixed)
}

fn surrounds(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | ',' | ';' | '.' | '!' | '?'
        )
}

/// Whether a character stands between words that may be things.
fn parts(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | ',' | ';' | '=' | '|'
        )
}

/// Stretches of a text that may be a thing: words, runs of words without letters, as telephone
/// numbers are written, and runs of words that begin with the first of a thing.
fn stretches(text: &str, begins: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Where runs begin, and how many words more each may have.
    let mut runs: VecDeque<(usize, usize)> = VecDeque::new();
    let mut number: Option<Range<usize>> = None;
    let mut at = 0;
    for word in text.split(parts) {
        let range = at..at + word.len();
        at = range.end + text[range.end..].chars().next().map_or(0, char::len_utf8);
        if word.is_empty() {
            continue;
        }
        found.push(range.clone());
        runs.retain_mut(|(start, left)| {
            found.push(*start..range.end);
            *left -= 1;
            *left > 0
        });
        if begins(word.trim_matches(surrounds)) {
            runs.push_back((range.start, WORDS - 1));
        }
        let digits = !word.contains(char::is_alphabetic) && word.contains(|c: char| c.is_ascii_digit());
        match &mut number {
            Some(number) if digits && range.end - number.start <= LONGEST_NUMBER => {
                number.end = range.end;
                found.push(number.clone());
            }
            _ => number = digits.then_some(range),
        }
    }
    found
}

/// Whether a text is the number of a ticket and nothing more: `4711`, `SUP-4711`, `INC0004711`.
fn is_ticket(text: &str) -> bool {
    let number = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let number = number.strip_prefix(['-', '#', '_', ' ']).unwrap_or(number);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

impl Names {
    /// Whether any tenant has something that is looked for.
    fn has_belongings(&self) -> bool {
        !self.belongings.owners.is_empty()
    }
}

impl Reader<'_> {
    /// Returns the text without what belongs to another tenant alone, and what was found; none if
    /// nothing was.
    pub fn without_belongings(&self, text: &str) -> Option<(String, Vec<Hit>)> {
        // The ticket that an agent gave is a fact of the event, whomever it is of: the tenant
        // compares it with its own.
        if !self.names.has_belongings() || self.is_in_field("ticket") && is_ticket(text) {
            return None;
        }
        let theirs = |range: &Range<usize>| {
            let found = text[range.clone()].trim_matches(surrounds);
            let owner = self.names.belongings.owner(number(found)?)?;
            (Some(owner) != self.own && is_particular(found) && !self.may_stand(found)).then_some(owner)
        };
        let mut places: Vec<_> = stretches(text, |word| self.names.belongings.begins(word))
            .into_iter()
            .filter_map(|range| theirs(&range).map(|owner| (range, owner)))
            .collect();
        places.sort_by_key(|(range, _)| (range.start, usize::MAX - range.end));
        let (mut shown, mut hits, mut from) = (String::new(), Vec::new(), 0);
        for (range, owner) in places {
            if range.start < from {
                continue;
            }
            let found = text[range.clone()].trim_matches(surrounds);
            let start = range.start + text[range].find(found).unwrap_or_default();
            shown.push_str(&text[from..start]);
            shown.push_str(ANOTHER);
            hits.push(Hit::masked(
                found,
                Kind::Thing,
                vec![self.names.tenant(owner).to_owned()],
            ));
            from = start + found.len();
        }
        shown.push_str(&text[from..]);
        (!hits.is_empty()).then_some((shown, hits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_known_by_what_is_particular_of_them() {
        let same = |one: &str, other: &str| key(one).is_some() && key(one) == key(other);
        for (one, other) in [
            ("Budget-2026.xlsx", "\"budget-2026.xlsx\","),
            ("arn:aws:s3:::otterness-data", "(ARN:aws:s3:::Otterness-data)."),
            ("+44 20 7946 0958", "+44-20-7946-0958"),
            ("Zürich-Drucker-3", "ZÜRICH-DRUCKER-3"),
            ("8.8.8.8", "8.8.8.8:443"),
            ("2001:DB8::77", "[2001:db8::77]:443"),
            ("Merger Aurora", "merger aurora."),
            ("00:1B:44:11:3A:B7", "00:1b:44:11:3a:b7"),
        ] {
            assert!(same(one, other), "{one}");
        }
        for nothing in ["Settings", "a-1", "2026-01-16", "Default policy", "10.0.0.7", "::1", ""] {
            assert_eq!(key(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn tickets_are_numbers_with_a_prefix() {
        for ticket in ["4711", "SUP-4711", "INC0004711", "#4711", "Case 4711"] {
            assert!(is_ticket(ticket), "{ticket}");
        }
        for other in [
            "",
            "SUP",
            "Budget-2026.xlsx",
            "SUP-47-11",
            "+44 20 7946 0958",
            "a-b-1",
            "SUP-4711 and more",
        ] {
            assert!(!is_ticket(other), "{other}");
        }
    }

    #[test]
    fn stretches_are_words_and_numbers_in_groups() {
        let text = "call +44 20 7946 0958, x=y";
        let found: Vec<_> = stretches(text, |_| false)
            .into_iter()
            .map(|range| &text[range])
            .collect();
        assert!(
            found.contains(&"+44 20 7946 0958") && found.contains(&"call") && found.contains(&"y"),
            "{found:?}"
        );
    }
}
