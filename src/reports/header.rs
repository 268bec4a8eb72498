//! The part of an answer that every customer may see, and nothing else.
//!
//! A tenant's report is made from this and from the tenant's own impact. Whatever must not reach a
//! customer (paths, other tenants, figures over all tenants, the vendor's own caveats, people's
//! names where the case keeps them back) is left behind here, so that no view or template can print
//! it by mistake.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    case::{AgentNaming, CaseHeader, Incident},
    catalogue::{Catalogue, Effect, Touches},
    coverage::Gap,
    digest,
    events::Profile,
    findings::{AgentFinding, CaveatCode, Findings, ScopeFinding, SourceFinding, Tool},
    scope::ScopeMask,
    time::{Timestamp, Window},
};

/// A stand-in for a text: no name is written so.
pub(super) const DOT: &str = "·";

/// The part of the findings that every customer may see.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) case: CaseHeader,
    /// Whether every report is marked as a draft.
    pub(super) draft: bool,
    pub(super) incident: Option<Incident>,
    pub(super) tool: Tool,
    pub(super) scopes: Vec<Scope>,
    /// In the order of the findings: events refer to them by position.
    pub(super) sources: Vec<Source>,
    /// In the order of the findings: events refer to them by position.
    pub(super) agents: Vec<Agent>,
    /// Number of them that are in a scope.
    pub(super) asked: u64,
    /// Whether a scope is open.
    pub(super) open: bool,
    /// Meanings by code.
    pub(super) glossary: BTreeMap<String, Meaning>,
    /// In order of time.
    pub(super) gaps: Vec<KindGap>,
    /// Codes of actions that name no tenant and can concern any, with their effects and numbers.
    pub(super) concerning_any: Vec<(String, Effect, u64)>,
    pub(super) gap_hours: u32,
    /// Outages that touch a window, in the order of the case.
    pub(super) outages: Vec<StatedOutage>,
    /// Statements about the exports of the logs, each once, in the order of the case.
    pub(super) origins: Vec<StatedOrigin>,
    /// Clock hours that the time searched touches, and how many of them hold a record.
    pub(super) hours: u64,
    pub(super) hours_with_records: u64,
    /// Whether the vendor gave a list of its customers, so that one can be missing in it.
    pub(super) has_directory: bool,
    /// Which kinds of caveat there are; their messages are the vendor's.
    pub(super) caveats: BTreeSet<CaveatCode>,
    /// Those of them that are about one record alone.
    pub(super) single: BTreeSet<CaveatCode>,
}

/// A scope of the case.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) name: String,
    pub(super) window: Window,
    /// Printed only where the tenant has events in the scope.
    pub(super) basis: Option<String>,
    /// Only events that meet further conditions are in it.
    pub(super) narrowed: bool,
    /// Whether it is open: every event that meets its conditions is in it.
    pub(super) open: bool,
    /// It is what evidence ties to the intruder.
    pub(super) tied: bool,
}

/// A stretch of time without a record of some kinds of log.
#[derive(Debug, Clone)]
pub(super) struct KindGap {
    pub(super) gap: Gap,
    /// Which kinds; empty if no kind has a record there.
    pub(super) kinds: Vec<String>,
}

/// An outage that the case states.
#[derive(Debug, Clone)]
pub(super) struct StatedOutage {
    pub(super) window: Window,
    /// The kinds of log that it concerns; empty if it is every kind.
    pub(super) kinds: Vec<String>,
    pub(super) what: String,
}

/// Statements of the case about the export of a log, without its path, its query and the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StatedOrigin {
    pub(super) profile: String,
    pub(super) at: Option<Timestamp>,
    pub(super) how: Option<String>,
    /// Whether it was made with a query or filter.
    pub(super) filtered: bool,
    pub(super) not_recorded: Vec<String>,
}

/// A log file without its path.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The commitment to its SHA-256, in hexadecimal digits: written out once, not for every row.
    pub(super) commitment: String,
    pub(super) profile: String,
    pub(super) read: u64,
    pub(super) outside_window: u64,
    pub(super) refused: u64,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

/// An agent as customers see it.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    /// The pseudonym, or the name where the case says so.
    pub(super) label: String,
    /// Only where the case says that agents are named.
    pub(super) id: Option<String>,
    pub(super) role: Option<String>,
    pub(super) employer: Option<String>,
    pub(super) country: Option<String>,
}

