//! Sources: which log files there are, in a fixed order. What is in them is the next rooms' business.

mod discover;

use std::path::PathBuf;

use crate::case::ProfileRef;

pub use discover::discover;

/// The log files of a case: by the order of `[[logs]]`, then by the bytes of the path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSet {
    /// To be read.
    pub sources: Vec<Source>,
    /// Found under a folder or a glob and passed over, with the reason.
    pub skipped: Vec<Skipped>,
}

impl SourceSet {
    /// Bytes on disk of all of them.
    pub fn bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.bytes).sum()
    }
}

/// One log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As reached from the case file, with `/`: for people and for the findings.
    pub shown: String,
    /// For opening.
    pub path: PathBuf,
    /// Its size when it was found; only for showing progress.
    pub bytes: u64,
    /// What reads it.
    pub profile: ProfileRef,
}

/// A file that will not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// As reached from the case file.
    pub shown: String,
    /// Why, in a few words.
    pub reason: String,
}

/// A log input of the case that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The path names nothing.
    #[error("no such log file or folder: `{shown}` (looked for {})", path.display())]
    Missing {
        /// As written.
        shown: String,
        /// As resolved.
        path: PathBuf,
    },
    /// A glob or folder holds no file.
    #[error("no log file in `{shown}` (looked in {})", path.display())]
    Empty {
        /// As written.
        shown: String,
        /// As resolved.
        path: PathBuf,
    },
    /// The glob is not one.
    #[error("`{shown}` is not a valid glob: {fault}")]
    Glob {
        /// As written.
        shown: String,
        /// What is wrong with it.
        fault: String,
    },
    /// Two inputs read the same file through different profiles.
    #[error("`{shown}` is given twice, with different profiles")]
    TwoProfiles {
        /// As reached from the case file.
        shown: String,
    },
    /// The operating system refused.
    #[error("cannot read `{shown}`: {fault}")]
    Io {
        /// As reached from the case file.
        shown: String,
        /// Its answer.
        fault: std::io::Error,
    },
}
