//! A row of comma-separated values at a glance. Like [`super::TimeFirst`] it tells the time of a row that has as many
//! cells as its header, whatever the other cells hold; and the actors of one that lies in a window.

use std::ops::Range;

use super::{Plan, Profile, Seen, Span, Times, marks::Marks, time_path};
use crate::{
    records::{Header, Record, plain_cell},
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
    /// Which of the wanted texts each column holds.
    wanted: Vec<Option<usize>>,
    texts: Vec<Span>,
    /// Of the row looked at.
    marks: Marks,
}

impl RowGlance {
    /// For rows under this header, if a glance can be enough. `columns` is where each slot of the profile stands.
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
            (_, next) = cell(row, next, self.delimiter, searched(row))?;
        }
        cell(row, next, self.delimiter, searched(row)).map(|(span, _)| span)
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

    /// The row's time and actors; None where only the full reading can tell.
    pub fn look<'b>(&mut self, row: &'b str) -> Option<Seen<'_, 'b>> {
        let Named {
            plan,
            wanted,
            texts,
            marks,
        } = self.named.as_mut()?;
        let bytes = row.as_bytes();
        texts.fill(Span::default());
        marks.look(bytes);
        let mut next = 0;
        for wanted in wanted {
            let (span, behind) = cell(bytes, next, self.delimiter, marked(bytes, marks))?;
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
        if next <= row.len() {
            return None;
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
        let texts = vec![Span::default(); plan.slots.len()];
        Some(Self {
            plan,
            wanted,
            texts,
            marks: Marks::of_cells(header.delimiter),
        })
    }
}

/// The cell that begins here, without its quotes, and where the next one does: behind the row's end if there is none. None
/// too where the row is over. The next byte of a kind is found so, or the row's end.
fn cell(row: &[u8], start: usize, delimiter: u8, find: impl Fn(u8, usize) -> usize) -> Option<(Range<usize>, usize)> {
    if row.get(start) == Some(&b'"') {
        let end = closing(row, start + 1, find)?;
        return Some((start + 1..end, behind(row, end + 1, delimiter)?));
    }
    let end = (start <= row.len()).then(|| find(delimiter, start))?;
    Some((start..end, end + 1))
}

/// The quote that ends a quoted cell; two in a row stand for one in its text.
fn closing(row: &[u8], start: usize, find: impl Fn(u8, usize) -> usize) -> Option<usize> {
    let mut at = start;
    loop {
        let quote = find(b'"', at);
        if row.get(quote + 1) != Some(&b'"') {
            return (quote < row.len()).then_some(quote);
        }
        at = quote + 2;
    }
}

/// Finds bytes of a row one after the other.
fn searched(row: &[u8]) -> impl Fn(u8, usize) -> usize {
    |byte, from| memchr::memchr(byte, &row[from..]).map_or(row.len(), |at| from + at)
}

/// Finds them by marks of the whole row.
fn marked(row: &[u8], marks: &Marks) -> impl Fn(u8, usize) -> usize {
    |byte, from| {
        let mut at = marks.next(from);
        while row.get(at).is_some_and(|other| *other != byte) {
            at = marks.next(at + 1);
        }
        at
    }
}

/// Where the next cell begins behind a closing quote. Anything but a delimiter is not plain.
fn behind(row: &[u8], end: usize, delimiter: u8) -> Option<usize> {
    row.get(end).is_none_or(|byte| *byte == delimiter).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::RowReader;

    fn cells(row: &[u8]) -> Option<Vec<String>> {
        let (mut cells, mut start) = (Vec::new(), 0);
        while start <= row.len() {
            let (span, behind) = cell(row, start, b',', searched(row))?;
            let mut marks = Marks::of_cells(b',');
            marks.look(row);
            assert_eq!(
                cell(row, start, b',', marked(row, &marks)),
                Some((span.clone(), behind))
            );
            let quoted = span.start > start;
            let text = String::from_utf8_lossy(&row[span]).into_owned();
            cells.push(if quoted { text.replace("\"\"", "\"") } else { text });
            start = behind;
        }
        Some(cells)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8192))]

        /// Whatever is plain enough to be told at a glance is what the csv crate says.
        #[test]
        fn cells_are_those_of_the_full_reader(row in r#"[a", ]{1,16}"#) {
            let mut reader = RowReader::new(b',');
            let full: Vec<_> = reader.cells(row.as_bytes()).map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            if let Some(glance) = cells(row.as_bytes()) {
                prop_assert_eq!(&glance, &full);
            }
        }
    }

    #[test]
    fn quoted_cells_are_told_at_a_glance() {
        let plain = |row: &str| cells(row.as_bytes()).map(|cells| cells.join("|"));
        assert_eq!(plain(r#"a,"b, c",,"say ""x""""#).as_deref(), Some(r#"a|b, c||say "x""#));
        assert_eq!(plain("a,\"b\nc\"").as_deref(), Some("a|b\nc"));
        assert_eq!(plain(r#""open"#), None);
        assert_eq!(plain(r#""a"b,c"#), None);
    }
}
