//! Errors of log inputs.

use std::path::PathBuf;

/// A log input of the case that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The path names nothing.
    #[error("no such log file or folder: `{shown}` (looked for {})", path.display())]
    Missing {
        /// Path as written.
        shown: String,
        /// Path as resolved.
        path: PathBuf,
    },
    /// A glob or folder holds no file.
    #[error("no log file in `{shown}` (looked in {})", path.display())]
    Empty {
        /// Path as written.
        shown: String,
        /// Path as resolved.
        path: PathBuf,
    },
    /// The glob is invalid.
    #[error("`{shown}` is not a valid glob: {fault}")]
    Glob {
        /// Glob as written.
        shown: String,
        /// Fault found in it.
        fault: String,
    },
    /// Two inputs of the same file differ in profile, tenant or encoding.
    #[error("`{shown}` is given twice, and what is said of it differs")]
    ConflictingInput {
        /// Path as reached from the case file.
        shown: String,
    },
    /// Standard input is given twice, and can be read only once.
    #[error("standard input (`-`) is given twice, and can be read only once")]
    StandardTwice,
    /// The operating system refused.
    #[error("cannot read `{shown}`: {fault}")]
    Io {
        /// Path as reached from the case file.
        shown: String,
        /// Error of the operating system.
        fault: std::io::Error,
    },
    /// The case names a file that is not a log.
    #[error("`{shown}` is {kind}: {remedy}")]
    Unread {
        /// Path as reached from the case file.
        shown: String,
        /// Format of the file, with its article.
        kind: String,
        /// Action that makes the log readable.
        remedy: String,
    },
    /// A limit on unpacking is reached.
    #[error("`{shown}` {does}: the limit `{limit}` is {value}. If the file is what it should be, raise the limit")]
    Limit {
        /// Path as reached from the case file.
        shown: String,
        /// Act that exceeds the limit.
        does: &'static str,
        /// Name of the limit.
        limit: &'static str,
        /// Value of the limit, with grouped digits.
        value: String,
    },
    /// The bytes hashed would differ from the bytes parsed.
    #[error("`{shown}` was changed while it was read: make a copy and read that")]
    Changed {
        /// Path as reached from the case file.
        shown: String,
    },
}
