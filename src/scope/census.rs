//! Counts of the names of actors in the windows, and the detection of names made of a listed
//! identity. Each thread keeps a census of its own; their sum does not depend on the number of
//! threads.
//!
//! The usual name was seen before: its hash is found in a small table and its count is incremented.
//! A name that is not in the table is looked up by its text, and is analysed if it is new.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::{Form, Forms, Identities, TieFilter, filter};
use crate::text::trimmed;

/// Bits of a hash that select a slot of the table: 16,384 slots, 256 KiB.
const PLACE: u32 = 14;

/// Limits on the different names that are kept: their number, and their total bytes.
const NAMES: usize = 1 << 16;
const BYTES: usize = 8 << 20;

/// Bits of a hash that select an entry of `Census::remembered`, which holds the names made of no
/// identity once no more names are kept.
const REMEMBERED: u32 = 20;

/// Names seen by one thread.
#[derive(Debug)]
pub struct Census {
    slots: Vec<Slot>,
    /// Index in `names` by the text of the name.
    places: BTreeMap<Box<str>, u32>,
    names: Vec<Name>,
    bytes: usize,
    /// Whether a limit on the names was exceeded.
    overflown: bool,
    /// Tags of names seen after that. Empty before.
    remembered: Vec<u32>,
    /// Whether each listed identity occurred as an actor, by its number.
    seen: Vec<bool>,
    /// Number of the current record; 0 for none.
    record: u32,
    /// Values that may tie records of other actors to what an agent began. Each verdict of that
    /// kind adds its values.
    pub ties: TieFilter,
}

/// The name seen last among those whose hash selects this slot.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// Further bits of the hash. Two names with equal bits are counted as one; the probability for
    /// a pair is about 10^-13.
    tag: u32,
    /// Records counted in this slot; 0 in an empty slot.
    records: u32,
    /// The last counted record.
    record: u32,
    name: u32,
}

#[derive(Debug)]
struct Name {
    records: u64,
    record: u32,
    form: Option<Form>,
}

/// Names of actors in all windows, over all logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actors {
    /// Whether each listed identity occurs as an actor in a window, by its number.
    pub seen: Vec<bool>,
    /// Names that are no listed identity and not made of one, with their number of records. The
    /// most frequent first; empty if there are too many.
    pub others: Vec<(String, u64)>,
    /// Whether the limit on different names was exceeded.
    pub overflown: bool,
    /// Agents who are the actor of no record in a window, by position in the case, and whether a
    /// record outside the windows has them as its actor. Agents without a known answer are absent.
    pub outside: BTreeMap<usize, bool>,
}

impl Census {
    /// Creates an empty census.
    pub fn new(identities: &Identities) -> Self {
        Self {
            slots: vec![Slot::default(); 1 << PLACE],
            places: BTreeMap::new(),
            names: Vec::new(),
            bytes: 0,
            overflown: false,
            remembered: Vec::new(),
            seen: vec![false; identities.count()],
            record: 0,
            ties: TieFilter::default(),
        }
    }

    /// Creates an empty census that keeps values that may tie.
    pub fn with_ties(identities: &Identities, ties: TieFilter) -> Self {
        Self {
            ties,
            ..Self::new(identities)
        }
    }

    /// Begins a record. A name counts once in each.
    pub fn begin(&mut self) {
        self.record = self.record.checked_add(1).unwrap_or(1);
    }

    /// Counts a listed identity as an actor of the record.
    pub fn listed(&mut self, identity: usize) {
        self.seen[identity] = true;
    }

    /// Counts another name as an actor of the record, with its hash if it has one. Returns the
    /// listed identity that the name is made of, if any.
    #[inline]
    pub fn other(&mut self, with: (&Identities, &Forms), name: &str, hash: Option<u64>) -> Option<Form> {
        if let Some(hash) = hash {
            let (place, tag) = place_and_tag(hash, trimmed(name));
            let slot = &mut self.slots[place];
            if slot.tag == tag && slot.records > 0 {
                slot.records += u32::from(slot.record != self.record);
                slot.record = self.record;
                if slot.records == u32::MAX {
                    self.empty(place);
                }
                return None;
            }
        }
        self.look(with, trimmed(name), hash)
    }

