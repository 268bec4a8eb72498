//! `report`: writes the bundle and prints a summary.

use std::{mem::ManuallyDrop, path::Path};

use tenant_impact::{
    findings::CaveatCode,
    pipeline::{self, ReportRequest, WrittenBundle},
};

use super::case_args;
use crate::cli::{
    args::{Output, Question, ReportArgs},
    console,
    exit::Outcome,
    observer::RunObserver,
    summary,
};

pub(crate) fn run(args: &ReportArgs, output: &Output) -> anyhow::Result<Outcome> {
    let Question { case, from, until, .. } = &args.question;
    anyhow::ensure!(
        case.is_none() || (from.is_none() && until.is_none()),
        "--from and --until cannot be used with a case file here; change the window in the case, or state what another \
         window changes with `tenant-impact scan`"
    );
    let request = ReportRequest {
        case: case_args::source(&args.question)?,
        settings: case_args::settings(&args.question),
        out: &args.out,
        sign: args.sign.as_deref(),
        command: command(args),
    };
    let written = pipeline::report(&request, &RunObserver::new(output, Some(args.out.clone())))?;
    // The program ends soon; freeing the memory takes as long as a small run.
    let written = ManuallyDrop::new(written);
    Ok(print_summary(
        &written,
        (args.json, output.quiet),
        &args.question.run.accept,
    ))
}

/// Prints the summary. The bundle is written, so the outcome does not depend on the printing.
pub(super) fn print_summary(written: &WrittenBundle, (as_json, quiet): (bool, bool), accept: &[CaveatCode]) -> Outcome {
    let findings = written.findings();
    let printed = match (as_json, quiet) {
        (true, _) => summary::json(findings, &written.folder),
        (_, true) => Ok(()),
        _ => summary::table(findings, &written.folder),
    };
    if let Err(fault) = printed.or_else(console::ignore_broken_pipe) {
        console::note(&format!(
            "the bundle is written; its summary could not be shown: {fault}"
        ));
    }
    case_args::outcome(accept, findings)
}

/// Returns the command for the manifest: the arguments that are part of the question. A new flag
/// must be put on one of the two sides here.
fn command(args: &ReportArgs) -> Vec<String> {
    let ReportArgs {
        question,
        out: _,
        sign: _,
        json: _,
    } = args;
    let Question {
        case,
        logs,
        agents,
        from,
        until,
        profile,
        tenants,
        run: _,
    } = question;
    let mut command = pipeline::command_of(case.as_deref().unwrap_or(Path::new("")));
    let mut flag = |name: &str, values: &[String]| {
        if !values.is_empty() {
            command.push(name.to_owned());
            command.extend_from_slice(values);
        }
    };
    flag("--logs", logs);
    flag("--agents", agents);
    flag("--from", from.as_slice());
    flag("--until", until.as_slice());
    flag("--profile", profile.as_slice());
    flag("--tenants", tenants.as_slice());
    command
}
