//! Families of names: the spellings of a name that people type, found in texts.
//!
//! An exact search finds a name as it is listed. People leave out the legal form, accents, blanks
//! and signs, so each name of a tenant also stands for the skeletons of its core (`keys`), which
//! are looked for in the skeleton of a text (`skeleton`).

mod keys;
mod skeleton;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

use self::{
    keys::Key,
    skeleton::{Gap, Skeleton},
};
use super::{
    Kind,
    hash::{SEED, mixed},
    name_index::NameIndex,
    pattern::{Owner, Pattern},
    spelling_variants::weight,
};

pub(super) use self::{
    keys::{Grade, NameStart},
    skeleton::is_counter_kana,
};

/// Endings behind a key that make no other word of it, as skeletons have them.
const ENDINGS: [&str; 20] = [
    "s",
    "es",
    "n",
    "prod",
    "productlon",
    "test",
    "testlng",
    "sandbox",
    "stage",
    "staglng",
    "dev",
    "development",
    "uat",
    "qa",
    "demo",
    "preprod",
    "lnt",
    "trlal",
    "llve",
    "tenant",
];

/// A word of this many letters means a name even if it is cut in two.
const CUT: usize = 9;

/// Returns the skeletons of the spellings of a name.
pub(super) fn spellings(name: &str) -> BTreeSet<String> {
    keys::of_name(name).into_iter().map(|key| key.text).collect()
}

/// Returns the skeleton of a whole name, legal forms included.
pub(super) fn whole(name: &str) -> String {
    Skeleton::of_name(name).text
}

/// Returns whether a name is made of common words alone.
pub fn is_common(name: &str) -> bool {
    if !name.chars().all(|c| c.is_alphabetic() || c.is_whitespace()) {
        return false;
    }
    let keys = keys::of_name(name);
    if keys.is_empty() {
        // It is too short for a key.
        let mut words = name.split_whitespace();
        return words.all(|word| keys::is_common(&Skeleton::of_name(word).text));
    }
    keys.iter().all(|key| key.grade >= Grade::CommonWords)
}

/// Digits of a UUID.
const UUID: usize = 32;

/// Grades of one key, as bits in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Grades(u8);

impl Grades {
    fn and(self, grade: Grade) -> Self {
        Self(self.0 | 1 << grade as u8)
    }

    /// Returns them, the surest first.
    fn each(self) -> impl Iterator<Item = Grade> {
        Grade::ALL
            .into_iter()
            .filter(move |grade| self.0 & 1 << *grade as u8 != 0)
    }
}

/// Keys on their way to the search.
#[derive(Debug, Clone, Default)]
pub(super) struct FamilyBuilder {
    /// Keys of fewer characters are too short to be looked for.
    least: usize,
    keys: BTreeMap<String, KeyCollector>,
}

#[derive(Debug, Clone)]
struct KeyCollector {
    owners: Vec<(Owner, Kind)>,
    grades: Grades,
    /// Those who deny it in some fields.
    denied: Vec<Owner>,
}

impl FamilyBuilder {
    /// Holds nothing yet.
    pub(super) fn new(least: usize) -> Self {
        Self {
            least,
            keys: BTreeMap::new(),
        }
    }

    /// Adds words that mean a name where they stand: in any text, or only where this owner counts.
    /// Returns whether they are long enough to be looked for.
    pub(super) fn deny(&mut self, words: &str, owner: Owner, everywhere: bool) -> bool {
        let mut any = false;
        for Key { text, grade } in keys::of_name(words) {
            if weight(&text) < self.least {
                continue;
            }
            any = true;
            let denied = self.entry(text, grade);
            if everywhere {
                denied.grades = Grades::default().and(Grade::Words);
                denied.owners.push((owner, Kind::Name));
            } else {
                denied.denied.push(owner);
            }
        }
        any
    }

    fn entry(&mut self, key: String, grade: Grade) -> &mut KeyCollector {
        self.keys.entry(key).or_insert_with(|| KeyCollector {
            owners: Vec::new(),
            grades: Grades::default().and(grade),
            denied: Vec::new(),
        })
    }

