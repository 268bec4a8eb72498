//! The program: parse, run, map the outcome. Everything a test would want is in the library.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

/// Threads that make and drop many small texts do not wait for each other here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::args::Args::try_parse() {
        Ok(args) => {
            args.output.apply_color();
            let as_json = args.command.as_json();
            cli::exit::code(cli::commands::run(args), as_json)
        }
        Err(answer) => cli::exit::parser(&answer),
    }
}
