//! The actions on a line of time, drawn: the windows above, the actions below by what they did.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::story::Session;
use crate::{
    catalogue::Effect,
    events::Outcome,
    findings::TenantImpact,
    reports::{header::Header, lang, local::LocalClock, template::view},
    tally::TenantEvent,
    text::{counted, grouped},
    time::Timestamp,
};

/// Most windows, and most sessions, that are drawn.
const WINDOWS: usize = 6;
const SESSIONS: usize = 6;

/// Heights in pixels: of the labels of time, of a window and of a row of actions.
const LABELS: u64 = 20;
const WINDOW: u64 = 30;
const ROW: u64 = 40;

view! {
    /// The drawings: all actions, then sessions too short to be seen there.
    pub(in crate::reports) struct TimelineView {
        drawings: Vec<DrawingView>,
        /// The marks that occur.
        key: Vec<KeyView>,
        any_failed: bool,
        any_tied: bool,
        /// Name of the tenant's time zone; empty where the directory states none.
        zone: String,
    }
}

view! {
    struct DrawingView {
        title: String,
        /// Description in sentences, for screen readers.
        told: String,
        height: String,
        /// Top and bottom of the lines of time.
        top: String,
        bottom: String,
        ticks: Vec<TickView>,
        windows: Vec<WindowView>,
        rows: Vec<RowView>,
        bars: Vec<BarView>,
        marks: Vec<MarkView>,
    }
}

view! {
    pub(super) struct TickView {
        x: String,
        label: String,
        local: String,
    }
}

view! {
    struct WindowView {
        name: String,
        /// End of its name, if the name is placed before the end instead of after the beginning.
        end: String,
        x: String,
        width: String,
        text: String,
        y: String,
        tied: bool,
    }
}

view! {
    struct RowView {
        label: String,
        text: String,
        line: String,
    }
}

view! {
    /// An action with a duration.
    struct BarView {
        from: String,
        until: String,
        y: String,
        tied: bool,
    }
}

view! {
    struct MarkView {
        /// The effect's key, by which the drawing knows its shape.
        effect: String,
        x: String,
        y: String,
        number: String,
        failed: bool,
        tied: bool,
    }
}

view! {
    struct KeyView {
        effect: String,
        label: String,
    }
}

/// A row of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TimelineRow {
    Seen,
    TakenOut,
    Altered,
    Unexplained,
}

impl TimelineRow {
    fn of(effect: Effect) -> Self {
        match effect {
            Effect::View | Effect::Search => Self::Seen,
            Effect::Export | Effect::RevealSecret => Self::TakenOut,
            Effect::Uncatalogued => Self::Unexplained,
            Effect::Change | Effect::Delete | Effect::CoverTracks | Effect::Impersonate | Effect::Credential => {
                Self::Altered
            }
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Seen => "Seen",
            Self::TakenOut => "Taken out or shown",
            Self::Altered => "Altered",
            Self::Unexplained => "Not yet explained",
        }
    }
}

