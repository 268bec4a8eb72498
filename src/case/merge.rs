//! Ids that are one tenant's, as the case says: `merge` in `[tenants]`.

use std::collections::BTreeMap;

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};

use super::{Directory, Tenant, TenantId};
use crate::{
    config::Spanned,
    diag::{Diagnostic, Place},
    text::{acts, visible},
};

const NORMALIZER: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfkc();
const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// The word that merges every id with the one of the directory that differs from it only in how it
/// is written.
pub const NEAR: &str = "near";

/// `merge` as written.
#[derive(Debug, Clone, Default)]
pub(super) struct WrittenMerge {
    /// Place of `near`, if it is there.
    pub(super) near: Option<Place>,
    /// Ids of one tenant each, in the order written.
    pub(super) groups: Vec<Vec<Spanned<String>>>,
}

/// Ids that are one tenant's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merge {
    /// Whether ids near to one of the directory count as that one.
    near: bool,
    /// The groups of the case; the tenant's id stands first.
    groups: Vec<Vec<TenantId>>,
    /// The tenant's id by each other id of its group.
    ids: BTreeMap<String, TenantId>,
    /// Ids of the directory by what is left of them, where near ones count.
    keys: BTreeMap<String, TenantId>,
}

impl Merge {
    /// Returns the id of the tenant that an id counts as; `None` if it is that itself.
    pub fn other(&self, id: &str) -> Option<&TenantId> {
        if let Some(tenant) = self.ids.get(id) {
            return Some(tenant);
        }
        if self.keys.is_empty() {
            return None;
        }
        let near = self.keys.get(&id_key(id))?;
        let tenant = self.ids.get(&near.0).unwrap_or(near);
        (tenant.0 != id).then_some(tenant)
    }

    /// Returns the id of the tenant that an id counts as.
    pub fn tenant<'i>(&'i self, id: &'i str) -> &'i str {
        self.other(id).map_or(id, |tenant| &tenant.0)
    }

    /// Returns the other ids of the case that count as this tenant's.
    pub fn others(&self, tenant: &str) -> &[TenantId] {
        let group = self.groups.iter().find(|group| group[0].0 == tenant);
        group.map_or(&[], |group| &group[1..])
    }

    /// Whether ids near to one of the directory count as that one.
    pub fn is_near(&self) -> bool {
        self.near
    }

    /// Whether each id counts as itself.
    pub fn is_empty(&self) -> bool {
        !self.near && self.groups.is_empty()
    }

    /// Returns the groups of the case; the tenant's id stands first in each.
    pub fn groups(&self) -> &[Vec<TenantId>] {
        &self.groups
    }

    /// Checks what the case says against the directory, and adds every fault.
    pub(super) fn of(written: &WrittenMerge, directory: &Directory, faults: &mut Vec<Diagnostic>) -> Self {
        let mut merge = Self {
            near: written.near.is_some(),
            ..Self::default()
        };
        let mut first: BTreeMap<&str, (usize, &Place)> = BTreeMap::new();
        for (number, group) in written.groups.iter().enumerate() {
            for id in group {
                let Some((other, place)) = first.insert(&id.value, (number, &id.place)) else {
                    continue;
                };
                let (shown, line) = (visible(&id.value), place.line);
                let (message, hint) = if other == number {
                    (format!("`{shown}` stands twice in one group"), "write each id once")
                } else {
                    (
                        format!("`{shown}` stands in two groups, first on line {line}"),
                        "write ids of one tenant in one group: an id is one tenant's",
                    )
                };
                faults.push(Diagnostic::new("merge-twice", message).hint(hint).at(id.place.clone()));
            }
            if let [only] = &group[..] {
                let message = format!("`{}` stands alone in its group", visible(&only.value));
                let fault = Diagnostic::new("merge-alone", message);
                let hint = "write every id of the tenant, such as `[\"A0B1\", \"a0b1\"]`";
                faults.push(fault.hint(hint).at(only.place.clone()));
            }
            // The directory knows how the tenant is called.
            let listed = |id: &Spanned<String>| directory.tenants.get(&id.value).is_some();
            let own = group.iter().position(listed).unwrap_or_default();
            let mut ids: Vec<_> = group.iter().map(|id| TenantId(id.value.clone())).collect();
            if ids.is_empty() {
                continue;
            }
            let tenant = ids.remove(own);
            merge.ids.extend(ids.iter().map(|id| (id.0.clone(), tenant.clone())));
            merge.groups.push([vec![tenant], ids].concat());
        }
        if let Some(place) = &written.near {
            merge.near(directory, place, faults);
        }
        merge
    }

    fn near(&mut self, directory: &Directory, place: &Place, faults: &mut Vec<Diagnostic>) {
        if directory.tenants.is_empty() {
            let message = "`near` counts an id as the one that the directory has, and there is no directory";
            let hint = "name a directory with `file`, or write groups of ids: `merge = [[\"A0B1\", \"a0b1\"]]`";
            faults.push(Diagnostic::new("merge-near", message).hint(hint).at(place.clone()));
        }
        for id in directory.tenants.iter().map(Tenant::id) {
            let tenant = self.ids.get(id).map_or(id, |tenant| &tenant.0);
            let Some(other) = self.keys.insert(id_key(id), TenantId(tenant.to_owned())) else {
                continue;
            };
            if other.0 != tenant {
                let (one, other) = (visible(&other.0), visible(tenant));
                let message =
                    format!("the directory lists `{one}` and `{other}`, which differ only in how they are written");
                let hint = format!(
                    "remove one of the rows if they are one tenant, or write `[\"{one}\", \"{other}\"]` in `merge`; if they are \
                     two, `near` cannot be used"
                );
                faults.push(Diagnostic::new("merge-near", message).hint(hint).at(place.clone()));
            }
        }
    }
}

/// Returns what is left of a tenant's id without case, blanks, braces, hyphens and characters that
/// are not seen. A sign between two digits stays, unless the id is a UUID.
pub fn id_key(id: &str) -> String {
    let form = if id.is_ascii() {
        id.chars()
            .filter(|c| !c.is_control())
            .collect::<String>()
            .to_ascii_lowercase()
    } else {
        let seen: String = id.chars().filter(|c| !acts(*c) && !is_selector(*c)).collect();
        NORMALIZER
            .normalize(&CASES.fold_string(&NORMALIZER.normalize(&seen)))
            .into_owned()
    };
    let bare: String = form.chars().filter(|c| c.is_alphanumeric()).collect();
    if bare.len() == UUID && bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return bare;
    }
    let chars: Vec<char> = form.chars().filter(|c| !c.is_whitespace()).collect();
    let stays = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit);
        chars[at].is_alphanumeric() || digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    (0..chars.len()).filter(|at| stays(*at)).map(|at| chars[at]).collect()
}

/// Whether a character says only how the one before it is drawn, or joins those beside it.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}')
}

/// Digits of a UUID.
const UUID: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_differ_only_in_how_they_are_written_are_alike() {
        let uuid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
        for (one, other) in [
            ("T-0001", "t0001"),
            (uuid, "{3F2504E04F8941D39A0C0305E82C3301}"),
            ("acme", " ac\u{200b}me "),
            ("Ａcmé", "ACME\u{301}"),
            ("STRASSE", "straße"),
        ] {
            assert_eq!(id_key(one), id_key(other), "{one}");
        }
        for (one, other) in [("1-23", "12-3"), ("acmé", "acme"), ("a1", "a2")] {
            assert_ne!(id_key(one), id_key(other), "{one}");
        }
    }
}
