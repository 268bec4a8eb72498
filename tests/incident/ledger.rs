//! Keeps the books while the files are laid out, from what the story meant and not from what was
//! written.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::agents::{self, INTRUDED};
use crate::cast::Cast;
use crate::event::{Event, Names, Outcome};
use crate::exports::{Line, Source};
use crate::faces::Face;
use crate::others::NEAR_MISS;
use crate::sentences::{MISSPELT, RENAMED};
use crate::tenants::Tenant;
use crate::time::{ATTRIBUTED, HOUR, POSSIBLE, Stamp};
use crate::truth::{
    AgentTruth, CoverageTruth, HoursTruth, ImpactTruth, LinkedTruth, NearTruth, NearestTruth, Outcomes, Records,
    ScopeTruth, SourceTruth, SpanTruth, TenantTruth, Truth, UnseenAgentTruth, UnseenTruth,
};

/// The earliest and the latest of some acts, as the kept record spells them.
#[derive(Default)]
struct Span {
    first: Option<(i64, String)>,
    last: Option<(i64, String)>,
}

impl Span {
    fn add(&mut self, at: i64, stamp: Stamp) {
        let spelt = || Some((at, stamp.in_utc().write(at)));
        if self.first.as_ref().is_none_or(|(first, _)| at < *first) {
            self.first = spelt();
        }
        if self.last.as_ref().is_none_or(|(last, _)| at >= *last) {
            self.last = spelt();
        }
    }

    fn into_texts(self) -> (Option<String>, Option<String>) {
        (self.first.map(|(_, text)| text), self.last.map(|(_, text)| text))
    }
}

/// The account of one tenant.
struct TenantAccount<'e> {
    tenant: &'e Tenant,
    events: u64,
    span: Span,
    attributed: u64,
    attributed_failed: u64,
    actions: BTreeMap<&'static str, u64>,
    outcomes: Outcomes,
    agents: BTreeSet<usize>,
    impersonations: BTreeMap<&'e str, Impersonation>,
    masked: u64,
}

/// The start and the end of an impersonation, each with its spelling.
#[derive(Default)]
struct Impersonation {
    start: Option<(i64, String)>,
    end: Option<(i64, String)>,
}

impl Impersonation {
    fn close(self) -> SpanTruth {
        let at = |part: &Option<(i64, String)>| part.as_ref().map(|(at, _)| *at);
        SpanTruth {
            // To the nearest second.
            seconds: at(&self.start)
                .zip(at(&self.end))
                .map(|(start, end)| (end - start + 500) / 1000),
            from: self.start.map(|(_, text)| text),
            until: self.end.map(|(_, text)| text),
        }
    }
}

/// The account of one listed agent.
#[derive(Default)]
struct AgentAccount<'e> {
    events: u64,
    tenants: BTreeSet<&'e str>,
    span: Span,
    /// Which of the listed identities records in the window show.
    shown: BTreeSet<String>,
    /// Whether there are records outside the window.
    outside: bool,
}

/// The books.
pub(crate) struct Ledger<'e> {
    cast: &'e Cast,
    sources: Vec<SourceTruth>,
    /// Numbers of the events already counted: a second copy is a duplicate.
    seen: BTreeSet<usize>,
    tenants: BTreeMap<&'e str, TenantAccount<'e>>,
    agents: Vec<AgentAccount<'e>>,
    conflicts: u64,
    possibly_in_scope: u64,
    near: NearTruth,
    misspelt: u64,
    failed: u64,
    attributed: u64,
    attributed_failed: u64,
    /// Acts on the end of each scope.
    on_end: [u64; 2],
    /// Sessions with acts in the narrower scope.
    tied_sessions: BTreeSet<&'e str>,
    /// Sessions, and customers, of acts of the same agent that are not in it.
    untied: Vec<(&'e str, &'e Event<'e>)>,
    /// Records of each hour of the window.
    hours: BTreeMap<i64, u64>,
    coverage: Vec<HoursTruth>,
}

impl<'e> Ledger<'e> {
    /// Empty books.
    pub(crate) fn new(cast: &'e Cast) -> Self {
        let agents = cast.listed().map(|_| AgentAccount::default()).collect();
        let (sources, seen, tenants, near) = Default::default();
        let (tied_sessions, untied, hours, coverage) = Default::default();
        Self {
            cast,
            sources,
            seen,
            tenants,
            agents,
            conflicts: 0,
            possibly_in_scope: 0,
            near,
            misspelt: 0,
            failed: 0,
            attributed: 0,
            attributed_failed: 0,
            on_end: [0, 0],
            tied_sessions,
            untied,
            hours,
            coverage,
        }
    }

