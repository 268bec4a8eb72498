//! One captured value: JSON text as it was written, or the text of a CSV cell. Nothing is ever
//! turned into a number, so an identifier of any length stays what was logged.

use std::borrow::Cow;

use serde::de::{self, Deserializer as _, Visitor};

/// Value of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'b> {
    /// JSON text, without blanks around it.
    Json(Cow<'b, str>),
    /// A cell of a CSV row.
    Cell(Cow<'b, str>),
}

impl<'b> Value<'b> {
    /// In bytes.
    pub(super) fn len(&self) -> usize {
        let (Self::Json(text) | Self::Cell(text)) = self;
        text.len()
    }

    /// Returns the text: a string without quotes and escapes, anything else as written. JSON `null`
    /// has none.
    pub(super) fn text(&self) -> Option<Cow<'b, str>> {
        match self {
            Self::Cell(text) => Some(text.clone()),
            Self::Json(json) if json == "null" => None,
            Self::Json(Cow::Borrowed(json)) => Some(unquoted(json)),
            Self::Json(Cow::Owned(json)) => Some(Cow::Owned(unquoted(json).into_owned())),
        }
    }

    /// Returns a copy that does not borrow from the record.
    pub(super) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Json(json) => Value::Json(Cow::Owned(json.into_owned())),
            Self::Cell(text) => Value::Cell(Cow::Owned(text.into_owned())),
        }
    }

    /// Whether it may hold half a surrogate pair, which [`Self::text`] does not keep apart from any
    /// other. A pair that is escaped twice, as in JSON inside of a string, counts as two halves.
    pub(super) fn may_hold_half_a_pair(&self) -> bool {
        let (Self::Json(text) | Self::Cell(text)) = self;
        let mut rest = text.as_bytes();
        while let Some(at) = memchr::memmem::find(rest, b"\\u") {
            rest = &rest[at..];
            let behind = match (surrogate(rest), rest.get(ESCAPE..).and_then(surrogate)) {
                (Some(Half::High), Some(Half::Low)) => 2 * ESCAPE,
                (None, _) => 2,
                _ => return true,
            };
            rest = &rest[behind..];
        }
        false
    }

    /// The JSON that a string or a cell holds, if it does.
    pub(super) fn parsed(&self) -> Option<String> {
        let text = self.text()?.trim().to_owned();
        serde_json::from_str::<de::IgnoredAny>(&text).is_ok().then_some(text)
    }
}

/// JSON text without blanks between its parts, in which every character stands for itself that can:
/// copies of one record are the same however each was written, and an escaped name could be neither
/// found nor masked. Other text is as it is.
pub(super) fn canonical_json(json: &str) -> String {
    if !json.starts_with(['{', '[']) {
        return json.to_owned();
    }
    let mut plain = String::with_capacity(json.len());
    let (mut rest, mut in_string) = (json, false);
    while let Some(next) = rest.chars().next() {
        let mut length = next.len_utf8();
        match next {
            '\\' => {
                let c;
                (c, length) = escaped(rest);
                match c.filter(|c| !c.is_control() && !['"', '\\'].contains(c)) {
                    Some(c) => plain.push(c),
                    None => plain.push_str(&rest[..length]),
                }
            }
            ' ' | '\t' | '\r' | '\n' if !in_string => {}
            _ => {
                in_string ^= next == '"';
                plain.push(next);
            }
        }
        rest = &rest[length..];
    }
    plain
}

/// The character that an escape at the beginning of a text stands for, and the escape's length in
/// bytes.
fn escaped(text: &str) -> (Option<char>, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..at + ESCAPE)?.strip_prefix("\\u")?;
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
    };
    if text.starts_with("\\/") {
        return (Some('/'), 2);
    }
    let Some(first) = unit(0) else {
        return (None, 1 + text.chars().nth(1).map_or(0, char::len_utf8));
    };
    let pair = [Some(first), unit(ESCAPE)].into_iter().flatten();
    match char::decode_utf16(pair).next() {
        Some(Ok(c)) => (Some(c), if c > '\u{ffff}' { 2 * ESCAPE } else { ESCAPE }),
        _ => (None, ESCAPE),
    }
}

/// Length of an escape with `\u`.
const ESCAPE: usize = 6;

