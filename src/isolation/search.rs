//! The search in one text, for one reader.

use std::{collections::BTreeMap, ops::Range};

use super::{
    ANOTHER, Hit, Kind, LOG, Names, Verdict,
    form::{Form, searched},
    names::{Owner, Pattern},
    people,
};
use crate::{case::TenantId, events::Target};

/// Who will read a text.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'n> {
    names: &'n Names,
    /// The reader's place among the tenants.
    own: Option<usize>,
}

/// A name that is not the reader's, where it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// In bytes of the text.
    pub range: Range<usize>,
    /// The name's number; names that read alike have the same.
    pub name: usize,
    /// Whether the case allows it.
    pub allowed: bool,
}

/// What a reader may see of a text, and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text as the reader may see it; none if nothing has to be masked.
    pub shown: Option<String>,
    /// Everything found, allowed or not, in the order of the text.
    pub hits: Vec<Hit>,
}

/// How a name stands to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Foreign,
    /// The reader's own id, name or domain.
    Own,
    /// Somebody of the reader's own.
    OwnPerson,
    /// In the reader's own events, and nothing more is known.
    OwnMention,
    Stated,
    Allowed,
}

impl Names {
    /// The search for this tenant. One that nobody knows may see nobody's names.
    pub fn for_reader(&self, tenant: &TenantId) -> Reader<'_> {
        let own = self.reader(tenant);
        Reader { names: self, own }
    }
}

impl<'n> Reader<'n> {
    /// The search for somebody who may see nobody's names.
    pub(super) fn nobody(names: &'n Names) -> Self {
        Self { names, own: None }
    }
}

