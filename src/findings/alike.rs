//! Tenants that may be one: ids that differ only in how they are written, and tenants of one name.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    num::Wrapping,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TenantFinding;
use crate::{
    case::{Case, TenantId, id_key},
    isolation::{key_depends_on_neighbours, name_key},
};

/// Tenants that may be one, at least one of which has an event.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct AlikeFinding {
    /// What they have in common.
    pub by: AlikeBy,
    /// Their ids, in order, the first few.
    pub ids: Vec<TenantId>,
}

/// What tenants have in common that may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlikeBy {
    /// The id, but for case, blanks, braces, hyphens and characters that are not seen.
    Id,
    /// The name, but for case, signs, blanks, accents and look-alike letters.
    Name,
}

/// Ids that the case counts as one tenant's.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct MergeFinding {
    /// Whether an id that differs from one of the directory only in how it is written counts as
    /// that one.
    pub near: bool,
    /// The groups of the case, in its order; the tenant's id stands first in each.
    pub groups: Vec<Vec<TenantId>>,
    /// Ids of the groups that neither an event in scope nor the directory has, in the order of the
    /// groups.
    pub unseen: Vec<TenantId>,
}

impl MergeFinding {
    /// Returns what the case merges; `None` if it is nothing.
    pub(super) fn new(tenants: &[TenantFinding], case: &Case) -> Option<Self> {
        if case.merge.is_empty() {
            return None;
        }
        let is_logged = |id: &TenantId| {
            let group = case.merge.tenant(&id.0);
            let own = tenants.binary_search_by(|tenant| tenant.id.0.as_str().cmp(group));
            own.is_ok_and(|at| match &tenants[at].logged_as[..] {
                [] => tenants[at].id == *id,
                logged => logged.contains(id),
            })
        };
        let unseen = |id: &&TenantId| case.directory.tenants.get(&id.0).is_none() && !is_logged(id);
        Some(Self {
            near: case.merge.is_near(),
            groups: case.merge.groups().to_vec(),
            unseen: case.merge.groups().iter().flatten().filter(unseen).cloned().collect(),
        })
    }
}

/// At most this many ids are kept of tenants that are alike.
const IDS: usize = 5;

/// Returns the groups of tenants that may be one, by ids and then by names.
pub(super) fn alike(tenants: &[TenantFinding], case: &Case) -> Vec<AlikeFinding> {
    let mut ids: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut names: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for tenant in tenants {
        ids.entry(id_key(&tenant.id.0)).or_default().push(&tenant.id.0);
        if let Some(name) = &tenant.name {
            names.entry(name_key(name)).or_default().push(&tenant.id.0);
        }
    }
    // Most ids and names of the directory are like none of these, which their sums show.
    let id_sums: BTreeSet<_> = ids.keys().map(|key| sum(key)).collect();
    let name_sums: BTreeSet<_> = names.keys().map(|key| sum(key)).collect();
    let mut letters = LetterSums::new();
    for tenant in case.directory.tenants.iter() {
        let id = case.merge.tenant(tenant.id());
        // What a name without letters reads as is no name.
        if let Some(name) = tenant.name()
            && letters.of_name(name).is_none_or(|sum| name_sums.contains(&sum))
            && name.contains(char::is_alphanumeric)
            && let Some(alike) = names.get_mut(&name_key(name))
        {
            alike.push(id);
        }
        if letters.of_id(id).is_some_and(|sum| !id_sums.contains(&sum)) {
            continue;
        }
        if let Some(alike) = ids.get_mut(&id_key(id)) {
            alike.push(id);
        }
    }
    let groups = |by: AlikeBy, groups: BTreeMap<String, Vec<&str>>| {
        let groups = groups.into_values().map(move |mut ids| {
            ids.sort_unstable();
            ids.dedup();
            let several = ids.len() > 1;
            let ids = ids.into_iter().take(IDS).map(|id| TenantId(id.to_owned())).collect();
            several.then_some(AlikeFinding { by, ids })
        });
        groups.flatten().collect::<Vec<_>>()
    };
    let mut alike = groups(AlikeBy::Id, ids);
    alike.extend(groups(AlikeBy::Name, names));
    alike
}

/// Returns a number that names of one key share: a sum of hashes of the key's letters and digits,
/// those the same that a key may take for another.
fn sum(key: &str) -> Wrapping<u64> {
    let hashes = letters_and_digits(key).map(|c| {
        let mut hasher = DefaultHasher::new();
        let c = match c {
            'i' | '1' => 'l',
            '0' => 'o',
            c => c,
        };
        c.hash(&mut hasher);
        Wrapping(hasher.finish())
    });
    hashes.sum()
}