    /// Enters one file, in the order of the case.
    pub(crate) fn read(&mut self, source: &Source<'e>) {
        let mut records = Records::default();
        let mut hours = BTreeSet::new();
        for line in &source.lines {
            match line {
                Line::Blank => continue,
                Line::Broken(broken) => {
                    records.refused += 1;
                    self.possibly_in_scope += u64::from(broken.names_agent);
                }
                Line::Event(number, event, stamp) => {
                    if POSSIBLE.holds(event.at) {
                        hours.insert(event.at / HOUR);
                        *self.hours.entry(event.at / HOUR).or_default() += 1;
                    }
                    self.judge(*number, event, *stamp, &mut records);
                }
            }
            records.read += 1;
        }
        self.sources.push(SourceTruth {
            path: source.path.clone(),
            records,
        });
        self.coverage.push(HoursTruth { hours: hours.len() });
    }

    /// The verdicts in their order: window, actor, seen before.
    fn judge(&mut self, number: usize, event: &'e Event<'e>, stamp: Stamp, records: &mut Records) {
        if !POSSIBLE.holds(event.at) {
            records.outside_window += 1;
            if let Some(agent) = event.agent() {
                self.agents[agent].outside = true;
                self.on_end[0] += u64::from(event.at == POSSIBLE.until);
            }
            return;
        }
        let Some(agent) = event.agent() else {
            records.other_actor += 1;
            self.come_near(event);
            return;
        };
        self.agents[agent].show(event.face());
        if !self.seen.insert(number) {
            records.duplicate += 1;
            return;
        }
        records.in_scope += 1;
        records.without_tenant += u64::from(event.place.tenants().is_empty());
        self.conflicts += u64::from(event.contested);
        let failed = u64::from(event.outcome == Outcome::Failure);
        self.failed += failed;
        if agent == INTRUDED {
            if ATTRIBUTED.holds(event.at) {
                self.attributed += 1;
                self.attributed_failed += failed;
                self.tied_sessions.insert(event.client.session());
            } else {
                self.on_end[1] += u64::from(event.at == ATTRIBUTED.until);
                self.untied.push((event.client.session(), event));
            }
        }
        self.enter(agent, event, stamp);
    }

    /// Counts a record in the window of an actor whom no scope has.
    fn come_near(&mut self, event: &Event) {
        let id = &event.face().id;
        self.near.mentions += u64::from(event.names == Names::Agent);
        self.near.outside_scopes += u64::from(*id == self.cast.outsider.id);
        self.near.forms += u64::from(*id == self.cast.others[NEAR_MISS].face.id);
        self.misspelt += u64::from(id == MISSPELT.2);
    }

    fn enter(&mut self, agent: usize, event: &'e Event<'e>, stamp: Stamp) {
        let account = &mut self.agents[agent];
        account.events += 1;
        account.span.add(event.at, stamp);
        for tenant in event.place.tenants() {
            account.tenants.insert(&tenant.id);
            self.tenants
                .entry(&tenant.id)
                .or_insert_with(|| TenantAccount::of(tenant))
                .enter(agent, event, stamp);
        }
    }

    /// The truth.
    pub(crate) fn close(mut self) -> Truth {
        let mut records = Records::default();
        for source in &self.sources {
            records.add(&source.records);
        }
        let (scopes, impact, linked) = (self.scopes(&records), self.impact(), self.linked());
        let near = self.near();
        let mut tied: Vec<_> = self.tenants.values().filter(|account| account.attributed > 0).collect();
        tied.sort_by_key(|account| Reverse(account.attributed));
        let tied_first = tied.iter().map(|account| account.tenant.id.clone()).collect();
        let codes = agents::codes(self.cast.listed());
        let agents = codes.into_iter().zip(self.agents);
        Truth {
            records,
            sources: self.sources,
            scopes,
            tenants: self
                .tenants
                .into_values()
                .map(|account| account.close(self.cast))
                .collect(),
            agents: agents.map(|((id, code), account)| account.close(id, &code)).collect(),
            impact,
            near,
            linked,
            coverage: CoverageTruth {
                gaps: Vec::new(),
                sources: self.coverage,
            },
            hours_with_one_record: self.hours.values().filter(|records| **records == 1).count(),
            tied_first,
            renamed: [self.cast.touched(RENAMED).name.clone(), self.cast.former.name.clone()],
            conflicts: self.conflicts,
            possibly_in_scope: self.possibly_in_scope,
        }
    }

    fn scopes(&self, records: &Records) -> Vec<ScopeTruth> {
        let tenants = |is: &dyn Fn(&TenantAccount) -> bool| self.tenants.values().filter(|one| is(one)).count() as u64;
        vec![
            ScopeTruth {
                name: "possible",
                events: records.in_scope,
                failed: self.failed,
                tenants: tenants(&|_| true),
                on_end: self.on_end[0],
            },
            ScopeTruth {
                name: "attributed",
                events: self.attributed,
                failed: self.attributed_failed,
                tenants: tenants(&|account| account.attributed > 0),
                on_end: self.on_end[1],
            },
        ]
    }

    fn impact(&self) -> ImpactTruth {
        let accounts = || self.tenants.values();
        let known = u32::try_from(accounts().filter(|account| account.tenant.known).count()).expect("few");
        let customers = u32::try_from(self.cast.tenants.len()).expect("few");
        ImpactTruth {
            tenants: self.tenants.len() as u64,
            known_tenants: known.into(),
            attempts_only: accounts().filter(|one| one.outcomes.failure == one.events).count() as u64,
            failed: self.failed,
            customers: customers.into(),
            share: (f64::from(known) / f64::from(customers) * 1e6).round() / 1e6,
        }
    }

