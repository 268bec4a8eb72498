//! `profiles list`, `profiles show`, `profiles check`.

use std::{fs, io::Write as _};

use anyhow::Context as _;
use serde_json::json;
use tenant_impact::events::Profile;

use crate::cli::{args::ProfilesCommand, console, exit::Outcome};

pub(crate) fn run(command: ProfilesCommand) -> anyhow::Result<Outcome> {
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
        ProfilesCommand::Check { file } => {
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
            let profile = Profile::parse(&file.display().to_string(), &text)?;
            writeln!(out, "`{}` is a valid profile: {}", profile.name, profile.title)?;
        }
    }
    Ok(Outcome::Complete)
}
