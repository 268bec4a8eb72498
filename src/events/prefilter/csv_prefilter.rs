//! A row of comma-separated values at a glance. Like [`super::TimeFirst`] it tells the time of a
//! row that has as many cells as its header, whatever the other cells hold; and the actors of one
//! that lies in a window.

use std::{num::NonZeroUsize, ops::Range};

use super::{Plan, Profile, Seen, Span, Times, time_path};
use crate::{
    records::{Header, Record, cell, plain_cell},
    time::{Hour, Timestamp},
};

/// Looks at rows under one header.
#[derive(Debug, Clone)]
pub struct RowGlance {
    delimiter: u8,
    /// How many cells the header has.
    width: usize,
    /// The column of the time.
    time: usize,
    times: Times,
    /// Of the row before.
    hour: Hour,
    named: Option<Named>,
}

/// The actors' part, where the profile has them at plain paths.
#[derive(Debug, Clone)]
struct Named {
    plan: Plan,
    /// Which of the wanted texts each column holds, up to the last that holds one.
    wanted: Vec<Option<usize>>,
    texts: Vec<Span>,
}

impl RowGlance {
    /// For rows under this header, if a glance can be enough. `columns` is where each slot of the
    /// profile stands.
    pub fn new(profile: &Profile, header: &Header, columns: &[Option<usize>]) -> Option<Self> {
        let (path, times) = time_path(profile)?;
        Some(Self {
            delimiter: header.delimiter,
            width: header.columns.len(),
            time: header.position(&path.join(".")).ok()??,
            times,
            hour: Hour::default(),
            named: Named::new(profile, header, columns),
        })
    }

    /// The row's time. None where only the full reading can tell.
    pub fn time(&mut self, row: &Record<'_>) -> Option<Timestamp> {
        if row.cells?.get() != self.width {
            return None;
        }
        let at_once = plain_cell(row.bytes, self.delimiter, self.time);
        let text = &row.bytes[at_once.or_else(|| self.time_cell(row.bytes))?];
        // A doubled quote stands for one; the usual form has none.
        let plain = || !text.contains(&b'"');
        self.times
            .next(&mut self.hour, text)
            .or_else(|| plain().then(|| self.time_in(text))?)
    }

    /// Where the time is, cell by cell.
    fn time_cell(&self, row: &[u8]) -> Option<Range<usize>> {
        let mut next = 0;
        for _ in 0..self.time {
            (_, next) = cell(row, next, self.delimiter)?;
        }
        cell(row, next, self.delimiter).map(|(span, _)| span)
    }

    /// The time in the cells of a row that is refused.
    pub fn time_of_broken<'c>(&self, mut cells: impl ExactSizeIterator<Item = &'c [u8]>) -> Option<Timestamp> {
        let whole = cells.len() == self.width;
        cells
            .nth(self.time)
            .filter(|_| whole)
            .and_then(|cell| self.time_in(cell))
    }

    fn time_in(&self, cell: &[u8]) -> Option<Timestamp> {
        self.times.parse_bytes(cell)
    }

    /// The time and actors of a row of so many cells, as far as they were counted; None where only
    /// the full reading can tell. A row that has as many as the header is not refused, whatever
    /// stands in those that nobody wants.
    pub fn look<'b>(&mut self, row: &'b str, cells: Option<NonZeroUsize>) -> Option<Seen<'_, 'b>> {
        if cells?.get() != self.width {
            return None;
        }
        let Named { plan, wanted, texts } = self.named.as_mut()?;
        texts.fill(Span::default());
        let bytes = row.as_bytes();
        let mut next = 0;
        for wanted in wanted {
            let (span, behind) = cell(bytes, next, self.delimiter)?;
            if let Some(wanted) = *wanted {
                // A doubled quote stands for one.
                if bytes[span.clone()].contains(&b'"') {
                    return None;
                }
                texts[wanted] = Span {
                    start: span.start,
                    end: span.end,
                };
            }
            next = behind;
        }
        plan.seen(row, texts)
    }
}

impl Named {
    fn new(profile: &Profile, header: &Header, columns: &[Option<usize>]) -> Option<Self> {
        let plan = Plan::new(profile)?;
        let mut wanted = vec![None; header.columns.len()];
        for (text, slot) in plan.slots.iter().enumerate() {
            let Some(column) = columns[*slot] else { continue };
            // Two paths that are one column, such as `/a/b` and `a.b`.
            if wanted[column].replace(text).is_some() {
                return None;
            }
        }
        let last = wanted.iter().rposition(Option::is_some);
        wanted.truncate(last.map_or(0, |last| last + 1));
        let texts = vec![Span::default(); plan.slots.len()];
        Some(Self { plan, wanted, texts })
    }
}
