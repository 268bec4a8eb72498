//! Fields that programs fill: what a word there is by the structure of the field.
//!
//! A product of a user agent, the prefix of a ticket, the kind of a target and the key of a parameter are words of programs. A tenant
//! that is called like one of them (`Chrome`, `Support`) is not named there, unless the name is a value of its own. Names with a
//! word that is no common one are names everywhere.

use std::ops::Range;

use super::{bare::named, family, form::Form};

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

/// Returns whether what stands in a text of this field is a word of its structure, and names nobody.
pub(super) fn holds(field: &str, text: &str, range: Range<usize>) -> bool {
    let found = &text[range.clone()];
    let is_whole = || named(text) == named(found);
    match field {
        "action" | "target.type" => is_ordinary(found),
        "ticket" | "ip" | "session" | "event_id" => is_ordinary(found) && !is_whole(),
        "user_agent" => {
            let product = || text[range.end..].starts_with('/') || is_whole();
            let known = || words(found).all(|word| PRODUCTS.contains(&word.to_lowercase().as_str()));
            // Countries, languages and systems are abbreviated to two letters.
            let ordinary = || is_ordinary(found) || found.chars().nth(2).is_none();
            ordinary() && (known() && !is_whole() || !product())
        }
        "parameters" => is_key(text, range) && is_ordinary(found),
        _ => false,
    }
}

/// Whether every word is a common one, however the text is read: what is not seen makes no words of its letters.
fn is_ordinary(found: &str) -> bool {
    Form::each(found).all(|form| words(&form.text).all(family::is_common))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
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
