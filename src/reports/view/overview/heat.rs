//! Activity of agents and tenants, and coverage of sources: a row for each on one line of time.

use super::super::timeline::{Scale, TickView, percent};
use crate::{
    findings::{BusyTime, Findings},
    reports::{lang, template::view},
    text::{counted, grouped},
    time::Window,
};

/// Most rows of one map.
const ROWS: usize = 40;

view! {
    pub(super) struct HeatView {
        ticks: Vec<TickView>,
        agents: Vec<RowView>,
        more_agents: String,
        tenants: Vec<RowView>,
        more_tenants: String,
        sources: Vec<RowView>,
        more_sources: String,
        /// Unit of time of one cell of an agent's row.
        step: String,
    }
}

view! {
    struct RowView {
        label: String,
        /// The row in a sentence, for those who do not see it.
        told: String,
        cells: Vec<CellView>,
    }
}

view! {
    struct CellView {
        x: String,
        width: String,
        /// One of five steps.
        step: String,
        tied: bool,
    }
}

impl HeatView {
    pub(super) fn new(findings: &Findings) -> Self {
        let from = findings.scopes.iter().map(|scope| scope.from).min();
        let until = findings.scopes.iter().map(|scope| scope.until).max();
        let Some((from, until)) = from.zip(until) else {
            return Self::default();
        };
        let map = Map(Scale::new(from.instant(), until.instant()));
        let hours = until.hour().saturating_sub(from.hour()) <= 14 * 24;
        let step = if hours { 1 } else { 24 };
        let mut agents: Vec<_> = findings.agents.iter().filter(|agent| agent.events > 0).collect();
        let tied = |busy: &[BusyTime]| busy.iter().map(|busy| busy.tied).sum::<u64>();
        agents.sort_by_key(|agent| (std::cmp::Reverse((tied(&agent.busy), agent.events)), &agent.id));
        let tenants: Vec<_> = findings
            .ranked()
            .into_iter()
            .filter(|tenant| tenant.events > 0)
            .collect();
        let sources = &findings.coverage.sources;
        Self {
            ticks: map.0.tick_views(None),
            more_agents: lang::more(agents.len(), ROWS),
            agents: agents
                .into_iter()
                .take(ROWS)
                .map(|agent| map.busy(agent.name.as_deref().unwrap_or(&agent.id.0), &agent.busy, step))
                .collect(),
            more_tenants: lang::more(tenants.len(), ROWS),
            tenants: tenants
                .into_iter()
                .take(ROWS)
                .map(|tenant| map.busy(tenant.name.as_deref().unwrap_or(&tenant.id.0), &tenant.days, 24))
                .collect(),
            more_sources: lang::more(sources.len(), ROWS),
            sources: sources
                .iter()
                .take(ROWS)
                .map(|source| {
                    let path = findings.sources.get(source.source).map_or("", |source| &source.path);
                    map.covered(path, source.hours, &source.with_records)
                })
                .collect(),
            step: if hours { "clock hour" } else { "day" }.to_owned(),
        }
    }
}

/// Rows on one scale.
struct Map(Scale);

impl Map {
    fn busy(&self, label: &str, busy: &[BusyTime], hours: i64) -> RowView {
        let cell = |busy: &BusyTime| {
            let from = busy.from.instant();
            let mut cell = self.cell(from, from + chrono::TimeDelta::hours(hours));
            step(busy.events).clone_into(&mut cell.step);
            cell.tied = busy.tied > 0;
            cell
        };
        let (events, tied) = busy
            .iter()
            .fold((0, 0), |(events, tied), busy| (events + busy.events, tied + busy.tied));
        let most = busy
            .iter()
            .max_by_key(|busy| (busy.events, std::cmp::Reverse(busy.from)));
        let most = most.map(|busy| format!("; most, {}, from {}", grouped(busy.events), lang::minute(busy.from)));
        let tied = match tied {
            0 => String::new(),
            tied => format!(", {} tied to the intruder", grouped(tied)),
        };
        RowView {
            label: label.to_owned(),
            told: format!(
                "{label}: {}{tied}{}.",
                counted(events, "action", "actions"),
                most.unwrap_or_default()
            ),
            cells: busy.iter().map(cell).collect(),
        }
    }

    fn covered(&self, label: &str, hours: u64, with_records: &[Window]) -> RowView {
        let cell = |window: &Window| CellView {
            step: "3".to_owned(),
            ..self.cell(window.from.instant(), window.until.instant())
        };
        RowView {
            label: label.to_owned(),
            told: format!(
                "{label}: records in {} of the windows, in {}.",
                counted(hours, "hour", "hours"),
                counted(with_records.len() as u64, "stretch", "stretches")
            ),
            cells: with_records.iter().map(cell).collect(),
        }
    }

    fn cell(&self, from: chrono::DateTime<chrono::Utc>, until: chrono::DateTime<chrono::Utc>) -> CellView {
        let (from, until) = (self.0.place(from), self.0.place(until));
        CellView {
            x: percent(from),
            width: percent((until - from).max(20)),
            ..CellView::default()
        }
    }
}

/// The step of a number of actions: the page states their bounds.
fn step(events: u64) -> &'static str {
    match events {
        0..=1 => "1",
        2..=4 => "2",
        5..=19 => "3",
        20..=99 => "4",
        100.. => "5",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_the_bounds_that_the_page_states() {
        let steps = [1, 2, 4, 5, 19, 20, 99, 100, 5000].map(step);
        assert_eq!(steps.concat(), "122334455");
        let page = include_str!("../../../../templates/index.html.hbs");
        for bound in ["1 action", "2 to 4", "5 to 19", "20 to 99", "100 and more"] {
            assert!(page.contains(bound), "{bound}");
        }
    }

    #[test]
    fn row_is_told_in_words() {
        let time = |text: &str| text.parse::<crate::time::Timestamp>().expect("a time");
        let scale = Scale::new(
            time("2026-01-16T00:00:00Z").instant(),
            time("2026-01-17T00:00:00Z").instant(),
        );
        let busy = |from: &str, events, tied| BusyTime {
            from: time(from),
            events,
            tied,
        };
        let row = Map(scale).busy(
            "Dana",
            &[busy("2026-01-16T00:00:00Z", 3, 0), busy("2026-01-16T12:00:00Z", 3, 1)],
            1,
        );
        assert_eq!(
            row.told,
            "Dana: 6 actions, 1 tied to the intruder; most, 3, from 2026-01-16 00:00 UTC."
        );
        let cells: Vec<_> = row
            .cells
            .iter()
            .map(|cell| (&*cell.x, &*cell.width, &*cell.step, cell.tied))
            .collect();
        assert_eq!(cells, [("1.00%", "4.08%", "2", false), ("50.00%", "4.08%", "2", true)]);
    }
}
