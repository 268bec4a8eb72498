//! Which mapped paths lead to something in a record, and what stands there beside them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::Value;

use serde::{Deserialize, Serialize};

use super::{Profile, Reading, group::Group, selector::Selector};
use crate::records::{Refusal, TextField, TextInside};

/// Mapped paths that led to a value in some record, a bit each. More paths than there are bits are
/// not examined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits(u128);

impl std::ops::BitOrAssign for Hits {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A field of a profile, and where its paths lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedField {
    /// `actor.id`, `tenants`, `ticket`.
    pub field: Arc<str>,
    /// Paths as JSON Pointers. In a CSV the columns are named by these paths with dots.
    pub paths: Vec<String>,
    /// Meaning of the field.
    pub says: Says,
}

/// The meaning of a field of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// A detail.
    Detail,
    /// The actor, in a role of which no field led to a value.
    Role,
    /// The actor, in a role of which another field led to a value; or the tenant.
    Name,
}

impl Reading<'_, '_> {
    /// Returns the paths that lead to a value, `null` included, in the event or in any of several.
    pub fn hits(&self) -> Result<Hits, Refusal> {
        let parts = self.parts()?;
        let mut hits = Hits::default();
        for reading in parts.iter().flatten() {
            hits |= reading.own_hits();
        }
        if parts.is_none() {
            hits = self.own_hits();
        }
        Ok(hits)
    }

    /// Returns the same of this event alone.
    pub fn own_hits(&self) -> Hits {
        let slots = self.slots().iter().take(Hits::PATHS).enumerate();
        Hits(slots.fold(0, |hits, (at, slot)| hits | (u128::from(slot.is_some()) << at)))
    }
}

impl Hits {
    const PATHS: usize = u128::BITS as usize;

    fn has(self, slot: usize) -> bool {
        slot >= Self::PATHS || (self.0 >> slot) & 1 == 1
    }
}

impl Profile {
    /// Returns the names of the fields that the profile maps, as [`Profile::unmatched`] calls them,
    /// those that every event has first.
    pub fn mapped_names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = vec!["time".into()];
        for actor in &self.actors {
            if !names.contains(&actor.label) {
                names.push(Arc::clone(&actor.label));
            }
        }
        let fields = self.fields.named().into_iter();
        let fields = fields.filter(|(_, selectors)| !selectors.is_empty());
        names.extend(fields.map(|(name, _)| Arc::from(name)));
        if !self.tenants.is_empty() {
            names.push("tenants".into());
        }
        if !self.targets.is_empty() {
            names.push("targets".into());
        }
        names.push("outcome".into());
        names
    }

    /// Returns the fields of which no path led to a value. Time, action and outcome are left out: a
    /// record without the first two is refused.
    pub fn unmatched(&self, hits: Hits) -> Vec<MappedField> {
        let mut fields: Vec<(Arc<str>, BTreeSet<usize>, Says)> = Vec::new();
        let mut add =
            |field: &Arc<str>, slots: BTreeSet<usize>, says| match fields.iter_mut().find(|(own, ..)| own == field) {
                Some((_, own, _)) => own.extend(slots),
                None => fields.push((field.clone(), slots, says)),
            };
        let role = |label: &Arc<str>| label.split('.').next().map(str::to_owned);
        let hit = |slots: &BTreeSet<usize>| slots.iter().any(|slot| hits.has(*slot));
        let roles: BTreeSet<_> = self
            .actors
            .iter()
            .filter(|actor| hit(&slots([&actor.selector])))
            .map(|actor| role(&actor.label))
            .collect();
        for actor in &self.actors {
            let says = if roles.contains(&role(&actor.label)) {
                Says::Name
            } else {
                Says::Role
            };
            add(&actor.label, slots([&actor.selector]), says);
        }
        for (name, groups, says) in [
            ("tenants", &self.tenants, Says::Name),
            ("targets", &self.targets, Says::Detail),
        ] {
            add(&name.into(), groups.iter().flat_map(of_group).collect(), says);
        }
        for (name, selectors) in self.fields.named() {
            if name != "action" {
                add(&name.into(), slots(selectors), Says::Detail);
            }
        }
        let unmatched = fields
            .into_iter()
            .filter(|(_, slots, _)| !slots.is_empty() && !slots.iter().any(|slot| hits.has(*slot)));
        unmatched
            .map(|(field, slots, says)| MappedField {
                field,
                says,
                paths: slots
                    .iter()
                    .map(|slot| format!("/{}", self.paths.name(*slot)))
                    .collect(),
            })
            .collect()
    }
}

fn slots<'s>(selectors: impl IntoIterator<Item = &'s Selector>) -> BTreeSet<usize> {
    let mut slots = BTreeSet::new();
    for selector in selectors {
        match selector {
            Selector::Slot(slot)
            | Selector::Json(slot, _)
            | Selector::Each(slot, _)
            | Selector::Named { list: slot, .. } => {
                slots.insert(*slot);
            }
            // A constant is there in every record.
            Selector::Constant(_) => {}
            Selector::Cut(of, _) => slots.extend(self::slots([&**of])),
            Selector::Join(parts, _) => slots.extend(self::slots(parts)),
        }
    }
    slots
}

/// Returns the slots of the id and the name of a group. A type alone is no target.
fn of_group(group: &Group) -> BTreeSet<usize> {
    match group {
        Group::Once { id, name, .. } => slots(id.iter().chain(name)),
        Group::Each { list, .. } => BTreeSet::from([*list]),
    }
}

/// Returns the paths of all values of a JSON text that are no `null`, with `*` for any element of a
/// list, and the first value at each; none if it is no JSON.
pub fn values_by_path(json: &[u8]) -> BTreeMap<Vec<String>, String> {
    let mut paths = BTreeMap::new();
    if let Ok(value) = serde_json::from_slice::<Value>(json) {
        leaves(&value, &mut Vec::new(), &mut paths);
    }
    paths
}

fn leaves(value: &Value, path: &mut Vec<String>, paths: &mut BTreeMap<Vec<String>, String>) {
    let mut step = |name: &str, value: &Value| {
        path.push(name.to_owned());
        leaves(value, path, paths);
        path.pop();
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| step(name, value)),
        Value::Array(elements) => elements.iter().for_each(|value| step("*", value)),
        Value::Null => {}
        Value::String(text) => {
            paths.entry(path.clone()).or_insert_with(|| text.clone());
        }
        Value::Bool(_) | Value::Number(_) => {
            paths.entry(path.clone()).or_insert_with(|| value.to_string());
        }
    }
}

/// Returns the paths of all fields of a record of text, those inside of others included, and the
/// text at each.
pub fn fields_by_path(fields: &[TextField<'_>]) -> BTreeMap<Vec<String>, String> {
    let mut paths = BTreeMap::new();
    collect(fields, &mut Vec::new(), &mut paths);
    paths
}

fn collect(fields: &[TextField<'_>], path: &mut Vec<String>, paths: &mut BTreeMap<Vec<String>, String>) {
    for field in fields {
        path.push(field.name.to_string());
        match &field.inside {
            Some(TextInside::Fields(inside)) => collect(inside, path, paths),
            Some(TextInside::Json) => {
                let inside = values_by_path(field.text.as_bytes());
                let below = |(rest, value): (Vec<String>, String)| ([path.as_slice(), &rest].concat(), value);
                paths.extend(inside.into_iter().map(below));
            }
            None => {
                paths.entry(path.clone()).or_insert_with(|| field.text.to_string());
            }
        }
        path.pop();
    }
}
