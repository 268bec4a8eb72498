//! The shapes of whole records: all that stands between the texts and numbers in them. Whatever has
//! the shape of a record that was walked is as well-formed as that was, has its members where that
//! has them, and none of them twice; so comparing the shape proves as much as walking again.
//!
//! Shapes that begin alike share their beginning, as the branches of a tree do.

use super::{TextSpan, byte_marks::ByteMarks, cursor::Cursor, literal::Literal};

/// Most nodes that are learnt in all, and most edges at one. Records of a log with more variety are
/// walked.
const NODES: usize = 2048;
const EDGES: usize = 8;

/// Longest record and most bytes that are learnt: a log's writer could take any amount of memory
/// otherwise.
const LONGEST: usize = 64 << 10;
const LEARNT: usize = 1 << 20;

/// Records by which those without a known template may exceed those with one before templates are
/// no longer compared.
const MAX_MISSES: u32 = 64;

/// The shapes seen so far.
#[derive(Debug, Clone)]
pub(super) struct RecordTemplates {
    /// Edges that may follow a text or a number; the first node is the beginning of a record.
    nodes: Vec<Vec<Edge>>,
    misses_left: u32,
    /// Bytes in all pieces.
    learnt: usize,
    /// Marks of the record that is compared.
    marks: ByteMarks,
}

impl Default for RecordTemplates {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            misses_left: 0,
            learnt: 0,
            marks: ByteMarks::of_strings(),
        }
    }
}

/// Edge from a node: a continuation of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    /// Up to the next text or number, byte for byte. Behind a text it begins with the quote that
    /// ends it.
    piece: Literal,
    then: Next,
}

/// Step after a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The end of the record.
    End,
    /// The body of a string, which may be a wanted text; behind it this fork.
    Text(Option<usize>, usize),
    /// A number, which may be one too.
    Number(Option<usize>, usize),
}

impl RecordTemplates {
    /// Whether the record is of a known shape; if so, with its wanted texts.
    pub(super) fn find(&mut self, record: &[u8], texts: &mut [TextSpan]) -> bool {
        if self.misses_left > MAX_MISSES || record.len() > LONGEST {
            return false;
        }
        self.marks.look(record);
        let found = self.follow(record, texts).is_some();
        if found {
            self.misses_left = self.misses_left.saturating_sub(1);
        } else {
            self.misses_left += 1;
            texts.fill(TextSpan::default());
        }
        found
    }

    fn follow(&self, record: &[u8], texts: &mut [TextSpan]) -> Option<()> {
        let mut cursor = Cursor::new(record);
        let mut fork = 0;
        loop {
            let rest = cursor.rest();
            let way = self.nodes.get(fork)?.iter().find(|way| way.fits(rest))?;
            cursor.at += way.piece.len();
            let start = cursor.at;
            let (wanted, plain, end, next) = match way.then {
                Next::End => return (cursor.at == record.len()).then_some(()),
                Next::Text(wanted, next) => {
                    let end = self.marks.next(start);
                    let is_plain = record.get(end) == Some(&b'"');
                    // The piece behind it has its quote.
                    cursor.at = if is_plain { end } else { cursor.body()?.span.end };
                    (wanted, is_plain, cursor.at, next)
                }
                Next::Number(wanted, next) => {
                    cursor.number()?;
                    (wanted, true, cursor.at, next)
                }
            };
            if let Some(wanted) = wanted {
                if !plain {
                    return None;
                }
                texts[wanted] = TextSpan { start, end };
            }
            fork = next;
        }
    }

    /// Learns the shape of a record that was walked, and in which the wanted texts lie so.
    pub(super) fn learn(&mut self, record: &[u8], texts: &[TextSpan]) {
        let full = self.nodes.len() >= NODES || self.learnt > LEARNT;
        if self.misses_left > MAX_MISSES || full || record.len() > LONGEST {
            return;
        }
        let Some(parts) = parts(record, texts) else { return };
        if self.nodes.is_empty() {
            self.nodes.push(Vec::new());
        }
        let mut fork = 0;
        for (piece, part) in parts {
            let Some(next) = self.way(fork, Literal::new(piece), part) else {
                return;
            };
            fork = next;
        }
    }

