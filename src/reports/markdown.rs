//! Text in Markdown: a word that Markdown could read as its own is set as code, and looks in the
//! source as it was logged.
//!
//! Backslashes and entities were tried and refused: cmark-gfm, which GitHub runs, looks for e-mail
//! addresses after it has resolved them, so that `a\@b.example` still becomes a link. Inside a code
//! span no renderer interprets anything, also not `@mentions` or `:emoji:`. One character needs
//! more: a bar ends a table's cell even inside code in some renderers, so it is written as an
//! entity between two code spans.

use crate::{
    isolation::{ANOTHER, LOG, SEVERAL},
    text::visible,
};

/// Replacements of masked names that hold a blank.
const MASKS: [&str; 3] = [ANOTHER, SEVERAL, LOG];

/// Appends the text with every word that is not plain set as code. Words are what blanks separate;
/// what stands for a masked name is one word, whatever is beside it.
pub(super) fn push(out: &mut String, text: &str) {
    let text = visible(text);
    let mut rest = &*text;
    loop {
        let end = word(rest);
        if plain(&rest[..end]) {
            out.push_str(&rest[..end]);
        } else {
            push_visible_code(out, &rest[..end]);
        }
        if end == rest.len() {
            return;
        }
        out.push(' ');
        rest = &rest[end + 1..];
    }
}

/// Returns the end of the first word.
fn word(text: &str) -> usize {
    let blank = |from: usize| memchr::memchr(b' ', &text.as_bytes()[from..]).map_or(text.len(), |at| from + at);
    let mut end = blank(0);
    // A mask that begins in this word may go on behind the blank.
    while let Some(past) = mask_past(text, end) {
        end = blank(past);
    }
    end
}

/// Returns the end of the last mask that begins before `end`, if it lies after `end`.
fn mask_past(text: &str, end: usize) -> Option<usize> {
    let at = memchr::memrchr(b'[', &text.as_bytes()[..end])?;
    Some(at + mask(&text[at..])?).filter(|past| *past > end)
}

/// Returns the length of the mask at the start of a text: `[another customer]`, `[Agent KTWN]`,
/// `[Unlisted actor FNCB]`.
fn mask(text: &str) -> Option<usize> {
    let agent = || {
        let code = text
            .strip_prefix("[Agent ")
            .or_else(|| text.strip_prefix("[Unlisted actor "))?;
        let rest = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
        rest.starts_with(']').then(|| text.len() - rest.len() + 1)
    };
    let known = MASKS.into_iter().find(|mask| text.starts_with(mask));
    known.map(str::len).or_else(agent)
}

/// Appends the whole text set as code: for codes, identifiers and digests, which read better alike.
pub(super) fn push_code(out: &mut String, text: &str) {
    push_visible_code(out, &visible(text));
}

fn push_visible_code(out: &mut String, text: &str) {
    if is_one_span(text) {
        // The short way for nearly all.
        out.push('`');
        out.push_str(text);
        return out.push('`');
    }
    for (at, part) in text.split('|').enumerate() {
        if at > 0 {
            out.push_str("&#124;");
        }
        push_span(out, part);
    }
}

/// Printable ASCII that needs no other fence than the usual one. Every byte is looked at, so that
/// many can be at once.
fn is_one_span(text: &str) -> bool {
    let one = |one, byte| one & matches!(byte, b'!'..=b'_' | b'a'..=b'{' | b'}' | b'~');
    !text.is_empty() && text.bytes().fold(true, one)
}

