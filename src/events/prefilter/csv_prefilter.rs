//! Prefilter for comma-separated values. Like [`super::TimeFirst`] it reads the time of a row that
//! has as many cells as its header, whatever the other cells hold; and the actors of a row that
//! lies in a window.

use std::{num::NonZeroUsize, ops::Range};

use super::{KeyFacts, PrefilterPlan, Profile, TextSpan, Times, time_path};
use crate::{
    records::{Header, Record, cell, plain_cell},
    time::{Hour, Timestamp},
};

/// Looks at rows under one header.
#[derive(Debug, Clone)]
pub struct CsvPrefilter {
    delimiter: u8,
    /// Number of cells in the header.
    width: usize,
    /// The column of the time.
    time: usize,
    times: Times,
    /// Hour of the row before.
    hour: Hour,
    named: Option<ActorColumns>,
}

/// The actors' part, where the profile has them at plain paths.
#[derive(Debug, Clone)]
struct ActorColumns {
    plan: PrefilterPlan,
    /// Which of the wanted texts each column holds, up to the last that holds one.
    wanted: Vec<Option<usize>>,
    texts: Vec<TextSpan>,
}

impl CsvPrefilter {
    /// Creates the prefilter for rows under this header, if one is possible. `columns` is the
    /// position of each slot of the profile.
    pub fn new(profile: &Profile, header: &Header, columns: &[Option<usize>]) -> Option<Self> {
        let (path, times) = time_path(profile)?;
        Some(Self {
            delimiter: header.delimiter,
            width: header.columns.len(),
            time: header.position(&path.join(".")).ok()??,
            times,
            hour: Hour::default(),
            named: ActorColumns::new(profile, header, columns),
        })
    }

    /// Returns the row's time; `None` if only the full parse can.
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

    /// Finds the range of the time's cell.
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

    /// Returns time and actors of a row; `None` if only the full parse can. A row with as many
    /// cells as the header is not refused, whatever its other cells hold.
    pub fn look<'b>(&mut self, row: &'b str, cells: Option<NonZeroUsize>) -> Option<KeyFacts<'_, 'b>> {
        if cells?.get() != self.width {
            return None;
        }
        let ActorColumns { plan, wanted, texts } = self.named.as_mut()?;
        texts.fill(TextSpan::default());
        let bytes = row.as_bytes();
        let mut next = 0;
        for wanted in wanted {
            let (span, behind) = cell(bytes, next, self.delimiter)?;
            if let Some(wanted) = *wanted {
                // A doubled quote stands for one.
                if bytes[span.clone()].contains(&b'"') {
                    return None;
                }
                texts[wanted] = TextSpan {
                    start: span.start,
                    end: span.end,
                };
            }
            next = behind;
        }
        plan.seen(row, texts)
    }
}

impl ActorColumns {
    fn new(profile: &Profile, header: &Header, columns: &[Option<usize>]) -> Option<Self> {
        let plan = PrefilterPlan::new(profile)?;
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
        let texts = vec![TextSpan::default(); plan.slots.len()];
        Some(Self { plan, wanted, texts })
    }
}
