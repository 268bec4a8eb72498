//! JSON that loses nothing and still cannot act on a terminal: acting characters are written as
//! `\u` escapes, which every JSON reader turns back into what was logged.

use std::{
    fmt::Write as _,
    io::{self, BufWriter, Write},
};

use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

use super::out::Out;
use crate::{
    findings::{TenantFinding, in_pieces},
    text::acts,
};

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
    indented(value, 0, to)?;
    to.write_all(b"\n")?;
    to.flush()
}

/// Like `pretty`, for a value with an empty list of this name, into which these tenants are
/// inserted.
pub(super) fn around(
    value: &impl Serialize,
    list: &str,
    tenants: &[TenantFinding],
    to: &mut dyn Write,
) -> io::Result<()> {
    let mut text = Vec::new();
    pretty(value, &mut text)?;
    // Within strings no line breaks, and what is deeper is indented further.
    let empty = format!("\n  \"{list}\": []");
    let found = memchr::memmem::find(&text, empty.as_bytes());
    if tenants.is_empty() {
        to.write_all(&text)?;
        return to.flush();
    }
    let inside = found.expect("the value has such a list") + empty.len() - 1;
    to.write_all(&text[..inside])?;
    let mut first = true;
    let piece = |tenants: &[TenantFinding]| {
        let mut piece = Vec::with_capacity(ROOM * tenants.len());
        indented(&tenants, 1, &mut piece).map(|()| piece)
    };
    in_pieces(tenants, piece, |piece| {
        let piece = piece?;
        to.write_all(if std::mem::take(&mut first) { b"" } else { b"," })?;
        // Without the brackets, and the line that the closing one stands on.
        to.write_all(&piece[1..piece.len() - "\n  ]".len()])
    })?;
    to.write_all(b"\n  ")?;
    to.write_all(&text[inside..])?;
    to.flush()
}

/// About how many bytes the figures of a tenant take.
const ROOM: usize = 1 << 10;

/// A value that stands so deep, and whose first line is begun already.
fn indented(value: &impl Serialize, depth: usize, to: &mut dyn Write) -> io::Result<()> {
    let escaping = Escaping {
        to,
        text: String::new(),
    };
    let layout = Indented { depth, filled: false };
    // The serialiser writes a few bytes at a time.
    let mut out = BufWriter::with_capacity(PIECE, escaping);
    value.serialize(&mut Serializer::with_formatter(&mut out, layout))?;
    out.flush()
}

/// The layout of serde's own pretty printer, which writes every two blanks by themselves and takes
/// half as long again.
struct Indented {
    depth: usize,
    /// Whether the list or object that ends next has anything in it.
    filled: bool,
}

/// Separator of two values at the deepest indentation used.
const BREAK: &[u8] = b",\n                                ";

impl Indented {
    fn begin<W: Write + ?Sized>(&mut self, to: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        to.write_all(bracket)
    }

    fn end<W: Write + ?Sized>(&mut self, to: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.line(to, true)?;
        }
        self.filled = true;
        to.write_all(bracket)
    }

    fn line<W: Write + ?Sized>(&self, to: &mut W, first: bool) -> io::Result<()> {
        let blanks = 2 * self.depth;
        let at_once = blanks.min(BREAK.len() - 2);
        to.write_all(&BREAK[usize::from(first)..2 + at_once])?;
        (at_once..blanks).try_for_each(|_| to.write_all(b" "))
    }
}

impl Formatter for Indented {
    fn begin_array<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.begin(to, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.line(to, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.begin(to, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.line(to, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

/// Bytes that are escaped and written together.
const PIECE: usize = 1 << 16;

/// JSON text on its way out, in pieces that split no character: the serialiser hands over whole
/// ones, and a buffer splits nothing that it is handed.
struct Escaping<'w> {
    to: &'w mut dyn Write,
    text: String,
}

impl Write for Escaping<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if plain(bytes) == bytes.len() {
            self.to.write_all(bytes)?;
            return Ok(bytes.len());
        }
        self.text.clear();
        push_escaped(&mut self.text, str::from_utf8(bytes).map_err(io::Error::other)?);
        self.to.write_all(self.text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// JSON text whose acting characters are escaped. Its only line breaks are its layout: those in
/// strings are escaped already, and outside of strings nothing else can act.
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

/// Returns the number of leading bytes that are layout or printable ASCII. Many bytes are examined
/// together, since nearly all lines consist of such bytes.
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
    fn it_is_laid_out_as_by_serde() {
        let mut value = serde_json::json!({"a": {}, "b": [], "c": [[], {"d": [1, {}], "e": null}], "f": {"g": "h"}});
        for _ in 0..20 {
            value = serde_json::json!([{"deeper": value}, 1.5]);
        }
        let mut text = Vec::new();
        pretty(&value, &mut text).expect("memory");
        let serde = serde_json::to_string_pretty(&value).expect("JSON") + "\n";
        assert_eq!(String::from_utf8(text).expect("UTF-8"), serde);
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
