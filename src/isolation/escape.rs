//! Decodes the ways in which people and programs write a character: entities, percent signs,
//! backslashes, and this program's own marks for unseen characters.

/// Whether an escape in ASCII may begin with this byte.
pub(super) const fn begins(byte: u8) -> bool {
    matches!(byte, b'%' | b'&' | b'\\' | b'`' | b'+')
}

/// The character that the beginning of a text stands for, and how long it is written; none if it is
/// no escape. Marks of code spans stand for nothing, and a plus sign for a blank, as in the query
/// of a URL.
pub(super) fn one(rest: &str, first: char) -> Option<(Option<char>, usize)> {
    match first {
        '`' => Some((None, 1)),
        '+' => Some((Some(' '), 1)),
        '%' => percent(rest),
        '&' => entity(rest),
        '\\' => backslash(rest),
        '⟨' => shown(rest),
        _ => None,
    }
}

/// `%C3%BC`: as many as make one character of UTF-8.
fn percent(rest: &str) -> Option<(Option<char>, usize)> {
    let byte = |at: usize| {
        let digits = rest.get(at..)?.strip_prefix('%')?.get(..2)?;
        u8::from_str_radix(digits, 16).ok()
    };
    let mut bytes = Vec::with_capacity(4);
    while bytes.len() < 4 {
        bytes.push(byte(bytes.len() * 3)?);
        if let Some(c) = str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
            return Some((Some(c), bytes.len() * 3));
        }
    }
    None
}

/// The named entities of the characters from U+00A0 on, in their order: the letters of western
/// European names.
const LATIN: &str = "\
    nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute \
    micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring \
    AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
    times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
    egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash \
    ugrave uacute ucirc uuml yacute thorn yuml";

fn latin(name: &str) -> Option<char> {
    let at = LATIN.split(' ').position(|known| known == name)?;
    char::from_u32(0xa0 + u32::try_from(at).ok()?)
}

/// The entities that programs write.
fn entity(rest: &str) -> Option<(Option<char>, usize)> {
    let name = entity_body(rest.get(1..)?, ';')?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let Some(number) = name.strip_prefix('#') else {
                return Some((Some(latin(name)?), name.len() + 2));
            };
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((Some(c), name.len() + 2))
}

/// Returns the text before the end of an escape, if the end is near: a text may hold a million
/// beginnings.
fn entity_body(rest: &str, end: char) -> Option<&str> {
    let at = rest.char_indices().take(LONGEST).find(|(_, c)| *c == end)?.0;
    Some(&rest[..at])
}

/// Length of the longest name of an escape, in bytes.
const LONGEST: usize = 10;

/// Decodes an escape of JSON, with pairs of surrogates.
fn backslash(rest: &str) -> Option<(Option<char>, usize)> {
    let unit = |at: usize| {
        let digits = rest.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    if let Some(first) = unit(0) {
        let pair = unit(6).and_then(|second| char::decode_utf16([first, second]).next()?.ok());
        return match char::from_u32(u32::from(first)) {
            Some(c) => Some((Some(c), 6)),
            None => pair.map(|c| (Some(c), 12)),
        };
    }
    match rest.chars().nth(1)? {
        c @ ('"' | '\\' | '/' | '\'') => Some((Some(c), 2)),
        'n' | 'r' | 't' | 'f' => Some((Some(' '), 2)),
        _ => None,
    }
}

/// `⟨U+200B⟩`, `⟨LF⟩`: what [`crate::text::visible`] writes.
fn shown(rest: &str) -> Option<(Option<char>, usize)> {
    let name = entity_body(rest.strip_prefix('⟨')?, '⟩')?;
    let length = name.len() + '⟨'.len_utf8() + '⟩'.len_utf8();
    let c = match name {
        "TAB" | "LF" | "CR" => ' ',
        _ => char::from_u32(u32::from_str_radix(name.strip_prefix("U+")?, 16).ok()?)?,
    };
    Some((Some(c), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let mut rest = text;
        let mut read = String::new();
        while let Some(first) = rest.chars().next() {
            let (c, length) = one(rest, first).unwrap_or((Some(first), first.len_utf8()));
            read.extend(c);
            rest = &rest[length..];
        }
        read
    }

    #[test]
    fn escapes_are_read_as_what_they_stand_for() {
        assert_eq!(read("M%C3%BCller+%26%20Co"), "Müller & Co");
        assert_eq!(read("A&amp;B&#39;s &#x41;&lt;&Uuml;&yuml;&nbsp;"), "A&B's A<Üÿ\u{a0}");
        assert_eq!(read(r#"\u0041cme \"x\" \ud83d\ude00 \\"#), "Acme \"x\" 😀 \\");
        assert_eq!(read("A⟨U+0063⟩me⟨LF⟩`x`"), "Acme x");
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in [
            "100 %",
            "%zz",
            "%C3",
            "a & b",
            "&;",
            "&nosuch;",
            r"\ud800 \x",
            "⟨",
            "⟨x⟩",
            "\\",
            "%",
            "&#xd800;",
        ] {
            assert_eq!(read(text), text);
        }
    }
}
