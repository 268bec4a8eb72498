//! Cutters for text: they find the ends of its records.

use std::{mem, num::NonZeroUsize, ops::Range, sync::Arc};

use regex::Regex;

use super::{TextRule, tokens};
use crate::records::{
    Header, Record,
    cutter::{Cutter, Later, Row, Spans},
    lines,
};

/// Cuts before the first line of a record, or behind a line where each is a record.
#[derive(Debug)]
pub(in crate::records) struct TextCutter {
    rule: Arc<TextRule>,
    /// Up to where the buffer was looked at: a line's beginning.
    seen: usize,
}

impl TextCutter {
    pub(in crate::records) fn new(rule: Arc<TextRule>) -> Self {
        Self { rule, seen: 0 }
    }

    /// The beginning of the last whole line from `seen` on that begins a record; moves `seen`.
    fn last_start(&mut self, start: &Regex, buffer: &[u8]) -> usize {
        let Some(end) = memchr::memrchr(b'\n', &buffer[self.seen..]).map(|at| self.seen + at + 1) else {
            return 0;
        };
        let from = mem::replace(&mut self.seen, end);
        let mut line_end = end;
        while line_end > from {
            let line = memchr::memrchr(b'\n', &buffer[from..line_end - 1]).map_or(from, |at| from + at + 1);
            if begins(start, &buffer[line..line_end]) {
                return line;
            }
            line_end = line;
        }
        0
    }
}

/// Whether a line begins a record.
fn begins(start: &Regex, line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok(line) => start.is_match(line),
        // Damaged bytes behind the beginning of a line must not join it to the record before.
        Err(_) => start.is_match(&String::from_utf8_lossy(line)),
    }
}

impl Cutter for TextCutter {
    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize {
        if at_end {
            return buffer.len();
        }
        let rule = Arc::clone(&self.rule);
        if let Some(start) = rule.start() {
            return self.last_start(start, buffer);
        }
        let last = memchr::memrchr(b'\n', &buffer[self.seen..]).map(|at| self.seen + at + 1);
        self.seen = buffer.len();
        last.unwrap_or(0)
    }

    fn is_by_line(&self) -> bool {
        true
    }

    fn is_by_start(&self) -> bool {
        self.rule.start().is_some()
    }

    /// A last line without an end that does not fit the rule.
    fn cut_short(&self, buffer: &[u8]) -> Option<usize> {
        if buffer.ends_with(b"\n") {
            return None;
        }
        let last = match self.rule.start() {
            Some(start) => starts(start, buffer).last()?,
            None => lines::spans(buffer).last()?,
        };
        let record = Record {
            bytes: &buffer[last.clone()],
            offset: 0,
            cells: None,
            sight: None,
            defect: None,
            header: None,
        };
        self.rule.reader().read(&record).is_err().then_some(last.start)
    }

    fn cut(&mut self, length: usize) -> Spans {
        self.seen = self.seen.saturating_sub(length);
        if self.is_by_start() {
            Spans::Starts(Arc::clone(&self.rule))
        } else {
            Spans::Lines
        }
    }
}

/// The records of a stretch of text: each begins with a line that the expression matches. Lines
/// before the first such line are one, blank lines at the end of a record belong to none.
pub(in crate::records) fn starts<'b>(start: &'b Regex, bytes: &'b [u8]) -> impl Iterator<Item = Range<usize>> + 'b {
    let mut rest = lines::spans(bytes).peekable();
    std::iter::from_fn(move || {
        let first = rest.next()?;
        let mut record = first;
        while let Some(line) = rest.next_if(|line| !begins(start, &bytes[line.clone()])) {
            record.end = line.end;
        }
        Some(record)
    })
}

/// The records of a stretch of text by a rule with an expression for their first lines.
pub(in crate::records) fn records<'b>(rule: &'b TextRule, bytes: &'b [u8]) -> impl Iterator<Item = Range<usize>> + 'b {
    rule.start.iter().flat_map(|start| starts(start, bytes))
}

/// Cuts lines of the Extended Log File Format. Those that begin with `#` are directives, and the
/// names of a `#Fields:` line hold for the lines below it.
#[derive(Debug, Default)]
pub(in crate::records) struct W3cCutter {
    seen: usize,
    rows: Vec<Row>,
    directives: Vec<Range<usize>>,
    later: Vec<Later>,
    /// The names that hold behind what was looked at.
    holding: Option<Arc<Header>>,
}

impl W3cCutter {
    fn line(&mut self, buffer: &[u8], line: Range<usize>, next: usize) {
        let Some(line) = lines::kept(buffer, line) else { return };
        if buffer[line.start] != b'#' {
            self.rows.push(Row {
                span: line,
                cells: None::<NonZeroUsize>,
                defect: None,
                later: self.holding.is_some(),
            });
            return;
        }
        let names = std::str::from_utf8(&buffer[line.clone()])
            .ok()
            .and_then(tokens::columns);
        if let Some(columns) = names {
            let header = Arc::new(Header {
                columns,
                delimiter: b' ',
                length: 0,
                names_columns: true,
            });
            self.holding = Some(Arc::clone(&header));
            self.later.push(Later { from: next, header });
        }
        self.directives.push(line);
    }
}

impl Cutter for W3cCutter {
    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize {
        while let Some(length) = memchr::memchr(b'\n', &buffer[self.seen..]) {
            let (start, end) = (self.seen, self.seen + length);
            self.seen = end + 1;
            self.line(buffer, start..end, end + 1);
        }
        if at_end && self.seen < buffer.len() {
            let start = mem::replace(&mut self.seen, buffer.len());
            self.line(buffer, start..buffer.len(), buffer.len());
        }
        self.seen
    }

    fn is_by_line(&self) -> bool {
        true
    }

    /// The names of fields that hold stand before what was cut off.
    fn can_be_resumed(&self) -> bool {
        false
    }

    fn cut_short(&self, buffer: &[u8]) -> Option<usize> {
        let row = self.rows.last().filter(|row| row.span.end == buffer.len())?;
        let text = std::str::from_utf8(&buffer[row.span.clone()]).ok()?;
        let columns = self.holding.as_ref().map(|header| header.columns.as_slice());
        tokens::w3c(text, columns).is_err().then_some(row.span.start)
    }

    fn passed_over(&mut self, _length: usize) -> Vec<Range<usize>> {
        mem::take(&mut self.directives)
    }

    fn later(&mut self) -> Vec<Later> {
        let next = self.holding.clone().map(|header| Later { from: 0, header });
        mem::replace(&mut self.later, next.into_iter().collect())
    }

    fn cut(&mut self, length: usize) -> Spans {
        self.seen -= length;
        Spans::Rows(mem::take(&mut self.rows))
    }
}
