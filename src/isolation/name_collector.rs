//! Collects the names to search for, from the case and its events, with their owners.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ClaimedName, Kind, claimed_names, family,
    lookup_form::{lookup_form, lookup_form_cased, unmarked},
    normalized::searched,
    observed::{ObservedTenant, PrintableText},
    pattern::{Owner, Pattern},
    people, spelling_variants,
};
use rayon::prelude::*;

use crate::case::{Agent, AgentNaming, Case, Tenant, TenantId, Word};

/// A number is a name by itself only if it is longer by so much: short ones stand everywhere.
const LONGER_NUMBERS: usize = 2;

/// Tenants of the directory that one thread looks at, at least.
const BLOCK: usize = 512;

/// Names collected so far.
pub(super) struct NameCollector {
    /// Whether what the vendor states of itself is to be seen as its own. It is not where that
    /// itself is looked at.
    pub(super) states: bool,
    /// Identifiers of fewer characters are too short to be looked for in any writing.
    pub(super) least: usize,
    pub(super) patterns: BTreeMap<String, Pattern>,
    pub(super) short: BTreeMap<String, Pattern>,
    /// Spellings that people type.
    pub(super) families: family::FamilyBuilder,
    /// Common words that are the id or name of a tenant.
    common: BTreeSet<String>,
    /// Fields in which the case allows or denies a word.
    pub(super) fields: Vec<Vec<&'static str>>,
}

impl NameCollector {
    pub(super) fn new(least: usize, states: bool) -> Self {
        Self {
            states,
            least,
            patterns: BTreeMap::new(),
            short: BTreeMap::new(),
            families: family::FamilyBuilder::new(least),
            common: BTreeSet::new(),
            fields: Vec::new(),
        }
    }

