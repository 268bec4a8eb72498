//! `report`: the main job. Everything that can be wrong is found out before the first log is read.

use std::path::Path;

use rayon::prelude::*;
use tenant_impact::{
    bundle::{BundleError, FileEntry, Manifest, Writer},
    case::{Case, CaseFile},
    catalogue::Catalogue,
    engine::{Engine as _, Local, Plan},
    findings::{Answer, Mention},
    isolation,
    reports::{Release, Replacement, ReportError, Reports, TemplateError, Templates},
};

use super::question;
use crate::cli::{args::ReportArgs, console, exit::Outcome, progress::Bar, summary};

pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<Outcome> {
    let case = question::case(&args.question)?;
    let plan = Plan::new(&case)?;
    isolation::check(&case)?;
    let (catalogue, catalogue_files) = Catalogue::load(&case.reports.catalogues)?;
    let (templates, template_files) = templates(&case)?;
    let writer = Writer::create(&args.out)?;
    let engine = Local {
        threads: args.question.threads,
    };
    let scan = engine.run(&plan, &Bar::new(args.quiet))?;
    question::verbose(&args.question, &scan);
    let answer = Answer::close(&case, &catalogue, scan)?;
    let reports = Reports::new(&answer.findings, templates);
    let (answer, files) = engine.install(|| write(&writer, &reports, answer))??;
    let inputs = case
        .files
        .iter()
        .chain(plan.files())
        .chain(&catalogue_files)
        .chain(&template_files);
    let out = writer.finish(&Manifest::new(&answer.findings, inputs, files))?;
    Ok(tell(args, &answer, &out))
}

fn templates(case: &Case) -> Result<(Templates, Vec<CaseFile>), TemplateError> {
    let Some((shown, folder)) = &case.reports.templates else {
        return Ok((Templates::built_in(), Vec::new()));
    };
    let templates = Templates::from_folder(folder)?;
    let file = |used: &Replacement| CaseFile::new("template", format!("{shown}/{}", used.name), used.text.as_bytes());
    let files = templates.replaced().iter().map(file).collect();
    Ok((templates, files))
}

#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// Renders and writes, each tenant on its own, so that no more than a few are in memory at a time. What may not be released is
/// not written, and the answer says so.
fn write(writer: &Writer, reports: &Reports, answer: Answer) -> Result<(Answer, Vec<FileEntry>), WriteError> {
    let put = |artifacts: Vec<_>| {
        artifacts
            .iter()
            .map(|artifact| writer.put(artifact))
            .collect::<Result<Vec<_>, _>>()
    };
    let tenants = answer.tenants.par_iter().map(|tenant| {
        Ok(match reports.release(&answer.isolation.names, tenant)? {
            Release::Files(files) => (put(files)?, Vec::new()),
            Release::Stopped(stops) => (Vec::new(), stops),
        })
    });
    let (files, stops): (Vec<_>, Vec<Vec<Mention>>) =
        tenants.collect::<Result<Vec<_>, WriteError>>()?.into_iter().unzip();
    let answer = answer.with_stops(stops.into_iter().flatten().collect());
    let mut files: Vec<FileEntry> = files.into_iter().flatten().collect();
    files.extend(put(reports.overview(&answer)?)?);
    Ok((answer, files))
}

/// The bundle is written: whatever becomes of the summary, the outcome is the answer's.
fn tell(args: &ReportArgs, answer: &Answer, out: &Path) -> Outcome {
    let told = match (args.json, args.quiet) {
        (true, _) => summary::json(&answer.findings, out),
        (_, true) => Ok(()),
        _ => summary::table(&answer.findings, out),
    };
    // A reader who has seen enough, as in `| head`, is no fault.
    if let Err(fault) = told.or_else(console::unless_closed) {
        console::note(&format!(
            "the bundle is written; its summary could not be shown: {fault}"
        ));
    }
    question::outcome(&answer.findings)
}
