//! Spellings of a name that people type: its core without legal forms, as skeletons.

use std::{collections::BTreeSet, sync::LazyLock};

use super::skeleton::{Gap, Skeleton};
use crate::isolation::{Kind, form::is_spaceless};

/// A skeleton that stands for a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) grade: Grade,
}

/// How surely a text means the name where the key stands in it; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::isolation) enum Grade {
    /// Several words, one of which is no common word: it means the name wherever it stands.
    Words,
    /// One word that is no common one: it means the name unless it is put together of other words.
    Word,
    /// A domain: it means the name where its last label follows a dot.
    Domain,
    /// Several common words: they mean the name where they are written as one, with capitals or joined.
    CommonWords,
    /// A common or very short word: a person decides.
    CommonWord,
}

/// Keys of fewer bytes are not looked for.
const SHORTEST: usize = 4;

/// A key of more bytes is not looked for: no name is so long.
const LONGEST: usize = 160;

/// No legal form has more tokens.
const FORM_TOKENS: usize = 7;

/// A name of one word in a script without blanks has at least this many characters; with fewer it is an ordinary word.
const SPACELESS: usize = 3;

/// The words that join two parts of a name, as skeletons have them.
const CONNECTIVES: [&str; 9] = ["and", "und", "et", "y", "e", "en", "og", "och", "l"];

/// Words at the end of a name that are often left out.
const GROUPS: [&str; 8] = [
    "group", "gruppe", "groupe", "gruppo", "grupo", "grupa", "holdlng", "holdlngs",
];

static FORMS: LazyLock<BTreeSet<String>> = LazyLock::new(|| lines().map(|(form, _)| form).collect());
static FRONT_FORMS: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| lines().filter(|(_, front)| *front).map(|(form, _)| form).collect());
static COMMON: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let lines = include_str!("common.txt").lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    words.map(|word| Skeleton::of_name(word).text).collect()
});

fn lines() -> impl Iterator<Item = (String, bool)> {
    let lines = include_str!("forms.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let form = line.trim_start_matches('^');
        (Skeleton::of_name(form).text, form != line)
    })
}

/// Returns whether a word stands in sentences whoever is a tenant.
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
    for spelling in spellings(name) {
        let skeleton = Skeleton::of_name(&spelling);
        let tokens = core(&skeleton);
        let own = grade(&skeleton, &tokens);
        // Another spelling of common words is no surer than they are.
        let floor = *listed.get_or_insert(own);
        add(&mut keys, &skeleton, &tokens, floor);
        if let [first, rest @ ..] = &tokens[..]
            && skeleton.token(*first) == "the"
        {
            add(&mut keys, &skeleton, rest, floor);
        }
        if let [rest @ .., last] = &tokens[..]
            && GROUPS.contains(&skeleton.token(*last))
        {
            add(&mut keys, &skeleton, rest, floor);
        }
        connectives(&mut keys, &spelling, &skeleton, &tokens, floor);
    }
    let mut keys: Vec<_> = keys.into_iter().collect();
    // The surest grade of each comes first.
    keys.dedup_by(|next, first| next.text == first.text);
    keys
}

/// Returns the first `SHORTEST` bytes of the keys of a name, at least one of which each key begins with; none unless they follow from
/// the first word alone.
pub(super) fn beginnings(name: &str) -> Option<Vec<[u8; SHORTEST]>> {
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
        begins.then(|| token.as_bytes().first_chunk().copied()).flatten()
    };
    spellings(word).into_iter().map(beginning).collect()
}

/// Returns the spellings of a domain: the whole, which are a domain's, and its longest label if that is no common word, which is a
/// name's.
pub(super) fn of_domain(domain: &str) -> Vec<(Key, Kind)> {
    let whole = Key {
        text: Skeleton::of_name(domain).text,
        grade: Grade::Domain,
    };
    let spoken = Key {
        text: Skeleton::of_name(&domain.replace('.', " dot ")).text,
        grade: Grade::Words,
    };
    let mut keys = vec![(whole, Kind::Domain), (spoken, Kind::Domain)];
    let labels = domain.rsplit_once('.').map_or("", |(labels, _)| labels);
    if let Some(label) = labels.split('.').max_by_key(|label| label.len()) {
        let own = of_name(label).into_iter();
        let own = own.filter(|key| key.grade <= Grade::Word && key.text.len() > SHORTEST);
        keys.extend(own.map(|key| (key, Kind::Name)));
    }
    keys.retain(|(key, _)| is_searchable(&key.text));
    keys
}

