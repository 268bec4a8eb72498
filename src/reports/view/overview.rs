//! The overview for the vendor's own team: names everything, so it is not for customers.

use std::borrow::Cow;

use super::{CaseView, GapView, Tile, text};
use crate::{
    case::AgentId,
    digest,
    findings::{
        ActionFinding, AgentFinding, Answer, Caveat, ConflictFinding, Findings, IsolationFinding, MentionFinding,
        RefusedFinding, ScopeFinding, SourceFinding, TenantFinding,
    },
    isolation::Verdict,
    reports::{lang, template::view},
    tenants::Books,
    text::{counted, grouped},
    time::Timestamp,
};

/// So many refused records are shown; `refused.csv` has them all.
const REFUSED: usize = 50;

/// So many names found in others' copies are shown; `isolation.csv` has them all.
const MENTIONS: usize = 100;

view! {
    /// What `index.html.hbs` is rendered with.
    pub(in crate::reports) struct OverviewView {
        case: CaseView,
        caveats: Vec<CaveatView>,
        tiles: Vec<Tile>,
        books: BooksView,
        attributed: String,
        unattributed: String,
        any_unattributed: bool,
        impact: String,
        tenants: String,
        several_scopes: bool,
        actions: Vec<ActionView>,
        agents: Vec<AgentView>,
        idle_agents: Vec<AgentView>,
        scopes: Vec<ScopeView>,
        sources: Vec<SourceView>,
        gap_hours: String,
        gaps: Vec<GapView>,
        refused: Vec<RefusedView>,
        more_refused: String,
        conflicts: Vec<ConflictView>,
        isolation: IsolationView,
    }
}

view! {
    /// What was found of others in customers' copies.
    struct IsolationView {
        /// What was looked for, in one sentence.
        looked_for: String,
        found: Vec<MentionView>,
        more: String,
    }
}

view! {
    struct MentionView {
        tenant: String,
        field: String,
        text: String,
        kind: String,
        whose: String,
        verdict: String,
        stopped: bool,
        times: String,
    }
}

view! {
    struct CaveatView {
        kind: String,
        message: String,
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
        tenants: String,
        says: String,
    }
}

view! {
    struct AgentView {
        id: String,
        pseudonym: String,
        name: String,
        email: String,
        employer: String,
        role: String,
        country: String,
        events: String,
        tenants: String,
        first: String,
        last: String,
    }
}

view! {
    struct ScopeView {
        name: String,
        from: String,
        until: String,
        basis: String,
        agents: String,
        sessions: String,
        ips: String,
        events: String,
        tenants: String,
    }
}

view! {
    struct SourceView {
        path: String,
        sha256: String,
        bytes: String,
        profile: String,
        framing: String,
        books: BooksView,
        first: String,
        last: String,
        hours: String,
        gaps: Vec<GapView>,
    }
}

view! {
    struct RefusedView {
        path: String,
        offset: String,
        length: String,
        reason: String,
        detail: String,
        names: String,
        excerpt: String,
    }
}

view! {
    struct ConflictView {
        event_id: String,
        places: Vec<PlaceView>,
    }
}

view! {
    struct PlaceView {
        path: String,
        offset: String,
    }
}

view! {
    /// An effect on a tenant's row.
    struct EffectRow<'a> {
        key: Cow<'a, str>,
        label: Cow<'a, str>,
        count: Cow<'a, str>,
    }
}

view! {
    /// One tenant.
    pub(in crate::reports) struct TenantRow<'a> {
        name: Cow<'a, str>,
        id: Cow<'a, str>,
        /// Where its report is, safe in a link.
        href: Cow<'a, str>,
        /// Not empty where the directory does not have it.
        unknown: Cow<'a, str>,
        /// Not empty where its report was not released; there is no link then.
        stopped: Cow<'a, str>,
        events: Cow<'a, str>,
        failures: Cow<'a, str>,
        agents: Cow<'a, str>,
        first: Cow<'a, str>,
        last: Cow<'a, str>,
        /// The gravest effect's key, a class name.
        gravest: Cow<'a, str>,
        /// Events by scope, where there are several.
        scopes: Cow<'a, str>,
        effects: Vec<EffectRow<'a>>,
    }
}

