//! `partial`: one split of a plan, on whichever machine.

use tenant_impact::{
    engine::Local,
    splits::{PlanFile, write_partial},
    text::counted,
};

use crate::cli::{
    args::{Output, PartialArgs},
    console,
    exit::Outcome,
    progress::Bar,
};

pub(crate) fn run(args: &PartialArgs, output: &Output) -> anyhow::Result<Outcome> {
    let engine = Local { threads: args.threads };
    let planned = PlanFile::load(&args.plan)?;
    let bar = Bar::new(output.progress());
    let head = write_partial(&planned, args.split, engine, &bar, &args.out)?;
    if args.json {
        super::print(format!("{}\n", serde_json::to_string(&head)?).as_bytes())?;
    } else if !output.quiet {
        let records = counted(head.records, "record", "records");
        console::note(&format!("split {}: {records} of `{}`", head.split, head.source));
    }
    Ok(Outcome::Complete)
}
