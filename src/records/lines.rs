//! One record a line. Blank lines are no records. A carriage return before the line feed belongs to
//! the line end.
//!
//! A log shipper may have put a text before the JSON, such as a syslog header (RFC 5424). The
//! record is then the whole line, of which the one object is parsed. A line with several objects is
//! several records (`objects`).

use std::ops::Range;

use super::{
    cutter::{Cutter, Spans},
    ends, objects,
};

/// Cuts after the last line feed.
#[derive(Debug, Default)]
pub(super) struct Lines {
    seen: usize,
}

impl Cutter for Lines {
    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize {
        if at_end {
            return buffer.len();
        }
        let last = memchr::memrchr(b'\n', &buffer[self.seen..]).map(|at| self.seen + at + 1);
        self.seen = buffer.len();
        last.unwrap_or(0)
    }

    fn is_by_line(&self) -> bool {
        true
    }

    fn cut_short(&self, buffer: &[u8]) -> Option<usize> {
        ends::cut_line(buffer)
    }

    fn cut(&mut self, length: usize) -> Spans {
        // The bytes behind the cut hold no line feed, so they are not examined again.
        self.seen = self.seen.saturating_sub(length);
        Spans::Lines
    }
}

/// Returns the JSON of a line: the line itself, or the one object after a text. Any other line is
/// returned whole and refused later.
pub fn json_part(line: &[u8]) -> &[u8] {
    match line.trim_ascii_start() {
        [] => return line,
        [b'{', inside @ ..] if objects::begins_member(inside) || inside.trim_ascii_start().starts_with(b"}") => {
            return line;
        }
        _ => {}
    }
    objects::only(line).unwrap_or(line)
}

/// Returns the records in a line or value that cannot be read as one: its objects, each with the
/// text before it, and the remains of records that were cut. Returns `None` if there is no whole
/// object.
pub fn pieces(line: &[u8]) -> Option<Vec<Range<usize>>> {
    objects::pieces(line)
}

/// Returns the lines that are not blank, without their ends.
pub(super) fn spans(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = start..start + length;
            start = line.end + 1;
            if let Some(kept) = kept(bytes, line) {
                return Some(kept);
            }
        }
    })
}

/// Returns a line without its carriage return, unless it is blank.
#[inline]
pub(super) fn kept(bytes: &[u8], line: Range<usize>) -> Option<Range<usize>> {
    let text = &bytes[line.clone()];
    let end = line.end - usize::from(text.ends_with(b"\r"));
    (!text.trim_ascii_start().is_empty()).then_some(line.start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_of_a_line_may_stand_behind_a_text() {
        let found = |line: &'static str| std::str::from_utf8(json_part(line.as_bytes())).expect("UTF-8");
        assert_eq!(found(r#"{"a":1}"#), r#"{"a":1}"#);
        assert_eq!(
            found(r#"<14>Jan 16 04:46:33 host app[7]: {"a":{"b":1}}"#),
            r#"{"a":{"b":1}}"#
        );
        assert_eq!(found(r#"<14>1 - - [x@1 y="{z}"] {"a":1} "#), r#"{"a":1}"#);
        assert_eq!(found("plain {words}"), "plain {words}");
        assert_eq!(found(r#"cut short {"a":1"#), r#"cut short {"a":1"#);
        assert_eq!(found(r#"[2026-01-16T04:46:33Z] app: {"a":1}"#), r#"{"a":1}"#);
        assert_eq!(found(r#"app: [1770714903.3, {"a":1}]"#), r#"{"a":1}"#);
        let many = format!("{}{{\"a\":1}}", "{k=v} ".repeat(20));
        assert_eq!(json_part(many.as_bytes()), br#"{"a":1}"#);
        for several in [
            r#"x {"a":1} y {"b":2}"#,
            r#"x {"cut":{"a<1> {"b":2}"#,
            r#"[{"a":1},{"b":2}]"#,
        ] {
            assert_eq!(found(several), several);
        }
    }

    #[test]
    fn blank_lines_are_no_records_and_ends_belong_to_none() {
        let text = b"one\r\n\n  \r\ntwo\nthree";
        let lines: Vec<_> = spans(text).map(|span| &text[span]).collect();
        assert_eq!(lines, [b"one".as_slice(), b"two", b"three"]);
    }
}
