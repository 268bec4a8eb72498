//! Skeleton of a text: its letters and digits without case, accents, look-alikes and separators,
//! cut into tokens.
//!
//! Spellings of one name that a person takes for the same have the same skeleton:
//! `Otterness Pharmacy`, `otterness-pharmacy`, `OtternessPharmacy` and `Оttеrness <b>Pharmacy</b>`
//! with Cyrillic letters are all `otternesspharmacy`.

use unicode_security::confusable_detection::skeleton as confusable;

use crate::isolation::{
    escape,
    normalized::{NORMALIZER, holds_escape, is_mark, is_spaceless, unseen},
};

/// A text reduced to what identifies a name.
#[derive(Debug, Default)]
pub(in crate::isolation) struct Skeleton {
    /// Tokens one behind the other, without anything between them.
    pub(in crate::isolation) text: String,
    /// In the order of the text.
    pub(in crate::isolation) tokens: Vec<Token>,
}

/// A run of letters, or of digits, or one character of a script without blanks between words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::isolation) struct Token {
    /// Start in the skeleton.
    pub(in crate::isolation) at: usize,
    /// Start in the original.
    pub(in crate::isolation) from: usize,
    /// End in the original.
    pub(in crate::isolation) to: usize,
    /// Separator from the token before.
    pub(in crate::isolation) gap: Gap,
    /// Whether its first letter is a capital, or it has none of its own (digits, scripts without
    /// case).
    pub(in crate::isolation) capital: bool,
}

/// Separator between two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::isolation) enum Gap {
    /// Without a separator: only case or kind of character changes.
    None,
    /// A sign that joins: hyphen, underscore, slash.
    Sign,
    /// A dot, however disguised.
    Dot,
    /// White space, with or without other characters.
    Blank,
}

/// Digits that stand for a letter are replaced only in a run this short.
const DISGUISED_DIGITS: usize = 2;

/// Tags of markup that are separators and no words.
const TAGS: [&str; 26] = [
    "b", "i", "u", "s", "p", "q", "em", "br", "tt", "td", "tr", "th", "li", "hr", "del", "ins", "sub", "sup", "div",
    "wbr", "code", "span", "mark", "font", "small", "strong",
];

/// Words that stand in brackets for a dot or an at sign.
const DISGUISES: [&str; 10] = [".", "@", "dot", "at", "punkt", "point", "punto", "ponto", "chez", "bei"];

/// Longest tag or disguise, in bytes.
const LONGEST_TAG: usize = 12;

impl Skeleton {
    /// Returns the skeleton of a text as it stands, and that with escapes resolved if it may hold
    /// any.
    pub(in crate::isolation) fn each(text: &str) -> impl Iterator<Item = Self> {
        let escaped = holds_escape(text).then(|| Self::of(text, true));
        std::iter::once(Self::of(text, false)).chain(escaped)
    }

    /// Returns the skeleton of a name.
    pub(in crate::isolation) fn of_name(name: &str) -> Self {
        Self::of(name, false)
    }

    fn of(text: &str, unescape: bool) -> Self {
        if !unescape && text.is_ascii() {
            return Self::of_ascii(text);
        }
        Self::of_any(text, unescape)
    }

