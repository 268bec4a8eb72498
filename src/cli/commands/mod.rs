//! The commands, one file each: arguments to library calls.

mod catalogue;
mod clean;
mod own_profile;
mod init;
mod inspect;
mod merge;
mod partial;
mod plan;
mod profiles;
mod case_args;
mod report;
mod scan;
mod show;
mod verify;

use std::{fs, io::Write as _, path::Path, time::Instant};

use anyhow::Context as _;
use clap::CommandFactory as _;
use tenant_impact::{
    bundle::{Manifest, TenantManifest},
    findings::{Difference, Findings},
    splits::{PartialHead, PlanFile},
};

use super::{
    args::{Args, Command, Output, SchemaArgs, SchemaOf},
    console,
    exit::Outcome,
    supervised,
};

/// Runs a command.
pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let output = &args.output;
    let began = Instant::now();
    let name = args.command.name();
    let outcome = dispatch(args.command, output);
    if output.verbose > 1 {
        console::note(&format!("{name}: {:.1} ms in all", began.elapsed().as_secs_f64() * 1e3));
    }
    outcome
}

fn dispatch(command: Command, output: &Output) -> anyhow::Result<Outcome> {
    match command {
        Command::Report(args) => supervised::run(&args.out).unwrap_or_else(|| report::run(&args, output)),
        Command::Plan(args) => plan::run(&args, output),
        Command::Partial(args) => partial::run(&args, output),
        Command::Merge(args) => supervised::run(&args.out).unwrap_or_else(|| merge::run(&args, output)),
        Command::Scan(args) => scan::run(&args, output),
        Command::Verify(args) => verify::run(&args, output),
        Command::Show(args) => show::run(&args, output),
        Command::Clean { out } => clean::run(&out, output),
        Command::Inspect(args) => inspect::run(&args, output),
        Command::Init(args) => init::run(&args, output),
        Command::Profiles(command) => profiles::run(command, output),
        Command::Catalogue(command) => catalogue::run(command, output),
        Command::Schema(args) => schema(&args),
        Command::Completions { shell } => {
            // `generate` panics if its writer fails.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "tenant-impact", &mut script);
            print(&script)
        }
        Command::Man { out } => man(out.as_deref()),
    }
}

fn schema(args: &SchemaArgs) -> anyhow::Result<Outcome> {
    let schema = match args.of {
        SchemaOf::Findings => schemars::schema_for!(Findings),
        SchemaOf::Manifest => schemars::schema_for!(Manifest),
        SchemaOf::TenantManifest => schemars::schema_for!(TenantManifest),
        SchemaOf::Difference => schemars::schema_for!(Difference),
        SchemaOf::Plan => schemars::schema_for!(PlanFile),
        SchemaOf::Partial => schemars::schema_for!(PartialHead),
    };
    let mut text = serde_json::to_vec_pretty(&schema)?;
    text.push(b'\n');
    print(&text)
}

/// Writes a text to standard output.
fn print(text: &[u8]) -> anyhow::Result<Outcome> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text).and_then(|()| out.flush());
    written.context("cannot write to standard output")?;
    Ok(Outcome::Complete)
}

/// Writes the man pages of the program and its commands: each to a file, or all to standard output.
fn man(folder: Option<&Path>) -> anyhow::Result<Outcome> {
    let mut program = Args::command();
    if let Some(folder) = folder {
        let cannot = || format!("cannot write to `{}`", folder.display());
        fs::create_dir_all(folder).with_context(cannot)?;
        clap_mangen::generate_to(program, folder).with_context(cannot)?;
        return Ok(Outcome::Complete);
    }
    let mut out = Vec::new();
    program.build();
    clap_mangen::Man::new(program.clone()).render(&mut out)?;
    for command in program
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && command.get_name() != "help")
    {
        clap_mangen::Man::new(command.clone()).render(&mut out)?;
    }
    print(&out)
}
