//! Story of the actions, session by session.

use std::collections::{BTreeMap, BTreeSet};

use super::{TargetRow, target};
use crate::{
    events::Outcome,
    findings::{SpanFinding, TenantImpact},
    reports::{header::Header, lang, local::LocalClock, template::view},
    tally::TenantEvent,
    text::{counted, grouped},
};

/// Most sessions that are shown, and most lines of one.
const SESSIONS: usize = 12;
const LINES: usize = 40;

view! {
    /// Section of sessions.
    pub(in crate::reports) struct StoryView {
        sessions: Vec<SessionView>,
        /// Sentence on the sessions that are not shown; empty where all are.
        more: String,
        /// Name of the tenant's time zone; empty where the directory states none.
        zone: String,
    }
}

view! {
    /// Actions of one agent in one session.
    struct SessionView {
        number: String,
        when: String,
        /// First and last time in the tenant's time zone; empty where there is none.
        local: String,
        agent: String,
        /// Session as logged; empty where the log names none.
        session: String,
        addresses: Vec<String>,
        count: String,
        tied: String,
        linked: String,
        lines: Vec<LineView>,
        more: String,
    }
}

view! {
    /// Line of a story: an action, or both ends of one that lasts.
    struct LineView {
        when: String,
        until: String,
        local: String,
        effect: String,
        effect_label: String,
        action: String,
        targets: Vec<TargetRow<'static>>,
        /// Outcome, unless it succeeded.
        ended: String,
        lasted: String,
        number: String,
        end: String,
        /// Not empty where it lies between the two ends of another.
        inside: String,
        /// Not empty where it is tied and another action of the session is not.
        tied: String,
    }
}

/// Positions of actions from 1, with the actions.
type SessionEvents<'a> = Vec<(u64, &'a TenantEvent)>;

/// Actions of one agent in one session, in order of time.
#[derive(Debug)]
pub(super) struct Session<'a> {
    tied: usize,
    linked: usize,
    pub(super) events: SessionEvents<'a>,
}

/// The sessions of a tenant's actions: those with tied actions first, then those with linked ones,
/// each by their first action.
pub(super) fn sessions<'a>(header: &Header, impact: &'a TenantImpact) -> Vec<Session<'a>> {
    let mut sessions: BTreeMap<(Option<&str>, usize), SessionEvents<'_>> = BTreeMap::new();
    for (number, event) in (1..).zip(&impact.events) {
        let key = (event.session.as_deref().filter(|text| !text.is_empty()), event.agent);
        sessions.entry(key).or_default().push((number, event));
    }
    let linked = &impact.finding.linked;
    let session = |events: SessionEvents<'a>| Session {
        tied: events.iter().filter(|(_, event)| header.is_tied(event.scopes)).count(),
        linked: events
            .iter()
            .filter(|(number, _)| linked.binary_search(number).is_ok())
            .count(),
        events,
    };
    let mut sessions: Vec<_> = sessions.into_values().map(session).collect();
    sessions.sort_by_key(|session| {
        let Session { tied, linked, events } = session;
        (*tied == 0, *tied == 0 && *linked == 0, events[0].0)
    });
    sessions
}

impl StoryView {
    pub(super) fn new(header: &Header, impact: &TenantImpact, sessions: &[Session<'_>]) -> Self {
        let zone = impact.finding.time_zone.as_deref().and_then(LocalClock::new);
        let starts = impact.finding.spans.iter().filter(|span| span.is_closed());
        let spans: BTreeMap<u64, &SpanFinding> = starts.filter_map(|span| Some((span.start?, span))).collect();
        let rest = sessions.iter().skip(SESSIONS);
        let hidden: usize = rest.map(|session| session.events.len()).sum();
        let numbered = (1..).zip(sessions).take(SESSIONS);
        let views = numbered.map(|(number, session)| {
            let writer = SessionWriter {
                header,
                spans: &spans,
                zone: zone.as_ref(),
            };
            writer.session(number, (session.tied, session.linked), &session.events)
        });
        Self {
            sessions: views.collect(),
            more: match sessions.len().saturating_sub(SESSIONS) {
                0 => String::new(),
                more => format!(
                    "{} with {} are in the list of all actions only.",
                    counted(more as u64, "more session", "more sessions"),
                    counted(hidden as u64, "action", "actions")
                ),
            },
            zone: zone.map(|zone| zone.name().to_owned()).unwrap_or_default(),
        }
    }
}

/// Facts that every line needs.
struct SessionWriter<'a> {
    header: &'a Header,
    spans: &'a BTreeMap<u64, &'a SpanFinding>,
    zone: Option<&'a LocalClock>,
}

