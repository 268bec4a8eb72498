//! The framing of a source, detected from its beginning.

use std::{fmt, sync::Arc};

use serde::de::IgnoredAny;

use super::{TextRule, csv::Header, hints, lines, objects, rows::Rows};

/// Separators that may stand between the cells of a row.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Rows below a header whose width is compared with it.
const ROWS: usize = 32;

/// First lines that are examined, because a log may begin with a broken one.
const LINES: usize = 32;

/// The way in which the records of a source are separated.
#[derive(Debug, Clone)]
pub enum Framing {
    /// Only blanks.
    Empty,
    /// One JSON value a line (<https://jsonlines.org>), possibly after a text such as a syslog
    /// header.
    JsonLines,
    /// An array, objects over several lines, or an array inside a wrapper.
    JsonDocument,
    /// Rows under a header (RFC 4180), with commas, semicolons, tabs or vertical bars.
    Csv(Arc<Header>),
    /// Text by a rule of the profile.
    Text(Arc<TextRule>),
}

impl fmt::Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty",
            Self::JsonLines => "json-lines",
            Self::JsonDocument => "json-document",
            Self::Csv(_) => "csv",
            Self::Text(rule) => rule.name(),
        })
    }
}

impl Framing {
    /// Returns the framing of text with this rule.
    pub(super) fn of_text(head: &[u8], rule: &Arc<TextRule>) -> Self {
        if head.trim_ascii().is_empty() {
            return Self::Empty;
        }
        Self::Text(Arc::clone(rule))
    }

    /// Returns the framing of rows without a header that have these columns. The delimiter is the
    /// one that splits the first row into as many cells, else into the most cells.
    pub(super) fn of_rows(head: &[u8], at_end: bool, columns: &[String]) -> Self {
        let read = |delimiter: u8| Header::read(head, delimiter, at_end);
        let fit = |header: &Header| {
            let cells = header.columns.len();
            (cells == columns.len(), cells, header.delimiter == b',')
        };
        let first = DELIMITERS.into_iter().filter_map(read).max_by_key(fit);
        Self::Csv(Arc::new(Header {
            columns: columns.to_vec(),
            delimiter: first.map_or(b',', |first| first.delimiter),
            length: 0,
            names_columns: true,
        }))
    }

    /// Detects the framing from the beginning of a source. `wrapper`: member names that lead to an
    /// array of records. `columns`: names of the columns that the profile maps.
    ///
    /// A cell of several lines may hold a line that is an object. A header that names mapped
    /// columns therefore takes precedence over such a line, and so does a header whose width most
    /// rows below it share.
    pub(super) fn of(head: &[u8], at_end: bool, wrapper: &[String], columns: &[String]) -> Self {
        let first = head.trim_ascii_start().first();
        let header = first
            .filter(|first| !b"{[".contains(first))
            .and_then(|_| header(head, at_end, columns));
        let table = || header.clone().map_or(Self::JsonLines, |header| table(header, columns));
        match first {
            Some(_) if header.as_ref().is_some_and(|header| header.matches(columns) > 1) => table(),
            None => Self::Empty,
            Some(b'[') if begins_array(head) => Self::JsonDocument,
            Some(b'{') if is_wrapped(head, wrapper) => Self::JsonDocument,
            Some(first) if whole_lines(head).next().is_some() => match first {
                b'{' | b'[' => Self::JsonLines,
                _ if header.as_ref().is_some_and(|header| keeps_width(header, head, at_end)) => table(),
                _ => Self::JsonLines,
            },
            Some(b'{') if first_line(head).is_some_and(has_comma) => Self::JsonLines,
            Some(b'{') => Self::JsonDocument,
            Some(b'"') if first_line(head).is_some_and(is_string) => Self::JsonLines,
            Some(_) if is_prefixed(head) || first_line(head).is_some_and(hints::is_container_line) => Self::JsonLines,
            Some(_) => table(),
        }
    }
}

/// Returns the lines that are a whole object each, which indicate JSON Lines. An array over several
/// lines has at most one such line: its last element, which no comma follows.
fn whole_lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = |line: &&[u8]| line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok();
    lines::spans(head).map(|span| &head[span]).filter(whole)
}

fn first_line(head: &[u8]) -> Option<&[u8]> {
    lines::spans(head).next().map(|span| &head[span])
}

