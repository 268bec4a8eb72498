//! A name without what surrounds it.
//!
//! Programs log names in quotation marks and brackets, and formats set values in both. A name that
//! is looked for together with its marks is not found where it stands without, and is found where a
//! format has set them around what is somebody else's.

use super::form::{cased, searched};

/// What opens, and what closes it, in the form in which names are looked for.
const PAIRS: [(char, char); 15] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('<', '>'),
    ('«', '»'),
    ('‹', '›'),
    ('「', '」'),
    ('『', '』'),
    ('【', '】'),
    ('〈', '〉'),
    ('《', '》'),
    ('〔', '〕'),
];

/// No name is wrapped more often. What is goes without all of its marks, as to see which belong
/// together would take the longer the more there are.
const DEEPEST: usize = 8;

/// What a name is looked for as: its form, and nothing around it.
pub(super) fn named(name: &str) -> String {
    bare(&searched(name)).to_owned()
}

/// The same, with capitals of ASCII as they are typed.
pub(super) fn spelt(name: &str) -> String {
    bare(&cased(name)).to_owned()
}

/// Without separators, and without marks at the ends, but for those whose other half stands inside:
/// `Acme (UK)` keeps both.
pub(super) fn bare(name: &str) -> &str {
    let mut bare = name;
    for _ in 0..DEEPEST {
        let before = bare.len();
        bare = bare.trim_matches(separates).trim_end_matches('.');
        if wraps(bare.chars(), PAIRS) {
            bare = &bare[bare.chars().next().map_or(0, char::len_utf8)..];
        }
        if wraps(bare.chars().rev(), PAIRS.map(|(open, close)| (close, open))) {
            bare = &bare[..bare.char_indices().next_back().map_or(0, |(last, _)| last)];
        }
        if bare.len() == before {
            return bare;
        }
    }
    bare.trim_matches(|c| separates(c) || c == '.' || PAIRS.iter().any(|(open, close)| c == *open || c == *close))
}

/// A backslash stands before a quotation mark that was escaped twice.
fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | ':' | '|' | '\\')
}

/// Whether the first character is a mark that belongs to the whole or to nothing: its other half is
/// the last one, or is missing.
fn wraps(mut chars: impl Iterator<Item = char>, pairs: [(char, char); PAIRS.len()]) -> bool {
    let Some(first) = chars.next() else { return false };
    let Some((open, close)) = pairs
        .into_iter()
        .find(|(open, close)| first == *open || first == *close)
    else {
        return false;
    };
    let mut depth = usize::from(first == open);
    while depth > 0 {
        match chars.next() {
            Some(c) if c == close => depth -= 1,
            Some(c) if c == open => depth += 1,
            Some(_) => {}
            None => return true,
        }
    }
    first != open || chars.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_a_name_is_none_of_it() {
        for (text, name) in [
            ("\"jo@x.example\"", "jo@x.example"),
            (" <Jo@x.example>, ", "jo@x.example"),
            ("[\"u-77\"]", "u-77"),
            ("“Bolt Freight”", "bolt freight"),
            ("„Bolt Freight“", "bolt freight"),
            ("»Bolt Freight«", "bolt freight"),
            ("（Bolt）", "bolt"),
            ("「京都電子」", "京都電子"),
            ("\\\"Bolt\\\"", "bolt"),
            ("\u{200b}\"Bolt\"\u{ad}", "bolt"),
            ("Bolt\"", "bolt"),
            ("(Bolt", "bolt"),
            ("Bolt Inc.", "bolt inc"),
            ("{[(<Bolt>)]}", "bolt"),
            ("\": \"", ""),
            ("…", ""),
        ] {
            assert_eq!(named(text), name, "{text}");
        }
        assert_eq!(named(&("(".repeat(1_000_000) + "Bolt")), "bolt");
    }

    #[test]
    fn marks_inside_a_name_stay() {
        for name in [
            "acme (uk)",
            "(uk) acme",
            "(a) and (b)",
            "京都電子 & \"co\"",
            "o'neil",
            "wendy's",
            "株式会社【京都】",
            "t-0001",
            "-x-",
        ] {
            assert_eq!(named(name), name);
        }
    }
}
