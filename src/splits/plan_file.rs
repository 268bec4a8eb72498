//! The plan: the case with the bytes of every file it names, the logs, and the splits.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SplitsError, cut::cuts, describe::describe, write_whole};
use crate::{
    case::{Case, FileStore},
    digest::Sha256,
    engine::Plan,
    sources::{Input, Skipped, Source, SourceSet},
};

/// The name of a plan in its folder.
pub const PLAN_FILE: &str = "plan.json";
/// The format of a plan.
pub const PLAN_SCHEMA: &str = "tenant-impact/plan/1";

/// A plan. Its canonical bytes are its file, and their SHA-256 is its identity.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// `tenant-impact/plan/1`.
    pub schema: String,
    /// The program that made it. No other build reads it: a partial holds the state of one build.
    pub tool: PlanBuild,
    /// The path of the case file, by which its other files are found among `files`.
    pub case: String,
    /// The case file and every file that it names, `agents.lock` included: its key is a secret.
    pub files: Vec<LockedFile>,
    /// Every log, in reading order.
    pub sources: Vec<PlannedSource>,
    /// Files that were found and are not read.
    pub skipped: Vec<SkippedFile>,
    /// Which part of which source one partial reads, in the order of sources and bytes.
    pub splits: Vec<Split>,
}

/// The build of a program.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanBuild {
    /// Its version.
    pub version: String,
    /// SHA-256 over its sources.
    pub sources_sha256: String,
}

impl PlanBuild {
    /// Returns the build that runs.
    pub fn this() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sources_sha256: env!("TENANT_IMPACT_SOURCES").to_owned(),
        }
    }
}

/// A file of the case with its bytes.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// The path under which it was read.
    pub path: String,
    /// Over its bytes.
    pub sha256: Sha256,
    /// Its text, if it is UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its bytes in hexadecimal digits, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
}

impl LockedFile {
    fn new(path: String, bytes: Vec<u8>) -> Self {
        let sha256 = Sha256::of(&bytes);
        let (text, hex) = match String::from_utf8(bytes) {
            Ok(text) => (Some(text), None),
            Err(fault) => (None, Some(hex::encode(fault.as_bytes()))),
        };
        Self {
            path,
            sha256,
            text,
            hex,
        }
    }

    /// Returns its bytes, if they are those of its digest.
    fn bytes(&self) -> Option<Vec<u8>> {
        let bytes = match (&self.text, &self.hex) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(digits)) => hex::decode(digits).ok()?,
            _ => return None,
        };
        (Sha256::of(&bytes) == self.sha256).then_some(bytes)
    }
}

/// A log of a plan.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedSource {
    /// Path as reached from the case file.
    pub shown: String,
    /// Path for opening, on every machine that reads it.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Mark that changes when it is written to.
    pub version: Version,
    /// Position of the `[[logs]]` entry of the case.
    pub entry: usize,
    /// Whether the case names the file itself.
    pub named: bool,
    /// `plain`, or the outermost container: `gzip`, `zip`.
    pub codec: String,
    /// Framing of its records, of an archive those of the first member; none where that is not
    /// known.
    pub framing: Option<String>,
    /// The columns of its header, if it is a CSV.
    pub header: Option<Vec<String>>,
}

/// A mark that changes when a file is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Version {
    /// The time of its last change, in seconds since 1970 and nanoseconds.
    Modified(i64, i64),
    /// The system keeps none; only the size is compared.
    None,
}

impl Version {
    #[cfg(unix)]
    fn of(meta: &fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self::Modified(meta.mtime(), meta.mtime_nsec())
    }

    #[cfg(not(unix))]
    fn of(_: &fs::Metadata) -> Self {
        Self::None
    }
}

/// A file that is not read.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkippedFile {
    /// Path as reached from the case file.
    pub path: String,
    /// Reason.
    pub reason: String,
}

/// The part of a source that one partial reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Position in `sources`.
    pub source: usize,
    /// Its first byte in the source.
    pub from: u64,
    /// The first byte behind it.
    pub until: u64,
    /// Purpose of its reading.
    pub reads: SplitWork,
}

