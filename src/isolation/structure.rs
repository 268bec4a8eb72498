//! Fields that programs fill: what a word there is by the structure of the field.
//!
//! A product of a user agent, the prefix of a ticket, the kind of a target and the key of a
//! parameter are words of programs. A tenant that is called like one of them (`Chrome`, `Support`)
//! is not named there, unless the name is a value of its own. Names with a word that is no common
//! one are names everywhere, and so are those of several words but in codes, and those of people
//! and agents.

use std::ops::Range;

use super::{family, lookup_form::lookup_form, normalized::NormalizedText};

/// Words that user agents are made of, whatever program they are of.
const PRODUCTS: [&str; 40] = [
    "android",
    "apple",
    "applewebkit",
    "axios",
    "chrome",
    "chromium",
    "client",
    "compatible",
    "cpu",
    "curl",
    "edge",
    "firefox",
    "gecko",
    "google",
    "headless",
    "http",
    "intel",
    "ipad",
    "iphone",
    "java",
    "khtml",
    "like",
    "linux",
    "mac",
    "macintosh",
    "microsoft",
    "mobile",
    "mozilla",
    "node",
    "office",
    "opera",
    "outlook",
    "postman",
    "python",
    "safari",
    "samsung",
    "ubuntu",
    "version",
    "webkit",
    "windows",
];

/// Kinds of fields of an event, by who fills them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Codes, in which a word is no name.
    Code,
    /// Numbers and addresses that programs give.
    Number,
    /// The number of a ticket, with a prefix, which people type.
    Ticket,
    /// A user agent.
    UserAgent,
    /// Parameters, which may hold what people typed.
    Parameters,
    /// A text that people type.
    ShortNames,
    /// Any other text.
    Other,
}

impl FieldKind {
    /// Returns the kind of a field, by its name in [`TEXT_FIELDS`](crate::case::TEXT_FIELDS).
    pub fn of(field: &str) -> Self {
        match field {
            "action" | "target.type" => Self::Code,
            "event_id" | "ip" | "session" => Self::Number,
            "ticket" => Self::Ticket,
            "user_agent" => Self::UserAgent,
            "parameters" => Self::Parameters,
            "justification" => Self::ShortNames,
            _ => Self::Other,
        }
    }

    /// Whether programs fill it with values of their own: a common word there is no name.
    pub fn is_of_programs(self) -> bool {
        matches!(self, Self::Number | Self::UserAgent)
    }

    /// Whether it may hold what people typed.
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Ticket | Self::Parameters | Self::ShortNames)
    }
}

/// Returns whether a field holds codes, whose words are not names.
pub(super) fn is_code(field: &str) -> bool {
    FieldKind::of(field) == FieldKind::Code
}

/// Returns whether a word in a text of this field is part of its structure, and not a name.
pub(super) fn holds(field: &str, text: &str, range: Range<usize>) -> bool {
    let found = &text[range.clone()];
    let is_one_word = || words(found).nth(1).is_none();
    match FieldKind::of(field) {
        FieldKind::Code => is_ordinary(found),
        FieldKind::Ticket | FieldKind::Number => is_one_word() && is_prefix(&text[range.end..]) && is_ordinary(found),
        FieldKind::UserAgent => {
            let is_whole = lookup_form(text) == lookup_form(found);
            let is_known = || words(found).all(|word| PRODUCTS.contains(&word.to_lowercase().as_str()));
            let is_product = || text[range.end..].starts_with('/');
            // Countries, languages and systems are abbreviated to two letters.
            let is_ordinary = || is_one_word() && (found.chars().nth(2).is_none() || is_ordinary(found));
            !is_whole && (is_known() || !is_product() && is_ordinary())
        }
        FieldKind::Parameters => is_one_word() && is_key(text, range) && is_ordinary(found),
        FieldKind::ShortNames | FieldKind::Other => false,
    }
}

/// Whether a number follows behind a sign: `-12`.
fn is_prefix(rest: &str) -> bool {
    let number = rest.strip_prefix(['-', '_', '#']);
    number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether every word is a common one, however the text is read: what is not seen makes no words of
/// its letters.
fn is_ordinary(found: &str) -> bool {
    NormalizedText::each(found).all(|form| words(&form.text).all(family::is_common))
}

/// Runs of letters and digits.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

/// Whether a stretch lies in the key of a pair: `"user_name": ...`, `user.name=...`.
fn is_key(text: &str, range: Range<usize>) -> bool {
    let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    let rest = &text[range.end..];
    let rest = &rest[rest.find(ends).unwrap_or(rest.len())..];
    let quoted = rest.trim_start_matches('\\').strip_prefix('"');
    let rest = quoted.unwrap_or(rest).trim_start();
    rest.starts_with('=') || quoted.is_some() && rest.starts_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_programs_name_nobody_where_programs_write_them() {
        for (field, text, name, expected) in [
            ("user_agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/120", "Chrome", true),
            ("user_agent", "Mozilla/5.0 (Windows NT 10.0; Support)", "Support", true),
            ("user_agent", "Falcon/2.1 (sync)", "Falcon", false),
            ("user_agent", "Otterness/2.1 (sync)", "Otterness", false),
            ("user_agent", "Chrome", "Chrome", false),
            ("user_agent", "x (en-US)", "US", true),
            ("ticket", "SUPPORT-12", "SUPPORT", true),
            ("ticket", "Support", "Support", false),
            ("ticket", "Support asked", "Support", false),
            ("ticket", "Blue Sky password reset", "Blue Sky", false),
            ("ticket", "Blue Sky-12", "Blue Sky", false),
            ("ticket", "IBM-1234", "IBM", false),
            ("parameters", r#"{"IBM": 1}"#, "IBM", false),
            ("user_agent", "agent/1.0 (Blue Sky)", "Blue Sky", false),
            ("ticket", "OTTERNESS-12", "OTTERNESS", false),
            (
                "ticket",
                "x o\u{200b}t\u{200b}t\u{200b}q 1",
                "o\u{200b}t\u{200b}t\u{200b}q",
                false,
            ),
            ("target.type", "user", "user", true),
            ("target.type", "otterness user", "otterness", false),
            ("action", "policy.update", "policy", true),
            ("session", "web-support-1", "support", true),
            ("parameters", r#"{"support_level": 1}"#, "support", true),
            ("parameters", r#"{"level": "support"}"#, "support", false),
            ("parameters", "support=1", "support", true),
            ("parameters", r#"{\"support\":1}"#, "support", true),
            ("justification", "for support", "support", false),
            ("target.name", "Support desk", "Support", false),
        ] {
            let at = text.find(name).expect("it is there");
            assert_eq!(holds(field, text, at..at + name.len()), expected, "{field}: {text}");
        }
    }
}