    /// Acts of sessions that have others in the narrower scope.
    fn linked(&self) -> LinkedTruth {
        let linked = self
            .untied
            .iter()
            .filter(|(session, _)| self.tied_sessions.contains(session));
        let linked: Vec<_> = linked.map(|(_, event)| event.place.tenants()).collect();
        let tenants: BTreeSet<_> = linked
            .iter()
            .flat_map(|tenants| tenants.iter().map(|one| &one.id))
            .collect();
        LinkedTruth {
            tenants: tenants.len() as u64,
            without_tenant: linked.iter().filter(|tenants| tenants.is_empty()).count() as u64,
        }
    }

    fn near(&mut self) -> NearTruth {
        let mut near = std::mem::take(&mut self.near);
        for (number, (agent, account)) in self.cast.agents.iter().zip(&self.agents).enumerate() {
            let unseen = agent.listed().filter(|identity| !account.shown.contains(*identity));
            near.unseen.extend(unseen.map(|identity| UnseenTruth {
                identity: identity.to_owned(),
                agent: agent.id.clone(),
                nearest: ((identity, number) == (MISSPELT.0, MISSPELT.1)).then_some(NearestTruth {
                    name: MISSPELT.2,
                    records: self.misspelt,
                }),
            }));
            if account.shown.is_empty() {
                near.unseen_agents.push(UnseenAgentTruth {
                    agent: agent.id.clone(),
                    outside_windows: account.outside,
                });
            }
        }
        near
    }
}

impl<'e> TenantAccount<'e> {
    fn of(tenant: &'e Tenant) -> Self {
        let (span, actions, outcomes, agents, impersonations) = Default::default();
        Self {
            tenant,
            events: 0,
            span,
            attributed: 0,
            attributed_failed: 0,
            actions,
            outcomes,
            agents,
            impersonations,
            masked: 0,
        }
    }

    fn enter(&mut self, agent: usize, event: &'e Event<'e>, stamp: Stamp) {
        self.events += 1;
        self.span.add(event.at, stamp);
        let attributed = agent == INTRUDED && ATTRIBUTED.holds(event.at);
        self.attributed += u64::from(attributed);
        self.attributed_failed += u64::from(attributed && event.outcome == Outcome::Failure);
        *self.actions.entry(event.action).or_default() += 1;
        self.agents.insert(agent);
        match event.outcome {
            Outcome::Success => self.outcomes.success += 1,
            Outcome::Failure => self.outcomes.failure += 1,
            Outcome::Null | Outcome::Absent => self.outcomes.unknown += 1,
        }
        self.masked += u64::from(event.names == Names::Customer);
        if let Some(begun) = event
            .impersonation
            .as_deref()
            .filter(|_| event.outcome != Outcome::Failure)
        {
            let both = self.impersonations.entry(begun).or_default();
            let part = if event.id == begun {
                &mut both.start
            } else {
                &mut both.end
            };
            *part = Some((event.at, stamp.in_utc().write(event.at)));
        }
    }

    fn close(self, cast: &Cast) -> TenantTruth {
        let (first, last) = self.span.into_texts();
        let mut impersonations: Vec<_> = self.impersonations.into_values().collect();
        impersonations.sort_by_key(|both| both.start.as_ref().or(both.end.as_ref()).map(|(at, _)| *at));
        let name = if self.tenant.known {
            &cast.tenants[self.tenant.number].name
        } else {
            &self.tenant.name
        };
        TenantTruth {
            id: self.tenant.id.clone(),
            name: name.clone(),
            known: self.tenant.known,
            events: self.events,
            first: first.expect("an account has an event"),
            last: last.expect("an account has an event"),
            scopes: BTreeMap::from([("possible", self.events), ("attributed", self.attributed)]),
            scopes_failed: BTreeMap::from([
                ("possible", self.outcomes.failure),
                ("attributed", self.attributed_failed),
            ]),
            actions: self.actions,
            outcomes: self.outcomes,
            spans: impersonations.into_iter().map(Impersonation::close).collect(),
            agents: self.agents.len(),
            masked: self.masked,
        }
    }
}

impl AgentAccount<'_> {
    /// Notes what a record shows of the agent.
    fn show(&mut self, face: &Face) {
        self.shown.insert(face.id.clone());
        self.shown.extend(face.email.as_ref().map(|email| email.to_lowercase()));
    }

    fn close(self, id: String, code: &str) -> AgentTruth {
        let (first, last) = self.span.into_texts();
        AgentTruth {
            id,
            pseudonym: format!("Agent {code}"),
            events: self.events,
            tenants: self.tenants.len(),
            first,
            last,
        }
    }
}

impl Records {
    fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.in_scope += other.in_scope;
        self.duplicate += other.duplicate;
        self.other_actor += other.other_actor;
        self.outside_window += other.outside_window;
        self.refused += other.refused;
        self.without_tenant += other.without_tenant;
    }
}
