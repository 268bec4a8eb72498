//! Finds what support identities did in each tenant during a compromise window.
//!
//! [`pipeline`] does the main job: a case in, findings and a bundle out. [`case`], [`findings`],
//! [`bundle`] and [`verify`] hold its values. All other modules serve these, and are public for the
//! project's own tests and benches only.
//!
//! Data flows one way, and the modules are listed in that order. A module imports only from those
//! above it; a test (`tests/arch.rs`) checks that rule. docs/architecture.md explains each module.
//!
//! ```text
//! case -> sources -> records -> events -> scope -> tally   -> FINDINGS -> reports -> bundle
//! the      files,     framed,    mapped    judged   folded    the answer, views,    hashed,
//! question hashed     with byte  through a          per       versioned   one per   signed
//!                     positions  profile            tenant                 reader
//! ```
//!
//! Modules left of [`findings`] compute; those right of it only read.

#![forbid(unsafe_code)]

pub mod diag;
pub mod progress;
pub mod digest;
#[doc(hidden)]
pub mod seal;
pub mod time;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod config;
pub mod case;
#[doc(hidden)]
pub mod sources;
#[doc(hidden)]
pub mod records;
#[doc(hidden)]
pub mod events;
#[doc(hidden)]
pub mod scope;
#[doc(hidden)]
pub mod coverage;
#[doc(hidden)]
pub mod catalogue;
#[doc(hidden)]
pub mod tally;
#[doc(hidden)]
pub mod isolation;
pub mod findings;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod inspect;
#[doc(hidden)]
pub mod reports;
pub mod bundle;
pub mod splits;
pub mod pipeline;
pub mod verify;
