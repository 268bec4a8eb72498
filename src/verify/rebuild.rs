//! A rebuild of the bundle from the case and the logs: every file is made again and compared with
//! the one in the bundle.
//!
//! Digests only show that records are where the bundle states them. An author who changes a bundle
//! and signs it again leaves these digests valid. So the rebuild takes nothing from the bundle that
//! the case and the logs determine.

mod compare;
mod plan;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
};

use self::compare::ComparedFolder;
use super::{Mismatch, bundle_folder::BundleFolder};
use crate::{
    bundle::{
        Build, INSTRUCTIONS_TEXT, InputEntry, MANIFEST, Manifest, ManifestCase, records_path, verification_files,
    },
    case::{Case, CaseHeader, LOCK_ROLE},
    catalogue::{Catalogue, OwnActions},
    digest::Sha256,
    engine::{Engine as _, Local},
    findings::{Answer, Findings, Mention},
    isolation,
    pipeline::{own_templates, template_files},
    progress::Progress,
    reports::{self, Folder as _, Release, Reports, Templates},
    tally::SpillError,
};

/// A stage that could not be finished.
#[derive(Debug, thiserror::Error)]
enum RebuildError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Room(#[from] SpillError),
}

/// Files made from the logs, and their differences from the bundle.
#[derive(Debug, Default)]
struct Rebuilt {
    paths: Vec<String>,
    mismatches: Vec<Mismatch>,
    stops: Vec<Mention>,
    /// Digests of the tenants' files.
    digests: BTreeMap<String, Sha256>,
}

/// Rebuilds the bundle and compares it. Returns the number of equal files.
pub(super) fn check(
    root: &Path,
    bundle: &BundleFolder,
    manifest: &Manifest,
    findings: &Findings,
    progress: &dyn Progress,
    mismatches: &mut Vec<Mismatch>,
) -> u64 {
    // The engine's threads have a large stack, which deeply nested templates of a case need.
    let judged = Local::default().install(|| judge(root, bundle, manifest, findings, progress));
    match judged.map_err(said).flatten() {
        Ok(made) => {
            let differing: BTreeSet<&str> = made.mismatches.iter().map(|mismatch| mismatch.path.as_str()).collect();
            let same = made
                .paths
                .iter()
                .filter(|path| !differing.contains(path.as_str()))
                .count() as u64;
            let other = Build::this() != manifest.tool && !made.mismatches.is_empty();
            mismatches.extend(made.mismatches);
            if other {
                let detail = format!(
                    "it was made by {} {}, and this is another build: what differs may be due to that; verify it with that build too",
                    manifest.tool.name, manifest.tool.version
                );
                mismatches.push(Mismatch::new("log", MANIFEST, detail));
            }
            same
        }
        Err(reason) => {
            let detail = format!("the logs were not judged again: {reason}");
            mismatches.push(Mismatch::new("log", MANIFEST, detail));
            0
        }
    }
}

/// Rebuilds the bundle. The error is a sentence that says why it cannot be done.
fn judge(
    root: &Path,
    bundle: &BundleFolder,
    manifest: &Manifest,
    findings: &Findings,
    progress: &dyn Progress,
) -> Result<Rebuilt, String> {
    let mut case = plan::case(root, manifest)?;
    same_inputs(&case, manifest)?;
    let actions = OwnActions::read(&case.reports.catalogues).map_err(said)?;
    case.add_sentences(actions.sentences());
    isolation::check(&case).map_err(said)?;
    let plan = plan::plan(case.clone(), root, bundle)?;
    let stated = ManifestCase::new(&case, plan.limits);
    let templates = own_templates(&case).map_err(said)?.unwrap_or_else(Templates::built_in);
    let (catalogue, catalogue_files) = Catalogue::of_profiles(&plan.profile_names()).extended(actions);
    let template_files = template_files(&case, &templates);
    let files = case.files.iter().chain(plan.files());
    let inputs = files
        .chain(&catalogue_files)
        .chain(&template_files)
        .map(InputEntry::from);
    let inputs: Vec<_> = inputs.collect();
    let engine = Local::default();
    let mut scan = engine.run(&plan, progress).map_err(said)?;
    engine.follow(&plan, &catalogue, &mut scan).map_err(said)?;
    scan.settle(&mut case);
    let answer = Answer::close(&case, &catalogue, scan).map_err(said)?;
    let reports = Reports::new(&answer.findings, templates).enclosing(INSTRUCTIONS_TEXT);
    let (answer, mut made) = make(bundle, &reports, &catalogue, answer, progress).map_err(said)?;
    let again = Manifest::new(stated, manifest.command.clone(), &answer.findings, inputs, Vec::new());
    compare_manifests(&again, manifest, &mut made);
    compare_sources(&answer.findings, findings, &mut made);
    Ok(made)
}

