//! A TOML file a person wrote, read with positions: every fault is collected, none stops the
//! reading.
//!
//! Not serde, although the types would derive it: serde stops at the first fault, knows no place
//! for a missing key and no list of the keys it would have taken. Who writes a case at three in the
//! morning should learn everything at once. [`Table`] hands out values with their [`Place`];
//! the keys it was never asked for are faults too, reported when its closure returns, so that no
//! reader can forget to look for misspelt ones.

mod lines;
mod table;
mod value;

use std::{cell::RefCell, collections::BTreeSet};

use toml::de::DeTable;

pub use self::{
    lines::{Lines, utf8},
    table::{Table, suggestion},
    value::instant,
};
use crate::diag::{Diagnostic, Place};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Place in the file.
    pub place: Place,
}

impl<T> Spanned<T> {
    /// Returns another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: change(self.value),
            place: self.place,
        }
    }
}

/// Result of reading a file.
#[derive(Debug)]
pub struct ParsedFile<T> {
    /// Value, or `None` if the file is not text at all. Valid only if there are no faults;
    /// otherwise used to find more of them.
    pub value: Option<T>,
    /// In the order of the file.
    pub faults: Vec<Diagnostic>,
    /// Whether the syntax was right, so that what was not found is really not there.
    pub whole: bool,
}

/// The file under the reader: where its lines are and what was found wrong so far.
#[derive(Debug)]
struct ParsedText<'t> {
    lines: Lines<'t>,
    faults: RefCell<Vec<Diagnostic>>,
    /// Apart from the rest, because nothing can be said to be missing from a file that could not be
    /// read whole.
    absences: RefCell<Vec<Diagnostic>>,
}

/// Reads the bytes of a file as TOML; `shown` is how the user named it.
pub fn read<T>(shown: &str, bytes: &[u8], reader: impl FnOnce(&mut Table<'_>) -> T) -> ParsedFile<T> {
    let mut faults = Vec::new();
    match utf8(shown, bytes, &mut faults) {
        Some(text) => read_text(Lines::new(shown, text), text, reader),
        None => ParsedFile {
            value: None,
            faults,
            whole: false,
        },
    }
}

fn read_text<T>(lines: Lines<'_>, text: &str, reader: impl FnOnce(&mut Table<'_>) -> T) -> ParsedFile<T> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let sheet = ParsedText {
        lines,
        faults: RefCell::default(),
        absences: RefCell::default(),
    };
    let mut table = Table::root(&sheet, root.into_inner());
    let value = reader(&mut table);
    table.finish();
    let syntax: Vec<Diagnostic> = errors.iter().map(|error| syntax_fault(&sheet.lines, error)).collect();
    let whole = syntax.is_empty();
    let mut faults = if whole { sheet.absences.into_inner() } else { Vec::new() };
    faults.extend(trustworthy(&syntax, sheet.faults.into_inner()));
    faults.extend(syntax);
    faults.sort_by_key(|fault| fault.place.as_ref().map(|place| (place.line, place.column)));
    ParsedFile {
        value: Some(value),
        faults,
        whole,
    }
}

fn syntax_fault(lines: &Lines<'_>, error: &toml::de::Error) -> Diagnostic {
    let place = lines.place(error.span().unwrap_or_default());
    let hint = match error.message() {
        text if text.contains("must be quoted") => "put the text in quotation marks: key = \"text\"",
        text if text.contains("duplicate key") => "the name is already taken above; keep one of the two",
        text if text.contains("expected `=`") => "write key = \"text\"",
        _ => "TOML reads `key = \"text\"`, `key = [\"a\", \"b\"]`, `[section]`, `[[entry]]`; see https://toml.io",
    };
    Diagnostic::new("toml-syntax", format!("not valid TOML: {}", error.message()))
        .hint(hint)
        .at(place)
}

/// The faults that a slip elsewhere in the file cannot have caused.
///
/// After a syntax error the parser goes on with a guess. Where the slip is in one plain
/// `key = value` line, the guess is good for all other lines; where a header or bracket is broken,
/// values may have landed in another table, so that only the syntax is worth telling.
fn trustworthy(syntax: &[Diagnostic], faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let broken: BTreeSet<usize> = syntax.iter().filter_map(line_of).collect();
    let confined = syntax.iter().all(is_confined);
    let untouched = |fault: &Diagnostic| line_of(fault).is_none_or(|line| !broken.contains(&line));
    let keep = |fault: &Diagnostic| broken.is_empty() || (confined && untouched(fault));
    faults.into_iter().filter(keep).collect()
}

fn line_of(fault: &Diagnostic) -> Option<usize> {
    fault.place.as_ref().map(|place| place.line)
}

/// Whether the slip is in a `key = value` line and cannot have swallowed the lines after it.
fn is_confined(fault: &Diagnostic) -> bool {
    let text = fault.place.as_ref().map_or("", |place| place.text.as_str());
    let opens = text.contains(['[', '{']) || text.contains("\"\"\"") || text.contains("'''");
    !opens
        && !["unclosed", "array", "table"]
            .iter()
            .any(|word| fault.message.contains(word))
}

#[cfg(test)]
mod tests;
