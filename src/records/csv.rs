//! Comma- and tab-separated values (RFC 4180): a header that names the columns, then one record a row. A quoted cell
//! may hold delimiters, doubled quotes and line ends, so rows are not lines.

use std::sync::Arc;

use super::{
    Refusal, RefusalReason,
    blocks::{Cutter, Found, Spans},
};

/// A row with line ends in its cells is no longer than this, in bytes; one that is has lost a quote.
const LONGEST: usize = 16 << 20;

/// Finds the rows. A quote opens a quoted cell only as the first byte of the cell, as the csv crate has it; so a stray
/// quote inside a cell cannot swallow the rows behind it.
#[derive(Debug, Default)]
pub(super) struct Rows {
    delimiter: u8,
    /// The header's bytes: exports that were put together repeat it, and it is no record there either.
    header: Vec<u8>,
    found: Found,
    /// The first byte not looked at.
    at: usize,
    /// Where the row began.
    start: usize,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    CellStart,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: its end, or the first half of a doubled one.
    QuoteInQuoted,
}

impl Rows {
    /// Below this header, as it is written.
    pub(super) fn new(delimiter: u8, header: &[u8]) -> Self {
        Self {
            delimiter,
            header: header.trim_ascii_end().to_vec(),
            ..Self::default()
        }
    }

    fn end_row(&mut self, buffer: &[u8], end: usize) {
        let row = &buffer[self.start..end];
        if !is_blank(row) && row.trim_ascii_end() != self.header {
            self.found.push(self.start..end);
        }
        self.start = self.at;
        self.state = State::CellStart;
    }

    /// On to the next byte that matters in this state, and over it.
    fn step(&mut self, buffer: &[u8]) {
        match self.state {
            State::CellStart if buffer[self.at] == b'"' => {
                self.at += 1;
                self.state = State::Quoted;
            }
            State::CellStart | State::Plain => self.plain(buffer),
            State::Quoted => self.quoted(buffer),
            State::QuoteInQuoted => {
                let byte = buffer[self.at];
                self.at += 1;
                self.state = match byte {
                    b'"' => State::Quoted,
                    // A carriage return alone ends a row too, as csv-core has it; before a line feed a blank row remains.
                    b'\n' | b'\r' => return self.end_row(buffer, self.at - 1),
                    byte if byte == self.delimiter => State::CellStart,
                    _ => State::Plain,
                };
            }
        }
    }

    /// Outside of quotes: to the row's end, or to a quote that begins a cell.
    fn plain(&mut self, buffer: &[u8]) {
        let from = self.at;
        let Some(length) = memchr::memchr3(b'"', b'\n', b'\r', &buffer[from..]) else {
            self.at = buffer.len();
            let ended = buffer[from..].last() == Some(&self.delimiter);
            self.state = if ended { State::CellStart } else { State::Plain };
            return;
        };
        let at = from + length;
        self.at = at + 1;
        if buffer[at] != b'"' {
            return self.end_row(buffer, at);
        }
        let begins = at > from && buffer[at - 1] == self.delimiter;
        self.state = if begins { State::Quoted } else { State::Plain };
    }

    /// Inside of quotes: to the next one, no further than the longest row.
    fn quoted(&mut self, buffer: &[u8]) {
        let end = buffer.len().min(self.start + LONGEST + 1);
        match memchr::memchr(b'"', &buffer[self.at..end]) {
            None => self.at = end,
            Some(length) => {
                self.at += length + 1;
                self.state = State::QuoteInQuoted;
            }
        }
    }

    /// Whether a quoted cell is open that will not be closed: its quote was lost, and what follows are rows.
    fn is_lost(&self, at_end: bool) -> bool {
        self.state == State::Quoted && (at_end || self.at - self.start > LONGEST)
    }

    /// Lets the row that lost its quote end with its line, and goes on behind it.
    fn resume(&mut self, buffer: &[u8]) {
        let line = memchr::memchr(b'\n', &buffer[self.start..self.at]);
        let end = line.map_or(self.at, |length| self.start + length);
        self.at = line.map_or(end, |_| end + 1);
        self.end_row(buffer, end);
    }
}