    /// Returns the skeleton of a text of ASCII, whose tokens are stretches of it.
    fn of_ascii(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut builder = Stretches {
            bytes,
            skeleton: Self {
                text: String::with_capacity(text.len()),
                tokens: Vec::with_capacity(text.len() / 6 + 1),
            },
            start: 0,
            gap: Gap::Blank,
        };
        // Of the character before, if it belongs to the token under way.
        let mut last = None;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let class = match byte {
                b'a'..=b'z' => Class::Lower,
                b'A'..=b'Z' => Class::Upper,
                b'0'..=b'9' => Class::Digit,
                _ => {
                    builder.close(at, false);
                    let (gap, length) = bracketed(&text[at..], char::from(byte)).unwrap_or((
                        match byte {
                            b'.' => Gap::Dot,
                            b' ' | b'\t' | b'\n' | b'\r' => Gap::Blank,
                            _ => Gap::Sign,
                        },
                        1,
                    ));
                    builder.gap = builder.gap.max(gap);
                    at += length;
                    (builder.start, last) = (at, None);
                    continue;
                }
            };
            match last {
                // `ACMELogistics`: the last capital begins the next word.
                Some(Class::Upper) if class == Class::Lower && at - builder.start > 1 => builder.close(at - 1, true),
                Some(last) if (last == Class::Digit) != (class == Class::Digit) => {
                    builder.close(at, class != Class::Digit);
                }
                Some(Class::Lower) if class == Class::Upper => builder.close(at, true),
                _ => {}
            }
            last = Some(class);
            at += 1;
        }
        builder.close(at, false);
        builder.skeleton
    }

    fn of_any(text: &str, unescape: bool) -> Self {
        let mut builder = Builder::new(text.len());
        let mut at = 0;
        while let Some(first) = text[at..].chars().next() {
            if let Some((gap, length)) = bracketed(&text[at..], first) {
                builder.separate(gap);
                at += length;
                continue;
            }
            let escape = unescape.then(|| escape::one(&text[at..], first)).flatten();
            let (c, length) = escape.unwrap_or((Some(first), first.len_utf8()));
            if let Some(c) = c {
                let c = if stands_for_counter(c, text, at, at + length) {
                    'ケ'
                } else {
                    c
                };
                builder.push(c, at, at + length);
            }
            at += length;
        }
        builder.close(false);
        builder.skeleton
    }

    /// Returns where the token ends in the skeleton.
    pub(in crate::isolation) fn end(&self, token: usize) -> usize {
        self.tokens.get(token + 1).map_or(self.text.len(), |next| next.at)
    }

    /// Returns the letters of a token.
    pub(in crate::isolation) fn token(&self, token: usize) -> &str {
        &self.text[self.tokens[token].at..self.end(token)]
    }

    /// Returns the number of the token that holds the last byte before an end.
    pub(in crate::isolation) fn last(&self, end: usize) -> usize {
        self.tokens.partition_point(|token| token.at < end).saturating_sub(1)
    }
}

/// Returns whether a character is one of the kana that are written for each other between two
/// ideographs, in names of places: `霧ヶ丘`, `霧ケ丘`, `霧が丘`.
pub(in crate::isolation) fn is_counter_kana(c: char) -> bool {
    matches!(c, 'ヶ' | 'ケ' | 'ヵ' | 'カ' | 'ガ' | 'が')
}

/// Returns whether a character of a text is such a kana and stands between two ideographs.
fn stands_for_counter(c: char, text: &str, from: usize, to: usize) -> bool {
    let is_ideograph = |c: char| matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}');
    is_counter_kana(c)
        && text[..from].chars().next_back().is_some_and(is_ideograph)
        && text[to..].chars().next().is_some_and(is_ideograph)
}

/// Returns the separator and the length of a tag of markup, or of a dot or at sign in brackets.
fn bracketed(rest: &str, first: char) -> Option<(Gap, usize)> {
    let close = match first {
        '<' => b'>',
        '[' => b']',
        '(' => b')',
        '{' => b'}',
        _ => return None,
    };
    let inside = rest.as_bytes().get(1..)?;
    let length = inside.iter().take(LONGEST_TAG).position(|byte| *byte == close)?;
    let inside = rest.get(1..=length)?.trim();
    if inside.starts_with("!--") {
        return Some((Gap::None, length + 2));
    }
    let is = |words: &[&str]| words.iter().any(|word| inside.eq_ignore_ascii_case(word));
    if first == '<' {
        let name = inside.trim_matches('/').trim();
        let tag = TAGS.iter().any(|tag| name.eq_ignore_ascii_case(tag));
        return tag.then_some((Gap::None, length + 2));
    }
    is(&DISGUISES).then_some((Gap::Dot, length + 2))
}

