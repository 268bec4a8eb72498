//! Reach of the logs as the vendor states it: outages, the making of each export, and what logs
//! were not configured to record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::InputSpec;
use crate::{
    config::{Spanned, Table, suggestion},
    diag::Diagnostic,
    text::visible,
    time::{Timestamp, Window},
};

/// A time in which records may not have been written or kept.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Outage {
    /// First instant of the outage.
    pub from: Timestamp,
    /// First instant after the outage.
    pub until: Timestamp,
    /// The event, in a sentence that reports print.
    pub what: String,
    /// Profiles of the logs concerned, as in the case; empty if every log is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<String>,
}

impl Outage {
    /// Returns its time.
    pub fn window(&self) -> Window {
        Window {
            from: self.from,
            until: self.until,
        }
    }
}

/// The making of an export: `obtained` of `[[logs]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Obtained {
    /// Person or team that made it. Customers' copies do not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Time at which it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The way in which it was made, in a sentence that reports print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
    /// Query or filter that it was made with. Customers' copies state only that there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// Statements of the case about the export of an input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogOrigin {
    /// The making of the export, where the case states it.
    pub obtained: Option<Obtained>,
    /// Things that the log was not configured to record, in sentences that reports print.
    pub not_recorded: Vec<String>,
}

/// `[[outages]]` as written.
#[derive(Debug)]
pub(super) struct WrittenOutage {
    from: Option<Spanned<Timestamp>>,
    until: Option<Spanned<Timestamp>>,
    what: Option<Spanned<String>>,
    profiles: Vec<Spanned<String>>,
}

/// Reads one entry of `[[outages]]`.
pub(super) fn read_outage(table: &mut Table<'_>) -> WrittenOutage {
    WrittenOutage {
        from: table.required_time("from"),
        until: table.required_time("until"),
        what: table.required_string("what"),
        profiles: table.string_list("profiles"),
    }
}

impl WrittenOutage {
    /// Returns the sentence that customers read.
    pub(super) fn told(&self) -> Option<&Spanned<String>> {
        self.what.as_ref()
    }
}

/// Checks outages against the logs, and adds every fault.
pub(super) fn outages(written: Vec<WrittenOutage>, logs: &[InputSpec], faults: &mut Vec<Diagnostic>) -> Vec<Outage> {
    let mut known: Vec<&str> = logs.iter().map(|input| input.profile.shown()).collect();
    known.sort_unstable();
    known.dedup();
    let mut outages = Vec::new();
    for outage in written {
        for profile in &outage.profiles {
            if !known.is_empty() && !known.contains(&profile.value.trim()) {
                let message = format!("no `[[logs]]` has the profile `{}`", visible(&profile.value));
                let fault = Diagnostic::new("outage-profile", message);
                faults.push(fault.hint(suggestion(&profile.value, &known)).at(profile.place.clone()));
            }
        }
        let (Some(from), Some(until), Some(what)) = (outage.from, outage.until, outage.what) else {
            continue;
        };
        if until.value <= from.value {
            let message = format!(
                "the outage ends at {}, not after it begins at {}",
                until.value, from.value
            );
            let fault = Diagnostic::new("empty-outage", message);
            let hint = "`until` is the first instant after the outage, and must be later than `from`";
            faults.push(fault.hint(hint).at(until.place));
            continue;
        }
        outages.push(Outage {
            from: from.value,
            until: until.value,
            what: what.value,
            profiles: outage
                .profiles
                .into_iter()
                .map(|profile| profile.value.trim().to_owned())
                .collect(),
        });
    }
    outages
}

/// Reads `obtained` and `not_recorded` of an entry of `[[logs]]`. The second value is every text
/// that customers read.
pub(super) fn origin(table: &mut Table<'_>) -> (LogOrigin, Vec<Spanned<String>>) {
    let obtained = table.optional_table("obtained", |table| {
        let place = table.place().clone();
        let (by, at) = (table.optional_string("by"), table.optional_time("at"));
        let (how, query) = (table.optional_string("how"), table.optional_string("query"));
        let empty = by.is_none() && at.is_none() && how.is_none() && query.is_none();
        if empty && !table.has_unread() {
            let fault = Diagnostic::new("missing-key", "`obtained` says nothing");
            let hint = "add at least one of `by`, `at`, `how` and `query`";
            table.absence(fault.hint(hint).at(place));
        }
        let obtained = Obtained {
            by: by.map(|found| found.value),
            at: at.map(|found| found.value),
            how: how.as_ref().map(|found| found.value.clone()),
            query: query.map(|found| found.value),
        };
        (obtained, how)
    });
    let not_recorded = table.string_list("not_recorded");
    let (obtained, how) = obtained.map_or((None, None), |(obtained, how)| (Some(obtained), how));
    let told = how.into_iter().chain(not_recorded.iter().cloned()).collect();
    let not_recorded = not_recorded.into_iter().map(|found| found.value).collect();
    let origin = LogOrigin { obtained, not_recorded };
    (origin, told)
}
