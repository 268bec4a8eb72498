//! Whose names there are, and what finds them all at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use super::{
    ClaimedName, Kind, Rule,
    belongings::Belongings,
    family::{Families, Grade},
    finder::Finder,
    gather::Gathering,
    logged,
    passages::Passages,
    sighting::{Company, Printable, Sighting},
    things::Things,
    typed::Typed,
};
use crate::case::{Case, Tenant};

/// Every name that some reader may not see, and whose it is.
#[derive(Debug, Clone)]
pub struct Names {
    /// Every tenant of the directory and of the events, in id order.
    tenants: Vec<String>,
    pub(super) agents: Vec<AgentLabel>,
    /// By the finder's number; then those of short names.
    pub(super) patterns: Vec<Pattern>,
    pub(super) finder: Finder,
    /// Names too short to be looked for in any writing, in the form in which they are compared, and
    /// their numbers.
    pub(super) short: BTreeMap<String, usize>,
    /// Those of them that are looked for as they are typed.
    pub(super) typed: Typed,
    /// The spellings of names that people type.
    pub(super) families: Families,
    /// Logged names of tenants that belong to another.
    claimed: Vec<ClaimedName>,
    /// What tenants' own events name of them besides people.
    pub(super) belongings: Belongings,
    /// Fields in which the case allows or denies a word; everywhere if there is none.
    pub(super) fields: Vec<Vec<&'static str>>,
    /// What events of several tenants were done on.
    pub(super) things: Things,
    /// How many identifiers were gathered, those too short included.
    pub(super) gathered: u64,
    /// What every report holds and no name is in.
    pub(super) passages: OnceLock<Passages>,
}

/// An agent as the vendor lists it, and as customers see it.
#[derive(Debug, Clone)]
pub(super) struct AgentLabel {
    pub(super) id: String,
    pub(super) pseudonym: String,
}

/// A string that names somebody.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one name")]
pub(super) struct Pattern {
    /// Each once.
    pub(super) owners: Vec<(Owner, Kind)>,
    /// An e-mail address, whose parts name nobody but whom the whole names.
    pub(super) address: bool,
    /// It may stand in a file though it stands in no text of it.
    pub(super) in_texts_alone: bool,
    /// It is a user's exactly, and a tenant's or an agent's in another writing only.
    pub(super) also_mere: bool,
    /// How a short name is typed where it is looked for inside of texts.
    pub(super) spellings: BTreeSet<String>,
    /// How surely it means a name, if it is a spelling that people type and not the name as listed.
    pub(super) member: Option<Grade>,
    /// Whether a person has to decide if it names anybody.
    pub(super) doubtful: bool,
    /// Whether it counts only in the fields in which the case denies it.
    pub(super) if_denied: bool,
}

impl Pattern {
    /// Returns by which rule it is found.
    pub(super) fn rule(&self) -> Rule {
        match self.member {
            None => Rule::Exact,
            Some(Grade::CommonWord | Grade::CommonWords) => Rule::CommonWords,
            Some(_) => Rule::Spelling,
        }
    }

    /// It is also this one's.
    pub(super) fn owned(&mut self, owner: Owner, kind: Kind) {
        if !self.owners.contains(&(owner, kind)) {
            self.owners.push((owner, kind));
        }
    }

    /// Whether it is nothing but what events call people.
    pub(super) fn is_person_s(&self) -> bool {
        self.owners
            .iter()
            .all(|(_, kind)| matches!(kind, Kind::User | Kind::Address))
    }

    pub(super) fn is_allowed(&self) -> bool {
        self.owners.iter().any(|(owner, _)| matches!(owner, Owner::Allowed(_)))
    }

    /// Those whose name it is in words, if it is this text: an id is none, and an identity is one
    /// only with blanks.
    pub(super) fn owners_of_words<'p>(&'p self, name: &'p str) -> impl Iterator<Item = (Owner, Kind)> + 'p {
        let of_tenant = |owner: &(Owner, Kind)| {
            matches!(
                owner,
                (Owner::Tenant(_) | Owner::Unsettled | Owner::Denied(_), Kind::Name)
            )
        };
        let words = self.owners.iter().any(of_tenant) || name.contains(' ');
        let owners = self.owners.iter().filter(move |owner| {
            words
                && matches!(
                    owner,
                    (
                        Owner::Tenant(_) | Owner::Unsettled | Owner::Stated | Owner::Allowed(_) | Owner::Denied(_),
                        Kind::Name
                    ) | (Owner::Agent(_), _)
                )
        });
        owners.copied()
    }
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
    /// Of a tenant that events name, and not known of which: it is no reader's own.
    Unsettled,
    /// Told to every customer, because the vendor says it of itself.
    Stated,
    /// Told to every customer, because the case says so: in the fields of this number.
    Allowed(usize),
    /// Masked because the case says so: in the fields of this number.
    Denied(usize),
}

