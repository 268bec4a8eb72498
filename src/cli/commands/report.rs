//! `report`: the main job. Everything that can be wrong is found out before the first log is read.

use std::{
    io,
    mem::ManuallyDrop,
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
};

use tenant_impact::{
    bundle::{
        BundleError, BundleWriter, FileEntry, FolderWriter, INSTRUCTIONS_TEXT, InputEntry, Manifest, ManifestCase,
        Signer, TenantStaging, stale_folders,
    },
    case::{Case, CaseError, CaseFile, CaseHeader},
    catalogue::{Catalogue, OwnActions},
    engine::{Engine as _, Local, Plan},
    findings::{Answer, CaveatCode, Mention, Scan},
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
    let job = Job {
        out: &args.out,
        sign: args.sign.as_deref(),
        json: args.json,
        accept: &args.question.accept,
        command: command(args),
        output,
    };
    let templates = built_in_templates();
    let stages = Stages::new(output);
    // What is dropped at the end of the program is not worth the time, here and below.
    let mut case = ManuallyDrop::new(question::case(&args.question)?);
    case.pin()?;
    let actions = own_actions(&mut case)?;
    // Neither has to do with the other.
    let (plan, told) = Local::both(
        || question::plan(&args.question, &case, Some(&args.out)),
        || isolation::check(&case),
    );
    let plan = ManuallyDrop::new(plan?);
    told?;
    let scan = |plan: &Plan, bar: &Bar| Ok(engine.run(plan, bar)?);
    let follow = |plan: &Plan, catalogue: &Catalogue, scan: &mut Scan| Ok(engine.follow(plan, catalogue, scan)?);
    job.run((&mut case, &plan), (actions, templates, stages), (scan, follow))
}

/// Starts to read the built-in templates. What is built in has no fault that would have to be told
/// first, and reading it takes as long as a small log.
pub(super) fn built_in_templates() -> io::Result<JoinHandle<Templates>> {
    thread::Builder::new().spawn(Templates::built_in)
}

/// Settings of a bundle beside the case, and its place.
pub(super) struct Job<'j> {
    pub(super) out: &'j Path,
    pub(super) sign: Option<&'j Path>,
    pub(super) json: bool,
    pub(super) accept: &'j [CaveatCode],
    /// Command that the manifest states.
    pub(super) command: Vec<String>,
    pub(super) output: &'j Output,
}

impl Job<'_> {
    /// Scans, follows links, and writes the bundle. Everything that can be wrong with the case is
    /// found out before the scan.
    pub(super) fn run(
        &self,
        (case, plan): (&mut Case, &Plan),
        (actions, templates, mut stages): (OwnActions, io::Result<JoinHandle<Templates>>, Stages),
        (scan, follow): (
            impl FnOnce(&Plan, &Bar) -> anyhow::Result<Scan>,
            impl FnOnce(&Plan, &Catalogue, &mut Scan) -> anyhow::Result<()>,
        ),
    ) -> anyhow::Result<Outcome> {
        let catalogue = question::catalogue(plan);
        let own = own_templates(case)?;
        let signer = self.sign.map(Signer::open).transpose()?;
        let writer = BundleWriter::create(self.out)?;
        signals::abort_on(&writer);
        case.try_lock()?;
        tell_leftovers(self.out);
        stages.end("case and plan");
        let bar = Bar::new(self.output.progress());
        let mut scan = scan(plan, &bar)?;
        stages.end("scan");
        question::verbose(self.output, &scan);
        let templates = match templates {
            Ok(reading) => reading.join().expect("what is built in is tested"),
            // There was no thread for it.
            Err(_) => Templates::built_in(),
        };
        let (catalogue, catalogue_files) = catalogue().extended(actions);
        let catalogue = ManuallyDrop::new(catalogue);
        follow(plan, &catalogue, &mut scan)?;
        scan.settle(case);
        case.pin()?;
        let templates = own.unwrap_or(templates);
        let answer = Answer::close(case, &catalogue, scan)?;
        stages.end("findings");
        let template_files = template_files(case, &templates);
        let reports = Reports::new(&answer.findings, templates).enclosing(INSTRUCTIONS_TEXT);
        let reports = ManuallyDrop::new(reports);
        let files = || case.files.iter().chain(plan.files());
        let inputs = || files().chain(&catalogue_files).chain(&template_files);
        // What a manifest tells of the question is hashed meanwhile.
        let ((question, inputs), written) = Local::both(
            || {
                let inputs = inputs().map(InputEntry::from).collect();
                (ManifestCase::new(case, plan.limits), inputs)
            },
            || write(&writer, &reports, &catalogue, answer, &bar),
        );
        let (answer, files) = written?;
        stages.end("reports");
        let answer = ManuallyDrop::new(answer);
        let manifest = Manifest::new(question, self.command.clone(), &answer.findings, inputs, files);
        // Written last, so that a run that fails leaves nothing behind.
        case.write_lock()?;
        let out = writer.finish(&manifest, signer.as_ref())?;
        stages.end("manifest");
        Ok(self.tell(&answer, &out))
    }

    /// The bundle is written: whatever becomes of the summary, the outcome is the answer's.
    fn tell(&self, answer: &Answer, out: &Path) -> Outcome {
        let told = match (self.json, self.output.quiet) {
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
        question::outcome(self.accept, &answer.findings)
    }
}

/// Reads the case's own catalogue files, whose sentences customers may read.
pub(super) fn own_actions(case: &mut Case) -> Result<OwnActions, CaseError> {
    let actions = OwnActions::read_from(&case.store, &case.reports.catalogues)?;
    case.add_sentences(actions.sentences());
    Ok(actions)
}

fn own_templates(case: &Case) -> Result<Option<Templates>, TemplateError> {
    let folder = case.reports.templates.as_ref();
    let read = |(_, folder): &(String, PathBuf)| Templates::from_store(&case.store, folder);
    folder.map(read).transpose()
}

fn template_files(case: &Case, templates: &Templates) -> Vec<CaseFile> {
    templates.files(case.reports.templates.as_ref().map_or("", |(shown, _)| shown))
}

/// The command for the manifest of a case by its file. Its folder is no part of the question: what
/// the case names is named from there.
pub(super) fn command_of(case: &Path) -> Vec<String> {
    let name = case.file_name().map(|name| name.to_string_lossy().into_owned());
    ["report".to_owned()].into_iter().chain(name).collect()
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
    let mut command = case.as_deref().map_or_else(|| vec!["report".to_owned()], command_of);
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
