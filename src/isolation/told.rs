//! The case's own sentences, which every customer reads: they may name nobody.

use super::{Names, Reader, names::Owner};
use crate::{
    case::{Case, CaseError},
    diag::Diagnostic,
    document::Found,
};

/// A fault for each agent and each customer that a title or a reason for a scope names. What names customers without a
/// directory is found when the reports are searched.
pub fn check(case: &Case) -> Result<(), CaseError> {
    let names = Names::in_texts(case, case.told.iter().map(|text| text.value.as_str()));
    let faults: Vec<_> = case.told.iter().flat_map(|text| faults(&names, text)).collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(CaseError::Faults(faults))
}

fn faults(names: &Names, text: &Found<String>) -> Vec<Diagnostic> {
    let reader = Reader::nobody(names);
    let found = reader.search(&text.value);
    let foreign = found.iter().filter(|found| !found.allowed);
    let fault = |found: &super::Found| {
        let agent = names.patterns[found.name]
            .owners
            .iter()
            .any(|(owner, _)| matches!(owner, Owner::Agent(_)));
        let who = if agent { "an agent" } else { "a customer" };
        let name = &text.value[found.range.clone()];
        Diagnostic::new(
            "told-name",
            format!("`{name}` names {who}, and every customer may read this sentence"),
        )
        .hint("say it without the name; if it is an ordinary word here, add it to `allow` in `[isolation]`")
        .at(text.place.clone())
    };
    foreign.map(fault).collect()
}