impl Names {
    /// Of everybody in the case and in its events. `paths` are those of the logs; `printed` is what
    /// reports print of the case's own words.
    pub fn new<'a>(
        case: &Case,
        sighting: &Sighting,
        companies: &[Company],
        paths: impl Iterator<Item = &'a str>,
        printed: impl Iterator<Item = &'a str>,
    ) -> Self {
        if let Some(printable) = &sighting.0 {
            printed.for_each(|text| printable.add(text));
        }
        let gathering = Gathering::new(case.isolation.least(), true);
        Self::among(gathering, case, companies, paths, sighting.0.as_ref())
    }

    /// Of everybody in the case whom these texts could name, though the vendor states them.
    pub(super) fn in_texts<'a>(case: &Case, texts: impl Iterator<Item = &'a str>) -> Self {
        let printable = Printable::new(case.directory.tenants.len());
        texts.for_each(|text| printable.add(text));
        let gathering = Gathering::new(case.isolation.least(), false);
        Self::among(gathering, case, &[], std::iter::empty(), Some(&printable))
    }

    /// Of customers without an event only those whose words are all there, if words are given.
    fn among<'a>(
        mut gathering: Gathering,
        case: &Case,
        companies: &[Company],
        paths: impl Iterator<Item = &'a str>,
        printable: Option<&Printable>,
    ) -> Self {
        let tenants = everybody(case, companies);
        gathering.agents(case);
        gathering.vendor(case, paths);
        let claimed = logged::claimed(case, companies);
        gathering.seen(&tenants, companies, case, &claimed);
        gathering.directory(&tenants, case, companies, printable);
        gathering.finish();
        let agents = case.agents.iter().map(|agent| AgentLabel {
            id: agent.id.0.clone(),
            pseudonym: agent.pseudonym.clone(),
        });
        let belongings = Belongings::of(&tenants, companies);
        let names = Self::of(
            tenants.into_iter().map(str::to_owned).collect(),
            agents.collect(),
            gathering,
        );
        Self {
            claimed,
            belongings,
            ..names
        }
    }

    fn of(tenants: Vec<String>, agents: Vec<AgentLabel>, mut gathering: Gathering) -> Self {
        let gathered = (gathering.patterns.len() + gathering.short.len()) as u64;
        gathering.other_writings();
        let Gathering {
            patterns,
            short,
            families,
            fields,
            ..
        } = gathering;
        let (texts, mut patterns): (_, Vec<_>) = patterns.into_iter().unzip();
        let typed = Typed::new(patterns.len(), &short);
        let mut number = |(name, pattern)| {
            patterns.push(pattern);
            (name, patterns.len() - 1)
        };
        let short = short.into_iter().map(&mut number).collect();
        let families = Families::new(families, &mut patterns);
        Self {
            typed,
            families,
            belongings: Belongings::default(),
            fields,
            claimed: Vec::new(),
            things: Things::default(),
            tenants,
            agents,
            gathered,
            patterns,
            finder: Finder::new(texts),
            passages: OnceLock::new(),
            short,
        }
    }

    /// The same, and whose things there are.
    #[must_use]
    pub fn knowing(self, things: Things) -> Self {
        Self { things, ..self }
    }

    /// Returns the logged names of tenants that belong to another, in the order of tenants.
    pub fn claimed(&self) -> &[ClaimedName] {
        &self.claimed
    }

    /// What events of several tenants were done on, and whose it is.
    pub fn things(&self) -> &Things {
        &self.things
    }

    /// Returns the id of the tenant at a place.
    pub(super) fn tenant(&self, at: usize) -> &str {
        &self.tenants[at]
    }

    /// The reader's place, which a search needs.
    pub(super) fn reader(&self, tenant: &str) -> Option<usize> {
        self.tenants.binary_search_by(|other| other.as_str().cmp(tenant)).ok()
    }

    /// How many identifiers there are, and how many of them are too short to be looked for in any
    /// writing.
    pub fn counts(&self) -> (u64, u64) {
        (self.gathered, self.short.len() as u64)
    }

    /// Whose a name is, in ids, the first few.
    pub(super) fn whose(&self, pattern: &Pattern, reader: Option<usize>) -> Vec<String> {
        let name = |owner: &(Owner, Kind)| match owner.0 {
            Owner::Tenant(at) => (Some(at) != reader).then(|| self.tenants[at].clone()),
            Owner::Agent(at) => Some(self.agents[at].id.clone()),
            Owner::Unsettled | Owner::Vendor | Owner::Stated | Owner::Allowed(_) | Owner::Denied(_) => None,
        };
        let names: BTreeSet<_> = pattern.owners.iter().filter_map(name).collect();
        names.into_iter().collect()
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::of(Vec::new(), Vec::new(), Gathering::new(0, true))
    }
}

/// In id order, each once.
fn everybody<'a>(case: &'a Case, companies: &'a [Company]) -> Vec<&'a str> {
    let mut tenants: Vec<_> = companies.iter().map(|company| company.id.0.as_str()).collect();
    tenants.extend(case.directory.tenants.iter().map(Tenant::id));
    // Both are in order already, so a stable sort merges them.
    #[expect(clippy::stable_sort_primitive, reason = "an unstable one would begin anew")]
    tenants.sort();
    tenants.dedup();
    tenants
}
