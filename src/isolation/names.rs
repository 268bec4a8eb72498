//! The registry of names to search for, with their owners and the index that finds them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use super::{
    ClaimedName, Kind, claimed_names,
    clean_lines::CleanLines,
    family::Families,
    name_collector::NameCollector,
    name_index::NameIndex,
    normalized::NormalizedText,
    observed::{ObservedTenant, ObservedText, PrintableText},
    pattern::{AgentLabel, Owner, Pattern},
    shared_objects::SharedObjects,
    short_names::ShortNames,
    tenant_objects::TenantObjects,
};
use crate::case::{Case, Tenant, TenantId};

/// Every name that some reader may not see, and whose it is.
#[derive(Debug, Clone)]
pub struct Names {
    /// Every tenant of the directory and of the events, in id order.
    tenants: Vec<String>,
    pub(super) agents: Vec<AgentLabel>,
    /// Patterns by their number in the index; then those of short names.
    pub(super) patterns: Vec<Pattern>,
    pub(super) index: NameIndex,
    /// Names too short to be looked for in any writing, in the form in which they are compared, and
    /// their numbers.
    pub(super) short: BTreeMap<String, usize>,
    /// Those of them that are looked for as they are typed.
    pub(super) typed: ShortNames,
    /// The spellings of names that people type.
    pub(super) families: Families,
    /// Logged names of tenants that belong to another.
    claimed: Vec<ClaimedName>,
    /// Objects besides people that tenants' own events name.
    pub(super) tenant_objects: TenantObjects,
    /// Fields in which the case allows or denies a word; everywhere if there is none.
    pub(super) fields: Vec<Vec<&'static str>>,
    /// Objects of events of several tenants.
    pub(super) shared_objects: SharedObjects,
    /// Number of collected identifiers, too short ones included.
    pub(super) gathered: u64,
    /// Lines of the templates that hold no name.
    pub(super) clean_lines: OnceLock<CleanLines>,
}

