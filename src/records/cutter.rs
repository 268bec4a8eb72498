//! The trait of finding where records end, with one implementation for each framing, and the types
//! of its result.

use std::{mem, num::NonZeroUsize, ops::Range, sync::Arc};

use super::{
    Header, RowDefect, Said, TextRule,
    rows::{Ahead, Rows},
};

/// The UTF-8 byte order mark.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Finds the ends of records. It sees a growing buffer and examines each byte once.
pub(super) trait Cutter: Send {
    /// Continues where it stopped, and returns the length of the whole records in the buffer. At
    /// the end that is the whole buffer.
    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize;

    /// Returns whether each record is a line.
    fn is_by_line(&self) -> bool {
        false
    }

    /// Returns whether a record begins with a line of a stated form and extends to the next such
    /// line.
    fn is_by_start(&self) -> bool {
        false
    }

    /// Returns whether all that was seen is the beginning of one line that is no array.
    fn may_be_lines(&self) -> bool {
        false
    }

    /// Returns a copy that examines chunks of the same source before their turn, if that is
    /// worthwhile.
    fn scout(&self) -> Option<Rows> {
        None
    }

    /// Takes over the findings of a scout for the last chunk of the buffer, which begins at
    /// `before`, if its assumption was right.
    fn adopt(&mut self, _buffer: &[u8], _ahead: Ahead, _before: usize) {}

    /// Returns whether another cutter of the same kind can continue behind the last cut.
    fn can_be_resumed(&self) -> bool {
        true
    }

    /// Returns the position in the buffer of the record in which the source ends. Called at the
    /// end.
    fn cut_short(&self, _buffer: &[u8]) -> Option<usize> {
        None
    }

    /// Returns statements of the export about itself, so far.
    fn said(&mut self) -> Said {
        Said::default()
    }

    /// Returns the spans without a record of the part that is cut off now, in order: wrappers of
    /// arrays, repeated headers. Called before [`Self::cut`].
    fn passed_over(&mut self, _length: usize) -> Vec<Range<usize>> {
        Vec::new()
    }

    /// Returns the headers with other columns that apply to rows of the part that is cut off now,
    /// in order. Called before [`Self::cut`].
    fn later(&mut self) -> Vec<Later> {
        Vec::new()
    }

    /// Returns the records found in the part that is cut off now, for cutters that keep them.
    fn cut(&mut self, length: usize) -> Spans;
}

/// Positions of the records of a block.
#[derive(Debug, Clone)]
pub(super) enum Spans {
    /// One record a line. Line ends are found when the block is read.
    Lines,
    /// Each record begins with a line that the rule's expression matches. Found when the block is
    /// read.
    Starts(Arc<TextRule>),
    /// Spans of the records, in order.
    At(Vec<Range<usize>>),
    /// Rows, in order.
    Rows(Vec<Row>),
}

/// A row of a block, with the number of its cells if they were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) span: Range<usize>,
    pub(super) cells: Option<NonZeroUsize>,
    /// Reason for which the row cannot be read, whatever it holds.
    pub(super) defect: Option<RowDefect>,
    /// Whether a header other than the first one applies.
    pub(super) later: bool,
}

/// A header further below in a source, with other columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Later {
    /// Position in the block from which the header applies.
    pub(super) from: usize,
    pub(super) header: Arc<Header>,
}

/// Records found so far in a buffer that is cut off part by part.
#[derive(Debug, Default)]
pub(super) struct Found {
    spans: Vec<Range<usize>>,
}

impl Found {
    pub(super) fn push(&mut self, span: Range<usize>) {
        self.spans.push(span);
    }

    pub(super) fn extend(&mut self, span: Option<Range<usize>>) {
        self.spans.extend(span);
    }

    pub(super) fn any(&self) -> bool {
        !self.spans.is_empty()
    }

    /// Returns the spans found. All of them lie before the cut, because a cutter returns whole
    /// records only.
    pub(super) fn cut(&mut self, length: usize) -> Spans {
        debug_assert!(
            self.spans.iter().all(|span| span.end <= length),
            "a record is cut in two"
        );
        Spans::At(mem::take(&mut self.spans))
    }
}
