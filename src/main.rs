//! The program: parses the arguments, runs the command, returns the exit status. All logic is in
//! the library.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

/// Allocator whose threads do not wait for each other when they create and free many small texts.
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