/// Kinds of characters between which a token ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
}

/// A skeleton of ASCII under way.
struct Stretches<'t> {
    bytes: &'t [u8],
    skeleton: Skeleton,
    /// Start of the token under way.
    start: usize,
    gap: Gap,
}

impl Stretches<'_> {
    /// Ends the token under way; `goes_on` says that a letter follows without anything between.
    fn close(&mut self, end: usize, goes_on: bool) {
        let word = &self.bytes[self.start..end];
        let Some(first) = word.first() else { return };
        let disguised = goes_on && first.is_ascii_digit() && word.len() <= DISGUISED_DIGITS;
        self.skeleton.tokens.push(Token {
            at: self.skeleton.text.len(),
            from: self.start,
            to: end,
            gap: std::mem::replace(&mut self.gap, Gap::None),
            capital: !first.is_ascii_lowercase(),
        });
        let letters = word.iter().map(|byte| folded(char::from(*byte), disguised));
        self.skeleton.text.extend(letters);
        self.start = end;
    }
}

struct Builder {
    skeleton: Skeleton,
    /// The token under way: each character, with where it stands in the original.
    word: Vec<(char, Class, usize, usize)>,
    gap: Gap,
}

impl Builder {
    fn new(length: usize) -> Self {
        Self {
            skeleton: Skeleton {
                text: String::with_capacity(length),
                tokens: Vec::with_capacity(length / 6 + 1),
            },
            word: Vec::with_capacity(24),
            gap: Gap::Blank,
        }
    }

    fn push(&mut self, c: char, from: usize, to: usize) {
        if c.is_ascii() {
            return self.plain(c, from, to);
        }
        if unseen(c) {
            return;
        }
        if c.is_whitespace() {
            return self.separate(Gap::Blank);
        }
        // Kana and Han: a small letter is typed for the large one, and a variant of a character for
        // the usual one.
        let c = usual(c);
        if matches!(c, '\u{4e00}'..='\u{9fff}') {
            // Unified ideographs are their own decomposition.
            return self.alone(c, from, to);
        }
        for c in NORMALIZER.normalize_iter(std::iter::once(c)) {
            if c.is_ascii() {
                self.plain(c, from, to);
            } else if matches!(c, '\u{3099}' | '\u{309a}') {
                // Marks of kana are part of the letter.
                self.skeleton.text.push(c);
            } else if is_mark(c) {
                // Accents are folded away.
            } else if is_spaceless(c) && c.is_alphabetic() {
                self.alone(c, from, to);
            } else if c.is_alphabetic() || c.is_numeric() {
                let class = if c.is_uppercase() { Class::Upper } else { Class::Lower };
                self.letter(c, class, from, to);
            } else {
                self.separate(if matches!(c, '。' | '․') {
                    Gap::Dot
                } else {
                    Gap::Sign
                });
            }
        }
    }

    fn plain(&mut self, c: char, from: usize, to: usize) {
        match c {
            'a'..='z' => self.letter(c, Class::Lower, from, to),
            'A'..='Z' => self.letter(c, Class::Upper, from, to),
            '0'..='9' => self.letter(c, Class::Digit, from, to),
            '.' => self.separate(Gap::Dot),
            ' ' | '\t' | '\n' | '\r' => self.separate(Gap::Blank),
            _ => self.separate(Gap::Sign),
        }
    }

    fn letter(&mut self, c: char, class: Class, from: usize, to: usize) {
        match self.word[..] {
            [.., (_, Class::Upper, ..), last @ (_, Class::Upper, ..)] if class == Class::Lower => {
                // `ACMELogistics`: the last capital begins the next word.
                self.word.pop();
                self.close(true);
                self.word.push(last);
            }
            [.., (_, last, ..)] if (last == Class::Digit) != (class == Class::Digit) => {
                self.close(class != Class::Digit);
            }
            [.., (_, Class::Lower, ..)] if class == Class::Upper => self.close(true),
            _ => {}
        }
        self.word.push((c, class, from, to));
    }

