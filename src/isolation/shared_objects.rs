//! Owners of the objects of events of several tenants. Such an event does not state the owner; an
//! event of one tenant may.

use super::{
    lookup_form::lookup_form,
    observed::{ObservedTenant, once},
    people::both,
};
use crate::tally::ScopedEvent;

/// Ids and names of what events of several tenants were done on, and who has events of its own on
/// the same.
#[derive(Debug, Clone, Default)]
pub struct SharedObjects {
    /// In the form in which they are compared, in order.
    names: Vec<String>,
    /// First few owners of each.
    pub(super) owners: Vec<Vec<String>>,
}

/// Owners that are kept for each object.
pub(super) const OWNERS: usize = 5;

impl SharedObjects {
    /// Returns the objects of these tenants' events, without owners yet.
    pub fn of(observed_tenants: &[ObservedTenant]) -> Self {
        let names = once(
            observed_tenants
                .iter()
                .flat_map(|observed_tenant| &observed_tenant.shared_objects)
                .collect(),
        );
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
    pub fn owned(&mut self, observed_tenant: &ObservedTenant, own: &[usize]) {
        for object in own {
            let owners = &mut self.owners[*object];
            if owners.len() < OWNERS {
                owners.push(observed_tenant.id.0.clone());
            }
        }
    }

    pub(super) fn number(&self, text: &str) -> Option<usize> {
        self.names.binary_search(&lookup_form(text)).ok()
    }
}
