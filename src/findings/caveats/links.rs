//! Links that agents opened and that could not be followed, or only by a weak tie.

use super::{LONGEST, NAMED, listed};
use crate::{
    findings::{Findings, OpeningFinding},
    tally::{LinkEnd, Tie},
    text::{counted, grouped, shortened, visible},
};

/// Openings of which it is not known what followed.
pub(super) fn unfollowed(findings: &Findings) -> Option<String> {
    let links = &findings.links;
    let open: Vec<&OpeningFinding> = links
        .openings
        .iter()
        .filter(|opening| opening.is_open_question())
        .collect();
    let mut parts = Vec::new();
    if !open.is_empty() {
        let names: Vec<_> = open.iter().map(|opening| name(findings, opening)).collect();
        parts.push(format!(
            "{} to act under another name, and what followed is not in scope: {}. Read the records under that name in that time, \
             and give the profile a `[[links]]` rule that ties them (docs/profiles.md).",
            counted(open.len() as u64, "action in scope began", "actions in scope began"),
            listed(&names, "action")
        ));
    }
    if !links.unread.is_empty() {
        let names: Vec<_> = links
            .unread
            .iter()
            .filter_map(|at| findings.sources.get(*at))
            .map(|source| format!("`{}`", source.path))
            .collect();
        parts.push(format!(
            "Could not be read a second time, or had changed by then, so nothing was followed there: {}. Give each as a file that \
             does not change.",
            listed(&names, "source")
        ));
    }
    if links.deeper > 0 {
        parts.push(format!(
            "{} at the end of a chain of others, and what followed is not in scope.",
            counted(
                links.deeper,
                "action began to act under another name",
                "actions began to act under another name"
            )
        ));
    }
    if links.apart > 0 {
        parts.push(format!(
            "{} left out for want of memory: run again with a larger --memory.",
            counted(
                links.apart,
                "event that follows from an action in scope is",
                "events that follow from actions in scope are"
            )
        ));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn name(findings: &Findings, opening: &OpeningFinding) -> String {
    let source = findings
        .sources
        .get(opening.at.source)
        .map_or("", |source| &source.path);
    let id = match &opening.event_id {
        Some(id) => format!("event `{}`", shown(id)),
        None => format!("byte {} of `{source}`", grouped(opening.at.offset)),
    };
    let until = match (opening.until, opening.end) {
        (Some(until), LinkEnd::Event) => format!(" until its end at {until}"),
        (Some(until), _) => format!(" until {until}"),
        (None, _) => " until the window's end".to_owned(),
    };
    let what = match (opening.under_user, opening.users.first()) {
        (Some(records), Some(user)) => format!(
            "{} under `{}`{until}",
            counted(records, "record of others", "records of others"),
            shown(user)
        ),
        _ => "the event does not say as whom".to_owned(),
    };
    format!("`{}` at {} ({id}): {what}", shown(&opening.action), opening.from)
}

/// Rules that tie too much.
pub(super) fn wide(findings: &Findings) -> Option<String> {
    let wide: Vec<_> = findings
        .links
        .wide
        .iter()
        .map(|wide| {
            let source = findings.sources.get(wide.source).map_or("", |source| &source.path);
            format!(
                "`{}` in `{source}` ({} of {})",
                shown(&wide.rule),
                grouped(wide.events),
                counted(wide.of, "record in a window", "records in a window")
            )
        })
        .collect();
    (!wide.is_empty()).then(|| {
        format!(
            "A rule for links ties more than half of a log, so nothing was taken into scope by it there: {}. Correct the rule's key \
             in the profile.",
            listed(&wide, "rule")
        )
    })
}

/// Events that only the user and the tenant tie.
pub(super) fn by_user(findings: &Findings) -> Option<String> {
    let own = findings
        .links
        .openings
        .iter()
        .filter(|opening| opening.tie == Some(Tie::User) && opening.events > 0);
    let (events, sessions) = own.clone().fold((0, 0), |(events, sessions), opening| {
        (events + opening.events, sessions + opening.own_sessions)
    });
    let users: Vec<_> = own
        .filter_map(|opening| opening.users.first())
        .map(|user| format!("`{}`", shown(user)))
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    (events > 0).then(|| {
        format!(
            "{} in scope because it lies in the time of an impersonation and only user and tenant tie it, so the user's own actions \
             count too: {}. Of these, {} in sessions that the user also has at other times.",
            counted(events, "event is", "events are"),
            listed(&users[..users.len().min(NAMED + 1)], "user"),
            counted(sessions, "is", "are")
        )
    })
}

fn shown(text: &str) -> String {
    shortened(&visible(text), LONGEST).into_owned()
}
