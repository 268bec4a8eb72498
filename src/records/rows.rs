//! Where the rows of a CSV are, and how many cells each has. A quoted cell may hold line ends, so rows are not lines.
//!
//! A quote opens a quoted cell only as the first byte of the cell, as the csv crate has it; so a stray quote inside a cell
//! cannot swallow the rows behind it. Where none is stray, whether a byte lies in quotes is whether the number of quotes
//! before it is odd, and sixty-four bytes are told at once; where one is, and at the end, byte by byte.

use std::{mem, num::NonZeroUsize, ops::Range};

use fearless_simd::{Level, Simd, dispatch};

use super::{
    blocks::{BOM, Cutter, Row, Spans},
    csv::RowReader,
    marks::{Marks, TOGETHER},
};

/// A row with line ends in its cells is no longer than this, in bytes; one that is has lost a quote.
const LONGEST: usize = 16 << 20;

/// Few rows of a log are shorter, in bytes.
const USUAL: usize = 256;

/// Finds the rows.
#[derive(Debug)]
pub(super) struct Rows {
    delimiter: u8,
    /// The header's bytes: exports that were put together repeat it, and it is no record there either.
    header: Vec<u8>,
    found: Vec<Row>,
    /// None; with room for as many as stand before what a scout finds.
    few: Vec<Row>,
    place: Place,
    /// Which vectors this processor has.
    level: Level,
}

/// How far a text was looked at, and what the next byte stands in.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// The first byte not looked at.
    at: usize,
    /// Where its row began.
    start: usize,
    /// How many delimiters the row has so far, outside of quotes.
    delimiters: usize,
    /// All ones inside of quotes.
    inside: u64,
    /// One behind what is neither text nor an opening quote: there a quote opens a quoted cell, or opens it again.
    fresh: u64,
}

impl Place {
    /// Where a row begins.
    fn row(at: usize) -> Self {
        Self {
            at,
            start: at,
            fresh: 1,
            ..Self::default()
        }
    }
}

impl Rows {
    /// Below this header, as it is written.
    pub(super) fn new(delimiter: u8, header: &[u8]) -> Self {
        Self {
            delimiter,
            header: header.trim_ascii_end().to_vec(),
            found: Vec::new(),
            few: Vec::new(),
            place: Place::row(0),
            level: Level::new(),
        }
    }

    /// How long the first row of a text is that is none of blanks, with what precedes it and with its end.
    pub(super) fn first(mut self, text: &[u8], at_end: bool) -> usize {
        while self.place.at < text.len() && self.found.is_empty() {
            self.step(text);
        }
        if self.found.is_empty() && at_end {
            text.len()
        } else {
            self.place.start
        }
    }

    /// All bytes but perhaps the last few.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
    fn together<S: Simd>(&mut self, simd: S, buffer: &[u8]) {
        // The processor's, while nobody else asks for it.
        let mut place = self.place;
        while let Some(bytes) = buffer[place.at..].first_chunk() {
            let marks = Marks::of(simd, bytes, self.delimiter);
            let short = place.at + TOGETHER - place.start <= LONGEST;
            if !(short && self.take(&mut place, buffer, marks)) {
                self.place = place;
                self.singly(buffer, place.at + TOGETHER);
                place = self.place;
            }
        }
        self.place = place;
    }

    /// Over so many bytes, unless one of the quotes is stray.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
    fn take(&mut self, place: &mut Place, buffer: &[u8], marks: Marks) -> bool {
        let inside = marks.inside(place.inside);
        let any = marks.quotes | marks.delimiters | marks.ends;
        let opening = marks.quotes & inside;
        if opening & !(any << 1 | place.fresh) != 0 {
            return false;
        }
        let (mut delimiters, mut ends) = (marks.delimiters & !inside, marks.ends & !inside);
        while ends != 0 {
            let end = ends.trailing_zeros();
            let before = delimiters & ((1 << end) - 1);
            place.delimiters += before.count_ones() as usize;
            delimiters ^= before;
            ends &= ends - 1;
            let end = place.at + end as usize;
            self.keep(buffer, place.start..end, Some(place.delimiters));
            (place.start, place.delimiters) = (end + 1, 0);
        }
        place.delimiters += delimiters.count_ones() as usize;
        place.at += TOGETHER;
        place.inside = if inside >> 63 == 1 { u64::MAX } else { 0 };
        place.fresh = any >> 63;
        true
    }

    /// Byte by byte up to here, or to where a quote shows to be lost.
    fn singly(&mut self, buffer: &[u8], end: usize) {
        while self.place.at < end {
            self.step(buffer);
            if self.is_lost(false) {
                return self.resume(buffer);
            }
        }
    }

    /// Over one byte.
    fn step(&mut self, buffer: &[u8]) {
        let place = &mut self.place;
        let (at, byte, inside) = (place.at, buffer[place.at], place.inside != 0);
        place.at += 1;
        match byte {
            b'"' if inside || place.fresh == 1 => (place.inside, place.fresh) = (!place.inside, u64::from(inside)),
            _ if inside => {}
            b'\n' | b'\r' => self.end_row(buffer, at),
            byte => {
                place.fresh = u64::from(byte == self.delimiter);
                place.delimiters += usize::from(byte == self.delimiter);
            }
        }
    }

