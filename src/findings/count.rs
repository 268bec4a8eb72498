//! Counting: from settled events to each tenant's, each action's and each agent's figures.

use std::collections::BTreeMap;

use super::{
    ActionFinding, AgentFinding, Counts, DerivedFinding, Mention, SpanFinding, TenantFinding,
    busy::{busy_times, by_day},
    close::Scanned,
    decided::{self, DecidedEvents},
    equal::EqualEvents,
    mask::Mask,
    sensitivity::TenantShifts,
    slug::slug,
    spans::{Part, spans},
    targets::{NamedTargets, TargetGroups},
    tenure::{self, Stray, Strays},
    tickets::{TicketBook, TicketCounts},
    tied::{OnEnd, Tied},
    verdict::{self, Fact},
};
use crate::{
    case::{Agent, Case, Tenant, TenantId, TicketVerdict},
    catalogue::{Catalogue, Effect},
    events::Outcome,
    isolation::Names,
    scope::{DerivedName, ScopeMask},
    tally::{ActionTotals, AgentTotals, Outcomes, ScopedEvent, TenantEvent, Totals},
    time::Timestamp,
};

/// One tenant's figures, and what figures over all tenants need of them.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) finding: TenantFinding,
    /// The numbers, as [`Known`] gives them, of what it has events of.
    touched: Vec<usize>,
    /// Events on the end of a tied scope.
    pub(super) on_end: Vec<OnEnd>,
    /// Events outside their agents' tenures.
    pub(super) strays: Vec<Stray>,
    /// Changes that moves of windows make for it.
    pub(super) shifts: TenantShifts,
    /// Sums of tickets by agent; empty without a table of tickets.
    pub(super) tickets: BTreeMap<usize, TicketCounts>,
    /// Its events that stand in two sources and that nothing proves to be one.
    pub(super) equal: EqualEvents,
    /// Events to which decisions of the case apply.
    pub(super) decided: DecidedEvents,
}

/// Index by which events are counted: the agents and scopes of the case, and the actions in code
/// order, numbered consecutively.
#[derive(Debug)]
pub(super) struct Known<'c> {
    case: &'c Case,
    actions: BTreeMap<&'c str, Action<'c>>,
    sources: &'c [Scanned],
    pub(super) tied: Tied<'c>,
    pub(super) tickets: Option<TicketBook>,
}

#[derive(Debug, Clone, Copy)]
struct Action<'c> {
    number: usize,
    effect: Effect,
    part: Part<'c>,
}

impl<'c> Known<'c> {
    /// Creates the index of this case and these actions, looking up each action once.
    pub(super) fn new(case: &'c Case, catalogue: &'c Catalogue, totals: &'c Totals, sources: &'c [Scanned]) -> Self {
        let actions = totals.actions.keys();
        let first = case.agents.len() + case.scopes.len();
        let parts = Part::of_codes(catalogue, actions.clone());
        let action = |((number, code), part): ((usize, &'c String), Part<'c>)| {
            let effect = catalogue.lookup(code).effect;
            (code.as_str(), Action { number, effect, part })
        };
        let actions = (first..).zip(actions).zip(parts).map(action).collect();
        let tied = Tied::new(case, totals);
        Self {
            case,
            actions,
            sources,
            tied,
            tickets: TicketBook::of(case, sources.iter().map(|source| source.reads_tickets)),
        }
    }

    fn scope(&self, at: usize) -> usize {
        self.case.agents.len() + at
    }

    /// Returns the facts of an event that the rules of urgency use.
    fn fact(&self, id: &TenantId, event: &ScopedEvent) -> Fact {
        let lacks_ticket = match &self.tickets {
            Some(tickets) => tickets
                .verdict(event, Some(id))
                .is_some_and(|verdict| verdict != TicketVerdict::Fits),
            None => self.sources[event.at.source].reads_tickets && !verdict::has_ticket(event.event.ticket.as_deref()),
        };
        Fact {
            effect: self.actions[event.event.action.as_str()].effect,
            outcome: event.event.outcome,
            lacks_ticket: lacks_ticket && event.link.is_none() && event.search.is_none(),
            tied: self.tied.holds(event),
            linked: self.tied.links(event),
        }
    }

    /// Actions of these events that last. Without a code that begins or ends one, no event is
    /// examined.
    fn spans<'e>(&self, codes: &Counts<(&str, bool)>, events: &[&'e ScopedEvent]) -> Vec<SpanFinding>
    where
        'c: 'e,
    {
        let action = |code: &str| self.actions[code];
        if codes.keys().all(|(code, _)| action(code).part == Part::Whole) {
            return Vec::new();
        }
        spans(events, |code| (action(code).part, action(code).effect))
    }
}

