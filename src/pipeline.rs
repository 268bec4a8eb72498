//! The main job: from a case to findings, and to the bundle on disk.
//!
//! [`report`] does what the command of this name does, and [`scan`] stops at the findings. Every
//! fault that does not depend on the logs is found before the first log is read. Nothing is left on
//! disk by a run that fails.
//!
//! ```
//! use tenant_impact::pipeline::{CaseSource, ReportRequest, Settings, Unobserved, report};
//!
//! let folder = tempfile::tempdir()?;
//! let out = folder.path().join("impact-report");
//! let written = report(
//!     &ReportRequest {
//!         case: CaseSource::File("sample_logs/case.toml".into()),
//!         settings: Settings::default(),
//!         out: &out,
//!         sign: None,
//!         command: vec!["report".into(), "case.toml".into()],
//!     },
//!     &Unobserved,
//! )?;
//! let findings = written.findings();
//! assert_eq!(findings.records.read, 6000);
//! for tenant in &findings.tenants {
//!     assert!(out.join("tenants").join(&tenant.slug).join("report.html").is_file());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
};

pub use self::error::PipelineError;
use crate::{
    bundle::{
        AbortHandle, BundleWriter, FileEntry, FolderWriter, INSTRUCTIONS_TEXT, InputEntry, Manifest, ManifestCase,
        Signer, TenantStaging,
    },
    case::{AdHoc, Case, CaseError, CaseFile, CaseHeader, Variation},
    catalogue::{Catalogue, OwnActions},
    digest::Sha256,
    engine::{Engine as _, Local, Plan, PlanError},
    findings::{Answer, Difference, Findings, Mention, Scan, Survey},
    isolation,
    progress::{Progress, Silent},
    reports::{self, Release, Reports, TemplateError, Templates},
    splits::{Partials, PlanFile},
};

/// The place that a case is read from.
#[derive(Debug, Clone)]
pub enum CaseSource {
    /// A case file; its paths are relative to it.
    File(PathBuf),
    /// The text of a case file; its paths are relative to the current folder.
    Text(Vec<u8>),
    /// A case without a file.
    AdHoc(Box<AdHoc>),
}

impl CaseSource {
    /// Reads the case and the files it names.
    pub fn load(&self) -> Result<Case, CaseError> {
        match self {
            Self::File(path) => Case::load(path),
            Self::Text(text) => Case::read(Path::new("case.toml"), text),
            Self::AdHoc(flags) => Case::ad_hoc(flags),
        }
    }
}

/// Settings that do not change the answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// Number of threads; one for each core by default.
    pub threads: Option<NonZeroUsize>,
    /// Bytes of memory for events in scope; by default what the case states. Events beyond go to a
    /// temporary file.
    pub memory: Option<u64>,
}

/// A request to write a bundle.
#[derive(Debug)]
pub struct ReportRequest<'r> {
    /// The case.
    pub case: CaseSource,
    /// Settings that do not change the answer.
    pub settings: Settings,
    /// Folder of the bundle, which must not exist.
    pub out: &'r Path,
    /// OpenSSH key that signs the bundle.
    pub sign: Option<&'r Path>,
    /// The command that the manifest states.
    pub command: Vec<String>,
}

/// A request for findings.
#[derive(Debug)]
pub struct ScanRequest {
    /// The case.
    pub case: CaseSource,
    /// Settings that do not change the answer.
    pub settings: Settings,
    /// Whether the logs are hashed. Findings without digests prove nothing.
    pub hashed: bool,
}