/// Blanks only. A tab may be what separates empty cells.
fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|byte| matches!(byte, b' ' | b'\r' | b'\n'))
}

impl Cutter for Rows {
    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize {
        loop {
            while self.at < buffer.len() && !self.is_lost(false) {
                self.step(buffer);
            }
            if !self.is_lost(at_end) {
                break;
            }
            self.resume(buffer);
        }
        if at_end {
            self.end_row(buffer, buffer.len());
        }
        self.start
    }

    fn cut(&mut self, length: usize) -> Spans {
        self.at -= length;
        self.start -= length;
        self.found.cut(length)
    }
}

/// The first row: the names of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As written, in order.
    pub columns: Vec<String>,
    /// Between cells.
    pub delimiter: u8,
    /// Bytes it takes, its line's end included.
    pub length: usize,
}

impl Header {
    /// The first row of a text that is CSV. None where it is not UTF-8.
    pub(super) fn read(text: &[u8], delimiter: u8, at_end: bool) -> Option<Arc<Self>> {
        let mut rows = Rows::new(delimiter, b"");
        while rows.at < text.len() && !rows.found.any() {
            rows.step(text);
        }
        if !rows.found.any() && at_end {
            rows.end_row(text, text.len());
        }
        let length = rows.start;
        let mut reader = RowReader::new(delimiter);
        let cells = reader.cells(text[..length].trim_ascii());
        let columns = cells
            .map(|cell| std::str::from_utf8(cell).ok().map(str::to_owned))
            .collect::<Option<_>>()?;
        Some(Arc::new(Self {
            columns,
            delimiter,
            length,
        }))
    }

    /// Where the column of this name stands; a name that stands twice is a refusal for every row.
    pub fn position(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let mut places = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| *column == name)
            .map(|(at, _)| at);
        match (places.next(), places.next()) {
            (_, Some(_)) => Err(Refusal::new(
                RefusalReason::DuplicateKey,
                format!("column `{name}` occurs twice"),
            )),
            (first, None) => Ok(first),
        }
    }
}

/// Splits rows into cells; one is reused for many rows, because making one costs more than a row.
pub struct RowReader {
    core: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl RowReader {
    /// For rows with this delimiter.
    pub fn new(delimiter: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self {
            core,
            text: vec![0; 4096],
            ends: vec![0; 64],
        }
    }

    /// The cells of one row, unquoted.
    pub fn cells(&mut self, row: &[u8]) -> impl ExactSizeIterator<Item = &[u8]> {
        self.core.reset();
        // Unquoting never lengthens a row, and a cell takes at least its delimiter.
        self.text.resize(self.text.len().max(row.len()), 0);
        let (mut input, mut texts, mut count) = (row, 0, 0);
        loop {
            if count == self.ends.len() {
                self.ends.resize(count * 2, 0);
            }
            let (result, read, written, ended) =
                self.core
                    .read_record(input, &mut self.text[texts..], &mut self.ends[count..]);
            (input, texts, count) = (&input[read..], texts + written, count + ended);
            match result {
                // An empty input tells csv-core that the row is over.
                csv_core::ReadRecordResult::InputEmpty if !input.is_empty() || read > 0 => {}
                csv_core::ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                csv_core::ReadRecordResult::OutputEndsFull => {}
                _ => break,
            }
        }
        let (text, ends) = (&self.text, &self.ends);
        (0..count).map(move |cell| &text[if cell == 0 { 0 } else { ends[cell - 1] }..ends[cell]])
    }

    /// The cells of one row as text, as many as the header has.
    pub fn read<'r>(&'r mut self, header: &Header, row: &[u8]) -> Result<Vec<&'r str>, Refusal> {
        if let Err(fault) = std::str::from_utf8(row) {
            return Err(Refusal::new(
                RefusalReason::InvalidUtf8,
                format!("not UTF-8 at byte {}", fault.valid_up_to()),
            ));
        }
        let cells = self.cells(row);
        if cells.len() != header.columns.len() {
            let detail = format!("the row has {} cells, its header {}", cells.len(), header.columns.len());
            return Err(Refusal::new(RefusalReason::RowWidth, detail));
        }
        Ok(cells
            .map(|cell| std::str::from_utf8(cell).expect("cut at ASCII from checked text"))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a text, told byte by byte.
    fn slowly(text: &str) -> Option<Vec<String>> {
        let (mut rows, mut row, mut state) = (Vec::new(), String::new(), State::CellStart);
        for c in text.chars() {
            state = match (state, c) {
                (State::Quoted, '"') => State::QuoteInQuoted,
                (State::Quoted, _) | (State::CellStart | State::QuoteInQuoted, '"') => State::Quoted,
                (_, '\n' | '\r') => {
                    rows.push(std::mem::take(&mut row));
                    state = State::CellStart;
                    continue;
                }
                (_, ',') => State::CellStart,
                _ => State::Plain,
            };
            row.push(c);
        }
        rows.push(row);
        rows.retain(|row| !is_blank(row.as_bytes()));
        (state != State::Quoted).then_some(rows)
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(8192))]

