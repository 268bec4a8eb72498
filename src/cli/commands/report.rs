//! `report`: the main job. Everything that can be wrong is found out before the first log is read.

use std::{mem::ManuallyDrop, path::Path, thread};

use tenant_impact::{
    bundle::{
        BundleError, BundleWriter, FileEntry, FolderWriter, INSTRUCTIONS_TEXT, InputEntry, Manifest, ManifestCase,
        Signer, TenantStaging, stale_folders,
    },
    case::{Case, CaseFile, CaseHeader},
    catalogue::{Catalogue, OwnActions},
    engine::{Engine as _, Local},
    findings::{Answer, Mention},
    isolation,
    progress::Progress as _,
    reports::{self, Release, Reports, TemplateError, Templates},
    tally::SpillError,
};

use super::question::{self, Stages};
use crate::cli::{
    args::{Output, Question, ReportArgs},
    console,
    exit::Outcome,
    progress::Bar,
    signals, summary,
};

pub(crate) fn run(args: &ReportArgs, output: &Output) -> anyhow::Result<Outcome> {
    let engine = Local {
        threads: args.question.threads,
    };
    // Everything on the same threads: to start some for each stage takes as long as a small stage
    // does.
    engine.install(|| report(args, output, engine))?
}

fn report(args: &ReportArgs, output: &Output, engine: Local) -> anyhow::Result<Outcome> {
    // What is built in has no fault that would have to be told first, and reading it takes as long
    // as a small log.
    let templates = thread::Builder::new().spawn(Templates::built_in);
    let mut stages = Stages::new(output);
    // What is dropped at the end of the program is not worth the time, here and below.
    let mut case = ManuallyDrop::new(question::case(&args.question)?);
    case.pin()?;
    let actions = OwnActions::read(&case.reports.catalogues)?;
    case.add_sentences(actions.sentences());
    // Neither has to do with the other.
    let (plan, told) = Local::both(
        || question::plan(&args.question, &case, Some(&args.out)),
        || isolation::check(&case),
    );
    let plan = ManuallyDrop::new(plan?);
    told?;
    let catalogue = question::catalogue(&plan);
    let own = own_templates(&case)?;
    let signer = args.sign.as_deref().map(Signer::open).transpose()?;
    let writer = BundleWriter::create(&args.out)?;
    signals::abort_on(&writer);
    case.try_lock()?;
    tell_leftovers(&args.out);
    stages.end("case and plan");
    let bar = Bar::new(output.progress());
    let mut scan = engine.run(&plan, &bar)?;
    stages.end("scan");
    question::verbose(output, &scan);
    let templates = match templates {
        Ok(reading) => reading.join().expect("what is built in is tested"),
        // There was no thread for it.
        Err(_) => Templates::built_in(),
    };
    let (catalogue, catalogue_files) = catalogue().extended(actions);
    let catalogue = ManuallyDrop::new(catalogue);
    engine.follow(&plan, &catalogue, &mut scan)?;
    case.admit(&scan.unlisted);
    case.pin()?;
    let templates = own.unwrap_or(templates);
    let answer = Answer::close(&case, &catalogue, scan)?;
    stages.end("findings");
    let template_files = template_files(&case, &templates);
    let reports = Reports::new(&answer.findings, templates).enclosing(INSTRUCTIONS_TEXT);
    let reports = ManuallyDrop::new(reports);
    let files = || case.files.iter().chain(plan.files());
    let inputs = || files().chain(&catalogue_files).chain(&template_files);
    // What a manifest tells of the question is hashed meanwhile.
    let ((question, inputs), written) = Local::both(
        || {
            let inputs = inputs().map(InputEntry::from).collect();
            (ManifestCase::new(&case, plan.limits), inputs)
        },
        || write(&writer, &reports, &catalogue, answer, &bar),
    );
    let (answer, files) = written?;
    stages.end("reports");
    let answer = ManuallyDrop::new(answer);
    let manifest = Manifest::new(question, command(args), &answer.findings, inputs, files);
    // Written last, so that a run that fails leaves nothing behind.
    case.write_lock()?;
    let out = writer.finish(&manifest, signer.as_ref())?;
    stages.end("manifest");
    Ok(tell(args, output, &answer, &out))
}

fn own_templates(case: &Case) -> Result<Option<Templates>, TemplateError> {
    let folder = case.reports.templates.as_ref();
    folder.map(|(_, folder)| Templates::from_folder(folder)).transpose()
}

fn template_files(case: &Case, templates: &Templates) -> Vec<CaseFile> {
    templates.files(case.reports.templates.as_ref().map_or("", |(shown, _)| shown))
}

/// The command for the manifest: what is part of the question, and nothing that is not. A flag that
/// is added has to be put on one of the two sides here.
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
        threads: _,
        memory: _,
        accept: _,
    } = question;
    let mut command = vec!["report".to_owned()];
    // Its folder is no part of the question: what the case names is named from there.
    let case = case.as_deref().and_then(Path::file_name);
    command.extend(case.map(|name| name.to_string_lossy().into_owned()));
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

/// A run that was killed leaves customers' data behind, which nobody should come upon by chance.
fn tell_leftovers(out: &Path) {
    let dead = stale_folders(out)
        .unwrap_or_default()
        .into_iter()
        .filter(|leftover| !leftover.is_in_use());
    for leftover in dead {
        console::note(&format!(
            "a run that was killed left `{}`; `tenant-impact clean {}` removes it",
            leftover.path.display(),
            out.display()
        ));
    }
}

#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Room(#[from] SpillError),
}

/// Renders and writes, each tenant on its own and row by row. What may not be released is removed
/// again, and the answer says so.
fn write(
    writer: &BundleWriter,
    reports: &Reports,
    catalogue: &Catalogue,
    answer: Answer,
    bar: &Bar,
) -> Result<(Answer, Vec<FileEntry>), WriteError> {
    bar.reports(answer.findings.tenants.len());
    let tenants = answer.each_tenant(catalogue, |tenant| {
        bar.report();
        let staged = writer.stage(&tenant.finding.slug)?;
        let verification_files = |staged: &TenantStaging, case: &CaseHeader| {
            staged.verification_files(&answer.findings, case, &tenant.finding)
        };
        let release = reports.release(&answer.isolation.names, tenant, staged, verification_files)?;
        Ok::<_, WriteError>(match release {
            Release::Files(searched) => {
                let mut files = TenantStaging::keep(searched)?;
                let slug = &tenant.finding.slug;
                files.push(writer.records(slug, |to| reports::records(&answer.findings, tenant, to))?);
                (files, Vec::new())
            }
            Release::Stopped(stops) => (Vec::new(), stops),
        })
    })?;
    let (files, stops): (Vec<_>, Vec<Vec<Mention>>) = tenants.into_iter().unzip();
    bar.finish();
    let answer = answer.with_stops(stops.into_iter().flatten().collect());
    let mut files: Vec<FileEntry> = files.into_iter().flatten().collect();
    let (mut overview, mut findings) = (writer.files(), writer.files());
    let (one, other) = Local::both(
        || reports.overview(&answer, &mut overview),
        || reports::findings(&answer.findings, &mut findings),
    );
    one.and(other)?;
    files.extend([overview, findings].into_iter().flat_map(FolderWriter::entries));
    Ok((answer, files))
}

/// The bundle is written: whatever becomes of the summary, the outcome is the answer's.
fn tell(args: &ReportArgs, output: &Output, answer: &Answer, out: &Path) -> Outcome {
    let told = match (args.json, output.quiet) {
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
    question::outcome(&args.question, &answer.findings)
}
