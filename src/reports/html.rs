//! Text in HTML: what acts on a display is made visible, what HTML reads as its own is escaped.

use crate::text::visible;

/// Appends text, safe between tags and inside a quoted attribute.
pub(super) fn push(out: &mut String, text: &str) {
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

/// Appends text as code whose direction stays its own.
pub(super) fn push_code(out: &mut String, text: &str) {
    out.push_str("<code><bdi>");
    push(out, text);
    out.push_str("</bdi></code>");
}

fn next_special(text: &str) -> Option<(usize, &'static str)> {
    text.bytes().enumerate().find_map(|(at, byte)| {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => return None,
        };
        Some((at, entity))
    })
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
