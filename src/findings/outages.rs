//! Outages that the case states, beside what the logs have of these times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::{Case, Outage},
    coverage::Coverage,
    time::Window,
};

/// An outage of the case, with the hours of it that hold records.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct OutageFinding {
    /// The outage as the case states it.
    #[serde(flatten)]
    pub outage: Outage,
    /// Names of the profiles that it concerns, as in `sources`; all if the case names none.
    pub kinds: Vec<String>,
    /// Clock hours (UTC) that touch both the outage and a window; 0 if it touches no window.
    pub hours: u64,
    /// Number of these that hold a record of a log that it concerns.
    pub hours_with_records: u64,
}

impl OutageFinding {
    /// Returns whether it touches a window of the case.
    pub fn is_in_window(&self) -> bool {
        self.hours > 0
    }
}

/// Hours of a source, with its profile and the position of its `[[logs]]` entry.
pub(super) type SourceHours<'s> = (usize, &'s str, &'s Coverage);

/// Returns every outage of the case, in its order.
pub(super) fn findings(case: &Case, sources: &[SourceHours<'_>]) -> Vec<OutageFinding> {
    let windows: Vec<Window> = case.scopes.iter().map(|scope| scope.window).collect();
    let finding = |outage: &Outage| {
        let concerns = |entry: usize| {
            let profile = case.logs[entry].profile.shown();
            outage.profiles.is_empty() || outage.profiles.iter().any(|of| of == profile)
        };
        let mut all = Coverage::over(windows.iter().copied());
        let mut kinds = Vec::new();
        for (entry, profile, own) in sources {
            if concerns(*entry) {
                all.merge(own);
                kinds.push((*profile).to_owned());
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        let clipped = windows.iter().filter(|window| outage.window().overlaps(window));
        let clipped = clipped.map(|window| Window {
            from: window.from.max(outage.from),
            until: window.until.min(outage.until),
        });
        let clipped: Vec<Window> = clipped.collect();
        OutageFinding {
            outage: outage.clone(),
            kinds,
            hours: all.hours(&clipped),
            hours_with_records: all.covered(&clipped),
        }
    };
    case.outages.iter().map(finding).collect()
}
