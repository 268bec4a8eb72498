//! The command line: arguments in, tables, JSON and exit status out.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod console;
pub(crate) mod exit;
mod observer;
pub(crate) mod progress;
mod signals;
mod summary;
mod supervised;
