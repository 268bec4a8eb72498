//! Ids that the case merges, and the line that merges those that may be one tenant's.

use std::fmt::Write as _;

use super::listed;
use crate::{
    case::TenantId,
    findings::Findings,
    text::{acts, visible},
};

/// Warns of ids in `merge` that stand nowhere.
pub(super) fn unmatched(findings: &Findings) -> Option<String> {
    let unseen = findings.merge.iter().flat_map(|merge| &merge.unseen);
    let unseen: Vec<_> = unseen.map(|id| format!("`{}`", visible(&id.0))).collect();
    (!unseen.is_empty()).then(|| {
        format!(
            "`merge` in the case has ids that neither an event in scope nor the directory has: {}. Write them as the log does, or \
             take them out: an id that is misspelt merges nothing.",
            listed(&unseen, "id")
        )
    })
}

/// Returns the line of the case that merges these groups.
pub(super) fn line<'g>(groups: impl Iterator<Item = &'g [TenantId]>) -> String {
    let group = |ids: &[TenantId]| {
        let ids: Vec<_> = ids.iter().map(|id| quoted(&id.0)).collect();
        format!("[{}]", ids.join(", "))
    };
    let groups: Vec<_> = groups.map(group).collect();
    format!("merge = [{}]", groups.join(", "))
}

/// A text as TOML writes it, with escapes for what is not seen.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if acts(c) => write!(quoted, "\\U{:08X}", u32::from(c)).expect("memory takes every write"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_is_read_as_its_groups() {
        let ids = ["A0B1", "a0\u{200b}b1", "q\"\\\n"].map(|id| TenantId(id.to_owned()));
        let line = line([&ids[..2], &ids[1..]].into_iter());
        assert!(line.starts_with(r#"merge = [["A0B1", "a0\U0000200Bb1"], ["#), "{line}");
        let read: toml::Table = line.parse().expect("TOML");
        let groups: Vec<Vec<String>> = read["merge"].clone().try_into().expect("lists of texts");
        assert_eq!(groups[0], ["A0B1", "a0\u{200b}b1"]);
        assert_eq!(groups[1], ["a0\u{200b}b1", "q\"\\\n"]);
    }
}
