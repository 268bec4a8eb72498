//! The extent of the search, as far as one tenant may know it.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    catalogue::Effect,
    findings::{CaveatCode, TenantFinding},
    reports::{
        header::{Agent, Header, KindGap, Scope, Source, StatedOrigin, StatedOutage},
        lang,
        template::view,
    },
    tally::TenantEvent,
    text::{counted, grouped},
    time::Timestamp,
};

/// Log files without a row of the tenant that are listed. A case may have thousands.
const OTHER_SOURCES: usize = 60;
/// Gaps that are listed.
const GAPS: usize = 60;

view! {
    /// The whole section.
    pub(in crate::reports) struct SearchedView {
        scopes: Vec<ScopeView>,
        agents: Vec<AgentView>,
        /// Whether agents are shown with their ids.
        named: bool,
        sources: Vec<SourceView>,
        more_sources: String,
        gap_hours: String,
        gaps: Vec<KindGapView>,
        more_gaps: String,
        outages: Vec<StatedOutageView>,
        more_outages: String,
        origins: Vec<StatedOriginView>,
        more_origins: String,
        everybody: Vec<EverybodyView>,
        caveats: Vec<String>,
    }
}

view! {
    struct ScopeView {
        name: String,
        from: String,
        until: String,
        count: String,
        /// Empty where the tenant has no event in it: the reason may then concern others.
        basis: String,
        narrowed: bool,
        open: bool,
        /// Whether evidence ties events to the intruder.
        tied: bool,
        none: bool,
    }
}

view! {
    struct KindGapView {
        from: String,
        until: String,
        /// The kinds of log without a record; empty if it is every kind.
        kinds: String,
    }
}

view! {
    /// A kind of action that names no customer and can concern every one. Its code is left out,
    /// since logs may write names into codes.
    struct EverybodyView {
        kind: String,
        says: String,
        count: String,
    }
}

impl EverybodyView {
    fn each(header: &Header) -> Vec<Self> {
        let mut rows: BTreeMap<(Reverse<Effect>, String), u64> = BTreeMap::new();
        for (code, effect, count) in &header.concerning_any {
            let says = header.glossary.get(code).and_then(|meaning| meaning.says.clone());
            let says = says.unwrap_or_else(|| "The vendor does not state what it does.".to_owned());
            *rows.entry((Reverse(*effect), says)).or_default() += count;
        }
        let row = |((Reverse(effect), says), count): ((Reverse<Effect>, String), u64)| Self {
            kind: lang::effect(effect).label.to_owned(),
            says,
            count: grouped(count),
        };
        rows.into_iter().map(row).collect()
    }
}

view! {
    /// An outage that the vendor states.
    struct StatedOutageView {
        from: String,
        until: String,
        /// The kinds of log concerned; empty if it is every kind.
        kinds: String,
        what: String,
    }
}

impl StatedOutageView {
    fn new(outage: &StatedOutage) -> Self {
        Self {
            from: lang::clock(outage.window.from),
            until: lang::clock(outage.window.until),
            kinds: lang::listed(&outage.kinds),
            what: outage.what.clone(),
        }
    }
}

view! {
    /// Statements of the vendor on the export of a log.
    struct StatedOriginView {
        profile: String,
        at: String,
        how: String,
        filtered: bool,
        not_recorded: Vec<String>,
    }
}

impl StatedOriginView {
    fn new(origin: &StatedOrigin) -> Self {
        Self {
            profile: origin.profile.clone(),
            at: origin.at.map(lang::clock).unwrap_or_default(),
            how: origin.how.clone().unwrap_or_default(),
            filtered: origin.filtered,
            not_recorded: origin.not_recorded.clone(),
        }
    }
}

impl KindGapView {
    fn new(gap: &KindGap) -> Self {
        Self {
            from: lang::clock(gap.gap.from),
            until: lang::clock(gap.gap.until),
            kinds: lang::listed(&gap.kinds),
        }
    }
}

view! {
    struct AgentView {
        label: String,
        id: String,
        role: String,
        employer: String,
        country: String,
        count: String,
        /// Number of these that are tied to the intruder.
        tied: String,
        any_tied: bool,
        first: String,
        last: String,
    }
}

view! {
    struct SourceView {
        commitment: String,
        profile: String,
        read: String,
        refused: String,
        first: String,
        last: String,
        here: String,
    }
}

impl SearchedView {
    pub(super) fn new(header: &Header, finding: &TenantFinding, events: &[TenantEvent]) -> Self {
        let (sources, more_sources) = sources(header, events);
        Self {
            scopes: header
                .scopes
                .iter()
                .map(|scope| ScopeView::new(scope, finding))
                .collect(),
            agents: agents(header, events),
            named: header.agents.iter().any(|agent| agent.id.is_some()),
            sources,
            more_sources,
            gap_hours: counted(u64::from(header.gap_hours), "whole hour", "whole hours"),
            gaps: header.gaps.iter().take(GAPS).map(KindGapView::new).collect(),
            more_gaps: lang::more(header.gaps.len(), GAPS),
            outages: header.outages.iter().take(GAPS).map(StatedOutageView::new).collect(),
            more_outages: lang::more(header.outages.len(), GAPS),
            origins: header.origins.iter().take(GAPS).map(StatedOriginView::new).collect(),
            everybody: EverybodyView::each(header),
            more_origins: lang::more(header.origins.len(), GAPS),
            caveats: caveats(header, finding, events),
        }
    }
}

impl SearchedView {
    /// Returns the number of sentences that limit the report.
    pub(super) fn limits(&self) -> u64 {
        self.caveats.len() as u64
    }
}

