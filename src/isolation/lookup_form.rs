//! The form in which a name is looked up: normalized, without the marks around it.
//!
//! Programs log names in quotation marks and brackets, and formats put values into both. A name
//! that is looked up together with its marks is missed if it is written without them, and matches
//! if a format has put them around another tenant's text.

use super::normalized::{cased, searched};

/// Opening marks with their closing marks, in normalized text.
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

/// Pairs of marks that are removed one by one. A name with more loses all marks at its ends,
/// because matching them up takes time that grows with their number.
const DEEPEST: usize = 8;

/// Returns the form in which a name is looked up: normalized and without surrounding marks.
pub(super) fn lookup_form(name: &str) -> String {
    unmarked(&searched(name)).to_owned()
}

/// Returns the form in which a short name is looked up, with ASCII capitals kept.
pub(super) fn lookup_form_cased(name: &str) -> String {
    unmarked(&cased(name)).to_owned()
}

/// Without separators, and without marks at the ends, but for those whose other half stands inside:
/// `Acme (UK)` keeps both.
pub(super) fn unmarked(name: &str) -> &str {
    let mut unmarked = name;
    for _ in 0..DEEPEST {
        let before = unmarked.len();
        unmarked = unmarked.trim_matches(separates).trim_end_matches('.');
        if wraps(unmarked.chars(), PAIRS) {
            unmarked = &unmarked[unmarked.chars().next().map_or(0, char::len_utf8)..];
        }
        if wraps(unmarked.chars().rev(), PAIRS.map(|(open, close)| (close, open))) {
            unmarked = &unmarked[..unmarked.char_indices().next_back().map_or(0, |(last, _)| last)];
        }
        if unmarked.len() == before {
            return unmarked;
        }
    }
    unmarked.trim_matches(|c| separates(c) || c == '.' || PAIRS.iter().any(|(open, close)| c == *open || c == *close))
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
            assert_eq!(lookup_form(text), name, "{text}");
        }
        assert_eq!(lookup_form(&("(".repeat(1_000_000) + "Bolt")), "bolt");
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
            assert_eq!(lookup_form(name), name);
        }
    }
}
