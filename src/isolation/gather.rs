//! Names on their way to the search: which of what the case and its events say names somebody, and
//! whose it is.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ClaimedName, Kind,
    bare::{bare, named, spelt},
    family,
    form::searched,
    logged,
    names::{Owner, Pattern},
    people,
    sighting::{Company, Printable},
    writings,
};
use rayon::prelude::*;

use crate::case::{Agent, AgentNaming, Case, Tenant, TenantId, Word};

/// A number is a name by itself only if it is longer by so much: short ones stand everywhere.
const LONGER_NUMBERS: usize = 2;

/// Tenants of the directory that one thread looks at, at least.
const TOGETHER: usize = 512;

/// What is gathered on the way to the search.
pub(super) struct Gathering {
    /// Whether what the vendor states of itself is to be seen as its own. It is not where that
    /// itself is looked at.
    pub(super) states: bool,
    /// Identifiers of fewer characters are too short to be looked for in any writing.
    pub(super) least: usize,
    pub(super) patterns: BTreeMap<String, Pattern>,
    pub(super) short: BTreeMap<String, Pattern>,
    /// Spellings that people type.
    pub(super) families: family::Gathered,
    /// Common words that are the id or name of a tenant.
    common: BTreeSet<String>,
    /// Fields in which the case allows or denies a word.
    pub(super) fields: Vec<Vec<&'static str>>,
}

impl Gathering {
    pub(super) fn new(least: usize, states: bool) -> Self {
        Self {
            states,
            least,
            patterns: BTreeMap::new(),
            short: BTreeMap::new(),
            families: family::Gathered::new(least),
            common: BTreeSet::new(),
            fields: Vec::new(),
        }
    }

    /// What names the agents, but for what customers are told of them.
    pub(super) fn agents(&mut self, case: &Case) {
        // An address, session or key that the case searches by is the customers' indicator,
        // even where an agent goes by it.
        let hides = |name: &&String| !case.searches_by(name);
        for (at, agent) in case.agents.iter().enumerate() {
            if agent.unlisted {
                self.unlisted(at, agent, hides);
                continue;
            }
            let label = agent.name.iter().chain([&agent.id.0].into_iter().filter(hides));
            match case.reports.agents {
                AgentNaming::Pseudonym => {
                    label.for_each(|name| self.add(name, Owner::Agent(at), Kind::Agent));
                    if let Some(name) = &agent.name {
                        self.families.add(name, Owner::Agent(at), Kind::Agent);
                    }
                }
                AgentNaming::Name => label.for_each(|name| self.state(name, Kind::Agent)),
            }
            let kept = agent.email.iter().chain(&agent.identities).chain(&agent.derived_names);
            let kept = kept.filter(hides);
            kept.for_each(|name| self.add(name, Owner::Agent(at), Kind::Agent));
        }
    }

