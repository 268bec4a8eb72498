//! Formats that a text is recognised as.

use std::sync::Arc;

use super::{TextFormat, TextReader, TextRule, cutter::starts, tokens};
use crate::records::{Record, lines};

/// Lines of a text that are looked at.
const LINES: usize = 64;

/// Pairs that a line of logfmt has at least, and that most of its words are.
const PAIRS: usize = 3;

/// Returns the format of which most of the first lines of a text are.
pub fn recognized(head: &[u8]) -> Option<TextFormat> {
    // A last line without an end may be a part of one.
    let whole = memchr::memrchr(b'\n', head).map_or(head, |last| &head[..last]);
    let lines: Vec<&[u8]> = lines::spans(whole).take(LINES).map(|span| &whole[span]).collect();
    if lines.iter().any(|line| line.starts_with(b"#Fields:")) && w3c(whole) {
        return Some(TextFormat::W3c);
    }
    let order = [
        TextFormat::Cef,
        TextFormat::Leef,
        TextFormat::Combined,
        TextFormat::Alb,
        TextFormat::Pgaudit,
        TextFormat::Syslog,
        TextFormat::Logfmt,
    ];
    order.into_iter().find(|format| {
        let mut reader = Arc::new(TextRule::known(*format)).reader();
        let rule = Arc::clone(&reader.rule);
        let records: Vec<&[u8]> = match rule.start() {
            Some(start) => starts(start, whole).take(LINES).map(|span| &whole[span]).collect(),
            None => lines.clone(),
        };
        let are = records.iter().filter(|line| is(*format, &mut reader, line)).count();
        are > 0 && are * 2 > records.len()
    })
}

fn is(format: TextFormat, reader: &mut TextReader, line: &[u8]) -> bool {
    let record = Record {
        bytes: line,
        offset: 0,
        cells: None,
        sight: None,
        defect: None,
        header: None,
    };
    let Ok(fields) = reader.read(&record) else { return false };
    match format {
        // Any text of words without quotation marks reads as names alone.
        TextFormat::Logfmt => {
            let begins_value = |name: &str| memchr::memmem::find(line, format!("{name}=").as_bytes()).is_some();
            let pairs = fields.iter().filter(|field| begins_value(&field.name)).count();
            let is_json = line.trim_ascii_start().starts_with(b"{");
            pairs >= PAIRS && pairs * 2 > fields.len() && !is_json
        }
        // JSON behind a header is read as JSON Lines.
        TextFormat::Syslog => !line.trim_ascii_end().ends_with(b"}"),
        _ => true,
    }
}

/// Whether most rows have as many fields as the names before them.
fn w3c(text: &[u8]) -> bool {
    let mut columns = None;
    let (mut rows, mut read) = (0_usize, 0_usize);
    for line in lines::spans(text).map(|span| &text[span]).take(LINES) {
        let Ok(line) = std::str::from_utf8(line) else { continue };
        match tokens::columns(line) {
            Some(names) => columns = Some(names),
            None if line.starts_with('#') => {}
            None => {
                rows += 1;
                read += usize::from(tokens::w3c(line, columns.as_deref()).is_ok());
            }
        }
    }
    read * 2 > rows
}
