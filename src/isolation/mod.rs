//! Isolation: no tenant's report names another tenant.
//!
//! A tenant's report is built from that tenant's own events, so the name of another can reach it in
//! one way only: a person typed or pasted it. So every text of an event is searched for the names
//! of all others before the tenant may see it, and every rendered file is searched again. Both
//! searches use the same registry of names:
//!
//! - **Names** are ids, names and domains of tenants, the people that their events name, the names
//!   of agents, and the paths of the logs. They are found as whole words in any case, composition
//!   or escape (`normalized`, `escape`), without the marks around them (`lookup_form`), and names
//!   of several words also as programs join these (`spelling_variants`). **Short** names occur
//!   everywhere, so they are found in typed texts only, and only as they are typed (`short_names`).
//! - A name that is **also the tenant's own** is not foreign, nor is one inside a longer name of
//!   its own: `Acme` in `Acme Logistics`. The same holds for what the case **allows**, and for what
//!   the vendor states of itself.

mod lookup_form;
mod tenant_objects;
mod escape;
mod family;
mod name_index;
mod normalized;
mod name_collector;
mod hash;
mod claimed_names;
mod mask;
mod names;
mod object_key;
mod object_mask;
mod clean_lines;
mod pattern;
mod people;
mod search;
mod observed;
mod structure;
mod shared_objects;
mod case_check;
mod short_names;
mod withheld;
mod word_bloom;
mod spelling_variants;

#[cfg(test)]
mod law;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::shortened;

pub use case_check::{NearCaseWord, check, names_in_profile, near_words};
pub use claimed_names::ClaimedName;
pub use clean_lines::CleanLines;
pub use family::is_common;
pub use mask::Masked;
pub use names::Names;
pub use observed::{ObservedTenant, ObservedText};
pub use search::{FoundName, TenantSearch};
pub use shared_objects::SharedObjects;
pub use structure::FieldKind;
pub use withheld::Withheld;

/// Mask of another tenant, its people and its addresses.
pub const ANOTHER: &str = "[another customer]";

/// Mask of a person in an event of several tenants whose tenant is unknown, and of an object known
/// to be another tenant's.
pub const SEVERAL: &str = "[not shown: an action in several tenants]";

/// Mask of a log's path.
pub const LOG: &str = "[log file]";

/// Returns what a name reads as: its letters and digits without case, accents and look-alikes.
pub fn name_key(name: &str) -> String {
    family::whole(name)
}

/// Returns whether a character reads as another one between some neighbours, so that the key of a
/// name is not that of its characters.
pub(crate) fn key_depends_on_neighbours(c: char) -> bool {
    family::is_counter_kana(c)
}

/// Kind of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A tenant's id.
    Id,
    /// A tenant's name.
    Name,
    /// A domain of a tenant.
    Domain,
    /// A person on whom an event of the tenant was done.
    User,
    /// An e-mail address in an event of the tenant, not said to be a user's.
    Address,
    /// An object in an event of several tenants that another tenant has in events of its own.
    Thing,
    /// An agent's id, name, address or other identity.
    Agent,
    /// The path of a log.
    Log,
}

impl Kind {
    /// Returns the kind as it is written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Domain => "domain",
            Self::User => "user",
            Self::Address => "address",
            Self::Thing => "thing",
            Self::Agent => "agent",
            Self::Log => "log",
        }
    }

    /// Whether it names the tenant itself.
    fn is_tenant(self) -> bool {
        matches!(self, Self::Id | Self::Name | Self::Domain)
    }
}

/// Treatment of a name that is not the tenant's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It stands in a rendered file, and so none of the reader's files was released.
    Stopped,
    /// It stands, and a person decides whether it names another tenant: it is an ordinary word too.
    Near,
    /// Something else stands in its place.
    Masked,
    /// It stands, because the case allows it.
    Allowed,
}

impl Verdict {
    /// Returns the treatment as it is written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Near => "near",
            Self::Masked => "masked",
            Self::Allowed => "allowed",
        }
    }
}

/// Rule by which a name was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Spelling of the directory, the case or the log.
    Exact,
    /// Another spelling: without legal form, accents or signs, joined, or with look-alike letters.
    Spelling,
    /// A spelling that is made of common words.
    CommonWords,
}

impl Rule {
    /// Returns the rule as it is written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Spelling => "spelling",
            Self::CommonWords => "common-words",
        }
    }
}

/// One name that is not the reader's, found in one text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hit {
    /// Name as it stands in the text.
    pub text: String,
    /// Kind of the name.
    pub kind: Kind,
    /// Ids of those whose it is; none for the vendor's own.
    pub of: Vec<String>,
    /// Rule by which it was found.
    pub rule: Rule,
    /// Treatment of the name.
    pub verdict: Verdict,
    /// Number of times that it stands in the text.
    pub times: u64,
}

impl Hit {
    /// Returns the hit for a text that is masked as a whole, once.
    pub fn masked(text: &str, kind: Kind, of: Vec<String>) -> Self {
        Self {
            text: shortened(text, mask::LONGEST).into_owned(),
            kind,
            of,
            rule: Rule::Exact,
            verdict: Verdict::Masked,
            times: 1,
        }
    }
}