/// Sums of the keys of single characters, each computed once. A key costs some thousand
/// instructions, and a directory has thousands of names of few different characters.
#[derive(Debug)]
struct LetterSums {
    /// Sums of the ASCII characters of a name that has no bracket.
    name: [Wrapping<u64>; ASCII],
    /// Sums of the ASCII characters of an id.
    id: [Wrapping<u64>; ASCII],
    /// Sums by the number of the character.
    all: Vec<LetterSum>,
}

/// The number of ASCII characters.
const ASCII: usize = 128;

#[derive(Debug, Clone, Copy, Default)]
enum LetterSum {
    #[default]
    Unknown,
    /// A sum that is the same in every name.
    Of(Wrapping<u64>),
    /// Absence: the sum depends on the characters beside it.
    Varies,
}

impl LetterSums {
    fn new() -> Self {
        let mut sums = Self {
            name: [Wrapping(0); ASCII],
            id: [Wrapping(0); ASCII],
            all: Vec::new(),
        };
        for c in '\0'..='\x7f' {
            sums.name[c as usize] = sums.letter(c).unwrap_or_default();
            sums.id[c as usize] = sum(c.to_ascii_lowercase().encode_utf8(&mut [0; 4]));
        }
        sums
    }

    /// Returns the sum of a name's key; `None` if it depends on more than the single characters.
    fn of_name(&mut self, name: &str) -> Option<Wrapping<u64>> {
        let is_plain = name.is_ascii()
            && memchr::memchr3(b'<', b'[', b'(', name.as_bytes()).is_none()
            && memchr::memchr(b'{', name.as_bytes()).is_none();
        if is_plain {
            Some(name.bytes().map(|byte| self.name[usize::from(byte)]).sum())
        } else {
            name.chars().map(|c| self.letter(c)).sum()
        }
    }

    /// Returns the sum of an id's key, which holds all letters and digits of an id in ASCII; `None`
    /// for other ids.
    fn of_id(&self, id: &str) -> Option<Wrapping<u64>> {
        id.is_ascii()
            .then(|| id.bytes().map(|byte| self.id[usize::from(byte)]).sum())
    }

    fn letter(&mut self, c: char) -> Option<Wrapping<u64>> {
        let place = u32::from(c) as usize;
        if c > LAST_IDEOGRAPH {
            return None;
        }
        if self.all.len() <= place {
            self.all.resize(place + 1, LetterSum::Unknown);
        }
        let letter = &mut self.all[place];
        if let LetterSum::Unknown = letter {
            let key = name_key(c.encode_utf8(&mut [0; 4]));
            let is_alone = match c {
                // Markup and words for dots in brackets are no letters of a name.
                '<' | '[' | '(' | '{' => false,
                c if key_depends_on_neighbours(c) => false,
                // ASCII; hiragana and katakana; unified ideographs.
                '\0'..='\x7f' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..=LAST_IDEOGRAPH => true,
                // Latin letters with accents.
                '\u{c0}'..='\u{17f}' => key.is_ascii(),
                _ => false,
            };
            *letter = if is_alone {
                LetterSum::Of(sum(&key))
            } else {
                LetterSum::Varies
            };
        }
        match letter {
            LetterSum::Of(sum) => Some(*sum),
            LetterSum::Unknown | LetterSum::Varies => None,
        }
    }
}

/// The last unified ideograph of the first block.
const LAST_IDEOGRAPH: char = '\u{9fff}';

/// The letters and digits of an id or a key, in lower case.
fn letters_and_digits(text: &str) -> impl Iterator<Item = char> {
    let kept = text.chars().filter(|c| c.is_alphanumeric());
    kept.map(|c| c.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn name_has_the_sum_of_its_key(name in "([ -~]|[À-ſ]|[ぁ-ゖァ-ヺ]|[一-鿿]|[ヶヵケカガが]|[髙邊]|[A-Za-z0-9]){0,24}") {
            if let Some(read) = LetterSums::new().of_name(&name) {
                prop_assert_eq!(read, sum(&name_key(&name)), "{}", name);
            }
        }

        #[test]
        fn ascii_id_has_the_sum_of_its_key(id in "[ -~\t]{0,40}") {
            let key = id_key(&id);
            prop_assert_eq!(LetterSums::new().of_id(&id), Some(sum(&key)), "{}: {}", id, key);
        }
    }
}
