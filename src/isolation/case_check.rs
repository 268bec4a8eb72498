//! Checks the sentences of the case that every tenant reads: they may name no tenant and no agent.

use std::{collections::BTreeMap, path::Path};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Names, TenantSearch,
    lookup_form::{lookup_form, unmarked},
    normalized::{is_spaceless, reads_as},
    pattern::Owner,
};
use crate::{
    case::{AgentNaming, Case, CaseError, Tenant},
    config::Spanned,
    diag::Diagnostic,
};

/// A word in what the case says to every customer that may name a tenant or an agent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct NearCaseWord {
    /// File, line and column of the sentence.
    pub place: String,
    /// The word as it stands there.
    pub text: String,
    /// Ids of the tenants or agents that it may name, the first few.
    pub of: Vec<String>,
}

/// At most this many ids are kept of those whom a word may name.
const OWNERS: usize = 5;

/// Letters of the shortest part of a name that is looked for, of scripts with blanks between words
/// and without.
const PART: usize = 3;
const SPACELESS_PART: usize = 2;

/// Returns the words of the case's own sentences that a person has to decide about: common words
/// that are a tenant's name, other spellings of a name that only the logs have, and a part of an
/// agent's name alone.
pub fn near_words(case: &Case, names: &Names) -> Vec<NearCaseWord> {
    let reader = vendor(case)
        .map_or_else(|| TenantSearch::for_outsider(names), |id| names.for_tenant_id(id))
        .in_no_field();
    let parts = parts(case);
    let mut found = Vec::new();
    for text in &case.told {
        let place = &text.place;
        let file = Path::new(&place.file).file_name().unwrap_or_default().to_string_lossy();
        let place = format!("{file}:{}:{}", place.line, place.column);
        let mut add = |text: &str, of: Vec<String>| {
            found.push(NearCaseWord {
                place: place.clone(),
                text: text.to_owned(),
                of: of.into_iter().take(OWNERS).collect(),
            });
        };
        for found in reader.search_text(&text.value) {
            let pattern = &names.patterns[found.name];
            // An exact name stops the files that hold it.
            if !found.allowed && (pattern.member.is_some() || pattern.free_text_only) {
                add(&text.value[found.range], names.owner_ids(pattern, reader.own));
            }
        }
        for word in text.value.split(|c: char| !c.is_alphanumeric()) {
            // A name is typed with a capital, where its script has any.
            if word.chars().next().is_some_and(|first| !first.is_lowercase())
                && let Some(agents) = parts.get(&lookup_form(word))
            {
                add(word, agents.clone());
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns the parts of the agents' names by which one may be called, each with the agents' ids.
/// None where the case names agents, and none that it allows or that the vendor is called.
fn parts(case: &Case) -> BTreeMap<String, Vec<String>> {
    let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if case.reports.agents == AgentNaming::Name {
        return parts;
    }
    for agent in &case.agents {
        for part in agent
            .name
            .iter()
            .flat_map(|name| name.split(|c: char| !c.is_alphanumeric()))
        {
            let least = if part.chars().all(is_spaceless) {
                SPACELESS_PART
            } else {
                PART
            };
            if part.chars().count() < least {
                continue;
            }
            let agents = parts.entry(lookup_form(part)).or_default();
            if !agents.contains(&agent.id.0) {
                agents.push(agent.id.0.clone());
            }
        }
    }
    let allowed = case.isolation.allow.iter().filter(|word| word.fields.is_empty());
    let meant = allowed.map(|word| &word.text).chain([&case.header.vendor]);
    for word in meant.flat_map(|text| text.split(|c: char| !c.is_alphanumeric())) {
        parts.remove(&lookup_form(word));
    }
    parts
}

/// A fault for each agent and each customer that a text of the case names which every customer
/// reads. What names customers without a directory is found when the reports are searched.
pub fn check(case: &Case) -> Result<(), CaseError> {
    let names = Names::in_texts(case, case.told.iter().map(|text| text.value.as_str()));
    let reader = vendor(case)
        .map_or_else(|| TenantSearch::for_outsider(&names), |id| names.for_tenant_id(id))
        .in_no_field();
    let faults: Vec<_> = case.told.iter().flat_map(|text| faults(&reader, text)).collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(CaseError::Faults(faults))
}

/// Returns a sentence for each agent and each customer that the name of a profile names: reports
/// state it.
pub fn names_in_profile(case: &Case, profile: &str) -> Vec<String> {
    let names = Names::in_texts(case, std::iter::once(profile));
    let reader = vendor(case)
        .map_or_else(|| TenantSearch::for_outsider(&names), |id| names.for_tenant_id(id))
        .in_no_field();
    let found = reader.search_text(profile);
    let foreign = found.iter().filter(|found| found.is_foreign());
    foreign
        .map(|found| named(&reader, &profile[found.range.clone()], found.name))
        .collect()
}

/// Returns the sentence that a text is the name of an agent or of a customer.
fn named(reader: &TenantSearch<'_>, text: &str, name: usize) -> String {
    let mut owners = reader.names.patterns[name].owners.iter();
    let agent = owners.any(|(owner, _)| matches!(owner, Owner::Agent(_)));
    let who = if agent { "an agent" } else { "a customer" };
    format!("`{text}` names {who}, and every customer may read this")
}

/// Returns the vendor's own tenant, if it is listed. Its names in the case name the author of the
/// report.
fn vendor(case: &Case) -> Option<&str> {
    let vendor = lookup_form(&case.header.vendor);
    // A directory is long, and nearly all of its names are ASCII and not the vendor's, so they are
    // compared without folding.
    let is_vendor = |name: &str| reads_as(unmarked(name), &vendor) || !name.is_ascii() && lookup_form(name) == vendor;
    let mut tenants = case.directory.tenants.iter();
    let own = tenants.find(|tenant| tenant.names().any(is_vendor));
    own.map(Tenant::id)
}

fn faults(reader: &TenantSearch<'_>, text: &Spanned<String>) -> Vec<Diagnostic> {
    let found = reader.search_text(&text.value);
    let foreign = found.iter().filter(|found| found.is_foreign());
    let fault =
        |found: &super::FoundName| {
            let message = named(reader, &text.value[found.range.clone()], found.name);
            Diagnostic::new("told-name", message)
        .hint("say it without the name; if it is an ordinary word here, or meant, add it to `allow` in `[isolation]`")
        .at(text.place.clone())
        };
    foreign.map(fault).collect()
}
