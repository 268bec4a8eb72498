//! Closing the books: everything that was read becomes one answer, or none if a record is
//! unaccounted for.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Answer, CaseFinding, ConflictFinding, CoverageFinding, DraftFinding, EqualEventsFinding, Examined, Findings,
    Impact, ImplausibleFinding, InputFinding, Isolation, IsolationFinding, KindCoverage, LinkedFinding, LinksFinding,
    Mention, NamedTargets, NearRecords, OtherTenantFinding, RefusedFinding, RemarkFinding, RemarkKind, SCHEMA,
    ScopeFinding, SharedIdsFinding, SourceCoverage, SourceFinding, TenantFinding, TenantImpact, Tool,
    alike::{MergeFinding, alike},
    busy::busy_step,
    caveats::caveats,
    count::{self, Figures, Known, Touched},
    decided::{self, DecidedEvents},
    equal::{self, Act, EqualEvents},
    missing_files, outages,
    sensitivity::{Beside, SensitivityFinding},
    tenure::{self, Stray, Strays},
    tickets::{TicketCounts, TicketsFinding},
    tied::{OnEnd, count_on_end, tied_scopes},
    uses::CensusFinding,
};
use crate::{
    case::{Case, InputSpec, ProfileRef, TenantId, UnlistedActor},
    catalogue::Catalogue,
    coverage::Coverage,
    events::Remark,
    isolation::{self, Names, ObservedTenant, ObservedText, SharedObjects},
    records::{Accounted, RefusalReason, Said},
    scope::{Actors, DerivedName, TieFilter},
    sources::{Changed, Digested, Skipped, Stamp, Truncated},
    tally::{
        Budget, Conflict, Counting, Deduplicated, DispositionCounts, Links, MovedWindows, NearKind, Refused, Remarked,
        Retained, ScopeTotals, ScopedEvent, SourceTally, SpillError, Totals, deduplicate,
    },
    time::Window,
};

/// Results of reading all sources of a case.
#[derive(Debug)]
pub struct Scan {
    /// In reading order.
    pub sources: Vec<Scanned>,
    /// Files that were passed over.
    pub skipped: Vec<Skipped>,
    /// Streams that end before they should.
    pub broken: Vec<Truncated>,
    /// Files that grew or shrank meanwhile.
    pub changed: Vec<Changed>,
    /// Memory for events in scope.
    pub budget: Arc<Budget>,
    /// Names of actors in the windows.
    pub actors: Actors,
    /// Values of others' records in the windows, by which they may tie to links.
    pub ties: Vec<TieFilter>,
    /// Links that agents opened, if links were followed.
    pub links: Links,
    /// Unlisted actors with events in open scopes: events refer to them by
    /// position behind the agents of the case, so that [`Case::admit`] has to add them before the
    /// books are closed.
    pub unlisted: Vec<UnlistedActor>,
    /// Names that are derived from listed identities and count as the agent's own: to be added to
    /// the case by [`Case::derive`].
    pub derived: Vec<DerivedName>,
}

impl Scan {
    /// Adds what was found of actors to the case, without which its books cannot be closed.
    pub fn settle(&self, case: &mut Case) {
        case.admit(&self.unlisted);
        case.derive(self.derived.iter().map(|name| (name.agent, name.name.as_str())));
    }

    /// Hands on every event in scope that is not in memory, as often as it was read.
    pub(crate) fn each_spilled(&self, with: impl FnMut(ScopedEvent)) -> Result<(), SpillError> {
        let tallies: Vec<_> = self.sources.iter().map(|source| &source.tally).collect();
        self.budget.each_spilled(&tallies, with)
    }
}

/// Results of reading one source.
#[derive(Debug)]
pub struct Scanned {
    /// Path as reached from the case file.
    pub path: String,
    /// Position of its file among those of the plan.
    pub input: usize,
    /// Containers that the source was unpacked from.
    pub container: String,
    /// Encoding of its text.
    pub encoding: String,
    /// The encoding that the case states for its text.
    pub stated_encoding: Option<String>,
    /// Position of the `[[logs]]` entry that it was found by.
    pub entry: usize,
    /// Facts about its first records.
    pub examined: Examined,
    /// Description of a beginning that is no log, with advice.
    pub looks_like: Option<String>,
    /// Name of the format of text that its first records have, if none of them could be read.
    pub text_format: Option<String>,
    /// The tenant of all its records, where the case says so.
    pub tenant: Option<TenantId>,
    /// Statements of the export about itself.
    pub said: Said,
    /// The file's stamp before it was read, by which a later reading sees that it is the same.
    pub(crate) stamp: Option<Stamp>,
    /// The file as it lies.
    pub file: Digested,
    /// The bytes that were parsed.
    pub stream: Digested,
    /// Name of the profile that read it.
    pub profile: String,
    /// The id space of that profile.
    pub ids: String,
    /// Whether that profile reads a ticket.
    pub reads_tickets: bool,
    /// Framing of its records.
    pub framing: String,
    /// Account of its bytes.
    pub accounted: Accounted,
    /// Tally of its records.
    pub tally: SourceTally,
}

