//! A customer's report: built from the header that every customer may see and from this customer's
//! own share, so that it cannot hold anything of another.

use super::{
    CaseView, Tile, css,
    days::{DayView, days},
    deeds::Deeds,
    incident::IncidentView,
    kinds::{KindView, kinds},
    nothing::{self, NothingView},
    people::PeopleView,
    printed::PrintedActions,
    searched::{SearchedView, when_searched},
    steps::{StepView, steps},
    story::{StoryView, sessions},
    tied::TiedView,
    timeline::TimelineView,
};
use crate::{
    events::Outcome,
    findings::{TenantFinding, TenantImpact},
    reports::{
        header::{Header, Source},
        lang,
        template::view,
    },
    tally::TenantEvent,
    text::{counted, grouped, shortened},
    time::Timestamp,
};

view! {
    /// The view of `report.html.hbs` and `report.md.hbs`.
    pub(in crate::reports) struct TenantView {
        case: CaseView,
        tenant: NameView,
        /// Case, tenant and label for the margins of printed pages, as the inside of a string of
        /// CSS.
        print_head: String,
        level: LevelView,
        /// Events that evidence ties to the intruder.
        tied: TiedView,
        /// The heading over `steps`.
        steps_head: String,
        steps: Vec<StepView>,
        /// Number of points that limit the report; empty if there is none.
        unknown_note: String,
        /// One sentence about the incident and the search.
        searched_sentence: String,
        /// One sentence about the actions in this tenant.
        done_sentence: String,
        tiles: Vec<Tile>,
        kinds: Vec<KindView>,
        attempts: Vec<KindView>,
        /// Reason why figures by kind are lower than the list; empty if they are not.
        span_note: String,
        /// Number of actions under another name than an agent's; empty if there is none.
        link_note: String,
        /// Actions that concern the tenant by a decision; empty where none does.
        decided_note: String,
        /// Not empty where unlisted actors have actions in it.
        search_note: String,
        /// Not empty where identities were used outside their agents' time.
        tenure_note: String,
        /// Words for those whose actions they are.
        by: String,
        open: bool,
        days: Vec<DayView>,
        timeline: TimelineView,
        people: PeopleView,
        story: StoryView,
        count: String,
        /// Which actions are printed; empty where all are.
        printed_note: String,
        searched: SearchedView,
        several_scopes: bool,
        /// Whether the case says what evidence ties to the intruder.
        has_tied: bool,
        /// Whether there is any action.
        any: bool,
        nothing: NothingView,
        incident: IncidentView,
    }
}

view! {
    /// Urgency of the report, and its first statement.
    struct LevelView {
        /// The level's key, a class name.
        class: String,
        label: String,
        /// Urgency in words.
        when: String,
        verdict: String,
    }
}

view! {
    /// Recipient of the report.
    struct NameView {
        /// The name, or the id where there is none.
        title: String,
        id: String,
        /// Other ids under which its actions were logged.
        others: Vec<String>,
        known: bool,
    }
}

impl TenantView {
    /// The view of one tenant.
    pub(in crate::reports) fn new(header: &Header, impact: &TenantImpact, printed: &PrintedActions) -> Self {
        let TenantImpact { finding, events } = impact;
        let sessions = sessions(header, impact);
        let searched = SearchedView::new(header, finding, events);
        Self {
            unknown_note: match searched.limits() {
                0 => String::new(),
                1 => "1 point limits what this report can say:".to_owned(),
                limits => format!("{} points limit what this report can say:", grouped(limits)),
            },
            case: CaseView::new(&header.case, header.case.tlp, &header.tool, header.draft),
            tenant: NameView {
                title: finding.name.clone().unwrap_or_else(|| finding.id.0.clone()),
                id: finding.id.0.clone(),
                others: finding
                    .logged_as
                    .iter()
                    .filter(|id| **id != finding.id)
                    .map(|id| id.0.clone())
                    .collect(),
                known: finding.known || !header.has_directory,
            },
            print_head: print_head(header, finding),
            level: level(header, impact),
            steps_head: lang::steps(finding.level).to_owned(),
            steps: steps(header, impact),
            tied: TiedView::new(header, impact),
            searched_sentence: searched_sentence(header),
            done_sentence: done_sentence(header, impact),
            tiles: tiles(header, impact),
            kinds: kinds(header, impact, false),
            attempts: kinds(header, impact, true),
            span_note: span_note(finding),
            link_note: link_note(finding),
            decided_note: decided_note(finding),
            search_note: search_note(finding),
            tenure_note: tenure_note(finding),
            by: header.by().to_owned(),
            open: header.open,
            days: header.span().map(|span| days(span, events)).unwrap_or_default(),
            story: StoryView::new(header, impact, &sessions),
            timeline: TimelineView::new(header, impact, &sessions),
            people: PeopleView::new(impact, |event| header.is_tied(event.scopes)),
            count: counted(finding.events, "action", "actions"),
            printed_note: printed.note(),
            searched,
            any: finding.events > 0,
            nothing: NothingView::new(header, finding),
            incident: IncidentView::new(header, finding),
            has_tied: header.has_tied(),
            several_scopes: header.scopes.len() > 1,
        }
    }
}

