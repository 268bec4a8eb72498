//! Escapes of text formats.

use std::borrow::Cow;

/// Returns the text with each escape replaced by what it stands for. `escape` is given what follows
/// a backslash, and returns a character and the bytes that it takes of that; a backslash of which
/// it returns `None` is one.
pub(super) fn unescaped(text: &str, escape: impl Fn(&str) -> Option<(char, usize)>) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut plain = String::with_capacity(text.len());
    plain.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(behind) = rest.strip_prefix('\\') {
        let length = match escape(behind) {
            Some((stands_for, length)) => {
                plain.push(stands_for);
                length
            }
            None => {
                plain.push('\\');
                0
            }
        };
        let behind = &behind[length..];
        let next = memchr::memchr(b'\\', behind.as_bytes()).unwrap_or(behind.len());
        plain.push_str(&behind[..next]);
        rest = &behind[next..];
    }
    Cow::Owned(plain)
}

/// Returns whether the byte at this place has an escape before it: an uneven number of backslashes.
pub(super) fn is_escaped(bytes: &[u8], at: usize) -> bool {
    bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// Returns where the next such byte stands without an escape, from this place on.
pub(super) fn find_plain(bytes: &[u8], byte: u8, from: usize) -> Option<usize> {
    let found = memchr::memchr_iter(byte, &bytes[from..]).map(|at| from + at);
    found.into_iter().find(|at| !is_escaped(&bytes[from..], at - from))
}