/// A record is unaccounted for, or counted twice. That is a fault of this program, and nothing may
/// be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the books do not balance ({books:?}); this is a fault of tenant-impact, please report it. Nothing was written"
)]
pub struct BooksDoNotBalance {
    /// The books in question.
    pub books: DispositionCounts,
}

/// A byte of a source is neither in a record nor named as something else, or is in two records.
/// That is a fault of this program, and nothing may be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{accounted} of the {total} bytes of `{path}` are accounted for; this is a fault of tenant-impact, please report it. Nothing was written"
)]
pub struct BytesUnaccounted {
    /// The source.
    pub path: String,
    /// Bytes that it has.
    pub total: u64,
    /// Bytes in records or named as something else.
    pub accounted: u64,
}

/// There is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloseError {
    /// A fault of this program.
    #[error(transparent)]
    DispositionCounts(#[from] BooksDoNotBalance),
    /// A fault of this program.
    #[error(transparent)]
    Bytes(#[from] BytesUnaccounted),
    /// Events in scope do not fit into memory.
    #[error(transparent)]
    Room(#[from] SpillError),
}

impl Answer {
    /// Closes the books of a case.
    pub fn close(case: &Case, catalogue: &Catalogue, scan: Scan) -> Result<Self, CloseError> {
        let mut closing = Closing::new(case, catalogue, scan)?;
        let (mut figures, names) = closing.figures_and_names()?;
        for figures in &mut figures {
            figures.finding.without_claimed_name(names.claimed());
        }
        let copies = closing.copies(&names, &figures)?;
        let (mut tenants, mut mentions) = (Vec::new(), Vec::new());
        for (figures, (events, found, named)) in figures.iter_mut().zip(copies) {
            figures.finding.name_targets(named);
            figures.finding.masked = found.iter().filter(|mention| mention.shown.is_some()).count() as u64;
            tenants.extend(events.map(|events| TenantImpact {
                finding: figures.finding.clone(),
                events,
            }));
            mentions.extend(found);
        }
        let tickets = closing.known().tickets;
        let unattributed = closing
            .settled
            .kept
            .without_tenant(|event| count::of_tenant(event, (catalogue, tickets.as_ref()), None))?;
        closing.attributed(&figures, Some(unattributed.len() as u64))?;
        let case_words = isolation::near_words(case, &names);
        let isolation = Isolation {
            names,
            mentions,
            case_words,
        };
        let near = closing.near();
        let apart = closing.apart()?;
        let findings = closing.findings(figures, &apart, isolation.finding(), &near);
        if matches!(closing.settled.kept, Retained::InMemory(_)) {
            tenants.extend(findings.asked_in_vain().cloned().map(TenantImpact::empty));
            tenants.sort_unstable_by(|one, other| one.finding.id.cmp(&other.finding.id));
        }
        let stored = match closing.settled.kept {
            held @ Retained::InMemory(_) => {
                held.drop_in_background();
                None
            }
            stored @ Retained::Spilled(_) => Some(Arc::new(stored)),
        };
        Ok(Self {
            findings,
            tenants,
            stored,
            unattributed,
            isolation,
            near,
            tickets,
        })
    }

    /// The figures alone, for a first look: no customer's copy is made, so no name of others in one
    /// is looked for, and nothing of this can be released.
    pub fn survey(case: &Case, catalogue: &Catalogue, scan: Scan) -> Result<Survey, CloseError> {
        let mut closing = Closing::new(case, catalogue, scan)?;
        let known = closing.known();
        let figures = closing.settled.kept.for_each_tenant(|id, events| {
            let mut figures = closing.figures(&known, id, events)?;
            let named = count::named(&known, id, events);
            closing.scan.budget.reserve(NAMED, named.weight())?;
            figures.finding.name_targets(named);
            Ok::<_, SpillError>(figures)
        })?;
        closing.attributed(&figures, None)?;
        let near = closing.near();
        let apart = closing.apart()?;
        let findings = closing.findings(figures, &apart, IsolationFinding::default(), &near);
        let kept = closing.settled.kept;
        Ok(Survey { findings, kept })
    }
}

/// The figures alone.
#[derive(Debug)]
pub struct Survey {
    /// The answer in figures.
    pub findings: Findings,
    /// Events in scope. Freeing them takes as long as counting them, so the caller decides when to.
    pub kept: Retained,
}

/// The books, closed and balanced.
struct Closing<'c> {
    case: &'c Case,
    catalogue: &'c Catalogue,
    scan: Scan,
    settled: Deduplicated,
    beside: Beside,
    records: DispositionCounts,
}

/// Events without a tenant that stand near to the tied scopes.
#[derive(Debug, Default)]
struct Apart {
    linked: u64,
    on_end: Vec<OnEnd>,
    strays: Vec<Stray>,
    tickets: BTreeMap<usize, TicketCounts>,
    equal: EqualEvents,
    /// Events that decisions of the case apply to, and their numbers by action.
    decided: (DecidedEvents, BTreeMap<String, u64>),
}

/// Estimated memory of the list of one tenant's files, and of the note on a skipped file, in bytes.
const FILES: u64 = 2 << 10;
const SKIPPED: u64 = 512;

/// Part of the memory that is claimed for people and objects.
const NAMED: &str = "people and objects that customers' events name";

/// A tenant's copy, where it is kept in memory, what was found of others in it, and the people and
/// objects that it names.
type Copy = (Option<Vec<crate::tally::TenantEvent>>, Vec<Mention>, NamedTargets);

impl<'c> Closing<'c> {
    fn new(case: &'c Case, catalogue: &'c Catalogue, mut scan: Scan) -> Result<Self, CloseError> {
        let reads_tickets: Vec<bool> = scan.sources.iter().map(|source| source.reads_tickets).collect();
        let tallies = scan.sources.iter_mut().map(|source| {
            let coverage = source.tally.coverage.clone();
            std::mem::replace(&mut source.tally, SourceTally::new(coverage))
        });
        let moved = MovedWindows::new(&case.scopes);
        let counting = Counting {
            tied: tied_scopes(case),
            scopes: &case.scopes,
            moved: &moved,
            reads_tickets: &reads_tickets,
            busy_step: busy_step(case.scopes.iter().map(|scope| scope.window)),
        };
        let tallies = tallies.collect();
        let settled = deduplicate(tallies, &id_spaces(&scan), counting, &scan.budget)?;
        let beside = Beside::new(moved, &settled.around);
        let passed_over = SKIPPED * scan.skipped.len() as u64;
        scan.budget
            .reserve("files that were passed over, each of which is told,", passed_over)?;
        let records = balanced(&settled)?;
        for source in &scan.sources {
            all_accounted(&source.path, source.stream.bytes, &source.accounted)?;
        }
        Ok(Self {
            case,
            catalogue,
            scan,
            settled,
            beside,
            records,
        })
    }

    /// Events without a tenant that stand near to the tied scopes, or on the end of a scope. Where
    /// none can, none is examined.
    fn apart(&self) -> Result<Apart, SpillError> {
        let known = self.known();
        let mut apart = Apart::default();
        if let Some(tickets) = &known.tickets {
            let each = self.settled.kept.without_tenant(|event| {
                let counts = tickets.counts(None, [event]);
                counts.into_iter().next()
            })?;
            for (agent, counts) in each.into_iter().flatten() {
                apart.tickets.entry(agent).or_default().plus(counts);
            }
        }
        if self.scan.sources.len() > 1 {
            let acts = self.settled.kept.without_tenant(Act::of)?;
            apart.equal = equal::without_tenant(acts, &id_spaces(&self.scan));
        }
        if !self.case.decisions.all().is_empty() {
            let each = self.settled.kept.without_tenant(|event| {
                let at = decided::applied(self.case, event)?;
                Some((at, event.event.action.clone()))
            })?;
            for (at, action) in each.into_iter().flatten() {
                *apart.decided.0.entry(at).or_default() += 1;
                *apart.decided.1.entry(action).or_default() += 1;
            }
        }
        if !known.tied.can_stand_near() && !tenure::any(self.case) {
            return Ok(apart);
        }
        let tied = &known.tied;
        let without_tenant = |event: &ScopedEvent| {
            let on_end = tied.on_end(event).collect::<Vec<_>>();
            (tied.links(event), on_end, tenure::stray(self.case, event))
        };
        for (linked, on_end, stray) in self.settled.kept.without_tenant(without_tenant)? {
            apart.linked += u64::from(linked);
            apart.on_end.extend(on_end);
            apart.strays.extend(stray);
        }
        Ok(apart)
    }

    /// Returns the index by which events are counted.
    fn known(&self) -> Known<'_> {
        Known::new(self.case, self.catalogue, &self.settled.totals, &self.scan.sources)
    }

    /// One tenant's figures, which stay in memory.
    fn figures(&self, known: &Known<'_>, id: &TenantId, events: &[&ScopedEvent]) -> Result<Figures, SpillError> {
        let mut figures = count::figures(known, id, events);
        figures.shifts = self.beside.tenant(self.case, &self.settled.around, id, events);
        if self.scan.sources.len() > 1 {
            figures.equal = equal::of_tenant(id, events, &id_spaces(&self.scan));
        }
        self.scan.budget.reserve("figures of customers", figures.weight())?;
        Ok(figures)
    }

    /// Both from one look at the events.
    fn figures_and_names(&self) -> Result<(Vec<Figures>, Names), SpillError> {
        let observed = ObservedText::new(self.case);
        let (kept, known) = (&self.settled.kept, self.known());
        let both = kept.for_each_tenant(|id, events| {
            let company = observed.observed_tenant(id, events);
            let what = "names of customers' people, whom all reports are searched for,";
            self.scan.budget.reserve(what, company.weight())?;
            // Every customer's files are listed.
            self.scan.budget.reserve("files of customers", FILES)?;
            Ok::<_, SpillError>((self.figures(&known, id, events)?, company))
        })?;
        let (figures, companies): (Vec<_>, Vec<_>) = both.into_iter().unzip();
        kept.without_tenant(|event| observed.words(&[event]))?;
        let names = self.names(&observed, &companies);
        Ok((figures, names.with_shared_objects(self.shared_objects(&companies)?)))
    }

    /// Returns the owners of the targets of events in several tenants. Few cases have such an
    /// event, and without one no event is read again.
    fn shared_objects(&self, companies: &[ObservedTenant]) -> Result<SharedObjects, SpillError> {
        let mut shared_objects = SharedObjects::of(companies);
        if shared_objects.is_empty() {
            return Ok(shared_objects);
        }
        let own = self.settled.kept.for_each_tenant(|_, events| {
            let own = shared_objects.own(events);
            let what = "things that events of several customers were done on, and others of one customer,";
            self.scan.budget.reserve(what, size_of_val(&own[..]) as u64)?;
            Ok::<_, SpillError>(own)
        })?;
        let each = companies.iter().zip(&own);
        each.for_each(|(company, own)| shared_objects.owned(company, own));
        Ok(shared_objects)
    }

    /// Everybody's names. What the case says and what the catalogue says of an action are printed
    /// too.
    fn names(&self, observed: &ObservedText, companies: &[ObservedTenant]) -> Names {
        let codes = self.settled.totals.actions.keys();
        let entries = codes.map(|code| self.catalogue.lookup(code));
        let meanings = entries.flat_map(|entry| {
            let sentences = [entry.says, entry.check, entry.in_order_if, entry.not_logged];
            let events = entry.look_for.iter().map(String::as_str);
            sentences.into_iter().flatten().chain(events)
        });
        let told = self.case.told.iter().map(|text| text.value.as_str());
        let paths = self.scan.sources.iter().map(|source| source.path.as_str());
        let profiles = self.scan.sources.iter().map(|source| source.profile.as_str());
        let printed = told.chain(meanings).chain(profiles);
        Names::new(self.case, observed, companies, paths, printed)
    }

    /// Every tenant's copy of its events, in id order. Where events are in memory the copies are
    /// too; elsewhere they are made again when they are needed.
    fn copies(&self, names: &Names, figures: &[Figures]) -> Result<Vec<Copy>, SpillError> {
        let kept = &self.settled.kept;
        let tied = tied_scopes(self.case);
        let held = matches!(kept, Retained::InMemory(_));
        let tickets = self.known().tickets;
        kept.for_each_tenant(|id, events| {
            let (copies, mentions) = count::copies((self.catalogue, tickets.as_ref()), names, id, events);
            let own = figures.binary_search_by(|figures| figures.finding.id.cmp(id));
            let linked = own.map_or(&[][..], |own| &figures[own].finding.linked);
            let targets = count::named_in_copy(tied, id, linked, &copies);
            // One reservation: tenants come in any order, and the error is to name one need.
            let what = "texts that name others in customers' copies, and the people and objects in these copies,";
            let weight: u64 = mentions.iter().map(Mention::weight).sum();
            self.scan.budget.reserve(what, weight + targets.weight())?;
            Ok((held.then_some(copies), mentions, targets))
        })
    }

    /// Checks that the events of all tenants add up to the total. `without_tenant` is the number of
    /// events without a tenant, if they were counted.
    fn attributed(&self, figures: &[Figures], without_tenant: Option<u64>) -> Result<(), BooksDoNotBalance> {
        let totals = &self.settled.totals;
        let shares: u64 = figures.iter().map(|figures| figures.finding.events).sum();
        if shares == totals.shares
            && without_tenant.is_none_or(|without_tenant| without_tenant == totals.without_tenant)
        {
            return Ok(());
        }
        Err(BooksDoNotBalance { books: self.records })
    }

    /// The records by others that came near, taken out.
    fn near(&mut self) -> NearRecords {
        NearRecords::new(self.case, std::mem::take(&mut self.settled.near))
    }

    /// Adds the tenants that the case asks about and in which no event is in scope.
    fn with_asked(&self, mut tenants: Vec<TenantFinding>) -> Vec<TenantFinding> {
        let acted_in = |id: &TenantId| tenants.binary_search_by(|tenant| tenant.id.cmp(id)).is_ok();
        let asked = self.case.reports.asked.iter().filter(|id| !acted_in(id));
        let known = self.known();
        let asked: Vec<_> = asked.map(|id| count::figures(&known, id, &[]).finding).collect();
        if !asked.is_empty() {
            tenants.extend(asked);
            tenants.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        }
        tenants
    }

    /// Everything but the events themselves.
    fn findings(
        &self,
        figures: Vec<Figures>,
        apart: &Apart,
        isolation: IsolationFinding,
        near: &NearRecords,
    ) -> Findings {
        let Self {
            case,
            catalogue,
            scan,
            settled,
            beside,
            records,
        } = self;
        let totals = &settled.totals;
        let touched = Touched::new(&self.known(), &figures);
        let mut strays = Strays::default();
        figures.iter().for_each(|figures| strays.tenant(&figures.strays));
        strays.others(&apart.strays);
        let on_end = figures.iter().flat_map(|figures| &figures.on_end).chain(&apart.on_end);
        let on_end = count_on_end(case.scopes.len(), on_end.copied(), &settled.on_end);
        let actions = count::actions(catalogue, totals, &touched, &apart.decided.1);
        let agents = count::agents(&case.agents, &scan.derived, totals, &touched, &strays);
        let shifts = figures.iter();
        let shifts = shifts.map(|figures| (&figures.finding.id, &figures.shifts[..]));
        let sensitivity = SensitivityFinding::new(case, settled, beside, shifts);
        let decided = figures.iter().map(|figures| &figures.decided);
        let decided = decided::findings(case, &decided.chain([&apart.decided.0]));
        let of_tenants = figures
            .iter()
            .map(|figures| (Some(&figures.finding.id), &figures.tickets));
        let tickets = TicketsFinding::new(case, of_tenants.chain([(None, &apart.tickets)]));
        let mut equal = apart.equal.clone();
        for (pair, events) in figures.iter().flat_map(|figures| &figures.equal) {
            *equal.entry(*pair).or_default() += events;
        }
        let tenants: Vec<_> = figures.into_iter().map(|figures| figures.finding).collect();
        let conflict = |conflict: &Conflict| ConflictFinding {
            event_id: conflict.event_id.clone(),
            events: conflict.events.clone(),
        };
        let sources = sources(case, scan, settled);
        let mut findings = Findings {
            schema: SCHEMA.to_owned(),
            tool: Tool {
                name: "tenant-impact".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            case: CaseFinding {
                header: case.header.clone(),
                internal_tlp: case.internal_tlp,
                incident: case.incident.clone(),
            },
            complete: true,
            caveats: Vec::new(),
            scopes: scopes(case, &totals.scopes, &touched.scopes, &on_end),
            linked: LinkedFinding {
                tenants: tenants.iter().filter(|tenant| !tenant.linked.is_empty()).count() as u64,
                without_tenant: apart.linked,
            },
            links: LinksFinding::new(case, &scan.links),
            records: *records,
            census: CensusFinding::new(case, settled, &actions),
            sensitivity,
            draft: DraftFinding::new(&actions, &case.reports.accepted),
            actions,
            agents,
            coverage: coverage(case, scan, &sources, settled),
            sources,
            impact: impact(case, totals, tenants.iter()),
            alike: alike(&tenants, case),
            merge: MergeFinding::new(&tenants, case),
            tenants: self.with_asked(tenants),
            refused: settled
                .refused
                .iter()
                .map(|refused| refusal(case, scan, refused))
                .collect(),
            conflicts: settled.conflicts.iter().map(conflict).collect(),
            shared_ids: settled.shared.iter().map(shared_ids).collect(),
            equal_events: equal_events(equal, &id_spaces(scan), &settled.shared),
            agent_naming: case.reports.agents,
            agents_k: case.reports.agents_k.0,
            near: near.finding(case, &scan.actors),
            tickets,
            decided,
            inputs: inputs(case, scan, settled, near),
            isolation,
        };
        findings.caveats = caveats(&findings, scan);
        findings.complete = findings.caveats.is_empty();
        findings
    }
}

/// Which profile read each source.
fn kinds(scan: &Scan) -> Vec<&str> {
    scan.sources.iter().map(|source| source.profile.as_str()).collect()
}

fn shared_ids((one, other, events): &(String, String, u64)) -> SharedIdsFinding {
    SharedIdsFinding {
        ids: [one.clone(), other.clone()],
        events: *events,
    }
}

/// Pairs of sources with equal events. Two id spaces with common ids are the graver caveat
/// `shared_ids`.
fn equal_events(found: EqualEvents, spaces: &[&str], shared: &[(String, String, u64)]) -> Vec<EqualEventsFinding> {
    let is_shared = |one: usize, other: usize| {
        let mut both = [spaces[one], spaces[other]];
        both.sort_unstable();
        shared.iter().any(|(a, b, _)| both == [a.as_str(), b.as_str()])
    };
    let pairs = found.into_iter().filter(|((one, other), _)| !is_shared(*one, *other));
    let finding = |((one, other), events)| EqualEventsFinding {
        sources: [one, other],
        events,
    };
    pairs.map(finding).collect()
}

/// The id space of each source.
fn id_spaces(scan: &Scan) -> Vec<&str> {
    scan.sources.iter().map(|source| source.ids.as_str()).collect()
}

/// The books of all sources, if every one balances and so does the whole.
fn balanced(settled: &Deduplicated) -> Result<DispositionCounts, BooksDoNotBalance> {
    let mut total = DispositionCounts::default();
    for books in &settled.books {
        total += *books;
    }
    match settled.books.iter().chain([&total]).find(|books| !books.balance()) {
        Some(&books) => Err(BooksDoNotBalance { books }),
        None => Ok(total),
    }
}

/// Whether every byte of a source belongs to one record, or to something else that is named.
fn all_accounted(path: &str, total: u64, accounted: &Accounted) -> Result<(), BytesUnaccounted> {
    let accounted = accounted.total();
    if total == accounted {
        return Ok(());
    }
    Err(BytesUnaccounted {
        path: path.to_owned(),
        total,
        accounted,
    })
}

fn scopes(case: &Case, totals: &[ScopeTotals], tenants: &[u64], on_end: &[u64]) -> Vec<ScopeFinding> {
    let tied = tied_scopes(case);
    let finding = |(at, scope): (usize, &crate::case::Scope)| ScopeFinding {
        name: scope.name.clone(),
        from: scope.window.from,
        until: scope.window.until,
        agents: scope
            .agents
            .iter()
            .map(|&agent| case.agents[agent].id.clone())
            .collect(),
        basis: scope.basis.clone(),
        open: scope.open,
        conditions: scope.conditions.clone(),
        events: totals.get(at).map_or(0, |scope| scope.events),
        failed: totals.get(at).map_or(0, |scope| scope.failed),
        tenants: tenants[at],
        tied: tied.contains(at),
        on_end: on_end[at],
    };
    case.scopes.iter().enumerate().map(finding).collect()
}

fn sources(case: &Case, scan: &Scan, settled: &Deduplicated) -> Vec<SourceFinding> {
    let nonces = case.nonces();
    let seal = |source: &Scanned| Some(nonces.as_ref()?.source(source.stream.sha256?));
    let facts = scan.sources.iter().zip(&settled.books).zip(&settled.coverage);
    let mut implausible = implausible(settled).into_iter();
    let mut remarks = settled
        .remarks
        .iter()
        .map(|remarks| remarks.iter().filter_map(remark).collect());
    let mut other_tenants = settled
        .remarks
        .iter()
        .map(|remarks| remarks.iter().filter_map(other_tenant).collect());
    let finding = |((source, books), coverage): ((&Scanned, &DispositionCounts), &Coverage)| SourceFinding {
        implausible: implausible.next().expect("there is one for each source"),
        remarks: remarks.next().expect("there are some or none for each source"),
        other_tenants: other_tenants.next().expect("there are some or none for each source"),
        path: source.path.clone(),
        sha256: source.file.sha256,
        bytes: source.file.bytes,
        profile: source.profile.clone(),
        reads_tickets: source.reads_tickets,
        framing: source.framing.clone(),
        records: *books,
        first: coverage.first(),
        last: coverage.last(),
        container: source.container.clone(),
        encoding: source.encoding.clone(),
        stated_encoding: source.stated_encoding.clone(),
        stream_sha256: source.stream.sha256,
        stream_bytes: source.stream.bytes,
        accounted: source.accounted.clone(),
        commitment: seal(source).map(|seal| seal.commitment),
        nonce: seal(source).map(|seal| seal.nonce),
    };
    facts.map(finding).collect()
}

/// Returns what each `[[logs]]` entry of the case brought.
fn inputs(case: &Case, scan: &Scan, settled: &Deduplicated, near: &NearRecords) -> Vec<InputFinding> {
    let profile = |entry: usize| {
        let own = scan.sources.iter().find(|source| source.entry == entry);
        own.map(|source| source.profile.clone())
    };
    let finding = |(entry, input): (usize, &InputSpec)| InputFinding {
        path: input.path.clone(),
        profile: profile(entry).unwrap_or_else(|| input.profile.shown().to_owned()),
        sources: 0,
        records: DispositionCounts::default(),
        by_listed: 0,
        own_profile: matches!(input.profile, ProfileRef::File { .. }),
        examined: 0,
        unmatched: Vec::new(),
        obtained: input.origin.obtained.clone(),
        not_recorded: input.origin.not_recorded.clone(),
    };
    let mut examined = vec![Examined::default(); case.logs.len()];
    let mut inputs: Vec<_> = case.logs.iter().enumerate().map(finding).collect();
    for (source, books) in scan.sources.iter().zip(&settled.books) {
        let input = &mut inputs[source.entry];
        input.sources += 1;
        examined[source.entry].and(&source.examined);
        input.records += *books;
        input.by_listed += books.in_scope + books.duplicate;
    }
    for (input, examined) in inputs.iter_mut().zip(examined) {
        input.examined = examined.records;
        input.unmatched = examined.findings();
    }
    let listed = |kind: NearKind| matches!(kind, NearKind::OutsideScopes | NearKind::Narrowed);
    for near in near
        .records
        .iter()
        .filter(|near| near.names.iter().any(|name| listed(name.kind)))
    {
        inputs[scan.sources[near.at.source].entry].by_listed += 1;
    }
    inputs
}

fn remark((remark, remarked): (&Remark, &Remarked)) -> Option<RemarkFinding> {
    let (kind, field, value) = match remark {
        Remark::Unreadable { field, path } => (RemarkKind::Unreadable, Some(field.to_string()), path),
        Remark::NoTenant { word } => (RemarkKind::NoTenant, None, word),
        Remark::OtherTenant { .. } => return None,
    };
    Some(RemarkFinding {
        kind,
        field,
        value: value.clone(),
        events: remarked.events,
    })
}

fn other_tenant((remark, remarked): (&Remark, &Remarked)) -> Option<OtherTenantFinding> {
    let Remark::OtherTenant {
        stated,
        named,
        overruled,
    } = remark
    else {
        return None;
    };
    let offsets: BTreeSet<u64> = remarked.offsets.iter().copied().collect();
    Some(OtherTenantFinding {
        stated: stated.clone(),
        named: named.clone(),
        overruled: *overruled,
        events: remarked.events,
        offsets: offsets.into_iter().collect(),
    })
}

/// Returns for each source its records with implausible times.
fn implausible(settled: &Deduplicated) -> Vec<ImplausibleFinding> {
    let read = settled.coverage.iter().zip(&settled.late);
    let mut findings: Vec<_> = read
        .map(|(coverage, late)| ImplausibleFinding {
            after_issue: coverage.late(),
            after_issue_naming: late.naming,
            after_issue_first: late.first,
            ..ImplausibleFinding::default()
        })
        .collect();
    let refused = settled.refused.iter();
    for refused in refused.filter(|refused| refused.refusal.reason == RefusalReason::ImplausibleTime) {
        let finding = &mut findings[refused.at.source];
        finding.refused += 1;
        finding.refused_naming += u64::from(!refused.names.is_empty() || !refused.terms.is_empty());
    }
    findings
}

fn coverage(case: &Case, scan: &Scan, files: &[SourceFinding], settled: &Deduplicated) -> CoverageFinding {
    let kinds = &kinds(scan)[..];
    let windows: Vec<Window> = case.scopes.iter().map(|scope| scope.window).collect();
    let least = case.reports.gap_hours.0;
    let gaps = |of: &mut dyn Iterator<Item = &Coverage>| {
        let mut all = Coverage::over(windows.iter().copied());
        of.for_each(|coverage| all.merge(coverage));
        all.gaps(&windows, least)
    };
    let kind = |profile: &str| {
        let mut own = settled
            .coverage
            .iter()
            .zip(kinds)
            .filter(|(_, kind)| **kind == profile)
            .map(|(coverage, _)| coverage);
        KindCoverage {
            profile: profile.to_owned(),
            gaps: gaps(&mut own),
        }
    };
    let sources = settled
        .coverage
        .iter()
        .enumerate()
        .map(|(source, coverage)| SourceCoverage {
            source,
            hours: coverage.covered(&windows),
            with_records: coverage.with_records(&windows),
            gaps: coverage.inner_gaps(&windows, least),
        });
    let hours = scan.sources.iter().zip(&settled.coverage);
    let hours = hours.map(|(source, own)| (source.entry, source.profile.as_str(), own));
    let mut all = Coverage::over(windows.iter().copied());
    settled.coverage.iter().for_each(|coverage| all.merge(coverage));
    CoverageFinding {
        gap_hours: least,
        hours: all.hours(&windows),
        hours_with_records: all.covered(&windows),
        gaps: gaps(&mut settled.coverage.iter()),
        kinds: kinds
            .iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|profile| kind(profile))
            .collect(),
        sources: sources.collect(),
        outages: outages::findings(case, &hours.collect::<Vec<_>>()),
        missing: missing_files(files, &windows),
    }
}

