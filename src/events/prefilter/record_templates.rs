//! The shapes of whole records: all that stands between the texts and numbers in them. Whatever has
//! the shape of a record that was walked is as well-formed as that was, has its members where that
//! has them, and none of them twice; so comparing the shape proves as much as walking again.
//!
//! Shapes that begin alike share their beginning, as the branches of a tree do.

use super::{Span, cursor::Cursor, literal::Literal, marks::Marks};

/// So many forks are learnt in all, and so many ways at one. A log with more variety is walked.
const FORKS: usize = 2048;
const WAYS: usize = 8;

/// Nothing is learnt of longer records, and no more bytes than so many in all: who writes records
/// could take any memory by it.
const LONGEST: usize = 64 << 10;
const LEARNT: usize = 1 << 20;

/// So many records more may be of no known shape than are of one, before no more are compared.
const PATIENCE: u32 = 64;

/// The shapes seen so far.
#[derive(Debug, Clone)]
pub(super) struct Shapes {
    /// What may follow a text or a number; the first is the beginning of a record.
    forks: Vec<Vec<Way>>,
    patience: u32,
    /// How many bytes the pieces have.
    learnt: usize,
    /// Of the record that is compared.
    marks: Marks,
}

impl Default for Shapes {
    fn default() -> Self {
        Self {
            forks: Vec::new(),
            patience: 0,
            learnt: 0,
            marks: Marks::of_strings(),
        }
    }
}

/// How a record may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Way {
    /// Up to the next text or number, byte for byte. Behind a text it begins with the quote that
    /// ends it.
    piece: Literal,
    then: Then,
}

/// What follows a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// The end of the record.
    End,
    /// The body of a string, which may be a wanted text; behind it this fork.
    Text(Option<usize>, usize),
    /// A number, which may be one too.
    Number(Option<usize>, usize),
}

impl Shapes {
    /// Whether the record is of a known shape; if so, with its wanted texts.
    pub(super) fn find(&mut self, record: &[u8], texts: &mut [Span]) -> bool {
        if self.patience > PATIENCE || record.len() > LONGEST {
            return false;
        }
        self.marks.look(record);
        let found = self.follow(record, texts).is_some();
        if found {
            self.patience = self.patience.saturating_sub(1);
        } else {
            self.patience += 1;
            texts.fill(Span::default());
        }
        found
    }

    fn follow(&self, record: &[u8], texts: &mut [Span]) -> Option<()> {
        let mut cursor = Cursor::new(record);
        let mut fork = 0;
        loop {
            let rest = cursor.rest();
            let way = self.forks.get(fork)?.iter().find(|way| way.fits(rest))?;
            cursor.at += way.piece.len();
            let start = cursor.at;
            let (wanted, plain, end, next) = match way.then {
                Then::End => return (cursor.at == record.len()).then_some(()),
                Then::Text(wanted, next) => {
                    let end = self.marks.next(start);
                    let is_plain = record.get(end) == Some(&b'"');
                    // The piece behind it has its quote.
                    cursor.at = if is_plain { end } else { cursor.body()?.span.end };
                    (wanted, is_plain, cursor.at, next)
                }
                Then::Number(wanted, next) => {
                    cursor.number()?;
                    (wanted, true, cursor.at, next)
                }
            };
            if let Some(wanted) = wanted {
                if !plain {
                    return None;
                }
                texts[wanted] = Span { start, end };
            }
            fork = next;
        }
    }

