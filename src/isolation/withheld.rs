//! Masks withheld targets of an event of several tenants in all texts of that event.

use std::ops::Range;

use super::{
    Hit, Kind, SEVERAL,
    family::{self, Families, FamilyBuilder},
    lookup_form::lookup_form,
    name_index::NameIndex,
    normalized::NormalizedText,
    observed::once,
    pattern::Owner,
    structure,
};

/// Ids and names of targets that one reader may not see.
#[derive(Debug, Default)]
pub struct Withheld {
    index: NameIndex,
    families: Families,
}

/// A number needs this many digits, and another text this many letters, to be looked for.
const DIGITS: usize = 4;
const LETTERS: usize = 2;

/// Returns the words by which people call what has a name of several, or an address: its words but
/// for common ones, and the part before the at sign.
fn particular_words(text: &str) -> impl Iterator<Item = &str> {
    let local = text.split_once('@').map(|(local, _)| local);
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"'));
    let words = words.filter(move |word| local.is_none() && word.len() < text.len());
    let is_particular = |word: &&str| word.chars().count() >= WORD && !structure::words(word).all(family::is_common);
    words.chain(local).filter(is_particular)
}

/// Shortest word of a name that is looked for by itself, in characters.
const WORD: usize = 3;

impl Withheld {
    /// Makes the search for these texts.
    pub fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut families = FamilyBuilder::new(LETTERS);
        let mut names = Vec::new();
        for text in texts {
            families.deny(text, Owner::Unsettled, true);
            particular_words(text).for_each(|word| {
                families.deny(word, Owner::Unsettled, true);
            });
            let name = lookup_form(text);
            let least = if name.bytes().all(|byte| byte.is_ascii_digit()) {
                DIGITS
            } else {
                LETTERS
            };
            if name.chars().nth(least - 1).is_some() {
                names.push(name);
            }
        }
        Self {
            index: NameIndex::new(once(names)),
            families: Families::new(families, &mut Vec::new()),
        }
    }

    /// Returns the text without them, and what was found; `None` if none stands in it.
    pub fn mask(&self, text: &str) -> Option<(String, Vec<Hit>)> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        NormalizedText::each(text).for_each(|form| self.index.each(&form, |range, _| ranges.push(range)));
        self.families.each(text, |place| ranges.push(place.core));
        ranges.sort_by_key(|range| (range.start, usize::MAX - range.end));
        let (mut shown, mut hits, mut from) = (String::new(), Vec::new(), 0);
        for range in ranges.into_iter().filter(|range| !range.is_empty()) {
            if range.end <= from {
                continue;
            }
            let start = range.start.max(from);
            if start > from || shown.is_empty() {
                shown.push_str(&text[from..start]);
                shown.push_str(SEVERAL);
            }
            hits.push(Hit::masked(&text[start..range.end], Kind::User, Vec::new()));
            from = range.end;
        }
        shown.push_str(&text[from..]);
        (!hits.is_empty()).then_some((shown, hits))
    }
}
