//! Names that are nearly listed identities, and listed identities that no record has.

use crate::{
    findings::{AgentFinding, DerivedFinding, Findings, NearFinding, NearIdentity, UnseenIdentity},
    reports::template::view,
    text::{counted, grouped},
};

/// Names and identities that are shown. findings.json holds all.
const SHOWN: usize = 100;

view! {
    /// The whole section.
    pub(super) struct NearView {
        any: bool,
        mentions: String,
        outside_scopes: String,
        narrowed: String,
        names: Vec<NameView>,
        more_names: String,
        agents: Vec<UnseenView>,
        identities: Vec<IdentityView>,
        more_identities: String,
        derived: Vec<DerivedView>,
    }
}

view! {
    struct DerivedView {
        name: String,
        relation: String,
        identity: String,
        agent: String,
        records: String,
    }
}

view! {
    struct NameView {
        name: String,
        relation: String,
        identity: String,
        agent: String,
        records: String,
        path: String,
        offset: String,
    }
}

view! {
    struct UnseenView {
        agent: String,
        place: String,
    }
}

view! {
    struct IdentityView {
        identity: String,
        agent: String,
        nearest: String,
        records: String,
    }
}

impl NearView {
    pub(super) fn new(findings: &Findings) -> Self {
        let near = &findings.near;
        let mut names: Vec<&NearIdentity> = near.identities.iter().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.records));
        // Those with a near name first.
        let mut unseen: Vec<&UnseenIdentity> = near.unseen.iter().collect();
        unseen.sort_by_key(|identity| identity.nearest.is_none());
        let records = |count: u64| {
            if count == 0 {
                String::new()
            } else {
                counted(count, "record", "records")
            }
        };
        Self {
            any: any(near),
            mentions: records(near.mentions),
            outside_scopes: records(near.outside_scopes),
            narrowed: records(near.narrowed),
            names: names
                .iter()
                .take(SHOWN)
                .map(|name| NameView::new(findings, name))
                .collect(),
            more_names: more(names.len()),
            agents: near.unseen_agents.iter().map(UnseenView::new).collect(),
            identities: unseen
                .iter()
                .take(SHOWN)
                .map(|identity| IdentityView::new(identity))
                .collect(),
            more_identities: more(unseen.len()),
            derived: derived(findings).collect(),
        }
    }
}

/// Returns the names that are derived from listed identities and count as their agents' own.
fn derived(findings: &Findings) -> impl Iterator<Item = DerivedView> {
    let own = |agent: &'_ AgentFinding| {
        let id = agent.id.0.clone();
        let view = move |name: &DerivedFinding| DerivedView {
            name: name.name.clone(),
            relation: name.relation.says().to_owned(),
            identity: name.identity.clone(),
            agent: id.clone(),
            records: grouped(name.records),
        };
        agent.derived.iter().map(view).collect::<Vec<_>>()
    };
    findings.agents.iter().flat_map(own)
}

fn any(near: &NearFinding) -> bool {
    let records = near.mentions + near.outside_scopes + near.narrowed + near.forms;
    records > 0 || !near.unseen.is_empty()
}

fn more(number: usize) -> String {
    match number.saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("{} more are in findings.json.", grouped(more as u64)),
    }
}

impl NameView {
    fn new(findings: &Findings, name: &NearIdentity) -> Self {
        let source = findings.sources.get(name.source);
        Self {
            name: name.as_logged.clone(),
            relation: name.relation.says().to_owned(),
            identity: name.identity.clone(),
            agent: name.agent.0.clone(),
            records: grouped(name.records),
            path: source.map(|source| source.path.clone()).unwrap_or_default(),
            offset: grouped(name.offset),
        }
    }
}

impl UnseenView {
    fn new(agent: &crate::findings::UnseenAgent) -> Self {
        let place = match agent.outside_windows {
            Some(true) => "only outside the windows",
            Some(false) => "in no log",
            None => "in no window; records outside the windows were not looked at",
        };
        Self {
            agent: agent.agent.0.clone(),
            place: place.to_owned(),
        }
    }
}

impl IdentityView {
    fn new(identity: &UnseenIdentity) -> Self {
        let nearest = identity.nearest.as_ref();
        Self {
            identity: identity.identity.clone(),
            agent: identity.agent.0.clone(),
            nearest: nearest.map(|nearest| nearest.name.clone()).unwrap_or_default(),
            records: nearest.map(|nearest| grouped(nearest.records)).unwrap_or_default(),
        }
    }
}