/// Number of tenants with events of each agent, scope and action.
#[derive(Debug)]
pub(super) struct Touched {
    agents: Vec<u64>,
    pub(super) scopes: Vec<u64>,
    actions: Vec<u64>,
}

impl Touched {
    pub(super) fn new(known: &Known<'_>, tenants: &[Figures]) -> Self {
        let mut agents = vec![0; known.scope(known.case.scopes.len()) + known.actions.len()];
        let each = tenants.iter().flat_map(|tenant| &tenant.touched);
        each.for_each(|&number| agents[number] += 1);
        let mut scopes = agents.split_off(known.scope(0));
        let actions = scopes.split_off(known.case.scopes.len());
        Self {
            agents,
            scopes,
            actions,
        }
    }
}

/// The event without the tenants it names: what a tenant may see names no other.
pub(super) fn of_tenant(
    scoped: &ScopedEvent,
    (catalogue, tickets): (&Catalogue, Option<&TicketBook>),
    id: Option<&TenantId>,
) -> TenantEvent {
    // The tenants are not even copied, as there may be a million of them.
    let event = &scoped.event;
    TenantEvent {
        at: scoped.at,
        record_sha256: scoped.record_sha256,
        seal: scoped.seal,
        event_id: event.event_id.clone(),
        time: event.time,
        time_original: scoped.time_original.clone(),
        agent: scoped.agent,
        identity_matched: scoped.identity_matched.clone(),
        effect: catalogue.lookup(&event.action).effect,
        action: event.action.clone(),
        targets: event.targets.clone(),
        outcome: event.outcome,
        ticket: event.ticket.clone(),
        ticket_verdict: tickets.and_then(|tickets| tickets.verdict(scoped, id)),
        justification: event.justification.clone(),
        ip: event.ip.clone(),
        session: event.session.clone(),
        user_agent: event.user_agent.clone(),
        parameters: event.parameters.clone(),
        scopes: scoped.scopes,
        conflict: scoped.conflict,
        link: scoped.link.clone(),
        search: scoped.search.clone(),
    }
}

/// A tenant's copy of its events, masked; and what was found of others in it.
pub(super) fn copies(
    (catalogue, tickets): (&Catalogue, Option<&TicketBook>),
    names: &Names,
    id: &TenantId,
    events: &[&ScopedEvent],
) -> (Vec<TenantEvent>, Vec<Mention>) {
    let mut mask = Mask::new(names, id, catalogue, events);
    let copy = |scoped: &&ScopedEvent| {
        let mut event = of_tenant(scoped, (catalogue, tickets), Some(id));
        mask.event(&mut event, scoped.event.tenants.len() > 1);
        event
    };
    let copies = events.iter().map(copy).collect();
    (copies, mask.mentions)
}

/// Returns the people and objects that a tenant's events name, as logged.
pub(super) fn named(known: &Known<'_>, id: &TenantId, events: &[&ScopedEvent]) -> NamedTargets {
    let facts: Vec<Fact> = events.iter().map(|event| known.fact(id, event)).collect();
    TargetGroups::of(events.iter().map(|event| event.event.targets.as_slice())).named(&id.0, &facts)
}

