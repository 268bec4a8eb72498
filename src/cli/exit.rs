//! Outcome to exit status, in one place.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use tenant_impact::{case::CaseError, diag::Diagnostic, engine::PlanError};

use super::console;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing to add.
    Complete,
    /// Done, and there is something to read.
    Caveats,
}

/// Tells what went wrong, if anything, and with which status the program ends.
pub(crate) fn code(result: anyhow::Result<Outcome>, as_json: bool) -> ExitCode {
    match result {
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::Caveats) => ExitCode::from(1),
        // `tenant-impact ... | head` is not a failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            if as_json {
                console::errors_as_json(&error, faults(&error));
            } else {
                tell(&error);
            }
            ExitCode::from(2)
        }
    }
}

/// Prints what the parser of arguments answers, a fault or a text that was asked for, and returns
/// its status.
pub(crate) fn parser(answer: &clap::Error) -> ExitCode {
    let printed = answer.print().and_then(|()| io::stdout().flush());
    match printed.or_else(console::unless_closed) {
        Err(fault) if !answer.use_stderr() => {
            console::error(&anyhow::Error::new(fault).context("cannot write to standard output"));
            ExitCode::from(2)
        }
        _ => ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2)),
    }
}

/// The faults of a case or a plan, each with its place, if the error is one of these.
fn faults(error: &anyhow::Error) -> Option<&[Diagnostic]> {
    match error.downcast_ref() {
        Some(CaseError::Faults(faults)) => Some(faults),
        _ => error.downcast_ref().map(|PlanError(faults)| &faults[..]),
    }
}

fn tell(error: &anyhow::Error) {
    let Some(faults) = faults(error) else {
        return console::error(error);
    };
    faults.iter().for_each(console::fault);
    if faults.len() > 1 {
        console::note(&format!("{} faults, nothing was written", faults.len()));
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    })
}
