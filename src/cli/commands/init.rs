//! `init`: writes a case file that runs, from what the logs contain.

use std::{fmt::Write as _, io::Write as _, path::Path};

use anyhow::Context as _;
use tenant_impact::{
    case::Wrapping,
    inspect::{FITS, Fit, Inspection},
    text::visible,
    time::Timestamp,
};

use super::own_profile;
use crate::cli::{
    args::{InitArgs, Output},
    console,
    exit::Outcome,
};

pub(crate) fn run(args: &InitArgs, output: &Output) -> anyhow::Result<Outcome> {
    let written = case(args, output);
    if let Err(fault) = &written {
        // `init > case.toml` has made the file: it says why it holds no case.
        let why = format!("{fault:#}").replace(['\n', '\r'], " ");
        writeln!(
            std::io::stdout(),
            "# `tenant-impact init` wrote no case: {}",
            visible(&why)
        )
        .or_else(console::ignore_broken_pipe)?;
    }
    let (text, left_out) = written?;
    std::io::stdout()
        .write_all(text.as_bytes())
        .or_else(console::ignore_broken_pipe)
        .context("cannot write to standard output")?;
    for why in &left_out {
        console::note(why);
    }
    Ok(if left_out.is_empty() {
        Outcome::Complete
    } else {
        Outcome::Caveats
    })
}

/// Returns the case, and what it leaves out.
fn case(args: &InitArgs, output: &Output) -> anyhow::Result<(String, Vec<String>)> {
    for table in [Some(&args.agents), args.tenants.as_ref()].into_iter().flatten() {
        std::fs::metadata(table).with_context(|| format!("cannot read `{table}`"))?;
    }
    let found = own_profile::inspected(&args.logs, args.profile.as_ref(), output)?;
    let named = args.profile.as_deref();
    let mut text = head(span(&found), args);
    let entries: Vec<LogsEntry> = args.logs.iter().flat_map(|path| entries(path, &found, named)).collect();
    text.extend(entries.iter().map(|entry| entry.toml(false)));
    let mut left_out = Vec::new();
    for kind in found.kinds.iter().filter(|kind| kind.survey.records > 0) {
        let best = kind.fits.first();
        if best.is_some_and(reads_nearly_all) {
            continue;
        }
        let first = kind.paths.first().map(|path| visible(path)).unwrap_or_default();
        let more = match kind.paths.len() {
            0 | 1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let why = match (best, kind.doubled()) {
            (Some(fit), _) => format!("`{}` reads only {} % of its records", fit.profile, fit.percent()),
            (None, Some(doubled)) => format!("no profile fits; {doubled}"),
            (None, None) => "no profile fits".to_owned(),
        };
        left_out.push(format!(
            "`{first}`{more} is left out: {why}; `tenant-impact profiles draft` writes one to complete"
        ));
        let _ = writeln!(
            text,
            "\n# Left out, because {why}. Write a profile (`tenant-impact profiles draft`) and remove the `#`:"
        );
        for path in &kind.paths {
            let entry = LogsEntry {
                path: on_disk(path).to_owned(),
                profile: best.map_or("own.toml", |fit| fit.profile.as_str()).to_owned(),
                wrapping: kind.wrapping.clone().unwrap_or_default(),
            };
            text += &entry.toml(true);
        }
    }
    for (path, reason) in &found.skipped {
        left_out.push(format!("`{}` is passed over: {reason}", visible(path)));
    }
    if found.kinds.iter().all(|kind| kind.survey.records == 0) {
        left_out.push("no record was found in these logs".to_owned());
    }
    Ok((text, left_out))
}

/// Whether a profile reads so many of the records that a case can use it.
fn reads_nearly_all(fit: &Fit) -> bool {
    fit.percent() >= FITS
}

/// Returns the clock hours that the logs span.
fn span(found: &Inspection) -> Option<(Timestamp, Timestamp)> {
    let first = found.kinds.iter().filter_map(|kind| kind.survey.first).min()?;
    let last = found.kinds.iter().filter_map(|kind| kind.survey.last).max()?;
    Some((Timestamp::of_hour(first.hour())?, Timestamp::of_hour(last.hour() + 1)?))
}

/// The case up to its logs. Without a time in the logs, the window is left to be stated.
fn head(span: Option<(Timestamp, Timestamp)>, args: &InitArgs) -> String {
    let agents = quoted(&args.agents);
    let time = |time: Option<Timestamp>| match time {
        Some(time) => time.to_string(),
        None => "2000-01-01T00:00:00Z".to_owned(),
    };
    let (from, until) = (time(span.map(|(from, _)| from)), time(span.map(|(_, until)| until)));
    let hours = match span {
        Some(_) => "These are the hours that the logs span: narrow them.",
        None => "CHANGE both: no log could be read.",
    };
    let tenants = match &args.tenants {
        Some(file) => format!("[tenants]\nfile = {}", quoted(file)),
        None => "# [tenants]\n# file = \"tenants.csv\"                           # id, name, domains, contact, locale, time_zone, aliases, slugs".to_owned(),
    };
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
# its last. {hours}
[[scopes]]
name = "possible"
from = {from}
until = {until}
basis = "CHANGE: why these agents and this time, in a sentence that customers read."
agents = "all"                                   # or {{ employer = "..." }}, or {{ ids = ["..."] }}

# What evidence ties to the intruder, inside of the above: it goes first in every report. Remove the `#` once it is known.
# [[scopes]]
# name = "attributed"
# from = {from}
# until = {until}
# basis = "CHANGE: what ties these agents and this time to the intruder."
# agents = {{ ids = ["CHANGE"] }}
# sessions = ["CHANGE"]                          # optional, as are ips, keys and user_agents

[agents]
file = {agents}

# The directory of customers, for names and for the share of them that was acted in:
{tenants}
"#
    )
}

