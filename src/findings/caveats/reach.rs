//! Caveats on the reach of the logs: outages, missing files, early exports.

use super::listed;
use crate::{
    findings::{Findings, InputFinding, MissingFile, OutageFinding},
    text::counted,
};

/// Outages that the case states in a window.
pub(super) fn outages(findings: &Findings) -> Option<String> {
    let outage = |found: &OutageFinding| {
        let OutageFinding { outage, .. } = found;
        let of = match &found.kinds[..] {
            _ if outage.profiles.is_empty() => String::new(),
            kinds => format!(" in `{}`", kinds.join("`, `")),
        };
        let with = match found.hours_with_records {
            0 => "no record".to_owned(),
            some => format!("records in {some} of {}", counted(found.hours, "hour", "hours")),
        };
        format!("{} to {}{of} ({with}): {}", outage.from, outage.until, outage.what)
    };
    let told = findings.coverage.outages.iter().filter(|found| found.is_in_window());
    let told: Vec<_> = told.map(outage).collect();
    (!told.is_empty()).then(|| {
        format!(
            "The case states outages in a window; what happened in them may not be recorded: {}.",
            listed(&told, "outage").trim_end_matches('.')
        )
    })
}

/// Files that regular series lack.
pub(super) fn missing(findings: &Findings) -> Option<String> {
    let file = |file: &MissingFile| {
        let each = match file.step_hours {
            1 => "hourly".to_owned(),
            24 => "daily".to_owned(),
            hours => format!("every {} days", hours / 24),
        };
        format!("`{}` ({each}, {} there)", file.path, file.present)
    };
    let files: Vec<_> = findings.coverage.missing.iter().map(file).collect();
    (!files.is_empty()).then(|| {
        format!(
            "Regular series of log files lack {}, whether or not other files have records of that time: {}. Look for them where the \
             logs were taken from, or find out why nothing was written, and run again.",
            counted(files.len() as u64, "file", "files"),
            listed(&files, "file")
        )
    })
}

/// Exports that were made before the end of a window.
pub(super) fn early(findings: &Findings) -> Option<String> {
    let until = findings.scopes.iter().map(|scope| scope.until).max()?;
    let early = |input: &InputFinding| {
        let at = input.obtained.as_ref()?.at.filter(|at| *at < until)?;
        Some(format!("`{}` at {at}", input.path))
    };
    let early: Vec<_> = findings.inputs.iter().filter_map(early).collect();
    (!early.is_empty()).then(|| {
        format!(
            "Obtained before the last window ends at {until}, as the case states: {}. Records written later are not in it: export it \
             again, or correct `obtained.at`.",
            listed(&early, "input")
        )
    })
}
