//! Names and ids that fail to distinguish tenants.

use std::collections::BTreeMap;

use super::{listed, merge};
use crate::{
    findings::{AlikeBy, Findings},
    isolation::Verdict,
    text::{grouped, visible},
};

/// Warns of words that may name another tenant and stand.
pub(super) fn near(findings: &Findings) -> Option<String> {
    let found = findings
        .isolation
        .found
        .iter()
        .filter(|found| found.verdict == Verdict::Near);
    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    found.for_each(|found| *words.entry(&found.text).or_default() += found.times);
    let words: Vec<_> = words
        .iter()
        .map(|(word, times)| format!("`{}` ({})", visible(word), grouped(*times)))
        .collect();
    let copies = (!words.is_empty()).then(|| {
        format!(
            "Words in customers' copies may name another tenant or be ordinary words, and stand: {}. Read the rows `near` of \
             isolation.csv, then add each word to `deny` (mask it) or `allow` (it may stand) in `[isolation]` and run again.",
            listed(&words, "word")
        )
    });
    let told: Vec<_> = copies.into_iter().chain(case_words(findings)).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

/// Warns of words in the case's own sentences that may name a tenant or an agent.
fn case_words(findings: &Findings) -> Option<String> {
    let words = findings.isolation.case_words.iter().map(|word| {
        let of: Vec<_> = word.of.iter().map(|id| format!("`{}`", visible(id))).collect();
        format!(
            "`{}` at {} ({})",
            visible(&word.text),
            visible(&word.place),
            of.join(", ")
        )
    });
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| {
        format!(
            "Words in what the case says to every customer may name a tenant or an agent: {}. Say it without the word, or add the \
             word to `allow` in `[isolation]`.",
            listed(&words, "word")
        )
    })
}

/// Warns of logged names that belong to another tenant.
pub(super) fn names(findings: &Findings) -> Option<String> {
    let claimed = findings.isolation.claimed.iter().map(|claim| {
        let of: Vec<_> = claim.of.iter().map(|id| format!("`{}`", visible(&id.0))).collect();
        format!(
            "tenant `{}` is called `{}` in an event, as is {}",
            visible(&claim.tenant.0),
            visible(&claim.name),
            of.join(", ")
        )
    });
    let claimed: Vec<_> = claimed.collect();
    (!claimed.is_empty()).then(|| {
        format!(
            "Names in the logs belong to another tenant, and are masked in the report of the tenant that the log calls so: {}. \
             If a name is right, list it for its tenant in the directory (`[tenants]`) and run again.",
            listed(&claimed, "name")
        )
    })
}

/// Returns the advice that makes ids that differ only in how they are written one tenant's.
fn merging(findings: &Findings) -> String {
    let groups = findings.alike.iter().filter(|group| group.by == AlikeBy::Id);
    let line = merge::line(groups.map(|group| &group.ids[..]));
    let place = match &findings.merge {
        Some(_) => "to `merge` below `[tenants]`, add what is missing of",
        None => "add below `[tenants]`",
    };
    format!("{place} the line `{line}`")
}

/// Warns of tenants that may be one.
pub(super) fn alike(findings: &Findings) -> Option<String> {
    let groups = |by: AlikeBy| {
        let groups = findings.alike.iter().filter(|group| group.by == by);
        let groups = groups.map(|group| {
            let ids: Vec<_> = group.ids.iter().map(|id| format!("`{}`", visible(&id.0))).collect();
            ids.join(" and ")
        });
        groups.collect::<Vec<_>>()
    };
    let (ids, names) = (groups(AlikeBy::Id), groups(AlikeBy::Name));
    let mut told = Vec::new();
    if !ids.is_empty() {
        told.push(format!(
            "Ids differ only in case, blanks, braces, hyphens or characters that are not seen, and count as different tenants: {}. \
             If they are one tenant, each report holds a part only: {} in the case and run again.",
            listed(&ids, "pair"),
            merging(findings),
        ));
    }
    if !names.is_empty() {
        told.push(format!(
            "Different tenants have one name: {}. A text that has the name may mean either, and stands in the reports of both. Check that each report goes to its own tenant.",
            listed(&names, "pair")
        ));
    }
    (!told.is_empty()).then(|| told.join(" "))
}