    /// Adds the other spellings of an identity of letters and digits.
    pub(super) fn add_id(&mut self, id: &str, owner: Owner, kind: Kind) {
        let key = keys::of_id(id).filter(|key| weight(&key.text) >= self.least);
        if let Some(Key { text, grade }) = key {
            let gathered = self.entry(text, grade);
            gathered.grades = gathered.grades.and(grade);
            if !gathered.owners.contains(&(owner, kind)) {
                gathered.owners.push((owner, kind));
            }
        }
    }

    /// Adds the family of a name.
    pub(super) fn add(&mut self, name: &str, owner: Owner, kind: Kind) {
        let keys = match kind {
            Kind::Domain => keys::of_domain(name),
            Kind::Id => keys::of_id(name).into_iter().map(|key| (key, kind)).collect(),
            _ => keys::of_name(name).into_iter().map(|key| (key, kind)).collect(),
        };
        let least = self.least;
        let long_enough = keys.into_iter().filter(|(key, _)| weight(&key.text) >= least);
        for (Key { text, grade }, kind) in long_enough {
            // Two words are the name of an agent, however common each is.
            let grade = if kind == Kind::Agent && grade == Grade::Word {
                Grade::CommonWord
            } else {
                grade
            };
            let gathered = self.entry(text, grade);
            gathered.grades = gathered.grades.and(grade);
            if !gathered.owners.contains(&(owner, kind)) {
                gathered.owners.push((owner, kind));
            }
        }
    }
}

/// Finds the members of families in texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Families {
    index: NameIndex,
    /// Members by their number in the index.
    members: Vec<Member>,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    grades: Grades,
    /// Number of the pattern where the member means the name.
    name: usize,
    /// Number of the pattern where a person has to decide.
    doubtful: usize,
    /// Number of the pattern that counts only in the fields in which the case denies the name.
    denied: Option<usize>,
    /// Whether there is nothing but that pattern.
    denied_only: bool,
}

/// A member of a family in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FamilyMatch {
    /// Range of the core.
    pub(super) core: Range<usize>,
    /// Range with the legal forms around the core, or of the address or host that it is part of.
    pub(super) whole: Range<usize>,
    /// Number of the pattern.
    pub(super) name: usize,
}

impl Families {
    /// Makes the search, and appends the patterns of its members.
    pub(super) fn new(gathered: FamilyBuilder, patterns: &mut Vec<Pattern>) -> Self {
        let mut members = Vec::with_capacity(gathered.keys.len());
        let mut texts = Vec::with_capacity(gathered.keys.len());
        for (text, KeyCollector { owners, grades, denied }) in gathered.keys {
            let grade = grades.each().next().expect("each key has a grade");
            let name = patterns.len();
            patterns.push(Pattern {
                owners: owners.clone(),
                member: Some(grade),
                ..Pattern::default()
            });
            let doubtful = |grade: &Grade| matches!(grade, Grade::CommonWords | Grade::CommonWord);
            if let Some(doubtful) = grades.each().find(doubtful) {
                patterns.push(Pattern {
                    owners,
                    member: Some(doubtful),
                    doubtful: true,
                    ..Pattern::default()
                });
            }
            let (doubtful, denied_only) = (patterns.len() - 1, patterns[name].owners.is_empty());
            let if_denied = (!denied.is_empty()).then(|| {
                let mut owners = patterns[name].owners.clone();
                owners.extend(denied.into_iter().map(|owner| (owner, Kind::Name)));
                patterns.push(Pattern {
                    owners,
                    member: Some(Grade::Words),
                    if_denied: true,
                    ..Pattern::default()
                });
                patterns.len() - 1
            });
            members.push(Member {
                grades,
                name,
                doubtful,
                denied: if_denied,
                denied_only,
            });
            texts.push(text);
        }
        Self {
            index: NameIndex::new(texts),
            members,
        }
    }

    /// Reports every member of a family in a text.
    pub(super) fn each(&self, text: &str, mut report: impl FnMut(FamilyMatch)) {
        if self.members.is_empty() {
            return;
        }
        for skeleton in Skeleton::each(text) {
            for (first, token) in skeleton.tokens.iter().enumerate() {
                self.index
                    .at_start(&skeleton.text.as_bytes()[token.at..], |key, length| {
                        let end = token.at + length;
                        let place = self.place(text, &skeleton, first, end, key);
                        place.into_iter().for_each(&mut report);
                        let denied = self.members[key].denied.and_then(|denied| {
                            let place = Self::whole(&skeleton, first, end)?;
                            Some(FamilyMatch {
                                name: denied,
                                core: place.clone(),
                                whole: place,
                            })
                        });
                        denied.into_iter().for_each(&mut report);
                    });
            }
        }
    }

