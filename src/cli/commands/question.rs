//! What `report` and `scan` have in common: the question, and how its answer ends the program.

use tenant_impact::{
    case::{AdHoc, Case, CaseError},
    findings::{Findings, Scan},
    text::grouped,
};

use crate::cli::{args::Question, console, exit::Outcome};

/// The case that is asked, from its file or by flags.
pub(super) fn case(question: &Question) -> Result<Case, CaseError> {
    match &question.case {
        Some(path) => Case::load(path),
        None => Case::ad_hoc(&AdHoc {
            logs: question.logs.clone(),
            agents: question.agents.clone(),
            from: question.from.clone().unwrap_or_default(),
            until: question.until.clone().unwrap_or_default(),
            profile: question.profile.clone().unwrap_or_else(|| "superuser".to_owned()),
            tenants: question.tenants.clone(),
            base: ".".into(),
        }),
    }
}

/// What it took to judge the records of each log, if that was asked for.
pub(super) fn verbose(question: &Question, scan: &Scan) {
    if !question.verbose {
        return;
    }
    for source in &scan.sources {
        let efforts = source.tally.efforts;
        console::note(&format!(
            "{}: {}, {} records: {} judged by their time alone, {} at a glance, {} read in full",
            source.path,
            source.framing,
            grouped(source.tally.read),
            grouped(efforts.time),
            grouped(efforts.glance),
            grouped(efforts.full),
        ));
    }
}

/// How the program ends with this answer.
pub(super) fn outcome(findings: &Findings) -> Outcome {
    if findings.complete {
        Outcome::Complete
    } else {
        Outcome::Caveats
    }
}
