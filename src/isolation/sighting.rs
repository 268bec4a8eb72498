//! What the events give the search to know: whom they name, and every word that can come to be
//! printed. Gathered tenant by tenant, since no more of the events need be in memory.

use super::{Kind, bare::named, belongings, family::Beginnings, people, words::Words, writings::MOST};
use crate::{
    case::{Case, TenantId},
    tally::ScopedEvent,
};

/// Every word of the events looked at. Threads may look at different ones side by side.
#[derive(Debug)]
pub struct Sighting(pub(super) Option<Printable>);

/// What can come to be printed.
#[derive(Debug)]
pub(super) struct Printable {
    /// Each word, and which stand beside each other.
    pub(super) words: Words,
    /// With what spellings of names begin.
    pub(super) beginnings: Beginnings,
}

impl Printable {
    /// Holds nothing yet, to ask for the names of so many tenants.
    pub(super) fn new(tenants: usize) -> Self {
        Self {
            words: Words::new(tenants),
            beginnings: Beginnings::new(),
        }
    }

    /// Adds a text.
    pub(super) fn add(&self, text: &str) {
        self.words.add(text);
        self.beginnings.add(text);
    }
}

/// A tenant of the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    pub(super) id: TenantId,
    /// Its ids as logged where the case merges some, in order, each once.
    pub(super) logged: Vec<TenantId>,
    /// As logged, in order, each once.
    pub(super) names: Vec<String>,
    /// Who the events name as its people, in the form in which they are looked for, in order, each
    /// once.
    pub(super) people: Vec<(String, Kind)>,
    /// What else its events of several tenants were done on, in the same form, in order, each once.
    pub(super) shared: Vec<String>,
    /// Numbers of what else its own events were done on, in order, each once.
    pub(super) things: Vec<u64>,
    /// Numbers of the first words of those of several words, in the same way.
    pub(super) begun: Vec<u64>,
}

/// About how many bytes of memory a name takes until it can be searched for, and how many for each
/// of its own bytes.
const NAME: (usize, usize) = (160, 12);

impl Sighting {
    /// Of nothing yet. Whether words matter the case says: templates of its own may print anything.
    pub fn new(case: &Case) -> Self {
        let built_in = case.reports.templates.is_none();
        Self(built_in.then(|| Printable::new(case.directory.tenants.len())))
    }

    /// Looks at all events of one tenant.
    pub fn company(&self, id: &TenantId, events: &[&ScopedEvent]) -> Company {
        self.words(events);
        let (mut names, mut logged) = (Vec::new(), Vec::new());
        let (mut people, mut shared, mut things) = (Vec::new(), Vec::new(), Vec::new());
        let mut begun = Vec::new();
        for event in events.iter().map(|event| &event.event) {
            let own = event.tenant(id);
            names.extend(own.and_then(|tenant| tenant.name.as_deref()));
            logged.extend(own.and_then(|tenant| tenant.logged.as_deref()).into_iter().flatten());
            // Whose they are, an event of several does not say.
            if event.tenants.len() == 1 {
                people.extend(event.targets.iter().flat_map(people::texts));
                let others = event.targets.iter().filter(|target| !people::is_person(target));
                for thing in others.flat_map(people::both).filter_map(belongings::key) {
                    things.push(thing.whole);
                    begun.extend(thing.begun);
                }
            } else {
                let others = event.targets.iter().filter(|target| !people::is_person(target));
                shared.extend(others.flat_map(people::both));
            }
        }
        let people = once(people).into_iter();
        Company {
            id: id.clone(),
            logged: once(logged).into_iter().cloned().collect(),
            names: once(names).into_iter().map(str::to_owned).collect(),
            people: once(people.flat_map(|(text, part)| people::names(text, part)).collect()),
            shared: once(once(shared).into_iter().map(named).collect()),
            things: once(things),
            begun: once(begun),
        }
    }

    /// Looks at the words of events.
    pub fn words(&self, events: &[&ScopedEvent]) {
        let Some(printable) = &self.0 else { return };
        // Most texts of a tenant's events stand in many of them.
        let texts = events.iter().flat_map(|event| event.event.texts()).collect();
        once::<&str>(texts).into_iter().for_each(|text| printable.add(text));
    }
}

impl Company {
    /// About how much memory its names take until they can be searched for.
    pub fn weight(&self) -> u64 {
        let weight = |name: &String| (NAME.0 + NAME.1 * name.len()) as u64;
        let others = self.people.iter().map(|(name, _)| name).chain(&self.shared);
        let others = others.chain([&self.id.0]).map(weight).sum::<u64>();
        let others = others + 3 * (size_of_val(&self.things[..]) + size_of_val(&self.begun[..])) as u64;
        others + self.names.iter().map(weight).sum::<u64>() * (1 + MOST as u64)
    }
}

/// In order, each once.
pub(super) fn once<T: Ord>(mut texts: Vec<T>) -> Vec<T> {
    texts.sort_unstable();
    texts.dedup();
    texts
}
