//! People and objects that the actions name, a row each.

use std::collections::BTreeMap;

use super::{
    TargetRow,
    printed::{PRINTED, block},
    target,
};
use crate::{
    events::Outcome,
    findings::{SpanFinding, TargetFinding, TargetKind, TenantFinding, TenantImpact},
    reports::{lang, template::view},
    tally::TenantEvent,
    text::counted,
};

/// Most actions in one row; `people.csv` has more, and the list has all.
const SHOWN: usize = 6;

view! {
    /// The section of people and objects.
    pub(in crate::reports) struct PeopleView {
        people: Vec<PersonView>,
        /// Objects, the tenant itself, and what is withheld.
        objects: Vec<PersonView>,
        /// `2 people`; empty where there is none.
        people_count: String,
        /// Whether there are two or more people.
        several_people: bool,
        objects_count: String,
        /// Number of actions that name no person and no object; empty where there is none.
        untargeted: String,
        untargeted_numbers: Vec<String>,
        more_untargeted: String,
        /// Sentence on what is printed; empty where all is.
        printed_note: String,
    }
}

view! {
    /// A person or an object.
    pub(in crate::reports) struct PersonView {
        target: Vec<TargetRow<'static>>,
        /// Not empty for the tenant itself.
        itself: String,
        /// Number of its tied actions; empty where none is.
        tied: String,
        linked: String,
        told: Vec<ToldView>,
        more: String,
        checks: Vec<String>,
        /// Name of the block of rows that it begins; empty in a row that begins none.
        block: String,
        printed: bool,
    }
}

view! {
    /// An action in a row.
    pub(in crate::reports) struct ToldView {
        when: String,
        /// The effect's key, a class name.
        effect: String,
        effect_label: String,
        action: String,
        /// Outcome, unless it succeeded.
        ended: String,
        /// Duration, where its end is logged.
        lasted: String,
        number: String,
        /// Position of its end in the list; empty where it has none.
        end: String,
        /// Not empty where it is tied, and another action of the row is not.
        tied: String,
    }
}

impl PeopleView {
    pub(super) fn new(impact: &TenantImpact, is_tied: impl Fn(&TenantEvent) -> bool) -> Self {
        let finding = &impact.finding;
        let spans = ClosedSpans::new(&finding.spans);
        let rows = |is_person: bool| {
            let own = finding
                .targets
                .iter()
                .filter(move |entry| (entry.kind == TargetKind::Person) == is_person);
            let mut rows: Vec<_> = own.filter_map(|entry| row(impact, entry, &spans, &is_tied)).collect();
            let all = rows.len();
            for (number, row) in (1..).zip(&mut rows) {
                row.block = block(if is_person { "People" } else { "Objects" }, number, all);
                row.printed = number <= PRINTED;
            }
            rows
        };
        let count = |number: u64, one: &str, many: &str| match number {
            0 => String::new(),
            number => counted(number, one, many),
        };
        Self {
            people: rows(true),
            objects: rows(false),
            people_count: count(finding.people, "person or account", "people and accounts"),
            several_people: finding.people > 1,
            objects_count: objects(finding),
            untargeted: match finding.untargeted.len() as u64 {
                0 => String::new(),
                1 => "1 action names no person and no object".to_owned(),
                some => format!("{} name no person and no object", counted(some, "action", "actions")),
            },
            untargeted_numbers: finding.untargeted.iter().take(SHOWN).map(u64::to_string).collect(),
            printed_note: if finding.targets.len() > PRINTED {
                format!(
                    "Of people and of objects at most {PRINTED} rows each are printed. All are in people.csv and on the screen."
                )
            } else {
                String::new()
            },
            more_untargeted: lang::more(finding.untargeted.len(), SHOWN),
        }
    }
}

/// `2 objects, and your tenant as a whole`.
fn objects(finding: &TenantFinding) -> String {
    let has = |kind: TargetKind| finding.targets.iter().any(|entry| entry.kind == kind);
    let mut parts = Vec::new();
    if finding.objects > 0 {
        parts.push(counted(finding.objects, "object", "objects"));
    }
    if has(TargetKind::Tenant) {
        parts.push("your tenant as a whole".to_owned());
    }
    if has(TargetKind::Withheld) {
        parts.push("what is not known to be yours, which is not shown".to_owned());
    }
    let listed = lang::listed(&parts);
    let (initial, rest) = listed.split_at(listed.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}", initial.to_uppercase())
}

/// Actions that last and of which both ends are logged, by the position of either.
struct ClosedSpans<'a> {
    starts: BTreeMap<u64, &'a SpanFinding>,
    ends: BTreeMap<u64, u64>,
}

impl<'a> ClosedSpans<'a> {
    fn new(spans: &'a [SpanFinding]) -> Self {
        Self {
            starts: spans
                .iter()
                .filter_map(|span| span.end.and(Some((span.start?, span))))
                .collect(),
            ends: spans.iter().filter_map(|span| Some((span.end?, span.start?))).collect(),
        }
    }
}

fn row(
    impact: &TenantImpact,
    entry: &TargetFinding,
    spans: &ClosedSpans<'_>,
    is_tied: &impl Fn(&TenantEvent) -> bool,
) -> Option<PersonView> {
    let named = target(impact.target(entry)?);
    let owned = |text: &str| text.to_owned().into();
    let has = |number: &u64| entry.actions.binary_search(number).is_ok();
    // The end of what lasts stands in the line of its beginning.
    let is_end = |number: &u64| spans.ends.get(number).is_some_and(has);
    let all = entry.actions.len() as u64;
    let lines: Vec<u64> = entry.actions.iter().filter(|number| !is_end(number)).copied().collect();
    let told = lines.iter().take(SHOWN).filter_map(|number| {
        let event = impact.event(*number)?;
        let span = spans
            .starts
            .get(number)
            .filter(|span| span.end.as_ref().is_some_and(has));
        Some(told(*number, event, span.copied(), entry.tied < all && is_tied(event)))
    });
    Some(PersonView {
        target: vec![TargetRow {
            kind: owned(&named.kind),
            name: owned(&named.name),
            id: owned(&named.id),
        }],
        itself: if entry.kind == TargetKind::Tenant { "itself" } else { "" }.to_owned(),
        tied: match entry.tied {
            0 => String::new(),
            tied if tied == all => "tied to the intruder".to_owned(),
            tied => format!("{tied} of {all} tied to the intruder"),
        },
        linked: match entry.linked {
            0 => String::new(),
            linked => format!("{linked} in a session with tied actions"),
        },
        told: told.collect(),
        more: lang::more(lines.len(), SHOWN),
        block: String::new(),
        printed: true,
        checks: entry
            .check
            .iter()
            .map(|check| lang::check(*check, entry.kind).to_owned())
            .collect(),
    })
}

fn told(number: u64, event: &TenantEvent, span: Option<&SpanFinding>, is_tied: bool) -> ToldView {
    let words = lang::effect(event.effect);
    let lasted = span.and_then(|span| Some(lang::lasted(span.from?, span.until?)));
    ToldView {
        when: lang::second(event.time),
        effect: words.key.to_owned(),
        effect_label: words.label.to_owned(),
        action: event.action.clone(),
        ended: match event.outcome {
            Outcome::Success => String::new(),
            other => lang::outcome(other).to_owned(),
        },
        lasted: lasted.unwrap_or_default(),
        number: number.to_string(),
        end: span
            .and_then(|span| span.end)
            .map(|end| end.to_string())
            .unwrap_or_default(),
        tied: if is_tied { "tied" } else { "" }.to_owned(),
    }
}
