//! A scan in parts, by any job runner: a plan that locks the question and lists the logs, a partial
//! for each split of it, read on any machine in any order, and the merge of all, which is the scan
//! of one machine.
//!
//! The SHA-256 of the plan is the identity of the run. A partial states it, and belongs to no other
//! plan. See `docs/scaling.md`.

mod cut;
mod describe;
mod merge;
mod partial;
mod plan_file;

use std::{
    io::{self, Write as _},
    path::Path,
};

use crate::{
    bundle::{parent, stale_prefix},
    engine::AssembleError,
    sources::SourceError,
};

pub use merge::Partials;
pub use partial::{PARTIAL_SCHEMA, PartialHead, write_partial};
pub use plan_file::{
    LockedFile, PLAN_FILE, PLAN_SCHEMA, PlanBuild, PlanFile, Planned, PlannedSource, SkippedFile, Split, SplitWork,
    Version,
};

/// A plan, a partial or a merge that is not as it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SplitsError {
    /// A file cannot be read or written.
    #[error("cannot {what} `{path}`: {fault}")]
    Io {
        /// `read`, `write`.
        what: &'static str,
        /// The file.
        path: String,
        /// The error of the system.
        fault: io::Error,
    },
    /// A file is not what it should be.
    #[error("`{path}` is no {what}: {fault}")]
    Form {
        /// The file.
        path: String,
        /// `plan`, `partial`.
        what: &'static str,
        /// Fault that was seen, and the remedy.
        fault: String,
    },
    /// The case cannot be planned.
    #[error("{0}")]
    Unplannable(String),
    /// A log is not the one of the plan.
    #[error("`{shown}` is not the log of the plan: {fault}; restore it, or make a new plan")]
    Changed {
        /// Its path.
        shown: String,
        /// Fault that was seen.
        fault: String,
    },
    /// The partials are not those of the plan, each once.
    #[error("the partials do not make up the plan, so nothing is written: {0}")]
    Chain(String),
    /// A log cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The partials make no scan.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
}

impl SplitsError {
    fn read(path: &Path, fault: io::Error) -> Self {
        let path = path.display().to_string();
        let what = "read";
        Self::Io { what, path, fault }
    }

    fn write(path: &Path, fault: io::Error) -> Self {
        let path = path.display().to_string();
        let what = "write";
        Self::Io { what, path, fault }
    }

    fn form(path: &Path, what: &'static str, fault: impl Into<String>) -> Self {
        let path = path.display().to_string();
        let fault = fault.into();
        Self::Form { path, what, fault }
    }
}

/// Writes a file under another name first, so that no half of it is ever there. It replaces one of
/// the name, and only its owner can read it: it holds what only the vendor may see. `clean` removes
/// what a killed run leaves.
fn write_whole(path: &Path, parts: &[&[u8]]) -> Result<(), SplitsError> {
    let failed = |fault| SplitsError::write(path, fault);
    let mut builder = tempfile::Builder::new();
    let prefix = stale_prefix(path.file_name().unwrap_or_default());
    let mut file = builder.prefix(&prefix).tempfile_in(parent(path)).map_err(failed)?;
    // The lock keeps `clean` away. A file system without locks is no reason to stop.
    let _unlocked = file.as_file().try_lock();
    for part in parts {
        file.write_all(part).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|fault| failed(fault.error))?;
    Ok(())
}
