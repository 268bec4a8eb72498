//! Mapped fields whose paths lead nowhere in the records of an input.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    diag::nearest,
    events::{MappedField, Says},
};

/// A field of a profile of which no path leads to a value in the records that were examined.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UnmatchedFinding {
    /// Of the profile, such as `actor.email`, `tenants` or `ticket`.
    pub field: String,
    /// All of its paths, as JSON Pointers; in a CSV `/actor/email` is the column `actor.email`.
    pub paths: Vec<String>,
    /// The path in these records that is nearest to one of them and that the profile does not read,
    /// if any is near.
    pub nearest: Option<String>,
    /// Whether that stands beside one of them and is the same but for a letter, or for case and
    /// underscores.
    pub slip: bool,
    /// Whether it says who acted, or in which tenant.
    pub says_who_or_where: bool,
    /// Whether it does and is missed: another field of the same actor has a value, or it is the
    /// tenant's.
    pub missed: bool,
}

/// Facts about the first records of a source.
#[derive(Debug, Clone, Default)]
pub struct Examined {
    /// Whether any record was read in full, among the first ones or in scope.
    pub any: bool,
    /// Number of the first records that could be read.
    pub records: u64,
    /// The fields that have no value in any of them, nor in any in scope, with their paths.
    pub unmatched: BTreeMap<Arc<str>, MappedField>,
    /// Paths there that the profile does not read.
    pub present: BTreeSet<String>,
}

impl Examined {
    /// Joins what was seen in another source that the same profile reads.
    pub(super) fn and(&mut self, other: &Self) {
        if !other.any {
            return;
        }
        if self.any {
            self.unmatched.retain(|field, _| other.unmatched.contains_key(field));
            for (field, mapped) in &mut self.unmatched {
                mapped.says = mapped.says.max(other.unmatched[field].says);
            }
        } else {
            self.any = true;
            self.unmatched.clone_from(&other.unmatched);
        }
        self.records += other.records;
        self.present.extend(other.present.iter().cloned());
    }

    pub(super) fn findings(self) -> Vec<UnmatchedFinding> {
        if self.records == 0 {
            return Vec::new();
        }
        let present = self.present;
        let finding = |mapped: MappedField| {
            let near = |path: &String| Some((path.clone(), near(path, &present)?));
            let nearest = mapped.paths.iter().find_map(near);
            UnmatchedFinding {
                field: mapped.field.to_string(),
                slip: nearest
                    .as_ref()
                    .is_some_and(|(path, near)| parent(path) == parent(near) && is_slip(path, near)),
                nearest: nearest.map(|(_, near)| near),
                says_who_or_where: mapped.says > Says::Detail,
                missed: mapped.says == Says::Name,
                paths: mapped.paths,
            }
        };
        self.unmatched.into_values().map(finding).collect()
    }
}

/// Returns the path that is nearest to one: beside it under the same parent, or of the same name
/// elsewhere.
fn near(path: &str, present: &BTreeSet<String>) -> Option<String> {
    let beside = |other: &&String| parent(other) == parent(path);
    let slip = present.iter().find(|other| beside(other) && is_slip(path, other));
    let names = || present.iter().filter(beside).map(|other| last(other));
    let alike = || nearest(last(path), names()).map(|name| format!("{}/{name}", parent(path)));
    let same = || {
        present
            .iter()
            .find(|other| plain(path).len() >= LONG && plain(other) == plain(path))
    };
    slip.cloned().or_else(alike).or_else(|| same().cloned())
}

/// Shorter names, such as `id`, stand everywhere, and a letter more or less makes another word of
/// one.
const LONG: usize = 5;

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Returns whether two paths end in names that are the same but for case and what parts words, or
/// for one letter.
fn is_slip(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    let longest = one.len().max(other.len());
    one == other || longest >= LONG && one.len() != other.len() && strsim::osa_distance(&one, &other) == 1
}

/// The last name of a path without case and what parts words.
fn plain(path: &str) -> String {
    last(path).replace(['_', '-', ' ', '.'], "").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_path_stands_beside_or_has_the_same_name() {
        let present = ["/actor/mail", "/actor/id", "/user/eMail", "/tenantId", "/time"];
        let present: BTreeSet<String> = present.map(str::to_owned).into();
        for (path, expected) in [
            ("/actor/email", Some("/actor/mail")),
            ("/user/email", Some("/user/eMail")),
            ("/tenant_id", Some("/tenantId")),
            ("/org/tenant_id", Some("/tenantId")),
            ("/tenant/id", None),
            ("/request/ticket", None),
        ] {
            assert_eq!(near(path, &present).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn field_is_unmatched_where_no_source_has_it() {
        let mapped = |field: &str| {
            let field: Arc<str> = field.into();
            let mapped = MappedField {
                field: field.clone(),
                paths: Vec::new(),
                says: Says::Detail,
            };
            (field, mapped)
        };
        let examined = |records, fields: &[&str]| Examined {
            any: records > 0 || !fields.is_empty(),
            records,
            unmatched: fields.iter().map(|field| mapped(field)).collect(),
            present: BTreeSet::new(),
        };
        let mut all = Examined::default();
        for one in [
            examined(0, &[]),
            examined(3, &["ip", "ticket"]),
            examined(0, &["ip", "ticket", "user_agent"]),
            examined(0, &[]),
            examined(2, &["ip", "session"]),
        ] {
            all.and(&one);
        }
        let fields: Vec<_> = all.unmatched.keys().map(|field| &**field).collect();
        assert_eq!((all.records, fields), (5, vec!["ip"]));
    }
}
