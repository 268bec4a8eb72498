//! The search in one text, for one reader.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Kind, Names, Verdict,
    bare::named,
    family::Grade,
    form::{Form, searched},
    names::{Owner, Pattern},
    people, structure,
};
use crate::{case::TenantId, events::Target};

/// Who will read a text.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'n> {
    pub(super) names: &'n Names,
    /// The reader's place among the tenants.
    pub(super) own: Option<usize>,
    pub(super) place: Place,
}

/// Where the text stands that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a rendered file, where nobody knows the field.
    File,
    /// In this field of an event, or in what is no event's.
    Field(&'static str),
}

/// What stands where in the case's own sentences: in no field of an event.
const NO_FIELD: &str = "";

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Searched {
    /// What somebody typed, and nothing else.
    Text,
    /// What was made of texts and of this program's own words.
    Line,
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
    /// Whether a person decides if it names anybody: it is masked only if the case says so.
    pub doubtful: bool,
}

/// How a name stands to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
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

/// What a name does where it stands: names of one part do the same, and a longer one does it for
/// those inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Foreign,
    /// Also foreign, unless inside a name of somebody of the reader's own.
    ForeignPerson,
    Own,
    OwnPerson,
    Allowed,
    /// Allowed, and told of.
    AllowedName,
}

impl Found {
    /// Whether it is masked, and may stand nowhere.
    pub(super) fn is_foreign(&self) -> bool {
        !self.allowed && !self.doubtful
    }

    /// Returns what becomes of it in a text.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self { allowed: true, .. } => Verdict::Allowed,
            Self { doubtful: true, .. } => Verdict::Near,
            _ => Verdict::Masked,
        }
    }
}

impl Names {
    /// The search for this tenant. One that nobody knows may see nobody's names.
    pub fn for_reader(&self, tenant: &TenantId) -> Reader<'_> {
        self.reading_as(&tenant.0)
    }

    /// The same by the id's text.
    pub(super) fn reading_as(&self, tenant: &str) -> Reader<'_> {
        let own = self.reader(tenant);
        Reader {
            names: self,
            own,
            place: Place::File,
        }
    }
}

impl<'n> Reader<'n> {
    /// The search for somebody who may see nobody's names.
    pub(super) fn nobody(names: &'n Names) -> Self {
        Self {
            names,
            own: None,
            place: Place::File,
        }
    }

    /// The search of texts of one field of events.
    #[must_use]
    pub fn in_field(self, field: &'static str) -> Self {
        Self {
            place: Place::Field(field),
            ..self
        }
    }

    /// The search of texts that are no event's.
    #[must_use]
    pub fn in_no_field(self) -> Self {
        self.in_field(NO_FIELD)
    }
}

