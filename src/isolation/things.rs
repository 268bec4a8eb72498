//! Whose the things are that events of several tenants were done on. Such an event does not say it;
//! another one may, that is one tenant's alone.

use super::{Hit, Kind, Reader, Rule, SEVERAL, Verdict, bare::named, people::both, sighting::Company, sighting::once};
use crate::{events::Target, tally::ScopedEvent};

/// Ids and names of what events of several tenants were done on, and who has events of its own on
/// the same.
#[derive(Debug, Clone, Default)]
pub struct Things {
    /// In the form in which they are compared, in order.
    names: Vec<String>,
    /// Of each the first few.
    owners: Vec<Vec<String>>,
}

/// So many owners of a thing are told.
const OWNERS: usize = 5;

impl Things {
    /// Those of these tenants' events, of which nobody is known yet to have any.
    pub fn of(companies: &[Company]) -> Self {
        let names = once(companies.iter().flat_map(|company| &company.shared).collect());
        Self {
            owners: vec![Vec::new(); names.len()],
            names: names.into_iter().cloned().collect(),
        }
    }

    /// Whether there are none, so that no event need be looked at.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Which of them are in those of a tenant's events that are its alone: their numbers, in order.
    pub fn own(&self, events: &[&ScopedEvent]) -> Vec<usize> {
        if self.is_empty() {
            return Vec::new();
        }
        let own = events.iter().map(|event| &event.event);
        let own = own.filter(|event| event.tenants.len() == 1);
        let texts = once(own.flat_map(|event| event.targets.iter().flat_map(both)).collect());
        once(texts.into_iter().filter_map(|text| self.number(text)).collect())
    }

    /// This tenant has these. Tenants come in order.
    pub fn owned(&mut self, company: &Company, own: &[usize]) {
        for thing in own {
            let owners = &mut self.owners[*thing];
            if owners.len() < OWNERS {
                owners.push(company.id.0.clone());
            }
        }
    }

    fn number(&self, text: &str) -> Option<usize> {
        self.names.binary_search(&named(text)).ok()
    }
}

impl Reader<'_> {
    /// What stands in the place of a target of an event of several tenants that is known to be
    /// another's, and not the reader's, whose own things are given: none if it may stand. A name
    /// that several have (`Settings`) says nothing of any of them.
    pub fn another_s_thing(&self, target: &Target, own: &[usize]) -> Option<(String, Hit)> {
        let things = &self.names.things;
        let texts = [(&target.id, OWNERS), (&target.name, 1)].into_iter();
        let known = texts.filter_map(|(text, most)| Some((text.as_deref()?, things.number(text.as_deref()?)?, most)));
        let known: Vec<_> = known.collect();
        if known.iter().any(|(_, thing, _)| own.binary_search(thing).is_ok()) {
            return None;
        }
        let theirs = |(text, thing, most): &&(&str, usize, usize)| {
            (1..=*most).contains(&things.owners[*thing].len()) && !self.may_stand(text)
        };
        let (text, thing, _) = known.iter().find(theirs)?;
        let hit = Hit {
            text: crate::text::shortened(text, super::mask::LONGEST).into_owned(),
            kind: Kind::Thing,
            of: things.owners[*thing].clone(),
            rule: Rule::Exact,
            verdict: Verdict::Masked,
            times: 1,
        };
        (!self.is_own_person(target)).then(|| (SEVERAL.to_owned(), hit))
    }
}
