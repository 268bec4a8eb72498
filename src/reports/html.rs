//! Text in HTML: what acts on a display is made visible, what HTML reads as its own is escaped.

use crate::text::visible;

/// Appends text, safe between tags and inside a quoted attribute.
pub(super) fn push(out: &mut String, text: &str) {
    // The short way for nearly all.
    if is_plain(text) {
        return out.push_str(text);
    }
    let text = visible(text);
    let mut rest = &*text;
    while let Some((at, entity)) = next_special(rest) {
        out.push_str(&rest[..at]);
        out.push_str(entity);
        // Every special character is one byte.
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// Printable ASCII without a special character. Every byte is looked at, so that many can be at
/// once.
fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| {
        plain & matches!(byte, b' '..=b'~') & entity(byte).is_none()
    })
}

/// Appends text as code whose direction stays its own.
pub(super) fn push_code(out: &mut String, text: &str) {
    out.push_str("<code><bdi>");
    push(out, text);
    out.push_str("</bdi></code>");
}

fn next_special(text: &str) -> Option<(usize, &'static str)> {
    let mut bytes = text.bytes().enumerate();
    bytes.find_map(|(at, byte)| Some((at, entity(byte)?)))
}

fn entity(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_opens_a_tag_or_leaves_an_attribute() {
        let mut out = String::new();
        push(&mut out, "<script>\"'&amp;\u{202e}</script> 山田");
        assert_eq!(out, "&lt;script&gt;&quot;&#39;&amp;amp;⟨U+202E⟩&lt;/script&gt; 山田");
    }
}
