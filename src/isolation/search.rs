//! The search in one text, for one reader.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    Kind, Names, Verdict,
    family::Grade,
    lookup_form::lookup_form,
    normalized::{NormalizedText, searched},
    pattern::{Owner, Pattern},
    people, structure,
};
use crate::{case::TenantId, events::Target};

/// Search for names in texts that one tenant will read.
#[derive(Debug, Clone, Copy)]
pub struct TenantSearch<'n> {
    pub(super) names: &'n Names,
    /// The reader's place among the tenants.
    pub(super) own: Option<usize>,
    pub(super) context: SearchContext,
}

/// Origin of the searched text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SearchContext {
    /// Line of a rendered file; its field is unknown.
    File,
    /// In this field of an event, or in what is no event's.
    Field(&'static str),
}

/// Field of the case's own sentences, which are in no event.
const NO_FIELD: &str = "";

/// Kind of the searched text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// Text as a person typed it.
    Text,
    /// Line made of such texts and of this program's own words.
    Line,
}

/// A name that is not the reader's, where it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundName {
    /// In bytes of the text.
    pub range: Range<usize>,
    /// The name's number; names that read alike have the same.
    pub name: usize,
    /// Whether the case allows it.
    pub allowed: bool,
    /// Whether a person has to decide if it is a name: it is masked only if the case says so.
    pub doubtful: bool,
}

/// Relation of a name to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ownership {
    Foreign,
    /// The reader's own id, name or domain.
    Own,
    /// Person of the tenant.
    OwnPerson,
    /// In the reader's own events, and nothing more is known.
    OwnMention,
    Stated,
    Allowed,
}

/// Effect of a match. Matches of one role have the same effect, and a longer one covers those
/// inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MatchRole {
    Foreign,
    /// Foreign, unless inside the name of a person of the tenant.
    ForeignPerson,
    Own,
    OwnPerson,
    Allowed,
    /// Allowed, and reported.
    AllowedName,
}

impl FoundName {
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
    /// Returns the search for this tenant. An unknown tenant may see no names.
    pub fn for_tenant(&self, tenant: &TenantId) -> TenantSearch<'_> {
        self.for_tenant_id(&tenant.0)
    }

    /// Returns the search for the tenant with this id.
    pub(super) fn for_tenant_id(&self, tenant: &str) -> TenantSearch<'_> {
        let own = self.reader(tenant);
        TenantSearch {
            names: self,
            own,
            context: SearchContext::File,
        }
    }
}

impl<'n> TenantSearch<'n> {
    /// Returns a search for an outside reader, who may see no name at all.
    pub(super) fn for_outsider(names: &'n Names) -> Self {
        Self {
            names,
            own: None,
            context: SearchContext::File,
        }
    }

    /// The search of texts of one field of events.
    #[must_use]
    pub fn in_field(self, field: &'static str) -> Self {
        Self {
            context: SearchContext::Field(field),
            ..self
        }
    }

    /// The search of texts that are no event's.
    #[must_use]
    pub fn in_no_field(self) -> Self {
        self.in_field(NO_FIELD)
    }
}

