//! Decisions of the case on events that name no tenant.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::{Case, Decision, TenantId},
    events::TenantRef,
    tally::ScopedEvent,
};

/// A decision, and the number of events in scope that it applies to.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct DecisionFinding {
    /// The decision as the case states it.
    #[serde(flatten)]
    pub decision: Decision,
    /// Events in scope that it applies to. It applies to none if no event in scope has the id, or
    /// if its record names a tenant.
    pub events: u64,
}

/// Numbers of events by the positions of the decisions that apply to them.
pub(super) type DecidedEvents = BTreeMap<usize, u64>;

/// Returns the position of the decision that gave an event its tenants, or that it has none.
pub(super) fn applied(case: &Case, event: &ScopedEvent) -> Option<usize> {
    let (at, decision) = case.decisions.on(event.event.event_id.as_deref())?;
    let tenants = event.event.tenants.iter();
    let is_decided = |tenant: &TenantRef| tenant.name.is_none() && tenant.logged.is_none();
    let fits = tenants.clone().all(is_decided) && tenants.map(|tenant| &tenant.id).eq(&decision.tenants);
    fits.then_some(at)
}

/// Counts the events of a tenant to which decisions apply. An event of several tenants counts for
/// the first.
pub(super) fn of_tenant(case: &Case, id: &TenantId, events: &[&ScopedEvent]) -> DecidedEvents {
    let mut counts = DecidedEvents::new();
    if case.decisions.all().is_empty() {
        return counts;
    }
    let first = events
        .iter()
        .filter(|event| event.event.tenants.first().is_some_and(|tenant| tenant.id == *id));
    for at in first.filter_map(|event| applied(case, event)) {
        *counts.entry(at).or_default() += 1;
    }
    counts
}

/// Returns every decision of the case with its sum of events.
pub(super) fn findings<'c>(
    case: &Case,
    counts: &(impl Iterator<Item = &'c DecidedEvents> + Clone),
) -> Vec<DecisionFinding> {
    let finding = |(at, decision): (usize, &Decision)| DecisionFinding {
        decision: decision.clone(),
        events: counts.clone().filter_map(|counts| counts.get(&at)).sum(),
    };
    case.decisions.all().iter().enumerate().map(finding).collect()
}