/// Makes every file of the bundle.
fn make(
    bundle: &BundleFolder,
    reports: &Reports,
    catalogue: &Catalogue,
    answer: Answer,
    progress: &dyn Progress,
) -> Result<(Answer, Rebuilt), RebuildError> {
    progress.start_reports(answer.findings.tenants.len());
    let tenants = answer.each_tenant(catalogue, |tenant| {
        progress.advance_reports();
        let slug = &tenant.finding.slug;
        let folder = ComparedFolder::new(bundle, format!("tenants/{slug}/"));
        let verification_files = |folder: &ComparedFolder<'_>, case: &CaseHeader| {
            verification_files(&folder.made, &answer.findings, case, &tenant.finding)
        };
        match reports.release(&answer.isolation.names, tenant, folder, verification_files)? {
            Release::Files(searched) => {
                let mut records = ComparedFolder::new(bundle, "");
                records.file(&records_path(slug), |to| reports::records(&answer.findings, tenant, to))?;
                let mut made = Rebuilt::default();
                let folder = searched.into_inner();
                made.digests.extend(folder.digests());
                made.add(folder);
                made.add(records);
                Ok::<_, RebuildError>(made)
            }
            Release::Stopped(stops) => Ok(Rebuilt {
                stops,
                ..Rebuilt::default()
            }),
        }
    })?;
    let mut all = Rebuilt::default();
    for tenant in tenants {
        all.paths.extend(tenant.paths);
        all.mismatches.extend(tenant.mismatches);
        all.stops.extend(tenant.stops);
        all.digests.extend(tenant.digests);
    }
    let answer = answer.with_stops(std::mem::take(&mut all.stops));
    let mut vendor = ComparedFolder::new(bundle, "");
    reports.overview(&answer, &|path| all.digests.get(path).copied(), &mut vendor)?;
    reports::findings(&answer.findings, &mut vendor)?;
    all.add(vendor);
    Ok((answer, all))
}

impl Rebuilt {
    fn add(&mut self, folder: ComparedFolder<'_>) {
        self.paths.extend(folder.paths());
        self.mismatches.extend(folder.mismatches);
    }
}

/// Checks that the files of the case are those that were used. Otherwise every answer differs.
fn same_inputs(case: &Case, manifest: &Manifest) -> Result<(), String> {
    for file in case.files.iter().filter(|file| file.role != LOCK_ROLE) {
        let mut stated = manifest.inputs.iter();
        let same =
            |input: &&InputEntry| (&*input.role, &input.path, input.sha256) == (file.role, &file.path, file.sha256());
        if !stated.any(|input| same(&input)) {
            return Err(format!(
                "the {} file `{}` is not the one that was used",
                file.role, file.path
            ));
        }
    }
    if case.lock.is_pinned() {
        Ok(())
    } else {
        Err(
            "`agents.lock` is not beside the case; without its key no pseudonym and no commitment can be made again"
                .to_owned(),
        )
    }
}

/// Compares case, inputs and files of the manifest with those of the rebuild.
fn compare_manifests(again: &Manifest, stated: &Manifest, made: &mut Rebuilt) {
    let mut differs = |detail: String| made.mismatches.push(Mismatch::new("log", MANIFEST, detail));
    let json = |manifest: &Manifest| serde_json::to_value(&manifest.case).unwrap_or_default();
    let (case, stated_case) = (json(again), json(stated));
    for (key, value) in case.as_object().into_iter().flatten() {
        if stated_case.get(key) != Some(value) {
            let bundle = stated_case.get(key).map_or_else(String::new, ToString::to_string);
            differs(format!(
                "`case.{key}`: the case gives `{value}`, the bundle says `{bundle}`"
            ));
        }
    }
    // A lock grows with the agents.
    let inputs = |manifest: &Manifest| {
        let inputs = manifest.inputs.iter().filter(|input| input.role != LOCK_ROLE);
        inputs.cloned().collect::<Vec<_>>()
    };
    let (inputs, stated_inputs) = (inputs(again), inputs(stated));
    let pairs = inputs.iter().zip(&stated_inputs).find(|(one, other)| one != other);
    if let Some((one, other)) = pairs {
        differs(format!(
            "`inputs`: the case gives `{}`, the bundle says `{}`, or something else of it",
            one.path, other.path
        ));
    } else if inputs.len() != stated_inputs.len() {
        differs(format!(
            "`inputs`: the case gives {}, the bundle says {}",
            inputs.len(),
            stated_inputs.len()
        ));
    }
    let ours: BTreeSet<&str> = made.paths.iter().map(String::as_str).collect();
    let others = stated.files.iter().map(|file| file.path.as_str());
    let others: Vec<_> = others.filter(|path| !ours.contains(path)).map(str::to_owned).collect();
    for path in others {
        made.mismatches
            .push(Mismatch::new("log", path, "the logs give no such file"));
    }
}

/// Reports logs that the case finds and that the findings do not name.
fn compare_sources(again: &Findings, stated: &Findings, made: &mut Rebuilt) {
    let paths = |findings: &'_ Findings| -> BTreeSet<String> {
        findings.sources.iter().map(|source| source.path.clone()).collect()
    };
    let (again, stated) = (paths(again), paths(stated));
    for path in again.difference(&stated) {
        let detail = "the case looks for logs there, and the bundle does not know this one";
        made.mismatches.push(Mismatch::new("log", path, detail));
    }
}

fn said(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}
