//! A search for texts in records as they lie, before any is read in full.

use aho_corasick::AhoCorasick;

use crate::case::fold;

/// Texts to find in the bytes of records. What it passes over holds none of them, however it is cased or escaped.
#[derive(Debug)]
pub(super) struct Needles {
    automaton: AhoCorasick,
    /// Whether every record may hold one: a text has a character that formats write otherwise.
    every: bool,
    /// Whether a text has a slash, which JSON may escape.
    slash: bool,
}

impl Needles {
    /// Prepares a search for these texts.
    pub(super) fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut all: Vec<String> = texts
            .flat_map(|text| [text.to_owned(), fold(text).into_owned()])
            .collect();
        all.sort_unstable();
        all.dedup();
        let odd = |c: char| c == '"' || c == '\\' || c.is_control() || !c.is_ascii();
        Self {
            every: all.iter().any(|text| text.is_empty() || text.contains(odd)),
            slash: all.iter().any(|text| text.contains('/')),
            automaton: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(&all)
                .expect("keys of openings are far fewer than an automaton can hold"),
        }
    }

    /// Returns whether a record may hold one of the texts.
    pub(super) fn may_be_in(&self, bytes: &[u8]) -> bool {
        if self.every || self.automaton.is_match(bytes) || self.is_escaped(bytes) {
            return true;
        }
        // Letters that fold to ASCII, such as the long s.
        !bytes.is_ascii()
            && self
                .automaton
                .is_match(fold(&String::from_utf8_lossy(bytes)).as_bytes())
    }

    /// Returns whether escapes may hide a text: a character that can stand for itself.
    fn is_escaped(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\\', rest) {
            match rest.get(at + 1) {
                Some(b'"' | b'n' | b'r' | b't' | b'b' | b'f') => {}
                Some(b'/') if !self.slash => {}
                _ => return true,
            }
            rest = &rest[at + 2..];
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_found_however_it_is_written() {
        let needles = Needles::new(["s-1", "Pat.Reed@x"].into_iter());
        for (record, expected) in [
            (r#"{"s":"s-1"}"#, true),
            (r#"{"s":"S-1"}"#, true),
            (r#"{"u":"PAT.reed@x"}"#, true),
            (r#"{"s":"s\u002d1"}"#, true),
            (r#"{"d":"{\"s\":\"s-1\"}"}"#, true),
            (r#"{"d":"{\"s\":\"s\\u002d1\"}"}"#, true),
            ("{\"s\":\"\u{17f}-1\"}", true),
            (r#"{"s":"s-2","q":"a \"b\" c\/d"}"#, false),
            ("{\"s\":\"\u{5c71}\"}", false),
        ] {
            assert_eq!(needles.may_be_in(record.as_bytes()), expected, "{record}");
        }
        assert!(Needles::new(["a/b"].into_iter()).may_be_in(br#"{"s":"a\/b"}"#));
        assert!(Needles::new(["a\"b"].into_iter()).may_be_in(b"x"));
    }
}
