//! The profile that an argument names.

use std::path::Path;

use tenant_impact::{
    case::{ProfileRef, Wrapping},
    events::{Profile, ProfileError},
};

/// Reads the profile, if one is named: a built-in one, or a file that ends in `.toml`.
pub(super) fn named(name: Option<&String>) -> Result<Option<Profile>, ProfileError> {
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
