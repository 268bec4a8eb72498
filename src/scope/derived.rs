//! Names that are derived from listed identities and that, if the case says so, count as the
//! agent's own.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{Form, Listed, Relation, ScopeSet};
use crate::{events::Named, text::trimmed};

/// Words of a refused record that are examined: more than any event has, and a few milliseconds.
const WORDS: usize = 4096;

/// Derived names met so far, by any thread.
#[derive(Debug, Default)]
pub struct DerivedNames(Mutex<BTreeMap<(usize, String), Sightings>>);

#[derive(Debug, Clone, Copy)]
struct Sightings {
    relation: Relation,
    records: u64,
}

/// A name that counts as an agent's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DerivedName {
    /// Number of the identity that the name is derived from.
    pub identity: usize,
    /// Position of the agent in the case.
    pub agent: usize,
    /// The name, as logged.
    pub name: String,
    /// Form of the name.
    pub relation: Relation,
    /// Number of records in a window that have the name.
    pub records: u64,
}

impl DerivedNames {
    /// Adds names that a scan of other sources found.
    pub fn import(&self, names: Vec<DerivedName>) {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names {
            let own = met.entry((name.identity, name.name)).or_insert(Sightings {
                relation: name.relation,
                records: 0,
            });
            own.records += name.records;
        }
    }

    /// Counts a record in a window that has a name of this form.
    pub fn note(&self, form: Form, name: &str) {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = met
            .entry((form.identity, trimmed(name).to_owned()))
            .or_insert(Sightings {
                relation: form.relation,
                records: 0,
            });
        own.records += 1;
    }
}

impl ScopeSet {
    /// Returns whether a name of this form counts as the agent's own.
    pub fn takes(&self, form: Form) -> bool {
        form.derived && self.derives[self.identities.agent(form.identity)]
    }

    /// Returns for each named actor the number of the listed identity that it is, or is derived
    /// from if the case accepts derived names.
    pub fn listed_or_derived(&self, named: &[Named<'_, '_>]) -> Listed {
        let mut listed = self.listed(named);
        if self.derives.contains(&true) {
            for (actor, listed) in named.iter().zip(&mut listed) {
                let form = || self.forms.find(&self.identities, &actor.value);
                *listed = listed.or_else(|| form().filter(|form| self.takes(*form)).map(|form| form.identity));
            }
        }
        listed
    }

    /// Adds the agents whose derived names occur as words in a record that could not be read as an
    /// event, if the case accepts derived names. Keeps the list ascending.
    pub fn add_derived_in(&self, bytes: &[u8], agents: &mut Vec<usize>) {
        if !self.derives.contains(&true) {
            return;
        }
        let text = String::from_utf8_lossy(bytes);
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '<' | '>' | '='));
        let forms = words
            .take(WORDS)
            .filter_map(|word| self.forms.find(&self.identities, &word.replace("\\\\", "\\")));
        let taken = forms.filter(|form| self.takes(*form));
        agents.extend(taken.map(|form| self.identities.agent(form.identity)));
        agents.sort_unstable();
        agents.dedup();
    }

    /// Returns the derived names that records in a window have, in the order of the identities.
    pub fn derived_names(&self) -> Vec<DerivedName> {
        let met = self.derived.0.lock().unwrap_or_else(PoisonError::into_inner);
        let each = met.iter().map(|((identity, name), met)| DerivedName {
            identity: *identity,
            agent: self.identities.agent(*identity),
            name: name.clone(),
            relation: met.relation,
            records: met.records,
        });
        each.collect()
    }
}
