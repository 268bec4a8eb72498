//! `merge`: the partials of a plan become the bundle of one machine.

use std::path::Path;

use tenant_impact::{
    catalogue::Catalogue,
    engine::{Local, Plan},
    findings::Scan,
    isolation,
    splits::{Partials, PlanFile},
};

use super::{
    question::{self, Stages},
    report::{Job, built_in_templates, command_of, own_actions},
};
use crate::cli::{
    args::{MergeArgs, Output},
    exit::Outcome,
    progress::Bar,
};

pub(crate) fn run(args: &MergeArgs, output: &Output) -> anyhow::Result<Outcome> {
    let engine = Local { threads: args.threads };
    engine.install(|| merge(args, output, engine))?
}

fn merge(args: &MergeArgs, output: &Output, engine: Local) -> anyhow::Result<Outcome> {
    let templates = built_in_templates();
    let stages = Stages::new(output);
    let mut planned = PlanFile::load(&args.plan)?;
    planned.case.pin()?;
    let actions = own_actions(&mut planned.case)?;
    isolation::check(&planned.case)?;
    if let Some(bytes) = args.memory {
        planned.plan.memory.bytes = bytes;
    }
    question::spill_beside(&args.out, &mut planned.plan);
    let partials = Partials::find(&planned, &args.partials)?;
    let job = Job {
        out: &args.out,
        sign: args.sign.as_deref(),
        json: args.json,
        accept: &args.accept,
        command: command_of(Path::new(&planned.file.case)),
        output,
    };
    let mut case = planned.case.clone();
    let scan = |_: &Plan, _: &Bar| Ok(partials.assemble(&planned, engine)?);
    let follow = |plan: &Plan, catalogue: &Catalogue, scan: &mut Scan| Ok(engine.follow_all(plan, catalogue, scan)?);
    job.run((&mut case, &planned.plan), (actions, templates, stages), (scan, follow))
}
