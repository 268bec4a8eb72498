//! The plan: a case with all that reading needs found and compiled, so that every fault of the case
//! is reported before reading begins.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::PathBuf,
    sync::Arc,
};

use rayon::prelude::*;

use super::open_scopes::Search;
use crate::{
    case::{Agent, Case, CaseFile, InputTenant, LimitSettings, ProfileRef, Wrapping},
    coverage::Coverage,
    diag::Diagnostic,
    events::Profile,
    isolation,
    scope::ScopeSet,
    sources::{Input, Limits, Source, SourceError, SourceSet, discover},
    tally::{Budget, MEMORY},
};

/// A profile, and what the case states of the logs that it reads: their tenant, and where the
/// events lie.
type Use = (ProfileRef, Option<InputTenant>, Wrapping);

/// Input of an engine.
#[derive(Debug)]
pub struct Plan {
    pub(super) sources: SourceSet,
    profiles: BTreeMap<Use, Profile>,
    pub(super) scopes: ScopeSet,
    /// Search for records of open scopes, if there is an open scope.
    pub(super) search: Option<Search>,
    /// Agents of the case, in its order.
    pub(super) agents: Vec<Agent>,
    /// Empty coverage of the case's windows.
    pub(super) coverage: Coverage,
    /// Limits on unpacking.
    pub limits: Limits,
    /// Memory for events in scope, and the folder for the rest.
    pub memory: Memory,
}

/// Memory that events in scope may take at a time. What is needed as a whole must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// Size in bytes.
    pub bytes: u64,
    /// Folder of a temporary file without a name, which takes the rest.
    pub folder: PathBuf,
}

impl Memory {
    pub(super) fn budget(&self) -> Budget {
        Budget::new(self.bytes, self.folder.clone())
    }
}

/// All faults that keep a case from being run.
#[derive(Debug, thiserror::Error)]
#[error("the case cannot be carried out")]
pub struct PlanError(pub Vec<Diagnostic>);

impl Plan {
    /// Finds the logs, opens each once, and reads the profiles of a case.
    pub fn new(case: &Case) -> Result<Self, PlanError> {
        Self::of(case, || Logs::of(case))
    }

    /// Takes logs that were found before, and reads the profiles of a case.
    pub fn of_sources(case: &Case, sources: SourceSet) -> Result<Self, PlanError> {
        Self::of(case, || {
            let mut faults = Vec::new();
            let profiles = profiles(case, &mut faults);
            if faults.is_empty() {
                Ok(Logs { sources, profiles })
            } else {
                Err(PlanError(faults))
            }
        })
    }

    fn of(case: &Case, logs: impl FnOnce() -> Result<Logs, PlanError> + Send) -> Result<Self, PlanError> {
        // Neither depends on the other.
        let (logs, scopes) = rayon::join(logs, || ScopeSet::compile(&case.scopes, &case.agents));
        let scopes = scopes.sealing(case.nonces());
        let Logs { sources, profiles } = logs?;
        let windows: Vec<_> = scopes.windows().collect();
        Ok(Self {
            sources,
            profiles,
            search: Search::new(&scopes),
            scopes,
            agents: case.agents.clone(),
            coverage: Coverage::over(windows.into_iter()).issued(case.header.issued),
            limits: limits(&case.limits),
            memory: Memory {
                bytes: case.limits.memory.unwrap_or(MEMORY),
                folder: std::env::temp_dir(),
            },
        })
    }

    /// Returns the profile that reads a source.
    pub(crate) fn profile(&self, source: &Source) -> &Profile {
        let wrapping = source.text.wrapping.clone();
        &self.profiles[&(source.profile.clone(), source.tenant.clone(), wrapping)]
    }

    /// Returns the names of the profiles of the case, in order.
    pub fn profile_names(&self) -> Vec<&str> {
        let names: BTreeSet<_> = self.profiles.values().map(|profile| profile.name.as_str()).collect();
        names.into_iter().collect()
    }

