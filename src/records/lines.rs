//! One record a line. Blank lines are none; a carriage return before the line feed belongs to the line's end.

use std::ops::Range;

use super::blocks::{Cutter, Spans};

/// Cuts behind the last line feed.
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

    fn cut(&mut self, length: usize) -> Spans {
        // What lies behind the cut holds no line feed, so it need not be looked at again.
        self.seen = self.seen.saturating_sub(length);
        Spans::Lines
    }
}

/// The lines that are not blank, without their ends.
pub(super) fn spans(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let ends = memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    let mut start = 0;
    ends.map(move |end| {
        let line = start..end;
        start = end + 1;
        line
    })
    .filter_map(|line| {
        let text = bytes.get(line.clone())?;
        let kept = text.strip_suffix(b"\r").unwrap_or(text).len();
        (!text.trim_ascii().is_empty()).then_some(line.start..line.start + kept)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_are_no_records_and_ends_belong_to_none() {
        let text = b"one\r\n\n  \r\ntwo\nthree";
        let lines: Vec<_> = spans(text).map(|span| &text[span]).collect();
        assert_eq!(lines, [b"one".as_slice(), b"two", b"three"]);
    }
}