impl TimelineView {
    /// Draws a tenant's actions and the sessions of its story.
    pub(super) fn new(header: &Header, impact: &TenantImpact, sessions: &[Session<'_>]) -> Self {
        let events: Vec<(u64, &TenantEvent)> = (1..).zip(&impact.events).collect();
        let (Some(span), Some((_, first)), Some((_, last))) = (header.span(), events.first(), events.last()) else {
            return Self::default();
        };
        let zone = impact.finding.time_zone.as_deref().and_then(LocalClock::new);
        let whole = Scale::new(
            span.from.instant().min(first.time.instant()),
            span.until.instant().max(last.time.instant()),
        );
        let artist = Artist {
            header,
            impact,
            zone: zone.as_ref(),
        };
        let mut drawings = vec![artist.draw(whole, "All actions".to_owned(), &events, true)];
        for (number, session) in (1..).zip(sessions).take(SESSIONS) {
            let (Some((_, first)), Some((_, last))) = (session.events.first(), session.events.last()) else {
                continue;
            };
            let length = last.time.instant() - first.time.instant();
            // Marks of a longer one are apart in the drawing of all actions.
            if session.events.len() < 2 || length * 20 > whole.length() {
                continue;
            }
            let beside = (length / 16).max(TimeDelta::seconds(2));
            let scale = Scale::new(first.time.instant() - beside, last.time.instant() + beside);
            let title = format!(
                "Session {number}, {}, {}",
                lang::first_to_last(first.time, last.time),
                header.agents[first.agent].label
            );
            drawings.push(artist.draw(scale, title, &session.events, false));
        }
        let effects: BTreeSet<Effect> = impact.events.iter().map(|event| event.effect).collect();
        let mut key: Vec<Effect> = effects.into_iter().collect();
        key.sort_by_key(|effect| (TimelineRow::of(*effect), *effect));
        Self {
            any_failed: impact.events.iter().any(|event| event.outcome == Outcome::Failure),
            any_tied: impact.events.iter().any(|event| header.is_tied(event.scopes)),
            key: key
                .into_iter()
                .map(|effect| KeyView {
                    effect: lang::effect(effect).key.to_owned(),
                    label: lang::effect(effect).label.to_owned(),
                })
                .collect(),
            zone: zone.map(|zone| zone.name().to_owned()).unwrap_or_default(),
            drawings,
        }
    }
}

/// From an instant to a place on the line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    from: DateTime<Utc>,
    /// Milliseconds, at least one.
    length: i64,
}

impl Scale {
    pub(super) fn new(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        let length = (until - from).num_milliseconds().max(1);
        Self { from, length }
    }

    fn length(self) -> TimeDelta {
        TimeDelta::milliseconds(self.length)
    }

    /// Hundredths of a percent of the width, with a margin of one percent on both sides.
    pub(super) fn place(self, time: DateTime<Utc>) -> i64 {
        let at = (time - self.from).num_milliseconds().clamp(0, self.length);
        100 + i64::try_from(i128::from(at) * 9800 / i128::from(self.length)).unwrap_or_default()
    }

    /// The times to label: the narrowest round distance with few labels.
    fn ticks(self) -> (i64, Vec<DateTime<Utc>>) {
        const SECOND: i64 = 1000;
        const DAY: i64 = 86_400 * SECOND;
        let steps = [
            1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
        ];
        let days = [1, 2, 7, 14, 28, 91, 182, 364, 1820];
        let from = self.from.timestamp_millis();
        let mut steps = steps
            .map(|step| step * SECOND)
            .into_iter()
            .chain(days.map(|day| day * DAY));
        // A label with a date takes more room.
        let days_crossed = from.div_euclid(DAY) != (from + self.length - 1).div_euclid(DAY);
        let most = |step: i64| if step < DAY && days_crossed { 3 } else { 6 };
        let step = steps
            .find(|step| self.length / step < most(*step))
            .unwrap_or(3640 * DAY);
        let first = from.div_euclid(step) + i64::from(from.rem_euclid(step) != 0);
        let times = (first..).map(|at| at * step).take_while(|at| *at <= from + self.length);
        (
            step,
            times.take(16).filter_map(DateTime::from_timestamp_millis).collect(),
        )
    }

    pub(super) fn tick_views(self, zone: Option<&LocalClock>) -> Vec<TickView> {
        let (step, times) = self.ticks();
        let (from, until) = (self.from.date_naive(), (self.from + self.length()).date_naive());
        let form = match step {
            7_862_400_000.. => "%b %Y",
            86_400_000.. => "%-d %b",
            60_000.. if from != until => "%-d %b %H:%M",
            60_000.. => "%H:%M",
            _ => "%H:%M:%S",
        };
        let local = |time: DateTime<Utc>| {
            let zone = zone.filter(|_| step < 86_400_000)?;
            let text = zone.second(Timestamp::new(time, 0));
            let clock = if step < 60_000 {
                text.get(11..)
            } else {
                text.get(11..16)
            };
            clock.map(str::to_owned)
        };
        let tick = |time: DateTime<Utc>| TickView {
            x: percent(self.place(time)),
            label: time.format(form).to_string(),
            local: local(time).unwrap_or_default(),
        };
        times.into_iter().map(tick).collect()
    }
}