    #[cold]
    fn look(&mut self, with: (&Identities, &Forms), name: &str, hash: Option<u64>) -> Option<Form> {
        let known = self.places.get(name).copied();
        let number = match known {
            Some(number) => number,
            None if self.overflown => return self.unkept(with, name, hash),
            None => self.keep(with, name),
        };
        let Some(own) = self.names.get_mut(number as usize) else {
            return self.unkept(with, name, hash);
        };
        let counted = own.record == self.record;
        own.record = self.record;
        if counted {
            return own.form;
        }
        match hash.filter(|_| own.form.is_none()) {
            // The slot counts the name from here on.
            Some(hash) => {
                let (place, tag) = place_and_tag(hash, name);
                self.empty(place);
                self.slots[place] = Slot {
                    tag,
                    records: 1,
                    record: self.record,
                    name: number,
                };
                None
            }
            None => {
                own.records += 1;
                own.form
            }
        }
    }

    /// Keeps a new name and returns its index, or `u32::MAX` if a limit is exceeded.
    fn keep(&mut self, (identities, forms): (&Identities, &Forms), name: &str) -> u32 {
        if self.names.len() == NAMES || self.bytes + name.len() > BYTES {
            self.overflown = true;
            self.remembered = vec![0; 1 << REMEMBERED];
            return u32::MAX;
        }
        let number = u32::try_from(self.names.len()).expect("NAMES is less");
        self.bytes += name.len();
        self.places.insert(name.into(), number);
        self.names.push(Name {
            records: 0,
            record: 0,
            form: forms.find(identities, name),
        });
        number
    }

    fn unkept(&mut self, (identities, forms): (&Identities, &Forms), name: &str, hash: Option<u64>) -> Option<Form> {
        let Some(hash) = hash else {
            return forms.find(identities, name);
        };
        let (_, tag) = place_and_tag(hash, name);
        let place = usize::try_from(hash >> (64 - REMEMBERED)).expect("few bits");
        if self.remembered[place] == tag | 1 {
            return None;
        }
        let form = forms.find(identities, name);
        if form.is_none() {
            self.remembered[place] = tag | 1;
        }
        form
    }

    /// Adds the count of a slot to its name, and clears the slot.
    fn empty(&mut self, place: usize) {
        let slot = std::mem::take(&mut self.slots[place]);
        if slot.records > 0 {
            let own = &mut self.names[slot.name as usize];
            own.records += u64::from(slot.records);
            own.record = slot.record;
        }
    }
}

/// Names of actors seen by several threads or in several parts of the logs. The result does not
/// depend on how the logs were divided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorNames {
    seen: Vec<bool>,
    /// Names in order, each with its records and whether it is made of a listed identity. Empty if
    /// there are too many.
    names: Vec<(Box<str>, u64, bool)>,
    overflown: bool,
}

impl ActorNames {
    /// Adds up the censuses of the threads.
    pub fn of(identities: &Identities, all: impl IntoIterator<Item = Census>) -> Self {
        let mut sum = Self {
            seen: vec![false; identities.count()],
            ..Self::default()
        };
        for mut census in all {
            (0..census.slots.len()).for_each(|place| census.empty(place));
            sum.extend(&census.seen, census.overflown);
            sum.names.extend(census.places.into_iter().map(|(name, number)| {
                let own = &census.names[number as usize];
                (name, own.records, own.form.is_some())
            }));
        }
        sum.settled()
    }

    /// Adds up all parts.
    pub fn merged(identities: &Identities, all: impl IntoIterator<Item = Self>) -> Self {
        let mut sum = Self {
            seen: vec![false; identities.count()],
            ..Self::default()
        };
        for part in all {
            sum.extend(&part.seen, part.overflown);
            sum.names.extend(part.names);
        }
        sum.settled()
    }

    fn extend(&mut self, seen: &[bool], overflown: bool) {
        self.seen.iter_mut().zip(seen).for_each(|(all, own)| *all |= own);
        self.overflown |= overflown;
    }

    fn settled(mut self) -> Self {
        let names = &mut self.names;
        // The names of each part are in order, which makes this sort fast.
        names.sort_by(|one, other| one.0.cmp(&other.0));
        names.dedup_by(|again, first| {
            let same = again.0 == first.0;
            first.1 += if same { again.1 } else { 0 };
            same
        });
        // The sum may exceed a limit that each part alone respects.
        self.overflown |= names.len() > NAMES || names.iter().map(|(name, ..)| name.len()).sum::<usize>() > BYTES;
        if self.overflown {
            self.names = Vec::new();
        }
        self
    }
}

impl From<ActorNames> for Actors {
    fn from(sum: ActorNames) -> Self {
        let others = sum.names.into_iter().filter(|(_, _, form)| !form);
        let mut others: Vec<_> = others.map(|(name, records, _)| (String::from(name), records)).collect();
        others.sort_by_key(|(_, records)| Reverse(*records));
        Self {
            seen: sum.seen,
            others,
            overflown: sum.overflown,
            outside: BTreeMap::new(),
        }
    }
}