    /// Adds a character that is a token of its own.
    fn alone(&mut self, c: char, from: usize, to: usize) {
        self.close(false);
        let at = self.skeleton.text.len();
        let gap = std::mem::replace(&mut self.gap, Gap::None);
        self.skeleton.text.push(c);
        self.skeleton.tokens.push(Token {
            at,
            from,
            to,
            gap,
            capital: true,
        });
    }

    fn separate(&mut self, gap: Gap) {
        self.close(false);
        self.gap = self.gap.max(gap);
    }

    /// Ends the token under way; `goes_on` says that a letter follows without anything between.
    fn close(&mut self, goes_on: bool) {
        let (Some(first), Some(last)) = (self.word.first().copied(), self.word.last().copied()) else {
            return;
        };
        let at = self.skeleton.text.len();
        let gap = std::mem::replace(&mut self.gap, Gap::None);
        self.skeleton.tokens.push(Token {
            at,
            from: first.2,
            to: last.3,
            gap,
            capital: first.1 != Class::Lower,
        });
        let text = &mut self.skeleton.text;
        if self.word.iter().all(|(c, ..)| c.is_ascii()) {
            let disguised = goes_on && first.1 == Class::Digit && self.word.len() <= DISGUISED_DIGITS;
            self.word.iter().for_each(|(c, ..)| text.push(folded(*c, disguised)));
        } else {
            foreign(&self.word, text);
        }
        self.word.clear();
    }
}

/// Returns an ASCII letter or digit in small, with those alike that look alike in some case.
fn folded(c: char, disguised: bool) -> char {
    match c.to_ascii_lowercase() {
        'i' => 'l',
        '0' if disguised => 'o',
        '1' if disguised => 'l',
        c => c,
    }
}

/// Appends a token that holds letters beyond ASCII. Letters that look like those of ASCII are taken
/// for these if the token mixes both, or holds nothing else; a word of another script stays one.
fn foreign(word: &[(char, Class, usize, usize)], text: &mut String) {
    let twins: Vec<Option<char>> = word.iter().map(|(c, ..)| twin(*c)).collect();
    let mixed = word.iter().any(|(c, ..)| c.is_ascii() || latin(*c).is_some());
    let look_alike = mixed || twins.iter().all(Option::is_some);
    for ((c, ..), twin) in word.iter().zip(twins) {
        if let Some(letters) = latin(*c) {
            letters.chars().for_each(|c| text.push(folded(c, false)));
        } else if let Some(twin) = twin.filter(|_| look_alike) {
            text.push(twin);
        } else {
            c.to_lowercase().for_each(|c| text.push(c));
        }
    }
}

/// Returns the letter or digit of ASCII that a character is confused with (UTS 39), as a skeleton
/// has it.
fn twin(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(folded(c, false));
    }
    let one = |c: char| {
        let mut alike = confusable(c.encode_utf8(&mut [0; 4]))
            .filter(|c| !is_mark(*c))
            .collect::<Vec<_>>();
        let only = alike.pop().filter(|c| alike.is_empty() && c.is_ascii_alphanumeric())?;
        Some(match only {
            '0' => 'o',
            '1' => 'l',
            c => folded(c, false),
        })
    };
    one(c).or_else(|| c.to_uppercase().next().filter(|upper| *upper != c).and_then(one))
}

/// Returns how a Latin letter without a decomposition is written in ASCII.
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        'ħ' | 'Ħ' => "h",
        'ŧ' | 'Ŧ' => "t",
        'ŋ' | 'Ŋ' => "n",
        'ĸ' => "k",
        _ => return None,
    })
}

