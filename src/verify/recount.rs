//! A recount of the figures from the written files: findings, tables and lines must agree.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Mismatch,
    bundle_contents::{BundleContents, TenantFolder},
    event_lines::{EventLines, EventRef},
    event_row::LineOwner,
    event_sums::EventSum,
    inventory::{Inventory, TopManifest},
    people_table,
};
use crate::{
    bundle::records_path,
    case::{AgentNaming, TenantId, TicketVerdict},
    catalogue::Effect,
    digest::{self, Sha256},
    events::Outcome,
    findings::{
        CaveatCode, Counts, Fact, Findings, NamedTargets, ScopeFinding, SourceFinding, TargetKind, TenantFinding,
        TicketCounts, busy_hour, busy_step, by_day, slug, steps, verdict,
    },
    reports::safe,
    seal::Seal,
    tally::DispositionCounts,
    text::counted,
    time::Timestamp,
};

pub(super) const FINDINGS: &str = "findings.json";

/// Counts everything again and reports what does not agree. Returns sentences about what cannot be
/// counted.
pub(super) fn recount(inventory: &Inventory, written: &BundleContents, mismatches: &mut Vec<Mismatch>) -> Vec<String> {
    let mut count = Recount { mismatches };
    match &inventory.stated {
        TopManifest::Bundle(manifest) => {
            // A missing or unreadable file is reported already.
            if let Some(findings) = &written.findings {
                count.books(findings);
                count.tenants(findings, written);
                count.lists(findings, written);
                count.sums(findings, written);
                count.stopped(findings);
                count.isolation(findings, written);
                count.stated(manifest, findings);
                return uncounted(findings).into_iter().collect();
            }
        }
        TopManifest::Tenant(manifest) => {
            let share = written.tenants.get("");
            let lines = share.map_or(0, |share| share.lines.count());
            count.same("actions.jsonl", "lines", lines, manifest.events);
            let none = TenantFolder::default();
            let share = share.unwrap_or(&none);
            count.table("", share);
            let named = share
                .lines
                .targets
                .named(&manifest.tenant.id.0, &people_table::untied(&share.lines));
            count.people("", &named, share, true);
            count.commitments(&share.lines.events);
            let owner = (Some(manifest.tenant.id.0.as_str()), manifest.case.id.as_str());
            count.owners("actions.jsonl", &share.lines.owners, owner);
        }
        TopManifest::Nothing => {}
    }
    Vec::new()
}

/// Returns the number of tenants whose files were not released, and of their events, which are in
/// no file.
fn withheld(findings: &Findings) -> (u64, u64) {
    let withheld = findings.tenants.iter().filter(|tenant| !tenant.released);
    withheld.fold((0, 0), |(tenants, events), tenant| {
        (tenants + 1, tenant.events.saturating_add(events))
    })
}

fn uncounted(findings: &Findings) -> Option<String> {
    let (tenants, events) = withheld(findings);
    let (whose, what) = (
        counted(tenants, "tenant", "tenants"),
        counted(events, "event", "events"),
    );
    (tenants > 0).then(|| {
        format!(
            "the files of {whose} were not released: their figures, of {what} in no file, cannot be counted again, and the \
             sums over all tenants are within these bounds only"
        )
    })
}

pub(super) struct Recount<'m> {
    mismatches: &'m mut Vec<Mismatch>,
}

