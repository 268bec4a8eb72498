//! The overview for the vendor's own team: names everything, so it is not for customers.

mod caveats;
mod draft;
mod decided;
mod heat;
mod identities;
mod isolation;
mod people;
mod reach;
mod sensitivity;
mod sources;
mod tenants;
mod tickets;

pub(in crate::reports) use tenants::{TenantRow, tenants};

use super::{CaseView, GapView, SentenceView, Tile, css};
use crate::{
    case::CaseHeader,
    findings::{ActionFinding, AgentFinding, Answer, Findings, Impact, Level, ScopeFinding, actions_with_failed},
    reports::{lang, template::view},
    tally::DispositionCounts,
    text::{counted, grouped},
    time::{Timestamp, Window},
};
use caveats::CaveatGroupView;
use decided::DecidedView;
use draft::DraftView;
use heat::HeatView;
use identities::NearView;
use isolation::IsolationView;
use people::{AgentView, ScopeView, StrayView};
use reach::{MissingView, OriginView, OutageView};
use sensitivity::{CensusView, SensitivityView};
use sources::{ConflictView, RefusedView, SourceView, more_refused, refused, sources, unmatched, without_listed};
use tickets::TicketsView;

view! {
    /// The view of `index.html.hbs`.
    pub(in crate::reports) struct OverviewView {
        case: CaseView,
        /// Case and time of issue for the margins of printed pages, as the inside of a string of
        /// CSS.
        print_head: String,
        /// Events that evidence ties to the intruder, one sentence for each tied scope.
        tied: Vec<TiedScopeView>,
        /// Reasons why the reports are drafts.
        draft: DraftView,
        /// One sentence about other events of the sessions of tied actions; empty if there are
        /// none.
        linked: String,
        /// Agents that acted outside their tenures, a row for each.
        strays: Vec<StrayView>,
        caveats: Vec<CaveatGroupView>,
        tiles: Vec<Tile>,
        books: BooksView,
        attributed: String,
        unattributed: String,
        any_unattributed: bool,
        /// One sentence about events in scope under another name; empty if there are none.
        by_link: String,
        by_search: String,
        impact: String,
        tenants: String,
        several_scopes: bool,
        actions: Vec<ActionView>,
        agents: Vec<AgentView>,
        idle_agents: Vec<AgentView>,
        heat: HeatView,
        near: NearView,
        census: CensusView,
        sensitivity: Vec<SensitivityView>,
        /// True where events beside the windows were too many to count.
        too_many_beside: bool,
        tickets: TicketsView,
        decided: Vec<DecidedView>,
        scopes: Vec<ScopeView>,
        sources: Vec<SourceView>,
        /// Sentences on inputs in whose windows no listed agent occurs.
        without_listed: Vec<SentenceView>,
        /// Sentences on inputs with mapped fields that lead nowhere.
        unmatched: Vec<SentenceView>,
        origins: Vec<OriginView>,
        outages: Vec<OutageView>,
        missing: Vec<MissingView>,
        more_missing: String,
        gap_hours: String,
        gaps: Vec<GapView>,
        refused: Vec<RefusedView>,
        more_refused: String,
        conflicts: Vec<ConflictView>,
        isolation: IsolationView,
    }
}

view! {
    struct BooksView {
        read: String,
        in_scope: String,
        duplicate: String,
        other_actor: String,
        outside_window: String,
        refused: String,
        any_refused: bool,
    }
}

view! {
    struct ActionView {
        action: String,
        class: String,
        label: String,
        events: String,
        failed: String,
        tenants: String,
        says: String,
    }
}

impl OverviewView {
    /// The overview.
    pub(in crate::reports) fn new(answer: &Answer) -> Self {
        let findings = &answer.findings;
        let (agents, idle): (Vec<_>, Vec<_>) = findings.agents.iter().partition(|agent| agent.events > 0);
        let views = |agents: Vec<&AgentFinding>| agents.into_iter().map(AgentView::new).collect();
        let DispositionCounts {
            in_scope,
            without_tenant,
            ..
        } = findings.records;
        Self {
            case: CaseView::new(
                &findings.case.header,
                findings.case.internal_tlp,
                &findings.tool,
                findings.draft.is_draft(),
            ),
            draft: DraftView::new(findings),
            print_head: print_head(&findings.case.header),
            tied: tied_scopes(findings).map(TiedScopeView::new).collect(),
            linked: linked(findings),
            strays: findings.agents.iter().filter_map(StrayView::new).collect(),
            caveats: caveats::grouped(&findings.caveats),
            tiles: tiles(findings),
            books: BooksView::new(&findings.records),
            attributed: grouped(in_scope.saturating_sub(without_tenant)),
            unattributed: grouped(without_tenant),
            any_unattributed: without_tenant > 0,
            by_link: by_link(findings),
            by_search: by_search(findings),
            impact: impact(findings),
            tenants: tenants_counted(findings),
            several_scopes: findings.scopes.len() > 1,
            actions: actions(findings),
            agents: views(agents),
            idle_agents: views(idle),
            heat: HeatView::new(findings),
            near: NearView::new(findings),
            census: CensusView::new(findings),
            sensitivity: SensitivityView::each(findings),
            too_many_beside: findings.sensitivity.too_many,
            tickets: TicketsView::new(findings),
            decided: DecidedView::each(findings),
            scopes: findings
                .scopes
                .iter()
                .map(|scope| ScopeView::new(scope, findings))
                .collect(),
            sources: sources(findings),
            without_listed: without_listed(findings),
            unmatched: unmatched(findings),
            origins: findings.inputs.iter().filter_map(OriginView::new).collect(),
            outages: findings.coverage.outages.iter().map(OutageView::new).collect(),
            missing: MissingView::each(findings),
            more_missing: MissingView::more(findings),
            gap_hours: counted(u64::from(findings.coverage.gap_hours), "whole hour", "whole hours"),
            gaps: findings.coverage.gaps.iter().map(GapView::new).collect(),
            refused: refused(findings),
            more_refused: more_refused(findings),
            conflicts: findings
                .conflicts
                .iter()
                .map(|found| ConflictView::new(found, findings))
                .collect(),
            isolation: IsolationView::new(&findings.isolation),
        }
    }
}

