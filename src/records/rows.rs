//! The positions of the rows of a CSV, and the number of cells of each. A quoted cell may hold line
//! ends, so rows are not lines.
//!
//! A quote opens a quoted cell only as the first byte of the cell, as in the csv crate, so a stray
//! quote inside a cell cannot swallow the rows after it. If no quote is stray, a byte is inside
//! quotes exactly if the number of quotes before it is uneven, which is computed for 64 bytes at
//! once. If one is stray, and at the end, the text is read byte by byte.
//!
//! A stray quote at the beginning of a cell opens a quoted cell that ends with the next quote,
//! possibly many rows later. A row of several lines is therefore accepted only if each of its
//! quoted cells is properly closed and it has no more cells than the header; otherwise its first
//! line is a row. If the lines of such a row look like rows themselves, each is marked as undecided
//! ([`RowDefect::LineOfCell`]).
//!
//! Concatenated sources repeat the header, possibly with the columns in another order. Such a
//! header applies to the rows below it, up to the next one.

use std::{collections::BTreeSet, mem, num::NonZeroUsize, ops::Range, sync::Arc};

use fearless_simd::{Level, Simd, dispatch};

use super::{
    RowDefect,
    cells::{is_closed, standing_cells},
    csv::Header,
    cutter::{BOM, Cutter, Later, Row, Spans},
    marks::{Marks, TOGETHER},
};

/// Longest row with line ends in its cells, in bytes. A longer one has lost a quote.
const LONGEST: usize = 16 << 20;

/// Typical lower bound of the length of a row, in bytes.
const USUAL: usize = 256;

/// Finds the rows of a CSV.
#[derive(Debug)]
pub(super) struct Rows {
    delimiter: u8,
    /// Number of cells of the header that applies. `usize::MAX` while the first header is searched
    /// for.
    width: usize,
    /// Columns of the header, and names of other mapped columns, to recognise further headers.
    columns: Arc<[String]>,
    mapped: Arc<[String]>,
    /// Bytes with which one of these names begins.
    firsts: Box<[bool; 256]>,
    /// One bit for each length of these names, the highest for all longer ones.
    lengths: u64,
    /// Bytes of the first header. Concatenated exports repeat it, and it is no record there either.
    header: Vec<u8>,
    found: Vec<Row>,
    /// Spans of headers between the rows.
    headers: Vec<Range<usize>>,
    /// Headers with other columns, and the header that applies at the beginning of the part not cut
    /// off yet, if it is such a one.
    later: Vec<Later>,
    /// Empty list, whose memory is reused for the rows before those that a scout found.
    few: Vec<Row>,
    place: Place,
    /// Vectors that this processor has.
    level: Level,
}

/// Position in a text, with the state of the row at that position.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// First byte not examined yet.
    at: usize,
    /// Start of the row.
    start: usize,
    /// Number of delimiters of the row so far, outside quotes.
    delimiters: usize,
    /// All ones inside quotes.
    inside: u64,
    /// 1 after a byte that is a delimiter, a line end or a closing quote. A quote there opens a
    /// quoted cell, or opens it again.
    fresh: u64,
    /// Whether a quoted cell of the row holds a line end.
    of_lines: bool,
    /// Header that applies.
    below: Below,
}

/// The header that applies to a row.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Below {
    /// The first one, possibly repeated.
    #[default]
    First,
    /// A later one with other columns.
    Later,
    /// A later one that lacks columns of the first, so the meaning of the cells is unknown.
    Unknown,
}

impl Place {
    /// Returns the state at the beginning of a row.
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
    /// Creates a finder of the rows below a header with these columns; `mapped` are the columns
    /// that the profile maps. `written` holds the bytes of the header in the source, and is empty
    /// if the first row is a record too.
    pub(super) fn below(delimiter: u8, columns: &[String], mapped: &[String], written: &[u8]) -> Self {
        let names = || columns.iter().chain(mapped);
        let mut firsts = [false; 256];
        for first in names().filter_map(|name| name.bytes().next()) {
            firsts[usize::from(first.to_ascii_lowercase())] = true;
            firsts[usize::from(first.to_ascii_uppercase())] = true;
        }
        firsts[usize::from(BOM[0])] = true;
        Self {
            width: columns.len(),
            header: written.trim_ascii_end().to_vec(),
            firsts: Box::new(firsts),
            lengths: names().fold(0, |lengths, name| lengths | 1 << name.len().min(63)),
            columns: columns.into(),
            mapped: mapped.into(),
            ..Self::new(delimiter)
        }
    }

