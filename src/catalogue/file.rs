//! Catalogue files: `[[actions]]` with a code or pattern, an effect, what it says and what to
//! check.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{BUILT_IN, BuiltIn, Effect, Meaning, Touches, pattern::Pattern};
use crate::{
    case::FileStore,
    config::{self, Spanned, Table},
    diag::Diagnostic,
};

/// One entry of a file.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) codes: Vec<Codes>,
    pub(super) meaning: Arc<Meaning>,
    /// Sentences that customers read.
    pub(super) sentences: Vec<Spanned<String>>,
}

/// A code or a family of codes that an entry is about.
#[derive(Debug)]
pub(super) enum Codes {
    Exact(String),
    Pattern(Pattern),
}

/// The bytes of a file the case names.
pub(super) fn open(store: &FileStore, shown: &str, path: &Path, faults: &mut Vec<Diagnostic>) -> Option<Vec<u8>> {
    let fault = |error| {
        let message = format!("cannot read the catalogue `{shown}` ({}): {error}", path.display());
        Diagnostic::new("unreadable-file", message).hint("correct `catalogue` in `[reports]` of the case file")
    };
    store.read(path).map_err(|error| faults.push(fault(error))).ok()
}

/// The built-in file of this name, with or without `.toml`.
pub(super) fn built_in(name: &str, faults: &mut Vec<Diagnostic>) -> Option<&'static BuiltIn> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let found = BUILT_IN.iter().find(|file| file.name == name);
    if found.is_none() {
        let known: Vec<_> = BUILT_IN.iter().map(|file| file.name).collect();
        let message = format!("there is no built-in catalogue `{name}`");
        let hint = format!("{}Known: `{}`", config::suggestion(name, &known), known.join("`, `"));
        faults.push(Diagnostic::new("unknown-catalogue", message).hint(hint));
    }
    found
}

/// The actions of a file and what is wrong with it.
pub(super) fn read(name: &str, bytes: &[u8]) -> (Vec<Action>, Vec<Diagnostic>) {
    let mut first = BTreeMap::new();
    let reading = config::read(name, bytes, |root| {
        root.tables("actions", |table| action(table, &mut first))
    });
    let actions = reading.value.unwrap_or_default();
    (actions.into_iter().flatten().collect(), reading.faults)
}

fn action(table: &mut Table<'_>, first: &mut BTreeMap<String, usize>) -> Option<Action> {
    let codes = codes(table, first);
    let effects: Vec<(&str, Effect)> = Effect::ALL
        .into_iter()
        // An unknown effect is left out, not written.
        .filter(|effect| *effect != Effect::Uncatalogued)
        .map(|effect| (effect.as_str(), effect))
        .collect();
    let effect = table.required_one_of("effect", &effects);
    let says = table.required_string("says");
    let check = table.optional_string("check");
    let look_for = table.string_list("look_for");
    let in_order_if = table.optional_string("in_order_if");
    let not_logged = table.optional_string("not_logged");
    let ends = table.optional_string("ends");
    let touches = table.optional_one_of("touches", &[("tenant", Touches::Tenant), ("none", Touches::None)]);
    let sentences = [&says, &check, &in_order_if, &not_logged];
    let sentences = sentences.into_iter().flatten().chain(&look_for).cloned().collect();
    Some(Action {
        codes: codes?,
        sentences,
        meaning: Arc::new(Meaning {
            effect: effect?.value,
            says: says?.value,
            check: check.map(|check| check.value),
            look_for: look_for.into_iter().map(|event| event.value).collect(),
            in_order_if: in_order_if.map(|in_order_if| in_order_if.value),
            not_logged: not_logged.map(|not_logged| not_logged.value),
            ends: ends.map(|ends| ends.value),
            touches: touches.map_or(Touches::Tenant, |touches| touches.value),
        }),
    })
}

fn codes(table: &mut Table<'_>, first: &mut BTreeMap<String, usize>) -> Option<Vec<Codes>> {
    let unclear = table.has("code") == table.has("pattern");
    let (codes, patterns) = (table.string_list("code"), table.string_list("pattern"));
    if unclear || codes.is_empty() && patterns.is_empty() {
        let fault = Diagnostic::new("action-code", "an action has either a `code` or a `pattern`");
        let hint = "write `code = \"user.mfa.reset\"`, or `pattern = \"Describe*\"` for all that begin so";
        table.absence(fault.hint(hint).at(table.place().clone()));
        return None;
    }
    for found in codes.iter().chain(&patterns) {
        unique(table, found, first);
    }
    let codes = codes.into_iter().map(|code| Some(Codes::Exact(code.value)));
    codes
        .chain(patterns.into_iter().map(|pattern| family(table, pattern)))
        .collect()
}

fn unique(table: &Table<'_>, found: &Spanned<String>, first: &mut BTreeMap<String, usize>) {
    if let Some(line) = first.get(&found.value) {
        let message = format!("`{}` is already described on line {line}", found.value);
        let fault = Diagnostic::new("duplicate-action", message).hint("keep one of the two");
        table.fault(fault.at(found.place.clone()));
    } else {
        first.insert(found.value.clone(), found.place.line);
    }
}

fn family(table: &Table<'_>, found: Spanned<String>) -> Option<Codes> {
    let pattern = Pattern::new(&found.value);
    if pattern.is_none() {
        let fault = Diagnostic::new("action-pattern", format!("`{}` is no pattern", found.value));
        let hint = "write some text and a `*`, such as `Describe*`; for one exact action use `code`";
        table.fault(fault.hint(hint).at(found.place));
    }
    pattern.map(Codes::Pattern)
}
