//! Sources: which log files there are, in a fixed order, and the streams of text in them, unpacked and hashed. What the
//! text says is the next rooms' business.

mod input_digest;
mod random_access;
mod archive;
mod codec;
mod discover;
mod error;
mod one_shot;
mod decompress;
mod detect;
mod limits;
mod display_names;
mod member_path;
mod read;
mod buffer_pool;
mod stream;
mod tar;
mod unpack;
mod foreign_formats;
mod transcode;
mod limit_guard;
mod zip;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use crate::{
    case::{InputTenant, InputText, ProfileRef},
    digest::Sha256,
};

pub use discover::discover;
pub use error::SourceError;
pub use limits::Limits;
pub(crate) use random_access::RandomAccessFile;
pub use read::read;
pub(crate) use read::read_with_random_access;
pub(crate) use stream::Stamp;
pub use stream::Stream;

/// The log files of a case: by the order of `[[logs]]`, then by the bytes of the path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSet {
    /// To be read.
    pub sources: Vec<Source>,
    /// Found under a folder or a glob and passed over, with the reason.
    pub skipped: Vec<Skipped>,
}

impl SourceSet {
    /// Bytes on disk of all of them.
    pub fn bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.bytes).sum()
    }
}

/// One log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As reached from the case file, with `/`: for people and for the findings.
    pub shown: String,
    /// How to get at it.
    pub input: Input,
    /// For opening.
    pub path: PathBuf,
    /// Its size when it was found; only for showing progress.
    pub bytes: u64,
    /// What reads it.
    pub profile: ProfileRef,
    /// The tenant of its records that name none, where the case says so.
    pub tenant: Option<InputTenant>,
    /// Position of the `[[logs]]` entry of the case that it was found by first.
    pub entry: usize,
    /// How its text is written, as far as the case says so.
    pub text: InputText,
    /// The case names it, rather than a folder or a glob that it was found by: then it must be a log.
    pub named: bool,
}

/// Ways to get at a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// By its path.
    File,
    /// Standard input.
    Standard,
}

/// A file that will not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// As reached from the case file.
    pub shown: String,
    /// Why, in a few words.
    pub reason: String,
}

/// What reading one file brought.
#[derive(Debug)]
pub struct Contents<T> {
    /// A part for each text stream in it, in the order of their names.
    pub parts: Vec<TextStream<T>>,
    /// Members that were not read.
    pub skipped: Vec<Skipped>,
    /// Streams that end before they should.
    pub truncated: Vec<Truncated>,
    /// If another hand was at the file meanwhile.
    pub changed: Option<Changed>,
    /// The file's stamps before it was read and behind.
    pub(crate) stamps: [Option<Stamp>; 2],
}

/// One text stream: a file, or what was inside one.
#[derive(Debug)]
pub struct TextStream<T> {
    /// As reached from the case file; a member of an archive with its path behind that of the archive.
    pub shown: String,
    /// What it was inside of, the outermost first: `gzip/tar`; `plain` if nothing.
    pub container: String,
    /// `utf-8`, `utf-16le`, `utf-16be`, or the encoding that the case states, in lower case.
    pub encoding: String,
    /// What its beginning looks like where that is no log, and what to do about it.
    pub looks_like: Option<String>,
    /// The file as it lies.
    pub file: Digested,
    /// The stream as it was handed on: unpacked, and in UTF-8.
    pub stream: Digested,
    /// What was made of it.
    pub value: T,
}

/// The digest and number of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digested {
    /// Over all of them; none where the limits say that none is taken.
    pub sha256: Option<Sha256>,
    /// How many.
    pub bytes: u64,
}

/// A stream that ends before it should. What precedes the break was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truncated {
    /// As reached from the case file.
    pub shown: String,
    /// How many bytes came out of it.
    pub bytes: u64,
    /// Why no more did.
    pub fault: String,
}

/// A file that grew or shrank while it was read. What was hashed is what was parsed, all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// As reached from the case file.
    pub shown: String,
    /// Its size when it was opened.
    pub before: u64,
    /// Its size when it had been read.
    pub after: u64,
    /// How many bytes were read.
    pub read: u64,
}