    /// Returns where a key stands that begins at a token and ends in a skeleton; none if another
    /// word goes on there.
    fn whole(skeleton: &Skeleton, first: usize, end: usize) -> Option<Range<usize>> {
        let last = skeleton.last(end);
        let behind = &skeleton.text[end..skeleton.end(last)];
        let ends = behind.is_empty() || ENDINGS.contains(&behind);
        ends.then(|| skeleton.tokens[first].from..skeleton.tokens[last].to)
    }

    /// Returns where a key stands that begins at a token and ends in a skeleton; none if another
    /// word goes on there, or if it means nothing there.
    fn place(&self, text: &str, skeleton: &Skeleton, first: usize, end: usize, key: usize) -> Option<FamilyMatch> {
        let member = self.members[key];
        if member.denied_only {
            return None;
        }
        let core = Self::whole(skeleton, first, end)?;
        let last = skeleton.last(end);
        let inner = &skeleton.tokens[first + 1..=last];
        let apart = inner.iter().any(|token| token.gap == Gap::Blank);
        let length = end - skeleton.tokens[first].at;
        // Inside a word in camel case.
        let goes_on = first > 0 && skeleton.tokens[first].gap == Gap::None && !keys::is_alone(skeleton, first - 1);
        let signs_alone = inner.iter().all(|token| matches!(token.gap, Gap::None | Gap::Sign));
        let next = skeleton.tokens.get(last + 1);
        let whole_word = end == skeleton.end(last) && next.is_none_or(|next| next.gap != Gap::None);
        let means = |grade: Grade| match grade {
            Grade::Words => Some(member.name),
            Grade::Word => (length >= CUT || !apart && !goes_on).then_some(member.name),
            Grade::Domain => inner.iter().any(|token| token.gap == Gap::Dot).then_some(member.name),
            Grade::Id => (whole_word && (signs_alone || length == UUID)).then_some(member.name),
            Grade::CommonWords => {
                let tokens = &skeleton.tokens[first..=last];
                let capitals = tokens.iter().all(|token| token.capital);
                let joined = !apart && length >= CUT;
                Some(if capitals || joined {
                    member.name
                } else {
                    member.doubtful
                })
            }
            // With a legal form behind it, a common word names a company.
            Grade::CommonWord if keys::is_company(skeleton, first, last) => Some(member.name),
            Grade::CommonWord => (!apart && skeleton.tokens[first].capital).then_some(member.doubtful),
        };
        // One text may be the spelling of a name and of a domain: the surest meaning counts.
        let each = member.grades.each();
        let meanings = each.filter_map(|grade| Some((means(grade)?, grade)));
        let (name, grade) = meanings.min_by_key(|(name, grade)| (*name != member.name, *grade))?;
        let whole = if grade == Grade::Domain {
            address(text, core.clone())
        } else {
            with_forms(text, skeleton, first, last)
        };
        Some(FamilyMatch { core, whole, name })
    }
}

/// Returns the address that a domain in disguise is part of: everything up to white space, without
/// the signs around it. What is written plainly stays as it is.
fn address(text: &str, core: Range<usize>) -> Range<usize> {
    if !text[core.clone()].contains(['[', '(', '{']) {
        return core;
    }
    let from = text[..core.start].rfind(char::is_whitespace);
    let from = from.map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let to = text[core.end..].find(char::is_whitespace);
    let to = to.map_or(text.len(), |to| core.end + to);
    let around = |c: char| matches!(c, '<' | '>' | '"' | '\'' | ',' | ';' | '.');
    let before = text[from..core.start].trim_start_matches(around).len();
    let behind = text[core.end..to].trim_end_matches(around).len();
    core.start - before..core.end + behind
}

/// Returns where tokens stand together with the legal forms before and behind them.
fn with_forms(text: &str, skeleton: &Skeleton, first: usize, last: usize) -> Range<usize> {
    let (mut from, mut to) = (first, last);
    if let Some(length) = (1..=first)
        .rev()
        .take(FRONT)
        .find(|at| keys::form_after(skeleton, first - at, first) == Some(*at))
    {
        from -= length;
    }
    while let Some(length) = keys::form_behind(skeleton, to + 1) {
        to += length;
    }
    let end = skeleton.tokens[to].to;
    // The dot of an abbreviation.
    let dot = usize::from(to > last && text[end..].starts_with('.'));
    skeleton.tokens[from].from..end + dot
}