/// An observer of a run. Its methods are called in the order of the stages.
pub trait Observer: Sync {
    /// Returns the observer of the bytes read and the reports written.
    fn progress(&self) -> &dyn Progress {
        &Silent
    }
    /// The writing of a bundle begins; the handle aborts it.
    fn begins_to_write(&self, _abort: AbortHandle) {}
    /// All logs are read.
    fn scanned(&self, _scan: &Scan) {}
    /// A stage with this name has ended.
    fn ended(&self, _stage: &'static str) {}
}

/// An observer that ignores everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

/// A bundle that was written.
///
/// It keeps what the run used. To free that memory takes as long as a small run, so a program that
/// ends anyway may forget the value.
#[derive(Debug)]
pub struct WrittenBundle {
    /// Folder of the bundle.
    pub folder: PathBuf,
    answer: Answer,
    _kept: (Case, Catalogue, Reports),
    _plan: Option<Plan>,
}

impl WrittenBundle {
    /// Returns the findings of the bundle.
    pub fn findings(&self) -> &Findings {
        &self.answer.findings
    }
}

/// Scans the logs of a case and writes the bundle.
pub fn report(request: &ReportRequest<'_>, observer: &dyn Observer) -> Result<WrittenBundle, PipelineError> {
    let engine = Local {
        threads: request.settings.threads,
    };
    // All stages run on the same threads: starting a pool takes as long as a small stage.
    engine.install(|| {
        let templates = built_in_templates();
        let mut case = request.case.load()?;
        case.pin()?;
        let actions = own_actions(&mut case)?;
        let (plan, names) = Local::join(
            || plan(&case, request.settings, Some(request.out)),
            || isolation::check(&case),
        );
        let plan = plan?;
        names?;
        let job = BundleJob {
            out: request.out,
            sign: request.sign,
            command: request.command.clone(),
            observer,
        };
        let written = job.run(
            (case, &plan),
            (actions, templates),
            || Ok(engine.run(&plan, observer.progress())?),
            |catalogue, scan| Ok(engine.follow(&plan, catalogue, scan)?),
        )?;
        Ok(WrittenBundle {
            _plan: Some(plan),
            ..written
        })
    })?
}

/// A request to write the bundle of a plan whose logs were read in parts.
#[derive(Debug)]
pub struct MergeRequest<'r> {
    /// Folder of the plan.
    pub plan: &'r Path,
    /// The partials of all splits: files, or folders of files.
    pub partials: &'r [PathBuf],
    /// Settings that do not change the answer.
    pub settings: Settings,
    /// Folder of the bundle, which must not exist.
    pub out: &'r Path,
    /// OpenSSH key that signs the bundle.
    pub sign: Option<&'r Path>,
}

/// Merges the partials of a plan and writes the bundle that [`report`] writes on one machine.
pub fn merge(request: &MergeRequest<'_>, observer: &dyn Observer) -> Result<WrittenBundle, PipelineError> {
    let engine = Local {
        threads: request.settings.threads,
    };
    engine.install(|| {
        let templates = built_in_templates();
        let mut planned = PlanFile::load(request.plan)?;
        planned.case.pin()?;
        let actions = own_actions(&mut planned.case)?;
        isolation::check(&planned.case)?;
        apply(request.settings, Some(request.out), &mut planned.plan);
        let partials = Partials::find(&planned, request.partials)?;
        let job = BundleJob {
            out: request.out,
            sign: request.sign,
            command: command_of(Path::new(&planned.file.case)),
            observer,
        };
        job.run(
            (planned.case.clone(), &planned.plan),
            (actions, templates),
            || Ok(partials.assemble(&planned, engine)?),
            |catalogue, scan| Ok(engine.follow_all(&planned.plan, catalogue, scan)?),
        )
    })?
}

/// Returns the command that a manifest states for a case file. The file's folder is left out: paths
/// in the case are relative to it.
pub fn command_of(case: &Path) -> Vec<String> {
    let name = case.file_name().map(|name| name.to_string_lossy().into_owned());
    ["report".to_owned()].into_iter().chain(name).collect()
}

/// Reads the case's own catalogue files, whose sentences tenants may read.
pub fn own_actions(case: &mut Case) -> Result<OwnActions, CaseError> {
    let actions = OwnActions::read_from(&case.store, &case.reports.catalogues)?;
    case.add_sentences(actions.sentences());
    Ok(actions)
}

/// The writing of a bundle, whichever way the logs are read.
struct BundleJob<'j> {
    out: &'j Path,
    sign: Option<&'j Path>,
    /// The command that the manifest states.
    command: Vec<String>,
    observer: &'j dyn Observer,
}

