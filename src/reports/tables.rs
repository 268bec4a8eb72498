//! The files for machines and spreadsheets: which columns, in which order.

mod census;
mod isolation;
mod mailing;
mod near;
mod people;
mod records;

pub(super) use census::census;
pub(super) use isolation::{isolation, masked};
pub(super) use mailing::mailing;
pub(super) use near::near;
pub(super) use people::people;
pub(crate) use people::{ActionTold, PEOPLE_COLUMNS, people_cells};
pub(super) use records::records;

use std::io::{self, Write};

use serde::Serialize;

use super::{csv::Sheet, header::Header, json, lang, link::LinkLine, out::Out, view::scopes};
use crate::{
    case::TicketVerdict,
    catalogue::Effect,
    digest::{self, Sha256},
    events::{Outcome, Target},
    findings::{Answer, Counts, Findings, RefusedFinding, TenantFinding, TenantImpact},
    tally::{FoundBy, TenantEvent},
    time::Timestamp,
};

/// A line of `actions.jsonl`. The keys and their order are a contract; what the log does not say is
/// null, and `target` is always a list.
#[derive(Serialize)]
struct Line<'a> {
    tenant: Option<&'a str>,
    case: &'a str,
    event_id: Option<&'a str>,
    time: Timestamp,
    time_original: &'a str,
    agent: &'a str,
    identity_matched: &'a str,
    action: &'a str,
    effect: Effect,
    target: &'a [Target],
    outcome: Outcome,
    ticket: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_verdict: Option<TicketVerdict>,
    justification: Option<&'a str>,
    ip: Option<&'a str>,
    session: Option<&'a str>,
    user_agent: Option<&'a str>,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_commitment: Option<Sha256>,
    scopes: Vec<&'a str>,
    conflict: bool,
    parameters: Option<&'a str>,
    link: Option<LinkLine>,
    found_by: Option<&'a FoundBy>,
}

/// A line of `unattributed.jsonl`: no customer's, so that it names the place of its record.
#[derive(Serialize)]
struct Unattributed<'a> {
    #[serde(flatten)]
    line: Line<'a>,
    source_sha256: String,
    offset: u64,
    length: u64,
    record_sha256: Sha256,
}

/// The evidence copy: every event on a line, as logged.
pub(super) fn lines(header: &Header, impact: &TenantImpact, to: &mut dyn Write) -> io::Result<()> {
    let mut out = Out::new(to);
    let tenant = Some(impact.finding.id.0.as_str());
    let lines = impact.events.iter().map(|event| Line {
        tenant,
        ..line(header, event, &impact.events)
    });
    json::lines(lines, &mut out)?;
    out.finish()
}

/// The events that name no tenant, with the places of their records.
pub(super) fn unattributed(header: &Header, answer: &Answer, to: &mut dyn Write) -> io::Result<()> {
    let mut out = Out::new(to);
    let lines = answer.unattributed.iter().map(|event| placed(header, answer, event));
    json::lines(lines, &mut out)?;
    out.finish()
}

fn placed<'a>(header: &'a Header, answer: &'a Answer, event: &'a TenantEvent) -> Unattributed<'a> {
    let source = &answer.findings.sources[event.at.source];
    Unattributed {
        line: Line {
            source: &source.path,
            record_commitment: None,
            ..line(header, event, &answer.unattributed)
        },
        source_sha256: digest::shown(source.stream_sha256),
        offset: event.at.offset,
        length: event.at.length,
        record_sha256: event.record_sha256,
    }
}

fn line<'a>(header: &'a Header, event: &'a TenantEvent, events: &[TenantEvent]) -> Line<'a> {
    Line {
        tenant: None,
        case: &header.case.id,
        event_id: event.event_id.as_deref(),
        time: event.time,
        time_original: &event.time_original,
        agent: &header.agents[event.agent].label,
        identity_matched: &event.identity_matched,
        action: &event.action,
        effect: event.effect,
        target: &event.targets,
        outcome: event.outcome,
        ticket: event.ticket.as_deref(),
        ticket_verdict: event.ticket_verdict,
        justification: event.justification.as_deref(),
        ip: event.ip.as_deref(),
        session: event.session.as_deref(),
        user_agent: event.user_agent.as_deref(),
        source: &header.sources[event.at.source].commitment,
        record_commitment: event.seal.map(|seal| seal.commitment),
        scopes: scopes(header, event),
        conflict: event.conflict,
        parameters: event.parameters.as_deref(),
        link: LinkLine::of(event, events),
        found_by: event.search.as_deref(),
    }
}

const ACTION_COLUMNS: [&str; 24] = [
    "number",
    "time",
    "agent",
    "effect",
    "action",
    "target_type",
    "target_name",
    "target_id",
    "outcome",
    "ticket",
    "justification",
    "ip",
    "session",
    "user_agent",
    "scopes",
    "conflict",
    "event_id",
    "time_original",
    "identity_matched",
    "source",
    "record_commitment",
    "parameters",
    "link",
    "found_by",
];

/// The reading copy of a tenant's events.
pub(super) fn actions(header: &Header, events: &[TenantEvent], to: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(to, ACTION_COLUMNS)?;
    for (number, event) in (1_usize..).zip(events) {
        sheet.row(action(header, number, event, events))?;
    }
    sheet.finish()
}

