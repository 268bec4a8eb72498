//! `scan`: prints the findings and writes nothing.

use std::{io, mem::ManuallyDrop};

use tenant_impact::{
    pipeline::{self, ScanRequest},
    reports::spread_findings_json,
};

use super::case_args;
use crate::cli::{
    args::{Output, ScanArgs},
    console,
    exit::Outcome,
    observer::RunObserver,
    summary,
};

pub(crate) fn run(args: &ScanArgs, output: &Output) -> anyhow::Result<Outcome> {
    let request = ScanRequest {
        case: case_args::source(&args.question)?,
        settings: case_args::settings(&args.question),
        hashed: !args.no_hash,
    };
    // The program ends soon; freeing the memory takes as long as a small run.
    let mut found = ManuallyDrop::new(pipeline::scan(&request, &RunObserver::new(output, None))?);
    let findings = found.findings_mut();
    let printed = match (args.json, output.quiet) {
        (true, _) => spread_findings_json(findings, &mut io::stdout().lock()),
        (_, true) => Ok(()),
        _ => summary::scan(findings).and_then(|()| summary::where_files_are(findings)),
    };
    printed.or_else(console::ignore_broken_pipe)?;
    Ok(case_args::outcome(&args.question.run.accept, findings))
}
