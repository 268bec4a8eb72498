//! Actions by kind: effects from the gravest, each with its action codes.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::deeds::{Deeds, lasted};
use crate::{
    catalogue::Effect,
    events::{Outcome, Target},
    findings::{SpanFinding, TenantImpact},
    reports::{header::Header, lang, template::view},
    tally::{Outcomes, TenantEvent},
    text::{counted, grouped},
};

/// Targets and row numbers that are shown for a code. The list of actions holds all.
const SHOWN: usize = 10;

view! {
    /// All deeds of one effect, or all failed attempts.
    pub(in crate::reports) struct KindView {
        /// The effect's key, a class name.
        class: String,
        label: String,
        meaning: String,
        count: String,
        /// In percent of the largest kind, for a bar.
        width: String,
        unknown: bool,
        /// Number of those tied to the intruder; empty if there is none.
        tied: String,
        spans: Vec<SpanView>,
        more_spans: String,
        codes: Vec<CodeView>,
    }
}

view! {
    /// An action that lasts.
    struct SpanView {
        /// Position of its beginning in the list; empty where none is logged.
        start: String,
        end: String,
        from: String,
        until: String,
        lasted: String,
    }
}

view! {
    /// All actions of one code.
    struct CodeView {
        action: String,
        count: String,
        outcomes: String,
        /// Number of those tied to the intruder; empty if there is none.
        tied: String,
        /// All failed, so that what the action does must not read as if it had been done.
        failed: bool,
        says: String,
        not_logged: String,
        check: String,
        /// Events of the customer's own log, and the minute to look from.
        look_for: Vec<String>,
        look_from: String,
        in_order_if: String,
        targets: Vec<TargetView>,
        more_targets: String,
        numbers: Vec<String>,
        more_numbers: String,
    }
}

view! {
    /// On whom or what.
    pub(in crate::reports) struct TargetView {
        kind: String,
        name: String,
        id: String,
    }
}

/// The events of one kind or code, numbered as in the list of actions.
type Numbered<'a> = Vec<(usize, &'a TenantEvent)>;

/// Counts the outcomes of these events.
fn split<'a>(events: impl IntoIterator<Item = &'a TenantEvent>) -> Outcomes {
    let mut split = Outcomes::default();
    events.into_iter().for_each(|event| split.count(event.outcome));
    split
}

/// Deeds by effect, or failed attempts by effect. What is tied to the intruder goes first, then the
/// gravest; codes from the most frequent.
pub(super) fn kinds(header: &Header, impact: &TenantImpact, attempts: bool) -> Vec<KindView> {
    let mut groups: BTreeMap<Effect, BTreeMap<&str, Numbered<'_>>> = BTreeMap::new();
    for (number, event) in (1..).zip(&impact.events) {
        if (event.outcome == Outcome::Failure) == attempts {
            let codes = groups.entry(event.effect).or_default();
            codes.entry(&event.action).or_default().push((number, event));
        }
    }
    let deeds = Deeds::of(impact, |_| true);
    let counts = if attempts { &deeds.tried } else { &deeds.done };
    let largest = counts.values().copied().max().unwrap_or(1);
    let mut groups: Vec<_> = groups.into_iter().rev().collect();
    groups.sort_by_key(|(_, codes)| !codes.values().any(|events| tied(header, events) > 0));
    groups
        .into_iter()
        .map(|(effect, codes)| {
            let spans = impact.finding.spans.iter();
            let spans: Vec<_> = spans.filter(|span| !attempts && span.effect == effect).collect();
            let count = counts.get(&effect).copied().unwrap_or_default();
            kind(header, effect, (count, largest), &spans, codes)
        })
        .collect()
}

fn tied(header: &Header, events: &Numbered<'_>) -> usize {
    events.iter().filter(|(_, event)| header.is_tied(event.scopes)).count()
}

/// `2 of 5 actions tied to the intruder`; nothing where none is.
fn tied_words(tied: usize, all: usize) -> String {
    match (tied, all) {
        (0, _) => String::new(),
        (tied, all) if tied == all => "tied to the intruder".to_owned(),
        (tied, all) => format!(
            "{} of {} tied to the intruder",
            grouped(tied as u64),
            counted(all as u64, "action", "actions")
        ),
    }
}

