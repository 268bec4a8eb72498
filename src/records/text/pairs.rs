//! logfmt: pairs `name=value` with blanks between them.
//!
//! The grammar is that of <https://pkg.go.dev/github.com/kr/logfmt>: a name is of bytes above the
//! blank without `=` and `"`; a value is such a text or stands in quotes, with the escapes of JSON;
//! a name may stand alone. Three things differ, so that nothing is read in part: what the grammar
//! calls garbage between pairs is a fault, a value without quotes goes on to the next blank though
//! it has `=`, and one with a quotation mark inside is a fault.

use std::borrow::Cow;

use super::{TextField, escapes::is_escaped, malformed};
use crate::records::Refusal;

/// Returns the pairs of a text. A name without `=` has the empty text.
pub(super) fn fields(text: &str) -> Result<Vec<TextField<'_>>, Refusal> {
    let bytes = text.as_bytes();
    let mut fields = Vec::with_capacity(16);
    let mut at = 0;
    loop {
        while bytes.get(at).is_some_and(|byte| *byte <= b' ') {
            at += 1;
        }
        if at == bytes.len() {
            return Ok(fields);
        }
        let name = at..at + name_length(&bytes[at..]);
        if name.is_empty() {
            return Err(malformed(
                "logfmt",
                at,
                "a name is expected before `=` or a quotation mark",
            ));
        }
        at = name.end;
        let value = match bytes.get(at) {
            Some(b'=') => {
                let (value, behind) = value(text, at + 1)?;
                at = behind;
                value
            }
            Some(b'"') => return Err(malformed("logfmt", at, "a quotation mark in a name")),
            _ => Cow::Borrowed(""),
        };
        fields.push(TextField::new(&text[name], value));
    }
}

fn name_length(bytes: &[u8]) -> usize {
    let ends = |byte: &u8| *byte <= b' ' || *byte == b'=' || *byte == b'"';
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

/// The value that begins here, and where it ends.
fn value(text: &str, start: usize) -> Result<(Cow<'_, str>, usize), Refusal> {
    let bytes = text.as_bytes();
    if bytes.get(start) != Some(&b'"') {
        let length = bytes[start..].iter().position(|byte| *byte <= b' ');
        let end = length.map_or(bytes.len(), |length| start + length);
        return match memchr::memchr(b'"', &bytes[start..end]) {
            Some(quote) => Err(malformed(
                "logfmt",
                start + quote,
                "a quotation mark in a value that does not begin with one",
            )),
            None => Ok((Cow::Borrowed(&text[start..end]), end)),
        };
    }
    let inside = start + 1;
    let closing = memchr::memchr_iter(b'"', &bytes[inside..]).find(|at| !is_escaped(&bytes[inside..], *at));
    let Some(end) = closing.map(|at| inside + at) else {
        return Err(malformed("logfmt", start, "the quotation mark is not closed"));
    };
    if bytes.get(end + 1).is_some_and(|byte| *byte > b' ') {
        return Err(malformed(
            "logfmt",
            end + 1,
            "text right behind a closing quotation mark",
        ));
    }
    if memchr::memchr(b'\\', &bytes[inside..end]).is_none() {
        return Ok((Cow::Borrowed(&text[inside..end]), end + 1));
    }
    let plain = decoded(&text[inside..end])
        .map_err(|escape| malformed("logfmt", inside + escape, "an escape that JSON does not have"))?;
    Ok((Cow::Owned(plain), end + 1))
}

/// Returns what a text with the escapes of JSON stands for, or the place of one that is none.
fn decoded(text: &str) -> Result<String, usize> {
    let mut plain = String::with_capacity(text.len());
    let (mut rest, mut at) = (text, 0);
    while let Some(next) = memchr::memchr(b'\\', rest.as_bytes()) {
        plain.push_str(&rest[..next]);
        let escape = rest.as_bytes()[next + 1..].first().copied();
        let simple = match escape {
            Some(b'"') => Some('"'),
            Some(b'\\') => Some('\\'),
            Some(b'/') => Some('/'),
            Some(b'\'') => Some('\''),
            Some(b'b') => Some('\u{8}'),
            Some(b'f') => Some('\u{c}'),
            Some(b'n') => Some('\n'),
            Some(b'r') => Some('\r'),
            Some(b't') => Some('\t'),
            _ => None,
        };
        let length = match (simple, escape) {
            (Some(simple), _) => {
                plain.push(simple);
                2
            }
            (None, Some(b'u')) => {
                let (unit, length) = unicode(&rest[next..]).ok_or(at + next)?;
                plain.push(unit);
                length
            }
            _ => return Err(at + next),
        };
        at += next + length;
        rest = &rest[next + length..];
    }
    plain.push_str(rest);
    Ok(plain)
}

/// The character of an escape `\uXXXX`, or of a pair of them, and its bytes.
fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let first = unit(0)?;
    if let Some(Ok(alone)) = char::decode_utf16([first]).next() {
        return Some((alone, 6));
    }
    let pair = char::decode_utf16([first, unit(6)?]).next()?.ok()?;
    Some((pair, 12))
}