view! {
    /// A scope that evidence ties to the intruder.
    struct TiedScopeView {
        name: String,
        tenants: String,
        /// The rest of the sentence.
        rest: String,
        any: bool,
        /// Events exactly on its end, in a sentence; empty where there are none.
        on_end: String,
    }
}

impl TiedScopeView {
    fn new(scope: &ScopeFinding) -> Self {
        let window = Window {
            from: scope.from,
            until: scope.until,
        };
        Self {
            name: scope.name.clone(),
            tenants: counted(scope.tenants, "tenant", "tenants"),
            rest: format!(
                "evidence ties {} to the intruder, {}",
                actions_with_failed(scope.events, scope.failed),
                lang::window(window)
            ),
            any: scope.events > 0,
            on_end: match scope.on_end {
                0 => String::new(),
                1 => "1 more event of its agents lies exactly on its end, which it does not hold.".to_owned(),
                more => format!(
                    "{} more events of its agents lie exactly on its end, which it does not hold.",
                    grouped(more)
                ),
            },
        }
    }
}

/// Returns how many tenants are listed in words, apart those that were only asked about.
fn tenants_counted(findings: &Findings) -> String {
    let acted_in = counted(findings.acted_in().count() as u64, "tenant", "tenants");
    match findings.asked_in_vain().count() as u64 {
        0 => acted_in,
        asked => format!("{acted_in}, and {} asked about without an action", grouped(asked)),
    }
}

fn tied_scopes(findings: &Findings) -> impl Iterator<Item = &ScopeFinding> {
    findings.scopes.iter().filter(|scope| scope.tied)
}

fn by_link(findings: &Findings) -> String {
    let openings = findings.links.openings.iter().filter(|opening| opening.events > 0);
    match findings.records.by_link {
        0 => String::new(),
        records => format!(
            "{} in scope under another name: an agent set in motion what they go on with, by {} that findings.json lists in \
             `links`. Each states its reason in actions.jsonl.",
            counted(records, "record is", "records are"),
            counted(openings.count() as u64, "action", "actions")
        ),
    }
}

fn by_search(findings: &Findings) -> String {
    let actors = findings.agents.iter().filter(|agent| agent.unlisted).count() as u64;
    match findings.records.by_search {
        0 => String::new(),
        records => format!(
            "{} in scope because of what an open scope searches for, and not because of a listed agent: {} named in the \
             table of agents.",
            counted(records, "record is", "records are"),
            counted(actors, "unlisted actor is", "unlisted actors are"),
        ),
    }
}

