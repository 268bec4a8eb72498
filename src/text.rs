//! Escaping of log text for display. Log text is the attacker's, so invisible characters are made
//! visible before it is shown.
//!
//! Escaping for a format (HTML, Markdown, CSV) comes on top and belongs to the renderer of that
//! format.

use std::{borrow::Cow, fmt::Write as _};

/// Returns whether a character could act on a display: controls, bidirectional overrides and
/// isolates, zero-width and other format characters, line and paragraph separators, and the byte
/// order mark.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns whether a character is a blank that looks like a space and is another character: a
/// no-break space, or one of the spaces of other widths except the ideographic one, which is as
/// wide as a letter.
pub fn is_blank_of_its_own(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{2800}' | '\u{ffa0}'
    )
}

/// Returns whether a character looks like a space or like nothing.
pub fn hidden(c: char) -> bool {
    acts(c) || is_blank_of_its_own(c)
}

/// Returns whether the UTF-8 of a hidden character may begin with this byte. Besides Arabic, few
/// letters begin so.
pub fn may_begin_hidden(byte: u8) -> bool {
    // The comparison has no branches, so that it is vectorised.
    matches!(byte, ..b' ' | 0xee..)
        | matches!(byte, 0x7f)
        | matches!(byte, 0xc2)
        | matches!(byte, 0xd8)
        | matches!(byte, 0xe1 | 0xe2)
}

/// Writes every acting character as `⟨U+202E⟩`; a tab or line break becomes `⟨TAB⟩`, `⟨LF⟩`,
/// `⟨CR⟩`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if printable_ascii(text) || !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\t' => shown.push_str("⟨TAB⟩"),
            '\n' => shown.push_str("⟨LF⟩"),
            '\r' => shown.push_str("⟨CR⟩"),
            c if acts(c) => write!(shown, "⟨U+{:04X}⟩", u32::from(c)).expect("memory takes every write"),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Returns whether the text is printable ASCII only, in which nothing acts. Nearly all log text is.
/// The test reads every byte without branches, so that it is vectorised, and is much faster than a
/// test of characters.
pub fn printable_ascii(text: &str) -> bool {
    text.bytes()
        .fold(true, |printable, byte| printable & matches!(byte, b' '..=b'~'))
}

/// Trims white space, which most texts do not have.
pub fn trimmed(text: &str) -> &str {
    let seen = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if seen(bytes.first()) && seen(bytes.last()) {
        text
    } else {
        text.trim()
    }
}

/// A table of the results of a function on each European letter beyond ASCII. Looking up the
/// Unicode tables for a letter takes longer than all other work on most texts.
#[derive(Debug)]
pub struct Letters(Vec<String>);

impl Letters {
    const FIRST: char = '\u{c0}';
    const LAST: char = '\u{17f}';

    /// Computes the table of a function on texts of one letter.
    pub fn by(change: impl Fn(&str) -> String) -> Self {
        let letters = Self::FIRST..=Self::LAST;
        Self(letters.map(|letter| change(letter.encode_utf8(&mut [0; 4]))).collect())
    }

    /// Returns the result for this letter, or `None` if the table does not contain it.
    pub fn get(&self, letter: char) -> Option<&str> {
        let place = u32::from(letter).checked_sub(u32::from(Self::FIRST))?;
        self.0.get(place as usize).map(String::as_str)
    }
}

/// Returns at most `limit` characters of the text, with an ellipsis at a cut.
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

/// Returns the JSON Pointer (RFC 6901) through these names.
pub fn json_pointer<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut pointer = String::new();
    for name in names {
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

/// Formats a whole number with a comma between groups of three digits: `125,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Formats a number and its noun: `1 record`, `3,210 records`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_shown_and_the_rest_is_kept() {
        assert_eq!(visible("山田 太郎 <b>"), "山田 太郎 <b>");
        assert_eq!(visible("a\u{202e}b\u{1b}[2J\n"), "a⟨U+202E⟩b⟨U+001B⟩[2J⟨LF⟩");
    }

    #[test]
    fn hidden_characters_begin_as_stated() {
        let missed = ('\0'..=char::MAX).filter(|c| hidden(*c) && !may_begin_hidden(c.to_string().as_bytes()[0]));
        assert_eq!(missed.collect::<String>(), "");
        assert!(
            "ABC abc äöü ñ åø őłş αβγ дж 山田 한글"
                .bytes()
                .all(|byte| !may_begin_hidden(byte))
        );
    }

    #[test]
    fn cuts_fall_between_characters() {
        assert_eq!(shortened("日本語", 2), "日本…");
        assert_eq!(shortened("日本語", 3), "日本語");
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(125_000), "125,000");
        assert_eq!(counted(1, "record", "records"), "1 record");
    }
}
