//! `profiles list`, `profiles show`, `profiles check`.

use std::{fs, io::Write as _};

use anyhow::Context as _;
use tenant_impact::events::Profile;

use crate::cli::{args::ProfilesCommand, exit::Outcome};

pub(crate) fn run(command: ProfilesCommand) -> anyhow::Result<Outcome> {
    let mut out = anstream::stdout();
    match command {
        ProfilesCommand::List => {
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
