//! What the case itself says to every customer: it may name nobody.

use super::{
    Names, Reader,
    bare::{bare, named},
    form::reads_as,
    names::Owner,
};
use crate::{
    case::{Case, CaseError, Tenant},
    diag::Diagnostic,
    document::Found,
};

/// A fault for each agent and each customer that a text of the case names which every customer reads. What names customers
/// without a directory is found when the reports are searched.
pub fn check(case: &Case) -> Result<(), CaseError> {
    let names = Names::in_texts(case, case.told.iter().map(|text| text.value.as_str()));
    let reader = vendor(case)
        .map_or_else(|| Reader::nobody(&names), |id| names.reading_as(id))
        .in_no_field();
    let faults: Vec<_> = case.told.iter().flat_map(|text| faults(&reader, text)).collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(CaseError::Faults(faults))
}

/// The vendor's own tenant, if it is among its customers: what names that names nobody who does not sign the report.
fn vendor(case: &Case) -> Option<&str> {
    let vendor = named(&case.header.vendor);
    // A directory is long, and nearly all of it is ASCII and somebody else.
    let is_vendor = |name: &str| reads_as(bare(name), &vendor) || !name.is_ascii() && named(name) == vendor;
    let mut tenants = case.directory.tenants.iter();
    let own = tenants.find(|tenant| tenant.names().any(is_vendor));
    own.map(Tenant::id)
}

fn faults(reader: &Reader<'_>, text: &Found<String>) -> Vec<Diagnostic> {
    let found = reader.search_text(&text.value);
    let foreign = found.iter().filter(|found| found.is_foreign());
    let fault = |found: &super::Found| {
        let agent = reader.names.patterns[found.name]
            .owners
            .iter()
            .any(|(owner, _)| matches!(owner, Owner::Agent(_)));
        let who = if agent { "an agent" } else { "a customer" };
        let name = &text.value[found.range.clone()];
        Diagnostic::new(
            "told-name",
            format!("`{name}` names {who}, and every customer may read this"),
        )
        .hint("say it without the name; if it is an ordinary word here, or meant, add it to `allow` in `[isolation]`")
        .at(text.place.clone())
    };
    foreign.map(fault).collect()
}