impl Recount<'_> {
    pub(super) fn tell(&mut self, path: &str, detail: impl AsRef<str>) {
        self.mismatches.push(Mismatch::new("count", path, detail));
    }

    /// Compares a counted value with a stated one.
    #[expect(clippy::needless_pass_by_value, reason = "figures, and references to maps of them")]
    pub(super) fn same<V: PartialEq + std::fmt::Debug>(&mut self, path: &str, what: &str, found: V, stated: V) {
        if found != stated {
            self.tell(path, format!("{what}: {found:?} by counting, {stated:?} as stated"));
        }
    }

    /// Compares the disposition counts and sources of all inputs with the totals.
    fn inputs(&mut self, findings: &Findings) {
        let (mut total, mut sources) = (DispositionCounts::default(), 0_u64);
        for input in &findings.inputs {
            let Some(sum) = total.checked_sum(&input.records) else {
                return self.tell(FINDINGS, "the books of the inputs are too large");
            };
            total = sum;
            sources = sources.saturating_add(input.sources);
        }
        self.same(FINDINGS, "the inputs' books", total, findings.records);
        self.same(FINDINGS, "the inputs' sources", sources, findings.sources.len() as u64);
    }

    /// Checks that every source's counts balance, that its bytes are accounted for, and that the
    /// counts add up to the totals.
    fn books(&mut self, findings: &Findings) {
        let mut total = DispositionCounts::default();
        for source in &findings.sources {
            if !source.records.checked_balance() {
                self.tell(FINDINGS, format!("the books of `{}` do not balance", source.path));
            }
            if source.accounted.checked_total() != Some(source.stream_bytes) {
                let path = &source.path;
                self.tell(FINDINGS, format!("not every byte of `{path}` is accounted for"));
            }
            let Some(sum) = total.checked_sum(&source.records) else {
                return self.tell(FINDINGS, "the books of the sources are too large");
            };
            total = sum;
        }
        self.same(FINDINGS, "the sources' books", total, findings.records);
        self.inputs(findings);
        let refused = findings.refused.len() as u64;
        self.same(FINDINGS, "refused records", refused, findings.records.refused);
        let tenants = findings.acted_in().count() as u64;
        self.same(FINDINGS, "tenants", tenants, findings.impact.tenants);
        let known = findings.acted_in().filter(|tenant| tenant.known).count() as u64;
        self.same(FINDINGS, "known tenants", known, findings.impact.known_tenants);
        let tried = findings.acted_in().filter(|tenant| tenant.gravest().is_none());
        let tried = tried.count() as u64;
        self.same(
            FINDINGS,
            "tenants of attempts only",
            tried,
            findings.impact.attempts_only,
        );
        let linked = findings
            .tenants
            .iter()
            .filter(|tenant| !tenant.linked.is_empty())
            .count() as u64;
        self.same(FINDINGS, "linked tenants", linked, findings.linked.tenants);
        for scope in &findings.scopes {
            let some = |tenant: &&TenantFinding| tenant.scopes.get(&scope.name).is_some_and(|events| *events > 0);
            let tenants = findings.tenants.iter().filter(some).count() as u64;
            self.same(
                FINDINGS,
                &format!("tenants in the scope `{}`", scope.name),
                tenants,
                scope.tenants,
            );
        }
        for source in &findings.sources {
            let commitment = source.nonce.zip(source.stream_sha256);
            let commitment = commitment.map(|(nonce, digest)| Seal::commitment(nonce, &digest.0));
            self.same(
                FINDINGS,
                &format!("the commitment of `{}`", source.path),
                commitment,
                source.commitment,
            );
        }
        self.same(FINDINGS, "`complete`", findings.caveats.is_empty(), findings.complete);
    }

    /// Compares sums over all tenants with the lines of the copies.
    fn sums(&mut self, findings: &Findings, written: &BundleContents) {
        let totals = written.sums.totals();
        for action in &findings.actions {
            let what = format!("of the action `{}`", action.code);
            self.sum(
                findings,
                &what,
                totals.actions.get(&action.code),
                action.events,
                action.tenants,
            );
            let failed = totals.actions_failed.get(&action.code);
            self.failed(findings, &format!("failed events {what}"), failed, action.failed);
            let found = totals.actions.get(&action.code).map_or(0, |sum| sum.homeless);
            self.same(
                FINDINGS,
                &format!("events without a tenant {what}"),
                found,
                action.without_tenant,
            );
        }
        let stated: BTreeSet<_> = findings.actions.iter().map(|action| &action.code).collect();
        for code in totals.actions.keys().filter(|code| !stated.contains(code)) {
            self.tell(FINDINGS, format!("the action `{code}` is in the copies only"));
        }
        for scope in &findings.scopes {
            let what = format!("in the scope `{}`", scope.name);
            self.sum(
                findings,
                &what,
                totals.scopes.get(&scope.name),
                scope.events,
                scope.tenants,
            );
            let failed = totals.scopes_failed.get(&scope.name);
            self.failed(findings, &format!("failed events {what}"), failed, scope.failed);
        }
        self.failed(findings, "failed events", Some(&totals.failed), findings.impact.failed);
        // Two agents may have the same name.
        if findings.agent_naming == AgentNaming::Pseudonym {
            self.agents(findings, written, &totals.agents);
        }
    }

    fn agents(&mut self, findings: &Findings, written: &BundleContents, totals: &BTreeMap<String, EventSum>) {
        for agent in &findings.agents {
            let what = format!("of `{}`", agent.pseudonym);
            self.sum(
                findings,
                &what,
                totals.get(&agent.pseudonym),
                agent.events,
                agent.tenants,
            );
            if withheld(findings).0 == 0 {
                let span = written.sums.spans.get(&agent.pseudonym);
                let (first, last) = span.copied().unzip();
                self.same(FINDINGS, &format!("first {what}"), first, agent.first);
                self.same(FINDINGS, &format!("last {what}"), last, agent.last);
            }
        }
        self.busy(findings, written);
    }

    /// Compares each agent's events by hour, or by day where the windows are long. Events that were
    /// not released may belong to any hour.
    fn busy(&mut self, findings: &Findings, written: &BundleContents) {
        let step = busy_step(findings.scopes.iter().map(ScopeFinding::window));
        let is_tied = |name: &String| findings.scopes.iter().any(|scope| scope.tied && scope.name == *name);
        let mut found = written.sums.busy(|hour| busy_hour(hour, step), is_tied);
        let (_, more) = withheld(findings);
        for agent in &findings.agents {
            for stated in &agent.busy {
                let what = format!("of `{}` from {}", agent.pseudonym, stated.from);
                let sum = found.remove(&(agent.pseudonym.as_str(), stated.from.hour()));
                let sum = sum.unwrap_or_default();
                if Timestamp::of_hour(busy_hour(stated.from.hour(), step)) != Some(stated.from) {
                    self.tell(FINDINGS, format!("no hour or day of events {what}"));
                }
                for (what, (least, most), stated) in [
                    (format!("events {what}"), sum.events, stated.events),
                    (format!("tied events {what}"), sum.tied, stated.tied),
                ] {
                    if !(least..=most.saturating_add(more)).contains(&stated) {
                        self.same(FINDINGS, &what, least, stated);
                    }
                }
            }
        }
        for (agent, hour) in found.into_keys() {
            let from = Timestamp::of_hour(hour).map_or_else(String::new, |from| from.to_string());
            self.tell(
                FINDINGS,
                format!("events of `{agent}` from {from} are in the copies only"),
            );
        }
    }

    /// Compares a sum; events that were not released may belong to it.
    fn sum(&mut self, findings: &Findings, what: &str, found: Option<&EventSum>, events: u64, tenants: u64) {
        let none = EventSum::default();
        let found = found.unwrap_or(&none);
        let (more_tenants, more) = withheld(findings);
        if !(found.least..=found.most.saturating_add(more)).contains(&events) {
            self.same(FINDINGS, &format!("events {what}"), found.least, events);
        }
        let least = found.tenants();
        if !(least..=least.saturating_add(more_tenants)).contains(&tenants) {
            self.same(FINDINGS, &format!("tenants {what}"), least, tenants);
        }
    }

    /// Compares failed events; events that were not released may have failed.
    fn failed(&mut self, findings: &Findings, what: &str, found: Option<&EventSum>, stated: u64) {
        let (least, most) = found.map_or((0, 0), |found| (found.least, found.most));
        let (_, more) = withheld(findings);
        if !(least..=most.saturating_add(more)).contains(&stated) {
            self.same(FINDINGS, what, least, stated);
        }
    }

    /// Compares the findings about each tenant with its folder.
    fn tenants(&mut self, findings: &Findings, written: &BundleContents) {
        let released = findings.tenants.iter().filter(|tenant| tenant.released);
        let stated: BTreeSet<_> = released.map(|tenant| tenant.slug.as_str()).collect();
        let there: BTreeSet<_> = written.tenants.keys().map(String::as_str).collect();
        for slug in stated.symmetric_difference(&there) {
            self.tell(
                FINDINGS,
                format!("a tenant's folder `{slug}` is in one of the findings and the bundle only"),
            );
        }
        let named = |source: &'_ SourceFinding| digest::shown(source.stream_sha256);
        let sources = findings.sources.iter();
        let sources = sources.map(|source| ((source.path.as_str(), named(source)), digest::shown(source.commitment)));
        let sources: BTreeMap<_, _> = sources.collect();
        for tenant in &findings.tenants {
            self.same(FINDINGS, "a tenant's folder", slug(&tenant.id.0), tenant.slug.clone());
            if tenant.events == 0 && !tenant.asked {
                self.tell(
                    FINDINGS,
                    format!("`{}` has no event, and the case does not ask about it", tenant.slug),
                );
            }
            let masked = written.masks.counts.get(&tenant.slug).copied().unwrap_or_default();
            self.same(
                "masked.jsonl",
                &format!("masked texts of `{}`", tenant.slug),
                masked,
                tenant.masked,
            );
            if let Some(share) = written.tenants.get(&tenant.slug) {
                self.tenant(findings, tenant, share);
                self.owners_of(tenant, findings, written);
                self.named(
                    tenant,
                    findings.draft.is_draft(),
                    written.named.get(&tenant.slug).map(AsRef::as_ref),
                );
                self.table(&format!("tenants/{}/", tenant.slug), share);
                self.places(&sources, &tenant.slug, written);
            }
        }
        let case = findings.case.header.id.as_str();
        self.owners("unattributed.jsonl", &written.unattributed.owners, (None, case));
        if let Some(other) = written.masks.cases.iter().find(|own| own.as_deref() != Some(case)) {
            self.same("masked.jsonl", "the case of a line", other.as_deref(), Some(case));
        }
        for slug in written.places.keys().filter(|slug| !there.contains(slug.as_str())) {
            self.tell(&records_path(slug), "there is no such tenant's folder");
        }
        for slug in written.masks.left().intersection(&there) {
            self.tell(
                "masked.jsonl",
                format!("not all that it masks is masked in `tenants/{slug}/actions.jsonl`"),
            );
        }
    }

    /// Checks the tenant and the case on the lines about a tenant.
    fn owners_of(&mut self, tenant: &TenantFinding, findings: &Findings, written: &BundleContents) {
        let slug = &tenant.slug;
        let owner = (Some(tenant.id.0.as_str()), findings.case.header.id.as_str());
        if let Some(share) = written.tenants.get(slug) {
            self.owners(&format!("tenants/{slug}/actions.jsonl"), &share.lines.owners, owner);
        }
        if let Some(owners) = written.owners.get(slug) {
            self.owners(&records_path(slug), owners, owner);
        }
    }

    /// Checks that lines name no other tenant or case than these.
    fn owners(&mut self, path: &str, found: &BTreeSet<LineOwner>, (tenant, case): (Option<&str>, &str)) {
        let is_stated = |owner: &&LineOwner| owner.0.as_deref() == tenant && owner.1.as_deref() == Some(case);
        if let Some((other_tenant, other_case)) = found.iter().find(|owner| !is_stated(owner)) {
            self.same(path, "the tenant of a line", other_tenant.as_deref(), tenant);
            self.same(path, "the case of a line", other_case.as_deref(), Some(case));
        }
    }

    /// Checks that all places agree on which tenants' files were not released.
    fn stopped(&mut self, findings: &Findings) {
        let withheld = findings.tenants.iter().filter(|tenant| !tenant.released);
        let withheld: Vec<_> = withheld.map(|tenant| tenant.id.clone()).collect();
        self.same(FINDINGS, "tenants not released", &withheld, &findings.isolation.stopped);
        let told = findings
            .caveats
            .iter()
            .any(|caveat| caveat.code == CaveatCode::LeakStopped);
        self.same(FINDINGS, "the caveat `leak-stopped`", !withheld.is_empty(), told);
    }

    fn tenant(&mut self, findings: &Findings, tenant: &TenantFinding, share: &TenantFolder) {
        let lines = &share.lines;
        let path = format!("tenants/{}/actions.jsonl", tenant.slug);
        if lines.count() == 0 && tenant.events > 0 {
            return self.same(&path, "events", 0, tenant.events);
        }
        let with_events = |scopes: &Counts<String>| -> Counts<_> {
            let some = scopes.iter().filter(|(_, events)| **events > 0);
            some.map(|(name, events)| (name.clone(), *events)).collect()
        };
        let counted = |counts: &BTreeMap<String, u64>| counts.clone().into_iter().collect::<Counts<_>>();
        let attempts: Counts<_> = lines.attempts.clone().into_iter().collect();
        // Start and end of an action that lasts count as one deed.
        let ends = |effect: Effect| {
            let own = tenant.spans.iter().filter(|span| span.effect == effect);
            own.filter(|span| span.is_closed()).count() as u64
        };
        let deeds = lines.effects.iter();
        let deeds = deeds.map(|(effect, events)| (*effect, events.saturating_sub(ends(*effect))));
        let effects: Counts<_> = deeds.collect();
        self.same(&path, "events", lines.count(), tenant.events);
        self.same(&path, "first", lines.first, tenant.first);
        self.same(&path, "last", lines.last, tenant.last);
        let days = lines.events.iter().map(|line| {
            let is_tied = |name: &String| findings.scopes.iter().any(|scope| scope.tied && scope.name == *name);
            (line.time, line.scopes.iter().any(is_tied))
        });
        self.same(&path, "events by day", &by_day(days), &tenant.days);
        self.same(&path, "actions", &counted(&lines.actions), &tenant.actions);
        self.same(&path, "effects", &effects, &tenant.effects);
        self.same(&path, "attempts", &attempts, &tenant.attempts);
        self.spans(&path, tenant, lines);
        let is_tied = |name: &String| findings.scopes.iter().any(|scope| scope.tied && scope.name == *name);
        let tied = lines.scope_sets.iter().filter(|(scopes, _)| scopes.iter().any(is_tied));
        self.same(&path, "tied", tied.map(|(_, events)| events).sum::<u64>(), tenant.tied);
        let lacks_ticket = lacks_ticket(findings);
        self.tickets(&path, findings, Some(&tenant.id), lines);
        let facts: Vec<Fact> = (1..)
            .zip(&lines.events)
            .map(|(number, line)| Fact {
                effect: line.effect,
                outcome: line.outcome,
                lacks_ticket: lacks_ticket(line) && !line.by_link && !line.by_search,
                tied: line.scopes.iter().any(is_tied),
                linked: tenant.linked.binary_search(&number).is_ok(),
            })
            .collect();
        let verdict = verdict(&facts);
        self.same(&path, "verdict", verdict, tenant.verdict);
        self.same(&path, "level", verdict.level(), tenant.level);
        self.same(&path, "steps", &steps(verdict, &facts), &tenant.steps);
        let named = lines.targets.named(&tenant.id.0, &facts);
        self.same(&path, "people and objects", &named.targets, &tenant.targets);
        let counts = (named.count(TargetKind::Person), named.count(TargetKind::Object));
        self.same(
            &path,
            "numbers of people and objects",
            counts,
            (tenant.people, tenant.objects),
        );
        let untargeted = &tenant.untargeted;
        self.same(
            &path,
            "actions that name no person or object",
            &named.untargeted,
            untargeted,
        );
        self.people(&format!("tenants/{}/", tenant.slug), &named, share, false);
        let without_ticket = facts.iter().filter(|fact| fact.wants_ticket()).count() as u64;
        self.same(&path, "deeds without a ticket", without_ticket, tenant.without_ticket);
        self.same(&path, "outcomes", lines.outcomes, tenant.outcomes);
        self.same(&path, "scopes", counted(&lines.scopes), with_events(&tenant.scopes));
        let failed = counted(&lines.scopes_failed);
        self.same(
            &path,
            "failed events of scopes",
            failed,
            with_events(&tenant.scopes_failed),
        );
        let failed = facts
            .iter()
            .filter(|fact| fact.tied && fact.outcome == Outcome::Failure);
        self.same(
            &path,
            "tied events that failed",
            failed.count() as u64,
            tenant.tied_failed,
        );
        let by_link = lines.events.iter().filter(|line| line.by_link).count() as u64;
        self.same(&path, "events by a link", by_link, tenant.by_link);
        let by_search = lines.events.iter().filter(|line| line.by_search).count() as u64;
        self.same(&path, "events by an open scope", by_search, tenant.by_search);
        self.decided(&path, findings, tenant, lines);
        self.same(&path, "sessions", lines.sessions.len() as u64, tenant.sessions);
        // Two agents with the same name count as two.
        if findings.agent_naming == AgentNaming::Pseudonym {
            self.same(&path, "agents", lines.agents.len() as u64, tenant.agents);
        }
    }

    /// Checks that the findings have a decision for each action that is the tenant's by one.
    fn decided(&mut self, path: &str, findings: &Findings, tenant: &TenantFinding, lines: &EventLines) {
        let is_decided = |number: &u64| {
            let line = usize::try_from(*number)
                .ok()
                .and_then(|number| lines.events.get(number.checked_sub(1)?));
            let event = line.and_then(|line| line.logged_id.as_ref().or(line.event_id.as_ref()));
            let mut known = findings.decided.iter().map(|known| &known.decision);
            known.any(|known| Some(&known.event) == event && known.tenants.contains(&tenant.id))
        };
        if !tenant.decided.iter().all(is_decided) {
            self.tell(
                path,
                "an action is its tenant's by a decision that the findings do not have",
            );
        }
    }

    /// Checks that start and end of an action that lasts are lines with its effect and times.
    fn spans(&mut self, path: &str, tenant: &TenantFinding, lines: &EventLines) {
        for span in &tenant.spans {
            for (place, number, time) in [("start", span.start, span.from), ("end", span.end, span.until)] {
                let at = number.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
                let line = at.and_then(|at| lines.events.get(at));
                let found = line.and_then(|line| Some((line.time, line.deed()?)));
                let stated = number.map(|_| time.map(|time| (time, span.effect)));
                if stated.is_some() || time.is_some() {
                    self.same(path, &format!("{place} of `{}`", span.action), Some(found), stated);
                }
            }
        }
    }

    /// Compares the rows of `actions.csv` with the lines of `actions.jsonl`.
    fn table(&mut self, prefix: &str, share: &TenantFolder) {
        let rows = share.lines.events.iter().map(|line| line.cells);
        let path = format!("{prefix}actions.csv");
        let (found, stated) = (share.table.len() as u64, share.lines.count());
        if found != stated {
            let (found, stated) = (counted(found, "row", "rows"), counted(stated, "line", "lines"));
            self.tell(&path, format!("{found}, but actions.jsonl has {stated}"));
        } else if let Some(at) = rows.zip(&share.table).position(|(line, row)| line != *row) {
            self.tell(&path, format!("row {} is not what actions.jsonl says there", at + 1));
        }
    }

    /// Compares the verdicts on tickets in lines with the sums of the findings, and with the
    /// tickets that the lines state.
    fn tickets(&mut self, path: &str, findings: &Findings, tenant: Option<&TenantId>, lines: &EventLines) {
        let stated = findings.tickets_of(tenant);
        let mut counts = TicketCounts {
            approved: stated.approved,
            ..TicketCounts::default()
        };
        if findings.tickets.is_some() {
            lines.events.iter().for_each(|line| counts.add(line.ticket_verdict));
        }
        self.same(path, "verdicts on tickets", counts, stated);
        let differs = |line: &&EventRef| {
            let verdict = line.ticket_verdict;
            verdict.is_some_and(|verdict| (verdict == TicketVerdict::None) == line.has_ticket)
        };
        let differing = lines.events.iter().filter(differs).count() as u64;
        self.same(path, "verdicts that their tickets contradict", 0, differing);
    }

    /// Compares `people.csv` with the people and objects that the lines name.
    fn people(&mut self, prefix: &str, named: &NamedTargets, share: &TenantFolder, is_alone: bool) {
        if let Some(fault) = people_table::fault(named, &share.lines, share.people.as_deref(), is_alone) {
            self.tell(&format!("{prefix}people.csv"), fault);
        }
    }

    /// Checks that each row has commitments to its record and its log. Only the whole bundle shows
    /// which ones they must be.
    fn commitments(&mut self, lines: &[EventRef]) {
        for (number, line) in (1..).zip(lines) {
            if line.commitment.is_none() {
                self.tell("actions.jsonl", format!("line {number} holds no `record_commitment`"));
            }
            if line.source.parse::<Sha256>().is_err() {
                self.tell("actions.jsonl", format!("`source` of line {number} is no commitment"));
            }
        }
    }

    /// Compares each row's commitments with those that the vendor's files state.
    fn places(&mut self, sources: &BTreeMap<(&str, String), String>, slug: &str, written: &BundleContents) {
        let lines = &written.tenants[slug].lines;
        let path = records_path(slug);
        let Some(places) = written.places.get(slug) else {
            return self.tell(&path, "the places of the tenant's records are missing");
        };
        self.same(&path, "lines", places.len() as u64, lines.count());
        for (number, (line, place)) in (1..).zip(lines.events.iter().zip(places)) {
            let of = format!("tenants/{slug}/actions.jsonl");
            let stated = place.seal.map(|seal| seal.commitment);
            self.same(
                &of,
                &format!("`record_commitment` of line {number}"),
                line.commitment,
                stated,
            );
            let source = sources.get(&(&*place.source, place.source_sha256.to_string()));
            if source.is_none_or(|source| **source != *line.source) {
                self.tell(&of, format!("`source` of line {number} is not the one of {path}"));
            }
        }
    }

    /// Compares the vendor's own lists.
    fn lists(&mut self, findings: &Findings, written: &BundleContents) {
        let ranked = findings.ranked();
        let tenants = ranked
            .iter()
            .map(|tenant| (tenant.slug.clone(), tenant.events.to_string()));
        if tenants.collect::<Vec<_>>() != written.listed {
            self.tell(
                "tenants.csv",
                "its rows are not the tenants and events of findings.json",
            );
        }
        let refused = findings.refused.iter().map(|record| {
            let source = findings.sources.get(record.source).map_or("", |source| &source.path);
            [
                safe(source).into_owned(),
                record.offset.to_string(),
                record.length.to_string(),
            ]
        });
        if refused.collect::<Vec<_>>() != written.refused {
            self.tell("refused.csv", "its rows are not the refused records of findings.json");
        }
        self.near(findings, written);
        self.in_scope(findings, written);
    }

    /// Compares the number of near misses of each kind; a record may have several rows.
    fn near(&mut self, findings: &Findings, written: &BundleContents) {
        let near = &findings.near;
        for (kind, stated) in [
            ("mention", near.mentions),
            ("near-identity", near.forms),
            ("agent-outside-scopes", near.outside_scopes),
            ("narrowed-away", near.narrowed),
        ] {
            let rows = written.near.iter().filter(|[.., own]| own == kind);
            let records: BTreeSet<_> = rows.map(|[source, offset, _]| (source, offset)).collect();
            self.same("near.csv", kind, records.len() as u64, stated);
        }
    }

    /// Compares the number of records in scope. A record counts once, whatever the number of its
    /// events and tenants.
    fn in_scope(&mut self, findings: &Findings, written: &BundleContents) {
        let sources = findings.sources.iter();
        let streams: BTreeSet<_> = sources.map(|source| (&source.path, source.stream_sha256)).collect();
        // Equal records of members with the same name cannot be distinguished.
        if streams.len() != findings.sources.len() {
            return;
        }
        let records_of = |lines: &EventLines, which: fn(&EventRef) -> bool| -> BTreeSet<(Arc<str>, Arc<str>, u64)> {
            let lines = lines.events.iter().filter(|line| which(line));
            let places = lines.filter_map(|line| line.place.as_ref());
            places
                .map(|place| (place.source.clone(), place.source_sha256.clone(), place.offset))
                .collect()
        };
        let records = |lines: &EventLines| records_of(lines, |_| true);
        let without = records(&written.unattributed);
        let found = without.len() as u64;
        self.same("unattributed.jsonl", "records", found, findings.records.without_tenant);
        self.tickets("unattributed.jsonl", findings, None, &written.unattributed);
        let mut all = without;
        all.extend(written.tenants.values().flat_map(|share| records(&share.lines)));
        // Each event that was not released may have a record of its own.
        let (found, withheld) = (all.len() as u64, withheld(findings).1);
        let stated = findings.records.in_scope;
        if !(found..=found.saturating_add(withheld)).contains(&stated) {
            self.same(FINDINGS, "records in scope", found, stated);
        }
        if withheld == 0 {
            let tenants = written.tenants.values().map(|share| &share.lines);
            let all = tenants.chain([&written.unattributed]);
            let records = |of: fn(&EventRef) -> bool| -> BTreeSet<_> {
                all.clone().flat_map(|lines| records_of(lines, of)).collect()
            };
            let by_actor = records(|line| !line.by_link && !line.by_search);
            let by_search = records(|line| line.by_search);
            let by_search = by_search.difference(&by_actor).count() as u64;
            let by_link = found - by_actor.len() as u64 - by_search;
            self.same(
                FINDINGS,
                "records in scope by a link",
                by_link,
                findings.records.by_link,
            );
            let what = "records in scope by an open scope";
            self.same(FINDINGS, what, by_search, findings.records.by_search);
        }
    }
}

