//! Comma- and tab-separated values (RFC 4180): a header that names the columns, then one record a row.

use std::{ops::Range, sync::Arc};

use super::{Refusal, RefusalReason, cells::plain_cells, rows::Rows};

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
        let length = Rows::new(delimiter, b"").first(text, at_end);
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
        let cells = self.split(row);
        (0..cells).map(|cell| &self.text[self.span(cell)])
    }

    /// Unquotes the cells of one row, one behind the other, and says how many there are.
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
                // An empty input tells csv-core that the row is over.
                csv_core::ReadRecordResult::InputEmpty if !input.is_empty() || read > 0 => {}
                csv_core::ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                csv_core::ReadRecordResult::OutputEndsFull => {}
                _ => return count,
            }
        }
    }

    /// Where a cell of the row is that was split last.
    fn span(&self, cell: usize) -> Range<usize> {
        cell.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[cell]
    }

    /// The cells of one row as text, as many as the header has.
    pub fn read<'r>(&'r mut self, header: &Header, row: &'r [u8]) -> Result<Vec<&'r str>, Refusal> {
        // The usual check tells where it fails, and takes three times as long.
        let text = simdutf8::basic::from_utf8(row).or_else(|_| std::str::from_utf8(row));
        let text = text.map_err(|fault| {
            let detail = format!("not UTF-8 at byte {}", fault.valid_up_to());
            Refusal::new(RefusalReason::InvalidUtf8, detail)
        })?;
        if let Some(cells) = plain_cells(text, header.delimiter, header.columns.len()) {
            return Ok(cells);
        }
        let cells = self.split(row);
        if cells != header.columns.len() {
            let detail = format!("the row has {cells} cells, its header {}", header.columns.len());
            return Err(Refusal::new(RefusalReason::RowWidth, detail));
        }
        let whole = 0..cells.checked_sub(1).map_or(0, |last| self.ends[last]);
        let text = simdutf8::basic::from_utf8(&self.text[whole]).expect("cut at ASCII from checked text");
        Ok((0..cells).map(|cell| &text[self.span(cell)]).collect())
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
