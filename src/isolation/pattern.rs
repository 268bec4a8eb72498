//! A name that is searched for, and its owners.

use std::collections::BTreeSet;

use super::{Kind, Rule, family::Grade};

/// An agent as the vendor lists it, and as customers see it.
#[derive(Debug, Clone)]
pub(super) struct AgentLabel {
    pub(super) id: String,
    pub(super) pseudonym: String,
}

/// A text that names a tenant, an agent or a person.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one name")]
pub(super) struct Pattern {
    /// Each once.
    pub(super) owners: Vec<(Owner, Kind)>,
    /// Tenants whose contact it is by the directory, and the one whose domain it has.
    pub(super) contact_of: Vec<Owner>,
    /// Whether it is an e-mail address, whose parts are not names of their own.
    pub(super) address: bool,
    /// It may stand in a file though it stands in no text of it.
    pub(super) free_text_only: bool,
    /// It is a user's exactly, and a tenant's or an agent's in another writing only.
    pub(super) weak_alias: bool,
    /// Ways in which a short name is typed, if it is searched inside texts.
    pub(super) spellings: BTreeSet<String>,
    /// Confidence that it means a name, if it is a spelling that people type and not the name as
    /// listed.
    pub(super) member: Option<Grade>,
    /// Whether a person has to decide if it is a name.
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
    pub(super) fn is_person_only(&self) -> bool {
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

/// Owner of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// Tenant, by its position among the tenants.
    Tenant(usize),
    /// Agent, by its position in the case.
    Agent(usize),
    /// The vendor; hidden from tenants.
    Vendor,
    /// An unknown tenant of an event: the name is no tenant's own.
    Unsettled,
    /// Visible to every tenant, because the vendor states it of itself.
    Stated,
    /// Visible to every tenant in these fields, because the case allows it: the index of a list of
    /// fields.
    Allowed(usize),
    /// Masked because the case says so: in the fields of this number.
    Denied(usize),
}
