//! Where the rows of a CSV are, and how many cells each has. A quoted cell may hold line ends, so rows are not lines.
//!
//! A quote opens a quoted cell only as the first byte of the cell, as the csv crate has it; so a stray quote inside a cell
//! cannot swallow the rows behind it. Where none is stray, whether a byte lies in quotes is whether the number of quotes
//! before it is odd, and sixty-four bytes are told at once; where one is, and at the end, byte by byte.

use std::{mem, num::NonZeroUsize, ops::Range};

use fearless_simd::{Level, Simd, dispatch};

use super::{
    blocks::{Cutter, Row, Spans},
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
            let cells = delimiters.map(|delimiters| NonZeroUsize::MIN.saturating_add(delimiters));
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::{
        RowReader,
        cuts::Cuts,
        reads::{Chunk, HEADROOM},
    };

    /// What a row is made of, some of it longer than what is looked at together.
    const PIECES: [&str; 12] = [
        "a",
        ",",
        ",",
        "\n",
        "\r",
        "\r\n",
        "\"",
        "\"\"",
        ",\"b, c\",",
        "plain words of a cell",
        ",\"said \"\"no\"\"\r\n\",",
        ",\"one quoted cell that is longer than sixty-four bytes, as a browser's name is\",",
    ];

    /// What a byte was.
    #[derive(PartialEq)]
    enum Was {
        Start,
        Plain,
        Quoted,
        /// A quote in a quoted cell: its end, or the first half of a doubled one.
        Quote,
    }

    /// The rows of a text with their cells, told byte by byte. None where a quote is lost, which is another matter.
    fn slowly(text: &str) -> Option<Vec<(String, usize)>> {
        let (mut rows, mut row, mut cells, mut was) = (Vec::new(), String::new(), 1, Was::Start);
        for c in text.chars() {
            was = match (was, c) {
                (Was::Quoted, '"') => Was::Quote,
                (Was::Quoted, _) | (Was::Start | Was::Quote, '"') => Was::Quoted,
                (_, '\n' | '\r') => {
                    rows.push((mem::take(&mut row), mem::replace(&mut cells, 1)));
                    was = Was::Start;
                    continue;
                }
                (_, ',') => {
                    cells += 1;
                    Was::Start
                }
                _ => Was::Plain,
            };
            row.push(c);
        }
        rows.push((row, cells));
        rows.retain(|(row, _)| !is_blank(row.as_bytes()));
        (was != Was::Quoted).then_some(rows)
    }

    /// The rows of a text that comes in pieces of this size.
    fn counted(text: &[u8], size: usize, level: Level) -> Vec<(String, Option<NonZeroUsize>)> {
        let mut rows = Rows::new(b',', b"x,y,z");
        rows.level = level;
        let (mut start, mut end, mut found) = (0, 0, Vec::new());
        while end < text.len() {
            end = (end + size).min(text.len());
            let cut = rows.advance(&text[start..end], end == text.len());
            if cut > 0 {
                let Spans::Rows(rows) = rows.cut(cut) else {
                    panic!("not rows")
                };
                let text = |row: &Row| String::from_utf8_lossy(&text[start..end][row.span.clone()]).into_owned();
                found.extend(rows.iter().map(|row| (text(row), row.cells)));
                start += cut;
            }
        }
        found
    }

    /// The blocks of a text that comes in chunks of this size, each looked at before its turn or not.
    fn blocks(text: &[u8], size: usize, scouted: bool) -> Vec<(u64, Vec<u8>, Spans)> {
        let mut cuts = Cuts::new(Box::new(Rows::new(b',', b"x,y,z")), 0);
        let scout = cuts.scout();
        let mut found = Vec::new();
        for (number, piece) in text.chunks(size).enumerate() {
            let mut chunk = Chunk::of(HEADROOM + piece.len());
            chunk.buffer[HEADROOM..].copy_from_slice(piece);
            chunk.own.end += piece.len();
            chunk.last = (number + 1) * size >= text.len();
            let chunk = if scouted { scout.over(chunk) } else { chunk };
            let block = cuts.cut(chunk).expect("no line is too long");
            found.extend(block.map(|block| (block.offset(), block.bytes().to_vec(), block.spans)));
        }
        found
    }

    /// Nothing is left to look at where a piece begins in a row, and all of it where it begins in a quoted cell.
    #[test]
    fn what_a_scout_found_is_taken_over_if_it_is_so() {
        for (rest, piece, so) in [
            ("1,\"a\",", "b\n2,c,d\n3", true),
            ("1,\"a", "b\",c\n2,c,d\n3", true),
            ("1,\"a", "b\n2,c,d\n3", false),
            ("1,\"a,", "\"\"b\n2,\"\nd\n3", false),
        ] {
            let mut rows = Rows::new(b',', b"x,y,z");
            rows.advance(rest.as_bytes(), false);
            let ahead = rows.ahead(piece.as_bytes()).expect("a line feed");
            let (from, text) = (rest.len() + ahead.from, format!("{rest}{piece}"));
            rows.adopt(text.as_bytes(), ahead, rest.len());
            assert_eq!(rows.place.at, if so { text.len() } else { from }, "{text}");
        }
    }

    fn rows(text: &[u8], size: usize) -> Vec<String> {
        let counted = counted(text, size, Level::new());
        counted.into_iter().map(|(row, _)| row).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32 * ProptestConfig::default().cases))]

        /// Sixty-four bytes at once show what looking at each does, however the text comes in and whatever vectors there
        /// are; and the cells are as many as the csv crate finds.
        #[test]
        fn rows_are_those_of_the_byte_by_byte_reading(
            pieces in prop::collection::vec(0..PIECES.len(), 0..60), size in 1..300_usize,
        ) {
            let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
            let found = counted(text.as_bytes(), size, Level::new());
            prop_assert_eq!(&found, &counted(text.as_bytes(), 4096, Level::baseline()));
            prop_assert_eq!(blocks(text.as_bytes(), size, true), blocks(text.as_bytes(), size, false));
            let mut reader = RowReader::new(b',');
            for (row, cells) in &found {
                let Some(cells) = cells else { continue };
                prop_assert_eq!(cells.get(), reader.cells(row.as_bytes()).len(), "{}", row);
            }
            if let Some(expected) = slowly(&text) {
                let found: Vec<_> = found.into_iter().map(|(row, cells)| (row, cells.map_or(0, NonZeroUsize::get))).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }

    /// Otherwise the comparison above would say nothing.
    #[test]
    fn bytes_are_taken_together_where_no_quote_is_stray() {
        let taken = |text: &str, inside: u64, fresh: u64| {
            let mut rows = Rows::new(b',', b"");
            let mut place = Place {
                inside,
                fresh,
                ..Place::default()
            };
            let bytes = text.as_bytes().first_chunk().expect("as many");
            let marks = dispatch!(rows.level, simd => Marks::of(simd, bytes, b','));
            let taken = rows.take(&mut place, text.as_bytes(), marks);
            taken.then_some((place.inside & 1, place.fresh, rows.found.len(), place.delimiters))
        };
        let text = |head: &str| format!("{head:x<64}");
        assert_eq!(taken(&text("a,\"b\",\n\"c\",\"\""), 0, 1), Some((0, 0, 1, 1)));
        assert_eq!(taken(&text("\"b,\n"), 0, 1), Some((1, 0, 0, 0)));
        assert_eq!(taken(&text("b,\n\",\"c"), u64::MAX, 0), Some((1, 0, 0, 1)));
        assert_eq!(taken(&format!("{:x<63},", ""), 0, 0), Some((0, 1, 0, 1)));
        assert_eq!(taken(&format!("{:x<63}\"", ""), u64::MAX, 0), Some((0, 1, 0, 0)));
        for (stray, fresh) in [("\"b\"", 0), ("5\" disk", 1), ("\"b\"c\"", 1)] {
            assert_eq!(taken(&text(stray), 0, fresh), None, "{stray}");
        }
    }

    #[test]
    fn rows_end_outside_quotes_only() {
        let text = b"a,\"b\nc\",d\r\n\nx,y,z\r\n5\" disk,x,\"say \"\"hi\"\"\n\"\nlast,row,";
        let expected = ["a,\"b\nc\",d", "5\" disk,x,\"say \"\"hi\"\"\n\"", "last,row,"];
        for size in 1..=text.len() {
            assert_eq!(rows(text, size), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn a_carriage_return_alone_ends_a_row() {
        assert_eq!(rows(b"a,b\rc,d\r\ne,f", 1), ["a,b", "c,d", "e,f"]);
    }

    #[test]
    fn a_lost_quote_costs_one_row() {
        let text = b"a,\"b\nc,d\ne,\"f\n\"\ng,h";
        assert_eq!(
            rows(text, text.len())[..1],
            ["a,\"b\nc,d\ne,\"f"],
            "closed later, as it may have been meant"
        );
        assert_eq!(rows(b"\"a,b\nc,d\ne,f\n", 3), ["\"a,b", "c,d", "e,f"]);
    }

    /// Its end is looked for no further than a row can be, and then every quote behind it opens a cell of its own.
    #[test]
    fn a_quote_that_is_closed_too_late_is_lost() {
        let text = format!("a,\"b\n{}\nlast\",row\n{:x<99}", "x".repeat(LONGEST), "");
        let found = counted(text.as_bytes(), text.len(), Level::new());
        let told: Vec<_> = found
            .iter()
            .map(|(row, cells)| (row.len(), cells.map(NonZeroUsize::get)))
            .collect();
        assert_eq!(told, [(4, None), (LONGEST, Some(1)), (9, Some(2)), (99, Some(1))]);
    }

    #[test]
    fn empty_cells_are_a_row_and_blanks_are_none() {
        assert_eq!(rows(b",,\n  \n,\n", 2), [",,", ","]);
    }
}