impl Names {
    /// Collects the names of all tenants and agents in the case and its events. `paths` are those
    /// of the logs; `printed` are texts of the case that reports print.
    pub fn new<'a>(
        case: &Case,
        observed: &ObservedText,
        observed_tenants: &[ObservedTenant],
        paths: impl Iterator<Item = &'a str>,
        printed: impl Iterator<Item = &'a str>,
    ) -> Self {
        if let Some(printable) = &observed.0 {
            printed.for_each(|text| printable.add(text));
        }
        let collector = NameCollector::new(case.isolation.least(), true);
        Self::among(collector, case, observed_tenants, paths, observed.0.as_ref())
    }

    /// Collects the names that these texts could hold, including those that the vendor states.
    pub(super) fn in_texts<'a>(case: &Case, texts: impl Iterator<Item = &'a str>) -> Self {
        let printable = PrintableText::new(case.directory.tenants.len());
        texts.for_each(|text| printable.add(text));
        let collector = NameCollector::new(case.isolation.least(), false);
        Self::among(collector, case, &[], std::iter::empty(), Some(&printable))
    }

    /// Collects names. Of tenants without an event, it takes only names whose words are all in
    /// `printable`, if that is given.
    fn among<'a>(
        mut collector: NameCollector,
        case: &Case,
        observed_tenants: &[ObservedTenant],
        paths: impl Iterator<Item = &'a str>,
        printable: Option<&PrintableText>,
    ) -> Self {
        let tenants = all_tenant_ids(case, observed_tenants);
        collector.agents(case);
        collector.vendor(case, paths);
        let mut claimed = claimed_names::claimed(case, observed_tenants);
        if observed_tenants.iter().any(|observed| !observed.names.is_empty()) {
            claimed.extend(Self::held_claims(case, observed_tenants, &claimed));
            claimed.sort();
        }
        collector.seen(&tenants, observed_tenants, case, &claimed);
        collector.directory(&tenants, case, observed_tenants, printable);
        collector.finish();
        let agents = case.agents.iter().map(|agent| AgentLabel {
            id: agent.id.0.clone(),
            pseudonym: agent.pseudonym.clone(),
        });
        let tenant_objects = TenantObjects::of(&tenants, observed_tenants);
        let names = Self::of(
            tenants.into_iter().map(str::to_owned).collect(),
            agents.collect(),
            collector,
        );
        Self {
            claimed,
            tenant_objects,
            ..names
        }
    }

    /// Returns the logged names that are no other tenant's but hold its id, a domain, a contact or
    /// a name of several words, however these are written there.
    fn held_claims(case: &Case, observed_tenants: &[ObservedTenant], known: &[ClaimedName]) -> Vec<ClaimedName> {
        let open = claimed_names::open(case, observed_tenants, known);
        if open.is_empty() {
            return Vec::new();
        }
        let printable = PrintableText::new(case.directory.tenants.len());
        open.iter().for_each(|(_, name)| printable.add(name));
        let ids: Vec<_> = observed_tenants.iter().map(ObservedTenant::without_texts).collect();
        let collector = NameCollector::new(case.isolation.least(), false);
        let names = Self::among(collector, case, &ids, std::iter::empty(), Some(&printable));
        let held = |(id, name): &(&TenantId, &str)| {
            let of = names.for_tenant(id).in_no_field().tenants_named_in(name);
            claimed_names::claim(id, name, of)
        };
        open.iter().filter_map(held).collect()
    }

    fn of(tenants: Vec<String>, agents: Vec<AgentLabel>, mut collector: NameCollector) -> Self {
        let gathered = (collector.patterns.len() + collector.short.len()) as u64;
        collector.add_spelling_variants();
        let NameCollector {
            patterns,
            short,
            families,
            fields,
            ..
        } = collector;
        let (texts, mut patterns): (_, Vec<_>) = patterns.into_iter().unzip();
        let typed = ShortNames::new(patterns.len(), &short);
        let mut number = |(name, pattern)| {
            patterns.push(pattern);
            (name, patterns.len() - 1)
        };
        let short = short.into_iter().map(&mut number).collect();
        let families = Families::new(families, &mut patterns);
        Self {
            typed,
            families,
            tenant_objects: TenantObjects::default(),
            fields,
            claimed: Vec::new(),
            shared_objects: SharedObjects::default(),
            tenants,
            agents,
            gathered,
            patterns,
            index: NameIndex::new(texts),
            clean_lines: OnceLock::new(),
            short,
        }
    }

    /// Adds the owners of shared objects.
    #[must_use]
    pub fn with_shared_objects(self, shared_objects: SharedObjects) -> Self {
        Self { shared_objects, ..self }
    }

    /// Returns the logged names of tenants that belong to another, in the order of tenants.
    pub fn claimed(&self) -> &[ClaimedName] {
        &self.claimed
    }

    /// Returns the objects of events of several tenants, with their owners.
    pub fn shared_objects(&self) -> &SharedObjects {
        &self.shared_objects
    }

    /// Returns the id of the tenant at a place.
    pub(super) fn tenant(&self, at: usize) -> &str {
        &self.tenants[at]
    }

    /// The reader's place, which a search needs.
    pub(super) fn reader(&self, tenant: &str) -> Option<usize> {
        self.tenants.binary_search_by(|other| other.as_str().cmp(tenant)).ok()
    }

    /// Returns the number of identifiers, and of those too short to be looked up in every spelling.
    pub fn counts(&self) -> (u64, u64) {
        (self.gathered, self.short.len() as u64)
    }

    /// Returns the ids of the owners of a name, without the tenant at `reader`.
    pub(super) fn owner_ids(&self, pattern: &Pattern, reader: Option<usize>) -> Vec<String> {
        let name = |owner: &(Owner, Kind)| match owner.0 {
            Owner::Tenant(at) => (Some(at) != reader).then(|| self.tenants[at].clone()),
            Owner::Agent(at) => Some(self.agents[at].id.clone()),
            Owner::Unsettled | Owner::Vendor | Owner::Stated | Owner::Allowed(_) | Owner::Denied(_) => None,
        };
        let names: BTreeSet<_> = pattern.owners.iter().filter_map(name).collect();
        names.into_iter().collect()
    }

    /// Returns the lines of these texts that hold no name. They are searched on the first call.
    pub fn clean_lines<'t>(&self, texts: impl FnOnce() -> Vec<&'t str>) -> &CleanLines {
        self.clean_lines.get_or_init(|| {
            let clean_lines = texts().into_iter().flat_map(|text| self.clean_runs(text));
            CleanLines::new(clean_lines.collect())
        })
    }

    /// Returns runs of lines that hold no name. The first line is left out because a text may begin
    /// inside a line, and so is a last line without an end.
    fn clean_runs(&self, text: &str) -> Vec<String> {
        let lines = text.split_inclusive('\n').skip(1).filter(|line| line.ends_with('\n'));
        let mut clean_lines = vec![String::new()];
        for line in lines {
            match clean_lines.last_mut() {
                Some(passage) if !self.has_any_name(line.trim()) => passage.push_str(line),
                _ => clean_lines.push(String::new()),
            }
        }
        clean_lines.retain(|passage| !passage.is_empty());
        clean_lines
    }

    /// Whether any name at all stands in the text, in any form in which it is searched.
    fn has_any_name(&self, text: &str) -> bool {
        let mut any = false;
        NormalizedText::each(text).for_each(|form| self.index.each(&form, |_, _| any = true));
        any
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::of(Vec::new(), Vec::new(), NameCollector::new(0, true))
    }
}

/// In id order, each once.
fn all_tenant_ids<'a>(case: &'a Case, observed_tenants: &'a [ObservedTenant]) -> Vec<&'a str> {
    let mut tenants: Vec<_> = observed_tenants
        .iter()
        .map(|observed_tenant| observed_tenant.id.0.as_str())
        .collect();
    tenants.extend(case.directory.tenants.iter().map(Tenant::id));
    // Both are in order already, so a stable sort merges them.
    #[expect(clippy::stable_sort_primitive, reason = "an unstable one would begin anew")]
    tenants.sort();
    tenants.dedup();
    tenants
}
