//! The agents searched for, and the scopes that name them.

use super::moment;
use crate::{
    case::AgentId,
    findings::{AgentFinding, Findings, ScopeFinding},
    reports::{lang, template::view, view::text},
    text::grouped,
};

view! {
    pub(super) struct AgentView {
        id: String,
        pseudonym: String,
        name: String,
        email: String,
        employer: String,
        role: String,
        country: String,
        events: String,
        tenants: String,
        first: String,
        last: String,
    }
}

view! {
    pub(super) struct ScopeView {
        name: String,
        from: String,
        until: String,
        basis: String,
        agents: String,
        sessions: String,
        ips: String,
        user_agents: String,
        keys: String,
        actions: String,
        events: String,
        failed: String,
        tenants: String,
    }
}

impl AgentView {
    pub(super) fn new(agent: &AgentFinding) -> Self {
        let owned = |field: &Option<String>| text(field.as_ref()).into_owned();
        Self {
            id: agent.id.0.clone(),
            pseudonym: agent.pseudonym.clone(),
            name: owned(&agent.name),
            email: owned(&agent.email),
            employer: owned(&agent.employer),
            role: owned(&agent.role),
            country: owned(&agent.country),
            events: grouped(agent.events),
            tenants: grouped(agent.tenants),
            first: moment(agent.first),
            last: moment(agent.last),
        }
    }
}

view! {
    /// An agent that acted outside its tenure.
    pub(super) struct StrayView {
        id: String,
        from: String,
        until: String,
        reason: String,
        before: String,
        after: String,
        tenants: String,
        first_after: String,
        last_after: String,
    }
}

impl StrayView {
    pub(super) fn new(agent: &AgentFinding) -> Option<Self> {
        let tenure = agent.tenure.as_ref()?;
        (tenure.before + tenure.after > 0).then(|| Self {
            id: agent.id.0.clone(),
            from: moment(tenure.from),
            until: moment(tenure.until),
            reason: text(tenure.reason.as_ref()).into_owned(),
            before: grouped(tenure.before),
            after: grouped(tenure.after),
            tenants: grouped(tenure.tenants),
            first_after: moment(tenure.first_after),
            last_after: moment(tenure.last_after),
        })
    }
}

impl ScopeView {
    pub(super) fn new(scope: &ScopeFinding, findings: &Findings) -> Self {
        let listed = findings.listed_agents().count();
        let agents = match scope.agents.len() {
            _ if scope.open => "whoever acted".to_owned(),
            all if all == listed => format!("all {}", grouped(all as u64)),
            1..=5 => ids(&scope.agents),
            some => format!("{} of {}", grouped(some as u64), grouped(listed as u64)),
        };
        Self {
            name: scope.name.clone(),
            from: lang::clock(scope.from),
            until: lang::clock(scope.until),
            basis: scope.basis.clone().unwrap_or_default(),
            agents,
            sessions: scope.conditions.sessions.join(", "),
            ips: scope.conditions.ips.join(", "),
            user_agents: scope.conditions.user_agents.join(", "),
            keys: scope.conditions.keys.join(", "),
            actions: scope.conditions.actions.join(", "),
            events: grouped(scope.events),
            failed: grouped(scope.failed),
            tenants: grouped(scope.tenants),
        }
    }
}

pub(super) fn ids(agents: &[AgentId]) -> String {
    agents.iter().map(|id| id.0.as_str()).collect::<Vec<_>>().join(", ")
}
