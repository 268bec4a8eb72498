//! A customer's report: built from the header that every customer may see and from this customer's own share, so that it
//! cannot hold anything of another.

use super::{
    CaseView, Tile,
    days::{DayView, days},
    kinds::{KindView, by_effect, kinds},
    searched::SearchedView,
};
use crate::{
    findings::{TenantFinding, TenantImpact},
    reports::{header::Header, lang, template::view},
    tenants::TenantEvent,
    text::{counted, grouped},
    time::{Timestamp, Window},
};

view! {
    /// What `report.html.hbs` and `report.md.hbs` are rendered with.
    pub(in crate::reports) struct TenantView {
        case: CaseView,
        tenant: NameView,
        /// What happened and was searched, in one sentence.
        searched_sentence: String,
        /// What was done in this tenant, in one sentence.
        done_sentence: String,
        tiles: Vec<Tile>,
        kinds: Vec<KindView>,
        days: Vec<DayView>,
        count: String,
        searched: SearchedView,
        several_scopes: bool,
        proof: ProofView,
    }
}

view! {
    /// Whom the report is for.
    struct NameView {
        /// The name, or the id where there is none.
        title: String,
        id: String,
        known: bool,
    }
}

view! {
    /// How to check the first action against the log file, as an example for all.
    struct ProofView {
        prefix: String,
        /// `tail` counts from 1.
        start: String,
        length: String,
        record: String,
    }
}

impl TenantView {
    /// The view of one tenant.
    pub(in crate::reports) fn new(header: &Header, impact: &TenantImpact) -> Self {
        let TenantImpact { finding, events } = impact;
        Self {
            case: CaseView::new(&header.case, &header.tool),
            tenant: NameView {
                title: finding.name.clone().unwrap_or_else(|| finding.id.0.clone()),
                id: finding.id.0.clone(),
                known: finding.known || !header.has_directory,
            },
            searched_sentence: searched_sentence(header),
            done_sentence: done_sentence(finding, events),
            tiles: tiles(finding),
            kinds: kinds(header, events),
            days: header.span().map(|span| days(span, events)).unwrap_or_default(),
            count: counted(finding.events, "action", "actions"),
            searched: SearchedView::new(header, finding, events),
            several_scopes: header.scopes.len() > 1,
            proof: proof(header, events),
        }
    }
}

fn searched_sentence(header: &Header) -> String {
    let case = &header.case;
    let read = header.sources.iter().map(|source| source.read).sum();
    format!(
        "For the case “{}” ({}), {} searched {} holding {} for every action that the support agents concerned took {}.",
        case.title,
        case.id,
        case.vendor,
        counted(header.sources.len() as u64, "log file", "log files"),
        counted(read, "record", "records"),
        when_searched(header),
    )
}

/// One stretch of time where one scope holds all others, else how many there are.
fn when_searched(header: &Header) -> String {
    let Some(Window { from, until }) = header.span() else {
        return "at no time".to_owned();
    };
    let span = format!("from {} until {}", from.in_words(), until.in_words());
    if header.scopes.iter().any(|scope| scope.window == Window { from, until }) {
        span
    } else {
        let windows = counted(header.scopes.len() as u64, "window", "windows");
        format!("in {windows} of time {span}")
    }
}

fn done_sentence(finding: &TenantFinding, events: &[TenantEvent]) -> String {
    let all_failed = finding.outcomes.failure == finding.events;
    let deed = |(effect, outcomes)| {
        if all_failed {
            lang::deed(effect, outcomes)
        } else {
            lang::deed_and_failures(effect, outcomes)
        }
    };
    let deeds: Vec<String> = by_effect(events).into_iter().map(deed).collect();
    format!(
        "It found {} by {} in your tenant, {}: {}{}.",
        counted(finding.events, "action", "actions"),
        counted(finding.agents, "agent", "agents"),
        when_done(finding),
        lang::listed(&deeds),
        ends(finding),
    )
}

fn when_done(finding: &TenantFinding) -> String {
    if finding.first == finding.last {
        format!("on {}", finding.first.in_words())
    } else {
        format!("from {} to {}", finding.first.in_words(), finding.last.in_words())
    }
}

/// How they ended: that none or all failed, and of how many the log does not tell. Some that failed are told of each kind.
fn ends(finding: &TenantFinding) -> String {
    let failed = match (finding.outcomes.failure, finding.events) {
        (0, 1) => "it is not recorded as failed",
        (1, 1) => "it is recorded as failed",
        (0, _) => "none is recorded as failed",
        (failed, all) if failed == all => "all are recorded as failed",
        _ => "",
    };
    match (finding.outcomes.unknown, finding.events, failed) {
        (0, _, "") => String::new(),
        (0, _, failed) => format!("; {failed}"),
        (1, 1, _) => "; the log tells no outcome".to_owned(),
        (untold, _, "") => format!("; for {} the log tells no outcome", grouped(untold)),
        (untold, _, failed) => format!("; {failed}, and for {} the log tells no outcome", grouped(untold)),
    }
}

fn tiles(finding: &TenantFinding) -> Vec<Tile> {
    let failed = match finding.outcomes.failure {
        0 => "none recorded as failed".to_owned(),
        failed => format!("{} recorded as failed", grouped(failed)),
    };
    let sessions = match finding.sessions {
        0 => "no session named".to_owned(),
        sessions => format!("in {}", counted(sessions, "session", "sessions")),
    };
    let gravest = finding.effects.iter().next_back().map(|(effect, events)| {
        let words = lang::effect(*effect);
        let note = counted(*events, "action", "actions");
        Tile::new("Gravest kind", words.label, note).of(words.key)
    });
    let mut tiles: Vec<Tile> = gravest.into_iter().collect();
    tiles.push(Tile::new("Actions", grouped(finding.events), failed));
    tiles.push(Tile::new("Agents", grouped(finding.agents), sessions));
    tiles.push(moment("First", finding.first));
    tiles.push(moment("Last", finding.last));
    tiles
}

fn moment(label: &str, time: Timestamp) -> Tile {
    let instant = time.instant();
    Tile::new(
        label,
        instant.format("%-d %b %Y").to_string(),
        instant.format("%H:%M:%S UTC").to_string(),
    )
}

fn proof(header: &Header, events: &[TenantEvent]) -> ProofView {
    let event = events.first();
    let text = |figure: fn(&TenantEvent) -> String| event.map(figure).unwrap_or_default();
    let source = event.map(|event| &header.sources[event.at.source]);
    ProofView {
        prefix: source.map(|source| source.prefix().to_owned()).unwrap_or_default(),
        start: text(|event| event.at.offset.saturating_add(1).to_string()),
        length: text(|event| event.at.length.to_string()),
        record: text(|event| event.record_sha256.to_string()),
    }
}
