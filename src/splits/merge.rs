//! The merge: partials checked against the plan, and added up in its order.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{PartialHead, Split, SplitWork, SplitsError, partial, plan_file::Planned};
use crate::{
    engine::{Local, Portion},
    findings::Scan,
    text::{counted, grouped},
};

/// Number of missing splits that are named.
const NAMED: usize = 5;

/// The partials of a plan, each split once.
#[derive(Debug)]
pub struct Partials {
    /// Files in the order of the splits.
    paths: Vec<PathBuf>,
}

impl Partials {
    /// Checks that these files, or all files of these folders that end in `.partial`, are the
    /// partials of a plan. One split may be there several times with the same bytes.
    pub fn find(planned: &Planned, files: &[PathBuf]) -> Result<Self, SplitsError> {
        let mut found: Vec<Option<(PathBuf, PartialHead)>> = vec![None; planned.file.splits.len()];
        for path in files_of(files)? {
            let head = partial::head(&path)?;
            let place = place(planned, &path, &head)?;
            match &found[place] {
                Some((other, known)) if *known != head => {
                    return Err(SplitsError::Chain(format!(
                        "`{}` and `{}` are both of {}, and differ: one of them was not read from the planned log; read the split \
                         again, and delete both",
                        other.display(),
                        path.display(),
                        planned.name(place)
                    )));
                }
                Some(_) => {}
                None => found[place] = Some((path, head)),
            }
        }
        let missing = found.iter().enumerate().filter(|(_, found)| found.is_none());
        let missing: Vec<usize> = missing.map(|(place, _)| place).collect();
        if !missing.is_empty() {
            let named: Vec<String> = missing.iter().take(NAMED).map(|place| planned.name(*place)).collect();
            let more = missing.len().saturating_sub(NAMED);
            let more = if more > 0 {
                format!(", and {}", counted(more as u64, "further split", "further splits"))
            } else {
                String::new()
            };
            return Err(SplitsError::Chain(format!(
                "there is no partial of {}{more}: run `partial` for each, and merge again",
                named.join(", of ")
            )));
        }
        let paths = found.into_iter().flatten().map(|(path, _)| path).collect();
        Ok(Self { paths })
    }

    /// Adds them up. The scan is the one of one machine.
    pub fn assemble(&self, planned: &Planned, engine: Local) -> Result<Scan, SplitsError> {
        let portions = self.paths.iter().enumerate().map(|(place, path)| {
            let (head, portion) = partial::read(path)?;
            check(planned, place, path, &head, &portion)?;
            Ok((planned.file.splits[place].source, portion))
        });
        let is_planned = |source: &crate::sources::Source| {
            let planned = planned
                .file
                .sources
                .iter()
                .find(|planned| source.path == Path::new(&planned.path));
            planned.is_some_and(|planned| planned.check().is_ok())
        };
        engine.assemble(&planned.plan, portions, is_planned)
    }
}

impl Planned {
    /// Names a split.
    fn name(&self, place: usize) -> String {
        let Split {
            source,
            from,
            until,
            reads,
        } = self.file.splits[place];
        let digest = if reads == SplitWork::Digest {
            ", for its digest"
        } else {
            ""
        };
        format!(
            "split {place} (bytes {} to {} of `{}`{digest})",
            grouped(from),
            grouped(until),
            self.file.sources[source].shown
        )
    }
}

/// Returns the split of a partial, if it is one of the plan.
fn place(planned: &Planned, path: &Path, head: &PartialHead) -> Result<usize, SplitsError> {
    if head.plan_sha256 != planned.sha256 {
        return Err(SplitsError::Chain(format!(
            "`{}`, which reads `{}`, is of another plan ({}, and this one is {})",
            path.display(),
            head.source,
            head.plan_sha256,
            planned.sha256
        )));
    }
    match planned.file.splits.get(head.split) {
        Some(split) if *split == head.read => Ok(head.split),
        _ => Err(SplitsError::Chain(format!(
            "`{}` says that it read bytes {} to {} of `{}` as split {}, which the plan does not have",
            path.display(),
            grouped(head.read.from),
            grouped(head.read.until),
            head.source,
            head.split
        ))),
    }
}

/// Checks that the bytes that were read are those of the split.
fn check(
    planned: &Planned,
    place: usize,
    path: &Path,
    head: &PartialHead,
    portion: &Portion,
) -> Result<(), SplitsError> {
    let Split { from, until, .. } = planned.file.splits[place];
    let read = portion.read();
    let whole = read.is_none_or(|read| read.bytes == until - from && read.sha256 == head.source_sha256);
    if whole && head.read == planned.file.splits[place] {
        return Ok(());
    }
    Err(SplitsError::Chain(format!(
        "`{}` read {} bytes of {}: read the split again",
        path.display(),
        grouped(read.map_or(0, |read| read.bytes)),
        planned.name(place)
    )))
}

/// The files, and those of the folders that end in `.partial`, in order.
fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, SplitsError> {
    let mut files = Vec::new();
    for path in paths {
        let failed = |fault| SplitsError::read(path, fault);
        if !fs::metadata(path).map_err(failed)?.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path)
            .map_err(failed)?
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        let mut own: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        own.retain(|path| path.extension().is_some_and(|ending| ending == "partial"));
        own.sort();
        files.extend(own);
    }
    Ok(files)
}