    /// Returns the profile files that are used, for the manifest.
    pub fn files(&self) -> impl Iterator<Item = &CaseFile> {
        // A profile with a tenant of its own is the same file.
        let files: BTreeMap<_, _> = self
            .profiles
            .values()
            .map(|profile| (&profile.file.path, &profile.file))
            .collect();
        files.into_values()
    }

    /// Leaves out logs that are not to be read, and renames the others.
    pub(crate) fn restate(&mut self, keep: impl Fn(&std::path::Path) -> bool, name: impl Fn(&str) -> String) {
        self.sources.sources.retain(|source| keep(&source.path));
        for source in &mut self.sources.sources {
            source.shown = name(&source.shown);
        }
        for skipped in &mut self.sources.skipped {
            skipped.shown = name(&skipped.shown);
        }
    }

    /// Returns the logs that will be read.
    pub fn sources(&self) -> &SourceSet {
        &self.sources
    }
}

/// Logs to read, with their profiles.
struct Logs {
    sources: SourceSet,
    profiles: BTreeMap<Use, Profile>,
}

impl Logs {
    fn of(case: &Case) -> Result<Self, PlanError> {
        let mut faults = Vec::new();
        let profiles = profiles(case, &mut faults);
        let sources = discover(&case.logs).unwrap_or_else(|errors| {
            let fault = |error: &SourceError| Diagnostic::new("log-input", error.to_string());
            faults.extend(errors.iter().map(fault));
            SourceSet::default()
        });
        faults.extend(unreadable(&sources.sources));
        if faults.is_empty() {
            Ok(Self { sources, profiles })
        } else {
            Err(PlanError(faults))
        }
    }
}

fn profiles(case: &Case, faults: &mut Vec<Diagnostic>) -> BTreeMap<Use, Profile> {
    let mut profiles = BTreeMap::new();
    for input in &case.logs {
        let wrapping = &input.text.wrapping;
        let key = (input.profile.clone(), input.tenant.clone(), wrapping.clone());
        if profiles.contains_key(&key) {
            continue;
        }
        match Profile::resolve_from(&case.store, &input.profile, wrapping) {
            Ok(profile) => {
                let profile = match &input.tenant {
                    Some(tenant) => profile.with_tenant(tenant.clone()),
                    None => profile,
                };
                profiles.insert(
                    key,
                    profile
                        .merging(Arc::clone(&case.merge))
                        .deciding(Arc::clone(&case.decisions)),
                );
            }
            Err(error) => faults.push(Diagnostic::new("profile", error.to_string())),
        }
    }
    let own: BTreeMap<&str, &str> = profiles
        .values()
        .filter(|profile| !profile.file.path.starts_with("built-in:"))
        .map(|profile| (profile.file.path.as_str(), profile.name.as_str()))
        .collect();
    for (path, name) in own {
        let named = isolation::names_in_profile(case, name).into_iter();
        faults.extend(named.map(|fault| {
            let hint = "give the profile another name; if the word is meant, add it to `allow` in `[isolation]`";
            Diagnostic::new("profile", format!("the name of the profile `{path}`: {fault}")).hint(hint)
        }));
    }
    faults.dedup();
    profiles
}

fn limits(settings: &LimitSettings) -> Limits {
    let default = Limits::default();
    Limits {
        ratio: settings.ratio.unwrap_or(default.ratio),
        unpacked: settings.unpacked.unwrap_or(default.unpacked),
        ..default
    }
}

/// Reports logs that cannot be opened before hours are spent on the others. A file server takes a
/// round trip for each, so they are tried side by side. A pipe is not tried: closing it again would
/// end its writer.
fn unreadable(sources: &[Source]) -> Vec<Diagnostic> {
    sources.par_iter().filter_map(refused).collect()
}

fn refused(source: &Source) -> Option<Diagnostic> {
    let pipe = fs::metadata(&source.path).is_ok_and(|meta| !meta.is_file());
    if pipe || source.input == Input::Standard {
        return None;
    }
    let fault = File::open(&source.path).err()?;
    let hint = "check the file's permissions: an answer without it would not be complete";
    Some(Diagnostic::new("log-input", format!("cannot read `{}`: {fault}", source.shown)).hint(hint))
}