impl OverviewView {
    /// The overview.
    pub(in crate::reports) fn new(answer: &Answer) -> Self {
        let findings = &answer.findings;
        let (agents, idle): (Vec<_>, Vec<_>) = findings.agents.iter().partition(|agent| agent.events > 0);
        let views = |agents: Vec<&AgentFinding>| agents.into_iter().map(AgentView::new).collect();
        let Books {
            in_scope,
            without_tenant,
            ..
        } = findings.records;
        Self {
            case: CaseView::new(&findings.case, &findings.tool),
            caveats: findings.caveats.iter().map(CaveatView::new).collect(),
            tiles: tiles(findings),
            books: BooksView::new(&findings.records),
            attributed: grouped(in_scope.saturating_sub(without_tenant)),
            unattributed: grouped(without_tenant),
            any_unattributed: without_tenant > 0,
            impact: impact(findings),
            tenants: counted(findings.tenants.len() as u64, "tenant", "tenants"),
            several_scopes: findings.scopes.len() > 1,
            actions: actions(findings),
            agents: views(agents),
            idle_agents: views(idle),
            scopes: findings
                .scopes
                .iter()
                .map(|scope| ScopeView::new(scope, findings))
                .collect(),
            sources: sources(findings),
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

/// Ranked by gravest effect, then number of events, then id.
pub(in crate::reports) fn tenants(findings: &Findings) -> impl Iterator<Item = TenantRow<'_>> {
    // With one scope its figure is the number of events.
    let scopes = if findings.scopes.len() > 1 {
        &*findings.scopes
    } else {
        &[]
    };
    findings.ranked().into_iter().map(|tenant| tenant_row(tenant, scopes))
}

fn tenant_row<'a>(tenant: &'a TenantFinding, scopes: &[ScopeFinding]) -> TenantRow<'a> {
    let gravest = tenant.gravest();
    let effects = tenant.effects.iter().rev().map(|(effect, count)| {
        let words = lang::effect(*effect);
        EffectRow {
            key: words.key.into(),
            label: words.label.into(),
            count: grouped(*count).into(),
        }
    });
    let events_in = |scope: &ScopeFinding| {
        let events = tenant.scopes.get(&scope.name).copied().unwrap_or(0);
        format!("{} {}", scope.name, grouped(events))
    };
    let scopes: Vec<String> = scopes.iter().map(events_in).collect();
    TenantRow {
        name: tenant.name.as_deref().unwrap_or(&tenant.id.0).into(),
        id: tenant.id.0.as_str().into(),
        href: format!("tenants/{}/report.html", url_part(&tenant.slug)).into(),
        unknown: if tenant.known { "" } else { "unknown" }.into(),
        stopped: if tenant.released { "" } else { "stopped" }.into(),
        events: grouped(tenant.events).into(),
        failures: if tenant.outcomes.failure == 0 {
            String::new()
        } else {
            grouped(tenant.outcomes.failure)
        }
        .into(),
        agents: grouped(tenant.agents).into(),
        first: lang::clock(tenant.first).into(),
        last: lang::clock(tenant.last).into(),
        gravest: gravest
            .map(|effect| lang::effect(effect).key)
            .unwrap_or_default()
            .into(),
        scopes: scopes.join(", ").into(),
        effects: effects.collect(),
    }
}

/// Percent-encoded but for RFC 3986 unreserved characters.
fn url_part(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

fn impact(findings: &Findings) -> String {
    let impact = &findings.impact;
    let unknown = impact.tenants.saturating_sub(impact.known_tenants);
    let tenants = counted(impact.tenants, "tenant", "tenants");
    let of = match (impact.customers, impact.share) {
        (Some(customers), Some(share)) => format!(" of {} customers ({})", grouped(customers), lang::percent(share)),
        _ => ", of a number of customers that the case does not state".to_owned(),
    };
    let unknown = match unknown {
        0 => String::new(),
        number => format!("; {} not in the tenant directory", grouped(number)),
    };
    format!("{tenants}{of}{unknown}")
}

fn tiles(findings: &Findings) -> Vec<Tile> {
    let impact = &findings.impact;
    let share = match (impact.share, impact.customers) {
        (Some(share), Some(customers)) => format!("{} of {} customers", lang::percent(share), grouped(customers)),
        _ => "number of customers not stated".to_owned(),
    };
    let active = findings.agents.iter().filter(|agent| agent.events > 0).count() as u64;
    let books = &findings.records;
    vec![
        Tile::new("Tenants touched", grouped(impact.tenants), share),
        Tile::new(
            "Actions in scope",
            grouped(books.in_scope),
            format!("{} without a tenant", grouped(books.without_tenant)),
        ),
        Tile::new(
            "Agents with actions",
            grouped(active),
            format!("of {} listed", grouped(findings.agents.len() as u64)),
        ),
        Tile::new(
            "Records read",
            grouped(books.read),
            format!("from {}", counted(findings.sources.len() as u64, "source", "sources")),
        ),
        Tile::new("Records refused", grouped(books.refused), naming(findings)),
    ]
}

fn naming(findings: &Findings) -> String {
    let naming = findings
        .refused
        .iter()
        .filter(|record| !record.names.is_empty())
        .count() as u64;
    match naming {
        0 => "none names a listed agent".to_owned(),
        1 => "1 names a listed agent".to_owned(),
        number => format!("{} name a listed agent", grouped(number)),
    }
}

impl CaveatView {
    fn new(caveat: &Caveat) -> Self {
        let kind = serde_json::to_value(caveat.code).ok();
        Self {
            kind: kind
                .and_then(|kind| kind.as_str().map(str::to_owned))
                .unwrap_or_default(),
            message: caveat.message.clone(),
        }
    }
}

impl BooksView {
    fn new(books: &Books) -> Self {
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
            tenants: grouped(action.tenants),
            says: action.says.clone().unwrap_or_default(),
        }
    };
    actions.into_iter().map(view).collect()
}

