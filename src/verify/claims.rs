//! Statements that findings, manifests and the vendor's lists make about the same thing, compared.

use std::collections::BTreeMap;

use super::{
    bundle_contents::BundleContents,
    recount::{FINDINGS, Recount},
};
use crate::{
    bundle::{Manifest, ResolvedScope, TenantManifest, TenantName},
    findings::{DraftFinding, Findings, ScopeFinding, TenantFinding, missing_files},
    isolation::Verdict,
    reports::safe,
};

/// Counts of foreign names in copies, by tenant, verdict, name, kind and field as in the table.
type FoundNames = BTreeMap<[String; 5], u64>;

impl Recount<'_> {
    /// Compares case, program and logs of the findings with those of the manifest.
    pub(super) fn stated(&mut self, manifest: &Manifest, findings: &Findings) {
        let case = &manifest.case;
        self.same(FINDINGS, "the case", &case.header, &findings.case.header);
        self.same(
            FINDINGS,
            "the label of the vendor's own pages",
            case.internal_tlp,
            findings.case.internal_tlp,
        );
        self.same(FINDINGS, "the incident", &case.incident, &findings.case.incident);
        let tool = (&manifest.tool.name, &manifest.tool.version);
        self.same(
            FINDINGS,
            "the program",
            tool,
            (&findings.tool.name, &findings.tool.version),
        );
        let scopes: Vec<_> = findings.scopes.iter().map(ResolvedScope::from).collect();
        self.same(FINDINGS, "the scopes", &case.scopes, &scopes);
        self.same(
            FINDINGS,
            "how agents are named",
            case.agent_naming,
            findings.agent_naming,
        );
        self.same(
            FINDINGS,
            "agents that share what is shown of one",
            case.agents_k,
            findings.agents_k,
        );
        let draft = DraftFinding::new(&findings.actions, &case.accept_uncatalogued);
        self.same(FINDINGS, "codes that are not explained", &draft, &findings.draft);
        self.same("manifest.json", "being a draft", draft.is_draft(), manifest.draft);
        self.same(
            FINDINGS,
            "agents",
            case.agents.listed,
            findings.listed_agents().count() as u64,
        );
        self.same(FINDINGS, "hours of a gap", case.gap_hours, findings.coverage.gap_hours);
        let logs = case
            .logs
            .iter()
            .map(|log| (&log.path, &log.obtained, &log.not_recorded));
        let inputs = findings.inputs.iter();
        let inputs = inputs.map(|input| (&input.path, &input.obtained, &input.not_recorded));
        if !logs.eq(inputs) {
            self.tell(FINDINGS, "how its logs were made is not what manifest.json states");
        }
        let outages: Vec<_> = findings.coverage.outages.iter().map(|found| &found.outage).collect();
        self.same(FINDINGS, "the outages", case.outages.iter().collect(), outages);
        let windows: Vec<_> = findings.scopes.iter().map(ScopeFinding::window).collect();
        let missing = missing_files(&findings.sources, &windows);
        self.same(
            FINDINGS,
            "files that a series lacks",
            &missing,
            &findings.coverage.missing,
        );
        let (impact, directory) = (&findings.impact, &case.directory);
        self.same(FINDINGS, "customers in the directory", directory.listed, impact.listed);
        let listed = (directory.listed > 0).then_some(directory.listed);
        self.same(FINDINGS, "customers", directory.total.or(listed), impact.customers);
        let part = impact.with_share().share;
        self.same(FINDINGS, "the share of customers", part, impact.share);
        let logs = manifest.inputs.iter().filter(|input| input.role == "log");
        let logs: Vec<_> = logs
            .map(|log| {
                (
                    &log.path,
                    Some(log.sha256),
                    log.bytes,
                    log.stream_sha256,
                    log.stream_bytes,
                )
            })
            .collect();
        let sources: Vec<_> = findings
            .sources
            .iter()
            .map(|log| {
                (
                    &log.path,
                    log.sha256,
                    log.bytes,
                    log.stream_sha256,
                    Some(log.stream_bytes),
                )
            })
            .collect();
        if logs != sources {
            self.tell(FINDINGS, "its logs are not those of manifest.json");
        }
    }

    /// Compares a tenant's finding with the manifest of its folder.
    pub(super) fn named(&mut self, tenant: &TenantFinding, draft: bool, manifest: Option<&TenantManifest>) {
        // A missing or unreadable manifest is reported already.
        let Some(manifest) = manifest else { return };
        let path = format!("tenants/{}/manifest.json", tenant.slug);
        let name = TenantName {
            id: tenant.id.clone(),
            name: tenant.name.clone(),
        };
        self.same(&path, "the tenant", &manifest.tenant, &name);
        self.same(&path, "events", manifest.events, tenant.events);
        self.same(&path, "being a draft", draft, manifest.draft);
    }

    /// Compares the foreign names in tenants' copies with `isolation.csv` and `masked.jsonl`.
    pub(super) fn isolation(&mut self, findings: &Findings, written: &BundleContents) {
        let isolation = &findings.isolation;
        let masked = written.masks.counts.values().sum();
        self.same("masked.jsonl", "masked texts", masked, isolation.masked);
        let (mut found, mut stated) = (FoundNames::new(), FoundNames::new());
        for [tenant, verdict, name, kind, field, times] in &written.isolation {
            let key = [tenant, verdict, name, kind, field].map(String::clone);
            let sum = found.entry(key).or_default();
            // A number that is too large becomes one that no count equals.
            *sum = sum.saturating_add(times.parse().unwrap_or(u64::MAX));
        }
        for one in &isolation.found {
            let texts = [
                &one.tenant.0,
                one.verdict.as_str(),
                &one.text,
                one.kind.as_str(),
                &one.field,
            ];
            let sum = stated.entry(texts.map(|text| safe(text).into_owned())).or_default();
            *sum = sum.saturating_add(one.times);
        }
        let times = |wanted: Verdict| {
            let own = found.iter().filter(|([_, verdict, ..], _)| verdict == wanted.as_str());
            own.fold(0, |sum: u64, (_, times)| sum.saturating_add(*times))
        };
        let (allowed, near) = (times(Verdict::Allowed), times(Verdict::Near));
        self.same("isolation.csv", "names that are allowed", allowed, isolation.allowed);
        self.same("isolation.csv", "words that may be names", near, isolation.near);
        if found != stated {
            self.tell("isolation.csv", "its rows are not what findings.json says was found");
        }
    }
}

impl From<&ScopeFinding> for ResolvedScope {
    fn from(scope: &ScopeFinding) -> Self {
        Self {
            name: scope.name.clone(),
            from: scope.from,
            until: scope.until,
            basis: scope.basis.clone(),
            agents: scope.agents.clone(),
            open: scope.open,
            conditions: scope.conditions.clone(),
        }
    }
}