    /// Adds the names of an unlisted actor. Logs also name types and roles beside an actor
    /// (`AssumedRole`, `User`): of further names only user names, addresses and those that can be
    /// one actor's alone count, and a common word stops no report.
    fn unlisted(&mut self, at: usize, agent: &Agent, hides: impl Fn(&&String) -> bool) {
        let others = agent
            .identities
            .iter()
            .filter(|name| agent.user_names.contains(*name) || people::is_particular(name));
        for name in others.chain([&agent.id.0]).filter(|name| hides(name)) {
            if family::is_common(name) {
                self.common.insert(named(name));
            }
            self.add(name, Owner::Agent(at), Kind::Agent);
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
        // With their brackets, as nothing else of the vendor's has any.
        for text in [super::ANOTHER, super::SEVERAL, super::LOG].map(searched) {
            self.own(text, Owner::Stated, Kind::Log);
        }
        for agent in &case.agents {
            self.add(&agent.pseudonym, Owner::Stated, Kind::Agent);
        }
        for Word { text, fields } in &case.isolation.deny {
            let owner = Owner::Denied(self.in_fields(fields));
            if !self.families.deny(text, owner, fields.is_empty()) {
                self.add(text, owner, Kind::Name);
            }
        }
        for Word { text, fields } in &case.isolation.allow {
            let owner = Owner::Allowed(self.in_fields(fields));
            self.families.add(text, owner, Kind::Name);
            let text = named(text);
            if !text.is_empty() {
                self.patterns.entry(text).or_default().owned(owner, Kind::Name);
            }
        }
    }

    /// Returns the number of these fields.
    fn in_fields(&mut self, fields: &[&'static str]) -> usize {
        self.fields.push(fields.to_vec());
        self.fields.len() - 1
    }

    /// The tenants of the events: their ids and names as logged, and the people of theirs that the
    /// events name. A name that belongs to another tenant is that one's, and nobody's if no list
    /// says whose it is.
    pub(super) fn seen(&mut self, tenants: &[&str], companies: &[Company], case: &Case, claimed: &[ClaimedName]) {
        for company in companies {
            let owner = Owner::Tenant(
                tenants
                    .binary_search(&company.id.0.as_str())
                    .expect("everybody is there"),
            );
            self.add(&company.id.0, owner, Kind::Id);
            let others = company.logged.iter().chain(case.merge.others(&company.id.0));
            for id in others {
                self.add(&id.0, owner, Kind::Id);
                self.families.add(&id.0, owner, Kind::Id);
            }
            self.families.add(&company.id.0, owner, Kind::Id);
            // Whoever writes logs may call a tenant like a word of the program or the case, which
            // stands in every file.
            let logged = company.names.iter().chain([&company.id.0]);
            self.common
                .extend(logged.filter(|name| family::is_common(name)).map(|name| named(name)));
            for name in &company.names {
                let is_claimed = |claim: &&ClaimedName| claim.tenant == company.id && claim.name == *name;
                let owners: Vec<_> = match claimed.iter().find(is_claimed) {
                    None => vec![owner],
                    Some(claim) => {
                        let listed = claim.of.iter().filter(|id| logged::is_listed(case, id, name));
                        let at = |id: &TenantId| tenants.binary_search(&id.0.as_str()).ok();
                        let listed = listed.filter_map(at).map(Owner::Tenant);
                        listed.chain([Owner::Unsettled]).collect()
                    }
                };
                for owner in &owners {
                    self.add(name, *owner, Kind::Name);
                }
                let owner = owners[0];
                self.families.add(name, owner, Kind::Name);
            }
            let people = company.people.iter();
            people.for_each(|(name, kind)| self.add(name, owner, *kind));
        }
    }

    /// The tenants of the directory: all that the events name, and of the others those of whose
    /// names every word stands in what can come to be printed. A report is made of nothing but the
    /// events, the case's words and the templates, so no other name can stand in it; and to fold
    /// and sort all of them would take longer than the whole scan.
    pub(super) fn directory<'d>(
        &mut self,
        tenants: &[&str],
        case: &'d Case,
        companies: &[Company],
        printable: Option<&Printable>,
    ) {
        let mut touched = vec![false; tenants.len()];
        for company in companies {
            touched[tenants
                .binary_search(&company.id.0.as_str())
                .expect("everybody is there")] = true;
        }
        let own = |tenant: &Tenant<'_>| {
            let own = case.merge.tenant(tenant.id());
            tenants.binary_search(&own).expect("everybody is there")
        };
        // Each name with whether it is to be looked for exactly, and in other spellings.
        let wanted = |tenant: Tenant<'d>| {
            let at = own(&tenant);
            let names = names(tenant).filter_map(|(name, kind)| {
                let exactly = touched[at] || printable.is_none_or(|printable| may_stand(printable, name, kind));
                let may_spell = |printable: &Printable| printable.beginnings.may_hold(name, kind);
                let spelt = matches!(kind, Kind::Id | Kind::Name | Kind::Domain)
                    && (touched[at] || printable.is_none_or(may_spell));
                (exactly || spelt).then_some((name, kind, exactly, spelt))
            });
            let names: Vec<_> = names.collect();
            (!names.is_empty()).then_some((at, names))
        };
        let all = case.directory.tenants.par_iter().with_min_len(TOGETHER);
        let found: Vec<_> = all.filter_map(wanted).collect();
        for (at, names) in found {
            let owner = Owner::Tenant(at);
            for (name, kind, exactly, spelt) in names {
                if exactly {
                    if matches!(kind, Kind::Id | Kind::Name) && family::is_common(name) {
                        self.common.insert(named(name));
                    }
                    self.add(name, owner, kind);
                }
                if spelt {
                    self.families.add(name, owner, kind);
                }
            }
        }
    }

    /// What the vendor says of itself to every customer.
    fn state(&mut self, name: &str, kind: Kind) {
        if self.states {
            self.add(name, Owner::Stated, kind);
            self.families.add(name, Owner::Stated, kind);
        }
    }

    fn add(&mut self, name: &str, owner: Owner, kind: Kind) {
        let form = named(name);
        if form.is_empty() {
            return;
        }
        if self.is_long_enough(&form) {
            return self.own(form, owner, kind);
        }
        let typed = matches!(
            (owner, kind),
            (
                Owner::Tenant(_) | Owner::Unsettled | Owner::Denied(_),
                Kind::Id | Kind::Name
            )
        ) && is_told_by_its_case(&form);
        let whole = searched(name);
        let marked = whole != form && !typed && self.is_long_enough(&whole);
        let pattern = self.short.entry(form).or_default();
        pattern.owned(owner, kind);
        if typed {
            pattern.spellings.insert(spelt(name));
        }
        if marked {
            // `(1234)` says more than the number.
            self.own(whole, owner, kind);
        }
    }

    /// A name that is long enough, or stated, in the form in which it is looked for.
    fn own(&mut self, name: String, owner: Owner, kind: Kind) {
        let address = people::is_address(&name);
        let pattern = self.patterns.entry(name).or_default();
        pattern.address = address;
        pattern.owned(owner, kind);
    }

    fn is_long_enough(&self, name: &str) -> bool {
        let number = name.bytes().all(|byte| byte.is_ascii_digit());
        writings::weight(name) >= self.least + if number { LONGER_NUMBERS } else { 0 }
    }

    /// What can be said of names only once all are there.
    pub(super) fn finish(&mut self) {
        self.addresses();
        for (name, pattern) in &mut self.patterns {
            let of_person = pattern.is_person_s() && (spans(name) || bare(name) != name);
            pattern.in_texts_alone = of_person || self.common.contains(name);
            if pattern.is_allowed()
                && let Some(short) = self.short.get_mut(name)
            {
                // However short, it is allowed.
                let allowed = pattern
                    .owners
                    .iter()
                    .filter(|(owner, _)| matches!(owner, Owner::Allowed(_)));
                allowed.for_each(|(owner, kind)| short.owned(*owner, *kind));
            }
        }
    }

    /// An address that a tenant's events merely mention is also of the tenant whose domain it has,
    /// if that is one tenant's alone.
    fn addresses(&mut self) {
        let mentioned = self.patterns.iter().filter(|(_, pattern)| {
            let kinds = &mut pattern.owners.iter().map(|(_, kind)| *kind);
            pattern.address && kinds.all(|kind| kind == Kind::Address)
        });
        let whose = mentioned.filter_map(|(name, _)| Some((name.clone(), self.has_domain(name)?)));
        for (name, owner) in whose.collect::<Vec<_>>() {
            self.own(name, owner, Kind::Address);
        }
    }

    /// The one tenant that has the domain of an address: the nearest that anybody has.
    fn has_domain(&self, address: &str) -> Option<Owner> {
        let mut domain = address.rsplit_once('@')?.1;
        loop {
            let pattern = self.patterns.get(domain).or_else(|| self.short.get(domain));
            let mut owners = pattern.into_iter().flat_map(|pattern| &pattern.owners);
            if let Some((owner, _)) = owners.clone().find(|(_, kind)| *kind == Kind::Domain) {
                return owners.all(|(other, _)| other == owner).then_some(*owner);
            }
            domain = domain.split_once('.')?.1;
        }
    }

    /// Other writings of the names of tenants and agents, and of what is stated and allowed:
    /// further patterns of the same owners, and no further names. What names somebody exactly names
    /// nobody else in another writing, unless it is a mere user's.
    pub(super) fn other_writings(&mut self) {
        let mut others: BTreeMap<String, Pattern> = BTreeMap::new();
        for (name, pattern) in &self.patterns {
            if let Some(other) = writings::other_uuid(name) {
                let other = others.entry(other).or_default();
                pattern
                    .owners
                    .iter()
                    .for_each(|(owner, kind)| other.owned(*owner, *kind));
            }
            let owners: Vec<_> = pattern.owners_of_words(name).collect();
            if owners.is_empty() {
                continue;
            }
            for other in writings::others(name, self.least) {
                let other = others.entry(other).or_default();
                owners.iter().for_each(|(owner, kind)| other.owned(*owner, *kind));
            }
        }
        for (name, other) in others {
            let pattern = self.patterns.entry(name).or_default();
            let nobody_s = pattern
                .owners
                .iter()
                .all(|(owner, _)| matches!(owner, Owner::Allowed(_)));
            pattern.also_mere = !nobody_s && pattern.is_person_s();
            for (owner, kind) in other.owners {
                // What is somebody's user's is not told to everybody for that.
                let foreign = matches!(
                    owner,
                    Owner::Agent(_) | Owner::Tenant(_) | Owner::Unsettled | Owner::Denied(_)
                );
                if nobody_s || pattern.also_mere && foreign {
                    pattern.owned(owner, kind);
                }
            }
        }
    }
}

