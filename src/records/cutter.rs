//! The work of finding where records end, and how what was found is written down: one cutter for
//! each framing.

use std::{mem, num::NonZeroUsize, ops::Range, sync::Arc};

use super::{
    Header, RowDefect, Said, TextRule,
    rows::{Ahead, Rows},
};

/// The UTF-8 byte order mark.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Finds where records end. It sees a growing buffer and never looks at a byte twice.
pub(super) trait Cutter: Send {
    /// Goes on from where it stopped; says up to where the buffer holds whole records. At the end
    /// that is all of it.
    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize;

    /// Whether each record is a line.
    fn is_by_line(&self) -> bool {
        false
    }

    /// Whether a record begins with a line of a stated form, and goes on up to the next such line.
    fn is_by_start(&self) -> bool {
        false
    }

    /// One who looks at pieces of the same source before their turn comes, if there is much to look
    /// at.
    fn scout(&self) -> Option<Rows> {
        None
    }

    /// Takes over what a scout found in the last piece of the buffer, which begins behind so many
    /// bytes, if it is so.
    fn adopt(&mut self, _buffer: &[u8], _ahead: Ahead, _before: usize) {}

    /// Returns whether another one of its kind may go on behind what was cut off.
    fn can_be_resumed(&self) -> bool {
        true
    }

    /// Returns where in the buffer the record begins that the source ends inside of; asked at the
    /// end.
    fn cut_short(&self, _buffer: &[u8]) -> Option<usize> {
        None
    }

    /// Returns statements of the export about itself around its records, so far.
    fn said(&mut self) -> Said {
        Said::default()
    }

    /// Stretches of the part that is cut off now that hold no record, in order: wrappers of arrays,
    /// repeated headers. Asked before [`Self::cut`].
    fn passed_over(&mut self, _length: usize) -> Vec<Range<usize>> {
        Vec::new()
    }

    /// Headers with columns of their own that hold for rows of the part that is cut off now, in
    /// order. Asked before [`Self::cut`].
    fn later(&mut self) -> Vec<Later> {
        Vec::new()
    }

    /// The records found in the part that is cut off now, if finding them is this cutter's work.
    fn cut(&mut self, length: usize) -> Spans;
}

/// The places of the records of a block.
#[derive(Debug, Clone)]
pub(super) enum Spans {
    /// One a line; the line ends are found where the block is read.
    Lines,
    /// Each begins with a line that the rule's expression matches; found where the block is read.
    Starts(Arc<TextRule>),
    /// Here, in order.
    At(Vec<Range<usize>>),
    /// Rows, in order.
    Rows(Vec<Row>),
}

/// A row of a block, and its cells as far as they were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) span: Range<usize>,
    pub(super) cells: Option<NonZeroUsize>,
    /// Set where the row cannot be read, whatever it holds.
    pub(super) defect: Option<RowDefect>,
    /// Whether a header other than the first one holds for it.
    pub(super) later: bool,
}

/// A header further below in a source, with columns of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Later {
    /// The place in the block at which the rows begin for which it holds.
    pub(super) from: usize,
    pub(super) header: Arc<Header>,
}

/// The records found so far in a buffer that is cut off piece by piece.
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

    /// Every span found lies before the cut, because a cutter hands on whole records only.
    pub(super) fn cut(&mut self, length: usize) -> Spans {
        debug_assert!(
            self.spans.iter().all(|span| span.end <= length),
            "a record is cut in two"
        );
        Spans::At(mem::take(&mut self.spans))
    }
}
