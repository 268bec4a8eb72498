//! What must hold for any bytes: one function for each target, which panics where it does not.

#![forbid(unsafe_code)]

mod files;
mod framing;
mod reading;
mod time;

pub use files::{case, manifest};
pub use framing::framing;
pub use reading::{csv, json, profile};
pub use time::time;
