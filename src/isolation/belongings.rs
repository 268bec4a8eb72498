//! What tenants' own events name of them besides people: files, groups, devices, phones, resource
//! names. It is looked for in what people type in the events of others.
//!
//! Events name as many of them as they have targets, and nearly none stands in a text of another
//! tenant. So a number is kept of each in place of its text, and a text is searched word by word.

use std::ops::Range;

use super::{
    ANOTHER, Hit, Kind, Reader,
    bare::named,
    family,
    hash::{SEED, mixed},
    names::Names,
    sighting::Company,
    structure,
};

/// Numbers of what is one tenant's alone, in order, each with the tenant's place.
#[derive(Debug, Clone, Default)]
pub(super) struct Belongings(Vec<(u64, usize)>);

/// Fewer characters name nothing particular, and neither do fewer digits.
const CHARACTERS: usize = 6;
const DIGITS: usize = 9;

/// No word of so few bytes makes a thing particular.
const SHORT: usize = 3;

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
        Self(once)
    }

    fn owner(&self, key: u64) -> Option<usize> {
        let at = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        Some(self.0[at].1)
    }
}

/// Returns the number of a thing; none if it is nothing particular. Case does not matter, nor do
/// signs around it, nor, in a telephone number, those inside.
pub(super) fn key(text: &str) -> Option<u64> {
    let text = text.trim_matches(surrounds);
    // Addresses are names of people or of domains, and are looked for as such.
    if text.len() < CHARACTERS || text.contains('@') {
        return None;
    }
    let (mut letters, mut digits, mut signs) = (false, 0, false);
    for c in text.chars() {
        match c {
            '0'..='9' => digits += 1,
            ' ' | '+' | '(' | ')' | '-' | '.' => signs |= c != ' ',
            c if c.is_alphabetic() => letters = true,
            _ => signs = true,
        }
    }
    if !letters {
        let number = text.bytes().filter(u8::is_ascii_digit);
        return (digits >= DIGITS).then(|| hash(number));
    }
    if digits == 0 && !signs {
        return None;
    }
    Some(if text.is_ascii() {
        hash(text.bytes().map(|byte| byte.to_ascii_lowercase()))
    } else {
        hash(named(text).bytes())
    })
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

/// Stretches of a text that may be a thing: words, and runs of words without letters, as telephone
/// numbers are written.
fn stretches(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut number: Option<Range<usize>> = None;
    let mut at = 0;
    for word in text.split(parts) {
        let range = at..at + word.len();
        at = range.end + text[range.end..].chars().next().map_or(0, char::len_utf8);
        if word.is_empty() {
            continue;
        }
        found.push(range.clone());
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
        !self.belongings.0.is_empty()
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
            let owner = self.names.belongings.owner(key(found)?)?;
            // Short words are endings of files and the like.
            let particular = || structure::words(found).any(|word| word.len() > SHORT && !family::is_common(word));
            (Some(owner) != self.own && particular() && !self.may_stand(found)).then_some(owner)
        };
        let mut places: Vec<_> = stretches(text)
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
        ] {
            assert!(same(one, other), "{one}");
        }
        for nothing in ["Settings", "a-1", "2026-01-16", "Default policy", ""] {
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
        let found: Vec<_> = stretches(text).into_iter().map(|range| &text[range]).collect();
        assert!(
            found.contains(&"+44 20 7946 0958") && found.contains(&"call") && found.contains(&"y"),
            "{found:?}"
        );
    }
}
