//! CSV for reading: RFC 4180 (UTF-8, commas, CRLF) that a spreadsheet program shows as text and
//! never runs.
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe before it, and what acts
//! on a display is made visible, so a CSV file is an altered copy; the JSON Lines file beside it is
//! the unaltered one.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use super::out::Out;
use crate::text::{printable_ascii, visible};

/// A table under way.
pub(super) struct Sheet<'w>(Out<'w>);

impl<'w> Sheet<'w> {
    /// A table with this head.
    pub(super) fn new<I: AsRef<str>>(to: &'w mut dyn Write, head: impl IntoIterator<Item = I>) -> io::Result<Self> {
        let mut sheet = Self(Out::new(to));
        sheet.row(head)?;
        Ok(sheet)
    }

    /// Adds a row; every cell is made safe here and nowhere else. All rows have as many cells, and
    /// more than one.
    pub(super) fn row<I: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = I>) -> io::Result<()> {
        let text = &mut self.0.text;
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            push(text, &safe(cell.as_ref()));
        }
        text.push_str("\r\n");
        self.0.row_ends()
    }

    /// Hands on the rest.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.finish()
    }
}

/// Appends a cell, in quotation marks where it needs them. A safe one has no line ends.
fn push(out: &mut String, safe: &str) {
    let bytes = safe.as_bytes();
    if memchr::memchr2(b',', b'"', bytes).is_none() {
        return out.push_str(safe);
    }
    out.push('"');
    for (at, part) in safe.split('"').enumerate() {
        if at > 0 {
            out.push_str("\"\"");
        }
        out.push_str(part);
    }
    out.push('"');
}

/// The cell as text for a person, with an apostrophe before anything that would start a formula.
///
/// A program set to semicolons splits cells at them, so what follows a semicolon is judged like a
/// cell's start.
pub(crate) fn safe(cell: &str) -> Cow<'_, str> {
    if harmless(cell) {
        return Cow::Borrowed(cell);
    }
    let mut out = String::with_capacity(cell.len() + 1);
    if cell.starts_with(['\t', '\r', '\n']) {
        out.push('\'');
    }
    let mut at_start = true;
    for c in visible(cell).chars() {
        if at_start && starts_formula(c) {
            out.push('\'');
        }
        at_start = c == ';' || (at_start && (c.is_whitespace() || c == '"'));
        out.push(c);
    }
    Cow::Owned(out)
}

/// The short way for nearly all cells: printable ASCII that begins with a letter or digit and has
/// no further start.
fn harmless(cell: &str) -> bool {
    cell.bytes().next().is_none_or(|first| first.is_ascii_alphanumeric())
        && printable_ascii(cell)
        && memchr::memchr(b';', cell.as_bytes()).is_none()
}

/// Also in their full-width forms, which some programs take for the ASCII ones.
fn starts_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "\u{2212}1"] {
            assert_eq!(safe(formula), format!("'{formula}"));
            assert_eq!(
                safe(&format!(" \u{a0}\u{3000}{formula}")),
                format!(" \u{a0}\u{3000}'{formula}")
            );
            assert_eq!(safe(&format!("x; {formula}")), format!("x; '{formula}"));
            assert_eq!(safe(&format!("x\";\"{formula}")), format!("x\";\"'{formula}"));
        }
        assert_eq!(safe("\t=1"), "'⟨TAB⟩=1");
        assert_eq!(safe("\r\n=1"), "'⟨CR⟩⟨LF⟩=1");
        assert_eq!(safe("a=b - c@d.example"), "a=b - c@d.example");
    }

    proptest::proptest! {
        #[test]
        fn a_reader_gets_the_cells_back(rows in proptest::collection::vec(["[a,\"; é=]{0,6}", "(\\PC|\"|,){0,6}", ".{0,6}"], 1..4)) {
            let mut bytes = Vec::new();
            let mut sheet = Sheet::new(&mut bytes, ["a", "b", "c"]).expect("memory");
            for row in &rows {
                sheet.row(row).expect("memory");
            }
            sheet.finish().expect("memory");
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*bytes);
            let read: Vec<Vec<String>> = reader.deserialize().map(|row| row.expect("a row")).collect();
            let written = rows.iter().map(|row| row.iter().map(|cell| safe(cell).into_owned()).collect());
            let head = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
            proptest::prop_assert_eq!(read, std::iter::once(head).chain(written).collect::<Vec<Vec<String>>>());
        }
    }

    #[test]
    fn rows_end_as_the_rfc_says_and_only_there() {
        let mut bytes = Vec::new();
        let mut sheet = Sheet::new(&mut bytes, ["a", "b"]).expect("memory");
        sheet.row(["x,\"y\"", "line\nbreak"]).expect("memory");
        sheet.finish().expect("memory");
        assert_eq!(
            String::from_utf8(bytes).expect("UTF-8"),
            "a,b\r\n\"x,\"\"y\"\"\",line⟨LF⟩break\r\n"
        );
    }
}
