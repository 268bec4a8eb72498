//! Public suites, rebuilt from their specifications: what the standards say of each text, and what
//! becomes of a record that is one or holds one. And the threat model, whose every claim is a test.

mod csv;
mod json;
mod log;
mod threats;
mod times;
