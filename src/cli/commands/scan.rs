//! `scan`: everything up to the findings, and nothing written.

use std::{io, mem::ManuallyDrop};

use tenant_impact::{
    catalogue::Catalogue,
    engine::{Engine as _, Local},
    findings::{Answer, Findings},
    reports::findings_json,
};

use super::question;
use crate::cli::{args::ScanArgs, console, exit::Outcome, progress::Bar, summary};

pub(crate) fn run(args: &ScanArgs) -> anyhow::Result<Outcome> {
    // What is dropped at the end of the program is not worth the time.
    let case = ManuallyDrop::new(question::case(&args.question)?);
    let mut plan = ManuallyDrop::new(question::plan(&args.question, &case, None)?);
    plan.limits.hashed = !args.no_hash;
    let (catalogue, _) = Catalogue::load(&case.reports.catalogues)?;
    let engine = Local {
        threads: args.question.threads,
    };
    let scan = engine.run(&plan, &Bar::new(args.quiet))?;
    question::verbose(&args.question, &scan);
    let findings = ManuallyDrop::new(engine.install(|| Answer::survey(&case, &catalogue, scan))??);
    let told = match (args.json, args.quiet) {
        (true, _) => json(&findings),
        (_, true) => Ok(()),
        _ => summary::scan(&findings).and_then(|()| summary::where_files_are(&findings)),
    };
    told.or_else(console::unless_closed)?;
    Ok(question::outcome(&findings))
}

fn json(findings: &Findings) -> io::Result<()> {
    findings_json(findings, &mut io::stdout().lock())
}