    /// Creates a finder of rows of any width.
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            width: usize::MAX,
            firsts: Box::new([false; 256]),
            lengths: 0,
            columns: Arc::default(),
            mapped: Arc::default(),
            header: Vec::new(),
            found: Vec::new(),
            headers: Vec::new(),
            later: Vec::new(),
            few: Vec::new(),
            place: Place::row(0),
            level: Level::new(),
        }
    }

    /// Returns the length of the first row that is not blank, including any blank lines before it
    /// and its end.
    pub(super) fn first(mut self, text: &[u8], at_end: bool) -> usize {
        while self.place.at < text.len() && self.found.is_empty() {
            if !self.step(text) {
                self.resume(text);
            }
        }
        let open = self.place.inside != 0 || at_end && self.found.is_empty() && !self.end_row(text, text.len());
        if self.found.is_empty() && open && self.place.of_lines {
            // A quote is missing, so the header is the first line.
            self.resume(text);
        }
        if self.found.is_empty() && at_end {
            text.len()
        } else {
            self.place.start
        }
    }

    /// Finds rows by blocks of 64 bytes, in all bytes but possibly the last few.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once for each kind of vectors")]
    fn together<S: Simd>(&mut self, simd: S, buffer: &[u8]) {
        // A local copy stays in registers.
        let mut place = self.place;
        while let Some(bytes) = buffer[place.at..].first_chunk() {
            let marks = Marks::of(simd, bytes, self.delimiter);
            let short = place.at + TOGETHER - place.start <= LONGEST && !self.has_too_many_cells(&place);
            if !(short && self.take(&mut place, buffer, marks)) {
                self.place = place;
                self.singly(buffer, place.at + TOGETHER);
                place = self.place;
            }
        }
        self.place = place;
    }

    /// Examines one block of bytes. Returns `false` if a quote in it is stray or a row of several
    /// lines ends in it.
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
        let of_lines = place.of_lines || marks.ends & inside != 0;
        if of_lines && ends != 0 {
            // Whether a row of several lines is valid is decided at its end.
            return false;
        }
        place.of_lines = of_lines;
        while ends != 0 {
            let end = ends.trailing_zeros();
            let before = delimiters & ((1 << end) - 1);
            place.delimiters += before.count_ones() as usize;
            delimiters ^= before;
            ends &= ends - 1;
            let end = place.at + end as usize;
            self.keep(buffer, place, end);
            (place.start, place.delimiters) = (end + 1, 0);
        }
        place.delimiters += delimiters.count_ones() as usize;
        place.at += TOGETHER;
        place.inside = if inside >> 63 == 1 { u64::MAX } else { 0 };
        place.fresh = any >> 63;
        true
    }

    /// Examines the text byte by byte up to `end`, or up to a quote that proves to be lost or
    /// stray.
    fn singly(&mut self, buffer: &[u8], end: usize) {
        while self.place.at < end {
            if !self.step(buffer) || self.is_lost(false) {
                return self.resume(buffer);
            }
        }
    }

    /// Examines one byte. Returns `false` if it ends a row of several lines that is not valid.
    fn step(&mut self, buffer: &[u8]) -> bool {
        let place = &mut self.place;
        let (at, byte, inside) = (place.at, buffer[place.at], place.inside != 0);
        place.at += 1;
        match byte {
            b'"' if inside || place.fresh == 1 => (place.inside, place.fresh) = (!place.inside, u64::from(inside)),
            _ if inside => place.of_lines |= is_end(byte),
            b'\n' | b'\r' => return self.end_row(buffer, at),
            byte => {
                place.fresh = u64::from(byte == self.delimiter);
                place.delimiters += usize::from(byte == self.delimiter);
            }
        }
        true
    }

    /// Ends the row at `end`. Returns `false` if its first line is a row, because a quote in it is
    /// stray.
    fn end_row(&mut self, buffer: &[u8], end: usize) -> bool {
        let mut place = self.place;
        if !place.of_lines {
            self.keep(buffer, &mut place, end);
        } else if place.delimiters >= self.width || !is_closed(&buffer[place.start..end], self.delimiter) {
            return false;
        } else if self.is_of_rows(&buffer[place.start..end], place.delimiters + 1) {
            self.add_lines(buffer, place.start..end);
        } else {
            self.keep(buffer, &mut place, end);
        }
        self.place = Place {
            below: place.below,
            ..Place::row(self.place.at)
        };
        true
    }

    /// Adds the row that ends here, unless it is blank or a header.
    #[inline]
    fn keep(&mut self, buffer: &[u8], place: &mut Place, end: usize) {
        self.add(buffer, place.start..end, Some(place.delimiters), &mut place.below);
    }

    #[inline]
    fn add(&mut self, buffer: &[u8], span: Range<usize>, delimiters: Option<usize>, below: &mut Below) {
        let row = &buffer[span.clone()];
        if is_blank(row) {
            return;
        }
        if self.begins_like_header(row) && self.is_header(row, span.end, below) {
            self.headers.push(span);
            return;
        }
        let defect = (*below == Below::Unknown).then_some(RowDefect::SecondHeader);
        // The csv crate skips a byte order mark, after which a quote may open a cell.
        let counted = delimiters.filter(|_| !row.starts_with(BOM) && defect.is_none());
        let cells = counted.map(|delimiters| NonZeroUsize::MIN.saturating_add(delimiters));
        let later = *below == Below::Later;
        self.found.push(Row {
            span,
            cells,
            defect,
            later,
        });
    }

    /// Adds each line of a cell whose lines look like rows.
    fn add_lines(&mut self, buffer: &[u8], span: Range<usize>) {
        let mut start = span.start;
        while start < span.end {
            let end = memchr::memchr2(b'\n', b'\r', &buffer[start..span.end]).map_or(span.end, |length| start + length);
            if !is_blank(&buffer[start..end]) {
                self.found.push(Row {
                    span: start..end,
                    cells: None,
                    defect: Some(RowDefect::LineOfCell),
                    later: false,
                });
            }
            start = end + 1;
        }
    }

    /// Returns whether the first cell of a row may be the name of a column. Few rows begin with a
    /// letter with which a name begins.
    #[inline]
    fn begins_like_header(&self, row: &[u8]) -> bool {
        let quoted = row.first() == Some(&b'"');
        let Some(first) = row.get(usize::from(quoted)) else {
            return false;
        };
        if !self.firsts[usize::from(*first)] || self.header.is_empty() {
            return false;
        }
        let row = row.strip_prefix(BOM).unwrap_or(row);
        let row = row.strip_prefix(b"\"").unwrap_or(row);
        // A name ends at a delimiter or a quote, unlike an id that only begins like a name.
        let length = memchr::memchr2(self.delimiter, b'"', row).unwrap_or(row.len());
        let is_name = |name: &String| name.as_bytes().eq_ignore_ascii_case(&row[..length]);
        self.lengths & (1 << length.min(63)) != 0
            && (self.columns.iter().any(is_name) || self.mapped.iter().any(is_name))
    }

    /// Returns whether a row that ends here is a header: the first one again, or one that applies
    /// from here on. A header that lacks columns of the first is a refused row, and is remembered
    /// in `below`.
    fn is_header(&mut self, row: &[u8], end: usize, below: &mut Below) -> bool {
        let row = row.strip_prefix(BOM).unwrap_or(row).trim_ascii_end();
        let cells = match self.names(row) {
            _ if row == self.header => Vec::new(),
            Some(cells) => cells,
            None => return false,
        };
        let is_first = |name: &String, cell: &&str| name.eq_ignore_ascii_case(cell);
        if row == self.header
            || cells.len() == self.columns.len()
                && self.columns.iter().zip(&cells).all(|(name, cell)| is_first(name, cell))
        {
            (*below, self.width) = (Below::First, self.columns.len());
            return true;
        }
        if !self.names_columns(&cells) {
            let known = |cell: &&&str| self.is_mapped(cell) || self.columns.iter().any(|name| is_first(name, cell));
            let named = cells.iter().filter(known).count();
            if named > 1 && named * 2 >= cells.len() {
                (*below, self.width) = (Below::Unknown, self.columns.len());
            }
            return false;
        }
        let columns: Vec<_> = cells.into_iter().map(str::to_owned).collect();
        (*below, self.width) = (Below::Later, columns.len());
        let header = Arc::new(Header {
            columns,
            delimiter: self.delimiter,
            length: 0,
            names_columns: true,
        });
        self.later.push(Later { from: end, header });
        true
    }

    /// Returns the cells of a row as text, if none needs more than its outer quotes removed.
    fn names<'r>(&self, row: &'r [u8]) -> Option<Vec<&'r str>> {
        let cells = standing_cells(row, self.delimiter)?;
        cells.into_iter().map(|cell| std::str::from_utf8(cell).ok()).collect()
    }

    /// Returns whether these are distinct names of columns: all columns of the first header, or
    /// known columns only, with all mapped columns of the first header. The position of each mapped
    /// column is then known.
    fn names_columns(&self, cells: &[&str]) -> bool {
        let same = |name: &str, cell: &str| name.eq_ignore_ascii_case(cell.trim());
        let distinct: BTreeSet<_> = cells.iter().map(|cell| cell.trim().to_ascii_lowercase()).collect();
        let has = |name: &&String| distinct.contains(&name.to_ascii_lowercase());
        let known = |cell: &&str| self.is_mapped(cell) || self.columns.iter().any(|name| same(name, cell));
        let mut mapped = self.columns.iter().filter(|name| self.is_mapped(name)).peekable();
        let has_mapped = mapped.peek().is_some() && mapped.all(|name| has(&name));
        distinct.len() == cells.len()
            && (self.columns.iter().all(|name| has(&name)) || has_mapped && cells.iter().all(known))
    }

    fn is_mapped(&self, column: &str) -> bool {
        self.mapped.iter().any(|name| name.eq_ignore_ascii_case(column.trim()))
    }

    /// Returns whether the lines of a row of several, whose quoted cells are closed, look like
    /// rows: most of them have as many cells as the header. In a row that is too short one such
    /// line is enough, since the row is refused in any case.
    fn is_of_rows(&self, row: &[u8], cells: usize) -> bool {
        let like_row = |line: &[u8]| memchr::memchr_iter(self.delimiter, line).count() + 1 == self.width;
        let mut lines = row.split(|byte| is_end(*byte)).filter(|line| !line.is_empty());
        if cells < self.width {
            return lines.any(like_row);
        }
        let first = lines.next().is_some_and(like_row);
        let (count, alike) = lines.fold((0, 0), |(count, alike), line| {
            (count + 1, alike + usize::from(like_row(line)))
        });
        first && alike * 2 >= count
    }

    /// Returns whether the source ends inside a quoted cell, none of whose lines after the first
    /// looks like a row. A quote that is open only in the last line, if that line is whole, is a
    /// stray one.
    fn is_cut(&self, buffer: &[u8]) -> bool {
        let Place {
            start,
            inside,
            of_lines,
            ..
        } = self.place;
        let first = memchr::memchr2(b'\n', b'\r', &buffer[start..]);
        let behind = first.map_or(&[][..], |length| &buffer[start + length..]);
        inside != 0
            && of_lines
            && !is_blank(behind)
            && !self.has_too_many_cells(&self.place)
            && !self.is_of_rows(behind, 0)
    }

    fn has_too_many_cells(&self, place: &Place) -> bool {
        place.of_lines && place.delimiters >= self.width
    }

    /// Returns whether an open quoted cell will not be closed: its quote is missing, and rows
    /// follow. A row of several lines with more cells than the header is known to be invalid before
    /// it ends.
    fn is_lost(&self, at_end: bool) -> bool {
        let open = self.place.inside != 0 && (at_end || self.place.at - self.place.start > LONGEST);
        open || self.has_too_many_cells(&self.place)
    }

    /// Ends the row with the lost or stray quote at its first line, and continues after it.
    fn resume(&mut self, buffer: &[u8]) {
        let Place {
            at, start, mut below, ..
        } = self.place;
        let line = memchr::memchr2(b'\n', b'\r', &buffer[start..at]);
        let end = line.map_or(at, |length| start + length);
        self.add(buffer, start..end, None, &mut below);
        self.place = Place {
            below,
            ..Place::row(line.map_or(end, |_| end + 1))
        };
    }
}