impl TenantSearch<'_> {
    /// Whether texts of this field are searched.
    pub(super) fn is_in_field(&self, field: &str) -> bool {
        matches!(self.context, SearchContext::Field(own) if own == field)
    }

    /// Every name in a line of a rendered file that is not the reader's, in the order of the line.
    /// Short names are left out, as this program's own words may be typed so.
    pub fn search(&self, line: &str) -> Vec<FoundName> {
        self.names_in(line, TextKind::Line)
    }

    /// Finds names that are not the tenant's own in a text that a person typed, including short
    /// names as they are typed.
    pub(super) fn search_text(&self, text: &str) -> Vec<FoundName> {
        self.names_in(text, TextKind::Text)
    }

    /// Returns the ids of the tenants of whom the text holds an id, a domain, a contact or a name
    /// of several words, or which is their name as a whole.
    pub(super) fn tenants_named_in(&self, text: &str) -> BTreeSet<String> {
        let found = self.search_text(text);
        let found = found.iter().filter(|found| found.is_foreign());
        let names = found.filter(|found| {
            let own = text[found.range.clone()].split(|c: char| !c.is_alphanumeric());
            matches!(self.kind(found.name), Kind::Id | Kind::Domain | Kind::Address)
                || own.filter(|word| !word.is_empty()).nth(1).is_some()
                || found.range == (0..text.len())
        });
        names
            .flat_map(|found| self.names.owner_ids(&self.names.patterns[found.name], self.own))
            .filter(|id| self.names.reader(id).is_some())
            .collect()
    }

    fn names_in(&self, text: &str, text_kind: TextKind) -> Vec<FoundName> {
        let mut places = Vec::new();
        NormalizedText::each(text).for_each(|form| self.places(&form, text_kind, &mut places));
        if text_kind == TextKind::Text {
            self.members(text, &mut places);
        }
        if places.is_empty() {
            return Vec::new();
        }
        let mut found = self.foreign(places);
        if let SearchContext::Field(field) = self.context {
            let stays = |found: &FoundName| self.denies(found.name) || self.is_particular(found.name, field);
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

    /// Returns whether an allowed or denied word counts in the searched field. The field of a line
    /// of a file is unknown, and what is denied there is masked already.
    fn counts(&self, owner: Owner) -> bool {
        let (Owner::Allowed(fields) | Owner::Denied(fields)) = owner else {
            return true;
        };
        let fields = &self.names.fields[fields];
        fields.is_empty()
            || match self.context {
                SearchContext::File => matches!(owner, Owner::Allowed(_)),
                SearchContext::Field(field) => fields.contains(&field),
            }
    }

    /// Adds every name that stands as a whole word. Of names of one role that end together only the
    /// longest is kept: names may be made of each other (`a a`, `a a a`, ...), and a text of as
    /// many words would hold each of them at each word.
    fn places(&self, form: &NormalizedText<'_>, text_kind: TextKind, places: &mut Vec<(Range<usize>, usize)>) {
        let mut longest: BTreeMap<(usize, MatchRole), (usize, usize)> = BTreeMap::new();
        let mut report = |range: Range<usize>, name: usize| {
            let left_out = text_kind == TextKind::Line && self.names.patterns[name].free_text_only;
            if let Some(role) = self.role(name).filter(|_| !left_out) {
                let context = (range.start, name);
                let longest = longest.entry((range.end, role)).or_insert(context);
                *longest = context.min(*longest);
            }
        };
        self.names.index.each(form, &mut report);
        if text_kind == TextKind::Text {
            self.names.typed.each(form, &mut report);
        }
        places.extend(longest.into_iter().map(|((end, _), (start, name))| (start..end, name)));
    }

    /// Adds the spellings of names that people type. Those of others reach over the legal forms
    /// beside them.
    fn members(&self, text: &str, places: &mut Vec<(Range<usize>, usize)>) {
        self.names.families.each(text, |context| {
            let pattern = &self.names.patterns[context.name];
            let range = match self.ownership_of(pattern) {
                Ownership::Foreign => context.whole,
                _ => context.core,
            };
            places.push((range, context.name));
        });
    }

    /// Returns `None` if the name has no effect.
    fn role(&self, name: usize) -> Option<MatchRole> {
        let pattern = &self.names.patterns[name];
        let personal = || matches!(self.kind(name), Kind::Domain | Kind::User | Kind::Address);
        match self.ownership_of(pattern) {
            Ownership::Foreign if personal() => Some(MatchRole::ForeignPerson),
            Ownership::Foreign => Some(MatchRole::Foreign),
            Ownership::Own | Ownership::Stated => Some(MatchRole::Own),
            Ownership::OwnPerson if pattern.address => Some(MatchRole::Own),
            Ownership::OwnPerson => Some(MatchRole::OwnPerson),
            Ownership::Allowed if self.is_foreign_name(name) => Some(MatchRole::AllowedName),
            Ownership::Allowed => Some(MatchRole::Allowed),
            Ownership::OwnMention => None,
        }
    }

    /// Those of others that do not lie inside something that the reader may see.
    fn foreign(&self, mut places: Vec<(Range<usize>, usize)>) -> Vec<FoundName> {
        // At one start the longest first, so that what holds others comes before them.
        places.sort_unstable_by_key(|(range, name)| (range.start, usize::MAX - range.end, *name));
        places.dedup();
        // Up to where each kind of shield reaches, of those that begin here or before.
        let (mut own, mut allowed, mut person) = (0, 0, 0);
        // A spelling of the reader's own name is no exact name of another.
        let mut lookup_form_cased = 0..0;
        let mut found = Vec::new();
        for (range, name) in places.iter().cloned() {
            // Shields of the same stretch may be sorted after it.
            let same = places[places.partition_point(|(other, _)| {
                (other.start, usize::MAX - other.end) < (range.start, usize::MAX - range.end)
            })..]
                .iter()
                .take_while(|(other, _)| *other == range);
            for (_, shield) in same {
                let ownership = self.ownership(*shield);
                let is_own = matches!(ownership, Ownership::Own | Ownership::Stated);
                if self.names.patterns[*shield].member.is_some() && is_own {
                    if range.end > lookup_form_cased.end {
                        lookup_form_cased = range.clone();
                    }
                    continue;
                }
                match ownership {
                    Ownership::Own | Ownership::Stated => own = own.max(range.end),
                    Ownership::Allowed => allowed = allowed.max(range.end),
                    Ownership::OwnPerson if self.names.patterns[*shield].address => own = own.max(range.end),
                    Ownership::OwnPerson => person = person.max(range.end),
                    Ownership::OwnMention | Ownership::Foreign => {}
                }
            }
            let kind = self.kind(name);
            let is_persons = matches!(kind, Kind::Domain | Kind::User | Kind::Address) && person >= range.end;
            let foreign = self.is_foreign_name(name);
            let member = self.names.patterns[name].member;
            let inside = lookup_form_cased.end >= range.end && (member.is_some() || lookup_form_cased != range);
            let surname = member == Some(Grade::Word) && person >= range.end;
            if !foreign || own >= range.end || is_persons || inside || surname {
                continue;
            }
            let allowed = allowed >= range.end;
            let is_covered = |last: &FoundName| last.range.end >= range.end && last.allowed == allowed;
            if member.is_some() && found.last().is_some_and(is_covered) {
                // A longer or the exact name says as much.
                continue;
            }
            let doubtful = self.names.patterns[name].doubtful;
            found.push(FoundName {
                range,
                name,
                allowed,
                doubtful,
            });
        }
        found
    }

    fn is_foreign_name(&self, name: usize) -> bool {
        match self.ownership(name) {
            Ownership::Foreign => true,
            Ownership::Allowed => {
                !self.names.owner_ids(&self.names.patterns[name], self.own).is_empty() && !self.owns(name)
            }
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

    fn ownership(&self, name: usize) -> Ownership {
        self.ownership_of(&self.names.patterns[name])
    }

    pub(super) fn ownership_of(&self, pattern: &Pattern) -> Ownership {
        let owners = &pattern.owners;
        let any = |test: &dyn Fn(Owner, Kind) -> bool| {
            let mut owners = owners.iter().filter(|(owner, _)| self.counts(*owner));
            owners.any(|(owner, kind)| test(*owner, *kind))
        };
        let denied = |owner, _| matches!(owner, Owner::Denied(_));
        if pattern.if_denied && !any(&denied) || !owners.is_empty() && !any(&|_, _| true) {
            return Ownership::OwnMention;
        }
        // A spelling of the tenant's own name may be the exact name of another tenant's user.
        let own_user = |own: bool| any(&|owner, kind| kind == Kind::User && self.is_own(owner) == own);
        let is_foreign_user = pattern.weak_alias && own_user(false) && !own_user(true);
        if !is_foreign_user && any(&|owner, kind| self.is_own(owner) && kind.is_tenant()) {
            Ownership::Own
        } else if any(&|owner, _| owner == Owner::Stated) {
            Ownership::Stated
        } else if any(&|owner, _| matches!(owner, Owner::Allowed(_))) {
            Ownership::Allowed
        } else if any(&|owner, kind| {
            kind.is_tenant()
                || matches!(
                    owner,
                    Owner::Agent(_) | Owner::Unsettled | Owner::Denied(_) | Owner::Vendor
                )
        }) {
            Ownership::Foreign
        } else if any(&|owner, kind| self.is_own(owner) && kind == Kind::User) {
            Ownership::OwnPerson
        } else if !pattern.contact_of.is_empty() {
            // A mention in an event changes no owner.
            if pattern.contact_of.iter().any(|owner| self.is_own(*owner)) {
                Ownership::OwnPerson
            } else {
                Ownership::Foreign
            }
        } else if any(&|owner, _| self.is_own(owner)) {
            Ownership::OwnMention
        } else {
            Ownership::Foreign
        }
    }

    /// The kind that says most: what names a tenant or an agent before what names a person.
    pub(super) fn kind(&self, name: usize) -> Kind {
        kind_of(&self.names.patterns[name], |owner| self.is_own(owner))
    }

    /// Whether a text is as a whole the reader's own, or what the case allows or the vendor states.
    pub(super) fn may_stand(&self, text: &str) -> bool {
        let mut may = false;
        self.names.index.each(&NormalizedText::plain(text), |range, name| {
            let shields = matches!(
                self.ownership(name),
                Ownership::Own | Ownership::Stated | Ownership::Allowed
            );
            may |= shields && lookup_form(&text[range]) == lookup_form(text);
        });
        may
    }

    /// Returns whether a target of an event of several tenants is known to be a person of this
    /// tenant.
    pub fn is_own_person(&self, target: &Target) -> bool {
        let mut texts = [&target.id, &target.name].into_iter().flatten();
        texts.any(|text| {
            let short = self.names.short.get(&lookup_form(text));
            if short.is_some_and(|short| self.owns(*short)) {
                return true;
            }
            let form = NormalizedText::plain(text);
            let mut own = false;
            self.names.index.each(&form, |_, name| own |= self.owns(name));
            own
        })
    }

    /// Returns whether a target is a person, or holds an e-mail address.
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
