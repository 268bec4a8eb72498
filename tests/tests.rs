//! One integration binary: a file for each promise the program makes.
//!
//! Cases in `cases/` are folders with what is asked and what must come out; `UPDATE_EXPECTED=1`
//! rewrites the latter, to be read as a diff. A test that needs an external tool skips loudly where
//! the tool is absent, and fails under `CI`.

mod random_access;
mod arch;
mod asked;
mod bundles;
mod cases;
mod catalogued;
mod cloudtrail;
mod containers;
mod decided;
mod corpora;
mod differs;
#[cfg(unix)]
mod docs;
mod drafts;
mod evidence;
mod faults;
mod flags;
mod framings;
mod identities;
mod inspect;
mod isolation;
mod laws;
mod links;
mod memory;
mod open_scopes;
mod pages;
mod profiles;
mod pseudonyms;
mod reach;
mod sample;
mod schemas;
mod sensitivity;
mod tickets;
mod splits;
mod suites;
mod text;
mod util;
