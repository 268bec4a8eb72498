//! The objects of a line that is not one object: after a header, several in sequence, or between
//! the brackets and commas of an array.
//!
//! Every byte belongs to a piece or is punctuation between pieces. A piece is an object with the
//! text before it, or the remains of a record that was cut.

use std::ops::Range;

use serde::de::IgnoredAny;

/// Limit of the work on a line, in multiples of its length. A failed attempt to parse an object
/// reads up to the fault, and all attempts together stay below this limit.
const EFFORT: usize = 8;

/// Returns the non-empty objects of this text, in order. Returns `None` if too many braces begin no
/// object.
fn objects(text: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    let mut effort = EFFORT * text.len();
    // The text up to `failed` belongs to an object that is invalid further on. An object that ends
    // before is a part of that one.
    let (mut at, mut failed) = (0, 0);
    while let Some(skipped) = memchr::memchr(b'{', &text[at..]) {
        let start = at + skipped;
        match object(&text[start..]) {
            Ok(length) => {
                at = start + length;
                let empty = text[start + 1..at - 1].trim_ascii().is_empty();
                if at > failed && !empty {
                    found.push(start..at);
                }
            }
            Err(read) => {
                effort = effort.checked_sub(read)?;
                at = start + 1;
                if begins_member(&text[at..]) {
                    failed = failed.max(start + read);
                }
            }
        }
    }
    Some(found)
}

/// Returns the length of the object at the start of the text, or the number of bytes read when
/// parsing failed.
fn object(text: &[u8]) -> Result<usize, usize> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => Ok(values.byte_offset()),
        Some(Err(fault)) => {
            let before = memchr::memchr_iter(b'\n', text).nth(fault.line().wrapping_sub(2));
            Err(before.map_or(0, |end| end + 1) + fault.column())
        }
        None => Err(0),
    }
}

/// Returns whether a brace with this text after it begins an object with members.
pub(super) fn begins_member(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"\"")
}

/// Kind of the text between two objects, or after the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Blanks, commas, brackets, empty objects, colour codes.
    Punctuation,
    /// A text such as a header.
    Text,
    /// The beginning of an object that was cut, possibly after a text.
    Cut,
    /// A continuation of the object before it, which was closed too early.
    Continues,
}

fn gap(text: &[u8], is_first: bool) -> Gap {
    let content = text.trim_ascii_start();
    let content = content.strip_prefix(b",").unwrap_or(content).trim_ascii_start();
    let mut depth = 0_usize;
    let (mut cut, mut other, mut at) = (false, false, 0);
    while at < text.len() {
        match text[at] {
            b'{' => {
                depth += 1;
                cut |= begins_member(&text[at + 1..]);
                let blank = text[at + 1..].trim_ascii_start();
                other |= !blank.starts_with(b"}");
            }
            b'}' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None if !cut => return Gap::Continues,
                None => {}
            },
            b'\x1b' => at += colour(&text[at..]),
            b',' | b'[' | b']' | b'(' | b')' | b';' => {}
            byte => other |= !byte.is_ascii_whitespace(),
        }
        at += 1;
    }
    match (cut || depth > 0, other) {
        (true, _) => Gap::Cut,
        (false, true) if !is_first && content.starts_with(b"\"") => Gap::Continues,
        (false, true) => Gap::Text,
        (false, false) => Gap::Punctuation,
    }
}

/// Returns whether a text between two pieces is only punctuation.
pub(crate) fn is_punctuation(text: &[u8]) -> bool {
    gap(text, false) == Gap::Punctuation
}

/// Returns the number of bytes after the first one of the terminal code (ECMA-48, `ESC [ ... m`) at
/// the start of the text.
fn colour(text: &[u8]) -> usize {
    let Some(rest) = text.strip_prefix(b"\x1b[") else {
        return 0;
    };
    let length = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';'));
    length.map_or(0, |length| length + 2)
}

/// Returns the JSON of a text: its one object, if only a header stands before it and only
/// punctuation after it.
pub(super) fn only(text: &[u8]) -> Option<&[u8]> {
    let objects = objects(text)?;
    let [object] = &objects[..] else { return None };
    let before = matches!(gap(&text[..object.start], true), Gap::Punctuation | Gap::Text);
    let whole = before && gap(&text[object.end..], false) == Gap::Punctuation;
    whole.then(|| &text[object.clone()])
}