impl Split {
    /// Returns the splits of a source that is cut in these places.
    fn all(source: usize, bytes: u64, cuts: &[u64]) -> Vec<Self> {
        let split = |from, until, reads| Self {
            source,
            from,
            until,
            reads,
        };
        if cuts.is_empty() {
            return vec![split(0, bytes, SplitWork::Whole)];
        }
        let ends = cuts.iter().copied().chain([bytes]);
        let begins = [0].into_iter().chain(cuts.iter().copied());
        let parts = begins
            .zip(ends)
            .map(|(from, until)| split(from, until, SplitWork::Records));
        parts.chain([split(0, bytes, SplitWork::Digest)]).collect()
    }
}

/// Purpose of the reading of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitWork {
    /// A whole log: its records and its digest.
    Whole,
    /// A part of a log: the records that begin in it.
    Records,
    /// A whole log that is cut, for its digest.
    Digest,
}

/// A plan that was read, ready to carry out.
#[derive(Debug)]
pub struct Planned {
    /// Content of its file.
    pub file: PlanFile,
    /// The identity of the run.
    pub sha256: Sha256,
    /// The case.
    pub case: Case,
    /// Plan for the engine.
    pub plan: Plan,
}

impl PlanFile {
    /// Plans a case that was read through a recording store, from this path, with pseudonyms that
    /// are pinned.
    pub fn new(path: &Path, case: &Case, plan: &Plan, split_size: u64) -> Result<Self, SplitsError> {
        let files = case.store.recorded().into_iter();
        let files = files.map(|(path, bytes)| Ok(LockedFile::new(text_of(&path)?, bytes)));
        let sources = plan.sources();
        let planned = sources.sources.iter().map(|source| planned(plan, source));
        let planned = planned.collect::<Result<Vec<_>, _>>()?;
        let mut splits = Vec::new();
        for (number, source) in sources.sources.iter().enumerate() {
            let bytes = planned[number].bytes;
            let cuts = cuts(plan, source, bytes, split_size).map_err(|fault| SplitsError::read(&source.path, fault))?;
            splits.extend(Split::all(number, bytes, &cuts));
        }
        let skipped = sources.skipped.iter().map(|skipped| SkippedFile {
            path: skipped.shown.clone(),
            reason: skipped.reason.clone(),
        });
        Ok(Self {
            schema: PLAN_SCHEMA.to_owned(),
            tool: PlanBuild::this(),
            case: text_of(path)?,
            files: files.collect::<Result<_, SplitsError>>()?,
            splits,
            skipped: skipped.collect(),
            sources: planned,
        })
    }

    /// Writes it to a new folder. Returns its SHA-256.
    pub fn write(&self, folder: &Path) -> Result<Sha256, SplitsError> {
        let failed = |fault| SplitsError::write(folder, fault);
        fs::create_dir(folder).map_err(failed)?;
        let bytes = serde_json_canonicalizer::to_vec(self).expect("a plan has string keys and whole numbers only");
        write_whole(&folder.join(PLAN_FILE), &[&bytes])?;
        Ok(Sha256::of(&bytes))
    }

    /// Reads the plan of a folder, and makes of it what it was made of.
    pub fn load(folder: &Path) -> Result<Planned, SplitsError> {
        let path = folder.join(PLAN_FILE);
        let bytes = fs::read(&path).map_err(|fault| SplitsError::read(&path, fault))?;
        let form = |fault: String| SplitsError::form(&path, "plan", fault);
        let file: Self = serde_json::from_slice(&bytes).map_err(|fault| form(fault.to_string()))?;
        if file.schema != PLAN_SCHEMA {
            return Err(form(format!(
                "it has the schema `{}`, not `{PLAN_SCHEMA}`",
                file.schema
            )));
        }
        if file.tool != PlanBuild::this() {
            let fault = format!(
                "another build of the program made it (version {}, sources {}): use that build, or make a new plan",
                file.tool.version, file.tool.sources_sha256
            );
            return Err(form(fault));
        }
        file.check_chain().map_err(form)?;
        let mut files = BTreeMap::new();
        for locked in &file.files {
            let bytes = locked.bytes();
            let bytes = bytes.ok_or_else(|| form(format!("its file `{}` does not have its digest", locked.path)))?;
            files.insert(PathBuf::from(&locked.path), bytes);
        }
        let case = Case::load_from(Path::new(&file.case), &FileStore::locked(files));
        let case = case.map_err(|fault| form(fault.to_string()))?;
        let sources = file.sources(&case).map_err(form)?;
        let plan = Plan::of_sources(&case, sources).map_err(|fault| form(fault.to_string()))?;
        let sha256 = Sha256::of(&bytes);
        Ok(Planned {
            file,
            sha256,
            case,
            plan,
        })
    }

