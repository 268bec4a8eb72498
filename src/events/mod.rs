//! Events: records seen through a field-mapping profile.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an action ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The tool did it.
    Success,
    /// The tool refused or failed.
    Failure,
    /// The log does not say, or in words the profile does not know.
    #[default]
    Unknown,
}

impl Outcome {
    /// As serialised.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
        }
    }
}

/// On whom or what, as logged.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
pub struct Target {
    /// What kind of thing.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its identifier.
    pub id: Option<String>,
    /// Its display name.
    pub name: Option<String>,
}
