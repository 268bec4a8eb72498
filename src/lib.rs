//! What exactly was done in each customer's tenant, by these support identities, in this window?
//!
//! Data flows one way, and the modules are listed in that order. A module imports only from those
//! above it; a test (`tests/arch.rs`) keeps that rule.
//!
//! ```text
//! case -> sources -> records -> events -> scope -> tally   -> FINDINGS -> reports -> bundle
//!  what     which      framed,    mapped    verdict  fold per   the waist   views,    hashed,
//!  is asked files,     with byte  through a  per      tenant,    versioned   one per   written
//!           hashed     positions  profile    event    mergeable  value       reader    whole
//! ```
//!
//! Left of [`findings`] computes; right of it only reads.

#![forbid(unsafe_code)]

pub mod diag;
pub mod progress;
pub mod digest;
pub mod seal;
pub mod time;
pub mod text;
pub mod config;
pub mod case;
pub mod sources;
pub mod records;
pub mod events;
pub mod scope;
pub mod coverage;
pub mod catalogue;
pub mod tally;
pub mod isolation;
pub mod findings;
pub mod engine;
pub mod splits;
pub mod inspect;
pub mod reports;
pub mod bundle;
pub mod verify;
