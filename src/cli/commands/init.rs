//! `init`: writes a case file that runs, from what the logs contain.

use std::{io::Write as _, path::Path};

use anyhow::Context as _;
use tenant_impact::{
    case::Wrapping,
    inspect::{Inspection, Kind, inspect},
    time::Timestamp,
};

use crate::cli::{
    args::{InitArgs, Output},
    exit::Outcome,
    progress::Bar,
};

pub(crate) fn run(args: &InitArgs, output: &Output) -> anyhow::Result<Outcome> {
    std::fs::metadata(&args.agents).with_context(|| format!("cannot read `{}`", args.agents))?;
    let found = inspect(&args.logs, Path::new("."), &Bar::naming_sources(output))?;
    let (from, until) = span(&found).with_context(|| {
        let doubled: Vec<_> = found.kinds.iter().filter_map(Kind::doubled).collect();
        let why = if doubled.is_empty() {
            String::new()
        } else {
            format!(" ({})", doubled.join("; "))
        };
        format!("no profile fits these logs{why}; `tenant-impact inspect` says what they are")
    })?;
    let mut to = std::io::stdout();
    write!(to, "{}", head(from, until, &args.agents))?;
    for path in &args.logs {
        write!(to, "{}", logs(path, &found)?)?;
    }
    for kind in found
        .kinds
        .iter()
        .filter(|kind| kind.profile().is_none() && kind.survey.records > 0)
    {
        writeln!(
            to,
            "\n# No profile fits these; write one and name them in a [[logs]] of their own:"
        )?;
        kind.paths
            .iter()
            .try_for_each(|path| writeln!(to, "#   {}", quoted(path)))?;
    }
    let all = found
        .kinds
        .iter()
        .all(|kind| kind.profile().is_some() || kind.survey.records == 0);
    Ok(if all { Outcome::Complete } else { Outcome::Caveats })
}

/// Returns the clock hours that the logs span.
fn span(found: &Inspection) -> Option<(Timestamp, Timestamp)> {
    let first = found.kinds.iter().filter_map(|kind| kind.survey.first).min()?;
    let last = found.kinds.iter().filter_map(|kind| kind.survey.last).max()?;
    Some((Timestamp::of_hour(first.hour())?, Timestamp::of_hour(last.hour() + 1)?))
}

fn head(from: Timestamp, until: Timestamp, agents: &str) -> String {
    let agents = quoted(agents);
    format!(
        r#"# A case for tenant-impact, written by `tenant-impact init`. It runs as it is; what is marked CHANGE is yours to say.
# Paths are relative to this file. Every key: docs/case-file.md

[case]
id = "CHANGE-1"                                  # CHANGE: the number of the incident
title = "Access by support agents"               # CHANGE: one line that customers read
vendor = "CHANGE: the vendor"
tlp = "AMBER"                                    # RED, AMBER+STRICT, AMBER, GREEN or CLEAR
contact = "CHANGE: whom a customer asks"
issued = {until}                    # CHANGE: the only clock in the reports

# The worst case: who may have been under someone else's control, and when. The window holds its first instant and not
# its last. These are the hours that the logs span: narrow them.
[[scopes]]
name = "possible"
from = {from}
until = {until}
basis = "CHANGE: why these agents and this time, in a sentence that customers read."
agents = "all"                                   # or {{ employer = "..." }}, or {{ ids = ["..."] }}

[agents]
file = {agents}

# The directory of customers, for names and for the share of them that was acted in:
# [tenants]
# file = "tenants.csv"                           # id, name, domains, contact, locale, time_zone, aliases, slugs
"#
    )
}

/// Writes the `[[logs]]` entries that read what was found under a path.
fn logs(path: &str, found: &Inspection) -> anyhow::Result<String> {
    let under = |kind: &&Kind| kind.profile().is_some() && kind.paths.iter().any(|file| is_under(file, path));
    let kinds: Vec<_> = found.kinds.iter().filter(under).collect();
    let read_by = |kind: &Kind| Some((kind.profile()?.to_owned(), kind.wrapping.clone().unwrap_or_default()));
    let mut profiles: Vec<_> = kinds.iter().filter_map(|kind| read_by(kind)).collect();
    profiles.sort_unstable();
    profiles.dedup();
    let readable = found
        .kinds
        .iter()
        .filter(|kind| kind.profile().is_none())
        .all(|kind| kind.survey.records == 0 || !kind.paths.iter().any(|file| is_under(file, path)));
    if let ([(profile, wrapping)], true) = (&profiles[..], readable) {
        return Ok(entry(path, profile, wrapping));
    }
    if let (Some((profile, wrapping)), true) = (profiles.first(), Path::new(path).is_file()) {
        let several = "\n# It holds several kinds of log; unpack it to give each its own profile.";
        return Ok(format!("{several}{}", entry(path, profile, wrapping)));
    }
    // With several kinds of log, each file gets its own profile.
    let files = kinds
        .iter()
        .flat_map(|kind| kind.paths.iter().filter_map(|file| Some((file, read_by(kind)?))));
    let mut files: Vec<_> = files.filter(|(file, _)| is_under(file, path)).collect();
    files.sort_unstable();
    anyhow::ensure!(
        !files.is_empty(),
        "no profile fits anything in `{path}`; `tenant-impact inspect {path}` says what it is"
    );
    Ok(files
        .into_iter()
        .map(|(file, (profile, wrapping))| entry(file, &profile, &wrapping))
        .collect())
}

fn entry(path: &str, profile: &str, wrapping: &Wrapping) -> String {
    let keys = [
        format!("path = {}", quoted(path)),
        format!("profile = {}", quoted(profile)),
    ];
    let lines: Vec<_> = keys.into_iter().chain(wrapping_keys(wrapping)).collect();
    format!("\n[[logs]]\n{}\n", lines.join("\n"))
}

/// Returns the keys of `[[logs]]` that state where the events lie.
pub(super) fn wrapping_keys(wrapping: &Wrapping) -> Vec<String> {
    let records = wrapping
        .records
        .iter()
        .map(|path| format!("records = {}", quoted(path)));
    let paths: Vec<_> = wrapping.unwrap.iter().map(|path| quoted(path)).collect();
    let unwrap = (!paths.is_empty()).then(|| format!("unwrap = [{}]", paths.join(", ")));
    records.chain(unwrap).collect()
}

/// Returns whether a file was found through a path: the path itself, a path below it, or one that
/// the fixed beginning of a glob fits.
fn is_under(file: &str, path: &str) -> bool {
    let fixed = path.split(['*', '?', '[', '{']).next().unwrap_or_default();
    let fixed = fixed.trim_start_matches("./").trim_end_matches('/');
    file == fixed
        || file.strip_prefix(fixed).is_some_and(|rest| {
            fixed.is_empty()
                || rest.starts_with('/')
                || fixed.len() < path.trim_start_matches("./").trim_end_matches('/').len()
        })
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