        /// Jumping from one byte that matters to the next finds what looking at each does, however the text comes in.
        #[test]
        fn rows_are_those_of_the_byte_by_byte_reading(text in "[a\",\r\n]{0,24}", size in 1..9_usize) {
            // A lost quote is another matter.
            if let Some(expected) = slowly(&text) {
                proptest::prop_assert_eq!(rows(text.as_bytes(), size), expected);
            }
        }
    }

    fn rows(text: &[u8], size: usize) -> Vec<String> {
        let mut rows = Rows::new(b',', b"x,y,z");
        let (mut start, mut end, mut found) = (0, 0, Vec::new());
        while end < text.len() {
            end = (end + size).min(text.len());
            let cut = rows.advance(&text[start..end], end == text.len());
            if cut > 0 {
                let Spans::At(spans) = rows.cut(cut) else {
                    panic!("not lines")
                };
                found.extend(
                    spans
                        .into_iter()
                        .map(|span| String::from_utf8_lossy(&text[start..end][span]).into_owned()),
                );
                start += cut;
            }
        }
        found
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
        let header = Header::read(b"\n \r\na,b\rc,d\r", b',', true).expect("a header");
        assert_eq!(
            (header.columns.clone(), header.length),
            (vec!["a".to_owned(), "b".to_owned()], 8)
        );
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

    #[test]
    fn empty_cells_are_a_row_and_blanks_are_none() {
        assert_eq!(rows(b",,\n  \n,\n", 2), [",,", ","]);
    }

    #[test]
    fn cells_are_unquoted_and_counted() {
        let header = Header::read(b"\"a\",b c,d.e\r\n1,2,3", b',', true).expect("a header");
        assert_eq!(header.columns, ["a", "b c", "d.e"]);
        assert_eq!(
            header.length, 12,
            "up to the carriage return; the line feed is a blank row"
        );
        let mut reader = RowReader::new(b',');
        assert_eq!(
            reader.read(&header, b"x,\"y \"\"z\"\"\n\",").expect("three"),
            ["x", "y \"z\"\n", ""]
        );
        assert_eq!(
            reader.read(&header, b"x,y").expect_err("two").reason,
            RefusalReason::RowWidth
        );
        assert_eq!(reader.read(&header, b",,").expect("three empty"), ["", "", ""]);
        assert_eq!(
            reader.read(&header, b"x,\xff,y").expect_err("bytes").reason,
            RefusalReason::InvalidUtf8
        );
    }

    #[test]
    fn a_column_that_stands_twice_is_refused() {
        let header = Header::read(b"a,b,a\n", b',', true).expect("a header");
        assert_eq!(header.position("b"), Ok(Some(1)));
        assert_eq!(header.position("c"), Ok(None));
        assert_eq!(
            header.position("a").expect_err("twice").reason,
            RefusalReason::DuplicateKey
        );
    }
}
