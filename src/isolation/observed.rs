//! Collects from the events what the search of names needs: the people and objects that they name,
//! and every word that can be printed. It runs tenant by tenant, so that only one tenant's events
//! are in memory.

use super::{
    Kind, family::SkeletonPrefixes, lookup_form::lookup_form, object_key, people, spelling_variants::MOST,
    word_bloom::WordBloom,
};
use crate::{
    case::{Case, TenantId},
    tally::ScopedEvent,
};

/// Every word of the events looked at. Threads may look at different ones side by side.
#[derive(Debug)]
pub struct ObservedText(pub(super) Option<PrintableText>);

/// Words that can be printed.
#[derive(Debug)]
pub(super) struct PrintableText {
    /// Each word, and which stand beside each other.
    pub(super) words: WordBloom,
    /// Prefixes that spellings of names begin with.
    pub(super) beginnings: SkeletonPrefixes,
}

impl ObservedTenant {
    /// Returns the tenant with nothing but its ids.
    pub(super) fn without_texts(&self) -> Self {
        Self {
            id: self.id.clone(),
            logged: self.logged.clone(),
            names: Vec::new(),
            people: Vec::new(),
            shared_objects: Vec::new(),
            object_keys: Vec::new(),
            first_word_keys: Vec::new(),
        }
    }
}

impl PrintableText {
    /// Holds nothing yet, to ask for the names of so many tenants.
    pub(super) fn new(tenants: usize) -> Self {
        Self {
            words: WordBloom::new(tenants),
            beginnings: SkeletonPrefixes::new(),
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
pub struct ObservedTenant {
    pub(super) id: TenantId,
    /// Its ids as logged where the case merges some, in order, each once.
    pub(super) logged: Vec<TenantId>,
    /// Names as logged, in order, each once.
    pub(super) names: Vec<String>,
    /// People that the events name, in lookup form, in order, each once.
    pub(super) people: Vec<(String, Kind)>,
    /// Other objects of its events of several tenants, in lookup form, in order, each once.
    pub(super) shared_objects: Vec<String>,
    /// Numbers of what else its own events were done on, in order, each once.
    pub(super) object_keys: Vec<u64>,
    /// Numbers of the first words of those of several words, in the same way.
    pub(super) first_word_keys: Vec<u64>,
}

/// About how many bytes of memory a name takes until it can be searched for, and how many for each
/// of its own bytes.
const NAME: (usize, usize) = (160, 12);

impl ObservedText {
    /// Creates an empty collection. It keeps words only if the case has no templates of its own,
    /// which could print anything.
    pub fn new(case: &Case) -> Self {
        let built_in = case.reports.templates.is_none();
        Self(built_in.then(|| PrintableText::new(case.directory.tenants.len())))
    }

    /// Looks at all events of one tenant.
    pub fn observed_tenant(&self, id: &TenantId, events: &[&ScopedEvent]) -> ObservedTenant {
        self.words(events);
        let (mut names, mut logged) = (Vec::new(), Vec::new());
        let (mut people, mut shared_objects, mut object_keys) = (Vec::new(), Vec::new(), Vec::new());
        let mut first_word_keys = Vec::new();
        for event in events.iter().map(|event| &event.event) {
            let own = event.tenant(id);
            names.extend(own.and_then(|tenant| tenant.name.as_deref()));
            logged.extend(own.and_then(|tenant| tenant.logged.as_deref()).into_iter().flatten());
            // Whose they are, an event of several does not say.
            if event.tenants.len() == 1 {
                people.extend(event.targets.iter().flat_map(people::texts));
                let others = event.targets.iter().filter(|target| !people::is_person(target));
                for object in others.flat_map(people::both).filter_map(object_key::key) {
                    object_keys.push(object.whole);
                    first_word_keys.extend(object.begun);
                }
            } else {
                let others = event.targets.iter().filter(|target| !people::is_person(target));
                shared_objects.extend(others.flat_map(people::both));
            }
        }
        let people = once(people).into_iter();
        ObservedTenant {
            id: id.clone(),
            logged: once(logged).into_iter().cloned().collect(),
            names: once(names).into_iter().map(str::to_owned).collect(),
            people: once(people.flat_map(|(text, part)| people::names(text, part)).collect()),
            shared_objects: once(once(shared_objects).into_iter().map(lookup_form).collect()),
            object_keys: once(object_keys),
            first_word_keys: once(first_word_keys),
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

impl ObservedTenant {
    /// About how much memory its names take until they can be searched for.
    pub fn weight(&self) -> u64 {
        let weight = |name: &String| (NAME.0 + NAME.1 * name.len()) as u64;
        let others = self.people.iter().map(|(name, _)| name).chain(&self.shared_objects);
        let others = others.chain([&self.id.0]).map(weight).sum::<u64>();
        let others = others + 3 * (size_of_val(&self.object_keys[..]) + size_of_val(&self.first_word_keys[..])) as u64;
        others + self.names.iter().map(weight).sum::<u64>() * (1 + MOST as u64)
    }
}

/// In order, each once.
pub(super) fn once<T: Ord>(mut texts: Vec<T>) -> Vec<T> {
    texts.sort_unstable();
    texts.dedup();
    texts
}