/// Returns whether a source that begins with a bracket is one array, rather than lines that begin
/// with a time in brackets or hold an array each.
fn begins_array(head: &[u8]) -> bool {
    let Some(line) = first_line(head).map(<[u8]>::trim_ascii) else {
        return true;
    };
    let behind = line[1..].trim_ascii_start().first();
    if behind.is_none() {
        return true;
    }
    let arrays = lines::spans(head).map(|span| &head[span]).filter(|line| is_array(line));
    whole_lines(head).nth(1).is_none()
        && (behind == Some(&b'{') || arrays.take(2).count() < 2)
        && (matches!(behind, Some(b'{' | b'[' | b']')) || objects::pieces(line).is_none())
}

/// Returns whether a comma follows the first object of a line. Without one, objects follow each
/// other directly, which needs no lines.
fn has_comma(line: &[u8]) -> bool {
    let first = objects::pieces(line).and_then(|pieces| pieces.first().cloned());
    first.is_some_and(|first| line[first.end..].trim_ascii_start().starts_with(b","))
}

fn is_array(line: &[u8]) -> bool {
    line.starts_with(b"[") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Returns whether a line is a JSON string that holds an object as text.
fn is_string(line: &[u8]) -> bool {
    line.starts_with(b"\"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Returns whether the first lines hold an object each behind a text. Most of them must: a CSV may
/// have one row whose last cell is an object of one member.
fn is_prefixed(head: &[u8]) -> bool {
    let lines: Vec<_> = lines::spans(head).take(LINES).map(|span| &head[span]).collect();
    let prefixed = lines.iter().filter(|line| objects::pieces(line).is_some()).count();
    lines.first().is_some_and(|line| objects::pieces(line).is_some()) || prefixed * 2 > lines.len() && !is_row(lines[0])
}

fn is_row(line: &[u8]) -> bool {
    DELIMITERS
        .iter()
        .any(|delimiter| memchr::memchr(*delimiter, line).is_some())
}

/// Returns whether the first object leads to the wrapper's array within the first block.
fn is_wrapped(head: &[u8], wrapper: &[String]) -> bool {
    !wrapper.is_empty() && super::document::Document::new(wrapper).finds_array(head)
}

/// Returns a first row of at least two cells. The delimiter is the one with which the row names the
/// most mapped columns, else the one that gives the most cells.
fn header(head: &[u8], at_end: bool, columns: &[String]) -> Option<Header> {
    let read = |delimiter: u8| Header::read(head, delimiter, at_end);
    let headers = DELIMITERS
        .into_iter()
        .filter_map(read)
        .filter(|header| header.columns.len() > 1);
    headers.max_by_key(|header| (header.matches(columns), header.columns.len(), header.delimiter == b','))
}

/// Returns the framing of the rows below this header. A first row that names none of the mapped
/// columns is a record.
fn table(mut header: Header, columns: &[String]) -> Framing {
    if !columns.is_empty() && !header.is_known(columns) {
        header.length = 0;
        header.names_columns = false;
    }
    Framing::Csv(Arc::new(header))
}

/// Returns whether most rows have the width of the header and do not begin with `{`.
fn keeps_width(header: &Header, head: &[u8], at_end: bool) -> bool {
    let mut rows = Rows::below(header.delimiter, &header.columns, &[], &head[..header.length]);
    let cells = rows.cells_of(&head[header.length..], at_end, ROWS);
    let alike = cells
        .iter()
        .filter(|cells| **cells == Some(header.columns.len()))
        .count();
    alike * 2 > cells.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(text: &str) -> String {
        Framing::of(text.as_bytes(), true, &["Records".to_owned()], &[]).to_string()
    }

    #[test]
    fn content_tells() {
        assert_eq!(framing(" \n"), "empty");
        assert_eq!(framing("{\"a\":1}\n{\"a\":2}"), "json-lines");
        assert_eq!(framing("{\"a\":1}"), "json-lines");
        assert_eq!(framing("broken, line\n{\"a\":2}"), "json-lines");
        assert_eq!(framing("{\"a\":\n{\"a\":2}"), "json-lines");
        assert_eq!(framing("[{\"cut\n{\"a\":1}\n{\"a\":2}"), "json-lines");
        assert_eq!(framing("[\n{\"a\":1},\n{\"a\":2}\n]"), "json-document");
        assert_eq!(
            framing(&format!("{}{{\"a\":1}}", "{ broken\n".repeat(99))),
            "json-lines"
        );
        assert_eq!(framing("[\n{\"a\":1}]"), "json-document");
        assert_eq!(framing("[\n{\"a\":1}\n,\n{\"a\":2}\n]"), "json-document");
        assert_eq!(framing("[[{\"a\":1}],[{\"a\":2}]]"), "json-document");
        assert_eq!(framing("[[1,{}],{\"a\":1}]\n[[1,{}],{\"a\":1}]"), "json-lines");
        assert_eq!(framing("[2026-01-16 04:46:33] app: {\"a\":1}"), "json-lines");
        assert_eq!(framing("{\"a\":1}{\"a\":2}"), "json-document");
        assert_eq!(framing("[{\"a\":1}]\n[{\"a\":2}]"), "json-document");
        assert_eq!(framing("<14>h, a: {\"a\":1}<14>h, a: {\"a\":2}"), "json-lines");
        assert_eq!(framing("{\"a\":1},\n{\"a\":2},"), "json-lines");
        assert_eq!(framing("\"{\\\"a\\\":1,\\\"b\\\":2}\""), "json-lines");
        assert_eq!(framing("{\n \"a\": 1\n}"), "json-document");
        assert_eq!(framing("{\"Records\":[{\"a\":1}]}"), "json-document");
        assert_eq!(framing("{\"Records\":1}"), "json-lines");
        assert_eq!(framing("a,b\n1,2"), "csv");
        assert_eq!(framing("a;b;c\n1;2,0;3"), "csv");
        assert_eq!(framing("just some words"), "json-lines");
        assert_eq!(
            framing("<14>host app: {\"a\":1}\n<14>host app: {\"a\":2}"),
            "json-lines"
        );
        assert_eq!(framing("broken\n<14>, a: {\"a\":1}\n<14>, b: {\"a\":2}"), "json-lines");
        assert_eq!(framing("a,b\n1,{\"c\":2}\n1,{\"c\":3}"), "csv");
        assert_eq!(framing("x|y\n1|2"), "csv");
        assert_eq!(
            framing("2026-01-16\ttag\t{\"a\":1}\n2026-01-16\ttag\t{\"a\":2}"),
            "json-lines"
        );
    }

    #[test]
    fn object_in_a_cell_of_several_lines_makes_no_json_lines() {
        let rows = "1,plain\n2,\"text\n{}\nmore\"\n3,plain\n";
        let of = |header: &str, columns: &[&str]| {
            let columns: Vec<_> = columns.iter().map(|&name| name.to_owned()).collect();
            Framing::of(format!("{header}\n{rows}").as_bytes(), true, &[], &columns)
        };
        assert_eq!(of("a,b", &[]).to_string(), "csv", "the rows have its width");
        assert_eq!(
            of("a,b", &["a", "b"]).to_string(),
            "csv",
            "the profile maps its columns"
        );
        let few = "time,what\n1,\"\n{}\n{}\n\"\n";
        let framing = Framing::of(few.as_bytes(), true, &[], &["time".to_owned(), "what".to_owned()]);
        assert_eq!(framing.to_string(), "csv", "whatever the rows are");
        assert_eq!(framing_of_lines("broken, line\n{\"a\":1,\"b\":2}\n"), "json-lines");
    }

    fn framing_of_lines(text: &str) -> String {
        Framing::of(text.as_bytes(), true, &[], &["time".to_owned(), "actor".to_owned()]).to_string()
    }

    #[test]
    fn first_row_that_names_no_mapped_column_is_a_record() {
        let length = |text: &str| {
            let columns = ["time", "actor.email", "action"].map(str::to_owned);
            match Framing::of(text.as_bytes(), true, &[], &columns) {
                Framing::Csv(header) => (header.length, header.delimiter),
                other => panic!("{other}"),
            }
        };
        assert_eq!(length("1,a@b.example,view\n2,c,view\n"), (0, b','));
        assert_eq!(length("time,actor.email,x\n1,a,b\n"), (19, b','));
        assert_eq!(length("Time;Actor.Email;\"x, y, and, z\"\n1;a;b\n"), (32, b';'));
        assert_eq!(length("time|actor.email|action\n1|a|b\n"), (24, b'|'));
        assert_eq!(
            length("action,2026-01-16\nview,2026-01-16\n"),
            (0, b','),
            "one name beside a date"
        );
    }
}
