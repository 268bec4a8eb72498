//! Records: the framed entries of a source, each with its exact position.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a record lies: enough for anyone to cut its bytes out of the source again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
pub struct Locator {
    /// Position of the source in `findings.sources`.
    pub source: usize,
    /// Byte offset in the source, from 0.
    pub offset: u64,
    /// Length in bytes, without a line's end.
    pub length: u64,
}