/// Returns the people and objects that a tenant's copy names. `linked` are positions of events that
/// are linked to tied ones.
pub(super) fn named_in_copy(tied: ScopeMask, id: &TenantId, linked: &[u64], copy: &[TenantEvent]) -> NamedTargets {
    let fact = |(number, event): (u64, &TenantEvent)| Fact {
        effect: event.effect,
        outcome: event.outcome,
        // What to check does not depend on it.
        lacks_ticket: false,
        tied: !event.scopes.and(tied).is_empty(),
        linked: linked.binary_search(&number).is_ok(),
    };
    let facts: Vec<Fact> = (1..).zip(copy).map(fact).collect();
    TargetGroups::of(copy.iter().map(|event| event.targets.as_slice())).named(&id.0, &facts)
}

/// One tenant's figures, counted as logged: what the vendor reads is what happened.
pub(super) fn figures(known: &Known<'_>, id: &TenantId, events: &[&ScopedEvent]) -> Figures {
    let case = known.case;
    let agents = distinct(events.iter().map(|event| event.agent));
    let failed = |event: &ScopedEvent| event.event.outcome == Outcome::Failure;
    let in_scope = |at: usize| events.iter().filter(move |event| event.scopes.contains(at));
    let scopes: Vec<u64> = (0..case.scopes.len()).map(|at| in_scope(at).count() as u64).collect();
    let scopes_failed = (0..case.scopes.len()).map(|at| in_scope(at).filter(|event| failed(event)).count() as u64);
    let scope_names = || case.scopes.iter().map(|scope| scope.name.clone());
    let code = events.iter().map(|event| (event.event.action.as_str(), failed(event)));
    let codes: Counts<(&str, bool)> = code.map(|code| (code, 1)).collect();
    // It stays in memory.
    let mut touched = Vec::with_capacity(agents.len() + scopes.len() + codes.keys().count());
    touched.extend_from_slice(&agents);
    let inside = scopes.iter().enumerate().filter(|(_, events)| **events > 0);
    touched.extend(inside.map(|(at, _)| known.scope(at)));
    touched.extend(codes.keys().map(|(code, _)| known.actions[code].number));
    touched.dedup();
    let of_effect = |failed: bool| {
        let own = codes.iter().filter(move |((_, fails), _)| *fails == failed);
        own.map(|((code, _), count)| (known.actions[code].effect, *count))
    };
    let spans = known.spans(&codes, events);
    let deeds: Counts<Effect> = of_effect(false).collect();
    let closed = |effect: Effect| {
        spans
            .iter()
            .filter(|span| span.effect == effect && span.is_closed())
            .count() as u64
    };
    let effects = deeds.iter().map(|(effect, count)| (*effect, count - closed(*effect)));
    let (tied, tickets) = (&known.tied, known.tickets.as_ref());
    let linked = numbers(events, |event| tied.links(event));
    let decided = numbers(events, |event| decided::applied(case, event).is_some());
    let entry = case.directory.tenants.get(&id.0);
    let text = |cell: Option<&str>| cell.map(str::to_owned);
    let as_logged = || {
        let mut named = events.iter().filter_map(|event| event.event.tenant(id));
        named.find_map(|tenant| tenant.name.clone())
    };
    let facts: Vec<Fact> = events.iter().map(|event| known.fact(id, event)).collect();
    let verdict = verdict::verdict(&facts);
    let (first, last) = span(events).unzip();
    let mut strays: Vec<Stray> = events.iter().filter_map(|event| tenure::stray(case, event)).collect();
    // It stays in memory.
    strays.shrink_to_fit();
    let finding = TenantFinding {
        id: id.clone(),
        logged_as: logged_as(id, events),
        name: text(entry.and_then(Tenant::name)).or_else(as_logged),
        known: entry.is_some(),
        slug: slug(&id.0),
        asked: case.reports.asked.binary_search(id).is_ok(),
        events: events.len() as u64,
        first,
        last,
        days: by_day(events.iter().map(|event| (event.event.time, tied.holds(event)))),
        tied: events.iter().filter(|event| tied.holds(event)).count() as u64,
        tied_failed: events.iter().filter(|event| failed(event) && tied.holds(event)).count() as u64,
        linked,
        decided,
        by_link: events.iter().filter(|event| event.link.is_some()).count() as u64,
        by_search: events.iter().filter(|event| event.search.is_some()).count() as u64,
        outside_tenure: strays.len() as u64,
        level: verdict.level(),
        verdict,
        without_ticket: facts.iter().filter(|fact| fact.wants_ticket()).count() as u64,
        steps: verdict::steps(verdict, &facts),
        people: 0,
        objects: 0,
        targets: Vec::new(),
        untargeted: Vec::new(),
        scopes_failed: scope_names().zip(scopes_failed).collect(),
        scopes: scope_names().zip(scopes).collect(),
        actions: codes
            .iter()
            .map(|((code, _), count)| ((*code).to_owned(), *count))
            .collect(),
        effects: effects.collect(),
        attempts: of_effect(true).collect(),
        spans,
        outcomes: outcomes(events),
        agents: agents.len() as u64,
        sessions: distinct(events.iter().filter_map(|event| event.event.session.as_deref())).len() as u64,
        contact: text(entry.and_then(Tenant::contact)),
        locale: text(entry.and_then(Tenant::locale)),
        time_zone: text(entry.and_then(Tenant::time_zone)),
        masked: 0,
        released: true,
    };
    Figures {
        finding,
        touched,
        on_end: events.iter().flat_map(|event| tied.on_end(event)).collect(),
        strays,
        shifts: Vec::new(),
        decided: decided::of_tenant(case, id, events),
        tickets: tickets.map_or_else(BTreeMap::new, |tickets| {
            tickets.counts(Some(id), events.iter().copied())
        }),
        equal: EqualEvents::new(),
    }
}

