//! A report without an action: what the negative rests on, and what would not show.

use super::{Tile, searched::when_searched};
use crate::{
    findings::TenantFinding,
    reports::{
        header::{Header, Source},
        lang,
        template::view,
    },
    text::{counted, grouped},
};

view! {
    /// The bounds of a negative. Every list is empty in a report with actions.
    pub(in crate::reports) struct NothingView {
        lead: String,
        /// Figures of what was read.
        bounds: Vec<String>,
        /// Kinds of action that would not show in these logs.
        hidden: Vec<String>,
        /// Advice for a search in the tenant's own log.
        look: String,
    }
}

impl NothingView {
    pub(super) fn new(header: &Header, finding: &TenantFinding) -> Self {
        if finding.events > 0 {
            return Self::default();
        }
        let who = searched_for(header);
        let when = when_searched(header);
        let files = match header.sources.len() {
            1 => "the log file".to_owned(),
            more => format!("the {} log files", grouped(more as u64)),
        };
        let tied: Vec<String> = header
            .scopes
            .iter()
            .filter(|scope| scope.tied)
            .map(|scope| lang::window(scope.window))
            .collect();
        let tied = match &*tied {
            [] => String::new(),
            windows => format!(" What evidence ties to the intruder lies {}.", lang::listed(windows)),
        };
        Self {
            lead: format!(
                "{} searched {files} for every action that {who} took {when}. No record that could be read is such an action in \
                 your tenant.{tied} This is bounded by what was searched: it does not show that nothing was done.",
                header.case.vendor
            ),
            bounds: vec![records(header), hours(header), unreadable(header)],
            hidden: hidden(header),
            look: format!(
                "Look in your own log {when} for sign-ins, changes of access, exports and deletions that your own people cannot \
                 explain, and report them to the contact below."
            ),
        }
    }
}

/// Returns the figures at the top of a report without an action.
pub(super) fn tiles(header: &Header) -> Vec<Tile> {
    let sum = |figure: fn(&Source) -> u64| header.sources.iter().map(figure).sum::<u64>();
    let refused = sum(|source| source.refused);
    vec![
        Tile::new("Actions found", "0", "in your tenant"),
        Tile::new(
            "Log files searched",
            grouped(header.sources.len() as u64),
            counted(sum(|source| source.read), "record", "records"),
        ),
        Tile::new(
            "Hours with records",
            grouped(header.hours_with_records),
            format!("of {} in the time searched", grouped(header.hours)),
        ),
        Tile::new("Unreadable records", grouped(refused), "may be in any tenant"),
    ]
}

/// Returns words for those who were searched for.
fn searched_for(header: &Header) -> String {
    let agents = counted(header.asked, "support agent", "support agents");
    match (header.open, header.asked) {
        (false, _) => agents,
        (true, 0) => "whoever meets the conditions of a scope below".to_owned(),
        (true, _) => format!("{agents}, or whoever meets the conditions of a scope below,"),
    }
}

fn records(header: &Header) -> String {
    let sum = |figure: fn(&Source) -> u64| header.sources.iter().map(figure).sum::<u64>();
    let read = sum(|source| source.read);
    let outside = sum(|source| source.outside_window);
    let inside = read
        .saturating_sub(outside)
        .saturating_sub(sum(|source| source.refused));
    format!(
        "{} in {}, of which {} in the time searched. Each was compared, whatever its action is.",
        counted(read, "record", "records"),
        counted(header.sources.len() as u64, "log file", "log files"),
        match inside {
            1 => "1 lies".to_owned(),
            more => format!("{} lie", grouped(more)),
        }
    )
}

fn hours(header: &Header) -> String {
    let (all, with) = (header.hours, header.hours_with_records);
    let enough = "One record by anybody is enough for an hour to count.";
    match all.saturating_sub(with) {
        0 => format!(
            "Each of the {} that the time searched touches holds a record. {enough}",
            counted(all, "hour", "hours")
        ),
        without => format!(
            "{} of the {} (UTC) that the time searched touches hold a record, {} {} none. {enough}",
            grouped(with),
            counted(all, "hour", "hours"),
            grouped(without),
            if without == 1 { "holds" } else { "hold" },
        ),
    }
}

fn unreadable(header: &Header) -> String {
    match header.sources.iter().map(|source| source.refused).sum::<u64>() {
        0 => "Every record could be read.".to_owned(),
        1 => "1 record could not be read. Whether it is an action in your tenant is not known.".to_owned(),
        more => format!(
            "{} records could not be read. Whether one is an action in your tenant is not known.",
            grouped(more)
        ),
    }
}

fn hidden(header: &Header) -> Vec<String> {
    let who = if header.open {
        "What anybody else did: only the agents of the case and those who meet its conditions were searched for."
    } else {
        "What anybody else did: only the identities of these agents were searched for."
    };
    [
        who,
        "What was done before or after the time searched.",
        "An action whose record names no tenant, or names yours by an id that the vendor does not know as yours.",
        "What was seen of your tenant without opening it, such as a line of a list, or of the results of a search across all \
         tenants.",
        "What these log files do not record, such as mail, calls, tickets, screens, and files taken at another time.",
    ]
    .map(str::to_owned)
    .into()
}