impl BundleJob<'_> {
    /// Scans, follows links, and writes the bundle. Faults of the case are found before the scan.
    fn run<W: Fn() -> Templates + Clone + Send + 'static>(
        self,
        (mut case, plan): (Case, &Plan),
        (actions, templates): (OwnActions, Background<Templates, W>),
        scan: impl FnOnce() -> Result<Scan, PipelineError>,
        follow: impl FnOnce(&Catalogue, &mut Scan) -> Result<(), PipelineError>,
    ) -> Result<WrittenBundle, PipelineError> {
        let observer = self.observer;
        let catalogue = built_in_catalogue(plan);
        let own = own_templates(&case)?;
        let signer = self.sign.map(Signer::open).transpose()?;
        let writer = BundleWriter::create(self.out)?;
        observer.begins_to_write(writer.abort_handle());
        case.try_lock()?;
        observer.ended("case and plan");
        let mut scan = scan()?;
        observer.ended("scan");
        observer.scanned(&scan);
        let (catalogue, catalogue_files) = catalogue.wait().extended(actions);
        follow(&catalogue, &mut scan)?;
        scan.settle(&mut case);
        case.pin()?;
        let templates = own.unwrap_or_else(|| templates.wait());
        let answer = Answer::close(&case, &catalogue, scan)?;
        observer.ended("findings");
        let template_files = template_files(&case, &templates);
        let reports = Reports::new(&answer.findings, templates).enclosing(INSTRUCTIONS_TEXT);
        // The inputs are hashed while the reports are written.
        let ((manifest_case, inputs), written) = Local::join(
            || {
                let files = case.files.iter().chain(plan.files());
                let files = files.chain(&catalogue_files).chain(&template_files);
                (
                    ManifestCase::new(&case, plan.limits),
                    files.map(InputEntry::from).collect(),
                )
            },
            || write_reports(&writer, &reports, &catalogue, answer, observer.progress()),
        );
        let (answer, files) = written?;
        observer.ended("reports");
        let manifest = Manifest::new(manifest_case, self.command, &answer.findings, inputs, files);
        // The lock is written last, so that a run that fails leaves no new one.
        case.write_lock()?;
        let folder = writer.finish(&manifest, signer.as_ref())?;
        observer.ended("manifest");
        Ok(WrittenBundle {
            folder,
            answer,
            _kept: (case, catalogue, reports),
            _plan: None,
        })
    }
}

/// Findings without a bundle.
///
/// It keeps what the run used, as [`WrittenBundle`] does.
#[derive(Debug)]
pub struct ScanFindings {
    survey: Survey,
    _kept: (Case, Plan),
}

impl ScanFindings {
    /// Returns the findings.
    pub fn findings(&self) -> &Findings {
        &self.survey.findings
    }

    /// Returns the findings, to be changed.
    pub fn findings_mut(&mut self) -> &mut Findings {
        &mut self.survey.findings
    }
}

/// Scans the logs of a case and writes nothing.
pub fn scan(request: &ScanRequest, observer: &dyn Observer) -> Result<ScanFindings, PipelineError> {
    let engine = Local {
        threads: request.settings.threads,
    };
    engine.install(|| scan_on_threads(request.case.load()?, request, observer, engine))?
}

/// Scans the logs for a case as written and for a variation of it, and compares the two findings.
/// Also returns the findings of the variation.
pub fn compare(
    request: &ScanRequest,
    variation: &Variation,
    observer: &dyn Observer,
) -> Result<(Difference, ScanFindings), PipelineError> {
    let engine = Local {
        threads: request.settings.threads,
    };
    engine.install(|| {
        let case = request.case.load()?;
        let mut varied = case.clone();
        varied.vary(variation)?;
        let before = scan_on_threads(case, request, observer, engine)?;
        let after = scan_on_threads(varied, request, observer, engine)?;
        Ok((Difference::new(before.findings(), after.findings()), after))
    })?
}

fn scan_on_threads(
    mut case: Case,
    request: &ScanRequest,
    observer: &dyn Observer,
    engine: Local,
) -> Result<ScanFindings, PipelineError> {
    let mut plan = plan(&case, request.settings, None)?;
    plan.limits.hashed = request.hashed;
    let catalogue = built_in_catalogue(&plan);
    let actions = OwnActions::read(&case.reports.catalogues)?;
    observer.ended("case and plan");
    let mut scan = engine.run(&plan, observer.progress())?;
    observer.ended("scan");
    observer.scanned(&scan);
    let (catalogue, _) = catalogue.wait().extended(actions);
    engine.follow(&plan, &catalogue, &mut scan)?;
    scan.settle(&mut case);
    let survey = Answer::survey(&case, &catalogue, scan)?;
    observer.ended("findings");
    Ok(ScanFindings {
        survey,
        _kept: (case, plan),
    })
}