fn kind(
    header: &Header,
    effect: Effect,
    (count, largest): (u64, u64),
    spans: &[&SpanFinding],
    codes: BTreeMap<&str, Numbered<'_>>,
) -> KindView {
    let words = lang::effect(effect);
    // What ends an action stands directly behind what begins it.
    let begins = |code: &str| {
        let meaning = header.glossary.get(code);
        meaning
            .and_then(|meaning| meaning.ends.clone())
            .unwrap_or_else(|| code.to_owned())
    };
    let mut ranks: BTreeMap<String, (bool, usize)> = BTreeMap::new();
    for (code, events) in &codes {
        let (any_tied, most) = ranks.entry(begins(code)).or_default();
        *any_tied |= tied(header, events) > 0;
        *most = events.len().max(*most);
    }
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort_by_cached_key(|(code, _)| {
        let start = begins(code);
        (Reverse(ranks[&start]), start.clone(), start != **code)
    });
    let events = codes.iter().map(|(_, events)| events.len()).sum();
    KindView {
        class: words.key.to_owned(),
        label: words.label.to_owned(),
        meaning: words.meaning.to_owned(),
        count: grouped(count),
        width: (count * 100).div_ceil(largest).to_string(),
        unknown: effect == Effect::Uncatalogued,
        tied: tied_words(codes.iter().map(|(_, events)| tied(header, events)).sum(), events),
        spans: spans.iter().take(SHOWN).map(|span| SpanView::new(span)).collect(),
        more_spans: lang::more(spans.len(), SHOWN),
        codes: codes.iter().map(|(name, events)| code(header, name, events)).collect(),
    }
}

impl SpanView {
    fn new(span: &SpanFinding) -> Self {
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        Self {
            start: number(span.start),
            end: number(span.end),
            from: span.from.map(lang::clock).unwrap_or_default(),
            until: span.until.map(lang::clock).unwrap_or_default(),
            lasted: lasted(span),
        }
    }
}

fn code(header: &Header, name: &str, events: &Numbered<'_>) -> CodeView {
    let meaning = header.glossary.get(name);
    let (targets, distinct) = distinct_targets(events, SHOWN, |_| true);
    let numbers = events.iter().take(SHOWN).map(|(number, _)| number.to_string());
    let split = split(events.iter().map(|(_, event)| *event));
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let says = meaning.and_then(|meaning| meaning.says.as_ref());
    let from = events.iter().map(|(_, event)| event.time).min();
    let never_known = split.success == 0 && split.unknown > 0;
    CodeView {
        action: name.to_owned(),
        count: counted(events.len() as u64, "action", "actions"),
        outcomes: lang::outcomes(split),
        tied: tied_words(tied(header, events), events.len()),
        failed: split.failure == events.len() as u64,
        says: match says {
            Some(says) if never_known => lang::or_tried(says),
            says => text(says),
        },
        not_logged: text(meaning.and_then(|meaning| meaning.not_logged.as_ref())),
        check: text(meaning.and_then(|meaning| meaning.check.as_ref())),
        look_for: meaning.map(|meaning| meaning.look_for.clone()).unwrap_or_default(),
        look_from: from.map(lang::minute).unwrap_or_default(),
        in_order_if: text(meaning.and_then(|meaning| meaning.in_order_if.as_ref())),
        targets,
        more_targets: lang::more(distinct, SHOWN),
        numbers: numbers.collect(),
        more_numbers: lang::more(events.len(), SHOWN),
    }
}
/// The first of them in the order of their first action, and how many there are.
pub(super) fn distinct_targets(
    events: &[(usize, &TenantEvent)],
    shown: usize,
    of: impl Fn(&Target) -> bool,
) -> (Vec<TargetView>, usize) {
    let mut seen = BTreeSet::new();
    let mut first = Vec::new();
    let text = |field: &'_ Option<String>| field.as_deref().unwrap_or_default().to_owned();
    for target in events
        .iter()
        .flat_map(|(_, event)| &event.targets)
        .filter(|target| of(target))
    {
        // A display name may change; what has an id is known by it.
        let id = target.id.as_deref().filter(|id| !id.is_empty());
        let known_by = id.or(target.name.as_deref()).unwrap_or_default();
        let new = seen.insert((target.kind.as_deref().unwrap_or_default(), id.is_none(), known_by));
        if new && first.len() < shown {
            first.push(TargetView {
                kind: text(&target.kind),
                name: text(&target.name),
                id: text(&target.id),
            });
        }
    }
    (first, seen.len())
}
