//! Events that name another tenant than the case states for their input, and events that two kinds
//! of log share.

use super::listed;
use crate::{
    findings::{Findings, OtherTenantFinding, SharedIdsFinding, SourceFinding},
    text::{counted, grouped},
};

/// Number of tenants of one event that a message names.
const NAMED: usize = 3;

/// Warns of them, those that go by what the records say apart from those that the case overrules.
pub(super) fn tenants(findings: &Findings) -> Option<String> {
    let of = |overruled: bool| {
        let sources = findings.sources.iter();
        let each = sources.flat_map(|source| source.other_tenants.iter().map(move |other| (source, other)));
        let each: Vec<_> = each.filter(|(_, other)| other.overruled == overruled).collect();
        let events: u64 = each.iter().map(|(_, other)| other.events).sum();
        let places: Vec<_> = each.iter().map(|(source, other)| place(source, other)).collect();
        (events, listed(&places, "pair"))
    };
    let by_record = match of(false) {
        (0, _) => String::new(),
        (events, places) => format!(
            "{} another tenant than the case states for the log, and {} in the report of the tenant named: {places}. Correct \
             `tenant` of `[[logs]]`, or set `tenant_overrules = true` there if the records' own is not the customer's.",
            counted(events, "event names", "events name"),
            if events == 1 { "stands" } else { "stand" },
        ),
    };
    let overruled = match of(true) {
        (0, _) => String::new(),
        (events, places) => format!(
            "{} another tenant than the case states for the log, and {} in the stated one's report, as `tenant_overrules` \
             says: {places}.",
            counted(events, "event names", "events name"),
            if events == 1 { "stands" } else { "stand" },
        ),
    };
    let both: Vec<_> = [by_record, overruled]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    (!both.is_empty()).then(|| both.join(" "))
}

/// `` `b` in place of `a` in `logs/x.jsonl`, 2 events, the first at byte 0 ``
fn place(source: &SourceFinding, other: &OtherTenantFinding) -> String {
    let named: Vec<_> = other.named.iter().take(NAMED).map(|id| format!("`{id}`")).collect();
    let more = match other.named.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as u64)),
    };
    let first = other.offsets.first().copied().unwrap_or_default();
    format!(
        "{}{more} in place of `{}` in `{}` ({}, the first at byte {})",
        named.join(", "),
        other.stated,
        source.path,
        counted(other.events, "event", "events"),
        grouped(first),
    )
}

/// Warns of events that two id spaces share: where one log is a copy of the other, they count
/// twice.
pub(super) fn shared_ids(findings: &Findings) -> Option<String> {
    let pair = |shared: &SharedIdsFinding| {
        let [one, other] = &shared.ids;
        let events = counted(shared.events, "event", "events");
        format!(
            "`{one}` and `{other}` ({events}; add `ids = \"{one}\"` to the profile of `{other}`, or the other way round)"
        )
    };
    let pairs: Vec<_> = findings.shared_ids.iter().map(pair).collect();
    (!pairs.is_empty()).then(|| {
        format!(
            "Logs read by different profiles have events of the same id, time and agent, which count twice. If they are copies \
             of one log, say so in a profile of your own: {}.",
            listed(&pairs, "pair")
        )
    })
}
