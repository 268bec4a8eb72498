//! `plan`: the question and the logs, for machines that each read a part.

use anyhow::Context as _;
use serde_json::json;
use tenant_impact::{
    case::{Case, FileStore},
    engine::Plan,
    isolation,
    pipeline::own_actions,
    reports::Templates,
    splits::{PLAN_SCHEMA, PlanFile},
    text::counted,
};

use crate::cli::{
    args::{Output, PlanArgs},
    console,
    exit::Outcome,
};

pub(crate) fn run(args: &PlanArgs, output: &Output) -> anyhow::Result<Outcome> {
    let path = std::path::absolute(&args.case).with_context(|| format!("cannot find `{}`", args.case.display()))?;
    let mut case = Case::load(&path)?;
    case.pin()?;
    own_actions(&mut case)?;
    isolation::check(&case)?;
    // The plan has the pseudonyms of the file, so that every later run has the same.
    case.write_lock()?;
    let mut case = Case::load_from(&path, &FileStore::recording())?;
    let plan = Plan::new(&case)?;
    // Read for their bytes, and for their faults.
    own_actions(&mut case)?;
    if let Some((_, folder)) = &case.reports.templates {
        Templates::from_store(&case.store, folder)?;
    }
    let file = PlanFile::new(&path, &case, &plan, args.split_size)?;
    let sha256 = file.write(&args.out)?;
    let bytes: u64 = file.sources.iter().map(|source| source.bytes).sum();
    if args.json {
        let summary = json!({
            "schema": PLAN_SCHEMA, "sha256": sha256, "splits": file.splits.len(), "sources": file.sources.len(), "bytes": bytes,
        });
        super::print(format!("{summary}\n").as_bytes())?;
    } else if !output.quiet {
        let splits = counted(file.splits.len() as u64, "split", "splits");
        let sources = counted(file.sources.len() as u64, "log", "logs");
        console::note(&format!("plan {sha256}: {splits} of {sources}, numbered from 0"));
    }
    Ok(Outcome::Complete)
}