impl Reader<'_> {
    /// Every name in the text that is not the reader's, in the order of the text.
    pub fn search(&self, text: &str) -> Vec<Found> {
        let mut places = Vec::new();
        self.places(&Form::plain(text), &mut places);
        if let Some(form) = Form::unescaped(text) {
            self.places(&form, &mut places);
        }
        if places.is_empty() {
            return Vec::new();
        }
        self.foreign(places)
    }

    /// Every whole word that is a name of anybody.
    fn places(&self, form: &Form<'_>, places: &mut Vec<(Range<usize>, usize)>) {
        let found = self.names.finder.find_overlapping_iter(form.text.as_bytes());
        let whole = |found: aho_corasick::Match| Some((form.whole(found.range())?, found.pattern().as_usize()));
        places.extend(found.filter_map(whole));
    }

    /// Those of others that do not lie inside something that the reader may see.
    fn foreign(&self, mut places: Vec<(Range<usize>, usize)>) -> Vec<Found> {
        // At one start the longest first, so that what holds others comes before them.
        places.sort_unstable_by_key(|(range, name)| (range.start, usize::MAX - range.end, *name));
        places.dedup();
        // Up to where each kind of shield reaches, of those that begin here or before.
        let (mut own, mut allowed, mut person) = (0, 0, 0);
        let mut found = Vec::new();
        for (range, name) in places.iter().cloned() {
            // Shields of the same stretch may be sorted after it.
            let same = places[places.partition_point(|(other, _)| {
                (other.start, usize::MAX - other.end) < (range.start, usize::MAX - range.end)
            })..]
                .iter()
                .take_while(|(other, _)| *other == range);
            for (_, shield) in same {
                match self.standing(*shield) {
                    Standing::Own | Standing::Stated => own = own.max(range.end),
                    Standing::Allowed => allowed = allowed.max(range.end),
                    Standing::OwnPerson if self.names.patterns[*shield].address => own = own.max(range.end),
                    Standing::OwnPerson => person = person.max(range.end),
                    Standing::OwnMention | Standing::Foreign => {}
                }
            }
            let kind = self.kind(name);
            let of_person = matches!(kind, Kind::Domain | Kind::User | Kind::Address) && person >= range.end;
            let foreign = self.is_anybody_else_s(name);
            if !foreign || own >= range.end || of_person {
                continue;
            }
            let allowed = allowed >= range.end;
            found.push(Found { range, name, allowed });
        }
        found
    }

    fn is_anybody_else_s(&self, name: usize) -> bool {
        match self.standing(name) {
            Standing::Foreign => true,
            Standing::Allowed => !self.names.whose(&self.names.patterns[name], self.own).is_empty() && !self.owns(name),
            _ => false,
        }
    }

    fn owns(&self, name: usize) -> bool {
        let owners = &self.names.patterns[name].owners;
        owners.iter().any(|(owner, _)| self.is_own(*owner))
    }

    fn is_own(&self, owner: Owner) -> bool {
        matches!(owner, Owner::Tenant(at) if Some(at) == self.own)
    }

    fn standing(&self, name: usize) -> Standing {
        self.standing_of(&self.names.patterns[name])
    }

    fn standing_of(&self, pattern: &Pattern) -> Standing {
        let owners = &pattern.owners;
        let any = |test: &dyn Fn(Owner, Kind) -> bool| owners.iter().any(|(owner, kind)| test(*owner, *kind));
        if any(&|owner, kind| self.is_own(owner) && kind.is_tenant()) {
            Standing::Own
        } else if any(&|owner, _| owner == Owner::Stated) {
            Standing::Stated
        } else if any(&|owner, _| owner == Owner::Allowed) {
            Standing::Allowed
        } else if any(&|owner, kind| kind.is_tenant() || matches!(owner, Owner::Agent(_) | Owner::Vendor)) {
            Standing::Foreign
        } else if any(&|owner, kind| self.is_own(owner) && kind == Kind::User) {
            Standing::OwnPerson
        } else if any(&|owner, _| self.is_own(owner)) {
            Standing::OwnMention
        } else {
            Standing::Foreign
        }
    }

    /// The kind that says most: what names a tenant or an agent before what names a person.
    fn kind(&self, name: usize) -> Kind {
        kind_of(&self.names.patterns[name], |owner| self.is_own(owner))
    }

    /// The text as the reader may see it; none if nobody else is named in it.
    pub fn mask(&self, text: &str) -> Option<Masked> {
        let found = self.search(text);
        if found.is_empty() {
            return None;
        }
        let mut shown = String::with_capacity(text.len());
        let mut from = 0;
        for (range, name) in self.stretches(text, &found) {
            shown.push_str(&text[from..range.start]);
            shown.push_str(&self.instead(name));
            from = range.end;
        }
        shown.push_str(&text[from..]);
        Some(Masked {
            shown: (from > 0).then_some(shown),
            hits: self.hits(text, &found),
        })
    }

    /// What was found, each once, in the order in which it first stands there.
    fn hits(&self, text: &str, found: &[Found]) -> Vec<Hit> {
        let mut places: BTreeMap<(usize, bool, &str), (usize, u64)> = BTreeMap::new();
        let mut end = 0;
        for found in found {
            // What lies inside a longer name is told with it.
            if found.range.end > end {
                end = found.range.end;
                let key = (found.name, found.allowed, &text[found.range.clone()]);
                places.entry(key).or_insert((found.range.start, 0)).1 += 1;
            }
        }
        let mut places: Vec<_> = places.into_iter().collect();
        places.sort_by_key(|(_, (first, _))| *first);
        let hit = |((name, allowed, text), (_, times)): ((usize, bool, &str), _)| {
            let verdict = if allowed { Verdict::Allowed } else { Verdict::Masked };
            Hit {
                times,
                ..self.hit_of(&self.names.patterns[name], text, verdict)
            }
        };
        places.into_iter().map(hit).collect()
    }

    /// What is to be replaced: names that overlap as one, and with a domain the whole address or URL it stands in.
    fn stretches(&self, text: &str, found: &[Found]) -> Vec<(Range<usize>, usize)> {
        let mut stretches: Vec<(Range<usize>, usize)> = Vec::new();
        for found in found.iter().filter(|found| !found.allowed) {
            let end = stretches.last().map_or(0, |(last, _)| last.end);
            if found.range.end <= end {
                continue;
            }
            let range = match self.kind(found.name) {
                // Not before what is already replaced: a long text may hold an address at every step.
                Kind::Domain | Kind::Address => around(text, end.min(found.range.start), found.range.clone()),
                _ => found.range.clone(),
            };
            let (mut range, mut name) = (range, found.name);
            while let Some((last, first)) = stretches.pop_if(|(last, _)| range.start < last.end) {
                range = last.start.min(range.start)..last.end.max(range.end);
                name = first;
            }
            stretches.push((range, name));
        }
        stretches
    }

    /// What stands in the place of a name.
    fn instead(&self, name: usize) -> String {
        self.instead_of(&self.names.patterns[name])
    }

    fn instead_of(&self, pattern: &Pattern) -> String {
        let owner = pattern.owners.iter().find(|(owner, _)| !self.is_own(*owner));
        match owner.map(|(owner, _)| owner) {
            Some(Owner::Agent(at)) => format!("[{}]", self.names.agents[*at].pseudonym),
            Some(Owner::Vendor) => LOG.to_owned(),
            _ => ANOTHER.to_owned(),
        }
    }

    /// What to tell of a name found in a text.
    pub fn hit(&self, found: &Found, text: &str) -> Hit {
        let verdict = if found.allowed {
            Verdict::Allowed
        } else {
            Verdict::Masked
        };
        let pattern = &self.names.patterns[found.name];
        self.hit_of(pattern, &text[found.range.clone()], verdict)
    }

    fn hit_of(&self, pattern: &Pattern, text: &str, verdict: Verdict) -> Hit {
        Hit {
            text: crate::text::shortened(text, LONGEST).into_owned(),
            kind: kind_of(pattern, |owner| self.is_own(owner)),
            of: self.names.whose(pattern, self.own),
            verdict,
            times: 1,
        }
    }

    /// Whether a target is somebody else as a whole, so that nothing of it may be told: its id or its name, however short,
    /// is another's.
    pub fn withheld(&self, target: &Target) -> Option<(String, Hit)> {
        [&target.id, &target.name]
            .into_iter()
            .flatten()
            .find_map(|text| self.wholly(text))
    }

    /// What stands in the place of a value that is somebody else's name and nothing more.
    fn wholly(&self, text: &str) -> Option<(String, Hit)> {
        let name = searched(text);
        if let Some(pattern) = self.names.short.get(&name) {
            let foreign = self.standing_of(pattern) == Standing::Foreign;
            return foreign.then(|| (self.instead_of(pattern), self.hit_of(pattern, text, Verdict::Masked)));
        }
        let whole = |found: &&Found| !found.allowed && text[found.range.clone()].trim() == text.trim();
        let found = self.search(text);
        let found = found.iter().find(whole)?;
        Some((self.instead(found.name), self.hit(found, text)))
    }

    /// Whether a target of an event of several tenants is known to be somebody of the reader's.
    pub fn is_own_person(&self, target: &Target) -> bool {
        let mut texts = [&target.id, &target.name].into_iter().flatten();
        texts.any(|text| {
            let short = self.names.short.get(&searched(text));
            if short.is_some_and(|short| short.owners.iter().any(|(owner, _)| self.is_own(*owner))) {
                return true;
            }
            let mut places = Vec::new();
            self.places(&Form::plain(text), &mut places);
            places.iter().any(|(_, name)| self.owns(*name))
        })
    }

    /// Whether a target is somebody.
    pub fn is_person(target: &Target) -> bool {
        let mut texts = [&target.id, &target.name].into_iter().flatten();
        people::is_person(target) || texts.any(|text| people::is_address(text))
    }
}

/// So many characters of what was found are told.
const LONGEST: usize = 120;

fn kind_of(pattern: &Pattern, own: impl Fn(Owner) -> bool) -> Kind {
    let others = pattern.owners.iter().filter(|(owner, _)| !own(*owner));
    let rank = |kind: &Kind| match kind {
        Kind::User | Kind::Address => (1, *kind),
        kind => (0, *kind),
    };
    let kinds = others.filter(|(owner, _)| !matches!(owner, Owner::Allowed | Owner::Stated));
    kinds.map(|(_, kind)| *kind).min_by_key(rank).unwrap_or(Kind::Name)
}

/// The address or URL that a stretch lies in: everything up to blanks, quotation marks, brackets and separators.
fn around(text: &str, from: usize, range: Range<usize>) -> Range<usize> {
    let ends = |c: char| !c.is_ascii_graphic() || ",;()<>\"'[]{}|`".contains(c);
    let before = text[from..range.start].rfind(ends).map(|at| from + at);
    let start = before.map_or(from, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let end = text[range.end..].find(ends).map_or(text.len(), |at| range.end + at);
    start..end
}
