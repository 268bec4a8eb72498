//! Isolation: no reader sees what names another.
//!
//! A customer's report is built from that customer's own events, so another one's name can reach it
//! in one way only: somebody typed or pasted it. So every text of an event is searched for every
//! name of everybody else before a customer may see it, and every rendered file is searched again.
//! Both ask the same question of the same names:
//!
//! - **Names** are ids, names and domains of tenants, the people that their events name, whatever
//!   names an agent, and the
//!   paths of the logs. They are found as whole words, however they are cased, composed or escaped (`form`, `escape`), without what
//!   surrounds them (`bare`), and those of several words also as programs join these (`writings`). **Short** ones stand everywhere,
//!   so they are found in texts alone, and only as they are typed (`typed`).
//! - What is **also the reader's own** is not foreign, and neither is what lies inside a longer
//!   name of the reader's own:
//!   `Acme` in `Acme Logistics`. The same goes for what the case **allows**, and for what the vendor states of itself.

mod bare;
mod belongings;
mod escape;
mod family;
mod finder;
mod form;
mod gather;
mod hash;
mod logged;
mod mask;
mod names;
mod passages;
mod people;
mod search;
mod sighting;
mod structure;
mod things;
mod told;
mod typed;
mod withheld;
mod words;
mod writings;

#[cfg(test)]
mod law;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::shortened;

pub use family::is_common;
pub use logged::ClaimedName;
pub use mask::Masked;
pub use names::Names;
pub use passages::Passages;
pub use search::{Found, Reader};
pub use sighting::{Company, Sighting};
pub use structure::FieldKind;
pub use things::Things;
pub use told::{NearCaseWord, check, near_words};
pub use withheld::Withheld;

/// What stands in the place of another customer, its people and its addresses.
pub const ANOTHER: &str = "[another customer]";

/// What stands in the place of somebody of whom an event of several tenants does not say whose they
/// are, and of what is known to be another tenant's.
pub const SEVERAL: &str = "[not shown: an action in several tenants]";

/// What stands in the place of a log's path.
pub const LOG: &str = "[log file]";

/// Returns what a name reads as: its letters and digits without case, accents and look-alikes.
pub fn name_key(name: &str) -> String {
    family::whole(name)
}

/// What kind of name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A tenant's id.
    Id,
    /// A tenant's name.
    Name,
    /// A domain of a tenant.
    Domain,
    /// Somebody on whom an event of the tenant was done.
    User,
    /// An e-mail address in an event of the tenant, not said to be a user's.
    Address,
    /// What is in an event of several tenants, and in events of another one's own.
    Thing,
    /// An agent's id, name, address or other identity.
    Agent,
    /// The path of a log.
    Log,
}

impl Kind {
    /// As in files.
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

/// What became of a name that is not the reader's.
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
    /// As in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Near => "near",
            Self::Masked => "masked",
            Self::Allowed => "allowed",
        }
    }
}

/// By which rule a name was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// As the directory, the case or the log has it.
    Exact,
    /// Another spelling: without legal form, accents or signs, joined, or with look-alike letters.
    Spelling,
    /// A spelling that is made of common words.
    CommonWords,
}

impl Rule {
    /// As in files.
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
    /// As it stands in the text.
    pub text: String,
    /// What kind of name.
    pub kind: Kind,
    /// Ids of those whose it is; none for the vendor's own.
    pub of: Vec<String>,
    /// By which rule it was found.
    pub rule: Rule,
    /// What became of it.
    pub verdict: Verdict,
    /// How often it stands in the text.
    pub times: u64,
}

impl Hit {
    /// Of a text that is masked as it stands, once.
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
