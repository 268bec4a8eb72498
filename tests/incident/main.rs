//! Writes an incident, as `--help` says.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

fn main() -> ExitCode {
    match incident::write(&incident::Args::parse()) {
        Ok(headline) => {
            // A closed pipe is no reason to fail: the folder is written.
            let _ = writeln!(io::stdout(), "{headline}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}