/// Description of an action by the catalogue.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    pub(super) says: Option<String>,
    pub(super) check: Option<String>,
    pub(super) look_for: Vec<String>,
    pub(super) in_order_if: Option<String>,
    pub(super) not_logged: Option<String>,
    /// Code of the action that it ends.
    pub(super) ends: Option<String>,
}

/// Returns the caveats that are about one record alone, where that is known.
fn single(findings: &Findings) -> BTreeSet<CaveatCode> {
    let possibly = findings.refused.iter().filter(|refused| refused.is_possibly_in_scope());
    let open = findings
        .actions
        .iter()
        .filter(|action| action.touches == Touches::Tenant);
    let implausible = findings.sources.iter().map(|source| &source.implausible);
    let counts = [
        (CaveatCode::PossiblyInScope, possibly.count() as u64),
        (
            CaveatCode::EventsWithoutTenant,
            open.map(|action| action.without_tenant - action.decided_none).sum(),
        ),
        (
            CaveatCode::ImplausibleTimes,
            implausible.map(|times| times.refused + times.after_issue).sum(),
        ),
    ];
    let single = counts.into_iter().filter(|(_, count)| *count == 1);
    single.map(|(code, _)| code).collect()
}

impl Header {
    /// Takes what customers may see and leaves the rest.
    pub(super) fn new(findings: &Findings) -> Self {
        Self {
            case: findings.case.header.clone(),
            draft: findings.draft.is_draft(),
            incident: findings.case.incident.clone(),
            tool: findings.tool.clone(),
            scopes: findings.scopes.iter().map(Scope::new).collect(),
            asked: asked(findings),
            open: findings.scopes.iter().any(|scope| scope.open),
            sources: findings.sources.iter().map(Source::new).collect(),
            agents: agents(findings),
            glossary: glossary(findings),
            gaps: gaps(findings),
            concerning_any: concerning_any(findings),
            outages: outages(findings),
            origins: origins(findings),
            has_directory: findings.impact.listed > 0,
            gap_hours: findings.coverage.gap_hours,
            hours: findings.coverage.hours,
            hours_with_records: findings.coverage.hours_with_records,
            caveats: findings.caveats.iter().map(|caveat| caveat.code).collect(),
            single: single(findings),
        }
    }

    /// Returns the header without sentences of the case: only text that this program writes for
    /// every tenant, and facts that the vendor states about itself.
    pub(super) fn plain(&self, own: &Catalogue) -> Self {
        let mut plain = self.clone();
        DOT.clone_into(&mut plain.case.title);
        let incident = plain.incident.iter_mut().flat_map(Incident::texts_mut);
        incident.for_each(|text| DOT.clone_into(text));
        for basis in plain.scopes.iter_mut().filter_map(|scope| scope.basis.as_mut()) {
            DOT.clone_into(basis);
        }
        for agent in &mut plain.agents {
            let said = [&mut agent.role, &mut agent.employer, &mut agent.country];
            said.into_iter().flatten().for_each(|text| DOT.clone_into(text));
        }
        for outage in &mut plain.outages {
            DOT.clone_into(&mut outage.what);
            outage.kinds.iter_mut().for_each(without_own_profile);
        }
        for origin in &mut plain.origins {
            without_own_profile(&mut origin.profile);
            let texts = origin.how.iter_mut().chain(&mut origin.not_recorded);
            texts.for_each(|text| DOT.clone_into(text));
        }
        for source in &mut plain.sources {
            without_own_profile(&mut source.profile);
        }
        for (code, meaning) in &mut plain.glossary {
            let entry = own.lookup(code);
            let events = meaning.look_for.iter_mut();
            let own_events = events.filter(|event| !entry.look_for.contains(event));
            own_events.for_each(|event| DOT.clone_into(event));
            for (text, built_in) in [
                (&mut meaning.says, entry.says),
                (&mut meaning.check, entry.check),
                (&mut meaning.in_order_if, entry.in_order_if),
                (&mut meaning.not_logged, entry.not_logged),
            ] {
                match text {
                    Some(text) if Some(text.as_str()) != built_in => DOT.clone_into(text),
                    _ => {}
                }
            }
        }
        plain
    }

