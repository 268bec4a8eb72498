//! From a byte offset to the line and column a person counts.

use std::{ops::Range, sync::OnceLock};

use crate::diag::{Diagnostic, Place};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The lines of a text, to turn byte ranges into places.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    file: &'t str,
    text: &'t str,
    /// Found when the first is asked for: most files have no fault to be placed.
    starts: OnceLock<Vec<usize>>,
}

impl<'t> Lines<'t> {
    /// The lines of the file the user named so. A byte order mark is part of no line.
    pub fn new(file: &'t str, text: &'t str) -> Self {
        let starts = OnceLock::new();
        Self { file, text, starts }
    }

    fn starts(&self) -> &[usize] {
        self.starts.get_or_init(|| {
            let mark = self.text.starts_with(BYTE_ORDER_MARK);
            let first = if mark { BYTE_ORDER_MARK.len() } else { 0 };
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(first).chain(breaks.map(|at| at + 1)).collect()
        })
    }

    /// Returns the text in a range; empty if the range is not part of the text.
    pub fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or("")
    }

    /// The number, from 1, of the line that holds this byte.
    pub fn number(&self, at: usize) -> usize {
        self.starts().partition_point(|start| *start <= at).max(1)
    }

    /// The place of a byte range; of one that runs over several lines, the part in its first line.
    pub fn place(&self, range: Range<usize>) -> Place {
        let line = self.number(range.start);
        let starts = self.starts();
        let start = starts[line - 1];
        let end = starts.get(line).copied().unwrap_or(self.text.len());
        let text = self.text[start..end].trim_end_matches(['\n', '\r']);
        let inside = |at: usize| at.clamp(start, start + text.len());
        let characters = |range: Range<usize>| self.text.get(range).map_or(0, |part| part.chars().count());
        Place {
            file: self.file.to_owned(),
            line,
            column: characters(start..inside(range.start)) + 1,
            text: text.to_owned(),
            length: characters(inside(range.start)..inside(range.end)).max(1),
        }
    }
}

/// The bytes as text, or a fault that says where they stop being UTF-8.
pub fn utf8<'b>(file: &str, bytes: &'b [u8], faults: &mut Vec<Diagnostic>) -> Option<&'b str> {
    let fault = |error: std::str::Utf8Error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let end = valid.len();
        Diagnostic::new("not-utf-8", format!("`{file}` is not UTF-8 text from here on"))
            .hint("save the file as UTF-8 (in a spreadsheet: CSV UTF-8)")
            .at(Lines::new(file, &valid).place(end..end))
    };
    // The quick check does not say where it stopped.
    let text = simdutf8::basic::from_utf8(bytes).or_else(|_| std::str::from_utf8(bytes));
    text.map_err(|error| faults.push(fault(error))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, range: Range<usize>) -> (usize, usize, usize, String) {
        let place = Lines::new("f", text).place(range);
        (place.line, place.column, place.length, place.text)
    }

    #[test]
    fn columns_and_lengths_are_characters() {
        let text = "\u{feff}a = 1\r\nn = \"日本\" # x\n";
        let at = text.find('"').expect("there is a quote");
        assert_eq!(place(text, at..at + 8), (2, 5, 4, "n = \"日本\" # x".into()));
        assert_eq!(place(text, 3..4), (1, 1, 1, "a = 1".into()));
    }

    #[test]
    fn ranges_at_and_over_ends_stay_in_a_line() {
        assert_eq!(place("", 0..0), (1, 1, 1, String::new()));
        assert_eq!(place("ab\r\ncd", 1..6), (1, 2, 1, "ab".into()));
        assert_eq!(place("ab\n", 3..3), (2, 1, 1, String::new()));
        assert_eq!(place("ab", 90..99), (1, 3, 1, "ab".into()));
    }

    #[test]
    fn bytes_that_are_no_text_are_located() {
        let mut faults = Vec::new();
        assert_eq!(utf8("f.csv", b"id\nag\xffx\n", &mut faults), None);
        let place = faults[0].place.as_ref().expect("it has a place");
        assert_eq!((place.line, place.column), (2, 3));
    }
}
