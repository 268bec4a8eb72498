//! Decodes the ways in which people and programs write a character: entities, percent signs,
//! backslashes, and this program's own marks for unseen characters. An escape that was escaped
//! again, as in JSON inside of JSON or an address inside of an address, is read as one.

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

/// Longest run of signs that escape each other, in bytes.
const LONGEST_RUN: usize = 32;

/// `%C3%BC`: as many as make one character of UTF-8. `%25C3` is `%C3` escaped again.
fn percent(rest: &str) -> Option<(Option<char>, usize)> {
    let byte = |rest: &str| {
        let mut digits = rest.strip_prefix('%')?;
        let mut length = 3;
        while let Some(inner) = digits.strip_prefix("25").filter(|_| length < LONGEST_RUN) {
            let goes_on = inner
                .as_bytes()
                .first_chunk()
                .is_some_and(|[one, two]| one.is_ascii_hexdigit() && two.is_ascii_hexdigit());
            if !goes_on {
                break;
            }
            digits = inner;
            length += 2;
        }
        Some((u8::from_str_radix(digits.get(..2)?, 16).ok()?, length))
    };
    character(rest, byte)
}

/// Returns the character of UTF-8 that escaped bytes make. `byte` decodes the first of a text, and
/// returns its length there.
fn character(rest: &str, byte: impl Fn(&str) -> Option<(u8, usize)>) -> Option<(Option<char>, usize)> {
    let mut bytes = Vec::with_capacity(4);
    let mut length = 0;
    while bytes.len() < 4 {
        let (next, own) = byte(&rest[length..])?;
        bytes.push(next);
        length += own;
        if let Some(c) = str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
            return Some((Some(c), length));
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

/// The entities that programs write. `&amp;#65;` is `&#65;` escaped again, and `&#65` is read
/// without its end too.
fn entity(rest: &str) -> Option<(Option<char>, usize)> {
    let mut begun = 1;
    while begun < LONGEST_RUN && rest[begun..].starts_with("amp;") && is_entity(&rest[begun + 4..]) {
        begun += 4;
    }
    let again = begun - 1;
    let Some(name) = entity_body(rest.get(begun..)?, ';') else {
        return open_number(rest.get(begun..)?).map(|(c, length)| (Some(c), begun + length));
    };
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let Some(number) = name.strip_prefix('#') else {
                return Some((Some(latin(name)?), again + name.len() + 2));
            };
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => number.parse().ok(),
            };
            let Some(code) = code else {
                return open_number(&rest[begun..]).map(|(c, length)| (Some(c), begun + length));
            };
            char::from_u32(code)?
        }
    };
    Some((Some(c), again + name.len() + 2))
}

/// Whether the rest of an entity follows.
fn is_entity(rest: &str) -> bool {
    rest.starts_with('#') || rest.starts_with("amp;")
}

/// Returns the character of a decimal number without an end, and its length: `#65` in `&#65x`.
fn open_number(rest: &str) -> Option<(char, usize)> {
    let digits = rest.strip_prefix('#')?;
    let length = digits.bytes().take(LONGEST).take_while(u8::is_ascii_digit).count();
    let c = char::from_u32(digits[..length].parse().ok()?)?;
    Some((c, length + 1))
}

/// Returns the text before the end of an escape, if the end is near: a text may hold a million
/// beginnings.
fn entity_body(rest: &str, end: char) -> Option<&str> {
    let at = rest.char_indices().take(LONGEST).find(|(_, c)| *c == end)?.0;
    Some(&rest[..at])
}

/// Length of the longest name of an escape, in bytes.
const LONGEST: usize = 10;

/// Decodes an escape of JSON, with pairs of surrogates, and bytes of UTF-8 (`\xC3\xBC`). Several
/// backslashes are one that was escaped again.
fn backslash(rest: &str) -> Option<(Option<char>, usize)> {
    let signs = |rest: &str| rest.bytes().take(LONGEST_RUN).take_while(|byte| *byte == b'\\').count();
    let unit = |rest: &str| {
        let signs = signs(rest);
        let digits = rest[signs..].strip_prefix('u').filter(|_| signs > 0)?;
        let (digits, length) = match digits.strip_prefix('{') {
            Some(braced) => (&braced[..braced.bytes().take(5).position(|byte| byte == b'}')?], 2),
            None => (digits.get(..4)?, 0),
        };
        Some((u16::from_str_radix(digits, 16).ok()?, signs + 1 + digits.len() + length))
    };
    if let Some((first, length)) = unit(rest) {
        let pair = || {
            let (second, more) = unit(&rest[length..])?;
            Some((char::decode_utf16([first, second]).next()?.ok()?, more))
        };
        return match char::from_u32(u32::from(first)) {
            Some(c) => Some((Some(c), length)),
            None => pair().map(|(c, more)| (Some(c), length + more)),
        };
    }
    let byte = |rest: &str| {
        let signs = signs(rest);
        let digits = rest[signs..].strip_prefix('x').filter(|_| signs > 0)?.get(..2)?;
        Some((u8::from_str_radix(digits, 16).ok()?, signs + 3))
    };
    if let Some(read) = character(rest, byte) {
        return Some(read);
    }
    let signs = signs(rest);
    let mut behind = rest[signs..].chars();
    match behind.next() {
        Some(c @ ('"' | '/' | '\'')) => Some((Some(c), signs + 1)),
        // `CORP\\nadia` is more often a name with a backslash than one with a line break.
        Some('n' | 'r' | 't' | 'f') if signs == 1 || !behind.next().is_some_and(char::is_lowercase) => {
            Some((Some(' '), signs + 1))
        }
        _ if signs > 1 => Some((Some('\\'), 2)),
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
        assert_eq!(read(r"M\xC3\xBCller \u{41}cme"), "Müller Acme");
        assert_eq!(read("&#65&#99me"), "Acme");
    }

    #[test]
    fn escapes_of_escapes_are_read_as_one() {
        for text in [
            r"\\u0041cme",
            r"\\\\u0041cme",
            "%2541cme",
            "%252541cme",
            "&amp;#65;cme",
            "&amp;amp;#x41;cme",
        ] {
            assert_eq!(read(text), "Acme", "{text}");
        }
        assert_eq!(
            read(r#"\\\"M\\u00fcller\\nCall\\\" \\ud83d\\ude00 CORP\\nadia"#),
            "\"Müller Call\" 😀 CORP\\nadia"
        );
        assert_eq!(read("100%25 of it, %25"), "100% of it, %");
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
