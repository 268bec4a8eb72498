//! Whose names there are, and one automaton that finds them all at once.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{
    Kind,
    form::{is_spaceless, searched},
    people,
    sighting::{Company, Sighting},
    words::Words,
};
use crate::case::{AgentNaming, Case, TenantId};

/// A number is a name by itself only if it is longer by so much: short ones stand everywhere.
const LONGER_NUMBERS: usize = 2;

/// Every name that some reader may not see, and whose it is.
#[derive(Debug, Clone)]
pub struct Names {
    /// Every tenant of the directory and of the events, in id order.
    tenants: Vec<TenantId>,
    pub(super) agents: Vec<AgentLabel>,
    /// By the automaton's number.
    pub(super) patterns: Vec<Pattern>,
    pub(super) finder: AhoCorasick,
    /// Names too short to be looked for inside of texts, in the form in which they are compared.
    pub(super) short: BTreeMap<String, Pattern>,
    /// How many identifiers were gathered, those too short included.
    pub(super) gathered: u64,
}

/// An agent as the vendor lists it, and as customers see it.
#[derive(Debug, Clone)]
pub(super) struct AgentLabel {
    pub(super) id: String,
    pub(super) pseudonym: String,
}

/// A string that names somebody.
#[derive(Debug, Clone, Default)]
pub(super) struct Pattern {
    /// Each once.
    pub(super) owners: Vec<(Owner, Kind)>,
    /// An e-mail address, whose parts name nobody but whom the whole names.
    pub(super) address: bool,
}

/// Whose a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// By its place among the tenants.
    Tenant(usize),
    /// By its place in the case.
    Agent(usize),
    /// The vendor's, not to be told.
    Vendor,
    /// Told to every customer, because the vendor says it of itself.
    Stated,
    /// Told to every customer, because the case says so.
    Allowed,
}

/// What is gathered on the way to the automaton.
struct Gathering {
    /// Identifiers of fewer characters are too short.
    least: usize,
    patterns: BTreeMap<String, Pattern>,
    short: BTreeMap<String, Pattern>,
}

impl Names {
    /// Of everybody in the case and in its events. `paths` are those of the logs; `printed` is what reports print of the
    /// case's own words.
    pub fn new<'a>(
        case: &Case,
        sighting: &Sighting,
        companies: &[Company],
        paths: impl Iterator<Item = &'a str>,
        printed: impl Iterator<Item = &'a str>,
    ) -> Self {
        if let Some(words) = &sighting.0 {
            printed.for_each(|text| words.add(text));
        }
        Self::among(case, companies, paths, sighting.0.as_ref())
    }

    /// Of everybody in the case whom these texts could name.
    pub(super) fn in_texts<'a>(case: &Case, texts: impl Iterator<Item = &'a str>) -> Self {
        let words = Words::new();
        texts.for_each(|text| words.add(text));
        Self::among(case, &[], std::iter::empty(), Some(&words))
    }

    /// Of customers without an event only those whose words are all there, if words are given.
    fn among<'a>(
        case: &Case,
        companies: &[Company],
        paths: impl Iterator<Item = &'a str>,
        words: Option<&Words>,
    ) -> Self {
        let tenants = everybody(case, companies);
        let mut gathering = Gathering {
            least: case.isolation.least(),
            patterns: BTreeMap::new(),
            short: BTreeMap::new(),
        };
        gathering.agents(case);
        gathering.vendor(case, paths);
        gathering.seen(&tenants, companies);
        gathering.directory(&tenants, case, companies, words);
        let agents = pseudonyms(case.agents.len()).zip(&case.agents);
        let agents = agents.map(|(pseudonym, agent)| AgentLabel {
            id: agent.id.0.clone(),
            pseudonym,
        });
        Self::of(tenants.into_iter().cloned().collect(), agents.collect(), gathering)
    }

    fn of(tenants: Vec<TenantId>, agents: Vec<AgentLabel>, gathering: Gathering) -> Self {
        let Gathering { patterns, short, .. } = gathering;
        // A state machine of every transition would take longer to make than to use.
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(patterns.keys());
        Self {
            tenants,
            agents,
            gathered: (patterns.len() + short.len()) as u64,
            patterns: patterns.into_values().collect(),
            finder: finder.expect("names are far fewer than an automaton can hold"),
            short,
        }
    }

    /// The reader's place, which a search needs.
    pub(super) fn reader(&self, tenant: &TenantId) -> Option<usize> {
        self.tenants.binary_search(tenant).ok()
    }

    /// How many identifiers there are, and how many of them are too short to be looked for inside of texts.
    pub fn counts(&self) -> (u64, u64) {
        (self.gathered, self.short.len() as u64)
    }

    /// Whose a name is, in ids, the first few.
    pub(super) fn whose(&self, pattern: &Pattern, reader: Option<usize>) -> Vec<String> {
        let name = |owner: &(Owner, Kind)| match owner.0 {
            Owner::Tenant(at) => (Some(at) != reader).then(|| self.tenants[at].0.clone()),
            Owner::Agent(at) => Some(self.agents[at].id.clone()),
            Owner::Vendor | Owner::Stated | Owner::Allowed => None,
        };
        let names: BTreeSet<_> = pattern.owners.iter().filter_map(name).collect();
        names.into_iter().collect()
    }
}