/// `12.34%`.
pub(super) fn percent(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// Inputs of every drawing.
struct Artist<'a> {
    header: &'a Header,
    impact: &'a TenantImpact,
    zone: Option<&'a LocalClock>,
}

impl Artist<'_> {
    fn draw(&self, scale: Scale, title: String, events: &[(u64, &TenantEvent)], whole: bool) -> DrawingView {
        let windows = if whole { self.windows(scale) } else { Vec::new() };
        let top = LABELS + windows.len() as u64 * WINDOW;
        let used: BTreeSet<TimelineRow> = events.iter().map(|(_, event)| TimelineRow::of(event.effect)).collect();
        let middle: BTreeMap<TimelineRow, u64> =
            (0..).zip(&used).map(|(at, row)| (*row, top + at * ROW + 28)).collect();
        let bottom = top + used.len() as u64 * ROW;
        let rows = middle.iter().map(|(row, middle)| RowView {
            label: row.label().to_owned(),
            text: (middle - 16).to_string(),
            line: (middle + 12).to_string(),
        });
        DrawingView {
            told: self.told(&title, events),
            title,
            height: (bottom + if self.zone.is_some() { 34 } else { 20 }).to_string(),
            top: "4".to_owned(),
            bottom: bottom.to_string(),
            ticks: scale.tick_views(self.zone),
            windows,
            rows: rows.collect(),
            bars: self.bars(scale, events, &middle),
            marks: self.marks(scale, events, &middle, !whole),
        }
    }

    fn windows(&self, scale: Scale) -> Vec<WindowView> {
        let window = |(at, scope): (u64, &crate::reports::header::Scope)| {
            let from = scale.place(scope.window.from.instant());
            let until = scale.place(scope.window.until.instant());
            let y = LABELS + at * WINDOW;
            WindowView {
                name: scope.name.clone(),
                end: if from > 6000 {
                    percent(until.max(from))
                } else {
                    String::new()
                },
                x: percent(from),
                width: percent((until - from).max(20)),
                text: (y + 4).to_string(),
                y: (y + 8).to_string(),
                tied: scope.tied,
            }
        };
        (0..).zip(&self.header.scopes).take(WINDOWS).map(window).collect()
    }

    fn bars(&self, scale: Scale, events: &[(u64, &TenantEvent)], middle: &BTreeMap<TimelineRow, u64>) -> Vec<BarView> {
        let drawn: BTreeMap<u64, &TenantEvent> = events.iter().copied().collect();
        let bar = |span: &crate::findings::SpanFinding| {
            let event = drawn.get(&span.start?)?;
            Some(BarView {
                from: percent(scale.place(span.from?.instant())),
                until: percent(scale.place(span.until?.instant())),
                y: middle.get(&TimelineRow::of(span.effect))?.to_string(),
                tied: self.header.is_tied(event.scopes),
            })
        };
        self.impact.finding.spans.iter().filter_map(bar).collect()
    }

    /// One mark for all alike within half a percent of the width; tied ones last, so that they lie
    /// on top. A number is written where there is room for it.
    fn marks(
        &self,
        scale: Scale,
        events: &[(u64, &TenantEvent)],
        middle: &BTreeMap<TimelineRow, u64>,
        numbered: bool,
    ) -> Vec<MarkView> {
        let mut marks: BTreeMap<_, (i64, u64)> = BTreeMap::new();
        for (number, event) in events {
            let place = scale.place(event.time.instant());
            let failed = event.outcome == Outcome::Failure;
            let key = (self.header.is_tied(event.scopes), event.effect, failed, place / 50);
            marks.entry(key).or_insert((place, *number));
        }
        let mut taken: BTreeMap<TimelineRow, BTreeSet<i64>> = BTreeMap::new();
        let mark = |((tied, effect, failed, _), (place, number)): (_, (i64, u64))| {
            let row = TimelineRow::of(effect);
            let own = taken.entry(row).or_default();
            let is_free = own.range(place - 350..place + 350).next().is_none();
            own.insert(place);
            MarkView {
                effect: lang::effect(effect).key.to_owned(),
                x: percent(place),
                y: middle[&row].to_string(),
                number: if numbered && is_free {
                    number.to_string()
                } else {
                    String::new()
                },
                failed,
                tied,
            }
        };
        marks.into_iter().map(mark).collect()
    }

    fn told(&self, title: &str, events: &[(u64, &TenantEvent)]) -> String {
        let mut rows: BTreeMap<TimelineRow, Vec<&TenantEvent>> = BTreeMap::new();
        for (_, event) in events {
            rows.entry(TimelineRow::of(event.effect)).or_default().push(event);
        }
        let row = |(row, events): (&TimelineRow, &Vec<&TenantEvent>)| {
            let tied = events.iter().filter(|event| self.header.is_tied(event.scopes)).count();
            let failed = events.iter().filter(|event| event.outcome == Outcome::Failure).count();
            let part = |count: usize, what: &str| match count {
                0 => String::new(),
                count => format!(", {} {what}", grouped(count as u64)),
            };
            format!(
                " {}: {}, {}{}{}.",
                row.label(),
                counted(events.len() as u64, "action", "actions"),
                lang::first_to_last(events[0].time, events[events.len() - 1].time),
                part(tied, "tied to the intruder"),
                part(failed, "failed"),
            )
        };
        format!("{title}.{}", rows.iter().map(row).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn labels_are_round_and_few() {
        for (from, until, labels) in [
            (
                "2026-01-16T00:00:00Z",
                "2026-01-21T00:00:00Z",
                "16 Jan,17 Jan,18 Jan,19 Jan,20 Jan,21 Jan",
            ),
            (
                "2026-01-20T13:18:00Z",
                "2026-01-20T13:43:00Z",
                "13:20,13:25,13:30,13:35,13:40",
            ),
            (
                "2026-01-20T23:58:30Z",
                "2026-01-21T00:03:00Z",
                "21 Jan 00:00,21 Jan 00:02",
            ),
            (
                "2026-01-20T13:18:01.5Z",
                "2026-01-20T13:18:04Z",
                "13:18:02,13:18:03,13:18:04",
            ),
            ("2026-01-20T13:18:01Z", "2026-01-20T13:18:01Z", "13:18:01"),
            (
                "2024-01-01T00:00:00Z",
                "2025-01-01T00:00:00Z",
                "Jan 2024,Apr 2024,Jul 2024,Oct 2024",
            ),
        ] {
            let ticks = Scale::new(time(from), time(until)).tick_views(None);
            let told: Vec<_> = ticks.iter().map(|tick| tick.label.as_str()).collect();
            assert_eq!(told.join(","), labels);
        }
    }

    #[test]
    fn places_lie_between_the_margins() {
        let scale = Scale::new(time("2026-01-16T00:00:00Z"), time("2026-01-21T00:00:00Z"));
        for (at, expected) in [
            ("2026-01-16T00:00:00Z", "1.00%"),
            ("2026-01-18T12:00:00Z", "50.00%"),
            ("2026-01-21T00:00:00Z", "99.00%"),
            ("2027-01-01T00:00:00Z", "99.00%"),
            ("2000-01-01T00:00:00Z", "1.00%"),
        ] {
            assert_eq!(percent(scale.place(time(at))), expected);
        }
    }

    #[test]
    fn every_effect_has_a_mark_in_the_page() {
        let page = include_str!("../../../templates/report.html.hbs");
        for effect in Effect::ALL {
            let mark = format!("<g id=\"m-{}\">", lang::effect(effect).key);
            assert!(page.contains(&mark), "{mark}");
        }
    }
}
