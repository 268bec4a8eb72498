//! Difference between the answer to a case and the answer to a variation of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Caveat, Findings, ScopeFinding, TenantFinding};
use crate::{case::TenantId, time::Timestamp};

/// The version of this format.
pub const DIFFERENCE_SCHEMA: &str = "tenant-impact/difference/1";

/// Figures of the answer to a case as written, beside those with other windows or agents.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Difference {
    /// Always [`DIFFERENCE_SCHEMA`].
    pub schema: String,
    /// The number of the case.
    pub case: String,
    /// Events in scope.
    pub events: BeforeAfter,
    /// Tenants with an event in scope.
    pub tenants: BeforeAfter,
    /// Caveats of the other answer.
    pub caveats: Vec<Caveat>,
    /// Each scope, in the order of the case.
    pub scopes: Vec<ScopeDifference>,
}

/// One figure of both answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BeforeAfter {
    /// The figure of the case as written.
    pub before: u64,
    /// The figure with the other windows or agents.
    pub after: u64,
}

/// One scope of both answers.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ScopeDifference {
    /// Name of the scope.
    pub name: String,
    /// First instant of the other window.
    pub from: Timestamp,
    /// First instant after the other window.
    pub until: Timestamp,
    /// Events in it.
    pub events: BeforeAfter,
    /// Tenants with an event in it.
    pub tenants: BeforeAfter,
    /// Tenants whose number of events in it differs, in id order.
    pub changed: Vec<TenantDifference>,
}

/// One tenant in a scope of both answers.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TenantDifference {
    /// Id as logged.
    pub id: TenantId,
    /// From the directory, or as logged.
    pub name: Option<String>,
    /// Its events in the scope.
    pub events: BeforeAfter,
}

impl Difference {
    /// Compares two answers, whose scopes have the same names in the same order.
    pub fn new(before: &Findings, after: &Findings) -> Self {
        let both = before.scopes.iter().zip(&after.scopes);
        Self {
            schema: DIFFERENCE_SCHEMA.to_owned(),
            case: before.case.header.id.clone(),
            events: BeforeAfter {
                before: before.records.in_scope,
                after: after.records.in_scope,
            },
            tenants: BeforeAfter {
                before: before.tenants.len() as u64,
                after: after.tenants.len() as u64,
            },
            caveats: after.caveats.clone(),
            scopes: both.map(|scopes| scope_difference(scopes, [before, after])).collect(),
        }
    }
}

fn scope_difference((before, after): (&ScopeFinding, &ScopeFinding), both: [&Findings; 2]) -> ScopeDifference {
    let mut counts: BTreeMap<&TenantId, (Option<&str>, [u64; 2])> = BTreeMap::new();
    for (side, findings) in both.into_iter().enumerate() {
        let events = |tenant: &TenantFinding| tenant.scopes.get(&before.name).copied().unwrap_or(0);
        for tenant in &findings.tenants {
            let (name, counts) = counts.entry(&tenant.id).or_default();
            *name = name.or(tenant.name.as_deref());
            counts[side] = events(tenant);
        }
    }
    let changed = counts.into_iter().filter(|(_, (_, [before, after]))| before != after);
    ScopeDifference {
        name: before.name.clone(),
        from: after.from,
        until: after.until,
        events: BeforeAfter {
            before: before.events,
            after: after.events,
        },
        tenants: BeforeAfter {
            before: before.tenants,
            after: after.tenants,
        },
        changed: changed
            .map(|(id, (name, [before, after]))| TenantDifference {
                id: id.clone(),
                name: name.map(str::to_owned),
                events: BeforeAfter { before, after },
            })
            .collect(),
    }
}
