//! `scan`: prints the findings, or what a variation of the case changes, and writes nothing.

use std::{io, mem::ManuallyDrop};

use anyhow::Context as _;
use tenant_impact::{
    case::Variation,
    pipeline::{self, ScanRequest},
    reports::spread_findings_json,
    time::Timestamp,
};

use super::case_args;
use crate::cli::{
    args::{Output, Question, ScanArgs},
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
    let variation = variation(args)?;
    if !variation.is_empty() {
        return compare(args, output, (&request, &variation));
    }
    anyhow::ensure!(
        variation.scope.is_none(),
        "--scope names the scope that differs; state the change with --from, --until, --without or --with"
    );
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

/// Prints what a variation of the case changes. The exit status is that of the variation.
fn compare(
    args: &ScanArgs,
    output: &Output,
    (request, variation): (&ScanRequest, &Variation),
) -> anyhow::Result<Outcome> {
    let compared = pipeline::compare(request, variation, &RunObserver::new(output, None))?;
    // The program ends soon; freeing the memory takes as long as a small run.
    let compared = ManuallyDrop::new(compared);
    let (difference, after) = &*compared;
    let printed = match (args.json, output.quiet) {
        (true, _) => console::json(difference),
        (_, true) => Ok(()),
        _ => summary::difference(difference),
    };
    printed.or_else(console::ignore_broken_pipe)?;
    Ok(case_args::outcome(&args.question.run.accept, after.findings()))
}

/// Returns what the arguments change in the case; nothing where there is no case file.
fn variation(args: &ScanArgs) -> anyhow::Result<Variation> {
    let Question { case, from, until, .. } = &args.question;
    let time = |flag: &str, text: &Option<String>| -> anyhow::Result<Option<Timestamp>> {
        let text = text.as_deref().filter(|_| case.is_some());
        let parsed = text.map(|text| text.parse().with_context(|| format!("{flag} `{text}`")));
        parsed.transpose()
    };
    Ok(Variation {
        scope: args.scope.clone(),
        from: time("--from", from)?,
        until: time("--until", until)?,
        without: args.without.clone(),
        with: args.with.clone(),
    })
}
