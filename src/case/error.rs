//! Errors of a case: it could not be opened, or it has faults.

use std::{fmt, io};

use crate::diag::Diagnostic;

/// The case cannot be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The case file itself cannot be read. Files it names are faults of the case and have a place
    /// in it.
    #[error("cannot read the case file `{path}`, a TOML file such as `tenant-impact init` writes: {source}")]
    Read {
        /// Path as the user gave it.
        path: String,
        /// Error of the system.
        source: io::Error,
    },
    /// Everything that is wrong with the case and the files it names, in the order of the files; at
    /// least one.
    #[error("{}", Listed(.0))]
    Faults(Vec<Diagnostic>),
}

/// Faults one to a line.
struct Listed<'f>(&'f [Diagnostic]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            let line = if at == 0 { "" } else { "\n" };
            write!(f, "{line}{fault}")?;
        }
        Ok(())
    }
}
