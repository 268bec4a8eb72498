//! Exit status and error messages, in one place.

use std::{
    env,
    io::{self, Write as _},
    process::ExitCode,
};

use tenant_impact::{case::CaseError, diag::Diagnostic, inspect::InspectError, pipeline::PipelineError, verify};

use super::console;

/// The way a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The answer is complete.
    Complete,
    /// The answer has caveats.
    Caveats,
}

/// Reports the error of a command, if any, and returns the exit status.
pub(crate) fn code(result: anyhow::Result<Outcome>, as_json: bool) -> ExitCode {
    match result {
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::Caveats) => ExitCode::from(1),
        // `tenant-impact ... | head` is not a failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            if as_json {
                console::errors_as_json(&error, error_code(&error), faults(&error));
            } else {
                report(&error);
            }
            ExitCode::from(2)
        }
    }
}

/// Prints the answer of the argument parser, an error or a text that was asked for, and returns the
/// exit status. An error is JSON if the arguments contain `--json`.
pub(crate) fn parser(answer: &clap::Error) -> ExitCode {
    if answer.use_stderr() && env::args_os().any(|argument| argument == "--json") {
        console::usage_as_json(&answer.render().to_string());
        return ExitCode::from(2);
    }
    let printed = answer.print().and_then(|()| io::stdout().flush());
    match printed.or_else(console::ignore_broken_pipe) {
        Err(fault) if !answer.use_stderr() => {
            console::error(&anyhow::Error::new(fault).context("cannot write to standard output"));
            ExitCode::from(2)
        }
        _ => ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2)),
    }
}

/// Returns the faults of a case or a plan, each with its place, if the error is one of these.
fn faults(error: &anyhow::Error) -> Option<&[Diagnostic]> {
    match error.downcast_ref() {
        Some(CaseError::Faults(faults)) => Some(faults),
        _ => error.downcast_ref().and_then(PipelineError::faults),
    }
}

/// Returns the code of an error without a place, for scripts.
fn error_code(error: &anyhow::Error) -> &'static str {
    if let Some(error) = error.downcast_ref::<PipelineError>() {
        error.code()
    } else if error.is::<CaseError>() {
        "case"
    } else if error.is::<verify::VerifyError>() || error.is::<verify::ShowError>() {
        "bundle"
    } else if error.is::<InspectError>() {
        "logs"
    } else {
        "failed"
    }
}

fn report(error: &anyhow::Error) {
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
