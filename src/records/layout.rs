//! Layout of the records of a source, as far as its profile states it.

use std::sync::Arc;

use super::TextRule;
use crate::case::InputText;

/// Separation of the records of a source, by its profile.
#[derive(Debug, Clone, Default)]
pub struct Layout<'p> {
    /// Member names that lead to the list of records in a document.
    pub wrapper: &'p [String],
    /// Names of the columns that the profile maps.
    pub columns: Vec<String>,
    /// Rule of the records, where they are text.
    pub text: Option<&'p Arc<TextRule>>,
    /// Form of the rows, where the profile states it.
    pub table: Option<&'p TableRule>,
}

/// Form of the rows of a CSV, as a profile states it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableRule {
    /// Columns of rows without a header; empty where there is one.
    pub columns: Vec<String>,
    /// Lines before the header or the first row.
    pub skip_lines: u64,
    /// Beginning of the line that is the header. The lines before it are no records.
    pub header: Option<String>,
}

impl TableRule {
    /// Returns the form of rows: what the case states of the input, else what the profile states.
    pub(super) fn of(table: Option<&Self>, text: &InputText) -> Self {
        let mut rule = table.cloned().unwrap_or_default();
        if text.skip_lines > 0 {
            rule.skip_lines = text.skip_lines;
        }
        if !text.columns.is_empty() {
            rule.columns.clone_from(&text.columns);
            rule.header = None;
        }
        rule
    }

    /// Returns the number of bytes before the header or the first row of a source that begins so.
    /// If no line is the header, only the stated number of lines is skipped, so that no record is
    /// lost.
    pub(super) fn before(&self, head: &[u8]) -> usize {
        let skipped = lines_before(head, self.skip_lines);
        let Some(header) = &self.header else { return skipped };
        let mut at = skipped;
        while at < head.len() {
            if head[at..].starts_with(header.as_bytes()) {
                return at;
            }
            at += lines_before(&head[at..], 1);
        }
        skipped
    }
}

/// Returns the length in bytes of the first lines, including blank ones and line ends.
fn lines_before(head: &[u8], lines: u64) -> usize {
    let mut rest = head;
    for _ in 0..lines {
        let length = match memchr::memchr2(b'\n', b'\r', rest) {
            Some(at) if rest[at..].starts_with(b"\r\n") => at + 2,
            Some(at) => at + 1,
            None => rest.len(),
        };
        rest = &rest[length..];
    }
    head.len() - rest.len()
}