    /// Returns the words for those whose actions were searched for.
    pub(super) fn by(&self) -> &'static str {
        match (self.open, self.asked) {
            (false, _) => "by support agents",
            (true, 0) => "by those whom the case searches for",
            (true, _) => "by support agents and others whom the case searches for",
        }
    }

    /// Whether the case says what evidence ties to the intruder.
    pub(super) fn has_tied(&self) -> bool {
        self.scopes.iter().any(|scope| scope.tied)
    }

    /// Whether evidence ties an event in these scopes to the intruder.
    pub(super) fn is_tied(&self, scopes: ScopeMask) -> bool {
        let inside = |(at, scope): (usize, &Scope)| scope.tied && scopes.contains(at);
        self.scopes.iter().enumerate().any(inside)
    }

    /// The time that all scopes lie in.
    pub(super) fn span(&self) -> Option<Window> {
        let from = self.scopes.iter().map(|scope| scope.window.from).min()?;
        let until = self.scopes.iter().map(|scope| scope.window.until).max()?;
        Some(Window { from, until })
    }
}

fn gaps(findings: &Findings) -> Vec<KindGap> {
    let all = &findings.coverage.kinds;
    let mut gaps: BTreeMap<Gap, Vec<String>> = BTreeMap::new();
    for kind in all {
        for gap in &kind.gaps {
            gaps.entry(*gap).or_default().push(kind.profile.clone());
        }
    }
    let gap = |(gap, mut kinds): (Gap, Vec<String>)| {
        if kinds.len() == all.len() {
            kinds.clear();
        }
        KindGap { gap, kinds }
    };
    gaps.into_iter().map(gap).collect()
}

/// Replaces the name of a profile that the case has written itself.
fn without_own_profile(profile: &mut String) {
    if Profile::source_of(profile).is_none() {
        DOT.clone_into(profile);
    }
}

fn concerning_any(findings: &Findings) -> Vec<(String, Effect, u64)> {
    let actions = findings.actions.iter().filter(|action| action.concerning_any() > 0);
    actions
        .map(|action| (action.code.clone(), action.effect, action.concerning_any()))
        .collect()
}

fn outages(findings: &Findings) -> Vec<StatedOutage> {
    let told = findings.coverage.outages.iter().filter(|found| found.is_in_window());
    told.map(|found| StatedOutage {
        window: found.outage.window(),
        kinds: if found.outage.profiles.is_empty() {
            Vec::new()
        } else {
            found.kinds.clone()
        },
        what: found.outage.what.clone(),
    })
    .collect()
}