/// Which half of a surrogate pair.
enum Half {
    High,
    Low,
}

/// The half of a pair that an escape stands for.
fn surrogate(escape: &[u8]) -> Option<Half> {
    let [b'\\', b'u', b'd' | b'D', digit, ..] = escape else {
        return None;
    };
    match digit {
        b'8' | b'9' | b'a' | b'b' | b'A' | b'B' => Some(Half::High),
        b'c'..=b'f' | b'C'..=b'F' => Some(Half::Low),
        _ => None,
    }
}

fn unquoted(json: &str) -> Cow<'_, str> {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        None => Cow::Borrowed(json),
        Some(text) if memchr::memchr(b'\\', text.as_bytes()).is_none() => Cow::Borrowed(text),
        Some(_) => Cow::Owned(unescaped(json)),
    }
}

/// A JSON string with escapes. A lone surrogate, which no text can hold, becomes U+FFFD; the
/// record's hash still pins what was written. Two identities could become one so, which `Reading`
/// refuses.
fn unescaped(json: &str) -> String {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer
        .deserialize_bytes(Lossy)
        .unwrap_or_else(|_| json.to_owned())
}

struct Lossy;

impl Visitor<'_> for Lossy {
    type Value = String;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<String, E> {
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<String> {
        Value::Json(Cow::Borrowed(json)).text().map(Cow::into_owned)
    }

    #[test]
    fn scalars_stay_as_written() {
        assert_eq!(
            text("12345678901234567890123").as_deref(),
            Some("12345678901234567890123")
        );
        assert_eq!(text("1.50").as_deref(), Some("1.50"));
        assert_eq!(text("true").as_deref(), Some("true"));
        assert_eq!(text("null"), None);
        assert_eq!(text(r#""""#).as_deref(), Some(""));
    }

    #[test]
    fn escapes_are_decoded_and_lone_surrogates_replaced() {
        assert_eq!(text(r#""a\u0040b\n\ud83d\ude00""#).as_deref(), Some("a@b\n😀"));
        assert!(text(r#""a\ud800b""#).expect("a text").contains('\u{fffd}'));
    }

    #[test]
    fn characters_of_json_stand_for_themselves_where_they_can() {
        for (json, expected) in [
            (r#"{"n":"\u0061cme \u65e5 \ud83d\ude00"}"#, r#"{"n":"acme 日 😀"}"#),
            (
                r#"{"a\/b":"\u0022\u005c\u000a\n\\u0061"}"#,
                r#"{"a/b":"\u0022\u005c\u000a\n\\u0061"}"#,
            ),
            (r#"["\ud83d \ude00 \uzzzz \u00"]"#, r#"["\ud83d \ude00 \uzzzz \u00"]"#),
            ("{ \"n 1\" :\n [1, \"a \\\" b\"]\t}", "{\"n 1\":[1,\"a \\\" b\"]}"),
            ("{\"n\": 1}\\", "{\"n\":1}\\"),
            ("no \\u0061 JSON", "no \\u0061 JSON"),
        ] {
            assert_eq!(canonical_json(json), expected, "{json}");
        }
    }

    #[test]
    fn halves_of_pairs_are_told_from_pairs() {
        let holds = |json: &'static str| {
            let told = [Value::Json(json.into()), Value::Cell(json.into())].map(|value| value.may_hold_half_a_pair());
            assert_eq!(told[0], told[1], "{json}");
            told[0]
        };
        for half in [
            r#""\ud800""#,
            r#""x\uDBFFy""#,
            r#""\udc00""#,
            r#""\ude00\ud83d""#,
            r#""\ud83d\ud83d\ude00""#,
            r#""\ud83d\ude00\uDFFF""#,
            r#"{"a":["\u0041\ud83d"]}"#,
            r#""{\"a\":\"\\ud83d\"}""#,
        ] {
            assert!(holds(half), "{half}");
        }
        for whole in [
            r#""\ud83d\ude00""#,
            r#""\u0041\uD83D\uDE00\ud7ff\ue000\ufffd""#,
            r#""\\u""#,
            "\"\u{fffd}\"",
            "12",
        ] {
            assert!(!holds(whole), "{whole}");
        }
    }
}
