//! `catalogue draft`, `catalogue show`.

use std::{collections::BTreeMap, io::Write as _};

use anyhow::Context as _;
use tenant_impact::{
    catalogue::{Catalogue, draft_entry},
    inspect::{Inspection, Kind},
    text::{counted, grouped},
};

use super::own_profile;
use crate::cli::{
    args::{CatalogueCommand, DraftCatalogueArgs, Output},
    console,
    exit::Outcome,
};

pub(crate) fn run(command: CatalogueCommand, output: &Output) -> anyhow::Result<Outcome> {
    match command {
        CatalogueCommand::Draft(args) => draft(&args, output),
        CatalogueCommand::Show { name } => {
            write!(
                anstream::stdout(),
                "{}",
                Catalogue::source_of(&name).unwrap_or_default()
            )?;
            Ok(Outcome::Complete)
        }
    }
}

fn draft(args: &DraftCatalogueArgs, output: &Output) -> anyhow::Result<Outcome> {
    let found = own_profile::inspected(&args.paths, args.profile.as_ref(), output)?;
    let read = found.kinds.iter().filter_map(Kind::profile);
    let read: Vec<&str> = read.collect();
    anyhow::ensure!(
        !read.is_empty(),
        "no profile reads these logs; `tenant-impact profiles draft` writes one to complete"
    );
    let catalogue = Catalogue::of_profiles(&read);
    let mut all: Vec<(String, u64)> = codes(&found).into_iter().collect();
    let (codes, events) = (all.len(), all.iter().map(|(_, count)| count).sum::<u64>());
    all.retain(|(code, _)| catalogue.lookup(code).says.is_none());
    all.sort_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
    let unknown: u64 = all.iter().map(|(_, count)| count).sum();
    let mut out = std::io::stdout().lock();
    let head = format!(
        "# Drafted by `tenant-impact catalogue draft`: {} of {}, in {} of {}, that no catalogue explains. Complete\n\
         # each entry and name this file as `catalogue` in `[reports]` of the case. Its form: docs/case-file.md\n",
        counted(all.len() as u64, "code", "codes"),
        grouped(codes as u64),
        counted(unknown, "event", "events"),
        grouped(events)
    );
    let entry = |(code, count): &(String, u64)| {
        let count = counted(*count, "event", "events");
        format!("\n# {count}\n{}", draft_entry(code))
    };
    let entries: Vec<String> = all.iter().map(entry).collect();
    let text = head + &entries.concat();
    out.write_all(text.as_bytes())
        .or_else(console::ignore_broken_pipe)
        .context("cannot write to standard output")?;
    Ok(outcome(&found, output))
}

/// Codes with the number of events.
fn codes(found: &Inspection) -> BTreeMap<String, u64> {
    let mut codes = BTreeMap::new();
    for kind in &found.kinds {
        for one in kind.survey.actions.top(usize::MAX) {
            *codes.entry(one.value).or_default() += one.count;
        }
    }
    codes
}

fn outcome(found: &Inspection, output: &Output) -> Outcome {
    let unread = found
        .kinds
        .iter()
        .filter(|kind| kind.profile().is_none() && kind.survey.records > 0);
    let mut paths: Vec<&String> = unread.flat_map(|kind| &kind.paths).collect();
    paths.extend(found.skipped.iter().map(|(path, _)| path));
    let refused: u64 = found.kinds.iter().map(|kind| kind.survey.refused).sum();
    if !output.quiet {
        for path in &paths {
            console::note(&format!("`{path}` was not read; `tenant-impact inspect` says why"));
        }
        if refused > 0 {
            let refused = counted(refused, "record was", "records were");
            console::note(&format!("{refused} refused; what they say is not here"));
        }
    }
    if paths.is_empty() && refused == 0 {
        Outcome::Complete
    } else {
        Outcome::Caveats
    }
}