/// Returns whether a line of a listed agent counts as without a ticket, as a function.
fn lacks_ticket(findings: &Findings) -> impl Fn(&EventRef) -> bool {
    let sources = findings.sources.iter().filter(|source| !source.reads_tickets);
    let without_tickets: BTreeSet<_> = sources
        .map(|source| (source.path.as_str(), digest::shown(source.stream_sha256)))
        .collect();
    let has_table = findings.tickets.is_some();
    move |line| match line.ticket_verdict {
        Some(verdict) => verdict != TicketVerdict::Fits,
        None if has_table || line.has_ticket => false,
        None => line.place.as_ref().is_none_or(|place| {
            let source = (&*place.source, place.source_sha256.to_string());
            !without_tickets.contains(&source)
        }),
    }
}

impl DispositionCounts {
    /// Computes [`DispositionCounts::balance`] without overflow, for untrusted figures.
    fn checked_balance(&self) -> bool {
        let ends = [
            self.in_scope,
            self.duplicate,
            self.other_actor,
            self.outside_window,
            self.refused,
        ];
        ends.into_iter().try_fold(0, u64::checked_add) == Some(self.read)
    }

    fn checked_sum(&self, other: &Self) -> Option<Self> {
        Some(Self {
            read: self.read.checked_add(other.read)?,
            in_scope: self.in_scope.checked_add(other.in_scope)?,
            duplicate: self.duplicate.checked_add(other.duplicate)?,
            other_actor: self.other_actor.checked_add(other.other_actor)?,
            outside_window: self.outside_window.checked_add(other.outside_window)?,
            refused: self.refused.checked_add(other.refused)?,
            without_tenant: self.without_tenant.checked_add(other.without_tenant)?,
            by_link: self.by_link.checked_add(other.by_link)?,
            by_search: self.by_search.checked_add(other.by_search)?,
        })
    }
}