/// Returns the ways to write the characters of a name.
fn spellings(name: &str) -> Vec<String> {
    let mut spellings = vec![name.to_owned()];
    if !name.is_ascii() {
        // A letter may look like one of ASCII in capitals only.
        spellings.extend([name.to_lowercase(), name.to_uppercase()]);
        spellings.push(name.chars().map(transcribed).collect());
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
    let is_written = |pair: &[u8]| {
        let pair = [pair[0].to_ascii_lowercase(), pair[1].to_ascii_lowercase()];
        plain.iter().any(|(written, _)| written.as_bytes() == pair)
    };
    if !name.as_bytes().windows(2).any(is_written) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let replaced = plain
        .iter()
        .fold(lower.clone(), |name, (written, vowel)| name.replace(written, vowel));
    Some(replaced)
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

/// Returns how many tokens from one on are a legal form that stands behind a name, with nothing joined to it. One of two letters
/// in small is a word.
pub(super) fn form_behind(skeleton: &Skeleton, from: usize) -> Option<usize> {
    let most = FORM_TOKENS.min(skeleton.tokens.len() - from);
    (1..=most).rev().find(|length| {
        let end = from + length;
        let ends = skeleton.tokens.get(end).is_none_or(|next| next.gap == Gap::Blank);
        let form = &skeleton.text[skeleton.tokens[from].at..skeleton.end(end - 1)];
        ends && (form.len() > 2 || skeleton.tokens[from].capital) && FORMS.contains(form)
    })
}

/// Returns whether a word begins at a token: nothing but a change of case does not begin one.
fn begins_word(skeleton: &Skeleton, token: usize) -> bool {
    token == 0 || skeleton.tokens[token].gap != Gap::None || is_alone(skeleton, token) || is_alone(skeleton, token - 1)
}

pub(super) fn is_alone(skeleton: &Skeleton, token: usize) -> bool {
    skeleton.token(token).chars().next().is_some_and(is_spaceless)
}

/// Adds the spellings with each word for `&`, and that without one.
fn connectives(keys: &mut BTreeSet<Key>, name: &str, skeleton: &Skeleton, tokens: &[usize], floor: Grade) {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return;
    };
    let inner = tokens
        .iter()
        .position(|token| token != first && token != last && CONNECTIVES[..8].contains(&skeleton.token(*token)));
    let (mut before, mut after) = (tokens.to_vec(), Vec::new());
    if let Some(at) = inner {
        after = before.split_off(at + 1);
        before.pop();
    } else if let Some(sign) = name.find(['&', '+', '＆']) {
        let at = tokens.iter().position(|token| skeleton.tokens[*token].from > sign);
        after = before.split_off(at.unwrap_or(tokens.len()));
    }
    if before.is_empty() || after.is_empty() {
        return;
    }
    let grade = grade(skeleton, tokens).max(floor);
    let text = |tokens: &[usize]| tokens.iter().map(|token| skeleton.token(*token)).collect::<String>();
    let (before, after) = (text(&before), text(&after));
    for connective in CONNECTIVES.iter().chain([&""]) {
        let text = format!("{before}{connective}{after}");
        if is_searchable(&text) {
            keys.insert(Key { text, grade });
        }
    }
}

fn add(keys: &mut BTreeSet<Key>, skeleton: &Skeleton, tokens: &[usize], floor: Grade) {
    let text: String = tokens.iter().map(|token| skeleton.token(*token)).collect();
    if !is_searchable(&text) {
        return;
    }
    let grade = grade(skeleton, tokens).max(floor);
    if grade <= Grade::Word
        && let Some(stem) = text.strip_suffix('y')
    {
        // `Pharmacies`; the search allows an `s` behind any key.
        keys.insert(Key {
            text: format!("{stem}le"),
            grade,
        });
    }
    keys.insert(Key { text, grade });
}

fn is_searchable(text: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&text.len())
}

fn grade(skeleton: &Skeleton, tokens: &[usize]) -> Grade {
    let text: String = tokens.iter().map(|token| skeleton.token(*token)).collect();
    if text.chars().all(|c| is_spaceless(c) || c == 'ー') {
        let ordinary = text.chars().count() < SPACELESS || is_common(&text);
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
        ] {
            let text = Skeleton::of_name(&core.replace('i', "l")).text;
            let keys = of_name(name);
            assert!(keys.iter().any(|key| key.text == text), "{name}: {keys:?}");
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
        ] {
            assert_eq!(of_name(name).iter().map(|key| key.grade).min(), Some(grade), "{name}");
        }
    }
}