/// Returns the records in a text that cannot be read as one, or `None` if it holds no object.
pub(super) fn pieces(text: &[u8]) -> Option<Vec<Range<usize>>> {
    let objects = objects(text)?;
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut end = 0;
    for object in &objects {
        let before = end..object.start;
        match gap(&text[before.clone()], pieces.is_empty()) {
            Gap::Punctuation => pieces.push(object.clone()),
            Gap::Text => pieces.push(trimmed(text, before.start..object.end)),
            Gap::Cut => pieces.extend([trimmed(text, before), object.clone()]),
            Gap::Continues => {
                continues(text, &mut pieces, before);
                pieces.push(object.clone());
            }
        }
        end = object.end;
    }
    let behind = end..text.len();
    match gap(&text[behind.clone()], false) {
        Gap::Punctuation => {}
        Gap::Text | Gap::Cut => pieces.push(trimmed(text, behind)),
        Gap::Continues => continues(text, &mut pieces, behind),
    }
    (!objects.is_empty()).then_some(pieces)
}

/// Appends a text to the piece before it, if there is one.
fn continues(text: &[u8], pieces: &mut Vec<Range<usize>>, gap: Range<usize>) {
    let gap = trimmed(text, gap);
    match pieces.last_mut() {
        Some(last) => last.end = gap.end,
        None => pieces.push(gap),
    }
}

/// Returns the span without the blanks and commas around it.
fn trimmed(text: &[u8], span: Range<usize>) -> Range<usize> {
    let outer = |byte: &u8| !(byte.is_ascii_whitespace() || *byte == b',');
    let own = &text[span.clone()];
    let start = own.iter().position(outer).unwrap_or(0);
    let end = own.iter().rposition(outer).map_or(own.len(), |last| last + 1);
    span.start + start..span.start + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_of_a_line_is_a_piece() {
        let found = |line: &'static str| -> Vec<&str> {
            let pieces = pieces(line.as_bytes()).unwrap_or_default();
            pieces.into_iter().map(|span| &line[span]).collect()
        };
        let cases: [(&str, &[&str]); 20] = [
            (r#"{"a":1}{"b":2}"#, &[r#"{"a":1}"#, r#"{"b":2}"#]),
            (r#"{"a":1}, {"b":2},"#, &[r#"{"a":1}"#, r#"{"b":2}"#]),
            (r#"[{"a":1},{"b":2}]"#, &[r#"{"a":1}"#, r#"{"b":2}"#]),
            (r#"[[1,{}],{"b":2}]"#, &[r#"[[1,{}],{"b":2}"#]),
            (r#"<1>h {"a":1}<2>h {"b":2}"#, &[r#"<1>h {"a":1}"#, r#"<2>h {"b":2}"#]),
            (
                r#"83 <1>h {"a":1}84 <2>h {"b"#,
                &[r#"83 <1>h {"a":1}"#, r#"84 <2>h {"b"#],
            ),
            // A cut record affects no other record.
            (r#"h {"a":{"x":"<1>h {"b":2}"#, &[r#"h {"a":{"x":"<1>h"#, r#"{"b":2}"#]),
            (
                r#"h {"a":{"x":1},"y<1>h {"b":2}"#,
                &[r#"h {"a":{"x":1},"y<1>h"#, r#"{"b":2}"#],
            ),
            (r#"h {<1>h {"b":2}"#, &["h {<1>h", r#"{"b":2}"#]),
            (r#"ail":1}<1>h {"b":2}"#, &[r#"ail":1}<1>h"#, r#"{"b":2}"#]),
            // A part of a cut record is no record.
            (r#"{"a":{"x":1},"b":{"y":2},"#, &[]),
            (
                r#"{"a":{"x":1},{"b":2},{"c":3}]"#,
                &[r#"{"a":{"x":1}"#, r#"{"b":2}"#, r#"{"c":3}"#],
            ),
            // A premature brace does not make a record of the first half.
            (r#"{"a":1},"b":2}"#, &[r#"{"a":1},"b":2}"#]),
            (r#"{"a":1}}"#, &[r#"{"a":1}}"#]),
            (r#"{"a":1} words"#, &[r#"{"a":1}"#, "words"]),
            (r#""q": {"a":1}"#, &[r#""q": {"a":1}"#]),
            (r#"h {"a":1} {}"#, &[r#"h {"a":1}"#]),
            ("\u{1b}[32m{\"a\":1}\u{1b}[0m", &[r#"{"a":1}"#]),
            ("[1,2]", &[]),
            ("{} []", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(found(line), expected, "{line}");
        }
    }

    #[test]
    fn braces_without_end_are_given_up() {
        assert_eq!(pieces("{\"a\":".repeat(10_000).as_bytes()), None);
    }
}
