//! What was done, by kind of action: effects from the gravest, and under each its action codes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{TargetRow, targets};
use crate::{
    catalogue::Effect,
    events::Outcome,
    reports::{header::Header, lang},
    tenants::{Outcomes, TenantEvent},
    text::{counted, grouped},
};

/// So many targets and row numbers are named under a code; the list of actions has them all.
const SHOWN: usize = 10;

/// All actions of one effect.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::reports) struct KindView {
    /// The effect's key, a class name.
    class: String,
    label: String,
    meaning: String,
    count: String,
    /// In percent of the largest kind, for a bar.
    width: u64,
    unknown: bool,
    codes: Vec<CodeView>,
}

/// All actions of one code.
#[derive(Debug, Serialize, JsonSchema)]
struct CodeView {
    action: String,
    count: String,
    outcomes: String,
    /// None of them is recorded as done, so what they do must not read as if it had been.
    failed: bool,
    says: String,
    check: String,
    targets: Vec<TargetView>,
    more_targets: String,
    numbers: Vec<String>,
    more_numbers: String,
}

/// On whom or what.
#[derive(Debug, Serialize, JsonSchema)]
struct TargetView {
    kind: String,
    name: String,
    id: String,
}

/// The events of one kind or code, numbered as in the list of actions.
type Numbered<'a> = Vec<(usize, &'a TenantEvent)>;

/// How these events ended.
pub(super) fn split<'a>(events: impl IntoIterator<Item = &'a TenantEvent>) -> Outcomes {
    let mut split = Outcomes::default();
    for event in events {
        match event.outcome {
            Outcome::Success => split.success += 1,
            Outcome::Failure => split.failure += 1,
            Outcome::Unknown => split.unknown += 1,
        }
    }
    split
}

/// Each effect that occurs with how its actions ended, the gravest first.
pub(super) fn by_effect(events: &[TenantEvent]) -> Vec<(Effect, Outcomes)> {
    let of = |effect| split(events.iter().filter(|event| event.effect == effect));
    let all = lang::EFFECTS.iter().map(|words| (words.effect, of(words.effect)));
    all.filter(|(_, split)| *split != Outcomes::default()).collect()
}

/// Each effect that occurs, the gravest first; its codes from the most frequent.
pub(super) fn kinds(header: &Header, events: &[TenantEvent]) -> Vec<KindView> {
    let mut groups: BTreeMap<Effect, BTreeMap<&str, Numbered<'_>>> = BTreeMap::new();
    for (number, event) in (1..).zip(events) {
        let codes = groups.entry(event.effect).or_default();
        codes.entry(&event.action).or_default().push((number, event));
    }
    let size = |codes: &BTreeMap<&str, Numbered<'_>>| codes.values().map(Vec::len).sum::<usize>();
    let largest = groups.values().map(size).max().unwrap_or(1);
    let groups = groups.into_iter().rev();
    groups
        .map(|(effect, codes)| kind(header, effect, size(&codes), largest, codes))
        .collect()
}

fn kind(header: &Header, effect: Effect, size: usize, largest: usize, codes: BTreeMap<&str, Numbered<'_>>) -> KindView {
    let words = lang::effect(effect);
    let mut codes: Vec<_> = codes.into_iter().collect();
    // Stable: codes of one frequency stay in the order of their names.
    codes.sort_by_key(|(_, events)| std::cmp::Reverse(events.len()));
    KindView {
        class: words.key.to_owned(),
        label: words.label.to_owned(),
        meaning: words.meaning.to_owned(),
        count: grouped(size as u64),
        width: (size as u64 * 100).div_ceil(largest as u64),
        unknown: effect == Effect::Uncatalogued,
        codes: codes.iter().map(|(name, events)| code(header, name, events)).collect(),
    }
}

fn code(header: &Header, name: &str, events: &Numbered<'_>) -> CodeView {
    let meaning = header.glossary.get(name);
    let targets = distinct_targets(events);
    let numbers: Vec<String> = events.iter().map(|(number, _)| number.to_string()).collect();
    let split = split(events.iter().map(|(_, event)| *event));
    CodeView {
        action: name.to_owned(),
        count: counted(events.len() as u64, "action", "actions"),
        outcomes: lang::outcomes(split),
        failed: split.failure == events.len() as u64,
        says: meaning.and_then(|meaning| meaning.says.clone()).unwrap_or_default(),
        check: meaning.and_then(|meaning| meaning.check.clone()).unwrap_or_default(),
        more_targets: more(targets.len()),
        targets: targets.into_iter().take(SHOWN).collect(),
        more_numbers: more(numbers.len()),
        numbers: numbers.into_iter().take(SHOWN).collect(),
    }
}

/// In the order of their first action.
fn distinct_targets<'a>(events: &Numbered<'a>) -> Vec<TargetView> {
    let mut seen = std::collections::BTreeSet::new();
    let all = events.iter().flat_map(|(_, event)| targets(event));
    let mut new = |target: &TargetRow<'a>| {
        // A display name may change; what has an id is known by it.
        let known_by = if target.id.is_empty() { &target.name } else { &target.id };
        seen.insert((target.kind.clone(), target.id.is_empty(), known_by.clone()))
    };
    let view = |target: TargetRow<'_>| TargetView {
        kind: target.kind.into_owned(),
        name: target.name.into_owned(),
        id: target.id.into_owned(),
    };
    all.filter(|target| new(target)).map(view).collect()
}

fn more(number: usize) -> String {
    match number.saturating_sub(SHOWN) {
        0 => String::new(),
        rest => format!("and {} more", grouped(rest as u64)),
    }
}
