//! Spellings of a name that people type: its core without legal forms, as skeletons.

use std::{collections::BTreeSet, sync::LazyLock};

use super::skeleton::{Gap, Skeleton};
use crate::isolation::{Kind, normalized::is_spaceless};

/// A skeleton that stands for a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) grade: Grade,
}

/// Confidence that a text means the name if the key stands in it; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::isolation) enum Grade {
    /// Several words, one of which is no common word: it means the name wherever it stands.
    Words,
    /// One word that is no common one: it means the name unless it is put together of other words.
    Word,
    /// A domain: it means the name where its last label follows a dot.
    Domain,
    /// An id: it means the name where no blank and no dot stands inside, and a UUID anywhere.
    Id,
    /// Several common words: they mean the name where they are written as one, with capitals or
    /// joined.
    CommonWords,
    /// A common or very short word: a person decides.
    CommonWord,
}

impl Grade {
    pub(super) const ALL: [Self; 6] = [
        Self::Words,
        Self::Word,
        Self::Domain,
        Self::Id,
        Self::CommonWords,
        Self::CommonWord,
    ];
}

/// Keys of fewer bytes are not looked for.
const SHORTEST: usize = 4;

/// A key of more bytes is not looked for: no name is so long.
const LONGEST: usize = 160;

/// Most tokens of a legal form.
const FORM_TOKENS: usize = 16;

/// A name of one word in a script without blanks has at least this many characters; with fewer it
/// is an ordinary word.
const SPACELESS: usize = 3;

/// The words that join two parts of a name, as skeletons have them.
const CONNECTIVES: [&str; 9] = ["and", "und", "et", "y", "e", "en", "og", "och", "l"];

/// Words at the end of a name that are often left out.
const GROUPS: [&str; 8] = [
    "group", "gruppe", "groupe", "gruppo", "grupo", "grupa", "holdlng", "holdlngs",
];

static FORMS: LazyLock<WordList> = LazyLock::new(|| lines().map(|(form, _)| form).collect());
static FRONT_FORMS: LazyLock<WordList> =
    LazyLock::new(|| lines().filter(|(_, front)| *front).map(|(form, _)| form).collect());
/// Beginnings of legal forms behind a name, and of those in front of one.
static BEGUN_FORMS: LazyLock<WordList> = LazyLock::new(|| begun(&FORMS));
static BEGUN_FRONT_FORMS: LazyLock<WordList> = LazyLock::new(|| begun(&FRONT_FORMS));
static COMMON: LazyLock<WordList> = LazyLock::new(|| {
    let lines = include_str!("common.txt").lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    words.map(|word| Skeleton::of_name(word).text).collect()
});

/// Set of words. Its first bytes and lengths reject most lookups.
#[derive(Debug)]
struct WordList {
    words: BTreeSet<String>,
    bits: [u64; PLACES / 64],
}

/// Bits of the words: few lists have more than a thousand.
const PLACES: usize = 1 << 15;

impl WordList {
    fn contains(&self, word: &str) -> bool {
        let place = Self::place(word);
        self.bits[place / 64] & 1 << (place % 64) != 0 && self.words.contains(word)
    }

    fn place(word: &str) -> usize {
        let mut first = [0; 8];
        let length = word.len().min(first.len());
        first[..length].copy_from_slice(&word.as_bytes()[..length]);
        let hash = (u64::from_le_bytes(first) ^ (word.len() as u64) << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (hash >> 49) as usize % PLACES
    }
}

impl FromIterator<String> for WordList {
    fn from_iter<I: IntoIterator<Item = String>>(words: I) -> Self {
        let words: BTreeSet<String> = words.into_iter().collect();
        let mut bits = [0; PLACES / 64];
        for place in words.iter().map(|word| Self::place(word)) {
            bits[place / 64] |= 1 << (place % 64);
        }
        Self { words, bits }
    }
}

/// Returns the beginnings of words, and the words.
fn begun(words: &WordList) -> WordList {
    let beginnings = |word: &String| {
        let ends: Vec<usize> = word
            .char_indices()
            .skip(1)
            .map(|(at, _)| at)
            .chain([word.len()])
            .collect();
        ends.into_iter().map(|end| word[..end].to_owned()).collect::<Vec<_>>()
    };
    words.words.iter().flat_map(beginnings).collect()
}

fn lines() -> impl Iterator<Item = (String, bool)> {
    let lines = include_str!("forms.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let form = line.trim_start_matches('^');
        (Skeleton::of_name(form).text, form != line)
    })
}