/// Builds the plan of a case. Events that exceed the memory are stored beside the bundle, if one is
/// written, because they are the same tenants' data.
fn plan(case: &Case, settings: Settings, out: Option<&Path>) -> Result<Plan, PlanError> {
    let mut plan = Plan::new(case)?;
    apply(settings, out, &mut plan);
    Ok(plan)
}

/// Applies the settings of memory to a plan.
fn apply(settings: Settings, out: Option<&Path>, plan: &mut Plan) {
    if let Some(bytes) = settings.memory {
        plan.memory.bytes = bytes;
    }
    if let Some(folder) = out.and_then(Path::parent) {
        plan.memory.folder = if folder.as_os_str().is_empty() {
            ".".into()
        } else {
            folder.to_owned()
        };
    }
}

/// Work on a thread of its own, or later on the one that waits, where no thread can be started.
struct Background<T, W> {
    thread: Option<JoinHandle<T>>,
    work: W,
}

impl<T: Send + 'static, W: Fn() -> T + Clone + Send + 'static> Background<T, W> {
    fn start(work: W) -> Self {
        let thread = thread::Builder::new().spawn(work.clone()).ok();
        Self { thread, work }
    }

    fn wait(self) -> T {
        match self.thread {
            Some(thread) => thread.join().expect("tests read all that is built in"),
            None => (self.work)(),
        }
    }
}

/// Starts to read the built-in templates. They have no faults that must be reported first, and
/// parsing them takes as long as scanning a small log.
fn built_in_templates() -> Background<Templates, impl Fn() -> Templates + Clone + Send + 'static> {
    Background::start(Templates::built_in)
}

/// Starts to read the built-in catalogue, which takes as long as scanning a small log.
fn built_in_catalogue(plan: &Plan) -> Background<Catalogue, impl Fn() -> Catalogue + Clone + Send + use<>> {
    let profiles: Vec<String> = plan.profile_names().into_iter().map(str::to_owned).collect();
    Background::start(move || {
        let names: Vec<_> = profiles.iter().map(String::as_str).collect();
        Catalogue::of_profiles(&names)
    })
}

/// Reads the templates of the case, if it has any.
pub(crate) fn own_templates(case: &Case) -> Result<Option<Templates>, TemplateError> {
    let folder = case.reports.templates.as_ref();
    let read = |(_, folder): &(String, PathBuf)| Templates::from_store(&case.store, folder);
    folder.map(read).transpose()
}

/// Returns the template files for the manifest.
pub(crate) fn template_files(case: &Case, templates: &Templates) -> Vec<CaseFile> {
    templates.files(case.reports.templates.as_ref().map_or("", |(shown, _)| shown))
}

/// Renders and writes all files, row by row and several tenants at a time. Removes the files of a
/// tenant that may not be released, and states that in the answer.
fn write_reports(
    writer: &BundleWriter,
    reports: &Reports,
    catalogue: &Catalogue,
    answer: Answer,
    progress: &dyn Progress,
) -> Result<(Answer, Vec<FileEntry>), PipelineError> {
    progress.start_reports(answer.findings.tenants.len());
    let tenants = answer.each_tenant(catalogue, |tenant| {
        progress.advance_reports();
        let staged = writer.stage(&tenant.finding.slug)?;
        let verification_files = |staged: &TenantStaging, case: &CaseHeader| {
            staged.verification_files(&answer.findings, case, &tenant.finding)
        };
        let release = reports.release(&answer.isolation.names, tenant, staged, verification_files)?;
        Ok::<_, PipelineError>(match release {
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
    progress.finish();
    let answer = answer.with_stops(stops.into_iter().flatten().collect());
    let mut files: Vec<FileEntry> = files.into_iter().flatten().collect();
    let digests: BTreeMap<&str, Sha256> = files.iter().map(|file| (file.path.as_str(), file.sha256)).collect();
    let (mut overview, mut findings) = (writer.files(), writer.files());
    let (one, other) = Local::join(
        || reports.overview(&answer, &|path| digests.get(path).copied(), &mut overview),
        || reports::findings(&answer.findings, &mut findings),
    );
    one.and(other)?;
    files.extend([overview, findings].into_iter().flat_map(FolderWriter::entries));
    Ok((answer, files))
}
