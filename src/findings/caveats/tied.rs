//! Events near those that evidence ties to the intruder, which are not tied themselves.

use super::listed;
use crate::{
    findings::Findings,
    text::{counted, grouped},
};

/// Events outside every tied scope, of a session that has an event in one.
pub(super) fn linked(findings: &Findings) -> Option<String> {
    let with = findings.tenants.iter().filter(|tenant| !tenant.linked.is_empty());
    let tenants: Vec<String> = with
        .map(|tenant| {
            let tied = if tenant.tied == 0 {
                ", none of whose actions is tied"
            } else {
                ""
            };
            format!("`{}` ({}{tied})", tenant.id, grouped(tenant.linked.len() as u64))
        })
        .collect();
    let without_tenant = findings.linked.without_tenant;
    if tenants.is_empty() && without_tenant == 0 {
        return None;
    }
    let without = match without_tenant {
        0 => String::new(),
        events => format!(
            "{} without a tenant, in unattributed.jsonl",
            counted(events, "event", "events")
        ),
    };
    let of_tenants = listed(&tenants, "tenant");
    let both = [of_tenants, without]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>();
    Some(format!(
        "A session with actions tied to the intruder has more actions, outside the narrower scope: {}. Find out whether the \
         intruder took them, and widen the scope if so.",
        both.join("; ")
    ))
}

/// Events exactly on the excluded end of a scope.
pub(super) fn on_end(findings: &Findings) -> Option<String> {
    let ends = findings.scopes.iter().filter(|scope| scope.on_end > 0);
    let ends: Vec<String> = ends
        .map(|scope| {
            let events = counted(scope.on_end, "event", "events");
            format!("{events} at {}, the end of `{}`", scope.until, scope.name)
        })
        .collect();
    (!ends.is_empty()).then(|| {
        format!(
            "A scope does not hold its end, and its agents have events exactly there: {}. If they belong to it, set its `until` \
             later and run again.",
            listed(&ends, "end")
        )
    })
}