/// Returns whether a word is common in sentences that name no tenant.
pub(super) fn is_common(word: &str) -> bool {
    let is_listed =
        |word: &str| COMMON.contains(word) || word.strip_suffix('s').is_some_and(|one| COMMON.contains(one));
    is_listed(word)
        || plain_vowels(word).is_some_and(|plain| is_listed(&plain))
        || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the spellings of a tenant's name, in order, each once.
pub(super) fn of_name(name: &str) -> Vec<Key> {
    let mut keys = BTreeSet::new();
    let mut listed = None;
    each_core(name, |spelling, skeleton, tokens, whole| {
        let own = grade(skeleton, tokens);
        // Another spelling of common words is no surer than they are.
        let grade = own.max(*listed.get_or_insert(own));
        let mut add = |text: String| {
            keys.insert(Key { text, grade });
        };
        let text = joined(skeleton, tokens);
        if let Some(plural) = plural(&text).filter(|_| grade <= Grade::Word) {
            add(plural);
        }
        if is_searchable(&text) {
            add(text);
        }
        if whole {
            connectives(spelling, skeleton, tokens, add);
        }
    });
    let mut keys: Vec<_> = keys.into_iter().collect();
    // The surest grade of each comes first.
    keys.dedup_by(|next, first| next.text == first.text);
    keys
}

/// Reports the text of every key of a name, without the grades, which take as long again.
pub(super) fn each_of_name(name: &str, mut report: impl FnMut(&str)) {
    each_core(name, |spelling, skeleton, tokens, whole| {
        let text = joined(skeleton, tokens);
        plural(&text).iter().for_each(|plural| report(plural));
        if is_searchable(&text) {
            report(&text);
        }
        if whole {
            connectives(spelling, skeleton, tokens, |text| report(&text));
        }
    });
}

/// Reports each spelling of a name with its tokens but for legal forms, and the same without an
/// article or a word for a group. Says whether it has all tokens.
fn each_core(name: &str, mut report: impl FnMut(&str, &Skeleton, &[usize], bool)) {
    for spelling in spellings(name) {
        let skeleton = Skeleton::of_name(&spelling);
        let tokens = core(&skeleton);
        report(&spelling, &skeleton, &tokens, true);
        if let [first, rest @ ..] = &tokens[..]
            && skeleton.token(*first) == "the"
        {
            report(&spelling, &skeleton, rest, false);
        }
        if let [rest @ .., last] = &tokens[..]
            && GROUPS.contains(&skeleton.token(*last))
        {
            report(&spelling, &skeleton, rest, false);
        }
    }
}

/// Returns letters that every key of a name begins with: those of its first words, up to one that a
/// key may leave out or replace, at most `MOST_BEGUN`. None unless that is plain to see: of words
/// in ASCII, each in small letters behind its first or in capitals.
pub(super) fn beginning(name: &str) -> Option<NameStart> {
    let mut beginning = NameStart::default();
    let mut rest = name.as_bytes();
    for number in 0.. {
        let signs = rest
            .iter()
            .take_while(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
        let (signs, behind) = rest.split_at(signs.count());
        let length = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let (word, behind) = behind.split_at(length);
        rest = behind;
        // The plural of what ends in `y` replaces it.
        let ends = word.is_empty() && rest.is_empty();
        let plain = !ends && !signs.iter().any(|sign| b"&+(<[{".contains(sign)) && is_plain(word, rest);
        let mut own = NameStart::default();
        own.extend(word);
        let stays = plain
            && match number {
                0 => own.text() != "the" && !BEGUN_FRONT_FORMS.contains(own.text()),
                _ => {
                    !CONNECTIVES.contains(&own.text())
                        && !GROUPS.contains(&own.text())
                        && !BEGUN_FORMS.contains(own.text())
                }
            };
        if !stays {
            break;
        }
        beginning.extend(word);
        if beginning.length == MOST_BEGUN {
            break;
        }
    }
    while beginning.text().ends_with('y') {
        beginning.length -= 1;
    }
    (beginning.length > 0).then_some(beginning)
}

/// Returns the first letters of `beginning`, if its first word has them and more; looking at the
/// other words takes longer.
pub(super) fn first_letters(name: &str) -> Option<[u8; SHORTEST]> {
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (word, behind) = name.as_bytes().split_at(length);
    if length <= SHORTEST || !is_plain(word, behind) {
        return None;
    }
    let mut own = NameStart::default();
    own.extend(word);
    let letters = own.text();
    let stays = !BEGUN_FRONT_FORMS.contains(letters);
    stays.then(|| letters.as_bytes().first_chunk().copied()).flatten()
}

/// Whether a word is one token, written in one way: its letters are ASCII, of one case but for the
/// first, and no two of them are the spelling of one vowel.
fn is_plain(word: &[u8], behind: &[u8]) -> bool {
    let small = word.iter().skip(1).all(u8::is_ascii_lowercase);
    let letters = word.iter().all(u8::is_ascii_alphabetic);
    let vowels = word.windows(2).any(|pair| is_vowel([pair[0], pair[1]]));
    letters && (small || word.iter().all(u8::is_ascii_uppercase)) && !vowels && behind.first().is_none_or(u8::is_ascii)
}

/// Letters of a beginning, as skeletons have them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::isolation) struct NameStart {
    letters: [u8; MOST_BEGUN],
    length: usize,
}

/// Length of a beginning: with it, few names are alike.
const MOST_BEGUN: usize = 16;

impl NameStart {
    fn extend(&mut self, word: &[u8]) {
        for (to, letter) in self.letters[self.length..].iter_mut().zip(word) {
            *to = match letter.to_ascii_lowercase() {
                b'i' => b'l',
                letter => letter,
            };
            self.length += 1;
        }
    }

    /// Returns the letters.
    pub(in crate::isolation) fn text(&self) -> &str {
        str::from_utf8(&self.letters[..self.length]).expect("letters of ASCII")
    }
}

/// Returns the first bytes of the keys of a name, at most `MOST_BEGUN`, one of which each key
/// begins with; none unless they follow from the first word alone.
pub(super) fn beginnings(name: &str) -> Option<Vec<Vec<u8>>> {
    let word = name.split(' ').next()?;
    // Brackets reach over blanks, and a legal form in a script without blanks may stand in front.
    if name.contains(['(', '（']) || word.contains(['<', '[', '{']) || word.chars().any(is_spaceless) {
        return None;
    }
    let beginning = |spelling: String| {
        let skeleton = Skeleton::of_name(&spelling);
        let token = (!skeleton.tokens.is_empty()).then(|| skeleton.token(0))?;
        // Of a shorter one, what follows may be another letter in some key.
        let begins = token.len() > SHORTEST + 1 && token != "the" && !FRONT_FORMS.contains(token);
        // The plural of what ends in `y` replaces it.
        let certain = &token.as_bytes()[..token.len().min(MOST_BEGUN + 1).saturating_sub(1)];
        begins.then(|| certain.to_vec())
    };
    spellings(word).into_iter().map(beginning).collect()
}

/// Returns the spelling of an id of letters and digits, which people type with other signs or
/// none; none of any other.
pub(super) fn of_id(id: &str) -> Option<Key> {
    let letters = id.chars().any(char::is_alphabetic);
    let digits = id.bytes().any(|byte| byte.is_ascii_digit());
    let key = (letters && digits).then(|| Key {
        text: Skeleton::of_name(id).text,
        grade: Grade::Id,
    });
    key.filter(|key| is_searchable(&key.text))
}

/// Returns the spellings of a domain: the whole, which are a domain's, and its longest label if
/// that is no common word, which is a name's.
pub(super) fn of_domain(domain: &str) -> Vec<(Key, Kind)> {
    let [whole, spoken] = whole_domain(domain);
    let whole = Key {
        text: whole,
        grade: Grade::Domain,
    };
    let spoken = Key {
        text: spoken,
        grade: Grade::Words,
    };
    let mut keys = vec![(whole, Kind::Domain), (spoken, Kind::Domain)];
    if let Some(label) = longest_label(domain) {
        let own = of_name(label).into_iter();
        let own = own.filter(|key| key.grade <= Grade::Word && key.text.len() > SHORTEST);
        keys.extend(own.map(|key| (key, Kind::Name)));
    }
    keys.retain(|(key, _)| is_searchable(&key.text));
    keys
}

/// Reports the text of every key of a domain, and perhaps more.
pub(super) fn each_of_domain(domain: &str, mut report: impl FnMut(&str)) {
    let whole = whole_domain(domain);
    whole
        .iter()
        .filter(|text| is_searchable(text))
        .for_each(|text| report(text));
    if let Some(label) = longest_label(domain) {
        each_of_name(label, report);
    }
}

/// Returns the skeletons of a domain as it is written and as it is spoken.
fn whole_domain(domain: &str) -> [String; 2] {
    [domain, &domain.replace('.', " dot ")].map(|spelling| Skeleton::of_name(spelling).text)
}

fn longest_label(domain: &str) -> Option<&str> {
    let (labels, _) = domain.rsplit_once('.')?;
    labels.split('.').max_by_key(|label| label.len())
}

/// Returns the ways to write the characters of a name.
fn spellings(name: &str) -> Vec<String> {
    let mut spellings = vec![name.to_owned()];
    if !name.is_ascii() {
        // A letter may look like one of ASCII in capitals only.
        let others = [
            name.to_lowercase(),
            name.to_uppercase(),
            name.chars().map(transcribed).collect(),
        ];
        spellings.extend(others.into_iter().filter(|other| other != name));
    } else if let Some(plain) = plain_vowels(name) {
        spellings.push(plain);
    }
    if let Some((before, rest)) = name.split_once(['(', '（'])
        && let Some((_, after)) = rest.split_once([')', '）'])
        && before.chars().chain(after.chars()).any(char::is_alphanumeric)
    {
        spellings.push(format!("{before} {after}"));
    }
    spellings
}

/// Writes an umlaut as a keyboard without one does.
fn transcribed(c: char) -> String {
    let letters = match c {
        'ä' | 'Ä' => "ae",
        'ö' | 'Ö' | 'ø' | 'Ø' => "oe",
        'ü' | 'Ü' => "ue",
        'å' | 'Å' => "aa",
        _ => return c.to_string(),
    };
    letters.to_owned()
}

/// Returns the name with each transcribed umlaut as its vowel; none if it holds none.
fn plain_vowels(name: &str) -> Option<String> {
    let plain = [("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")];
    if !name.as_bytes().windows(2).any(|pair| is_vowel([pair[0], pair[1]])) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let replaced = plain
        .iter()
        .fold(lower.clone(), |name, (written, vowel)| name.replace(written, vowel));
    Some(replaced)
}

/// Whether two letters are the spelling of one vowel on a keyboard without it.
fn is_vowel(pair: [u8; 2]) -> bool {
    matches!(
        &pair.map(|letter| letter.to_ascii_lowercase()),
        b"ae" | b"oe" | b"ue" | b"aa"
    )
}

/// Returns the tokens of a name without its legal forms; all of them if it is nothing else.
fn core(skeleton: &Skeleton) -> Vec<usize> {
    let mut from = 0;
    let mut to = skeleton.tokens.len();
    while let Some(length) = form_before(skeleton, from, to).filter(|length| from + length < to) {
        to -= length;
    }
    while let Some(length) = form_after(skeleton, from, to).filter(|length| from + length < to) {
        from += length;
    }
    (from..to).collect()
}

/// Returns how many tokens before an end are a legal form.
pub(super) fn form_before(skeleton: &Skeleton, from: usize, to: usize) -> Option<usize> {
    let most = FORM_TOKENS.min(to.saturating_sub(from));
    (1..=most).rev().find(|length| {
        let first = to - length;
        begins_word(skeleton, first) && FORMS.contains(&skeleton.text[skeleton.tokens[first].at..skeleton.end(to - 1)])
    })
}

/// Returns how many tokens from one on are a legal form that stands before a name.
pub(super) fn form_after(skeleton: &Skeleton, from: usize, to: usize) -> Option<usize> {
    let most = FORM_TOKENS.min(to.saturating_sub(from));
    (1..=most).rev().find(|length| {
        let end = from + length;
        let ends = end == skeleton.tokens.len() || begins_word(skeleton, end);
        ends && FRONT_FORMS.contains(&skeleton.text[skeleton.tokens[from].at..skeleton.end(end - 1)])
    })
}

/// Returns how many tokens from one on are a legal form that stands behind a name, with nothing
/// joined to it. One of two letters in small is a word.
pub(super) fn form_behind(skeleton: &Skeleton, from: usize) -> Option<usize> {
    let most = FORM_TOKENS.min(skeleton.tokens.len() - from);
    (1..=most).rev().find(|length| {
        let end = from + length;
        let ends = skeleton.tokens.get(end).is_none_or(|next| next.gap == Gap::Blank);
        let form = &skeleton.text[skeleton.tokens[from].at..skeleton.end(end - 1)];
        ends && (form.len() > 2 || skeleton.tokens[from].capital) && FORMS.contains(form)
    })
}

/// Returns whether tokens are followed by a legal form, both with a capital. Forms of two letters
/// are abbreviations of much else.
pub(super) fn is_company(skeleton: &Skeleton, first: usize, last: usize) -> bool {
    let is_capital = |token: usize| skeleton.tokens.get(token).is_some_and(|token| token.capital);
    let is_form = |length| skeleton.end(last + length) - skeleton.tokens[last + 1].at > 2;
    is_capital(first) && is_capital(last + 1) && form_behind(skeleton, last + 1).is_some_and(is_form)
}

/// Returns whether a word begins at a token: nothing but a change of case does not begin one.
fn begins_word(skeleton: &Skeleton, token: usize) -> bool {
    token == 0 || skeleton.tokens[token].gap != Gap::None || is_alone(skeleton, token) || is_alone(skeleton, token - 1)
}

pub(super) fn is_alone(skeleton: &Skeleton, token: usize) -> bool {
    skeleton.token(token).chars().next().is_some_and(is_spaceless)
}

/// Reports the spellings with each word for `&`, and that without one.
fn connectives(name: &str, skeleton: &Skeleton, tokens: &[usize], mut report: impl FnMut(String)) {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return;
    };
    let inner = tokens
        .iter()
        .position(|token| token != first && token != last && CONNECTIVES[..8].contains(&skeleton.token(*token)));
    let (before, after) = if let Some(at) = inner {
        (&tokens[..at], &tokens[at + 1..])
    } else if let Some(sign) = name.find(['&', '+', '＆']) {
        let at = tokens.iter().position(|token| skeleton.tokens[*token].from > sign);
        tokens.split_at(at.unwrap_or(tokens.len()))
    } else {
        return;
    };
    if before.is_empty() || after.is_empty() {
        return;
    }
    let (before, after) = (joined(skeleton, before), joined(skeleton, after));
    let each = CONNECTIVES.iter().chain([&""]);
    let texts = each.map(|connective| format!("{before}{connective}{after}"));
    texts.filter(|text| is_searchable(text)).for_each(&mut report);
}

