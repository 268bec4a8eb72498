//! Agents that acted outside the time in which they were entitled to their identities.

use super::listed;
use crate::{
    findings::{AgentFinding, Findings, TenureFinding},
    text::counted,
};

/// Warns of events in scope outside their agents' tenures.
pub(super) fn outside(findings: &Findings) -> Option<String> {
    let of = |agent: &AgentFinding| sentence(agent, agent.tenure.as_ref()?);
    let agents: Vec<String> = findings.agents.iter().filter_map(of).collect();
    (!agents.is_empty()).then(|| {
        format!(
            "Identities were used when their agents were not entitled to them: {}. These events are in scope like all others. \
             Find out who had the identities then, and whether what they did outside the windows matters too.",
            listed(&agents, "agent")
        )
    })
}

/// `` `ag-03` (until 2026-01-17T00:00:00Z, left): 3 events after that, in 2 tenants``.
pub(in crate::findings) fn sentence(agent: &AgentFinding, tenure: &TenureFinding) -> Option<String> {
    let after = tenure.until.filter(|_| tenure.after > 0).map(|until| {
        let events = counted(tenure.after, "event", "events");
        format!("{events} since it ended at {until}")
    });
    let before = tenure.from.filter(|_| tenure.before > 0).map(|from| {
        let events = counted(tenure.before, "event", "events");
        format!("{events} before it began at {from}")
    });
    let parts: Vec<String> = after.into_iter().chain(before).collect();
    if parts.is_empty() {
        return None;
    }
    let reason = tenure
        .reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    Some(format!(
        "`{}`{reason}: {}, in {}",
        agent.id,
        parts.join(" and "),
        counted(tenure.tenants, "tenant", "tenants")
    ))
}
