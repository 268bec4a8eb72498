//! A CSV file (RFC 4180) a person made in a spreadsheet, read with the place of every cell.
//!
//! `csv-core` and not `csv`, which tells where a record starts but not where its cells do. Whatever could make a cell
//! vanish without a word is a fault: a misspelt column, a row of another width, a quotation mark never closed.

use std::{collections::BTreeMap, ops::Range};

use csv_core::{ReadFieldResult, Reader};

use crate::{
    diag::{Diagnostic, Place},
    document::{Found, Lines, suggestion, utf8},
};

/// One cell: its text as decoded, and where it is.
#[derive(Debug)]
struct Cell {
    text: String,
    span: Range<usize>,
}

/// One row below the header that has an id.
#[derive(Debug)]
pub(super) struct Row<'l> {
    lines: &'l Lines<'l>,
    cells: BTreeMap<&'static str, Cell>,
}

impl Row<'_> {
    /// The cell's text without the white space around it; none if that leaves nothing or there is no such column.
    pub(super) fn text(&self, column: &str) -> Option<String> {
        let text = self.cells.get(column)?.text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The same with its place.
    pub(super) fn found(&self, column: &str) -> Option<Found<String>> {
        let value = self.text(column)?;
        let place = self.place(column)?;
        Some(Found { value, place })
    }

    /// The words of a cell that holds several, separated by blanks or `;`.
    pub(super) fn words(&self, column: &str) -> Vec<String> {
        let text = self.text(column).unwrap_or_default();
        let words = text.split(|c: char| c == ';' || c.is_whitespace());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// The parts of a cell that holds several, separated by `;`; a part may hold blanks.
    pub(super) fn parts(&self, column: &str) -> Vec<String> {
        let text = self.text(column).unwrap_or_default();
        let parts = text.split(';').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// Where the cell is.
    pub(super) fn place(&self, column: &str) -> Option<Place> {
        Some(self.lines.place(self.cells.get(column)?.span.clone()))
    }
}

/// Reads a file with these columns, of which `id` must be there and filled, and hands each row to `take`. Returns
/// whether every row's id was read, so that an id not seen is really not there.
pub(super) fn read_rows(
    name: &str,
    bytes: &[u8],
    columns: &[&'static str],
    faults: &mut Vec<Diagnostic>,
    mut take: impl FnMut(&Row<'_>, &mut Vec<Diagnostic>),
) -> bool {
    let Some(text) = utf8(name, bytes, faults) else {
        return false;
    };
    let lines = Lines::new(name, text);
    let mut records = records(text).into_iter();
    let header = header(&lines, &records.next().unwrap_or_default(), columns, faults);
    if !header.contains(&Some("id")) {
        let fault = Diagnostic::new("csv-no-id", format!("`{name}` has no column `id`"));
        let hint = format!(
            "begin with a header line, columns separated by commas: {}",
            columns.join(",")
        );
        faults.push(fault.hint(hint).at(lines.place(0..0)));
        return false;
    }
    let mut complete = true;
    for record in records.filter(|record| record.iter().any(|cell| !cell.text.trim().is_empty())) {
        match row(&lines, &header, record, faults) {
            Some(row) => take(&row, faults),
            None => complete = false,
        }
    }
    complete
}

/// Which column each cell of the header names; none where it names no known one.
fn header(
    lines: &Lines<'_>,
    record: &[Cell],
    columns: &[&'static str],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Option<&'static str>> {
    let mut header: Vec<Option<&'static str>> = Vec::new();
    for cell in record {
        let written = cell.text.trim();
        let known = columns
            .iter()
            .copied()
            .find(|column| column.eq_ignore_ascii_case(written));
        let fault = match known {
            None => Some(
                Diagnostic::new("csv-unknown-column", format!("unknown column `{written}`"))
                    .hint(suggestion(&written.to_ascii_lowercase(), columns)),
            ),
            Some(column) if header.contains(&Some(column)) => Some(
                Diagnostic::new("csv-duplicate-column", format!("column `{column}` is there twice"))
                    .hint("keep one of them"),
            ),
            Some(_) => None,
        };
        faults.extend(fault.map(|fault| fault.at(lines.place(cell.span.clone()))));
        header.push(known);
    }
    header
}

/// The cells by column; none if the row cannot be told which agent or tenant it is about.
fn row<'l>(
    lines: &'l Lines<'l>,
    header: &[Option<&'static str>],
    record: Vec<Cell>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Row<'l>> {
    let start = record.first().map_or(0..0, |cell| cell.span.clone());
    let torn = record.iter().find(|cell| cell.text.contains(['\n', '\r']));
    if let Some(cell) = torn {
        let fault = Diagnostic::new("csv-line-break", "a cell runs over the end of its line");
        let fault = fault.hint("close its quotation mark on the same line, or remove the one that opens it");
        faults.push(fault.at(lines.place(cell.span.clone())));
        return None;
    }
    let width = record.len();
    let mut cells: BTreeMap<&'static str, Cell> = header
        .iter()
        .zip(record)
        .filter_map(|(column, cell)| Some(((*column)?, cell)))
        .collect();
    if width != header.len() {
        let message = format!("this row has {width} cells, the header {}", header.len());
        let fault = Diagnostic::new("csv-row-width", message);
        let fault = fault.hint("give every row as many cells as the header, and quote cells that hold commas");
        faults.push(fault.at(lines.place(start.clone())));
        // The other cells may have slipped into a neighbour's column.
        cells.retain(|column, _| *column == "id");
    }
    let row = Row { lines, cells };
    if row.text("id").is_none() {
        let fault = Diagnostic::new("empty-value", "this row has no `id`").hint("give it one, or remove the row");
        faults.push(fault.at(row.place("id").unwrap_or_else(|| lines.place(start))));
        return None;
    }
    Some(row)
}

/// Every record of the text; blank lines are none.
fn records(text: &str) -> Vec<Vec<Cell>> {
    let bytes = text.as_bytes();
    let mut reader = Reader::new();
    let mut decoded = vec![0; bytes.len() + 1];
    let (mut records, mut record) = (Vec::new(), Vec::new());
    let mut at = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    loop {
        if record.is_empty() {
            at += bytes[at..]
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
        }
        let start = at;
        let Some((length, record_end)) = field(&mut reader, bytes, &mut at, &mut decoded) else {
            return records;
        };
        record.push(Cell {
            text: String::from_utf8_lossy(&decoded[..length]).into_owned(),
            span: start..start + text[start..at].trim_end_matches(['\r', '\n', ',']).len(),
        });
        if record_end {
            records.push(std::mem::take(&mut record));
        }
    }
}

/// Decodes the field at `at` and moves behind it: its length, and whether it was the record's last.
fn field(reader: &mut Reader, bytes: &[u8], at: &mut usize, decoded: &mut [u8]) -> Option<(usize, bool)> {
    let mut length = 0;
    loop {
        let (result, read, written) = reader.read_field(&bytes[*at..], &mut decoded[length..]);
        *at += read;
        length += written;
        match result {
            ReadFieldResult::Field { record_end } => return Some((length, record_end)),
            // All is read; the next call, with no input, closes the field or says that there was none.
            ReadFieldResult::InputEmpty => {}
            // The decoded form is never longer than the text, for which the buffer has room.
            ReadFieldResult::OutputFull | ReadFieldResult::End => return None,
        }
    }
}
