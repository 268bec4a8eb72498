//! What `report` and `scan` have in common: the question, and how its answer ends the program.

use std::path::Path;

use tenant_impact::{
    case::{AdHoc, Case, CaseError},
    engine::{Plan, PlanError},
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

/// The plan of a case. What is in scope and has no room in memory goes beside the bundle, if one is written: it is the same
/// customers' data.
pub(super) fn plan(question: &Question, case: &Case, out: Option<&Path>) -> Result<Plan, PlanError> {
    let mut plan = Plan::new(case)?;
    if let Some(bytes) = question.memory {
        plan.memory.bytes = bytes;
    }
    let beside = out.and_then(Path::parent).map(Path::to_owned);
    if let Some(folder) = beside {
        plan.memory.folder = if folder.as_os_str().is_empty() {
            ".".into()
        } else {
            folder
        };
    }
    Ok(plan)
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