/// Returns whether a byte ends a line. A carriage return does, as in csv-core.
fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The rows found in a chunk ahead of its turn, under the assumption that its first line feed ends
/// a row.
#[derive(Debug)]
pub(super) struct Ahead {
    /// Position after that line feed.
    from: usize,
    found: Vec<Row>,
    headers: Vec<Range<usize>>,
    later: Vec<Later>,
    width: usize,
    place: Place,
}

impl Ahead {
    /// Shifts the positions by `before`, the number of bytes before the chunk in the buffer.
    fn behind(mut self, before: usize) -> Self {
        let rows = self.found.iter_mut().map(|row| &mut row.span);
        for Range { start, end } in rows.chain(&mut self.headers) {
            *start += before;
            *end += before;
        }
        self.later.iter_mut().for_each(|later| later.from += before);
        self.from += before;
        self.place.at += before;
        self.place.start += before;
        self
    }
}

/// Returns whether a row is blank. A tab is not, because it may separate empty cells.
fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|byte| matches!(byte, b' ' | b'\r' | b'\n'))
}

impl Rows {
    /// Finds the rows of a chunk of the same text ahead of its turn.
    pub(super) fn ahead(&self, piece: &[u8]) -> Option<Ahead> {
        let from = memchr::memchr(b'\n', piece)? + 1;
        let mut rows = self.anew(Place::row(from), piece.len() / USUAL);
        rows.advance(piece, false);
        let Self {
            found,
            headers,
            later,
            width,
            place,
            ..
        } = rows;
        Some(Ahead {
            from,
            found,
            headers,
            later,
            width,
            place,
        })
    }

