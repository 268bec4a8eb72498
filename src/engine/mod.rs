//! Runs a plan: reads all sources and folds them into a scan. Scope is decided elsewhere, and
//! nothing is written.

mod outside_windows;
mod path_check;
mod follow;
mod evaluate;
mod prefilter;
mod judge;
mod local;
mod named_in;
mod plan;
mod portion;
mod record_format;
mod open_scopes;
mod source;
mod ordered_work;

use crate::{findings::Scan, progress::Progress, sources::SourceError, tally::SpillError};

pub use local::Local;
pub use plan::{Memory, Plan, PlanError};
pub use portion::{AssembleError, Portion};

/// Carries out a plan. Every engine gives the same answer for the same plan.
pub trait Engine {
    /// Reads all sources. An error means that there is no answer.
    fn run(&self, plan: &Plan, progress: &dyn Progress) -> Result<Scan, EngineError>;
}

/// Failure of the machine while reading. A defect in the data never is an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A source could not be read to its end, or is not a log.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Events in scope do not fit.
    #[error(transparent)]
    Room(#[from] SpillError),
    /// The threads could not be started.
    #[error(
        "cannot start the worker threads: {fault}; the system refused memory or threads, which it limits for a process \
         (`ulimit -v`, `ulimit -u`): raise the limit, or state fewer --threads"
    )]
    Threads {
        /// Cause, as the system states it.
        fault: String,
    },
}
