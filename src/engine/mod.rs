//! Execution: a plan, and the engines that can carry it out. What is in scope is decided elsewhere;
//! nothing is written.

mod again;
mod looks;
mod follow;
mod full;
mod glance;
mod judge;
mod local;
mod plan;
mod portion;
mod search;
mod source;
mod tickets;

use crate::{findings::Scan, progress::Progress, sources::SourceError, tally::SpillError};

pub use local::Local;
pub use plan::{Memory, Plan, PlanError};
pub use portion::{AssembleError, Portion};

/// Carries out a plan. Every engine gives the same answer for the same plan.
pub trait Engine {
    /// Reads all sources. An error means that nothing can be said.
    fn run(&self, plan: &Plan, progress: &dyn Progress) -> Result<Scan, EngineError>;
}

/// The machine failed while reading; a defect in the data never is an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A source could not be read to its end, or is none.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is no room for what is in scope.
    #[error(transparent)]
    Room(#[from] SpillError),
    /// The threads could not be started.
    #[error(
        "cannot start the worker threads: {fault}; the system refused memory or threads, which it limits for a process \
         (`ulimit -v`, `ulimit -u`): raise the limit, or state fewer --threads"
    )]
    Threads {
        /// Why.
        fault: String,
    },
}