    /// The row ends here, with what was looked at last.
    fn end_row(&mut self, buffer: &[u8], end: usize) {
        let Place {
            at, start, delimiters, ..
        } = self.place;
        self.place = Place::row(at);
        self.keep(buffer, start..end, Some(delimiters));
    }

    fn keep(&mut self, buffer: &[u8], span: Range<usize>, delimiters: Option<usize>) {
        let row = &buffer[span.clone()];
        if !is_blank(row) && row.trim_ascii_end() != self.header {
            // The csv crate passes over a mark at the beginning, and what follows may then be a quote that opens a cell.
            let counted = delimiters.filter(|_| !row.starts_with(BOM));
            let cells = counted.map(|delimiters| NonZeroUsize::MIN.saturating_add(delimiters));
            self.found.push(Row { span, cells });
        }
    }

    /// Whether a quoted cell is open that will not be closed: its quote was lost, and what follows are rows.
    fn is_lost(&self, at_end: bool) -> bool {
        self.place.inside != 0 && (at_end || self.place.at - self.place.start > LONGEST)
    }

    /// Lets the row that lost its quote end with its line, and goes on behind it.
    fn resume(&mut self, buffer: &[u8]) {
        let Place { at, start, .. } = self.place;
        let line = memchr::memchr(b'\n', &buffer[start..at]);
        let end = line.map_or(at, |length| start + length);
        self.place = Place::row(line.map_or(end, |_| end + 1));
        self.keep(buffer, start..end, None);
    }
}

/// What is found in a piece before anybody knows in what it begins: its rows behind its first line feed, if that ends a row.
#[derive(Debug)]
pub(super) struct Ahead {
    /// Behind the line feed.
    from: usize,
    found: Vec<Row>,
    place: Place,
}

impl Ahead {
    /// The same in a text in which so many bytes precede the piece.
    fn behind(mut self, before: usize) -> Self {
        for Range { start, end } in self.found.iter_mut().map(|row| &mut row.span) {
            *start += before;
            *end += before;
        }
        self.from += before;
        self.place.at += before;
        self.place.start += before;
        self
    }
}

/// Blanks only. A tab may be what separates empty cells.
fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|byte| matches!(byte, b' ' | b'\r' | b'\n'))
}

impl Rows {
    /// Looks at a piece of the same text.
    pub(super) fn ahead(&self, piece: &[u8]) -> Option<Ahead> {
        let from = memchr::memchr(b'\n', piece)? + 1;
        let mut rows = self.anew(Place::row(from), piece.len() / USUAL);
        rows.advance(piece, false);
        let Self { found, place, .. } = rows;
        Some(Ahead { from, found, place })
    }

    /// For the same text, from this place on, with room for so many rows.
    fn anew(&self, place: Place, room: usize) -> Self {
        Self {
            header: self.header.clone(),
            found: Vec::with_capacity(room),
            few: Vec::new(),
            place,
            ..*self
        }
    }
}

impl Cutter for Rows {
    fn scout(&self) -> Option<Rows> {
        Some(self.anew(Place::row(0), 0))
    }

    fn adopt(&mut self, buffer: &[u8], ahead: Ahead, before: usize) {
        let ahead = ahead.behind(before);
        self.advance(&buffer[..ahead.from], false);
        // It is what was supposed, so all that follows from it is so too.
        if self.place == Place::row(ahead.from) {
            // The few before them go in front of the many.
            self.place = ahead.place;
            self.few = mem::replace(&mut self.found, ahead.found);
            self.found.splice(..0, self.few.drain(..));
        }
    }

    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize {
        loop {
            while self.place.at < buffer.len() {
                dispatch!(self.level, simd => self.together(simd, buffer));
                self.singly(buffer, buffer.len());
            }
            if !self.is_lost(at_end) {
                break;
            }
            self.resume(buffer);
        }
        if at_end {
            self.end_row(buffer, buffer.len());
        }
        self.place.start
    }

    /// A last row without a line's end that has fewer cells than the header, or a quoted cell that is open.
    fn cut_short(&self, buffer: &[u8]) -> Option<usize> {
        if buffer.ends_with(b"\n") || buffer.ends_with(b"\r") {
            return None;
        }
        let row = self.found.last().filter(|row| row.span.end == buffer.len())?;
        let columns = RowReader::new(self.delimiter).cells(&self.header).len();
        // Of a row that lost its quote the cells were not counted.
        let cut = row.cells.is_none_or(|cells| cells.get() < columns);
        cut.then_some(row.span.start)
    }

    fn cut(&mut self, length: usize) -> Spans {
        self.place.at -= length;
        self.place.start -= length;
        // The next block will have about as many.
        let next = match mem::take(&mut self.few) {
            few if few.capacity() > 0 => few,
            _ => Vec::with_capacity(self.found.len()),
        };
        Spans::Rows(mem::replace(&mut self.found, next))
    }
}

#[cfg(test)]
mod tests;