impl Reader<'_> {
    /// Whether texts of this field are searched.
    pub(super) fn is_in_field(&self, field: &str) -> bool {
        matches!(self.place, Place::Field(own) if own == field)
    }

    /// Every name in a line of a rendered file that is not the reader's, in the order of the line.
    /// Short names are left out, as this program's own words may be typed so.
    pub fn search(&self, line: &str) -> Vec<Found> {
        self.names_in(line, Searched::Line)
    }

    /// The same of a text that somebody typed, with short names as they are typed.
    pub(super) fn search_text(&self, text: &str) -> Vec<Found> {
        self.names_in(text, Searched::Text)
    }

    fn names_in(&self, text: &str, searched: Searched) -> Vec<Found> {
        let mut places = Vec::new();
        Form::each(text).for_each(|form| self.places(&form, searched, &mut places));
        if searched == Searched::Text {
            self.members(text, &mut places);
        }
        if places.is_empty() {
            return Vec::new();
        }
        let mut found = self.foreign(places);
        if let Place::Field(field) = self.place {
            let stays = |found: &Found| self.denies(found.name) || self.is_particular(found.name, field);
            found.retain(|found| stays(found) || !structure::holds(field, text, found.range.clone()));
        }
        found
    }

    /// Whether no program writes it as a word of its own, whatever words it is made of: a domain,
    /// and but in codes what names people and agents of others.
    fn is_particular(&self, name: usize, field: &str) -> bool {
        let owners = &self.names.patterns[name].owners;
        owners.iter().any(|(owner, kind)| match kind {
            Kind::Domain => true,
            Kind::User | Kind::Address | Kind::Thing | Kind::Agent => {
                !structure::is_code(field)
                    && !self.is_own(*owner)
                    && !matches!(owner, Owner::Stated | Owner::Allowed(_))
            }
            Kind::Id | Kind::Name | Kind::Log => false,
        })
    }

    /// Whether the case denies a name where the text stands.
    fn denies(&self, name: usize) -> bool {
        let owners = &self.names.patterns[name].owners;
        owners
            .iter()
            .any(|(owner, _)| matches!(owner, Owner::Denied(_)) && self.counts(*owner))
    }

    /// Whether what the case allows or denies counts where the text stands. In a file nobody knows
    /// which field a text is of, and what is denied there is masked already.
    fn counts(&self, owner: Owner) -> bool {
        let (Owner::Allowed(fields) | Owner::Denied(fields)) = owner else {
            return true;
        };
        let fields = &self.names.fields[fields];
        fields.is_empty()
            || match self.place {
                Place::File => matches!(owner, Owner::Allowed(_)),
                Place::Field(field) => fields.contains(&field),
            }
    }

    /// Every whole word that is a name of anybody, but for those that say nothing more: of the
    /// names of one part that end together the longest. Names may be made of each other (`a a`,
    /// `a a a`, ...), and a text of as many words would hold each of them at each word.
    fn places(&self, form: &Form<'_>, searched: Searched, places: &mut Vec<(Range<usize>, usize)>) {
        let mut longest: BTreeMap<(usize, Part), (usize, usize)> = BTreeMap::new();
        let mut tell = |range: Range<usize>, name: usize| {
            let left_out = searched == Searched::Line && self.names.patterns[name].in_texts_alone;
            if let Some(part) = self.part(name).filter(|_| !left_out) {
                let place = (range.start, name);
                let longest = longest.entry((range.end, part)).or_insert(place);
                *longest = place.min(*longest);
            }
        };
        self.names.finder.each(form, &mut tell);
        if searched == Searched::Text {
            self.names.typed.each(form, &mut tell);
        }
        places.extend(longest.into_iter().map(|((end, _), (start, name))| (start..end, name)));
    }

    /// Adds the spellings of names that people type. Those of others reach over the legal forms
    /// beside them.
    fn members(&self, text: &str, places: &mut Vec<(Range<usize>, usize)>) {
        self.names.families.each(text, |place| {
            let pattern = &self.names.patterns[place.name];
            let range = match self.standing_of(pattern) {
                Standing::Foreign => place.whole,
                _ => place.core,
            };
            places.push((range, place.name));
        });
    }

    /// None if it changes nothing whether the name stands somewhere.
    fn part(&self, name: usize) -> Option<Part> {
        let pattern = &self.names.patterns[name];
        let personal = || matches!(self.kind(name), Kind::Domain | Kind::User | Kind::Address);
        match self.standing_of(pattern) {
            Standing::Foreign if personal() => Some(Part::ForeignPerson),
            Standing::Foreign => Some(Part::Foreign),
            Standing::Own | Standing::Stated => Some(Part::Own),
            Standing::OwnPerson if pattern.address => Some(Part::Own),
            Standing::OwnPerson => Some(Part::OwnPerson),
            Standing::Allowed if self.is_anybody_else_s(name) => Some(Part::AllowedName),
            Standing::Allowed => Some(Part::Allowed),
            Standing::OwnMention => None,
        }
    }

    /// Those of others that do not lie inside something that the reader may see.
    fn foreign(&self, mut places: Vec<(Range<usize>, usize)>) -> Vec<Found> {
        // At one start the longest first, so that what holds others comes before them.
        places.sort_unstable_by_key(|(range, name)| (range.start, usize::MAX - range.end, *name));
        places.dedup();
        // Up to where each kind of shield reaches, of those that begin here or before.
        let (mut own, mut allowed, mut person) = (0, 0, 0);
        // A spelling of the reader's own name is no exact name of another.
        let mut spelt = 0..0;
        let mut found = Vec::new();
        for (range, name) in places.iter().cloned() {
            // Shields of the same stretch may be sorted after it.
            let same = places[places.partition_point(|(other, _)| {
                (other.start, usize::MAX - other.end) < (range.start, usize::MAX - range.end)
            })..]
                .iter()
                .take_while(|(other, _)| *other == range);
            for (_, shield) in same {
                let standing = self.standing(*shield);
                let is_own = matches!(standing, Standing::Own | Standing::Stated);
                if self.names.patterns[*shield].member.is_some() && is_own {
                    if range.end > spelt.end {
                        spelt = range.clone();
                    }
                    continue;
                }
                match standing {
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
            let member = self.names.patterns[name].member;
            let inside = spelt.end >= range.end && (member.is_some() || spelt != range);
            let surname = member == Some(Grade::Word) && person >= range.end;
            if !foreign || own >= range.end || of_person || inside || surname {
                continue;
            }
            let allowed = allowed >= range.end;
            let told = |last: &Found| last.range.end >= range.end && last.allowed == allowed;
            if member.is_some() && found.last().is_some_and(told) {
                // A longer or the exact name says as much.
                continue;
            }
            let doubtful = self.names.patterns[name].doubtful;
            found.push(Found {
                range,
                name,
                allowed,
                doubtful,
            });
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

    pub(super) fn is_own(&self, owner: Owner) -> bool {
        matches!(owner, Owner::Tenant(at) if Some(at) == self.own)
    }

    fn standing(&self, name: usize) -> Standing {
        self.standing_of(&self.names.patterns[name])
    }

    pub(super) fn standing_of(&self, pattern: &Pattern) -> Standing {
        let owners = &pattern.owners;
        let any = |test: &dyn Fn(Owner, Kind) -> bool| {
            let mut owners = owners.iter().filter(|(owner, _)| self.counts(*owner));
            owners.any(|(owner, kind)| test(*owner, *kind))
        };
        let denied = |owner, _| matches!(owner, Owner::Denied(_));
        if pattern.if_denied && !any(&denied) || !owners.is_empty() && !any(&|_, _| true) {
            return Standing::OwnMention;
        }
        // One's own name in another writing may be somebody else's user.
        let own_user = |own: bool| any(&|owner, kind| kind == Kind::User && self.is_own(owner) == own);
        let another_s_user = pattern.also_mere && own_user(false) && !own_user(true);
        if !another_s_user && any(&|owner, kind| self.is_own(owner) && kind.is_tenant()) {
            Standing::Own
        } else if any(&|owner, _| owner == Owner::Stated) {
            Standing::Stated
        } else if any(&|owner, _| matches!(owner, Owner::Allowed(_))) {
            Standing::Allowed
        } else if any(&|owner, kind| {
            kind.is_tenant()
                || matches!(
                    owner,
                    Owner::Agent(_) | Owner::Unsettled | Owner::Denied(_) | Owner::Vendor
                )
        }) {
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
    pub(super) fn kind(&self, name: usize) -> Kind {
        kind_of(&self.names.patterns[name], |owner| self.is_own(owner))
    }

    /// Whether a text is as a whole the reader's own, or what the case allows or the vendor states.
    pub(super) fn may_stand(&self, text: &str) -> bool {
        let mut may = false;
        self.names.finder.each(&Form::plain(text), |range, name| {
            let shields = matches!(
                self.standing(name),
                Standing::Own | Standing::Stated | Standing::Allowed
            );
            may |= shields && named(&text[range]) == named(text);
        });
        may
    }

    /// Whether a target of an event of several tenants is known to be somebody of the reader's.
    pub fn is_own_person(&self, target: &Target) -> bool {
        let mut texts = [&target.id, &target.name].into_iter().flatten();
        texts.any(|text| {
            let short = self.names.short.get(&named(text));
            if short.is_some_and(|short| self.owns(*short)) {
                return true;
            }
            let form = Form::plain(text);
            let mut own = false;
            self.names.finder.each(&form, |_, name| own |= self.owns(name));
            own
        })
    }

    /// Whether a target is somebody, or names somebody's address in whatever way.
    pub fn is_person(target: &Target) -> bool {
        let mut texts = [&target.id, &target.name].into_iter().flatten();
        people::is_person(target) || texts.any(|text| people::holds_address(&searched(text)))
    }
}

pub(super) fn kind_of(pattern: &Pattern, own: impl Fn(Owner) -> bool) -> Kind {
    let others = pattern.owners.iter().filter(|(owner, _)| !own(*owner));
    let rank = |kind: &Kind| match kind {
        Kind::User | Kind::Address => (1, *kind),
        kind => (0, *kind),
    };
    let kinds = others.filter(|(owner, _)| !matches!(owner, Owner::Allowed(_) | Owner::Stated));
    kinds.map(|(_, kind)| *kind).min_by_key(rank).unwrap_or(Kind::Name)
}