fn joined(skeleton: &Skeleton, tokens: &[usize]) -> String {
    tokens.iter().map(|token| skeleton.token(*token)).collect()
}

/// Returns the plural of what ends in `y`, `Pharmacies`, without its `s`: the search allows one
/// behind any key.
fn plural(text: &str) -> Option<String> {
    let stem = text.strip_suffix('y').filter(|_| is_searchable(text))?;
    Some(format!("{stem}le"))
}

fn is_searchable(text: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&text.len())
}

/// Returns whether a letter of a skeleton is the first of a character as it is written: a syllable
/// of Hangul is two letters or three.
fn begins_character(letter: char) -> bool {
    !matches!(letter, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7ff}')
}

fn grade(skeleton: &Skeleton, tokens: &[usize]) -> Grade {
    let text = joined(skeleton, tokens);
    if text.chars().all(|c| is_spaceless(c) || c == 'ー') {
        let ordinary = text.chars().filter(|c| begins_character(*c)).count() < SPACELESS || is_common(&text);
        return if ordinary { Grade::CommonWord } else { Grade::Words };
    }
    let uncommon = |token: &usize| {
        let word = skeleton.token(*token);
        word.chars().count() > 2 && !is_common(word)
    };
    match tokens {
        [only] if uncommon(only) => Grade::Word,
        [] | [_] => Grade::CommonWord,
        several if several.iter().any(uncommon) => {
            let one = several[1..]
                .iter()
                .all(|token| skeleton.tokens[*token].gap == Gap::None);
            if one && text.len() < 2 * SHORTEST {
                Grade::Word
            } else {
                Grade::Words
            }
        }
        _ => Grade::CommonWords,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_core_has_no_legal_form() {
        for (name, core) in [
            ("Otterness Pharmacy Inc.", "otternesspharmacy"),
            ("Otterness Pharmacy, Inc", "otternesspharmacy"),
            ("株式会社霧ヶ丘灯台", "霧ケ丘灯台"),
            ("霧ヶ丘灯台（株）", "霧ケ丘灯台"),
            ("Nordwind Versicherung GmbH & Co. KG", "nordwindversicherung"),
            ("Zelenka Doprava spol. s r.o.", "zelenkadoprava"),
            ("Fabryka Lin Sp. z o.o.", "fabrykalin"),
            ("Café Brûlé S.A.R.L.", "cafebrule"),
            ("Tulipán Norte, S.A. de C.V.", "tulipannorte"),
            ("Fjordlys A/S", "fjordlys"),
            ("Kuusamo Puu Oy", "kuusamopuu"),
            ("ООО «Ромашка Плюс»", "ромашкаплюс"),
            ("Van Dijk Bloemen B.V.", "vandijkbloemen"),
            ("Officine Ferretti S.p.A.", "officineferretti"),
            ("Limited", "limited"),
            ("주식회사 한빛소프트", "한빛소프트"),
            ("한빛소프트(주)", "한빛소프트"),
            ("特定非営利活動法人霧の灯", "霧の灯"),
            ("บริษัท สยามทอง จำกัด (มหาชน)", "สยามทอง"),
            ("Công ty TNHH Sương Mai", "suongmai"),
            ("شركة النور التجارية", "النورالتجارية"),
            ("חברת אורן ים בע\"מ", "אורןים"),
        ] {
            let text = Skeleton::of_name(&core.replace('i', "l")).text;
            let keys = of_name(name);
            assert!(keys.iter().any(|key| key.text == text), "{name}: {keys:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4 * ProptestConfig::default().cases))]

        #[test]
        fn beginning_is_that_of_every_key(
            name in "((Blue|The|SOCIETE|Group|Otterness|Pharmacy|Limited|and|og|y|Co|KG|spol|s|r|o|SA|Holding|Stiftung|[A-Z]?[a-z]{1,7}|[A-Z]{2,4})[ .,'-]{1,2}){1,5}",
        ) {
            let Some(found) = beginning(&name) else { return Ok(()) };
            let beginning = found.text();
            let mut keys = Vec::new();
            each_of_name(&name, |key| keys.push(key.to_owned()));
            for key in keys {
                prop_assert!(key.starts_with(beginning), "{name}: {key} and {beginning}");
            }
        }
    }

    #[test]
    fn common_words_alone_are_no_particular_name() {
        for (name, grade) in [
            ("Otterness Pharmacy Inc.", Grade::Words),
            ("Otterness AG", Grade::Word),
            ("Apple Inc.", Grade::CommonWord),
            ("Support Ltd", Grade::CommonWord),
            ("Blue Sky LLC", Grade::CommonWords),
            ("東京株式会社", Grade::CommonWord),
            ("霧ヶ丘灯台株式会社", Grade::Words),
            ("주식회사 한", Grade::CommonWord),
            ("주식회사 한빛소프트", Grade::Words),
        ] {
            assert_eq!(of_name(name).iter().map(|key| key.grade).min(), Some(grade), "{name}");
        }
    }
}
