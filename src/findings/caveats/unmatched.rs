//! Mapped fields that say who acted or where, and lead nowhere.

use super::{Findings, LONGEST, listed};
use crate::{
    findings::{InputFinding, UnmatchedFinding},
    text::{counted, shortened, visible},
};

/// Returns the message about fields without a value. All fields of the case's own profile are
/// expected to have values. Fields of a built-in profile do not occur in every log of its kind, and
/// are reported only if a path differs by a slip.
pub(super) fn fields(findings: &Findings) -> Option<String> {
    let told: Vec<_> = findings
        .inputs
        .iter()
        .flat_map(|input| {
            let grave = move |field: &&UnmatchedFinding| {
                field.says_who_or_where && field.slip || field.missed && input.own_profile
            };
            input
                .unmatched
                .iter()
                .filter(grave)
                .map(move |field| field_of(input, field))
        })
        .collect();
    (!told.is_empty()).then(|| {
        format!(
            "Mapped fields that lead nowhere, so that who acted or where may be overlooked: {}. Correct the path in the profile, or \
             remove it, and run again.",
            listed(&told, "field")
        )
    })
}

fn field_of(input: &InputFinding, field: &UnmatchedFinding) -> String {
    let paths: Vec<_> = field.paths.iter().map(|path| format!("`{path}`")).collect();
    let nearest = field
        .nearest
        .as_ref()
        .map(|path| format!("; nearest there: `{}`", visible(path)));
    format!(
        "`{}` ({}) of profile `{}` in none of the {} examined of `{}`{}",
        field.field,
        paths.join(", "),
        input.profile,
        counted(input.examined, "record", "records"),
        shortened(&visible(&input.path), LONGEST),
        nearest.unwrap_or_default(),
    )
}
