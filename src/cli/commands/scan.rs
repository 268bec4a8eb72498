//! `scan`: everything up to the findings, and nothing written.

use std::{io, mem::ManuallyDrop};

use tenant_impact::{
    catalogue::OwnActions,
    engine::{Engine as _, Local},
    findings::{Answer, Findings},
    reports::spread_findings_json,
};

use super::question::{self, Stages};
use crate::cli::{
    args::{Output, ScanArgs},
    console,
    exit::Outcome,
    progress::Bar,
    summary,
};

pub(crate) fn run(args: &ScanArgs, output: &Output) -> anyhow::Result<Outcome> {
    let engine = Local {
        threads: args.question.threads,
    };
    // Everything on the same threads: to start some for each stage takes as long as a small stage
    // does.
    engine.install(|| scan(args, output, engine))?
}

fn scan(args: &ScanArgs, output: &Output, engine: Local) -> anyhow::Result<Outcome> {
    let mut stages = Stages::new(output);
    // What is dropped at the end of the program is not worth the time.
    let mut case = ManuallyDrop::new(question::case(&args.question)?);
    let mut plan = ManuallyDrop::new(question::plan(&args.question, &case, None)?);
    plan.limits.hashed = !args.no_hash;
    let catalogue = question::catalogue(&plan);
    let actions = OwnActions::read(&case.reports.catalogues)?;
    stages.end("case and plan");
    let mut scan = engine.run(&plan, &Bar::new(output.progress()))?;
    stages.end("scan");
    question::verbose(output, &scan);
    let (catalogue, _) = catalogue().extended(actions);
    engine.follow(&plan, &catalogue, &mut scan)?;
    scan.settle(&mut case);
    let mut survey = ManuallyDrop::new(Answer::survey(&case, &catalogue, scan)?);
    stages.end("findings");
    let findings = &mut survey.findings;
    let told = match (args.json, output.quiet) {
        (true, _) => json(findings),
        (_, true) => Ok(()),
        _ => summary::scan(findings).and_then(|()| summary::where_files_are(findings)),
    };
    told.or_else(console::unless_closed)?;
    Ok(question::outcome(&args.question.accept, findings))
}

fn json(findings: &mut Findings) -> io::Result<()> {
    spread_findings_json(findings, &mut io::stdout().lock())
}