impl SessionWriter<'_> {
    fn session(&self, number: u64, (tied, linked): (usize, usize), events: &SessionEvents<'_>) -> SessionView {
        let (first, last) = (events[0].1, events[events.len() - 1].1);
        let ends: BTreeSet<u64> = events
            .iter()
            .filter_map(|(number, _)| self.spans.get(number)?.end)
            .collect();
        let own: SessionEvents<'_> = events
            .iter()
            .filter(|(number, _)| !ends.contains(number))
            .copied()
            .collect();
        let mut until = 0;
        let lines = own.iter().take(LINES).map(|(number, event)| {
            let inside = *number < until;
            let span = self.spans.get(number).copied();
            until = until.max(span.and_then(|span| span.end).unwrap_or_default());
            LineView {
                inside: if inside { "inside" } else { "" }.to_owned(),
                ..self.line(*number, event, span, tied < events.len())
            }
        });
        let mut lines: Vec<LineView> = lines.collect();
        drop_date(
            lines
                .iter_mut()
                .flat_map(|line| [&mut line.when, &mut line.until])
                .collect(),
        );
        drop_date(lines.iter_mut().map(|line| &mut line.local).collect());
        let mut addresses: Vec<String> = events.iter().filter_map(|(_, event)| event.ip.clone()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses.truncate(5);
        let local = |event: &TenantEvent| self.zone.map(|zone| zone.second(event.time)).unwrap_or_default();
        SessionView {
            number: number.to_string(),
            when: lang::first_to_last(first.time, last.time),
            local: match self.zone {
                None => String::new(),
                Some(_) if events.len() == 1 => local(first),
                Some(_) => format!("{} to {}", local(first), local(last)),
            },
            agent: self.header.agents[first.agent].label.clone(),
            session: first.session.clone().unwrap_or_default(),
            addresses,
            count: counted(events.len() as u64, "action", "actions"),
            tied: match tied {
                0 => String::new(),
                tied if tied == events.len() => "tied to the intruder".to_owned(),
                tied => format!(
                    "{} of {} tied to the intruder",
                    grouped(tied as u64),
                    grouped(events.len() as u64)
                ),
            },
            linked: match linked {
                0 => String::new(),
                _ => "in a session with tied actions".to_owned(),
            },
            more: lang::more(own.len(), LINES),
            lines,
        }
    }

    fn line(&self, number: u64, event: &TenantEvent, span: Option<&SpanFinding>, partly: bool) -> LineView {
        let words = lang::effect(event.effect);
        let until = span.and_then(|span| span.until);
        LineView {
            when: lang::second(event.time),
            until: until.map(lang::second).unwrap_or_default(),
            local: self.zone.map(|zone| zone.second(event.time)).unwrap_or_default(),
            effect: words.key.to_owned(),
            effect_label: words.label.to_owned(),
            action: event.action.clone(),
            targets: event.targets.iter().map(|named| target(named).owned()).collect(),
            ended: match event.outcome {
                Outcome::Success => String::new(),
                other => lang::outcome(other).to_owned(),
            },
            lasted: until.map(|until| lang::lasted(event.time, until)).unwrap_or_default(),
            number: number.to_string(),
            end: span
                .and_then(|span| span.end)
                .map(|end| end.to_string())
                .unwrap_or_default(),
            inside: String::new(),
            tied: if partly && self.header.is_tied(event.scopes) {
                "tied"
            } else {
                ""
            }
            .to_owned(),
        }
    }
}

/// Leaves only the clock of times that are all of one day: the head of the session states the date.
fn drop_date(mut times: Vec<&mut String>) {
    const DATE: usize = "2026-01-18 ".len();
    times.retain(|time| !time.is_empty());
    let first = times.first().and_then(|time| time.get(..DATE)).map(str::to_owned);
    let Some(date) = first.filter(|date| times.iter().all(|time| time.starts_with(date.as_str()))) else {
        return;
    };
    times.into_iter().for_each(|time| time.replace_range(..date.len(), ""));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_is_dropped_where_all_times_share_it() {
        for (times, expected) in [
            (["2026-01-20 13:19:35", "", "2026-01-20 13:20:00"], "13:19:35,,13:20:00"),
            (
                ["2026-01-20 23:59:59", "", "2026-01-21 00:00:00"],
                "2026-01-20 23:59:59,,2026-01-21 00:00:00",
            ),
        ] {
            let mut times = times.map(str::to_owned);
            drop_date(times.iter_mut().collect());
            assert_eq!(times.join(","), expected);
        }
    }
}
