//! Prefixes of the records of a log: most tools write the members before the time in the same
//! order, so that all bytes up to the time are the same except for some texts. If a prefix that was
//! walked once occurs again, comparing it proves as much as walking it again.

use std::ops::Range;

use super::{cursor::meaningful, literal::Literal};
use crate::time::Hour;

/// Most prefixes that are learnt; in a log with more, records are walked.
const MOST: usize = 4;

/// Longest prefix that is learnt, in bytes: a log's writer could take any amount of memory
/// otherwise.
pub(super) const LONGEST: usize = 64 << 10;

/// The beginnings of records seen so far.
#[derive(Debug, Clone, Default)]
pub struct RecordPrefixes {
    learnt: Vec<RecordPrefix>,
    /// Hour of the time that was read last.
    pub(super) hour: Hour,
}

/// Bytes before, between and after the texts that precede the time. Each piece but the first begins
/// with the quote that ends a text, and each ends with the quote that begins one; the last one's is
/// the time's.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RecordPrefix(Vec<Literal>);

impl RecordPrefixes {
    /// Returns the range of the time's text in a record with a known prefix.
    pub(super) fn time(&self, record: &[u8]) -> Option<Range<usize>> {
        self.learnt.iter().find_map(|beginning| beginning.time(record))
    }

    /// Learns how this record begins, given the texts without escapes that precede the time's.
    pub(super) fn learn(&mut self, record: &[u8], bodies: &[Range<usize>], time: &Range<usize>) {
        // A broken number may be followed by a quote too.
        let quoted = |at: Option<usize>| at.and_then(|at| record.get(at)) == Some(&b'"');
        let is_text = quoted(time.start.checked_sub(1)) && quoted(Some(time.end));
        if self.learnt.len() == MOST || !is_text || time.start > LONGEST {
            return;
        }
        let starts = std::iter::once(0).chain(bodies.iter().map(|body| body.end));
        let ends = bodies.iter().map(|body| body.start).chain([time.start]);
        let pieces = starts.zip(ends).map(|(start, end)| Literal::new(&record[start..end]));
        self.learnt.push(RecordPrefix(pieces.collect()));
    }
}

impl RecordPrefix {
    fn time(&self, record: &[u8]) -> Option<Range<usize>> {
        let (mut start, mut end) = (0, 0);
        for piece in &self.0 {
            if !piece.begins(&record[end..]) {
                return None;
            }
            start = end + piece.len();
            end = start + meaningful(&record[start..]);
        }
        (record.get(end) == Some(&b'"')).then_some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt() -> RecordPrefixes {
        let mut known = RecordPrefixes::default();
        let bodies = [7..8, 7..7];
        known.learn(br#"{"id":"7","n":1,"time":"noon"}"#, &bodies[..1], &(24..28));
        known
    }

    #[test]
    fn texts_may_differ_and_nothing_else() {
        let known = learnt();
        let found = |record: &'static str| known.time(record.as_bytes()).map(|time| &record[time]);
        assert_eq!(found(r#"{"id":"8888888888","n":1,"time":"dusk"}"#), Some("dusk"));
        assert_eq!(found(r#"{"id":"","n":1,"time":""#), None);
        for record in [
            r#"{"id":"8","n":2,"time":"dusk"}"#,
            r#"{"id":8,"n":1,"time":"dusk"}"#,
            r#"{"id":"8\"","n":1,"time":"dusk"}"#,
            r#"{"id":"8","m":1,"time":"dusk"}"#,
            r#"{"id":"8","n":1,"time":"dusk"#,
            "{\"id\":\"\t\",\"n\":1,\"time\":\"dusk\"}",
            "",
        ] {
            assert_eq!(found(record), None, "{record}");
        }
    }

    #[test]
    fn a_time_that_is_no_text_is_not_learnt() {
        let mut known = RecordPrefixes::default();
        known.learn(br#"{"time":12}"#, &[], &(8..10));
        known.learn(br#"{"time":12"}"#, &[], &(8..10));
        assert!(known.learnt.is_empty());
    }
}