impl Default for Names {
    fn default() -> Self {
        let nothing = Gathering {
            least: 0,
            patterns: BTreeMap::new(),
            short: BTreeMap::new(),
        };
        Self::of(Vec::new(), Vec::new(), nothing)
    }
}

/// `Agent 01`: what customers call each agent, in the order of the case.
pub fn pseudonyms(agents: usize) -> impl Iterator<Item = String> {
    let width = agents.to_string().len().max(2);
    (1..=agents).map(move |number| format!("Agent {number:0width$}"))
}

/// In id order, each once.
fn everybody<'a>(case: &'a Case, companies: &'a [Company]) -> Vec<&'a TenantId> {
    let mut tenants: Vec<_> = companies.iter().map(|company| &company.id).collect();
    // Both are in order already, so this merges.
    tenants.extend(case.directory.tenants.keys());
    tenants.sort();
    tenants.dedup();
    tenants
}

impl Gathering {
    /// What names the agents, but for what customers are told of them.
    fn agents(&mut self, case: &Case) {
        for (at, agent) in case.agents.iter().enumerate() {
            let owner = match case.reports.agents {
                AgentNaming::Pseudonym => Owner::Agent(at),
                AgentNaming::Name => Owner::Stated,
            };
            let told = agent.name.iter().chain([&agent.id.0]);
            told.for_each(|name| self.add(name, owner, Kind::Agent));
            let kept = agent.email.iter().chain(&agent.identities);
            kept.for_each(|name| self.add(name, Owner::Agent(at), Kind::Agent));
            for stated in [&agent.employer, &agent.role, &agent.country].into_iter().flatten() {
                self.add(stated, Owner::Stated, Kind::Agent);
            }
        }
    }

    fn vendor<'a>(&mut self, case: &Case, paths: impl Iterator<Item = &'a str>) {
        // One without a folder is a plain word, and gives nothing away.
        let paths = paths.filter(|path| path.contains('/'));
        paths.for_each(|path| self.add(path, Owner::Vendor, Kind::Log));
        let header = &case.header;
        let stated = [&header.id, &header.vendor].into_iter().chain(&header.contact);
        let stated = stated.chain(case.scopes.iter().map(|scope| &scope.name));
        stated.for_each(|text| self.add(text, Owner::Stated, Kind::Name));
        for text in [super::ANOTHER, super::SEVERAL, super::LOG].map(str::to_owned) {
            self.add(&text, Owner::Stated, Kind::Name);
        }
        pseudonyms(case.agents.len()).for_each(|name| self.add(&name, Owner::Stated, Kind::Agent));
        for text in &case.isolation.allow {
            let owner = (Owner::Allowed, Kind::Name);
            self.patterns.entry(searched(text)).or_default().owners.push(owner);
        }
    }

    /// The tenants of the events: their ids and names as logged, and the people of theirs that the events name.
    fn seen(&mut self, tenants: &[&TenantId], companies: &[Company]) {
        for company in companies {
            let owner = Owner::Tenant(tenants.binary_search(&&company.id).expect("everybody is there"));
            self.add(&company.id.0, owner, Kind::Id);
            company.names.iter().for_each(|name| self.add(name, owner, Kind::Name));
            let people = company.people.iter();
            people.for_each(|(name, kind)| self.add(name, owner, *kind));
        }
    }

    /// The tenants of the directory: all that the events name, and of the others those of whose names every word stands in
    /// what can come to be printed. A report is made of nothing but the events, the case's words and the templates, so no
    /// other name can stand in it; and an automaton of all of them would take longer to make than the whole scan takes.
    fn directory(&mut self, tenants: &[&TenantId], case: &Case, companies: &[Company], words: Option<&Words>) {
        let mut touched = vec![false; tenants.len()];
        for company in companies {
            touched[tenants.binary_search(&&company.id).expect("everybody is there")] = true;
        }
        for (id, tenant) in &case.directory.tenants {
            let at = tenants.binary_search(&id).expect("everybody is there");
            let names = [(&id.0, Kind::Id)].into_iter();
            let names = names.chain(tenant.name.iter().map(|name| (name, Kind::Name)));
            let names = names.chain(tenant.domains.iter().map(|domain| (domain, Kind::Domain)));
            for (name, kind) in names {
                // Nearly all are ASCII, and nearly none of them is added, so they are not folded first.
                let may = |words: &Words| {
                    if name.is_ascii() {
                        words.may_hold(name)
                    } else {
                        words.may_hold(&searched(name))
                    }
                };
                if touched[at] || words.is_none_or(may) {
                    self.add(name, Owner::Tenant(at), kind);
                }
            }
        }
    }

    fn add(&mut self, name: &str, owner: Owner, kind: Kind) {
        let name = searched(name);
        if name.is_empty() {
            return;
        }
        let place = if self.is_long_enough(&name) {
            &mut self.patterns
        } else {
            &mut self.short
        };
        let address = people::is_address(&name);
        let pattern = place.entry(name).or_default();
        pattern.address = address;
        let owners = &mut pattern.owners;
        if !owners.contains(&(owner, kind)) {
            owners.push((owner, kind));
        }
    }

    /// A character of a script that does not separate words says as much as two letters.
    fn is_long_enough(&self, name: &str) -> bool {
        let weight = |c: char| if is_spaceless(c) { 2 } else { 1 };
        let length: usize = name.chars().map(weight).sum();
        let number = name.bytes().all(|byte| byte.is_ascii_digit());
        length >= self.least + if number { LONGER_NUMBERS } else { 0 }
    }
}
