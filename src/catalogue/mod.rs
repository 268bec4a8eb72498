//! What an action code means: its effect, in plain words, and what a customer should check.
//!
//! A code that no entry covers is [`Effect::Uncatalogued`]: shown raw, never assumed harmless.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Tier of an action, the mildest first. What is not catalogued ranks above all, because nothing is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Read one thing.
    View,
    /// Looked for things.
    Search,
    /// Took data out in bulk.
    Export,
    /// Showed a secret in clear.
    RevealSecret,
    /// Altered settings or data.
    Change,
    /// Altered how somebody proves who they are, or what they may do.
    Credential,
    /// Acted as one of the customer's users.
    Impersonate,
    /// Removed something.
    Delete,
    /// Not in the catalogue.
    Uncatalogued,
}