    /// Creates a finder for the same text below its first header, from this position, with room for
    /// this many rows.
    fn anew(&self, place: Place, room: usize) -> Self {
        Self {
            width: self.columns.len(),
            header: self.header.clone(),
            firsts: self.firsts.clone(),
            columns: Arc::clone(&self.columns),
            mapped: Arc::clone(&self.mapped),
            found: Vec::with_capacity(room),
            headers: Vec::new(),
            later: Vec::new(),
            few: Vec::new(),
            place,
            ..*self
        }
    }
}

impl Rows {
    /// Returns the number of cells of each of the first rows of a text, at most `most` rows. The
    /// number is `None` for a row that begins with `{` and for one with a missing quote.
    pub(super) fn cells_of(&mut self, text: &[u8], at_end: bool, most: usize) -> Vec<Option<usize>> {
        while self.place.at < text.len() && self.found.len() < most {
            if !self.step(text) || self.is_lost(false) {
                self.resume(text);
            }
        }
        if at_end && self.found.len() < most && self.place.start < text.len() {
            let _ = self.end_row(text, text.len());
        }
        let cells = |row: &Row| {
            row.cells
                .map(NonZeroUsize::get)
                .filter(|_| text[row.span.start] != b'{')
        };
        self.found.iter().map(cells).collect()
    }
}

