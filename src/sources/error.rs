//! What keeps a log input from being used.

use std::path::PathBuf;

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
    /// Two inputs of the same file differ in profile, tenant or encoding.
    #[error("`{shown}` is given twice, and what is said of it differs")]
    ConflictingInput {
        /// As reached from the case file.
        shown: String,
    },
    /// Standard input is named twice, and can be read only once.
    #[error("standard input (`-`) is given twice, and can be read only once")]
    StandardTwice,
    /// The operating system refused.
    #[error("cannot read `{shown}`: {fault}")]
    Io {
        /// As reached from the case file.
        shown: String,
        /// Its answer.
        fault: std::io::Error,
    },
    /// The case names a file that is no log.
    #[error("`{shown}` is {kind}: {remedy}")]
    Unread {
        /// As reached from the case file.
        shown: String,
        /// What it is, with its article.
        kind: String,
        /// What to do.
        remedy: String,
    },
    /// A limit on unpacking is reached.
    #[error("`{shown}` {does}: the limit `{limit}` is {value}. If the file is what it should be, raise the limit")]
    Limit {
        /// As reached from the case file.
        shown: String,
        /// What it does that is too much.
        does: &'static str,
        /// Name of the limit.
        limit: &'static str,
        /// Its value, with grouped digits.
        value: String,
    },
    /// The bytes hashed would not be the bytes parsed.
    #[error("`{shown}` was changed while it was read: make a copy and read that")]
    Changed {
        /// As reached from the case file.
        shown: String,
    },
}
