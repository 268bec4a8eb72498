//! Reach of the logs: the making of each export, outages, and files that a series lacks.

use super::moment;
use crate::{
    findings::{Findings, InputFinding, MissingFile, OutageFinding},
    reports::{lang, template::view},
    text::{counted, grouped},
};

/// Missing files that are listed; findings.json has all.
const FILES: usize = 100;

view! {
    /// Statements of the case about the export of an input.
    pub(super) struct OriginView {
        path: String,
        profile: String,
        at: String,
        by: String,
        how: String,
        query: String,
        not_recorded: Vec<String>,
    }
}

impl OriginView {
    /// Returns what the case states of an input, if it states anything.
    pub(super) fn new(input: &InputFinding) -> Option<Self> {
        let obtained = input.obtained.clone().unwrap_or_default();
        (input.obtained.is_some() || !input.not_recorded.is_empty()).then(|| Self {
            path: input.path.clone(),
            profile: input.profile.clone(),
            at: moment(obtained.at),
            by: obtained.by.unwrap_or_default(),
            how: obtained.how.unwrap_or_default(),
            query: obtained.query.unwrap_or_default(),
            not_recorded: input.not_recorded.clone(),
        })
    }
}

view! {
    pub(super) struct OutageView {
        from: String,
        until: String,
        kinds: String,
        what: String,
        records: String,
    }
}

impl OutageView {
    pub(super) fn new(found: &OutageFinding) -> Self {
        let with = grouped(found.hours_with_records);
        Self {
            from: lang::clock(found.outage.from),
            until: lang::clock(found.outage.until),
            kinds: if found.outage.profiles.is_empty() {
                String::new()
            } else {
                lang::listed(&found.kinds)
            },
            what: found.outage.what.clone(),
            records: if found.is_in_window() {
                format!(
                    "{with} of {} in a window with records",
                    counted(found.hours, "hour", "hours")
                )
            } else {
                "in no window".to_owned()
            },
        }
    }
}

view! {
    /// A file that a regular series lacks.
    pub(super) struct MissingView {
        path: String,
        profile: String,
        from: String,
        until: String,
        present: String,
    }
}

impl MissingView {
    /// Returns the first missing files.
    pub(super) fn each(findings: &Findings) -> Vec<Self> {
        findings.coverage.missing.iter().take(FILES).map(Self::new).collect()
    }

    /// Returns how many more there are.
    pub(super) fn more(findings: &Findings) -> String {
        lang::more(findings.coverage.missing.len(), FILES)
    }

    fn new(file: &MissingFile) -> Self {
        Self {
            path: file.path.clone(),
            profile: file.profile.clone(),
            from: lang::clock(file.from),
            until: lang::clock(file.until),
            present: format!("{} of the series", counted(file.present, "other file", "other files")),
        }
    }
}
