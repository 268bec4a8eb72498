//! JSON that loses nothing and still cannot act on a terminal: acting characters are written as `\u` escapes, which every
//! JSON reader turns back into what was logged.

use std::{
    fmt::Write as _,
    io::{self, BufWriter, Write},
};

use serde::Serialize;

use super::out::Out;
use crate::text::acts;

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
pub(super) fn pretty(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    let escaping = Escaping {
        to,
        text: String::new(),
    };
    // The serialiser writes a few bytes at a time.
    let mut out = BufWriter::with_capacity(PIECE, escaping);
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// So much is escaped and handed on together.
const PIECE: usize = 1 << 16;

/// JSON text on its way out, in pieces that split no character: the serialiser hands over whole ones, and a buffer splits nothing
/// that it is handed.
struct Escaping<'w> {
    to: &'w mut dyn Write,
    text: String,
}

impl Write for Escaping<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.clear();
        push_escaped(&mut self.text, str::from_utf8(bytes).map_err(io::Error::other)?);
        self.to.write_all(self.text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// JSON text whose acting characters are escaped. Its only line breaks are its layout: those in strings are escaped
/// already, and outside of strings nothing else can act.
fn push_escaped(out: &mut String, json: &str) {
    let mut rest = json;
    while !rest.is_empty() {
        let plain = plain(rest.as_bytes());
        out.push_str(&rest[..plain]);
        let mut others = rest[plain..].chars();
        others.next().into_iter().for_each(|c| push_char(out, c));
        rest = others.as_str();
    }
}

/// How many bytes are layout or printable ASCII, in which nothing acts. Many are looked at together, as in nearly all lines all are.
fn plain(bytes: &[u8]) -> usize {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    let whole = |part: &&[u8]| part.iter().fold(true, |all, byte| all & plain(byte));
    let before: usize = bytes.chunks(64).take_while(whole).map(<[u8]>::len).sum();
    let rest = &bytes[before..];
    before + rest.iter().position(|byte| !plain(byte)).unwrap_or(rest.len())
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
        let mut text = Vec::new();
        pretty(&["\u{feff}"], &mut text).expect("memory");
        assert_eq!(text, b"[\n  \"\\ufeff\"\n]\n");
    }

    #[test]
    fn pieces_split_no_character() {
        for length in [PIECE - 9, PIECE - 8, PIECE - 7, PIECE - 6, PIECE - 5, 3 * PIECE] {
            let texts = ["x".repeat(length), "ä\u{202e}山".to_owned(), "山".repeat(PIECE)];
            let mut text = Vec::new();
            pretty(&texts, &mut text).expect("memory");
            let text = String::from_utf8(text).expect("UTF-8");
            assert_eq!(serde_json::from_str::<Vec<String>>(&text).expect("JSON"), texts);
            assert!(!text.contains('\u{202e}'));
        }
    }
}