/// One `[[logs]]` entry.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LogsEntry {
    path: String,
    profile: String,
    wrapping: Wrapping,
}

impl LogsEntry {
    fn toml(&self, commented: bool) -> String {
        let keys = [
            "[[logs]]".to_owned(),
            format!("path = {}", quoted(&self.path)),
            format!("profile = {}", quoted(&self.profile)),
        ];
        let lines = keys.into_iter().chain(wrapping_keys(&self.wrapping));
        let mark = if commented { "# " } else { "" };
        let lines: Vec<_> = lines.map(|line| format!("{mark}{line}\n")).collect();
        let lines = lines.concat();
        if commented { lines } else { format!("\n{lines}") }
    }
}

/// Returns the `[[logs]]` entries that read what was found under a path: the path itself where one
/// profile reads all of it; else globs for files that one profile reads, and single files.
fn entries(path: &str, found: &Inspection, named: Option<&str>) -> Vec<LogsEntry> {
    let all: Vec<&String> = found.kinds.iter().flat_map(|kind| &kind.paths).collect();
    let below = |file: &&&String| is_under(file, path);
    let mut files: Vec<(&str, LogsEntry)> = Vec::new();
    for kind in &found.kinds {
        let Some(fit) = kind.fits.first().filter(|fit| reads_nearly_all(fit)) else {
            continue;
        };
        for file in kind.paths.iter().filter(|file| is_under(file, path)) {
            let entry = LogsEntry {
                path: on_disk(file).to_owned(),
                profile: named.unwrap_or(&fit.profile).to_owned(),
                wrapping: kind.wrapping.clone().unwrap_or_default(),
            };
            files.push((file.as_str(), entry));
        }
    }
    let Some((_, first)) = files.first() else {
        return Vec::new();
    };
    let is_alike = |entry: &LogsEntry| (&entry.profile, &entry.wrapping) == (&first.profile, &first.wrapping);
    let is_empty = |file: &&&String| {
        let kind = found.kinds.iter().find(|kind| kind.paths.contains(file));
        kind.is_some_and(|kind| kind.survey.records == 0)
    };
    let unread = all.iter().filter(below).filter(|file| !is_empty(file)).count();
    if files.len() >= unread && files.iter().all(|(_, entry)| is_alike(entry)) {
        return vec![LogsEntry {
            path: path.to_owned(),
            profile: first.profile.clone(),
            wrapping: first.wrapping.clone(),
        }];
    }
    let mut entries: Vec<LogsEntry> = Vec::new();
    for (file, entry) in &files {
        let own: Vec<&str> = files
            .iter()
            .filter(|(_, other)| (&other.profile, &other.wrapping) == (&entry.profile, &entry.wrapping))
            .map(|(file, _)| *file)
            .collect();
        let glob = glob(file).filter(|glob| {
            let fits: Vec<&str> = all
                .iter()
                .map(|file| file.as_str())
                .filter(|file| is_of(file, glob))
                .collect();
            fits.len() > 1 && fits.iter().all(|file| own.contains(file))
        });
        entries.push(LogsEntry {
            path: glob.map_or_else(|| entry.path.clone(), |(folder, end)| format!("{folder}/*{end}")),
            profile: entry.profile.clone(),
            wrapping: entry.wrapping.clone(),
        });
    }
    entries.sort_unstable();
    // A file that several profiles would read, as an archive may be, is read once.
    entries.dedup_by(|later, first| later.path == first.path);
    entries
}

/// The folder and the ending of a file that lies on the disk.
fn glob(file: &str) -> Option<(&str, &str)> {
    if on_disk(file) != file || file.contains(['*', '?', '[', '{']) {
        return None;
    }
    let (folder, name) = file.rsplit_once('/')?;
    let end = name.find('.').filter(|at| *at > 0)?;
    Some((folder, &name[end..]))
}

fn is_of(file: &str, (folder, end): &(&str, &str)) -> bool {
    let name = file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| !name.contains('/') && name.ends_with(end))
}

/// The file on the disk that holds what is shown by this name: for a member of an archive the
/// archive.
fn on_disk(shown: &str) -> &str {
    let ends = shown.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
    let archive = ends.map(|at| &shown[..at]).find(|path| Path::new(path).is_file());
    archive.unwrap_or(shown)
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
