//! Closing the books: everything that was read becomes one answer, or none if a record is unaccounted for.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{
    Answer, ConflictFinding, CoverageFinding, Findings, Impact, Isolation, IsolationFinding, KindCoverage, NearFinding,
    RefusedFinding, SCHEMA, ScopeFinding, SourceCoverage, SourceFinding, TenantFinding, Tool, caveats::caveats, count,
};
use crate::{
    case::{Case, TenantId},
    catalogue::Catalogue,
    coverage::Coverage,
    isolation::Names,
    sources::{Broken, Changed, Digested, Skipped},
    tenants::{Books, Conflict, Refused, ScopedEvent, Settled, SourceTally, settle},
    time::Window,
};

/// What reading all sources of a case brought.
#[derive(Debug)]
pub struct Scan {
    /// In reading order.
    pub sources: Vec<Scanned>,
    /// Files that were passed over.
    pub skipped: Vec<Skipped>,
    /// Streams that end before they should.
    pub broken: Vec<Broken>,
    /// Files that grew or shrank meanwhile.
    pub changed: Vec<Changed>,
}

/// What reading one source brought.
#[derive(Debug)]
pub struct Scanned {
    /// As reached from the case file.
    pub path: String,
    /// What it was unpacked from.
    pub container: String,
    /// How its text was encoded.
    pub encoding: String,
    /// The file as it lies.
    pub file: Digested,
    /// The bytes that were parsed.
    pub stream: Digested,
    /// Name of the profile that read it.
    pub profile: String,
    /// How its records were framed.
    pub framing: String,
    /// What was found in it.
    pub tally: SourceTally,
}

/// A record is unaccounted for, or counted twice. That is a fault of this program, and nothing may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the books do not balance ({books:?}); this is a fault of tenant-impact, please report it. Nothing was written"
)]
pub struct BooksDoNotBalance {
    /// The books in question.
    pub books: Books,
}

impl Answer {
    /// Closes the books of a case.
    pub fn close(case: &Case, catalogue: &Catalogue, scan: Scan) -> Result<Self, BooksDoNotBalance> {
        let closing = Closing::new(case, catalogue, scan)?;
        let events = &closing.settled.events;
        let names = names(case, catalogue, &closing.scan, events);
        let (tenants, mentions) = count::impacts(case, catalogue, &names, &count::shares(events));
        let unattributed = count::unattributed(catalogue, events);
        let isolation = Isolation { names, mentions };
        let figures = tenants.iter().map(|tenant| tenant.finding.clone()).collect();
        let findings = closing.findings(figures, isolation.finding());
        Ok(Self {
            findings,
            tenants,
            unattributed,
            isolation,
        })
    }

    /// The figures alone, for a first look: no customer's copy is made, so no name of others in one is looked for, and
    /// nothing of this can be released.
    pub fn survey(case: &Case, catalogue: &Catalogue, scan: Scan) -> Result<Findings, BooksDoNotBalance> {
        let closing = Closing::new(case, catalogue, scan)?;
        let shares: Vec<_> = count::shares(&closing.settled.events).into_iter().collect();
        let figures = |(id, events): &(&TenantId, Vec<_>)| count::figures(case, catalogue, id, events);
        let figures = shares.par_iter().map(figures).collect();
        Ok(closing.findings(figures, IsolationFinding::default()))
    }
}

/// The books, closed and balanced.
struct Closing<'c> {
    case: &'c Case,
    catalogue: &'c Catalogue,
    scan: Scan,
    settled: Settled,
    records: Books,
}

impl<'c> Closing<'c> {
    fn new(case: &'c Case, catalogue: &'c Catalogue, mut scan: Scan) -> Result<Self, BooksDoNotBalance> {
        let tallies = scan.sources.iter_mut().map(|source| {
            let coverage = source.tally.coverage.clone();
            std::mem::replace(&mut source.tally, SourceTally::new(coverage))
        });
        let settled = settle(tallies.collect(), &kinds(&scan));
        let records = balanced(&settled)?;
        Ok(Self {
            case,
            catalogue,
            scan,
            settled,
            records,
        })
    }

