//! What stands between a person and the library: flags in, tables and exit codes out.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod console;
pub(crate) mod exit;
pub(crate) mod progress;
mod signals;
mod summary;
mod supervised;