impl Actors {
    /// Adds up the censuses of all threads.
    pub fn of(identities: &Identities, all: impl IntoIterator<Item = Census>) -> Self {
        ActorNames::of(identities, all).into()
    }

    /// Highest number of different names that are kept.
    pub const MOST: usize = NAMES;
}

/// Splits a hash into slot and tag. The hash ignores the case of letters, so the tag includes it.
fn place_and_tag(hash: u64, name: &str) -> (usize, u32) {
    let place = usize::try_from(hash >> (64 - PLACE)).expect("few bits");
    let rest = (hash << PLACE) ^ filter::case_of(name);
    (place, u32::try_from(rest >> 32).expect("32 bits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::{Agent, AgentId, Tenure},
        scope::ScopeSet,
    };

    fn set() -> ScopeSet {
        let agent = Agent {
            id: AgentId("a1".to_owned()),
            email: Some("mira.holt@desk.example".to_owned()),
            identities: Vec::new(),
            name: None,
            employer: None,
            role: None,
            country: None,
            pseudonym: String::new(),
            tenure: Tenure::default(),
            unlisted: false,
            user_names: Vec::new(),
            derived: false,
            derived_names: Vec::new(),
        };
        ScopeSet::compile(&[], &[agent])
    }

    /// Counts the names of each record, in one thread.
    fn census(set: &ScopeSet, records: &[Vec<String>]) -> Census {
        let mut census = Census::new(set.identities());
        for names in records {
            census.begin();
            for name in names {
                let hash = set.identities().hash_of_other(name);
                census.other((set.identities(), set.forms()), name, hash);
            }
        }
        census
    }

    fn counts(actors: &Actors) -> Vec<(&str, u64)> {
        actors
            .others
            .iter()
            .map(|(name, records)| (name.as_str(), *records))
            .collect()
    }

    #[test]
    fn each_name_counts_once_in_a_record_and_by_its_case() {
        let set = set();
        let records: Vec<Vec<String>> = [
            vec!["Bob", "bob", "Bob"],
            vec![" bob "],
            vec!["é", "é"],
            vec!["mira.holt+x@desk.example"],
        ]
        .map(|names| names.into_iter().map(str::to_owned).collect())
        .into();
        let actors = Actors::of(set.identities(), [census(&set, &records), census(&set, &records)]);
        assert_eq!(counts(&actors), [("bob", 4), ("Bob", 2), ("é", 2)]);
    }

    /// Uses more names than slots, so that they displace each other, in one part and in several.
    #[test]
    fn threads_together_count_what_one_does() {
        let set = set();
        let name = |number: u32| format!("user.{number}@acme.example");
        let records: Vec<Vec<String>> = (0..60_000_u32)
            .map(|number| vec![name(number * 7 % 30_000), name(number % 11), name(number % 11)])
            .collect();
        let whole = Actors::of(set.identities(), [census(&set, &records)]);
        let (one, other) = records.split_at(12_345);
        let parts = Actors::of(set.identities(), [census(&set, other), census(&set, one)]);
        assert_eq!(whole, parts);
        assert_eq!(whole.others.len(), 30_000);
        let times = |number: u32| {
            (0..60_000)
                .filter(|at| at * 7 % 30_000 == number || at % 11 == number)
                .count() as u64
        };
        for number in [3, 10, 29_999] {
            let found = whole.others.iter().find(|(own, _)| *own == name(number));
            assert_eq!(found.map(|(_, records)| *records), Some(times(number)), "{number}");
        }
    }

    #[test]
    fn too_many_names_are_none_and_forms_are_still_told() {
        let set = set();
        let mut records: Vec<Vec<String>> = (0..=NAMES).map(|number| vec![format!("user.{number}")]).collect();
        records.push(vec!["mira.holt".to_owned()]);
        let (one, other) = records.split_at(NAMES / 2);
        for all in [vec![&records[..]], vec![one, other]] {
            let all = all.into_iter().map(|records| census(&set, records));
            let actors = Actors::of(set.identities(), all);
            assert!(actors.overflown && actors.others.is_empty());
        }
        let mut census = census(&set, &records);
        census.begin();
        let hash = set.identities().hash_of_other("mira.holt");
        let with = (set.identities(), set.forms());
        assert!(census.other(with, "mira.holt", hash).is_some());
        assert!(
            census
                .other(with, "user.99999999", set.identities().hash_of_other("user.99999999"))
                .is_none()
        );
    }
}
