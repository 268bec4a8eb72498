//! Sources: the log files of a case in a fixed order, and the text streams in them, unpacked and
//! hashed. Modules below interpret the text.

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

use serde::{Deserialize, Serialize};

use crate::{
    case::{InputTenant, InputText, ProfileRef},
    digest::Sha256,
};

pub use discover::discover;
pub use error::SourceError;
pub use limits::Limits;
pub(crate) use random_access::RandomAccessFile;
pub use read::read;
pub(crate) use read::{codec_of, digest_of, is_plain_text, read_with_random_access};
pub(crate) use stream::Stamp;
pub use stream::Stream;

/// Log files of a case, ordered by `[[logs]]` entry, then by the bytes of the path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSet {
    /// Files to read.
    pub sources: Vec<Source>,
    /// Files found under a folder or a glob and skipped, with the reason.
    pub skipped: Vec<Skipped>,
}

impl SourceSet {
    /// Returns the total size on disk.
    pub fn bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.bytes).sum()
    }
}

/// One log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path as reached from the case file, with `/`, for display and findings.
    pub shown: String,
    /// Kind of input.
    pub input: Input,
    /// Path for opening.
    pub path: PathBuf,
    /// Size when the file was found, for showing progress only.
    pub bytes: u64,
    /// Profile that reads it.
    pub profile: ProfileRef,
    /// Tenant of the records that name none, if the case states it.
    pub tenant: Option<InputTenant>,
    /// Position of the `[[logs]]` entry of the case that it was found by first.
    pub entry: usize,
    /// Encoding and framing of the text, as far as the case states them.
    pub text: InputText,
    /// Whether the case names the file itself, rather than a folder or glob: then it must be a log.
    pub named: bool,
}

/// Kinds of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A file, by its path.
    File,
    /// Standard input.
    Standard,
}

/// A file that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Path as reached from the case file.
    pub shown: String,
    /// Reason, in a few words.
    pub reason: String,
}

/// Result of reading one file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Contents<T> {
    /// Text streams in it, in the order of their names.
    pub parts: Vec<TextStream<T>>,
    /// Members that were not read.
    pub skipped: Vec<Skipped>,
    /// Streams that ended early.
    pub truncated: Vec<Truncated>,
    /// Size change of the file while it was read.
    pub changed: Option<Changed>,
    /// The file's stamps before it was read and behind.
    #[serde(skip)]
    pub(crate) stamps: [Option<Stamp>; 2],
}

/// One text stream: a file, or a member of one.
#[derive(Debug, Serialize, Deserialize)]
pub struct TextStream<T> {
    /// Path as reached from the case file; for a member, the archive's path with the member's
    /// behind it.
    pub shown: String,
    /// Containers around it, the outermost first: `gzip/tar`; `plain` if none.
    pub container: String,
    /// `utf-8`, `utf-16le`, `utf-16be`, or the encoding that the case states, in lower case.
    pub encoding: String,
    /// Format that its beginning suggests where that is not a log, and what to do about it.
    pub looks_like: Option<String>,
    /// Digest of the raw file.
    pub file: Digested,
    /// Digest of the stream as delivered: unpacked and in UTF-8.
    pub stream: Digested,
    /// Value computed from the stream.
    pub value: T,
}

/// Digest and length of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digested {
    /// SHA-256 of all bytes; `None` where the limits disable hashing.
    pub sha256: Option<Sha256>,
    /// Length in bytes.
    pub bytes: u64,
}

/// A stream that ended early. What precedes the break was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truncated {
    /// Path as reached from the case file.
    pub shown: String,
    /// Bytes read before the break.
    pub bytes: u64,
    /// Cause of the break.
    pub fault: String,
}

/// A file that grew or shrank while it was read. The bytes hashed are still the bytes parsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Path as reached from the case file.
    pub shown: String,
    /// Size when the file was opened.
    pub before: u64,
    /// Size after it was read.
    pub after: u64,
    /// Bytes read.
    pub read: u64,
}
