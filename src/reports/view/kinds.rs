//! What was done, by kind of action: effects from the gravest, and under each its action codes.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalogue::Effect,
    events::Outcome,
    reports::{header::Header, lang, template::view},
    tenants::{Outcomes, TenantEvent},
    text::{counted, grouped},
};

/// So many targets and row numbers are named under a code; the list of actions has them all.
const SHOWN: usize = 10;

view! {
    /// All actions of one effect.
    pub(in crate::reports) struct KindView {
        /// The effect's key, a class name.
        class: String,
        label: String,
        meaning: String,
        count: String,
        /// In percent of the largest kind, for a bar.
        width: String,
        unknown: bool,
        codes: Vec<CodeView>,
    }
}

view! {
    /// All actions of one code.
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
}

view! {
    /// On whom or what.
    struct TargetView {
        kind: String,
        name: String,
        id: String,
    }
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
    // What ends an action stands directly behind what begins it.
    let begins = |code: &str| {
        let meaning = header.glossary.get(code);
        meaning
            .and_then(|meaning| meaning.ends.clone())
            .unwrap_or_else(|| code.to_owned())
    };
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    for (code, events) in &codes {
        let most = most.entry(begins(code)).or_default();
        *most = events.len().max(*most);
    }
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort_by_cached_key(|(code, _)| {
        let start = begins(code);
        (std::cmp::Reverse(most[&start]), start.clone(), start != **code)
    });
    KindView {
        class: words.key.to_owned(),
        label: words.label.to_owned(),
        meaning: words.meaning.to_owned(),
        count: grouped(size as u64),
        width: (size as u64 * 100).div_ceil(largest as u64).to_string(),
        unknown: effect == Effect::Uncatalogued,
        codes: codes.iter().map(|(name, events)| code(header, name, events)).collect(),
    }
}

fn code(header: &Header, name: &str, events: &Numbered<'_>) -> CodeView {
    let meaning = header.glossary.get(name);
    let (targets, distinct) = distinct_targets(events);
    let numbers = events.iter().take(SHOWN).map(|(number, _)| number.to_string());
    let split = split(events.iter().map(|(_, event)| *event));
    CodeView {
        action: name.to_owned(),
        count: counted(events.len() as u64, "action", "actions"),
        outcomes: lang::outcomes(split),
        failed: split.failure == events.len() as u64,
        says: meaning.and_then(|meaning| meaning.says.clone()).unwrap_or_default(),
        check: meaning.and_then(|meaning| meaning.check.clone()).unwrap_or_default(),
        targets,
        more_targets: more(distinct),
        numbers: numbers.collect(),
        more_numbers: more(events.len()),
    }
}

/// The first of them in the order of their first action, and how many there are.
fn distinct_targets(events: &Numbered<'_>) -> (Vec<TargetView>, usize) {
    let mut seen = BTreeSet::new();
    let mut first = Vec::new();
    let text = |field: &'_ Option<String>| field.as_deref().unwrap_or_default().to_owned();
    for target in events.iter().flat_map(|(_, event)| &event.targets) {
        // A display name may change; what has an id is known by it.
        let id = target.id.as_deref().filter(|id| !id.is_empty());
        let known_by = id.or(target.name.as_deref()).unwrap_or_default();
        let new = seen.insert((target.kind.as_deref().unwrap_or_default(), id.is_none(), known_by));
        if new && first.len() < SHOWN {
            first.push(TargetView {
                kind: text(&target.kind),
                name: text(&target.name),
                id: text(&target.id),
            });
        }
    }
    (first, seen.len())
}

fn more(number: usize) -> String {
    match number.saturating_sub(SHOWN) {
        0 => String::new(),
        rest => format!("and {} more", grouped(rest as u64)),
    }
}
