//! Events that two sources have in common and that nothing proves to be one.

use super::listed;
use crate::{
    findings::{EqualEventsFinding, Findings},
    text::counted,
};

/// Warns of them: where one source is a copy of the other, they count twice.
pub(super) fn events(findings: &Findings) -> Option<String> {
    let path = |source: usize| findings.sources.get(source).map_or("", |source| &source.path);
    let pair = |equal: &EqualEventsFinding| {
        let [one, other] = equal.sources;
        let events = counted(equal.events, "event", "events");
        format!("`{}` and `{}` ({events})", path(one), path(other))
    };
    let pairs: Vec<_> = findings.equal_events.iter().map(pair).collect();
    (!pairs.is_empty()).then(|| {
        format!(
            "Two sources have events of the same time, agent, action, tenant and target, and no id that says whether they are \
             one, so they count twice: {}. If one is a copy of the other, leave it out of `[[logs]]` or map `event_id` in both, \
             and run again.",
            listed(&pairs, "pair")
        )
    })
}
