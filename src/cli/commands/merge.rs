//! `merge`: writes the bundle of a plan whose logs were read in parts.

use std::mem::ManuallyDrop;

use tenant_impact::pipeline::{self, MergeRequest, Settings};

use super::report::print_summary;
use crate::cli::{
    args::{MergeArgs, Output},
    exit::Outcome,
    observer::RunObserver,
};

pub(crate) fn run(args: &MergeArgs, output: &Output) -> anyhow::Result<Outcome> {
    let request = MergeRequest {
        plan: &args.plan,
        partials: &args.partials,
        settings: Settings {
            threads: args.run.threads,
            memory: args.run.memory,
        },
        out: &args.out,
        sign: args.sign.as_deref(),
    };
    let written = pipeline::merge(&request, &RunObserver::new(output, Some(args.out.clone())))?;
    // The program ends soon; freeing the memory takes as long as a small run.
    let written = ManuallyDrop::new(written);
    Ok(print_summary(&written, (args.json, output.quiet), &args.run.accept))
}