fn linked(findings: &Findings) -> String {
    let tenants = findings.tenants.iter();
    let events: u64 = tenants.map(|tenant| tenant.linked.len() as u64).sum();
    let without = findings.linked.without_tenant;
    let parts = [
        (events > 0).then(|| {
            let tenants = counted(findings.linked.tenants, "tenant", "tenants");
            format!("{} in {tenants}", counted(events, "action", "actions"))
        }),
        (without > 0).then(|| format!("{} without a tenant", counted(without, "action", "actions"))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match &*parts {
        [] => String::new(),
        parts => format!(
            "Sessions with tied actions also acted outside the narrower scope: {}.",
            lang::listed(parts)
        ),
    }
}

fn print_head(case: &CaseHeader) -> String {
    let issued = case
        .issued
        .map_or_else(|| "not yet issued".to_owned(), |issued| issued.to_string());
    css(&format!("{} · {issued}", case.id))
}

fn impact(findings: &Findings) -> String {
    let impact = &findings.impact;
    let unknown = impact.unknown();
    let tenants = impact.says_tenants();
    let together = together(impact);
    let of = match (impact.customers, impact.share) {
        (Some(customers), Some(share)) => {
            let (known, customers) = (
                grouped(impact.of_customers()),
                counted(customers, "customer", "customers"),
            );
            format!(": {together}{known} of {customers} ({})", lang::percent(share))
        }
        (Some(customers), None) if impact.tenants > customers => {
            format!(
                ", more than the {} that the case states",
                counted(customers, "customer", "customers")
            )
        }
        _ => ", of a number of customers that the case does not state".to_owned(),
    };
    let unknown = match unknown {
        0 => String::new(),
        number => format!("; {} not in the tenant directory", grouped(number)),
    };
    format!("Acted in {tenants}{of}{unknown}")
}

/// Returns the word before a figure that includes tenants with failed attempts only.
fn together(impact: &Impact) -> &'static str {
    if impact.attempts_only > 0 { "together " } else { "" }
}

fn tiles(findings: &Findings) -> Vec<Tile> {
    let impact = &findings.impact;
    let share = match (impact.share, impact.customers) {
        (Some(share), Some(customers)) => {
            let (known, customers) = (
                grouped(impact.of_customers()),
                counted(customers, "customer", "customers"),
            );
            let unknown = match impact.unknown() {
                0 => String::new(),
                unknown => format!("; {} not in the directory", grouped(unknown)),
            };
            format!(
                "{}{known} of {customers}, {}{unknown}",
                together(impact),
                lang::percent(share)
            )
        }
        (None, Some(customers)) if impact.tenants > customers => format!("of {} customers stated", grouped(customers)),
        _ => "number of customers not stated".to_owned(),
    };
    let share = match impact.attempts_only {
        0 => share,
        tried => format!("{} more with failed attempts only; {share}", grouped(tried)),
    };
    let active = findings.listed_agents().filter(|agent| agent.events > 0).count() as u64;
    let unlisted = findings.agents.iter().filter(|agent| agent.unlisted).count() as u64;
    let listed = format!("of {} listed", grouped(findings.listed_agents().count() as u64));
    let books = &findings.records;
    let tied = tied_scopes(findings).map(|scope| {
        let tenants = grouped(scope.tenants);
        let class = if scope.events > 0 { "tied" } else { "" };
        let note = format!("tenants, by {}", actions_with_failed(scope.events, scope.failed));
        Tile::new("Tied to the intruder", tenants, note).of(class)
    });
    let levels = [Level::ActNow, Level::Check, Level::Information].map(|level| {
        let tenants = findings.tenants.iter().filter(|tenant| tenant.level == level);
        tenants.count() as u64
    });
    let note = format!(
        "{} to check, {} for information",
        grouped(levels[1]),
        grouped(levels[2])
    );
    let urgent = Tile::new("Tenants to act now", grouped(levels[0]), note);
    let all = [
        urgent.of(if levels[0] > 0 { "tied" } else { "" }),
        Tile::new("Tenants acted in", grouped(impact.acted_in()), share),
        Tile::new(
            "Actions in scope",
            grouped(books.in_scope),
            format!(
                "{} of them failed; {} without a tenant",
                grouped(impact.failed),
                grouped(books.without_tenant)
            ),
        ),
        Tile::new(
            "Agents with actions",
            grouped(active),
            match unlisted {
                0 => listed,
                unlisted => format!(
                    "{listed}; and {}",
                    counted(unlisted, "unlisted actor", "unlisted actors")
                ),
            },
        ),
        Tile::new(
            "Records read",
            grouped(books.read),
            format!("from {}", counted(findings.sources.len() as u64, "source", "sources")),
        ),
        Tile::new("Records refused", grouped(books.refused), naming(findings)),
    ];
    tied.chain(all).collect()
}

fn naming(findings: &Findings) -> String {
    let naming = findings
        .refused
        .iter()
        .filter(|record| record.is_possibly_in_scope())
        .count() as u64;
    if findings.scopes.iter().any(|scope| scope.open) {
        return format!("{} possibly in scope", grouped(naming));
    }
    match naming {
        0 => "none names an agent of a scope".to_owned(),
        1 => "1 names an agent of a scope".to_owned(),
        number => format!("{} name an agent of a scope", grouped(number)),
    }
}

impl BooksView {
    fn new(books: &DispositionCounts) -> Self {
        Self {
            read: grouped(books.read),
            in_scope: grouped(books.in_scope),
            duplicate: grouped(books.duplicate),
            other_actor: grouped(books.other_actor),
            outside_window: grouped(books.outside_window),
            refused: grouped(books.refused),
            any_refused: books.refused > 0,
        }
    }
}

/// The gravest effect first, then from the most frequent.
fn actions(findings: &Findings) -> Vec<ActionView> {
    let mut actions: Vec<&ActionFinding> = findings.actions.iter().collect();
    actions.sort_by(|a, b| {
        b.effect
            .cmp(&a.effect)
            .then(b.events.cmp(&a.events))
            .then(a.code.cmp(&b.code))
    });
    let view = |action: &ActionFinding| {
        let words = lang::effect(action.effect);
        ActionView {
            action: action.code.clone(),
            class: words.key.to_owned(),
            label: words.label.to_owned(),
            events: grouped(action.events),
            failed: grouped(action.failed),
            tenants: grouped(action.tenants),
            says: action.says.clone().unwrap_or_default(),
        }
    };
    actions.into_iter().map(view).collect()
}

fn moment(time: Option<Timestamp>) -> String {
    time.map(lang::clock).unwrap_or_default()
}
