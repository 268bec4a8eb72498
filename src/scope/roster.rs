//! Unlisted actors of events in open scopes. Threads meet them in any order, so each actor gets a
//! provisional number at first, and its final one when all are known.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::{
    case::{UnlistedActor, fold},
    events::{Matching, Named},
    text::trimmed,
};

/// First provisional number. Positions of agents in the case are always lower.
pub const PROVISIONAL: usize = 1 << 31;

/// Name for the actor of a record that names none.
const NOBODY: &str = "(no actor logged)";

/// The actors met so far.
#[derive(Debug, Default)]
pub struct Roster(Mutex<BTreeMap<String, MetActor>>);

/// An actor as named in a part of the logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetActor {
    number: usize,
    /// Primary name, in each spelling.
    spellings: BTreeSet<String>,
    /// Further names.
    identities: BTreeSet<String>,
    /// Further names from fields for user names or addresses.
    user_names: BTreeSet<String>,
}

/// Names and provisional numbers of actors that share a primary name.
#[derive(Debug, Default)]
struct Together<'m> {
    identities: BTreeSet<&'m str>,
    user_names: BTreeSet<&'m str>,
    numbers: Vec<usize>,
}

impl Roster {
    /// Returns the provisional number of the actor that a record names. Its primary name is the
    /// first name that is no key.
    pub fn number(&self, named: &[Named<'_, '_>]) -> usize {
        let first = named.iter().find(|name| !name.is_key()).or(named.first());
        let (key, name) = first.map_or_else(
            || (NOBODY.to_owned(), NOBODY.to_owned()),
            |first| {
                let name = trimmed(&first.value).to_owned();
                let folded = first.matching == Matching::Folded || name.contains('@');
                (if folded { fold(&name).into_owned() } else { name.clone() }, name)
            },
        );
        let others = named
            .iter()
            .filter(|other| first.is_none_or(|first| other.value != first.value));
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = PROVISIONAL + met.len();
        let own = met.entry(key).or_insert_with(|| MetActor {
            number,
            spellings: BTreeSet::new(),
            identities: BTreeSet::new(),
            user_names: BTreeSet::new(),
        });
        own.spellings.insert(name);
        for other in others {
            let name = trimmed(&other.value).to_owned();
            if other.matching == Matching::Folded {
                own.user_names.insert(name.clone());
            }
            own.identities.insert(name);
        }
        own.number
    }

    /// Returns the actors met so far by their keys, numbered in that order, and the new number of
    /// each provisional one.
    pub fn export(&self) -> (Vec<(String, MetActor)>, Vec<usize>) {
        let met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut numbers = vec![0; met.len()];
        let mut actors = Vec::with_capacity(met.len());
        for (number, (key, own)) in met.iter().enumerate() {
            numbers[own.number - PROVISIONAL] = PROVISIONAL + number;
            let number = PROVISIONAL + number;
            actors.push((key.clone(), MetActor { number, ..own.clone() }));
        }
        (actors, numbers)
    }

    /// Adds actors that another roster exported. Returns the number of each in this roster.
    pub fn import(&self, actors: Vec<(String, MetActor)>) -> Vec<usize> {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let add = |(key, actor): (String, MetActor)| {
            let number = PROVISIONAL + met.len();
            let MetActor {
                number: _,
                spellings,
                identities,
                user_names,
            } = actor;
            let own = met.entry(key).or_insert_with(|| MetActor {
                number,
                spellings: BTreeSet::new(),
                identities: BTreeSet::new(),
                user_names: BTreeSet::new(),
            });
            own.spellings.extend(spellings);
            own.identities.extend(identities);
            own.user_names.extend(user_names);
            own.number
        };
        actors.into_iter().map(add).collect()
    }

    /// Returns all actors in the order of their names, and for each provisional number the position
    /// of its actor in this list.
    pub fn settled(&self) -> (Vec<UnlistedActor>, Vec<usize>) {
        let met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Two keys that differ only in how their fields compare share a primary name.
        let mut actors: BTreeMap<&str, Together<'_>> = BTreeMap::new();
        for own in met.values() {
            let mut spellings = own.spellings.iter().map(String::as_str);
            let Some(id) = spellings.next() else { continue };
            let together = actors.entry(id).or_default();
            together.user_names.extend(own.user_names.iter().map(String::as_str));
            together
                .identities
                .extend(spellings.chain(own.identities.iter().map(String::as_str)));
            together.numbers.push(own.number - PROVISIONAL);
        }
        let mut places = vec![0; met.len()];
        let mut settled = Vec::with_capacity(actors.len());
        for (place, (id, together)) in actors.into_iter().enumerate() {
            together.numbers.into_iter().for_each(|number| places[number] = place);
            let further = |names: BTreeSet<&str>| -> Vec<String> {
                let names = names.into_iter().filter(|other| *other != id);
                names.map(str::to_owned).collect()
            };
            settled.push(UnlistedActor {
                id: id.to_owned(),
                identities: further(together.identities),
                user_names: further(together.user_names),
            });
        }
        (settled, places)
    }
}
