//! Sorts logged names of tenants: a tenant's own, and names that belong to another.
//!
//! An event states what its tenant is called, and the writer of a log may give one tenant the name
//! of another. So a logged name is the tenant's own only if the directory lists it for that tenant,
//! or if no other tenant has it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{family, lookup_form::lookup_form, observed::ObservedTenant};
use crate::case::{Case, TenantId, id_key};

/// A logged name that belongs to another tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct ClaimedName {
    /// The tenant that an event calls so.
    pub tenant: TenantId,
    /// Name as logged.
    pub name: String,
    /// Ids of the other tenants that have the name, the first few.
    pub of: Vec<TenantId>,
}

/// At most this many owners of a name are kept.
const OWNERS: usize = 5;

/// Returns the logged names that belong to another tenant, in the order of tenants and names.
pub(super) fn claimed(case: &Case, observed_tenants: &[ObservedTenant]) -> Vec<ClaimedName> {
    let mut open: Vec<(&str, &str, BTreeSet<String>)> = Vec::new();
    // Every name that is not listed for its tenant: by spelling, who else has it.
    let mut others: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for observed_tenant in observed_tenants {
        let id = observed_tenant.id.0.as_str();
        let own: BTreeSet<String> = case.listed_names(id).flat_map(spellings).collect();
        for name in &observed_tenant.names {
            let lookup_form_cased = spellings(name);
            if lookup_form_cased.is_disjoint(&own) {
                let spellings = lookup_form_cased.iter().cloned();
                spellings.for_each(|spelling| {
                    others.entry(spelling).or_default().insert(id);
                });
                open.push((id, name, lookup_form_cased));
            }
        }
    }
    if open.is_empty() {
        return Vec::new();
    }
    for tenant in case.directory.tenants.iter() {
        let may_claim = |name: &&str| {
            let beginning = family::beginning(name);
            beginning.is_none_or(|beginning| {
                let behind = others.range(beginning.text().to_owned()..).next();
                behind.is_some_and(|(spelling, _)| spelling.starts_with(beginning.text()))
            })
        };
        let claimed: Vec<_> = tenant.names().filter(may_claim).flat_map(spellings).collect();
        for spelling in claimed {
            if let Some(ids) = others.get_mut(&spelling) {
                ids.insert(case.merge.tenant(tenant.id()));
            }
        }
    }
    let claimed = open.into_iter().filter_map(|(id, name, lookup_form_cased)| {
        let others = lookup_form_cased.iter().flat_map(|spelling| &others[spelling]).copied();
        // Ids that differ only in how they are written are probably one tenant's.
        let own = id_key(id);
        let others: BTreeSet<&str> = others.filter(|other| id_key(other) != own).collect();
        (!others.is_empty()).then(|| ClaimedName {
            tenant: TenantId(id.to_owned()),
            name: name.to_owned(),
            of: others
                .into_iter()
                .take(OWNERS)
                .map(|other| TenantId(other.to_owned()))
                .collect(),
        })
    });
    claimed.collect()
}

/// Returns the logged names that the directory does not list for their tenants and that are not
/// known to be claimed.
pub(super) fn open<'o>(
    case: &Case,
    observed_tenants: &'o [ObservedTenant],
    known: &[ClaimedName],
) -> Vec<(&'o TenantId, &'o str)> {
    if case.directory.tenants.iter().next().is_none() {
        return Vec::new();
    }
    let each = observed_tenants
        .iter()
        .flat_map(|tenant| tenant.names.iter().map(|name| (&tenant.id, name.as_str())));
    let is_known = |id: &TenantId, name: &str| known.iter().any(|claim| claim.tenant == *id && claim.name == name);
    each.filter(|(id, name)| {
        let mut listed = case.listed_names(&id.0);
        !listed.any(|listed| listed == *name) && !is_listed(case, id, name) && !is_known(id, name)
    })
    .collect()
}

/// Returns the claim of a tenant to a name that holds what these others are called.
pub(super) fn claim(tenant: &TenantId, name: &str, of: BTreeSet<String>) -> Option<ClaimedName> {
    let own = id_key(&tenant.0);
    let of: Vec<_> = of.into_iter().filter(|other| id_key(other) != own).collect();
    (!of.is_empty()).then(|| ClaimedName {
        tenant: tenant.clone(),
        name: name.to_owned(),
        of: of.into_iter().take(OWNERS).map(TenantId).collect(),
    })
}

/// Returns whether the directory lists a name, in some spelling, for a tenant.
pub(super) fn is_listed(case: &Case, tenant: &TenantId, name: &str) -> bool {
    let mut listed = case.listed_names(&tenant.0);
    let name = spellings(name);
    listed.any(|listed| !spellings(listed).is_disjoint(&name))
}

/// Returns what a name reads as: its exact form, and the skeletons of its family.
fn spellings(name: &str) -> BTreeSet<String> {
    let mut spellings = family::spellings(name);
    spellings.insert(lookup_form(name));
    spellings
}