/// Whether a name so short can be told from a word by how it is typed.
fn is_told_by_its_case(name: &str) -> bool {
    name.chars().nth(1).is_some() && !name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns what a tenant of the directory is called.
fn names(tenant: Tenant<'_>) -> impl Iterator<Item = (&str, Kind)> {
    let contact = tenant.contact().filter(|contact| contact.contains('@'));
    let id = [(tenant.id(), Kind::Id)].into_iter();
    let domains = tenant.domains().map(|domain| (domain, Kind::Domain));
    let names = id.chain(tenant.names().map(|name| (name, Kind::Name))).chain(domains);
    names.chain(contact.map(|contact| (contact, Kind::Address)))
}

/// Returns whether a name may stand in what can come to be printed. Nearly all are ASCII, and
/// nearly none may, so they are not folded first.
fn may_stand(printable: &Printable, name: &str, kind: Kind) -> bool {
    let words = &printable.words;
    let may = |name: &str| {
        let uuid = || writings::other_uuid(&searched(name)).is_some_and(|other| words.may_hold(&other));
        let joined = || match kind {
            Kind::Name => words.may_hold_joined(name),
            Kind::Id => name.len() >= 32 && uuid(),
            _ => false,
        };
        words.may_hold(name) || joined()
    };
    if name.is_ascii() {
        may(name)
    } else {
        may(&searched(name))
    }
}

/// Whether a name holds what formats set between two values. In a file it may stand without being
/// in any text of it, and who writes logs would stop everybody's folder by it; in a text it is
/// found like any other.
fn spans(name: &str) -> bool {
    let comma = |(at, _): (usize, &str)| !name[at + 1..].starts_with(' ');
    name.contains(['"', '<', '>', '{', '}', '[', ']', '`', '&', ';', '\\'])
        // Cells of a table of Markdown have blanks around them; many ids have a bar inside.
        || ["| ", " |"].into_iter().any(|bar| name.contains(bar))
        || name.match_indices(',').any(comma)
}