/// Returns the numbers of events, from 1, for which a test holds.
fn numbers(events: &[&ScopedEvent], test: impl Fn(&ScopedEvent) -> bool) -> Vec<u64> {
    let numbered = (1_u64..).zip(events);
    numbered
        .filter(|(_, event)| test(event))
        .map(|(number, _)| number)
        .collect()
}

/// The ids under which a tenant's events were logged; none where none of them is merged.
fn logged_as(id: &TenantId, events: &[&ScopedEvent]) -> Vec<TenantId> {
    let refs = || events.iter().filter_map(|event| event.event.tenant(id));
    if refs().all(|tenant| tenant.logged.is_none()) {
        return Vec::new();
    }
    let itself = [id.clone()];
    let logged = refs().flat_map(|tenant| tenant.logged.as_deref().unwrap_or(&itself));
    distinct(logged).into_iter().cloned().collect()
}

/// First and last of events in time order.
fn span(events: &[&ScopedEvent]) -> Option<(Timestamp, Timestamp)> {
    Some((events.first()?.event.time, events.last()?.event.time))
}

fn distinct<T: Ord>(things: impl Iterator<Item = T>) -> Vec<T> {
    let mut things: Vec<T> = things.collect();
    things.sort_unstable();
    things.dedup();
    things
}

fn outcomes(events: &[&ScopedEvent]) -> Outcomes {
    let mut outcomes = Outcomes::default();
    events.iter().for_each(|event| outcomes.count(event.event.outcome));
    outcomes
}