/// Returns the character that is usually typed for a variant of it.
fn usual(c: char) -> char {
    match c {
        'ヶ' => 'ケ',
        'ヵ' => 'カ',
        // Traditional forms, and those of new ones that names keep.
        '燈' => '灯',
        '龍' => '竜',
        '藏' => '蔵',
        '會' => '会',
        '學' => '学',
        '榮' => '栄',
        '寶' => '宝',
        '德' => '徳',
        '惠' => '恵',
        '壽' => '寿',
        '條' => '条',
        '萬' => '万',
        '關' => '関',
        '縣' => '県',
        '鐵' => '鉄',
        '瀧' => '滝',
        '檜' => '桧',
        '彌' => '弥',
        '靜' => '静',
        '醫' => '医',
        '樂' => '楽',
        '氣' => '気',
        '豐' => '豊',
        '舊' => '旧',
        '總' => '総',
        '體' => '体',
        '圓' => '円',
        '眞' => '真',
        '黑' => '黒',
        '嶋' | '嶌' => '島',
        '峯' => '峰',
        '髙' => '高',
        '﨑' | '嵜' => '崎',
        '濵' | '濱' => '浜',
        '邊' | '邉' => '辺',
        '澤' => '沢',
        '齋' | '齊' | '斉' => '斎',
        '廣' => '広',
        '國' => '国',
        '櫻' => '桜',
        '﨟' => '臈',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_skeleton() {
        for (text, skeleton) in [
            ("Otterness Pharmacy", "otternesspharmacy"),
            ("OTTERNESS-pharmacy", "otternesspharmacy"),
            ("OtternessPharmacy", "otternesspharmacy"),
            ("otterness, <b>pharmacy</b>", "otternesspharmacy"),
            ("Оttеrness Рharmacy", "otternesspharmacy"),
            ("0tterness Pharmacy", "otternesspharmacy"),
            ("Ｏtterness\nPhärmacy", "otternesspharmacy"),
            ("Zürich", "zurlch"),
            ("Straße", "strasse"),
            ("Łódź Ødegård", "lodzodegard"),
            ("㈱霧ヶ丘灯台", "株霧ケ丘灯台"),
            ("霧が丘燈台", "霧ケ丘灯台"),
            ("霧カ丘灯台", "霧ケ丘灯台"),
            ("Гринфилд", "гринфилд"),
            ("АСМЕ", "acme"),
            ("acme[.]example", "acmeexample"),
            ("jo (at) acme (dot) example", "joacmeexample"),
        ] {
            assert_eq!(Skeleton::of_name(text).text, skeleton.replace('i', "l"), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn text_of_ascii_has_the_skeleton_of_any(
            text in "((<b>|</td>|[\\[(]dot[\\])]|<x|[A-Z]{1,4}|[a-z]{1,4}|[0-9]{1,3}|[ .,\\[(<{\t_-]){0,12})",
        ) {
            let (fast, slow) = (Skeleton::of_ascii(&text), Skeleton::of_any(&text, false));
            proptest::prop_assert_eq!(fast.text, slow.text);
            proptest::prop_assert_eq!(fast.tokens, slow.tokens);
        }
    }

    #[test]
    fn unified_ideographs_are_not_decomposed() {
        for c in '\u{4e00}'..='\u{9fff}' {
            assert!(NORMALIZER.normalize_iter(std::iter::once(c)).eq([c]), "{c}");
            assert!(is_spaceless(c), "{c}");
        }
    }

    #[test]
    fn tokens_lead_back_to_the_original() {
        let text = "see ACMELogistics2, 霧ヶ丘";
        let skeleton = Skeleton::of_name(text);
        let tokens = skeleton.tokens.iter().map(|token| &text[token.from..token.to]);
        assert_eq!(
            tokens.collect::<Vec<_>>(),
            ["see", "ACME", "Logistics", "2", "霧", "ヶ", "丘"]
        );
        let gaps = skeleton.tokens.iter().map(|token| token.gap);
        let expected = [
            Gap::Blank,
            Gap::Blank,
            Gap::None,
            Gap::None,
            Gap::Blank,
            Gap::None,
            Gap::None,
        ];
        assert_eq!(gaps.collect::<Vec<_>>(), expected);
    }
}
