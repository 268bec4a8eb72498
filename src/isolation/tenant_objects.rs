//! Objects besides people that tenants' own events name: files, groups, devices, phones, resource
//! names. They are searched for in texts that people type in the events of others.
//!
//! Events name as many of them as they have targets, and nearly none stands in a text of another
//! tenant. So only a hash of each is kept, and texts are searched word by word.

use super::{object_key::folded, observed::ObservedTenant};

/// Numbers of what is one tenant's alone.
#[derive(Debug, Clone, Default)]
pub(super) struct TenantObjects {
    /// Numbers in order, each with the tenant's place.
    owners: Vec<(u64, usize)>,
    /// Numbers of the first words of what has several, in order: few words of a text are one.
    first_word_keys: Vec<u64>,
}

impl TenantObjects {
    pub(super) fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    /// Returns the objects of these tenants. An object of several tenants has no owner.
    pub(super) fn of(tenants: &[&str], observed_tenants: &[ObservedTenant]) -> Self {
        let place = |observed_tenant: &ObservedTenant| {
            tenants
                .binary_search(&observed_tenant.id.0.as_str())
                .expect("everybody is there")
        };
        let owned = observed_tenants
            .iter()
            .map(|observed_tenant| (place(observed_tenant), &observed_tenant.object_keys));
        let mut all: Vec<_> = owned
            .flat_map(|(at, object_keys)| object_keys.iter().map(move |object| (*object, at)))
            .collect();
        all.sort_unstable();
        let mut once = Vec::with_capacity(all.len());
        for same in all.chunk_by(|one, other| one.0 == other.0) {
            if let [only] = same {
                once.push(*only);
            }
        }
        let mut first_word_keys: Vec<_> = observed_tenants
            .iter()
            .flat_map(|observed_tenant| &observed_tenant.first_word_keys)
            .copied()
            .collect();
        first_word_keys.sort_unstable();
        first_word_keys.dedup();
        Self {
            owners: once,
            first_word_keys,
        }
    }

    pub(super) fn owner(&self, key: u64) -> Option<usize> {
        let at = self.owners.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        Some(self.owners[at].1)
    }

    /// Returns whether something of several words begins with this one.
    pub(super) fn begins(&self, word: &str) -> bool {
        !self.first_word_keys.is_empty() && self.first_word_keys.binary_search(&folded(word)).is_ok()
    }
}