fn level(header: &Header, impact: &TenantImpact) -> LevelView {
    let TenantImpact { finding, events } = impact;
    let succeeds = |event: &TenantEvent| {
        event.outcome == Outcome::Success && event.effect.is_grave() && header.is_tied(event.scopes)
    };
    let (label, when) = lang::level(finding.level);
    let is_judged = |event: &TenantEvent| event.ticket_verdict.is_some();
    let lacking = if events.iter().any(is_judged) {
        "No support ticket that fits is known"
    } else {
        "The log states no ticket"
    };
    LevelView {
        class: finding.level.as_str().to_owned(),
        label: label.to_owned(),
        when: when.to_owned(),
        verdict: lang::verdict(finding.verdict, header.has_tied(), events.iter().any(succeeds))
            .replace("by support agents", header.by())
            .replace("The log states no ticket", lacking),
    }
}

/// Characters of an id that fit into the margin of a page.
const PRINTED: usize = 48;

fn print_head(header: &Header, finding: &TenantFinding) -> String {
    let case = &header.case;
    let issued = case
        .issued
        .map_or_else(|| "not yet issued".to_owned(), |issued| issued.to_string());
    css(&format!(
        "{} · {} · {issued}",
        shortened(&case.id, PRINTED),
        shortened(&finding.id.0, PRINTED)
    ))
}

fn searched_sentence(header: &Header) -> String {
    let case = &header.case;
    let sum = |figure: fn(&Source) -> u64| header.sources.iter().map(figure).sum::<u64>();
    let (read, refused) = (sum(|source| source.read), sum(|source| source.refused));
    let inside = read
        .saturating_sub(refused)
        .saturating_sub(sum(|source| source.outside_window));
    let refused = match refused {
        0 => String::new(),
        refused => format!(" and {} could not be read", grouped(refused)),
    };
    let hold = match header.sources.len() {
        1 => "The log file holds",
        _ => "The log files hold",
    };
    let inside = match inside {
        1 => "1 lies".to_owned(),
        inside => format!("{} lie", grouped(inside)),
    };
    let agents = counted(header.asked, "support agent", "support agents");
    let who = match (header.open, header.asked) {
        (false, _) => agents,
        (true, 0) => "whoever meets the conditions of a scope below".to_owned(),
        (true, _) => format!("{agents}, or whoever meets the conditions of a scope below,"),
    };
    format!(
        "For the case “{}” ({}), {} searched {} for every action that {who} took {}. {hold} {}, of which {inside} in the time \
         searched{refused}.",
        case.title,
        case.id,
        case.vendor,
        counted(header.sources.len() as u64, "log file", "log files"),
        when_searched(header),
        counted(read, "record", "records"),
    )
}

fn done_sentence(header: &Header, impact: &TenantImpact) -> String {
    let TenantImpact { finding, events } = impact;
    let Some((first, last)) = finding.first.zip(finding.last) else {
        return String::new();
    };
    let found = format!(
        "The logs show {} by {} in your tenant, {}.",
        counted(finding.events, "action", "actions"),
        if header.open {
            counted(finding.agents, "actor", "actors")
        } else {
            counted(finding.agents, "agent", "agents")
        },
        lang::first_to_last(first, last),
    );
    if events.iter().all(|event| header.is_tied(event.scopes)) {
        // What evidence ties to the intruder is said before, and it is all.
        return found;
    }
    format!("{found} {}", Deeds::of(impact, |_| true).sentences())
}

/// Returns the reason why the numbers of deeds and actions differ; empty if they do not.
fn span_note(finding: &TenantFinding) -> String {
    match finding.spans.iter().filter(|span| span.is_closed()).count() as u64 {
        0 => String::new(),
        1 => "The start and the end of what lasted, such as an impersonation, are two actions in the list and one here.".to_owned(),
        _ => "The starts and the ends of what lasted, such as impersonations, are two actions each in the list and one here.".to_owned(),
    }
}

