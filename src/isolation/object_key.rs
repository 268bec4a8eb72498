//! Keys of target objects besides people: a hash of what is particular in a name, for lookup in
//! texts.

use std::net::IpAddr;

use super::{
    family,
    hash::{SEED, mixed},
    lookup_form::lookup_form,
    structure,
};

/// Numbers by which a thing is found in texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ObjectKey {
    /// Number of the whole.
    pub(super) whole: u64,
    /// Number of its first word, if it has several.
    pub(super) begun: Option<u64>,
}

/// Fewer characters name nothing particular, and neither do fewer digits.
const CHARACTERS: usize = 6;
const DIGITS: usize = 9;

/// A word of at most this many bytes does not make an object particular.
const SHORT: usize = 3;

/// Returns the numbers of a thing; none if it is nothing particular.
pub(super) fn key(text: &str) -> Option<ObjectKey> {
    let whole = number(text)?;
    let text = text.trim_matches(surrounds);
    let mut words = text.split(parts).filter(|word| !word.is_empty());
    let first = words.next()?;
    let several = words.next().is_some() && is_lettered(text) && public_address(text).is_none();
    // Without a digit or a sign in them, several words may be a label of a program's.
    if several && !text.contains(|c: char| !c.is_alphabetic() && c != ' ') && !is_particular(text) {
        return None;
    }
    Some(ObjectKey {
        whole,
        begun: several.then(|| folded(first)),
    })
}

/// Returns the number of a text as a whole; none if it is nothing particular. Case does not matter,
/// nor do signs around it, nor, in a telephone number, those inside.
pub(super) fn number(text: &str) -> Option<u64> {
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

pub(super) fn folded(text: &str) -> u64 {
    if text.is_ascii() {
        hash(text.bytes().map(|byte| byte.to_ascii_lowercase()))
    } else {
        hash(lookup_form(text).bytes())
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
pub(super) fn is_particular(text: &str) -> bool {
    structure::words(text).any(|word| word.len() > SHORT && !family::is_common(word))
        || public_address(text).is_some()
        || is_hardware_address(text)
}

fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(SEED, mixed)
}

pub(super) fn surrounds(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | ',' | ';' | '.' | '!' | '?'
        )
}

/// Whether a character stands between words that may be things.
pub(super) fn parts(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | ',' | ';' | '=' | '|'
        )
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
}