/// A code span, fenced by one backtick more than its longest run of them.
fn push_span(out: &mut String, text: &str) {
    if text.is_empty() {
        return;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A renderer takes one blank off each end if both have one; a backtick at an end would lengthen
    // the fence.
    let padded = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if padded { " " } else { "" };
    for part in [&fence, pad, text, pad, &fence] {
        out.push_str(part);
    }
}

/// Whether no Markdown renderer could see more than text in the word, wherever it stands.
fn plain(word: &str) -> bool {
    // The short way for most.
    if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return true;
    }
    let inner = word
        .trim_end_matches(['.', ',', ';', ':', '?', '!', ')'])
        .trim_start_matches('(');
    inner.chars().all(|c| {
        c.is_ascii_alphanumeric() || !c.is_ascii() || matches!(c, '\'' | ',' | ';' | '/' | '%' | '.' | '-' | '"' | ':')
    }) && !inner.starts_with(['-', ':', '/'])
        && !word.starts_with(['.', ',', ';', ':', '?', '!', ')'])
        && !inner.contains("--")
        && !inner.contains("//")
        && colons_are_between_digits(inner)
        && !names_a_host(inner)
        && !numbers_a_list(word)
}

/// A time of day; any other colon may be a scheme or an emoji.
fn colons_are_between_digits(word: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = word.as_bytes();
    (0..bytes.len()).all(|at| bytes[at] != b':' || (at > 0 && digit(bytes.get(at - 1)) && digit(bytes.get(at + 1))))
}

/// A dot before a letter: `www.x`, and `x.example`, which some renderers link without a scheme.
fn names_a_host(word: &str) -> bool {
    word.split('.')
        .skip(1)
        .any(|label| label.starts_with(char::is_alphabetic))
}

/// `1.` or `1)` at the start of a line.
fn numbers_a_list(word: &str) -> bool {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < word.len() && matches!(rest, "." | ")")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        let mut out = String::new();
        push(&mut out, text);
        out
    }

    fn code(text: &str) -> String {
        let mut out = String::new();
        push_code(&mut out, text);
        out
    }

    #[test]
    fn prose_stays_prose() {
        for prose in [
            "Ask for it, then wait; it's 50% done (or so).",
            "18 January 2026, 03:12:44 UTC",
            "山田 太郎",
            "Müller-Lüdenscheidt",
            "203.0.113.7",
        ] {
            assert_eq!(text(prose), prose);
        }
    }

    #[test]
    fn what_markdown_reads_becomes_code() {
        for word in [
            "http://x.example",
            "x.example",
            "www.x.example",
            "WWW.x.example",
            "a@b.example",
            "mailto:a",
            "<script>",
            "[x](y)",
            "![x](y)",
            "*a*",
            "_a_",
            "a_b",
            "~~a~~",
            "#",
            "##",
            "#1",
            "@user",
            ":smile:",
            "&amp;",
            "\\",
            "- ",
            "-",
            "+",
            "=",
            "===",
            "---",
            "1.",
            "1)",
            "12.",
            "$x$",
            "^a^",
            "{#id}",
            "==a==",
            "//x",
            "data:x",
            "javascript:alert(1)",
        ] {
            let shown = text(word);
            assert!(shown.starts_with('`'), "{word} -> {shown}");
        }
    }

    #[test]
    fn fences_outgrow_what_they_hold() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("```x"), "```` ```x ````");
        assert_eq!(text("x ``` y"), "x ```` ``` ```` y");
    }

    #[test]
    fn a_mask_is_one_word() {
        assert_eq!(text("by [another customer], then"), "by `[another customer],` then");
        assert_eq!(text("([log file]) x"), "`([log file])` x");
        assert_eq!(text("by [Agent KTWN] [Agent x]"), "by `[Agent KTWN]` `[Agent` `x]`");
        assert_eq!(text("by [Unlisted actor FNCB]"), "by `[Unlisted actor FNCB]`");
        assert_eq!(text("[another customer][log file]"), "`[another customer][log file]`");
        assert_eq!(text("[another time] x"), "`[another` `time]` x");
        assert_eq!(text("[another customer"), "`[another` customer");
    }

    #[test]
    fn bars_and_line_breaks_cannot_end_a_row() {
        assert_eq!(text("a|b"), "`a`&#124;`b`");
        assert_eq!(text("\\|"), "`\\`&#124;");
        assert_eq!(text("a\n# b"), "`a⟨LF⟩#` b");
    }
}