fn action<'a>(header: &'a Header, number: usize, event: &'a TenantEvent, events: &[TenantEvent]) -> [Cell<'a>; 24] {
    let targets = |field: fn(&Target) -> Option<&String>| several(event.targets.iter().map(field));
    let text = |field: &'a Option<String>| Cell::from(field.as_deref().unwrap_or_default());
    [
        number.to_string().into(),
        event.time.to_string().into(),
        header.agents[event.agent].label.as_str().into(),
        lang::effect(event.effect).key.into(),
        event.action.as_str().into(),
        targets(|target| target.kind.as_ref()).into(),
        targets(|target| target.name.as_ref()).into(),
        targets(|target| target.id.as_ref()).into(),
        event.outcome.as_str().into(),
        text(&event.ticket),
        text(&event.justification),
        text(&event.ip),
        text(&event.session),
        text(&event.user_agent),
        scopes(header, event).join("; ").into(),
        event.conflict.to_string().into(),
        text(&event.event_id),
        event.time_original.as_str().into(),
        Cell::from(&*event.identity_matched),
        header.sources[event.at.source].commitment.as_str().into(),
        digest::shown(event.seal.map(|seal| seal.commitment)).into(),
        text(&event.parameters),
        LinkLine::of(event, events)
            .map(|link| link.in_words())
            .unwrap_or_default()
            .into(),
        event
            .search
            .as_ref()
            .map(|search| search.in_words())
            .unwrap_or_default()
            .into(),
    ]
}

type Cell<'a> = std::borrow::Cow<'a, str>;

/// One cell for the field of every target, the absent ones empty, so that the three target columns
/// stay in step.
fn several<'a>(fields: impl Iterator<Item = Option<&'a String>>) -> String {
    let texts: Vec<&str> = fields.map(|field| field.map_or("", String::as_str)).collect();
    texts.join("; ")
}

/// Every tenant, in the order of [`Findings::ranked`].
pub(super) fn tenants(findings: &Findings, to: &mut dyn Write) -> io::Result<()> {
    let fixed = [
        "id",
        "name",
        "known",
        "slug",
        "level",
        "verdict",
        "events",
        "tied",
        "tied_failed",
        "linked",
        "without_ticket",
        "people",
        "objects",
        "first",
        "last",
        "gravest_effect",
    ];
    let counts = ["success", "failure", "unknown", "agents", "sessions"];
    let mut head: Vec<String> = fixed.map(str::to_owned).into();
    head.extend(lang::EFFECTS.iter().map(|words| words.key.to_owned()));
    head.extend(lang::EFFECTS.iter().map(|words| format!("tried {}", words.key)));
    head.extend(counts.map(str::to_owned));
    let scopes = findings.scopes.iter();
    head.extend(scopes.flat_map(|scope| [format!("scope {}", scope.name), format!("scope {} failed", scope.name)]));
    head.extend(["contact", "locale", "time_zone", "masked", "released"].map(str::to_owned));
    let mut sheet = Sheet::new(to, head)?;
    for tenant in findings.ranked() {
        sheet.row(tenant_cells(tenant, findings))?;
    }
    sheet.finish()
}

fn tenant_cells(tenant: &TenantFinding, findings: &Findings) -> Vec<String> {
    let owned = |field: &Option<String>| field.clone().unwrap_or_default();
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    let gravest = tenant.gravest().map(|effect| lang::effect(effect).key);
    let mut cells = vec![
        tenant.id.0.clone(),
        owned(&tenant.name),
        tenant.known.to_string(),
        tenant.slug.clone(),
        tenant.level.as_str().to_owned(),
        tenant.verdict.as_str().to_owned(),
        tenant.events.to_string(),
        tenant.tied.to_string(),
        tenant.tied_failed.to_string(),
        tenant.linked.len().to_string(),
        tenant.without_ticket.to_string(),
        tenant.people.to_string(),
        tenant.objects.to_string(),
        time(tenant.first),
        time(tenant.last),
        gravest.unwrap_or_default().to_owned(),
    ];
    let of_effect = |counts: &Counts<Effect>| {
        let count = |words: &lang::EffectWords| counts.get(&words.effect).copied().unwrap_or(0);
        lang::EFFECTS.each_ref().map(count)
    };
    let outcomes = tenant.outcomes;
    let counts = [
        outcomes.success,
        outcomes.failure,
        outcomes.unknown,
        tenant.agents,
        tenant.sessions,
    ];
    let of_scope =
        |name: &String| [&tenant.scopes, &tenant.scopes_failed].map(|counts| counts.get(name).copied().unwrap_or(0));
    let figures = of_effect(&tenant.effects).into_iter();
    let figures = figures.chain(of_effect(&tenant.attempts)).chain(counts);
    let figures = figures.chain(findings.scopes.iter().flat_map(|scope| of_scope(&scope.name)));
    cells.extend(figures.map(|figure| figure.to_string()));
    cells.extend([&tenant.contact, &tenant.locale, &tenant.time_zone].map(owned));
    cells.extend([tenant.masked.to_string(), tenant.released.to_string()]);
    cells
}

const REFUSED_COLUMNS: [&str; 9] = [
    "source",
    "source_sha256",
    "offset",
    "length",
    "reason",
    "detail",
    "names",
    "possibly_in_scope",
    "excerpt",
];

/// Every record that could not be read, in source order.
pub(super) fn refused(findings: &Findings, to: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(to, REFUSED_COLUMNS)?;
    for record in &findings.refused {
        sheet.row(refused_cells(record, findings))?;
    }
    sheet.finish()
}

fn refused_cells(record: &RefusedFinding, findings: &Findings) -> [String; 9] {
    let source = &findings.sources[record.source];
    let names = record.names.iter().map(|id| id.0.as_str());
    let names: Vec<&str> = names.chain(record.terms.iter().map(String::as_str)).collect();
    [
        source.path.clone(),
        digest::shown(source.stream_sha256),
        record.offset.to_string(),
        record.length.to_string(),
        record.reason.clone(),
        record.detail.clone(),
        names.join("; "),
        (!names.is_empty()).to_string(),
        record.excerpt.clone(),
    ]
}
