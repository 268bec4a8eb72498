//! A deterministic generator of believable incident logs: `sample_logs/` is its output, and so are
//! the logs of every size benchmark.
//!
//! It shares no code with the library on purpose. `truth.json`, written beside the logs, says what
//! the generator *meant* to write, so a test that compares it with the program's findings compares
//! two independent opinions.
//!
//! ```text
//! cast  ->  story            ->  exports          ->  files
//! who       what happened,       which job wrote      the folder:
//!           in time order        which line, how      logs, lists, case, truth
//! ```
//!
//! No clock, no environment, no thread: the same arguments give the same bytes, on any machine and
//! in any year.

mod actions;
mod agents;
mod bench;
mod broken;
mod cast;
mod companies;
mod event;
mod exports;
mod faces;
mod files;
mod incident;
mod intrusion;
mod ledger;
mod others;
mod record;
mod rng;
mod sample;
mod scenario;
mod scripted;
mod sentences;
mod stage;
mod story;
mod targets;
mod tenants;
mod texts;
mod time;
mod truth;
mod visit;

use std::{io, path::PathBuf};

use clap::{Parser, ValueEnum};

/// Writes the logs, lists, case file and ground truth of an invented incident.
#[derive(Parser)]
pub struct Args {
    /// Which incident to write.
    #[arg(long, value_enum)]
    pub size: Size,
    /// The folder to write; every size but `sample` insists that it does not exist yet.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Number of records to write (`bench` only).
    #[arg(long, value_name = "N", required_if_eq("size", "bench"))]
    pub records: Option<u64>,
    /// The log format (`bench` only).
    #[arg(long, value_enum, default_value = "jsonl")]
    pub format: Format,
    /// Over how many files the records are spread (`bench` only).
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub files: u32,
}

/// The three incidents on offer.
#[derive(Clone, Copy, ValueEnum)]
pub enum Size {
    /// The committed sample: 6,000 records with every irregularity a log can have.
    Sample,
    /// The public incident's size: 125,000 records, 15,000 customers, 366 of them touched.
    Incident,
    /// Any number of clean records, streamed.
    Bench,
}

/// Format of a log.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
}

/// Writes what is asked for. Returns a line that says what it was.
pub fn write(args: &Args) -> io::Result<String> {
    match args.size {
        Size::Sample => scenario::write(&sample::SCENARIO, &args.out),
        Size::Incident => {
            files::must_not_exist(&args.out)?;
            scenario::write(&incident::SCENARIO, &args.out)
        }
        Size::Bench => {
            files::must_not_exist(&args.out)?;
            let records = args.records.unwrap_or_default();
            bench::write(
                &bench::Plan {
                    records,
                    format: args.format,
                    files: args.files,
                },
                &args.out,
            )
        }
    }
}
