//! The reasons why a run ends without an answer.

use crate::{
    bundle::{BundleError, SignError},
    case::{CaseError, LockError, VariationError},
    diag::Diagnostic,
    engine::{AssembleError, EngineError, PlanError},
    findings::CloseError,
    reports::TemplateError,
    splits::SplitsError,
    tally::SpillError,
};

/// A reason why a run ends without an answer. Nothing of a bundle is left then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The case, or a file that it names, has faults or cannot be read.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The case cannot differ as asked.
    #[error(transparent)]
    Variation(#[from] VariationError),
    /// The case's lock cannot be read or written.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The logs or profiles of the case have faults.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A template of the case has faults.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The signing key cannot sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A log cannot be read to its end, or the threads cannot be started.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The parts of a scan do not fit together.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
    /// A plan or a partial has faults.
    #[error(transparent)]
    Splits(#[from] SplitsError),
    /// The figures do not balance.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// Events in scope have no room in memory and on disk.
    #[error(transparent)]
    Spill(#[from] SpillError),
    /// The bundle cannot be written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

impl PipelineError {
    /// Returns the faults of the case or the plan, each with its place.
    pub fn faults(&self) -> Option<&[Diagnostic]> {
        match self {
            Self::Case(CaseError::Faults(faults)) | Self::Plan(PlanError(faults)) => Some(faults),
            _ => None,
        }
    }

    /// Returns a stable code of the error, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Case(_) | Self::Variation(_) => "case",
            Self::Lock(_) => "lock",
            Self::Plan(_) => "plan",
            Self::Template(_) => "template",
            Self::Sign(_) => "sign",
            Self::Splits(_) | Self::Assemble(_) => "splits",
            Self::Engine(EngineError::Source(_)) => "logs",
            Self::Engine(EngineError::Threads { .. }) => "threads",
            Self::Engine(EngineError::Room(_)) | Self::Spill(_) => "disk",
            Self::Close(_) => "figures",
            Self::Bundle(BundleError::Exists(_)) => "out-exists",
            Self::Bundle(_) => "write",
        }
    }
}