fn link_note(finding: &TenantFinding) -> String {
    let stand = match finding.by_link {
        0 => return String::new(),
        1 => "1 of these actions stands".to_owned(),
        more => format!("{} of these actions stand", grouped(more)),
    };
    format!(
        "{stand} in the logs under another name: an agent began to act as a user, or was issued a key, and it goes on with that. \
         The list gives the reason for each."
    )
}

/// Positions that a note lists.
const POSITIONS: usize = 20;

fn decided_note(finding: &TenantFinding) -> String {
    let all = finding.decided.len();
    let mut numbers: Vec<_> = finding
        .decided
        .iter()
        .take(POSITIONS)
        .map(|number| grouped(*number))
        .collect();
    if all > POSITIONS {
        numbers.push(format!("{} more", grouped((all - POSITIONS) as u64)));
    }
    let names = match all {
        0 => return String::new(),
        1 => format!("The record of action {} names", numbers[0]),
        _ => format!("The records of actions {} name", lang::listed(&numbers)),
    };
    format!("{names} no customer. The vendor decided that what was done concerns your tenant.")
}

fn tenure_note(finding: &TenantFinding) -> String {
    let were = match finding.outside_tenure {
        0 => return String::new(),
        1 => "1 of these actions was".to_owned(),
        more => format!("{} of these actions were", grouped(more)),
    };
    format!(
        "{were} done with the identity of an agent at a time at which the agent was not entitled to it. Treat what was done so as \
         not done by the agent."
    )
}

fn search_note(finding: &TenantFinding) -> String {
    let are = match finding.by_search {
        0 => return String::new(),
        1 => "1 of these actions is".to_owned(),
        more => format!("{} of these actions are", grouped(more)),
    };
    format!(
        "{are} by an actor who is not listed as an agent: the address, the session, the key, the program or the kind of action \
         is one that the case searches for. Whether the actor was entitled to it is not known. The list gives the reason for each."
    )
}

fn tiles(header: &Header, impact: &TenantImpact) -> Vec<Tile> {
    let TenantImpact { finding, events } = impact;
    let Some((first, last)) = finding.first.zip(finding.last) else {
        return nothing::tiles(header);
    };
    let mut tiles = Vec::new();
    if header.has_tied() {
        let tied = events.iter().filter(|event| header.is_tied(event.scopes)).count() as u64;
        let note = format!("of {}", counted(finding.events, "action", "actions"));
        let class = if tied > 0 { "tied" } else { "" };
        tiles.push(Tile::new("Tied to the intruder", grouped(tied), note).of(class));
    }
    let gravest = finding.effects.iter().next_back().map(|(effect, count)| {
        let words = lang::effect(*effect);
        Tile::new("Gravest kind done", words.label, lang::deed(*effect, *count)).of(words.key)
    });
    tiles.extend(gravest);
    let sessions = match finding.sessions {
        0 => "no session named".to_owned(),
        sessions => format!("in {}", counted(sessions, "session", "sessions")),
    };
    tiles.push(Tile::new(
        "Actions",
        grouped(finding.events),
        lang::outcomes(finding.outcomes),
    ));
    tiles.push(Tile::new(
        "Tried and failed",
        grouped(finding.outcomes.failure),
        tried(finding),
    ));
    tiles.push(Tile::new(
        "People",
        grouped(finding.people),
        match finding.objects {
            0 => "named in these actions".to_owned(),
            objects => format!("and {}", counted(objects, "object", "objects")),
        },
    ));
    let actors = if header.open { "Actors" } else { "Agents" };
    tiles.push(Tile::new(actors, grouped(finding.agents), sessions));
    tiles.push(moment("First", first));
    tiles.push(moment("Last", last));
    tiles
}

fn tried(finding: &TenantFinding) -> String {
    let gravest = finding.attempts.iter().next_back();
    let gravest = gravest.map(|(effect, count)| lang::deed(*effect, *count));
    match (gravest, finding.attempts.keys().count()) {
        (None, _) => "no attempt is logged".to_owned(),
        (Some(gravest), 1) => gravest,
        (Some(gravest), _) => format!("gravest: {gravest}"),
    }
}

fn moment(label: &str, time: Timestamp) -> Tile {
    let instant = time.instant();
    Tile::new(
        label,
        instant.format("%-d %b %Y").to_string(),
        instant.format("%H:%M:%S UTC").to_string(),
    )
}