/// Most tokens of a legal form before a name.
const FRONT: usize = 8;

/// Filter of the skeletons of texts: one bit for the first letters of the skeleton at each token.
/// May hold too much, never too little. Threads may add to it side by side.
#[derive(Debug)]
pub(super) struct SkeletonPrefixes {
    bits: Vec<AtomicU64>,
}

/// Numbers of first bytes of a skeleton that are hashed.
const LENGTHS: [usize; 5] = [SHORT, 6, 8, 12, 16];
const SHORT: usize = 4;

/// Bits, enough for the words of any report.
const BITS: usize = 1 << 22;

impl SkeletonPrefixes {
    pub(super) fn new() -> Self {
        Self {
            bits: std::iter::repeat_with(AtomicU64::default).take(BITS / 64).collect(),
        }
    }

    /// Adds the skeletons of a text.
    pub(super) fn add(&self, text: &str) {
        for skeleton in Skeleton::each(text) {
            for token in &skeleton.tokens {
                let rest = &skeleton.text.as_bytes()[token.at..];
                for hash in hashes(rest) {
                    let (word, bit) = self.place(hash);
                    if word.load(Ordering::Relaxed) & bit == 0 {
                        word.fetch_or(bit, Ordering::Relaxed);
                    }
                }
            }
        }
    }

    /// Returns whether a member of the family of a name may stand in the texts.
    pub(super) fn may_hold(&self, name: &str, kind: Kind) -> bool {
        let first = match kind {
            Kind::Domain => first_label(name),
            Kind::Id => None,
            _ => Some(name),
        };
        if let Some(first) = first {
            if keys::first_letters(first).is_some_and(|letters| !self.has(&letters)) {
                return false;
            }
            // Computing the keys takes much longer, and nearly all names of a directory stand in no
            // report.
            let none = match beginning(first) {
                Some(beginning) => !self.has(beginning.text().as_bytes()),
                None => keys::beginnings(first).is_some_and(|each| !each.iter().any(|one| self.has(one))),
            };
            if none {
                return false;
            }
        }
        if kind == Kind::Id {
            return keys::of_id(name).is_some_and(|key| self.has(key.text.as_bytes()));
        }
        let mut found = false;
        let mut has = |text: &str| found = found || self.has(text.as_bytes());
        match kind {
            Kind::Domain => keys::each_of_domain(name, &mut has),
            _ => keys::each_of_name(name, &mut has),
        }
        found
    }

    /// Returns whether a token may begin so, as far as bytes are hashed.
    fn has(&self, beginning: &[u8]) -> bool {
        hashes(beginning).all(|hash| {
            let (word, bit) = self.place(hash);
            word.load(Ordering::Relaxed) & bit != 0
        })
    }

    fn place(&self, hash: u64) -> (&AtomicU64, u64) {
        let place = usize::try_from((hash >> 20 ^ hash) % BITS as u64).expect("fewer than the bits");
        (&self.bits[place / 64], 1 << (place % 64))
    }
}

/// The hash of each length of beginning that a skeleton has.
fn hashes(skeleton: &[u8]) -> impl Iterator<Item = u64> {
    let (mut hash, mut from) = (SEED, 0);
    LENGTHS.into_iter().map_while(move |length| {
        let bytes = skeleton.get(from..length)?;
        from = length;
        hash = bytes.iter().copied().fold(hash, mixed);
        Some(hash)
    })
}

/// Returns letters that every key of a name begins with, enough of them to be looked up; none
/// unless they are plain to see.
pub(super) fn beginning(name: &str) -> Option<NameStart> {
    keys::beginning(name).filter(|beginning| beginning.text().len() >= SHORT)
}

/// Returns the first label of a domain if it is the longest, so that every key of the domain begins
/// with it.
fn first_label(domain: &str) -> Option<&str> {
    let (labels, _) = domain.rsplit_once('.')?;
    let mut labels = labels.split('.');
    let first = labels.next()?;
    labels.all(|label| label.len() < first.len()).then_some(first)
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
