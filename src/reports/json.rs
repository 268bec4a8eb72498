//! JSON that loses nothing and still cannot act on a terminal: acting characters are written as `\u` escapes, which every
//! JSON reader turns back into what was logged.

use std::{fmt::Write as _, io};

use serde::Serialize;

use super::out::Out;
use crate::text::{acts, printable_ascii};

/// A value on each line.
pub(super) fn lines<V: Serialize>(values: impl IntoIterator<Item = V>, out: &mut Out<'_>) -> io::Result<()> {
    let mut line = Vec::new();
    for value in values {
        line.clear();
        serde_json::to_writer(&mut line, &value).expect("a value without maps serialises into memory");
        push_escaped(&mut out.text, str::from_utf8(&line).expect("JSON is UTF-8"));
        out.text.push('\n');
        out.row_ends()?;
    }
    Ok(())
}

/// Indented by two blanks, with a final line's end.
pub(super) fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("a value with string keys serialises");
    let mut out = String::with_capacity(text.len() + 1);
    push_escaped(&mut out, &text);
    out.push('\n');
    out
}

/// JSON text whose acting characters are escaped. Its only line breaks are its layout: those in strings are escaped
/// already, and outside of strings nothing else can act.
fn push_escaped(out: &mut String, json: &str) {
    // The short way for nearly all lines.
    if printable_ascii(json) {
        return out.push_str(json);
    }
    let mut rest = json;
    while let Some(at) = rest.bytes().position(|byte| !matches!(byte, b' '..=b'~')) {
        let c = rest[at..].chars().next().expect("only ASCII is before it");
        let (before, after) = (&rest[..at], &rest[at + c.len_utf8()..]);
        out.push_str(before);
        push_char(out, c);
        rest = after;
    }
    out.push_str(rest);
}

fn push_char(out: &mut String, c: char) {
    if c == '\n' || !acts(c) {
        return out.push(c);
    }
    for unit in c.encode_utf16(&mut [0; 2]) {
        write!(out, "\\u{unit:04x}").expect("memory takes every write");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_nothing_acts() {
        let logged = "a\u{202e}\u{7f}\u{2028}\u{e0041}\t\"山\\";
        let mut line = Vec::new();
        let mut out = Out::new(&mut line);
        lines([logged], &mut out).and_then(|()| out.finish()).expect("memory");
        let line = String::from_utf8(line).expect("UTF-8");
        assert_eq!(line, "\"a\\u202e\\u007f\\u2028\\udb40\\udc41\\t\\\"山\\\\\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).expect("JSON"), logged);
    }

    #[test]
    fn pretty_keeps_its_lines() {
        assert_eq!(pretty(&["\u{feff}"]), "[\n  \"\\ufeff\"\n]\n");
    }
}