fn origins(findings: &Findings) -> Vec<StatedOrigin> {
    let mut origins: Vec<StatedOrigin> = Vec::new();
    for input in &findings.inputs {
        let obtained = input.obtained.as_ref();
        let origin = StatedOrigin {
            profile: input.profile.clone(),
            at: obtained.and_then(|obtained| obtained.at),
            how: obtained.and_then(|obtained| obtained.how.clone()),
            filtered: obtained.is_some_and(|obtained| obtained.query.is_some()),
            not_recorded: input.not_recorded.clone(),
        };
        let states = origin.at.is_some() || origin.how.is_some() || origin.filtered || !origin.not_recorded.is_empty();
        if states && !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    origins
}

fn glossary(findings: &Findings) -> BTreeMap<String, Meaning> {
    let entry = |action: &crate::findings::ActionFinding| {
        let meaning = Meaning {
            says: action.says.clone(),
            check: action.check.clone(),
            look_for: action.look_for.clone(),
            in_order_if: action.in_order_if.clone(),
            not_logged: action.not_logged.clone(),
            ends: action.ends.clone(),
        };
        (action.code.clone(), meaning)
    };
    findings.actions.iter().map(entry).collect()
}

fn asked(findings: &Findings) -> u64 {
    let asked: BTreeSet<_> = findings.scopes.iter().flat_map(|scope| &scope.agents).collect();
    asked.len() as u64
}

impl Scope {
    fn new(scope: &ScopeFinding) -> Self {
        Self {
            name: scope.name.clone(),
            window: Window {
                from: scope.from,
                until: scope.until,
            },
            basis: scope.basis.clone(),
            tied: scope.tied,
            narrowed: !scope.conditions.is_empty() && !scope.open,
            open: scope.open,
        }
    }
}

/// Digits of a source's commitment that distinguish it in a table.
const PREFIX: usize = 12;

impl Source {
    /// The first digits of its commitment.
    pub(super) fn prefix(&self) -> &str {
        self.commitment.get(..PREFIX).unwrap_or(&self.commitment)
    }

    fn new(source: &SourceFinding) -> Self {
        Self {
            commitment: digest::shown(source.commitment),
            profile: source.profile.clone(),
            read: source.records.read,
            outside_window: source.records.outside_window,
            refused: source.records.refused,
            first: source.first,
            last: source.last,
        }
    }
}

/// Returns the facts about every agent that tenants may see. Role, employer and country could
/// identify an agent: country, then employer, then role are left out until enough listed agents
/// share the rest. All listed agents count, so that every report shows the same.
fn agents(findings: &Findings) -> Vec<Agent> {
    let naming = findings.agent_naming;
    let known = |agent: &'_ AgentFinding| [agent.role.clone(), agent.employer.clone(), agent.country.clone()];
    let mut sharing: BTreeMap<Vec<Option<String>>, u32> = BTreeMap::new();
    for agent in &findings.agents {
        let known = known(agent);
        for length in 1..=known.len() {
            *sharing.entry(known[..length].to_vec()).or_default() += 1;
        }
    }
    let shown = |agent: &AgentFinding| {
        let known = known(agent);
        let enough = |length: &usize| naming == AgentNaming::Name || sharing[&known[..*length]] >= findings.agents_k;
        (1..=known.len()).rev().find(enough).unwrap_or(0)
    };
    let agents = findings.agents.iter();
    agents.map(|agent| Agent::new(agent, naming, shown(agent))).collect()
}

impl Agent {
    /// Creates an entry with the first `shown` of role, employer and country.
    fn new(agent: &AgentFinding, naming: AgentNaming, shown: usize) -> Self {
        // The case says that agents are named, and not who else the logs name.
        let naming = if agent.unlisted { AgentNaming::Pseudonym } else { naming };
        let (label, id) = match naming {
            AgentNaming::Pseudonym => (agent.pseudonym.clone(), None),
            AgentNaming::Name => {
                let name = agent.name.clone().unwrap_or_else(|| agent.id.0.clone());
                (name, Some(agent.id.0.clone()))
            }
        };
        let shown = |at: usize, field: &Option<String>| field.clone().filter(|_| at < shown);
        Self {
            label,
            id,
            role: shown(0, &agent.role),
            employer: shown(1, &agent.employer),
            country: shown(2, &agent.country),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::AgentId;

    type Known = [Option<&'static str>; 3];

    /// Returns the shown facts of agents with these roles, employers and countries.
    fn shown(rows: &[Known], k: u32, naming: AgentNaming) -> Vec<String> {
        let mut findings = crate::reports::fixture::answer().findings;
        let first = findings.agents[0].clone();
        let agent = |(at, known): (usize, &Known)| {
            let [role, employer, country] = known.map(|text| text.map(str::to_owned));
            AgentFinding {
                id: AgentId(at.to_string()),
                role,
                employer,
                country,
                ..first.clone()
            }
        };
        findings.agents = rows.iter().enumerate().map(agent).collect();
        findings.agents_k = k;
        findings.agent_naming = naming;
        let text = |agent: &Agent| {
            let fields = [&agent.role, &agent.employer, &agent.country];
            fields.map(|field| field.as_deref().unwrap_or("-")).join(" ")
        };
        agents(&findings).iter().map(text).collect()
    }

    #[test]
    fn role_employer_and_country_are_shown_as_far_as_k_agents_share_them() {
        let row = |role, employer, country| [Some(role), Some(employer), Some(country)];
        let rows = [
            row("Engineer", "Sub", "JP"),
            row("Engineer", "Sub", "JP"),
            row("Engineer", "Sub", "JP"),
            row("Engineer", "Sub", "PT"),
            row("Engineer", "Own", "JP"),
            row("Lead", "Sub", "JP"),
            [None, Some("Sub"), Some("JP")],
        ];
        let full = [
            "Engineer Sub JP",
            "Engineer Sub JP",
            "Engineer Sub JP",
            "Engineer Sub PT",
            "Engineer Own JP",
            "Lead Sub JP",
            "- Sub JP",
        ];
        let three = [
            "Engineer Sub JP",
            "Engineer Sub JP",
            "Engineer Sub JP",
            "Engineer Sub -",
            "Engineer - -",
            "- - -",
            "- - -",
        ];
        assert_eq!(shown(&rows, 3, AgentNaming::Pseudonym), three);
        assert_eq!(shown(&rows, 1, AgentNaming::Pseudonym), full);
        assert_eq!(
            shown(&rows, 3, AgentNaming::Name),
            full,
            "agents shown by name hide nothing"
        );
        let mut four = three;
        four[..3].fill("Engineer Sub -");
        assert_eq!(shown(&rows, 4, AgentNaming::Pseudonym), four);
        assert_eq!(shown(&rows, 8, AgentNaming::Pseudonym), ["- - -"; 7]);
    }
}
