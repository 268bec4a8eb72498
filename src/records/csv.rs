//! Comma- and tab-separated values (RFC 4180): a header that names the columns, then one record a
//! row.

use std::{borrow::Cow, ops::Range};

use super::{
    Refusal, RefusalReason,
    cells::{is_closed, loose_cells, plain_cells, standing_cells},
    rows::Rows,
};

/// The first row of a table, with the names of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Names of the columns as written, in order.
    pub columns: Vec<String>,
    /// Separator of the cells.
    pub delimiter: u8,
    /// Length in bytes, including the line end. 0 where the first row is also a record, because it
    /// names no mapped column or because the case states the columns.
    pub length: usize,
    /// Whether the row names columns. If not, it is a record.
    pub names_columns: bool,
}

impl Header {
    /// Parses the first row of a CSV. Returns `None` if it is not UTF-8.
    pub(super) fn read(text: &[u8], delimiter: u8, at_end: bool) -> Option<Self> {
        let length = Rows::new(delimiter).first(text, at_end);
        let row = text[..length].trim_ascii();
        let text = |cell: &[u8]| std::str::from_utf8(cell).ok().map(str::to_owned);
        let columns = match standing_cells(row, delimiter) {
            Some(cells) => cells.into_iter().map(text).collect::<Option<_>>()?,
            None => RowReader::new(delimiter).cells(row).map(text).collect::<Option<_>>()?,
        };
        Some(Self {
            columns,
            delimiter,
            length,
            names_columns: true,
        })
    }

    /// Returns the bytes of the header at the beginning of a source. Where the case states the
    /// columns, these are the bytes that such a header would have; where the first row is a record,
    /// they are empty.
    pub(super) fn written<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self.length {
            0 if self.names_columns => self
                .columns
                .join(&*char::from(self.delimiter).to_string())
                .into_bytes()
                .into(),
            length => text[..length].into(),
        }
    }

    /// Returns the position of the column with this name. A name that occurs twice refuses every
    /// row.
    pub fn position(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let only = |places: &mut dyn Iterator<Item = usize>| match (places.next(), places.next()) {
            (_, Some(_)) => Err(Refusal::new(
                RefusalReason::DuplicateKey,
                format!("column `{name}` occurs twice"),
            )),
            (first, None) => Ok(first),
        };
        let columns = || self.columns.iter().enumerate();
        let same = columns().filter(|(_, column)| *column == name);
        if let Some(place) = only(&mut same.map(|(at, _)| at))? {
            return Ok(Some(place));
        }
        // Some exporters capitalise the names.
        let alike = columns().filter(|(_, column)| column.eq_ignore_ascii_case(name));
        if let Some(place) = only(&mut alike.map(|(at, _)| at))? {
            return Ok(Some(place));
        }
        match columns().find(|(_, column)| column.trim().eq_ignore_ascii_case(name)) {
            // Cells of such a table have blanks too, and would not match names or times.
            Some((_, column)) => Err(Refusal::new(
                RefusalReason::UnknownHeader,
                format!(
                    "the header has blanks around the name of the column `{column}`: remove them there and in the cells"
                ),
            )),
            None => Ok(None),
        }
    }

    /// Number of columns that have one of these names.
    pub(super) fn matches(&self, names: &[String]) -> usize {
        let mapped = |column: &&String| names.iter().any(|name| column.trim().eq_ignore_ascii_case(name));
        self.columns.iter().filter(mapped).count()
    }

    /// Returns whether at least two cells of a row, and at least half of them, are names of these
    /// columns.
    pub fn is_named_in(&self, row: &[u8]) -> bool {
        let cells = standing_cells(row, self.delimiter).unwrap_or_default();
        let named = cells.iter().map(|cell| cell.trim_ascii()).filter(|cell| {
            let mut columns = self.columns.iter().map(|name| name.trim().as_bytes());
            !cell.is_empty() && columns.any(|name| name.eq_ignore_ascii_case(cell))
        });
        let named = named.count();
        named > 1 && named * 2 >= cells.len()
    }

    /// Returns whether this row names columns: either two mapped columns, or one mapped column in a
    /// row in which no cell begins with a digit.
    pub(super) fn is_known(&self, names: &[String]) -> bool {
        let digit = |column: &String| column.trim_start().starts_with(|first: char| first.is_ascii_digit());
        match self.matches(names) {
            0 => false,
            1 => !self.columns.iter().any(digit),
            _ => true,
        }
    }
}