impl AgentView {
    fn new(agent: &AgentFinding) -> Self {
        let owned = |field: &Option<String>| text(field.as_ref()).into_owned();
        Self {
            id: agent.id.0.clone(),
            pseudonym: agent.pseudonym.clone(),
            name: owned(&agent.name),
            email: owned(&agent.email),
            employer: owned(&agent.employer),
            role: owned(&agent.role),
            country: owned(&agent.country),
            events: grouped(agent.events),
            tenants: grouped(agent.tenants),
            first: moment(agent.first),
            last: moment(agent.last),
        }
    }
}

fn moment(time: Option<Timestamp>) -> String {
    time.map(lang::clock).unwrap_or_default()
}

impl ScopeView {
    fn new(scope: &ScopeFinding, findings: &Findings) -> Self {
        let agents = match scope.agents.len() {
            all if all == findings.agents.len() => format!("all {}", grouped(all as u64)),
            1..=5 => ids(&scope.agents),
            some => format!("{} of {}", grouped(some as u64), grouped(findings.agents.len() as u64)),
        };
        Self {
            name: scope.name.clone(),
            from: lang::clock(scope.from),
            until: lang::clock(scope.until),
            basis: scope.basis.clone().unwrap_or_default(),
            agents,
            sessions: scope.sessions.join(", "),
            ips: scope.ips.join(", "),
            events: grouped(scope.events),
            tenants: grouped(scope.tenants),
        }
    }
}

fn ids(agents: &[AgentId]) -> String {
    agents.iter().map(|id| id.0.as_str()).collect::<Vec<_>>().join(", ")
}

fn sources(findings: &Findings) -> Vec<SourceView> {
    let view = |(at, source): (usize, &SourceFinding)| {
        let coverage = findings.coverage.sources.iter().find(|coverage| coverage.source == at);
        SourceView {
            path: source.path.clone(),
            sha256: digest::shown(source.sha256),
            bytes: grouped(source.bytes),
            profile: source.profile.clone(),
            framing: source.framing.clone(),
            books: BooksView::new(&source.records),
            first: moment(source.first),
            last: moment(source.last),
            hours: coverage.map(|coverage| grouped(coverage.hours)).unwrap_or_default(),
            gaps: coverage
                .map(|coverage| coverage.gaps.iter().map(GapView::new).collect())
                .unwrap_or_default(),
        }
    };
    findings.sources.iter().enumerate().map(view).collect()
}

fn more_refused(findings: &Findings) -> String {
    match findings.refused.len().saturating_sub(REFUSED) {
        0 => String::new(),
        rest => format!("{} more are not shown here.", grouped(rest as u64)),
    }
}

/// Those that may be in scope first; within, in source order.
fn refused(findings: &Findings) -> Vec<RefusedView> {
    let mut records: Vec<&RefusedFinding> = findings.refused.iter().collect();
    records.sort_by_key(|record| record.names.is_empty());
    let view = |record: &RefusedFinding| RefusedView {
        path: findings.sources[record.source].path.clone(),
        offset: grouped(record.offset),
        length: grouped(record.length),
        reason: record.reason.clone(),
        detail: record.detail.clone(),
        names: ids(&record.names),
        excerpt: record.excerpt.clone(),
    };
    records.into_iter().take(REFUSED).map(view).collect()
}

impl IsolationView {
    fn new(isolation: &IsolationFinding) -> Self {
        let more = isolation.found.len().saturating_sub(MENTIONS);
        Self {
            looked_for: looked_for(isolation),
            found: isolation.found.iter().take(MENTIONS).map(MentionView::new).collect(),
            more: if more == 0 {
                String::new()
            } else {
                format!("{} more are not shown here.", grouped(more as u64))
            },
        }
    }
}

fn looked_for(isolation: &IsolationFinding) -> String {
    let names = counted(isolation.names, "name", "names");
    let short = match isolation.short {
        0 => String::new(),
        short => format!(
            ", {} of them too short to be looked for but as a whole value",
            grouped(short)
        ),
    };
    format!(
        "Looked for in every text and every rendered file of every customer's copy: {names} that could stand there{short}. {} \
         masked, {} allowed by the case, {} stopped.",
        counted(isolation.masked, "text is", "texts are"),
        counted(isolation.allowed, "name is", "names are"),
        counted(isolation.stopped.len() as u64, "report is", "reports are"),
    )
}

impl MentionView {
    fn new(found: &MentionFinding) -> Self {
        Self {
            tenant: found.tenant.0.clone(),
            field: found.field.clone(),
            text: found.text.clone(),
            kind: found.kind.as_str().to_owned(),
            whose: found.of.join(", "),
            verdict: found.verdict.as_str().to_owned(),
            stopped: found.verdict == Verdict::Stopped,
            times: grouped(found.times),
        }
    }
}

impl ConflictView {
    fn new(conflict: &ConflictFinding, findings: &Findings) -> Self {
        let place = |at: &crate::records::Locator| PlaceView {
            path: findings.sources[at.source].path.clone(),
            offset: grouped(at.offset),
        };
        Self {
            event_id: conflict.event_id.clone(),
            places: conflict.events.iter().map(place).collect(),
        }
    }
}