impl ScopeView {
    fn new(scope: &Scope, finding: &TenantFinding) -> Self {
        let events = finding.scopes.get(&scope.name).copied().unwrap_or(0);
        let failed = finding.scopes_failed.get(&scope.name).copied().unwrap_or(0);
        let basis = scope.basis.clone().filter(|_| events > 0);
        Self {
            name: scope.name.clone(),
            from: lang::clock(scope.window.from),
            until: lang::clock(scope.window.until),
            count: match failed {
                0 => grouped(events),
                1 if events == 1 => "1, which failed".to_owned(),
                all if all == events => format!("{}, all of which failed", grouped(events)),
                some => format!("{}, of which {} failed", grouped(events), grouped(some)),
            },
            basis: basis.unwrap_or_default(),
            narrowed: scope.narrowed,
            open: scope.open,
            tied: scope.tied,
            none: events == 0,
        }
    }
}

/// The agents with an event in this tenant: those whose events are tied to the intruder first, then
/// by label, since their order in the case could identify them.
fn agents(header: &Header, events: &[TenantEvent]) -> Vec<AgentView> {
    let mut own: Vec<Option<(u64, u64, Timestamp, Timestamp)>> = vec![None; header.agents.len()];
    for event in events {
        let (count, tied, first, last) = own[event.agent].get_or_insert((0, 0, event.time, event.time));
        *count += 1;
        *tied += u64::from(header.is_tied(event.scopes));
        *first = (*first).min(event.time);
        *last = (*last).max(event.time);
    }
    let view = |(agent, own): (&Agent, Option<(u64, u64, Timestamp, Timestamp)>)| {
        let (count, tied, first, last) = own?;
        Some(AgentView {
            label: agent.label.clone(),
            id: agent.id.clone().unwrap_or_default(),
            role: agent.role.clone().unwrap_or_default(),
            employer: agent.employer.clone().unwrap_or_default(),
            country: agent.country.clone().unwrap_or_default(),
            count: grouped(count),
            tied: grouped(tied),
            any_tied: tied > 0,
            first: lang::clock(first),
            last: lang::clock(last),
        })
    };
    let mut agents: Vec<AgentView> = header.agents.iter().zip(own).filter_map(view).collect();
    agents.sort_by(|one, other| {
        let key = |agent: &AgentView| (!agent.any_tied, agent.label.clone(), agent.id.clone());
        key(one).cmp(&key(other))
    });
    agents
}

/// The sources with rows of this tenant, then the others until there are too many, and what is left
/// of them in a sentence.
fn sources(header: &Header, events: &[TenantEvent]) -> (Vec<SourceView>, String) {
    let mut here = vec![0_u64; header.sources.len()];
    for event in events {
        here[event.at.source] += 1;
    }
    let (with, without): (Vec<_>, Vec<_>) = header.sources.iter().zip(&here).partition(|(_, here)| **here > 0);
    let left = without.get(OTHER_SOURCES..).unwrap_or_default();
    let shown = with.iter().chain(without.iter().take(OTHER_SOURCES));
    (
        shown.map(|(source, here)| SourceView::new(source, **here)).collect(),
        rest(left),
    )
}

fn rest(left: &[(&Source, &u64)]) -> String {
    if left.is_empty() {
        return String::new();
    }
    let sum = |figure: fn(&Source) -> u64| left.iter().map(|(source, _)| figure(source)).sum::<u64>();
    format!(
        "and {} without an action in your tenant, with {} in all",
        counted(left.len() as u64, "further log file", "further log files"),
        counted(sum(|source| source.read), "record", "records"),
    )
}

impl SourceView {
    fn new(source: &Source, here: u64) -> Self {
        Self {
            commitment: source.commitment.clone(),
            profile: source.profile.clone(),
            read: grouped(source.read),
            refused: grouped(source.refused),
            first: source.first.map(lang::clock).unwrap_or_default(),
            last: source.last.map(lang::clock).unwrap_or_default(),
            here: grouped(here),
        }
    }
}

/// One window where one scope holds all others, else how many there are.
pub(super) fn when_searched(header: &Header) -> String {
    let Some(span) = header.span() else {
        return "at no time".to_owned();
    };
    if header.scopes.iter().any(|scope| scope.window == span) {
        lang::window(span)
    } else {
        let windows = counted(header.scopes.len() as u64, "window", "windows");
        format!("in {windows} of time that lie {}", lang::window(span))
    }
}

/// Words for the content of a record that may be in scope, and the same where the case searches by
/// more than agents.
const NAMED: &str = "the name of an agent who was searched for";
const SEARCHED: &str = "the name of an agent, or an address, a session or a key, that was searched for";

fn caveats(header: &Header, finding: &TenantFinding, events: &[TenantEvent]) -> Vec<String> {
    let sum = |figure: fn(&Source) -> u64| header.sources.iter().map(figure).sum::<u64>();
    let refused = sum(|source| source.refused);
    let naming = header.caveats.contains(&CaveatCode::PossiblyInScope);
    let unreadable = (refused > 0).then(|| lang::customer_refused(refused, sum(|source| source.read), naming));
    let conflicts = events.iter().filter(|event| event.conflict).count() as u64;
    let conflicts = (conflicts > 0).then(|| lang::customer_conflicts(conflicts));
    let told = header
        .caveats
        .iter()
        .filter_map(|code| lang::customer_caveat(*code, header.single.contains(code)));
    let told = told.map(|told| {
        let told = if header.open {
            told.replace(NAMED, SEARCHED)
        } else {
            told.to_owned()
        };
        if events.is_empty() {
            told.replace("in the list above", "in this report")
        } else {
            told
        }
    });
    unreadable
        .into_iter()
        .chain(told)
        .chain(conflicts)
        .chain((finding.masked > 0).then(|| lang::customer_masked(finding.masked)))
        .collect()
}