impl Figures {
    /// About how much memory they take.
    pub(super) fn weight(&self) -> u64 {
        let TenantFinding {
            id,
            name,
            slug,
            contact,
            locale,
            time_zone,
            ..
        } = &self.finding;
        let told = [name, contact, locale, time_zone].into_iter().flatten();
        let texts = id.0.len() + slug.len() + told.map(String::len).sum::<usize>();
        let codes = self.finding.actions.keys().map(|code| code.len() + ENTRY);
        // Counted twice: all events, and those that failed.
        let scopes = self.finding.scopes.keys().map(|name| 2 * (name.len() + ENTRY));
        let spans = self.finding.spans.iter();
        let spans = spans.map(|span| size_of::<SpanFinding>() + span.action.len());
        let maps = codes.chain(scopes).chain(spans).sum::<usize>()
            + self
                .finding
                .steps
                .iter()
                .map(|step| size_of_val(&step.actions[..]) + ENTRY)
                .sum::<usize>()
            + size_of_val(&self.touched[..])
            + size_of_val(&self.finding.linked[..])
            + size_of_val(&self.finding.decided[..])
            + size_of_val(&self.finding.days[..])
            + size_of_val(&self.strays[..])
            + size_of_val(&self.shifts[..]);
        // Twice, as long as they are put in order.
        (2 * size_of::<Self>() + SMALL + texts + maps) as u64
    }
}

/// Estimated memory of an entry of a list beside its text, and constant overhead of small values,
/// in bytes.
const ENTRY: usize = 48;
const SMALL: usize = 150;

/// Every action seen, in code order.
/// `decided`: events of each action that the case decided to concern no tenant.
pub(super) fn actions(
    catalogue: &Catalogue,
    totals: &Totals,
    touched: &Touched,
    decided: &BTreeMap<String, u64>,
) -> Vec<ActionFinding> {
    let finding = |((code, own), tenants): ((&String, &ActionTotals), &u64)| {
        let entry = catalogue.lookup(code);
        ActionFinding {
            code: code.clone(),
            effect: entry.effect,
            events: own.events,
            failed: own.failed,
            tenants: *tenants,
            says: entry.says.map(str::to_owned),
            check: entry.check.map(str::to_owned),
            look_for: entry.look_for.to_vec(),
            in_order_if: entry.in_order_if.map(str::to_owned),
            not_logged: entry.not_logged.map(str::to_owned),
            without_tenant: own.without_tenant,
            decided_none: decided.get(code).copied().unwrap_or_default(),
            touches: entry.touches,
            ends: entry.ends.map(str::to_owned),
        }
    };
    totals.actions.iter().zip(&touched.actions).map(finding).collect()
}

/// Every listed agent in the order of the case, also those without events.
pub(super) fn agents(
    listed: &[Agent],
    derived: &[DerivedName],
    totals: &Totals,
    touched: &Touched,
    strays: &Strays,
) -> Vec<AgentFinding> {
    let texts: Vec<&str> = listed.iter().flat_map(Agent::all_identities).collect();
    let finding_of = |name: &DerivedName| DerivedFinding {
        name: name.name.clone(),
        identity: texts[name.identity].to_owned(),
        relation: name.relation,
        records: name.records,
    };
    let finding = |(at, agent): (usize, &Agent)| {
        let own = totals.agents.get(&at);
        AgentFinding {
            id: agent.id.clone(),
            events: own.map_or(0, |own| own.events),
            tenants: touched.agents[at],
            first: own.map(AgentTotals::first),
            last: own.map(AgentTotals::last),
            busy: busy_times(totals.busy_hours(at)),
            pseudonym: agent.pseudonym.clone(),
            name: agent.name.clone(),
            email: agent.email.clone(),
            identities: agent.identities.clone(),
            employer: agent.employer.clone(),
            role: agent.role.clone(),
            country: agent.country.clone(),
            tenure: strays.finding(at, &agent.tenure),
            unlisted: agent.unlisted,
            derived: derived.iter().filter(|name| name.agent == at).map(finding_of).collect(),
        }
    };
    listed.iter().enumerate().map(finding).collect()
}