    /// Everything but the events themselves.
    fn findings(&self, tenants: Vec<TenantFinding>, isolation: IsolationFinding) -> Findings {
        let Self {
            case,
            catalogue,
            scan,
            settled,
            records,
        } = self;
        let conflict = |conflict: &Conflict| ConflictFinding {
            event_id: conflict.event_id.clone(),
            events: conflict.events.clone(),
        };
        let mut findings = Findings {
            schema: SCHEMA.to_owned(),
            tool: Tool {
                name: "tenant-impact".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            case: case.header.clone(),
            complete: true,
            caveats: Vec::new(),
            scopes: scopes(case, &settled.events),
            records: *records,
            sources: sources(scan, settled),
            actions: count::actions(catalogue, &settled.events),
            agents: count::agents(&case.agents, &settled.events),
            coverage: coverage(case, &kinds(scan), settled),
            impact: impact(case, tenants.iter()),
            tenants,
            refused: settled.refused.iter().map(|refused| refusal(case, refused)).collect(),
            conflicts: settled.conflicts.iter().map(conflict).collect(),
            agent_naming: case.reports.agents,
            near: NearFinding {
                mentions: settled.mentions,
                narrowed: settled.narrowed,
            },
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

/// Everybody's names. What the case says and what the catalogue says of an action are printed too.
fn names(case: &Case, catalogue: &Catalogue, scan: &Scan, events: &[ScopedEvent]) -> Names {
    let codes: BTreeSet<_> = events.iter().map(|event| event.event.action.as_str()).collect();
    let entries = codes.into_iter().map(|code| catalogue.lookup(code));
    let meanings = entries.flat_map(|entry| [entry.says, entry.check]).flatten();
    let told = case.told.iter().map(|text| text.value.as_str());
    let paths = scan.sources.iter().map(|source| source.path.as_str());
    Names::new(case, events, paths, told.chain(meanings))
}

/// The books of all sources, if every one balances and so does the whole.
fn balanced(settled: &Settled) -> Result<Books, BooksDoNotBalance> {
    let mut total = Books::default();
    for books in &settled.books {
        total += *books;
    }
    let homeless = settled.events.iter().filter(|event| event.event.tenants.is_empty());
    let counted = records(settled.events.iter()) == total.in_scope && records(homeless) == total.without_tenant;
    match settled.books.iter().chain([&total]).find(|books| !books.balance()) {
        Some(&books) => Err(BooksDoNotBalance { books }),
        None if !counted => Err(BooksDoNotBalance { books: total }),
        None => Ok(total),
    }
}

/// How many records these events come from; one record may hold several.
fn records<'a>(events: impl Iterator<Item = &'a ScopedEvent>) -> u64 {
    let mut places: Vec<_> = events.map(|event| event.at).collect();
    places.sort_unstable();
    places.dedup();
    places.len() as u64
}

fn scopes(case: &Case, events: &[ScopedEvent]) -> Vec<ScopeFinding> {
    let finding = |(at, scope): (usize, &crate::case::Scope)| {
        let inside = || events.iter().filter(|event| event.scopes.contains(at));
        let mut tenants: Vec<_> = inside()
            .flat_map(|event| event.event.tenants.iter().map(|tenant| &tenant.id))
            .collect();
        tenants.sort_unstable();
        tenants.dedup();
        ScopeFinding {
            name: scope.name.clone(),
            from: scope.window.from,
            until: scope.window.until,
            agents: scope
                .agents
                .iter()
                .map(|&agent| case.agents[agent].id.clone())
                .collect(),
            basis: scope.basis.clone(),
            sessions: scope.sessions.clone(),
            ips: scope.ips.clone(),
            events: inside().count() as u64,
            tenants: tenants.len() as u64,
        }
    };
    case.scopes.iter().enumerate().map(finding).collect()
}

fn sources(scan: &Scan, settled: &Settled) -> Vec<SourceFinding> {
    let facts = scan.sources.iter().zip(&settled.books).zip(&settled.coverage);
    let finding = |((source, books), coverage): ((&Scanned, &Books), &Coverage)| SourceFinding {
        path: source.path.clone(),
        sha256: source.file.sha256,
        bytes: source.file.bytes,
        profile: source.profile.clone(),
        framing: source.framing.clone(),
        records: *books,
        first: coverage.first(),
        last: coverage.last(),
        container: source.container.clone(),
        encoding: source.encoding.clone(),
        stream_sha256: source.stream.sha256,
        stream_bytes: source.stream.bytes,
    };
    facts.map(finding).collect()
}

fn coverage(case: &Case, kinds: &[&str], settled: &Settled) -> CoverageFinding {
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
            gaps: coverage.inner_gaps(&windows, least),
        });
    CoverageFinding {
        gap_hours: least,
        gaps: gaps(&mut settled.coverage.iter()),
        kinds: kinds
            .iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|profile| kind(profile))
            .collect(),
        sources: sources.collect(),
    }
}

fn impact<'a>(case: &Case, tenants: impl Iterator<Item = &'a TenantFinding> + Clone) -> Impact {
    let customers = case.directory.customers();
    let touched = tenants.clone().count() as u64;
    Impact {
        tenants: touched,
        known_tenants: tenants.filter(|tenant| tenant.known).count() as u64,
        share: customers
            .filter(|&customers| customers > 0)
            .map(|customers| share(touched, customers)),
        customers,
        listed: case.directory.tenants.len() as u64,
    }
}

/// Rounded in integers, half up, so that every machine prints the same digits.
fn share(part: u64, whole: u64) -> f64 {
    let millionths = (u128::from(part) * 2_000_000 + u128::from(whole)) / (2 * u128::from(whole));
    u32::try_from(millionths).map_or(f64::MAX, f64::from) / 1_000_000.0
}

fn refusal(case: &Case, refused: &Refused) -> RefusedFinding {
    RefusedFinding {
        source: refused.at.source,
        offset: refused.at.offset,
        length: refused.at.length,
        reason: refused.refusal.reason.as_str().to_owned(),
        detail: refused.refusal.detail.clone(),
        names: refused
            .names
            .iter()
            .map(|&agent| case.agents[agent].id.clone())
            .collect(),
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
    fn books_that_do_not_balance_stop_everything() {
        let mut tally = SourceTally::new(Coverage::over(std::iter::empty()));
        tally.read = 2;
        tally.other_actor = 1;
        let settled = settle(vec![tally], &["log"]);
        assert_eq!(balanced(&settled).expect_err("one record is missing").books.read, 2);
    }
}