    /// Learns the shape of a record that was walked, and in which the wanted texts lie so.
    pub(super) fn learn(&mut self, record: &[u8], texts: &[Span]) {
        let full = self.forks.len() >= FORKS || self.learnt > LEARNT;
        if self.patience > PATIENCE || full || record.len() > LONGEST {
            return;
        }
        let Some(parts) = parts(record, texts) else { return };
        if self.forks.is_empty() {
            self.forks.push(Vec::new());
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
    fn way(&mut self, fork: usize, piece: Literal, part: Part) -> Option<usize> {
        let known = self.forks[fork].iter().find(|way| way.piece == piece);
        if let Some(way) = known {
            return match (way.then, part) {
                (Then::Text(own, next), Part::Text(wanted)) | (Then::Number(own, next), Part::Number(wanted)) => {
                    (own == wanted).then_some(next)
                }
                _ => None,
            };
        }
        let next = self.forks.len();
        if next >= FORKS || self.forks[fork].len() >= WAYS {
            return None;
        }
        let then = match part {
            Part::Text(wanted) => Then::Text(wanted, next),
            Part::Number(wanted) => Then::Number(wanted, next),
            Part::End => Then::End,
        };
        self.learnt += piece.len();
        self.forks[fork].push(Way { piece, then });
        if part != Part::End {
            self.forks.push(Vec::new());
        }
        Some(next)
    }
}

impl Way {
    /// Whether a record may go on so: what begins a number is seen at once, so that a piece before
    /// one is not taken for that before something else.
    fn fits(&self, rest: &[u8]) -> bool {
        let number = || matches!(rest.get(self.piece.len()), Some(b'-' | b'0'..=b'9'));
        self.piece.begins(rest) && (!matches!(self.then, Then::Number(..)) || number())
    }
}

/// What stands in a shape's places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Text(Option<usize>),
    Number(Option<usize>),
    End,
}

/// The pieces of a well-formed record, and what follows each. None where a wanted text is neither
/// text nor number, or where it cannot be told.
fn parts<'r>(record: &'r [u8], texts: &[Span]) -> Option<Vec<(&'r [u8], Part)>> {
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
                parts.push((&record[start..body.span.start], Part::Text(wanted)));
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
        parts.push((&record[start..at], Part::Number(part)));
        start = cursor.at;
    }
    parts.push((&record[start..], Part::End));
    let all = texts.iter().filter(|text| text.end > 0).count();
    (found == all).then_some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};

    use super::*;
    use crate::events::{Glance, Profile};

    const RECORD: &str = r#"{"n":[1,-2.5e3,{"x":"y"}],"timestamp":"2026-01-17T10:00:00Z","actor":{"id":7,"email":"zed@x.example"},"action":"a\"b","t":null} "#;

    /// What is seen: the time, and everybody named.
    fn seen(glance: &mut Glance, record: &str) -> Option<(String, Vec<String>)> {
        let seen = glance.look(record)?;
        let named = seen.named().map(|(_, name)| name.to_owned());
        Some((seen.time.to_string(), named.collect()))
    }

    fn glance() -> Glance {
        Glance::new(&Profile::built_in("superuser").expect("it is built in")).expect("plain paths")
    }

    fn learnt() -> Shapes {
        let mut shapes = Shapes::default();
        let at = RECORD.find("zed").expect("it is there");
        shapes.learn(
            RECORD.as_bytes(),
            &[Span {
                start: at,
                end: at + 13,
            }],
        );
        shapes
    }

    fn found(record: &str) -> Option<String> {
        let mut texts = [Span::default()];
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
        let mut shapes = learnt();
        for _ in 0..=PATIENCE {
            assert!(!shapes.find(b"{}", &mut []));
        }
        assert!(!shapes.find(RECORD.as_bytes(), &mut [Span::default()]));
    }

    #[test]
    fn what_cannot_be_told_is_not_learnt() {
        let mut shapes = Shapes::default();
        // A wanted word.
        shapes.learn(br#"{"a":true}"#, &[Span { start: 5, end: 9 }]);
        assert!(shapes.forks.is_empty());
        for way in 0..2 * WAYS {
            shapes.learn(format!(r#"{{"a{way}":"b"}}"#).as_bytes(), &[]);
        }
        assert_eq!(shapes.forks[0].len(), WAYS);
    }

    #[test]
    fn what_is_learnt_has_an_end() {
        let mut shapes = Shapes::default();
        shapes.learn(format!(r#"{{"n":[1{}]}}"#, ",1".repeat(LONGEST)).as_bytes(), &[]);
        assert!(shapes.forks.is_empty());
        for number in 0..4 * LEARNT / LONGEST {
            let name = format!("{number}{}", "x".repeat(LONGEST / 2));
            shapes.learn(format!(r#"{{"":"","{name}":"{number}"}}"#).as_bytes(), &[]);
            shapes.learn(format!(r#"{{"":"","":"","{name}":"{number}"}}"#).as_bytes(), &[]);
        }
        assert!(shapes.learnt <= LEARNT + LONGEST);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20 * ProptestConfig::default().cases))]

        /// With shapes learnt from records before, a record is seen as it is without any.
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
