//! The files for machines and spreadsheets: which columns, in which order.

mod isolation;
mod near;

pub(super) use isolation::{isolation, masked};
pub(super) use near::near;

use std::io::{self, Write};

use serde::Serialize;

use super::{csv::Sheet, header::Header, json, lang, out::Out, view::scopes};
use crate::{
    catalogue::Effect,
    digest::{self, Sha256},
    events::{Outcome, Target},
    findings::{Counts, Findings, RefusedFinding, TenantFinding},
    tenants::TenantEvent,
    time::Timestamp,
};

/// A line of `actions.jsonl` and `unattributed.jsonl`. The keys and their order are a contract; what the log does not say
/// is null, and `target` is always a list.
#[derive(Serialize)]
struct Line<'a> {
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
    justification: Option<&'a str>,
    ip: Option<&'a str>,
    session: Option<&'a str>,
    user_agent: Option<&'a str>,
    source: &'a str,
    offset: u64,
    record_sha256: Sha256,
    scopes: Vec<&'a str>,
    length: u64,
    conflict: bool,
    parameters: Option<&'a str>,
}

/// The evidence copy: every event on a line, as logged.
pub(super) fn lines(header: &Header, events: &[TenantEvent], to: &mut dyn Write) -> io::Result<()> {
    let mut out = Out::new(to);
    json::lines(events.iter().map(|event| line(header, event)), &mut out)?;
    out.finish()
}

fn line<'a>(header: &'a Header, event: &'a TenantEvent) -> Line<'a> {
    Line {
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
        justification: event.justification.as_deref(),
        ip: event.ip.as_deref(),
        session: event.session.as_deref(),
        user_agent: event.user_agent.as_deref(),
        source: &header.sources[event.at.source].digest,
        offset: event.at.offset,
        record_sha256: event.record_sha256,
        scopes: scopes(header, event),
        length: event.at.length,
        conflict: event.conflict,
        parameters: event.parameters.as_deref(),
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
    "offset",
    "length",
    "record_sha256",
    "parameters",
];

/// The reading copy of a tenant's events.
pub(super) fn actions(header: &Header, events: &[TenantEvent], to: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(to, ACTION_COLUMNS)?;
    for (number, event) in (1_usize..).zip(events) {
        sheet.row(action(header, number, event))?;
    }
    sheet.finish()
}

fn action<'a>(header: &'a Header, number: usize, event: &'a TenantEvent) -> [Cell<'a>; 24] {
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
        header.sources[event.at.source].digest.as_str().into(),
        event.at.offset.to_string().into(),
        event.at.length.to_string().into(),
        event.record_sha256.to_string().into(),
        text(&event.parameters),
    ]
}

type Cell<'a> = std::borrow::Cow<'a, str>;

/// One cell for the field of every target, the absent ones empty, so that the three target columns stay in step.
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
        "events",
        "tied",
        "linked",
        "first",
        "last",
        "gravest_effect",
    ];
    let counts = ["success", "failure", "unknown", "agents", "sessions"];
    let mut head: Vec<String> = fixed.map(str::to_owned).into();
    head.extend(lang::EFFECTS.iter().map(|words| words.key.to_owned()));
    head.extend(lang::EFFECTS.iter().map(|words| format!("tried {}", words.key)));
    head.extend(counts.map(str::to_owned));
    head.extend(findings.scopes.iter().map(|scope| format!("scope {}", scope.name)));
    head.extend(["contact", "locale", "time_zone", "masked", "released"].map(str::to_owned));
    let mut sheet = Sheet::new(to, head)?;
    for tenant in findings.ranked() {
        sheet.row(tenant_cells(tenant, findings))?;
    }
    sheet.finish()
}

fn tenant_cells(tenant: &TenantFinding, findings: &Findings) -> Vec<String> {
    let owned = |field: &Option<String>| field.clone().unwrap_or_default();
    let gravest = tenant.gravest().map(|effect| lang::effect(effect).key);
    let mut cells = vec![
        tenant.id.0.clone(),
        owned(&tenant.name),
        tenant.known.to_string(),
        tenant.slug.clone(),
        tenant.events.to_string(),
        tenant.tied.to_string(),
        tenant.linked.len().to_string(),
        tenant.first.to_string(),
        tenant.last.to_string(),
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
    let of_scope = |name: &String| tenant.scopes.get(name).copied().unwrap_or(0);
    let figures = of_effect(&tenant.effects).into_iter();
    let figures = figures.chain(of_effect(&tenant.attempts)).chain(counts);
    let figures = figures.chain(findings.scopes.iter().map(|scope| of_scope(&scope.name)));
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
    let names: Vec<&str> = record.names.iter().map(|id| id.0.as_str()).collect();
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