    /// Checks that the splits of each source join to the whole of it.
    fn check_chain(&self) -> Result<(), String> {
        let mut splits = self.splits.iter().peekable();
        for (number, source) in self.sources.iter().enumerate() {
            let mut own = Vec::new();
            while let Some(split) = splits.next_if(|split| split.source == number) {
                own.push(*split);
            }
            let cuts: Vec<u64> = own.iter().map(|split| split.from).filter(|from| *from > 0).collect();
            let rises =
                cuts.is_sorted_by(|one, other| one < other) && cuts.last().is_none_or(|last| *last < source.bytes);
            if !rises || own != Split::all(number, source.bytes, &cuts) {
                return Err(format!(
                    "its splits of `{}` do not join to its {} bytes",
                    source.shown, source.bytes
                ));
            }
        }
        match splits.next() {
            Some(split) => Err(format!(
                "it has a split of source {}, out of order or of none",
                split.source
            )),
            None => Ok(()),
        }
    }

    fn sources(&self, case: &Case) -> Result<SourceSet, String> {
        let source = |planned: &PlannedSource| {
            let input = case.logs.get(planned.entry).ok_or("a log is of no entry of the case")?;
            Ok(Source {
                shown: planned.shown.clone(),
                input: Input::File,
                path: PathBuf::from(&planned.path),
                bytes: planned.bytes,
                profile: input.profile.clone(),
                tenant: input.tenant.clone(),
                entry: planned.entry,
                text: input.text.clone(),
                named: planned.named,
            })
        };
        let skipped = self.skipped.iter().map(|skipped| Skipped {
            shown: skipped.path.clone(),
            reason: skipped.reason.clone(),
        });
        Ok(SourceSet {
            sources: self.sources.iter().map(source).collect::<Result<_, &str>>()?,
            skipped: skipped.collect(),
        })
    }
}

impl PlannedSource {
    /// Checks that the file is the one of the plan, as far as its size and version say so.
    pub fn check(&self) -> Result<(), SplitsError> {
        let changed = |fault: String| SplitsError::Changed {
            shown: self.shown.clone(),
            fault,
        };
        let meta =
            fs::metadata(&self.path).map_err(|fault| changed(format!("cannot find `{}`: {fault}", self.path)))?;
        if meta.len() != self.bytes {
            return Err(changed(format!(
                "it has {} bytes, and {} in the plan",
                meta.len(),
                self.bytes
            )));
        }
        if Version::of(&meta) != self.version {
            return Err(changed(
                "it was written to since, by the time of its last change (a copy keeps that time with `cp -p` or `rsync -t`)".to_owned(),
            ));
        }
        Ok(())
    }
}

fn planned(plan: &Plan, source: &Source) -> Result<PlannedSource, SplitsError> {
    let failed = |fault| SplitsError::read(&source.path, fault);
    let meta = (source.input == Input::File).then(|| fs::metadata(&source.path));
    let meta = meta.transpose().map_err(failed)?.filter(fs::Metadata::is_file);
    let Some(meta) = meta else {
        return Err(SplitsError::Unplannable(format!(
            "`{}` is a pipe, which can be read only once: write it to a file, and plan again",
            source.shown
        )));
    };
    let path = std::path::absolute(&source.path).map_err(failed)?;
    let description = describe(plan, source).map_err(failed)?;
    Ok(PlannedSource {
        shown: source.shown.clone(),
        path: text_of(&path)?,
        bytes: meta.len(),
        version: Version::of(&meta),
        entry: source.entry,
        named: source.named,
        codec: description.codec,
        framing: description.framing,
        header: description.header,
    })
}

fn text_of(path: &Path) -> Result<String, SplitsError> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| {
        SplitsError::Unplannable(format!(
            "the path `{}` is not UTF-8, so a plan cannot name it: rename the file",
            path.display()
        ))
    })
}