fn impact<'a>(case: &Case, totals: &Totals, tenants: impl Iterator<Item = &'a TenantFinding> + Clone) -> Impact {
    Impact {
        tenants: tenants.clone().count() as u64,
        known_tenants: tenants.clone().filter(|tenant| tenant.known).count() as u64,
        attempts_only: tenants.filter(|tenant| tenant.gravest().is_none()).count() as u64,
        failed: totals.failed,
        share: None,
        customers: case.directory.customers(),
        listed: case.directory.tenants.len() as u64,
    }
    .with_share()
}

impl Impact {
    pub(crate) fn with_share(self) -> Self {
        let part = self.of_customers();
        let customers = self.customers.filter(|&customers| part.max(1) <= customers);
        Self {
            share: customers.map(|customers| share(part, customers)),
            ..self
        }
    }
}

/// Rounded in integers, half up, so that every machine prints the same digits.
fn share(part: u64, whole: u64) -> f64 {
    let millionths = (u128::from(part) * 2_000_000 + u128::from(whole)) / (2 * u128::from(whole));
    u32::try_from(millionths).map_or(f64::MAX, f64::from) / 1_000_000.0
}

fn refusal(case: &Case, scan: &Scan, refused: &Refused) -> RefusedFinding {
    let source = &scan.sources[refused.at.source];
    let seen = &refused.refusal.detail;
    let detail = match (refused.refusal.reason, source.encoding.as_str()) {
        (RefusalReason::InvalidUtf8, "utf-8") => {
            format!("{seen}; if the source is in another encoding, state it as `encoding` in its `[[logs]]`")
        }
        (RefusalReason::InvalidUtf8, encoding) => {
            format!("{seen} of the decoded text: what stands there in the source is no `{encoding}`")
        }
        _ => seen.clone(),
    };
    RefusedFinding {
        source: refused.at.source,
        offset: refused.at.offset,
        length: refused.at.length,
        reason: refused.refusal.reason.as_str().to_owned(),
        detail,
        names: refused
            .names
            .iter()
            .map(|&agent| case.agents[agent].id.clone())
            .collect(),
        terms: refused.terms.clone(),
        excerpt: refused.excerpt.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_half_up_to_six_decimals() {
        assert!((share(366, 15_000) - 0.0244).abs() < f64::EPSILON);
        assert_eq!(share(1, 3).to_string(), "0.333333");
        assert_eq!(share(2, 3).to_string(), "0.666667");
        assert_eq!(share(5, 2).to_string(), "2.5");
    }

    #[test]
    fn tenants_that_the_directory_does_not_have_are_no_part_of_the_share() {
        for (listed, customers, known_tenants, tenants, expected) in [
            (400, Some(400), 78, 80, "Some(0.195)"),
            (400, Some(1000), 78, 80, "Some(0.078)"),
            (0, Some(400), 0, 80, "Some(0.2)"),
            (0, None, 0, 80, "None"),
            (400, Some(400), 0, 2, "Some(0.0)"),
            (0, Some(1), 0, 2, "None"),
        ] {
            let impact = Impact {
                tenants,
                known_tenants,
                attempts_only: 0,
                failed: 0,
                share: None,
                customers,
                listed,
            };
            let share = format!("{:?}", impact.with_share().share);
            assert_eq!(share, expected, "{known_tenants} of {listed}, {customers:?}");
        }
    }

    #[test]
    fn books_that_do_not_balance_stop_everything() {
        let mut tally = SourceTally::new(Coverage::over(std::iter::empty()));
        tally.read = 2;
        tally.other_actor = 1;
        let settled = deduplicate(
            vec![tally],
            &["log"],
            Counting {
                tied: crate::scope::ScopeMask::default(),
                scopes: &[],
                moved: &MovedWindows::default(),
                reads_tickets: &[],
                busy_step: 1,
            },
            &Budget::default(),
        )
        .expect("room");
        assert_eq!(balanced(&settled).expect_err("one record is missing").books.read, 2);
    }

    #[test]
    fn byte_that_is_unaccounted_for_stops_everything() {
        let named = |bytes| {
            let mut accounted = Accounted::default();
            accounted.name(crate::records::NoRecord::Header, bytes);
            accounted
        };
        assert_eq!(all_accounted("log", 7, &named(7)), Ok(()));
        for bytes in [6, 8] {
            let fault = all_accounted("log", 7, &named(bytes)).expect_err("they differ");
            assert_eq!((fault.total, fault.accounted), (7, bytes as u64));
        }
    }
}
