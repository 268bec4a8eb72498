//! The profile that an argument names, and logs read through it.

use std::path::Path;

use tenant_impact::{
    case::{ProfileRef, Wrapping},
    events::{Profile, ProfileError},
    inspect::{Inspection, inspect},
};

use crate::cli::{args::Output, progress::Bar};

/// Inspects logs: through the profile, if one is named, else through all that are built in.
pub(super) fn inspected(paths: &[String], profile: Option<&String>, output: &Output) -> anyhow::Result<Inspection> {
    let through = named(profile)?;
    Ok(inspect(
        paths,
        Path::new("."),
        through.as_ref(),
        &Bar::naming_sources(output),
    )?)
}

/// Reads the profile, if one is named: a built-in one, or a file that ends in `.toml`.
fn named(name: Option<&String>) -> Result<Option<Profile>, ProfileError> {
    let Some(name) = name else { return Ok(None) };
    let is_file = Path::new(name).extension().is_some_and(|end| end == "toml");
    let reference = if is_file {
        ProfileRef::File {
            shown: name.clone(),
            path: name.into(),
        }
    } else {
        ProfileRef::BuiltIn(name.clone())
    };
    Profile::resolve(&reference, &Wrapping::default()).map(Some)
}