/// Splits rows into cells. One reader serves many rows, because creating one costs more than
/// reading a row.
pub struct RowReader {
    core: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Unquoted cells of the last row with a stray quotation mark.
    loose: String,
}

impl RowReader {
    /// Creates a reader for rows with this delimiter.
    pub fn new(delimiter: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self {
            core,
            text: vec![0; 4096],
            ends: vec![0; 64],
            loose: String::new(),
        }
    }

    /// Returns the cells of one row, unquoted.
    pub fn cells(&mut self, row: &[u8]) -> impl ExactSizeIterator<Item = &[u8]> {
        let cells = self.split(row);
        (0..cells).map(|cell| &self.text[self.span(cell)])
    }

    /// Unquotes the cells of one row into `self.text` and returns their number.
    fn split(&mut self, row: &[u8]) -> usize {
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
                // An empty input signals the end of the row to csv-core.
                csv_core::ReadRecordResult::InputEmpty if !input.is_empty() || read > 0 => {}
                csv_core::ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                csv_core::ReadRecordResult::OutputEndsFull => {}
                _ => return count,
            }
        }
    }

    /// Returns the span of a cell of the row that was split last.
    fn span(&self, cell: usize) -> Range<usize> {
        cell.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[cell]
    }

    /// Returns the cells of one row as text, as many as the header has.
    pub fn read<'r>(&'r mut self, header: &Header, row: &'r [u8]) -> Result<Vec<&'r str>, Refusal> {
        // The standard check reports the position of a fault, and takes three times as long.
        let text = simdutf8::basic::from_utf8(row).or_else(|_| std::str::from_utf8(row));
        let text = text.map_err(|fault| {
            let detail = format!("not UTF-8 at byte {}", fault.valid_up_to());
            Refusal::new(RefusalReason::InvalidUtf8, detail)
        })?;
        if let Some(cells) = plain_cells(text, header.delimiter, header.columns.len()) {
            return Ok(cells);
        }
        let (cells, width) = (self.split(row), header.columns.len());
        let closed = is_closed(row, header.delimiter);
        if !closed && memchr::memchr2(b'\n', b'\r', row).is_some() {
            let detail = "a quoted cell is not closed: the source is cut there, or a quotation mark is lost";
            return Err(Refusal::new(RefusalReason::RowWidth, detail));
        }
        let loose = loose_cells(text, header.delimiter, width).filter(|_| !closed);
        if let Some(loose) = loose.filter(|loose| self.splits_alike(text, loose, cells)) {
            return Ok(self.unquoted(text, &loose));
        }
        // Some exporters end each row, but not the header, with a delimiter.
        let cells = cells - usize::from(cells == width + 1 && self.span(width).is_empty());
        if cells != width {
            let lost = if closed {
                ""
            } else {
                "; a quotation mark in it is not closed at the end of its cell"
            };
            if let Some(at) = memchr::memmem::find(row, b"\\\"") {
                let detail = format!(
                    "the row has {cells} cells, its header {width}; a backslash stands before a quotation mark in it (byte {at}), \
                     which CSV doubles instead: export it so, or write `\"\"` for each `\\\"`"
                );
                return Err(Refusal::new(RefusalReason::RowWidth, detail));
            }
            let detail = format!("the row has {cells} cells, its header {width}{lost}");
            return Err(Refusal::new(RefusalReason::RowWidth, detail));
        }
        let whole = 0..cells.checked_sub(1).map_or(0, |last| self.ends[last]);
        let text = simdutf8::basic::from_utf8(&self.text[whole]).expect("cut at ASCII from checked text");
        Ok((0..cells).map(|cell| &text[self.span(cell)]).collect())
    }
}

