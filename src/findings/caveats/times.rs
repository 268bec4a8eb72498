//! Times that cannot be, source by source.

use super::{Findings, LONGEST, NAMED};
use crate::{
    findings::SourceFinding,
    text::{counted, grouped, shortened},
};

/// Returns the message about sources with implausible times.
pub(super) fn implausible(findings: &Findings) -> Option<String> {
    let sources = findings.sources.iter().enumerate();
    let told: Vec<_> = sources
        .filter_map(|(number, source)| {
            let parts: Vec<_> = [unreadable(findings, number, source), late(findings, source)]
                .into_iter()
                .flatten()
                .collect();
            (!parts.is_empty()).then(|| {
                let path = shortened(&source.path, LONGEST);
                format!("`{path}`: {}", parts.join("; "))
            })
        })
        .collect();
    let more = match told.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" And {} more.", counted(more as u64, "source", "sources")),
    };
    (!told.is_empty()).then(|| {
        format!(
            "Implausible times; such records lie in no window, and those by a listed agent are possibly in scope. \
             Check the time format of the profile, and run again. {}.{more}",
            told[..told.len().min(NAMED)].join(". ")
        )
    })
}

/// Refused ones, with the first as an example: its fault says how it was read and what would fit.
fn unreadable(findings: &Findings, number: usize, source: &SourceFinding) -> Option<String> {
    let facts = source.implausible;
    let mut refused = findings.refused.iter();
    let example = refused.find(|refused| refused.source == number && refused.reason == "implausible-time")?;
    Some(format!(
        "{} refused, {} of which {} a listed identity (the first at byte {}: {})",
        counted(facts.refused, "record is", "records are"),
        grouped(facts.refused_naming),
        if facts.refused_naming == 1 { "names" } else { "name" },
        grouped(example.offset),
        shortened(&example.detail, 2 * LONGEST)
    ))
}

/// Read ones after the case was issued.
fn late(findings: &Findings, source: &SourceFinding) -> Option<String> {
    let (facts, issued, last) = (source.implausible, findings.case.header.issued?, source.last?);
    (facts.after_issue > 0).then(|| {
        let naming = match facts.after_issue_first {
            Some(first) => format!(
                "{} of them outside every window {} a listed identity, the first at byte {}",
                grouped(facts.after_issue_naming),
                if facts.after_issue_naming == 1 { "names" } else { "name" },
                grouped(first)
            ),
            None => "none of them outside the windows names a listed identity".to_owned(),
        };
        format!(
            "{} after the case was issued ({issued}), up to {last}, as where day and month are exchanged; {naming}",
            counted(facts.after_issue, "record lies", "records lie"),
        )
    })
}