    /// The fork behind a way, which may be new; none where there is no room for it.
    fn way(&mut self, fork: usize, piece: Literal, part: TemplatePart) -> Option<usize> {
        let known = self.nodes[fork].iter().find(|way| way.piece == piece);
        if let Some(way) = known {
            return match (way.then, part) {
                (Next::Text(own, next), TemplatePart::Text(wanted))
                | (Next::Number(own, next), TemplatePart::Number(wanted)) => (own == wanted).then_some(next),
                _ => None,
            };
        }
        let next = self.nodes.len();
        if next >= NODES || self.nodes[fork].len() >= EDGES {
            return None;
        }
        let then = match part {
            TemplatePart::Text(wanted) => Next::Text(wanted, next),
            TemplatePart::Number(wanted) => Next::Number(wanted, next),
            TemplatePart::End => Next::End,
        };
        self.learnt += piece.len();
        self.nodes[fork].push(Edge { piece, then });
        if part != TemplatePart::End {
            self.nodes.push(Vec::new());
        }
        Some(next)
    }
}

impl Edge {
    /// Whether a record may go on so: what begins a number is seen at once, so that a piece before
    /// one is not taken for that before something else.
    fn fits(&self, rest: &[u8]) -> bool {
        let number = || matches!(rest.get(self.piece.len()), Some(b'-' | b'0'..=b'9'));
        self.piece.begins(rest) && (!matches!(self.then, Next::Number(..)) || number())
    }
}

/// Text in a place of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TemplatePart {
    Text(Option<usize>),
    Number(Option<usize>),
    End,
}

