//! Positions of the cells of a CSV row. Rows that are not plain are left to the csv crate.

use std::ops::Range;

use super::cutter::BOM;

/// Returns the span of the cell that begins at `start`, without its quotes, and the start of the
/// next cell, which is beyond the row's end after the last cell. Returns `None` beyond the row's
/// end, and for a cell with stray quotes.
pub(crate) fn cell(row: &[u8], start: usize, delimiter: u8) -> Option<(Range<usize>, usize)> {
    let rest = row.get(start..)?;
    if rest.first() == Some(&b'"') {
        let end = closing(row, start + 1)?;
        return Some((start + 1..end, behind(row, end + 1, delimiter)?));
    }
    let end = memchr::memchr(delimiter, rest).map_or(row.len(), |length| start + length);
    Some((start..end, end + 1))
}

/// Returns the position of the quote that ends a quoted cell. A doubled quote stands for one in the
/// text.
fn closing(row: &[u8], mut start: usize) -> Option<usize> {
    loop {
        let quote = start + memchr::memchr(b'"', row.get(start..)?)?;
        if row.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        start = quote + 2;
    }
}

/// Returns the start of the next cell after a closing quote, or `None` if no delimiter follows.
fn behind(row: &[u8], end: usize, delimiter: u8) -> Option<usize> {
    row.get(end).is_none_or(|byte| *byte == delimiter).then_some(end + 1)
}

/// Returns whether each quoted cell of a row is closed by a quote before a delimiter or the end of
/// the row.
pub(super) fn is_closed(row: &[u8], delimiter: u8) -> bool {
    let mut start = if row.starts_with(BOM) { BOM.len() } else { 0 };
    while start <= row.len() {
        match cell(row, start, delimiter) {
            Some((_, behind)) => start = behind,
            None => return false,
        }
    }
    true
}

/// Returns the cells of a row, if none needs more than its outer quotes removed. Creating a reader
/// of the csv crate takes as long as reading a thousand rows, and every source has a header.
pub(super) fn standing_cells(row: &[u8], delimiter: u8) -> Option<Vec<&[u8]>> {
    let (mut cells, mut start) = (Vec::new(), 0);
    while start <= row.len() {
        let (span, behind) = cell(row, start, delimiter)?;
        if span.start > start && memchr::memchr(b'"', &row[span.clone()]).is_some() {
            return None;
        }
        cells.push(&row[span]);
        start = behind;
    }
    Some(cells)
}

/// Returns the cells of a row that has an unclosed quoted cell, if there are `width` cells. A
/// quotation mark that is not closed at the end of its cell is an ordinary character; the other
/// quoted cells of the row are read as usual.
pub(super) fn loose_cells(row: &str, delimiter: u8, width: usize) -> Option<Vec<Range<usize>>> {
    let bytes = row.as_bytes();
    let mut start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let mut cells = Vec::new();
    while start <= bytes.len() && cells.len() <= width {
        let (span, behind) = cell(bytes, start, delimiter).unwrap_or_else(|| {
            let length = memchr::memchr(delimiter, &bytes[start..]);
            let end = length.map_or(bytes.len(), |length| start + length);
            (start..end, end + 1)
        });
        cells.push(span);
        start = behind;
    }
    (cells.len() == width).then_some(cells)
}

/// Returns all cells of a row, if there are `width` cells and none needs unescaping.
pub(super) fn plain_cells(row: &str, delimiter: u8, width: usize) -> Option<Vec<&str>> {
    let bytes = row.as_bytes();
    // The csv crate skips a byte order mark at the beginning, and ends a row at a line end.
    if bytes.first().is_none_or(|first| *first == BOM[0]) || memchr::memchr2(b'\n', b'\r', bytes).is_some() {
        return None;
    }
    // A header may have millions of columns, and a row below it only a few bytes.
    let (mut cells, mut start) = (Vec::with_capacity(width.min(bytes.len() + 1)), 0);
    while start <= bytes.len() && cells.len() < width {
        let (span, behind) = cell(bytes, start, delimiter)?;
        // A doubled quote must be unescaped.
        if span.start > start && memchr::memchr(b'"', &bytes[span.clone()]).is_some() {
            return None;
        }
        cells.push(&row[span]);
        start = behind;
    }
    (start > bytes.len() && cells.len() == width).then_some(cells)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::{Header, RowReader};

    fn cells(row: &[u8]) -> Option<Vec<String>> {
        let (mut cells, mut start) = (Vec::new(), 0);
        while start <= row.len() {
            let (span, behind) = cell(row, start, b',')?;
            let quoted = span.start > start;
            let text = String::from_utf8_lossy(&row[span]).into_owned();
            cells.push(if quoted { text.replace("\"\"", "\"") } else { text });
            start = behind;
        }
        Some(cells)
    }

    /// Splits a row with a stray quotation mark into cells, character by character.
    fn loose(mut rest: &str) -> Vec<String> {
        let mut cells = Vec::new();
        loop {
            let quoted = rest.strip_prefix('"').and_then(|inside| {
                let mut text = String::new();
                let mut characters = inside.chars().peekable();
                loop {
                    match characters.next()? {
                        '"' if characters.next_if_eq(&'"').is_none() => break,
                        character => text.push(character),
                    }
                }
                let behind: String = characters.collect();
                (behind.is_empty() || behind.starts_with(',')).then_some((text, behind.len()))
            });
            let plain = || rest.split(',').next().unwrap_or_default();
            let (text, behind) = quoted.unwrap_or_else(|| (plain().to_owned(), rest.len() - plain().len()));
            cells.push(text);
            match rest[rest.len() - behind..].strip_prefix(',') {
                Some(behind) => rest = behind,
                None => return cells,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8192))]

        /// The cells of a plain row equal those of the csv crate.
        #[test]
        fn cells_are_those_of_the_full_reader(row in r#"[a", ]{1,16}"#) {
            let mut reader = RowReader::new(b',');
            let full: Vec<_> = reader.cells(row.as_bytes()).map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            if let Some(glance) = cells(row.as_bytes()) {
                prop_assert_eq!(&glance, &full);
            }
        }

        /// The row reader, with and without its fast path, agrees with the csv crate.
        #[test]
        fn rows_are_those_of_the_full_reader(row in "(\u{feff})?[a\", \r\né]{0,16}", width in 1..5_usize) {
            let header = Header { columns: vec![String::new(); width], delimiter: b',', length: 0, names_columns: true };
            let (mut reader, mut other) = (RowReader::new(b','), RowReader::new(b','));
            let mut full: Vec<_> = other.cells(row.as_bytes()).map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            let bare = |cells: &[String]| cells.iter().map(|cell| cell.replace('"', "")).collect::<Vec<_>>();
            let loose = loose(row.trim_start_matches('\u{feff}'));
            if !is_closed(row.as_bytes(), b',') && row.contains(['\n', '\r']) {
                full = vec![String::new(); width + 2];
            } else if !is_closed(row.as_bytes(), b',') && loose.len() == width && (full.len() != width || bare(&full) == bare(&loose)) {
                full = loose;
            } else if full.len() == width + 1 && full[width].is_empty() {
                full.pop();
            }
            match reader.read(&header, row.as_bytes()) {
                Ok(cells) => prop_assert_eq!(cells, full),
                Err(refusal) => prop_assert!(full.len() != width, "{}", refusal.detail),
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
