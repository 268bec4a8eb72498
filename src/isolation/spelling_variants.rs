//! Other ways in which a name of several words is written where blanks are not: in addresses, file
//! names, names of channels.

use super::normalized::is_spaceless;

/// Most variants of a name.
pub(super) const MOST: usize = 5;

/// Words without anything between them, or with a blank where the name has none, are taken for the
/// name only if they are so long together: `At Home` is no `athome`, and `Check-In` no check in.
const LONG: usize = 8;

/// Whether a character parts words, in the form in which names are looked for. `O'Neil` is one.
pub(super) fn parts(c: char) -> bool {
    c == ' ' || c.is_ascii_punctuation() && c != '\''
}

/// The other writings of a name that is in the form in which names are looked for; those of at
/// least so many characters, the signs between its words not counted.
pub(super) fn others(name: &str, least: usize) -> Vec<String> {
    let words: Vec<&str> = name.split(parts).filter(|word| !word.is_empty()).collect();
    let length: usize = words.iter().map(|word| weight(word)).sum();
    if words.len() < 2 || length < least || !name.contains(char::is_alphabetic) {
        return Vec::new();
    }
    let between = ["-", "_", "."].into_iter();
    let others = between.chain(["", " "].into_iter().filter(|_| length >= LONG));
    let others = others.map(|sign| words.join(sign));
    others.filter(|other| other != name).collect()
}

/// Digits of a UUID, and after how many of them it has a hyphen.
const UUID: usize = 32;
const HYPHENS: [usize; 4] = [8, 12, 16, 20];

/// Returns a UUID, in the form in which names are looked for, with hyphens if it has none, and
/// without if it has some.
pub(super) fn uuid_variant(id: &str) -> Option<String> {
    let unmarked: String = id.chars().filter(|c| *c != '-').collect();
    if unmarked.len() != UUID || !unmarked.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    if unmarked.len() < id.len() {
        return Some(unmarked);
    }
    let digits = unmarked.chars().enumerate();
    let hyphenated = digits.flat_map(|(at, digit)| HYPHENS.contains(&at).then_some('-').into_iter().chain([digit]));
    Some(hyphenated.collect())
}

/// Returns the weight of a text in characters. A character of a script without blanks between words
/// counts as two letters.
pub(super) fn weight(text: &str) -> usize {
    text.chars().map(|c| if is_spaceless(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_as_programs_join_them() {
        assert_eq!(
            others("bolt freight", 4),
            ["bolt-freight", "bolt_freight", "bolt.freight", "boltfreight"]
        );
        assert_eq!(
            others("coca-cola", 4),
            ["coca_cola", "coca.cola", "cocacola", "coca cola"]
        );
        assert_eq!(others("o'neil & sons", 4)[0], "o'neil-sons");
        assert_eq!(others("京都電子 株式会社", 4)[3], "京都電子株式会社");
        assert!(others("bolt freight", 4).len() <= MOST);
    }

    #[test]
    fn what_is_short_together_is_an_ordinary_word() {
        assert_eq!(others("at home", 4), ["at-home", "at_home", "at.home"]);
        for name in ["at&t", "bolt", "o'neil", "2026 01", "& -", ""] {
            assert!(others(name, 4).is_empty(), "{name}");
        }
    }
}