/// Returns the pieces of a well-formed record, and what follows each. Returns `None` if a wanted
/// text is neither text nor number, or if it cannot decide.
fn parts<'r>(record: &'r [u8], texts: &[TextSpan]) -> Option<Vec<(&'r [u8], TemplatePart)>> {
    let mut cursor = Cursor::new(record);
    let (mut parts, mut start, mut found) = (Vec::new(), 0, 0);
    let wanted = |start, end| texts.iter().position(|text| (text.start, text.end) == (start, end));
    while let Some(byte) = cursor.peek() {
        let at = cursor.at;
        let part = match byte {
            b'"' => {
                let body = cursor.string()?;
                let behind = cursor.at;
                cursor.blanks();
                if cursor.peek() == Some(b':') {
                    continue;
                }
                cursor.at = behind;
                let wanted = wanted(body.span.start, body.span.end);
                found += usize::from(wanted.is_some());
                parts.push((&record[start..body.span.start], TemplatePart::Text(wanted)));
                start = body.span.end;
                continue;
            }
            b'-' | b'0'..=b'9' => {
                cursor.number()?;
                wanted(at, cursor.at)
            }
            _ => {
                cursor.at += 1;
                continue;
            }
        };
        found += usize::from(part.is_some());
        parts.push((&record[start..at], TemplatePart::Number(part)));
        start = cursor.at;
    }
    parts.push((&record[start..], TemplatePart::End));
    let all = texts.iter().filter(|text| text.end > 0).count();
    (found == all).then_some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};

    use super::*;
    use crate::events::{JsonPrefilter, Profile};

    const RECORD: &str = r#"{"n":[1,-2.5e3,{"x":"y"}],"timestamp":"2026-01-17T10:00:00Z","actor":{"id":7,"email":"zed@x.example"},"action":"a\"b","t":null} "#;

    /// Returns the facts: the time, and all actors.
    fn seen(glance: &mut JsonPrefilter, record: &str) -> Option<(String, Vec<String>)> {
        let seen = glance.look(record)?;
        let named = seen.named().map(|(_, name)| name.to_owned());
        Some((seen.time.to_string(), named.collect()))
    }

    fn glance() -> JsonPrefilter {
        JsonPrefilter::new(&Profile::built_in("superuser").expect("it is built in")).expect("plain paths")
    }

    fn learnt() -> RecordTemplates {
        let mut templates = RecordTemplates::default();
        let at = RECORD.find("zed").expect("it is there");
        templates.learn(
            RECORD.as_bytes(),
            &[TextSpan {
                start: at,
                end: at + 13,
            }],
        );
        templates
    }

    fn found(record: &str) -> Option<String> {
        let mut texts = [TextSpan::default()];
        let found = learnt().find(record.as_bytes(), &mut texts);
        found.then(|| texts[0].of(record).unwrap_or_default().to_owned())
    }

    #[test]
    fn texts_and_numbers_may_differ_and_nothing_else() {
        for (from, to, expected) in [
            ("zed", "anna", Some("anna@x.example")),
            ("zed@x.example", "", Some("")),
            ("\"y\"", "\"y\\\"\\n\"", Some("zed@x.example")),
            ("d\":7", "d\":-12345678901234567890", Some("zed@x.example")),
            ("zed", "z\\u0065d", None),
            ("d\":7", "d\":07", None),
            ("d\":7", "d\":null", None),
            ("d\":7", "d\":\"7\"", None),
            ("\"x\"", "\"timestamp\"", None),
            ("\"y\"", "\"\t\"", None),
            ("} ", "}", None),
            ("} ", "} x", None),
            (",\"t\":null", "", None),
        ] {
            let record = RECORD.replacen(from, to, 1);
            assert_eq!(found(&record).as_deref(), expected, "{record}");
        }
    }

    #[test]
    fn a_log_of_no_shape_is_not_compared_for_ever() {
        let mut templates = learnt();
        for _ in 0..=MAX_MISSES {
            assert!(!templates.find(b"{}", &mut []));
        }
        assert!(!templates.find(RECORD.as_bytes(), &mut [TextSpan::default()]));
    }

    #[test]
    fn what_cannot_be_told_is_not_learnt() {
        let mut templates = RecordTemplates::default();
        // A wanted word.
        templates.learn(br#"{"a":true}"#, &[TextSpan { start: 5, end: 9 }]);
        assert!(templates.nodes.is_empty());
        for way in 0..2 * EDGES {
            templates.learn(format!(r#"{{"a{way}":"b"}}"#).as_bytes(), &[]);
        }
        assert_eq!(templates.nodes[0].len(), EDGES);
    }

    #[test]
    fn what_is_learnt_has_an_end() {
        let mut templates = RecordTemplates::default();
        templates.learn(format!(r#"{{"n":[1{}]}}"#, ",1".repeat(LONGEST)).as_bytes(), &[]);
        assert!(templates.nodes.is_empty());
        for number in 0..4 * LEARNT / LONGEST {
            let name = format!("{number}{}", "x".repeat(LONGEST / 2));
            templates.learn(format!(r#"{{"":"","{name}":"{number}"}}"#).as_bytes(), &[]);
            templates.learn(format!(r#"{{"":"","":"","{name}":"{number}"}}"#).as_bytes(), &[]);
        }
        assert!(templates.learnt <= LEARNT + LONGEST);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20 * ProptestConfig::default().cases))]

        /// Templates learnt from earlier records do not change the result.
        #[test]
        fn what_was_learnt_changes_nothing(
            snippet in prop::sample::select(vec!["\"", "\\", "{", "}", ",", ":", "1", "-", "null", "\t", "x", "", "\"timestamp\":\"2026-01-17T10:00:00Z\","]),
            at in any::<Index>(), length in 0..9_usize,
        ) {
            let mut glance = glance();
            prop_assert!(seen(&mut glance, RECORD).is_some());
            let from = at.index(RECORD.len() + 1);
            let mut record = RECORD.to_owned();
            record.replace_range(from..(from + length).min(RECORD.len()), snippet);
            prop_assert_eq!(seen(&mut glance, &record), seen(&mut self::glance(), &record), "{}", record);
            prop_assert_eq!(seen(&mut glance, RECORD), seen(&mut self::glance(), RECORD));
        }
    }
}
