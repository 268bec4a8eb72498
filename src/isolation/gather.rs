//! Names on their way to the search: which of what the case and its events say names somebody, and whose it is.

use std::collections::BTreeMap;

use super::{
    Kind,
    form::{is_spaceless, searched},
    names::{Owner, Pattern, pseudonyms},
    people,
    sighting::Company,
    words::Words,
};
use crate::case::{AgentNaming, Case, TenantId};

/// A number is a name by itself only if it is longer by so much: short ones stand everywhere.
const LONGER_NUMBERS: usize = 2;

/// What is gathered on the way to the search.
pub(super) struct Gathering {
    /// Whether what the vendor states of itself is to be seen as its own. It is not where that itself is looked at.
    pub(super) states: bool,
    /// Identifiers of fewer characters are too short.
    pub(super) least: usize,
    pub(super) patterns: BTreeMap<String, Pattern>,
    pub(super) short: BTreeMap<String, Pattern>,
}

impl Gathering {
    pub(super) fn new(least: usize, states: bool) -> Self {
        Self {
            states,
            least,
            patterns: BTreeMap::new(),
            short: BTreeMap::new(),
        }
    }

    /// What names the agents, but for what customers are told of them.
    pub(super) fn agents(&mut self, case: &Case) {
        for (at, agent) in case.agents.iter().enumerate() {
            let label = agent.name.iter().chain([&agent.id.0]);
            match case.reports.agents {
                AgentNaming::Pseudonym => label.for_each(|name| self.add(name, Owner::Agent(at), Kind::Agent)),
                AgentNaming::Name => label.for_each(|name| self.state(name, Kind::Agent)),
            }
            let kept = agent.email.iter().chain(&agent.identities);
            kept.for_each(|name| self.add(name, Owner::Agent(at), Kind::Agent));
        }
    }

    pub(super) fn vendor<'a>(&mut self, case: &Case, paths: impl Iterator<Item = &'a str>) {
        // One without a folder is a plain word, and gives nothing away.
        let paths = paths.filter(|path| path.contains('/'));
        paths.for_each(|path| self.add(path, Owner::Vendor, Kind::Log));
        let header = &case.header;
        let stated = [&header.id, &header.vendor].into_iter().chain(&header.contact);
        let stated = stated.chain(case.scopes.iter().map(|scope| &scope.name));
        stated.for_each(|text| self.state(text, Kind::Name));
        for text in [super::ANOTHER, super::SEVERAL, super::LOG].map(str::to_owned) {
            self.add(&text, Owner::Stated, Kind::Name);
        }
        pseudonyms(case.agents.len()).for_each(|name| self.add(&name, Owner::Stated, Kind::Agent));
        let allowed = case.isolation.allow.iter().map(|text| searched(text));
        for text in allowed.filter(|text| !text.is_empty()) {
            let owner = (Owner::Allowed, Kind::Name);
            self.patterns.entry(text).or_default().owners.push(owner);
        }
    }

    /// The tenants of the events: their ids and names as logged, and the people of theirs that the events name.
    pub(super) fn seen(&mut self, tenants: &[&TenantId], companies: &[Company]) {
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
    /// other name can stand in it; and to fold and sort all of them would take longer than the whole scan.
    pub(super) fn directory(
        &mut self,
        tenants: &[&TenantId],
        case: &Case,
        companies: &[Company],
        words: Option<&Words>,
    ) {
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

    /// What the vendor says of itself to every customer.
    fn state(&mut self, name: &str, kind: Kind) {
        if self.states {
            self.add(name, Owner::Stated, kind);
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
