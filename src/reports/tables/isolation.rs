//! Names of others found in tenants' copies: files for the vendor only.

use std::io::{self, Write};

use serde::Serialize;

use super::{Cell, Out, Sheet, json};
use crate::{
    case::TenantId,
    findings::{Answer, Findings, Mention},
    isolation::{Hit, Verdict},
};

const ISOLATION_COLUMNS: [&str; 12] = [
    "tenant", "verdict", "found", "kind", "whose", "field", "event_id", "source", "offset", "times", "rule", "decide",
];

/// Writes every name of others in the texts of tenants' copies, one a row: names that stopped a
/// release, masked names and allowed names. The texts may be long and hold many names, so each is
/// written once, to `masked.jsonl`.
pub(in crate::reports) fn isolation(answer: &Answer, to: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(to, ISOLATION_COLUMNS)?;
    let (stops, others): (Vec<_>, Vec<_>) = answer
        .isolation
        .mentions
        .iter()
        .partition(|mention| mention.at.is_none());
    for mention in stops.into_iter().chain(others) {
        for hit in &mention.hits {
            sheet.row(isolation_cells(&answer.findings, mention, hit))?;
        }
    }
    sheet.finish()
}

fn isolation_cells<'a>(findings: &'a Findings, mention: &'a Mention, hit: &'a Hit) -> [Cell<'a>; 12] {
    let text = |field: &'a Option<String>| Cell::from(field.as_deref().unwrap_or_default());
    [
        mention.tenant.0.as_str().into(),
        hit.verdict.as_str().into(),
        hit.text.as_str().into(),
        hit.kind.as_str().into(),
        hit.of.join("; ").into(),
        mention.field.as_str().into(),
        text(&mention.event_id),
        mention
            .at
            .map_or("", |at| findings.sources[at.source].path.as_str())
            .into(),
        mention.at.map(|at| at.offset.to_string()).unwrap_or_default().into(),
        hit.times.to_string().into(),
        hit.rule.as_str().into(),
        decide(hit).into(),
    ]
}

/// Returns what the case has to say so that a word that may be a name is masked, or may stand.
fn decide(hit: &Hit) -> &'static str {
    match hit.verdict {
        Verdict::Near => "[isolation] `deny` masks it, `allow` lets it stand",
        Verdict::Stopped | Verdict::Masked | Verdict::Allowed => "",
    }
}

/// A line of `masked.jsonl`. The keys and their order are a contract.
#[derive(Serialize)]
struct MaskedLine<'a> {
    tenant: &'a TenantId,
    case: &'a str,
    event_id: Option<&'a str>,
    source: &'a str,
    offset: u64,
    field: &'a str,
    original: &'a str,
    shown: &'a str,
    found: &'a [Hit],
}

/// Every text that a customer does not see as it was logged, and how it was logged: the vendor's
/// own.
pub(in crate::reports) fn masked(answer: &Answer, to: &mut dyn Write) -> io::Result<()> {
    let mentions = answer.isolation.mentions.iter();
    let mut out = Out::new(to);
    let lines = mentions.filter_map(|mention| masked_line(&answer.findings, mention));
    json::lines(lines, &mut out)?;
    out.finish()
}

/// Returns the line of a masked text, or `None` for an allowed name and for one that stopped a
/// release.
fn masked_line<'a>(findings: &'a Findings, mention: &'a Mention) -> Option<MaskedLine<'a>> {
    let at = mention.at?;
    Some(MaskedLine {
        tenant: &mention.tenant,
        case: &findings.case.header.id,
        event_id: mention.event_id.as_deref(),
        source: &findings.sources[at.source].path,
        offset: at.offset,
        field: &mention.field,
        original: mention.original.as_deref()?,
        shown: mention.shown.as_deref()?,
        found: &mention.hits,
    })
}
