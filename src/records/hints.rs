//! What a text looks like that is no JSON object, and what to do about it. For the detail of a refusal.

/// Returns advice on a record that is refused, where its shape is a known one.
pub fn hint(text: &[u8]) -> Option<&'static str> {
    let text = text.trim_ascii();
    let has = |needle: &[u8]| memchr::memmem::find(text, needle).is_some();
    let first = text.first().copied()?;
    if has(b" stdout P ") || has(b" stderr P ") {
        return Some(
            "a container runtime's partial line (flag P): join it with the lines up to flag F, then read again",
        );
    }
    if first == b'"' && text.ends_with(b"\"") && has(b"{\\\"") {
        return Some("a JSON string with the record as text in it: decode each line, as `jq -r .` does");
    }
    if has(b"{'") || has(b": None") || has(b": True") || has(b": False") {
        return Some("looks like Python's notation, not JSON: export it with json.dumps");
    }
    if has(b"NaN") || has(b"Infinity") {
        return Some("NaN and Infinity are no JSON numbers: export them as null or as texts");
    }
    if has(b"\x1b[") {
        return Some("holds terminal escape codes (colours): remove them, or export without colours");
    }
    if text.starts_with(b"HTTP/") {
        return Some("an HTTP header: save the body of the response alone");
    }
    if first == b'#' {
        return Some(
            "a comment, as logs of Zeek and W3C begin with: leave these lines out, and write the names of the `#fields` line as the header of a CSV",
        );
    }
    match first {
        b'[' if text.ends_with(b"]") => Some(
            "an array: each record must be an object; if its first items are names of columns, export objects or CSV",
        ),
        b'{' if !text.ends_with(b"}") => Some("it does not end with a brace: it was cut, or text follows the object"),
        b'{' | b'[' => None,
        _ if text.ends_with(b"}") || !text.contains(&b'{') => None,
        _ => Some("text around the JSON: what is behind or before the object holds an unfinished one"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_shapes_are_named() {
        for (text, word) in [
            (r#"2026-01-16T00:00:00Z stdout P {"a":"#, "flag P"),
            (r#""{\"a\":1}""#, "JSON string"),
            ("{'a': None}", "Python"),
            (r#"{"a":NaN}"#, "NaN"),
            ("\u{1b}[0mx", "escape"),
            ("HTTP/2 200", "HTTP"),
            ("#fields\tts\tid", "comment"),
            ("[1,2]", "array"),
            (r#"{"a":"#, "cut"),
        ] {
            assert!(hint(text.as_bytes()).is_some_and(|hint| hint.contains(word)), "{text}");
        }
        assert_eq!((hint(b"words"), hint(br#"{"a":1 "b"}"#)), (None, None));
    }
}
