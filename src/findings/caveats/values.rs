//! Values that no event could be made of, source by source.

use std::collections::BTreeMap;

use super::{Findings, listed};
use crate::{
    findings::RemarkKind,
    text::{counted, grouped},
};

/// Fields that hold what their profile cannot read.
pub(super) fn unreadable(findings: &Findings) -> Option<String> {
    let told = findings.sources.iter().flat_map(|source| {
        let remarks = source.remarks.iter();
        remarks
            .filter(|remark| remark.kind == RemarkKind::Unreadable)
            .map(|remark| {
                format!(
                    "`{}` at `{}` in {} of `{}`",
                    remark.field.as_deref().unwrap_or_default(),
                    remark.value,
                    counted(remark.events, "event", "events"),
                    source.path
                )
            })
    });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| {
        format!(
            "The profile looks into values that hold no JSON, or no object, so the field has no value there: {}. Correct its \
             path in the profile, or the export where it cut or quoted the values.",
            listed(&told, "field")
        )
    })
}

/// Words that stand where a tenant is expected and name none.
pub(super) fn no_tenant(findings: &Findings) -> Option<String> {
    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    let remarks = findings.sources.iter().flat_map(|source| &source.remarks);
    for remark in remarks.filter(|remark| remark.kind == RemarkKind::NoTenant) {
        *words.entry(&remark.value).or_default() += remark.events;
    }
    let told = words
        .iter()
        .map(|(word, events)| format!("`{word}` {}", grouped(*events)));
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| {
        format!(
            "In place of a tenant stand words that name none: {}. If one is a tenant's id, list the others under `no_tenant` \
             in the profile.",
            listed(&told, "word")
        )
    })
}