impl Cutter for Rows {
    fn scout(&self) -> Option<Rows> {
        Some(self.anew(Place::row(0), 0))
    }

    fn adopt(&mut self, buffer: &[u8], ahead: Ahead, before: usize) {
        let ahead = ahead.behind(before);
        self.advance(&buffer[..ahead.from], false);
        // The assumption of the scout is right, so its results are too.
        if self.place == Place::row(ahead.from) {
            // The few rows before are inserted in front of the many.
            (self.place, self.width) = (ahead.place, ahead.width);
            self.later.extend(ahead.later);
            self.few = mem::replace(&mut self.found, ahead.found);
            self.found.splice(..0, self.few.drain(..));
            self.headers.extend(ahead.headers);
        }
    }

    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize {
        loop {
            while self.place.at < buffer.len() {
                dispatch!(self.level, simd => self.together(simd, buffer));
                self.singly(buffer, buffer.len());
            }
            if at_end && self.is_cut(buffer) {
                let Place { start, mut below, .. } = self.place;
                self.add(buffer, start..buffer.len(), None, &mut below);
                self.place = Place::row(buffer.len());
            } else if self.is_lost(at_end) || at_end && !self.end_row(buffer, buffer.len()) {
                self.resume(buffer);
            }
            if self.place.at >= buffer.len() {
                break;
            }
        }
        self.place.start
    }

    fn can_be_resumed(&self) -> bool {
        self.place.below == Below::First
    }

    /// Returns the start of a last row that reaches the end of the source and has fewer cells than
    /// the header or an open quoted cell.
    fn cut_short(&self, buffer: &[u8]) -> Option<usize> {
        let row = self.found.last().filter(|row| row.span.end == buffer.len())?;
        // The cells of a row with a missing quote were not counted.
        let cut = row.defect.is_none() && row.cells.is_none_or(|cells| cells.get() < self.width);
        cut.then_some(row.span.start)
    }

    fn passed_over(&mut self, _length: usize) -> Vec<Range<usize>> {
        mem::take(&mut self.headers)
    }

    fn later(&mut self) -> Vec<Later> {
        let header = self.later.last().map(|last| Arc::clone(&last.header));
        let holding = header.filter(|_| self.place.below == Below::Later);
        let next = holding.map(|header| Later { from: 0, header });
        mem::replace(&mut self.later, next.into_iter().collect())
    }

    fn cut(&mut self, length: usize) -> Spans {
        self.place.at -= length;
        self.place.start -= length;
        // The next block is expected to have about as many rows.
        let next = match mem::take(&mut self.few) {
            few if few.capacity() > 0 => few,
            _ => Vec::with_capacity(self.found.len()),
        };
        Spans::Rows(mem::replace(&mut self.found, next))
    }
}

#[cfg(test)]
mod tests;