impl RowReader {
    /// Returns whether `cells` may replace the split of the last row into `count` cells: their
    /// numbers differ, or the texts are equal apart from quotation marks. Where both splits fit the
    /// header and differ, the split of RFC 4180 applies.
    fn splits_alike(&self, row: &str, cells: &[Range<usize>], count: usize) -> bool {
        let letters = |text: &[u8]| text.iter().copied().filter(|byte| *byte != b'"').collect::<Vec<_>>();
        let same = |(cell, span): (usize, &Range<usize>)| {
            letters(&self.text[self.span(cell)]) == letters(&row.as_bytes()[span.clone()])
        };
        count != cells.len() || cells.iter().enumerate().all(same)
    }

    /// Returns the texts of these cells. In a quoted cell, two quotation marks stand for one.
    fn unquoted<'r>(&'r mut self, row: &'r str, cells: &[Range<usize>]) -> Vec<&'r str> {
        self.loose.clear();
        let mut ends = Vec::with_capacity(cells.len());
        for span in cells {
            let is_quoted = span
                .start
                .checked_sub(1)
                .is_some_and(|before| row.as_bytes()[before] == b'"');
            let cell = &row[span.clone()];
            if is_quoted {
                self.loose.push_str(&cell.replace("\"\"", "\""));
            } else {
                self.loose.push_str(cell);
            }
            ends.push(self.loose.len());
        }
        let starts = [0].into_iter().chain(ends.iter().copied());
        starts.zip(&ends).map(|(start, end)| &self.loose[start..*end]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_with_its_row() {
        let header = Header::read(b"\n \r\na,b\rc,d\r", b',', true).expect("a header");
        assert_eq!(
            (header.columns.clone(), header.length),
            (vec!["a".to_owned(), "b".to_owned()], 8)
        );
        let header = Header::read(b"a,\"b\nc\"", b',', true).expect("a header");
        assert_eq!((header.columns.len(), header.length), (2, 7));
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
    fn column_is_found_in_another_case_and_named_with_blanks() {
        let header = Header::read(b"Time,ACTOR,actor, ip\n", b',', true).expect("a header");
        assert_eq!(header.position("time"), Ok(Some(0)));
        assert_eq!(header.position("actor"), Ok(Some(2)), "the same case goes first");
        assert_eq!(
            header.position("Actor").expect_err("two").reason,
            RefusalReason::DuplicateKey
        );
        let refusal = header.position("ip").expect_err("blanks");
        assert!(refusal.detail.contains("column ` ip`"), "{}", refusal.detail);
    }

    #[test]
    fn quote_that_is_not_closed_in_its_cell_is_a_character() {
        let header = Header::read(b"a\tb\tc\n", b'\t', true).expect("a header");
        let mut reader = RowReader::new(b'\t');
        assert_eq!(reader.read(&header, b"1\t\"2\t3").expect("three"), ["1", "\"2", "3"]);
        assert_eq!(
            reader.read(&header, b"1\t2\t\"urgent").expect("three"),
            ["1", "2", "\"urgent"]
        );
        assert_eq!(
            reader.read(&header, b"1\t\"2\t2\"\t3").expect("three"),
            ["1", "2\t2", "3"]
        );
        assert_eq!(
            reader.read(&header, b"\"a \"\"b\"\"\"\t\"c\"\t\"d\"e").expect("three"),
            ["a \"b\"", "c", "\"d\"e"],
            "the other cells are unquoted"
        );
        let refusal = reader.read(&header, b"1\t\"2").expect_err("two");
        assert!(refusal.detail.contains("quotation mark"), "{}", refusal.detail);
        let refusal = reader.read(&header, b"1\t\"a\\\"\tb\"\t3").expect_err("four");
        assert!(
            refusal
                .detail
                .contains("a backslash stands before a quotation mark in it (byte 4)"),
            "{}",
            refusal.detail
        );
        assert_eq!(
            reader.read(&header, b"1\t2\t3\t").expect("three and an end"),
            ["1", "2", "3"]
        );
        assert!(reader.read(&header, b"1\t2\t3\t4").is_err());
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
