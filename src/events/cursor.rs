//! A cursor over JSON text (RFC 8259) that moves over plainly well-formed text and stops at
//! anything else. Its callers then use the full parser, so it may stop early, but must never move
//! over text that is not JSON.

use std::ops::Range;

/// Nesting beyond this is left to the full parser, which needs no stack for it.
const DEPTH: usize = 64;

/// A position in JSON text.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'b> {
    bytes: &'b [u8],
    pub(super) at: usize,
}

/// A string's body, and whether it is the text as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) span: Range<usize>,
    /// Without escapes.
    pub(super) plain: bool,
}

impl<'b> Cursor<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'b [u8] {
        &self.bytes[self.at..]
    }

    pub(super) fn text(&self, span: Range<usize>) -> &'b [u8] {
        &self.bytes[span]
    }

    /// Over blanks.
    pub(super) fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Over this byte, and the blanks behind it.
    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        if self.peek() != Some(byte) {
            return None;
        }
        self.at += 1;
        self.blanks();
        Some(())
    }

    /// Over a member's name and its colon. Only one without escapes, which is the name as it
    /// stands.
    pub(super) fn name(&mut self) -> Option<Range<usize>> {
        let Body { span, plain } = self.string()?;
        if !plain {
            return None;
        }
        self.blanks();
        self.expect(b':')?;
        Some(span)
    }

    /// Over what stands between members or elements: true where another follows, false at the end.
    pub(super) fn another(&mut self, end: u8) -> Option<bool> {
        self.blanks();
        let byte = self.peek()?;
        if byte == b',' {
            self.expect(b',')?;
            return Some(true);
        }
        self.at += 1;
        (byte == end).then_some(false)
    }

    /// Over a string.
    pub(super) fn string(&mut self) -> Option<Body> {
        if self.peek() != Some(b'"') {
            return None;
        }
        self.at += 1;
        self.body()
    }

    /// Over what follows the quote that begins a string.
    pub(super) fn body(&mut self) -> Option<Body> {
        let start = self.at;
        let (mut at, mut plain) = (start, true);
        loop {
            at += meaningful(&self.bytes[at..]);
            match self.bytes.get(at)? {
                b'"' => break,
                b'\\' => at += escape(&self.bytes[at + 1..])?,
                _ => return None,
            }
            plain = false;
        }
        self.at = at + 1;
        Some(Body { span: start..at, plain })
    }

    /// Over a value that is plainly a text: a string without escapes, a number or a word; for
    /// `null` nothing.
    pub(super) fn text_value(&mut self) -> Option<Range<usize>> {
        match self.peek()? {
            b'"' => self.string().filter(|body| body.plain).map(|body| body.span),
            b'{' | b'[' => None,
            first => {
                let start = self.at;
                self.value()?;
                Some(if first == b'n' { 0..0 } else { start..self.at })
            }
        }
    }

    /// Over any value.
    pub(super) fn value(&mut self) -> Option<()> {
        self.nested(DEPTH)
    }

    fn nested(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' => self.members(depth.checked_sub(1)?),
            b'[' => self.elements(depth.checked_sub(1)?),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    fn members(&mut self, depth: usize) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            // A name that leads nowhere may hold escapes.
            self.string()?;
            self.blanks();
            self.expect(b':')?;
            self.nested(depth)?;
            if !self.another(b'}')? {
                return Some(());
            }
        }
    }

    fn elements(&mut self, depth: usize) -> Option<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.nested(depth)?;
            if !self.another(b']')? {
                return Some(());
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    /// Over a number.
    pub(super) fn number(&mut self) -> Option<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.at;
        self.digits()?;
        // No number begins with a zero that another digit follows.
        if self.bytes[first] == b'0' && self.at > first + 1 {
            return None;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

/// Returns the number of bytes before the first that has a meaning in a string: a quote, a
/// backslash, or a control character, which is not allowed there. Eight at a time: most strings of
/// a log are shorter than the cost of a call to memchr.
pub(super) fn meaningful(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    // With the highest bit set in each byte that is less than `n`, and perhaps in some above the
    // lowest such byte. It is set in all beyond ASCII as well, which are sorted out for all three
    // together.
    let less = |word: u64, n: u64| word.wrapping_sub(ONES * n);
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        let low = less(word ^ (ONES * 0x22), 1) | less(word ^ (ONES * 0x5c), 1) | less(word, 0x20);
        let means = low & !word & HIGHS;
        if means != 0 {
            return at + means.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = &bytes[at..];
    let means = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    at + rest.iter().position(means).unwrap_or(rest.len())
}

/// The length of an escape whose backslash these bytes follow.
fn escape(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(1..5)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    /// Whether the cursor goes over the whole text.
    fn passes(text: &[u8]) -> bool {
        let mut cursor = Cursor::new(text);
        cursor.blanks();
        let passed = cursor.value().is_some();
        cursor.blanks();
        passed && cursor.at == text.len()
    }

    #[test]
    fn it_passes_what_is_json() {
        for text in [
            r#"{"a":1,"b":[true,false,null,-0.5e+3,0],"c":{"d":"e\n\u00e9\"x"},"f":[],"g":{}}"#,
            " [ 1 , \"ä\" , { \"a\" : 0 } ] ",
            r#""0123456789abcdef\\""#,
            "12345678901234567890123e400",
        ] {
            assert!(passes(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn it_stops_where_the_full_parser_is_needed() {
        for text in [
            "01",
            "1.",
            "+1",
            ".5",
            "1e",
            "-",
            "tru",
            "nul",
            "[1,]",
            "{\"a\":1,}",
            "{,}",
            "{1:2}",
            "\"\t\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"open",
            "{\"a\" 1}",
            "[1 2]",
            "",
            "{",
            "\"\\",
            "{\"a\":}",
        ] {
            assert!(!passes(text.as_bytes()), "{text}");
        }
        let deep = format!("{}1{}", "[".repeat(DEPTH + 1), "]".repeat(DEPTH + 1));
        assert!(!passes(deep.as_bytes()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// The cursor never moves over text that serde refuses.
        #[test]
        fn it_passes_nothing_that_serde_refuses(text in r#"[\[\]{}:,"\\ 0-9eE+.a-z\t\x01ä-]{0,24}"#) {
            let valid = serde_json::from_str::<IgnoredAny>(&text).is_ok();
            prop_assert!(!passes(text.as_bytes()) || valid, "{text}");
        }

        /// And with strings around, what is valid passes, so that the fast way is taken at all.
        #[test]
        fn it_passes_what_serde_writes(keys in proptest::collection::vec("[ -~ä\n\"\\\\]{0,20}", 0..8)) {
            let text = serde_json::to_string(&keys).expect("strings");
            prop_assert!(passes(text.as_bytes()), "{text}");
        }
    }
}