    /// Adds the names of agents, except those that tenants are shown.
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
                    if hides(&&agent.id.0) {
                        self.families.add_id(&agent.id.0, Owner::Agent(at), Kind::Agent);
                    }
                    if let Some(name) = &agent.name {
                        self.families.add(name, Owner::Agent(at), Kind::Agent);
                    }
                }
                AgentNaming::Name => label.for_each(|name| self.state(name, Kind::Agent)),
            }
            let kept = agent.email.iter().chain(&agent.identities).chain(&agent.derived_names);
            for name in kept.filter(hides) {
                self.add(name, Owner::Agent(at), Kind::Agent);
                if people::is_particular(name) && !name.contains('@') {
                    self.families.add_id(name, Owner::Agent(at), Kind::Agent);
                }
            }
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
                self.common.insert(lookup_form(name));
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
            let text = lookup_form(text);
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

    /// Adds the tenants of the events: ids and names as logged, and people that their events name.
    /// A name that belongs to another tenant counts for that tenant; if no list has it, it has no
    /// known owner.
    pub(super) fn seen(
        &mut self,
        tenants: &[&str],
        observed_tenants: &[ObservedTenant],
        case: &Case,
        claimed: &[ClaimedName],
    ) {
        for observed_tenant in observed_tenants {
            let owner = Owner::Tenant(
                tenants
                    .binary_search(&observed_tenant.id.0.as_str())
                    .expect("everybody is there"),
            );
            self.add(&observed_tenant.id.0, owner, Kind::Id);
            let others = observed_tenant
                .logged
                .iter()
                .chain(case.merge.others(&observed_tenant.id.0));
            for id in others {
                self.add(&id.0, owner, Kind::Id);
                self.families.add(&id.0, owner, Kind::Id);
            }
            self.families.add(&observed_tenant.id.0, owner, Kind::Id);
            // The writer of a log may give a tenant a name that is a word of the program or the
            // case, which every file holds.
            let logged = observed_tenant.names.iter().chain([&observed_tenant.id.0]);
            self.common.extend(
                logged
                    .filter(|name| family::is_common(name))
                    .map(|name| lookup_form(name)),
            );
            for name in &observed_tenant.names {
                let is_claimed = |claim: &&ClaimedName| claim.tenant == observed_tenant.id && claim.name == *name;
                let owners: Vec<_> = match claimed.iter().find(is_claimed) {
                    None => vec![owner],
                    Some(claim) => {
                        let listed = claim.of.iter().filter(|id| claimed_names::is_listed(case, id, name));
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
            let people = observed_tenant.people.iter();
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
        observed_tenants: &[ObservedTenant],
        printable: Option<&PrintableText>,
    ) {
        let mut touched = vec![false; tenants.len()];
        for observed_tenant in observed_tenants {
            touched[tenants
                .binary_search(&observed_tenant.id.0.as_str())
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
                let may_spell = |printable: &PrintableText| printable.beginnings.may_hold(name, kind);
                let lookup_form_cased = matches!(kind, Kind::Id | Kind::Name | Kind::Domain)
                    && (touched[at] || printable.is_none_or(may_spell));
                (exactly || lookup_form_cased).then_some((name, kind, exactly, lookup_form_cased))
            });
            let names: Vec<_> = names.collect();
            (!names.is_empty()).then_some((at, names))
        };
        let all = case.directory.tenants.par_iter().with_min_len(BLOCK);
        let found: Vec<_> = all.filter_map(wanted).collect();
        for (at, names) in found {
            let owner = Owner::Tenant(at);
            for (name, kind, exactly, lookup_form_cased) in names {
                if exactly {
                    if matches!(kind, Kind::Id | Kind::Name) && family::is_common(name) {
                        self.common.insert(lookup_form(name));
                    }
                    self.add(name, owner, kind);
                }
                if exactly
                    && kind == Kind::Address
                    && let Some(pattern) = self.patterns.get_mut(&lookup_form(name))
                {
                    pattern.contact_of.push(owner);
                }
                if lookup_form_cased {
                    self.families.add(name, owner, kind);
                }
            }
        }
    }

    /// Adds a text that the vendor states of itself to every tenant.
    fn state(&mut self, name: &str, kind: Kind) {
        if self.states {
            self.add(name, Owner::Stated, kind);
            self.families.add(name, Owner::Stated, kind);
        }
    }

    fn add(&mut self, name: &str, owner: Owner, kind: Kind) {
        let form = lookup_form(name);
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
        ) && is_recognized_by_case(&form);
        let whole = searched(name);
        let marked = whole != form && !typed && self.is_long_enough(&whole);
        let pattern = self.short.entry(form).or_default();
        pattern.owned(owner, kind);
        if typed {
            pattern.spellings.insert(lookup_form_cased(name));
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
        spelling_variants::weight(name) >= self.least + if number { LONGER_NUMBERS } else { 0 }
    }

    /// Sets the facts that depend on all names being known.
    pub(super) fn finish(&mut self) {
        self.addresses();
        for (name, pattern) in &mut self.patterns {
            let is_persons = pattern.is_person_only() && (spans(name) || unmarked(name) != name);
            pattern.free_text_only = is_persons || self.common.contains(name);
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
        let owner_ids = mentioned.filter_map(|(name, _)| Some((name.clone(), self.has_domain(name)?)));
        for (name, owner) in owner_ids.collect::<Vec<_>>() {
            if let Some(pattern) = self.patterns.get_mut(&name)
                && !pattern.contact_of.is_empty()
            {
                pattern.contact_of.push(owner);
            }
            self.own(name, owner, Kind::Address);
        }
    }

    /// Returns the one tenant that has the domain of an address: the nearest parent domain that any
    /// tenant has.
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

    /// Adds other spellings of the names of tenants and agents, and of stated and allowed texts:
    /// further patterns of the same owners, not further names. A text that is one owner's exact
    /// name is no other owner's spelling, unless it is only a user's name.
    pub(super) fn add_spelling_variants(&mut self) {
        let mut others: BTreeMap<String, Pattern> = BTreeMap::new();
        for (name, pattern) in &self.patterns {
            if let Some(other) = spelling_variants::uuid_variant(name) {
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
            for other in spelling_variants::others(name, self.least) {
                let other = others.entry(other).or_default();
                owners.iter().for_each(|(owner, kind)| other.owned(*owner, *kind));
            }
        }
        for (name, other) in others {
            let pattern = self.patterns.entry(name).or_default();
            let is_unowned = pattern
                .owners
                .iter()
                .all(|(owner, _)| matches!(owner, Owner::Allowed(_)));
            pattern.weak_alias = !is_unowned && pattern.is_person_only();
            for (owner, kind) in other.owners {
                // A user's name does not become visible to all tenants by this.
                let foreign = matches!(
                    owner,
                    Owner::Agent(_) | Owner::Tenant(_) | Owner::Unsettled | Owner::Denied(_)
                );
                if is_unowned || pattern.weak_alias && foreign {
                    pattern.owned(owner, kind);
                }
            }
        }
    }
}

/// Returns whether a short name can be recognized by how it is typed.
fn is_recognized_by_case(name: &str) -> bool {
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
fn may_stand(printable: &PrintableText, name: &str, kind: Kind) -> bool {
    let words = &printable.words;
    let may = |name: &str| {
        let uuid = || spelling_variants::uuid_variant(&searched(name)).is_some_and(|other| words.may_hold(&other));
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
