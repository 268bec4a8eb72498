//! `profiles list`, `profiles show`, `profiles draft`, `profiles check`.

use std::{fs, io::Write as _, path::Path};

use anyhow::Context as _;
use serde_json::json;
use tenant_impact::{
    events::Profile,
    inspect::{FITS, ProfileDraft, draft},
    text::grouped,
};

use crate::cli::{
    args::{DraftProfileArgs, Output, ProfilesCommand},
    console,
    exit::Outcome,
    progress::Bar,
};

pub(crate) fn run(command: ProfilesCommand, output: &Output) -> anyhow::Result<Outcome> {
    let mut out = anstream::stdout();
    match command {
        ProfilesCommand::List { json: true } => {
            let titled = |name| Profile::built_in(name).map(|profile| json!({"name": name, "title": profile.title}));
            let profiles = Profile::names().map(titled).collect::<Result<Vec<_>, _>>()?;
            console::json(&json!({"schema": "tenant-impact/profiles/1", "profiles": profiles}))?;
        }
        ProfilesCommand::List { json: false } => {
            for name in Profile::names() {
                let profile = Profile::built_in(name)?;
                writeln!(out, "{name:<30} {}", profile.title)?;
            }
        }
        ProfilesCommand::Show { name } => {
            let profile = Profile::built_in(&name)?;
            write!(out, "{}", Profile::source_of(&profile.name).unwrap_or_default())?;
        }
        ProfilesCommand::Draft(args) => return write_draft(&args, output),
        ProfilesCommand::Check { file } => {
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
            let profile = Profile::parse(&file.display().to_string(), &text)?;
            writeln!(out, "`{}` is a valid profile: {}", profile.name, profile.title)?;
        }
    }
    Ok(Outcome::Complete)
}

fn write_draft(args: &DraftProfileArgs, output: &Output) -> anyhow::Result<Outcome> {
    let found = draft(&args.paths, Path::new("."), &args.name, &Bar::naming_sources(output))?;
    let found = found.context(
        "no record with a field was found: neither JSON, nor columns, nor text with a time at the beginning of its lines",
    )?;
    let mut out = std::io::stdout().lock();
    out.write_all(found.text.as_bytes())
        .or_else(console::ignore_broken_pipe)
        .context("cannot write to standard output")?;
    if !output.quiet {
        say(&found);
    }
    Ok(if found.runs() {
        Outcome::Complete
    } else {
        Outcome::Caveats
    })
}

/// Says on standard error what is left to do.
fn say(found: &ProfileDraft) {
    if !found.missing.is_empty() {
        let missing = found.missing.join(", ");
        console::note(&format!(
            "drafted from `{}`; complete what is marked CHANGE, it does not run yet without: {missing}",
            found.source
        ));
        return;
    }
    for (source, fit) in &found.fits {
        let less = if fit.percent() < FITS {
            ", which is too little to use it as it is"
        } else {
            ""
        };
        console::note(&format!(
            "`{source}`: it reads {} of {} records tried{less}",
            grouped(fit.whole),
            grouped(fit.tried)
        ));
    }
    console::note("each path is a guess: compare it with the log, and correct what is marked CHANGE");
}
