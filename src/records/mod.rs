//! Records: the framed entries of a source, each with its exact position. No field is interpreted
//! here.
//!
//! A source is read once, in blocks of whole records. The framing is detected from the content,
//! never from the name of a file.

mod accounted;
mod accounting;
mod blocks;
mod buffers;
mod cells;
mod csv;
mod cuts;
mod cutter;
mod document;
mod ends;
mod framing;
mod hints;
mod layout;
mod lines;
mod marks;
mod objects;
mod pieces;
mod reads;
mod rows;
mod sights;
mod text;

use std::{num::NonZeroUsize, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use accounted::{Accounted, NoRecord};
pub use accounting::Accounting;
pub use blocks::{Block, Blocks};
pub(crate) use cells::cell;
pub use csv::{Header, RowReader};
pub use cuts::{Cuts, Scout};
pub use ends::{End, Said, Statement};
pub use framing::Framing;
pub use hints::{hint, shape};
pub use layout::{Layout, TableRule};
pub use lines::{json_part, pieces};
pub(crate) use marks::plain_cell;
pub(crate) use objects::is_punctuation;
pub(crate) use reads::FIRST;
pub use reads::{Chunk, Reads};
pub use sights::{Needle, Sight};
pub use text::known::recognized;
pub use text::{InsideForm, TextField, TextFormat, TextInside, TextReader, TextRule, TextRuleError};

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

/// A framed entry: its bytes and their offset in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'b> {
    /// Bytes without a line end.
    pub bytes: &'b [u8],
    /// Byte offset in the source.
    pub offset: u64,
    /// Number of cells, if it is a row and they were counted when it was cut out.
    pub cells: Option<NonZeroUsize>,
    /// Facts about the line, if they were asked for.
    pub sight: Option<Sight>,
    /// Reason for which a row cannot be read, if one is known.
    pub defect: Option<RowDefect>,
    /// Header that applies to the row, if that is not the first one of the source.
    pub header: Option<&'b Arc<Header>>,
}

/// Reason for which a row of CSV or a line cannot be read, whatever it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowDefect {
    /// A second header that lacks columns of the first, or a row below one.
    SecondHeader,
    /// A line of a quoted cell of which most lines look like rows. Either they are text, which may
    /// be forged, or they are rows between two stray quotes.
    LineOfCell,
    /// A line over the limit for one record, or a part of one.
    TooLong,
}

impl RowDefect {
    /// Returns the refusal of such a row.
    pub fn refusal(self) -> Refusal {
        match self {
            Self::SecondHeader => Refusal::new(
                RefusalReason::UnknownHeader,
                "it is, or stands below, a second header that lacks columns of the first: cut the source in two before that \
                 line, so that each part begins with its own header",
            ),
            Self::TooLong => Refusal::new(
                RefusalReason::TooLong,
                "it is a line over the limit of 128 MiB for one record, of which this is the beginning: cut the line out of the source \
                 at this offset and read it apart",
            ),
            Self::LineOfCell => Refusal::new(
                RefusalReason::AmbiguousQuotes,
                "a quoted cell holds lines that look like rows: read them and decide whether they are text or rows between two \
                 stray quotation marks",
            ),
        }
    }
}

/// A refusal of a record that is not a well-formed event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Kind of the fault.
    pub reason: RefusalReason,
    /// Description of the fault in a few words.
    pub detail: String,
}

impl Refusal {
    /// Creates a refusal of this kind.
    pub fn new(reason: RefusalReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}

/// Kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalReason {
    /// Not UTF-8, which JSON (RFC 8259 section 8.1) must be.
    InvalidUtf8,
    /// Not JSON (RFC 8259), or cut short.
    MalformedJson,
    /// JSON, but not an object.
    NotAnObject,
    /// A mapped member occurs twice: which one holds cannot be known.
    DuplicateKey,
    /// A CSV row with another number of cells than its header.
    RowWidth,
    /// A line of a quoted CSV cell whose lines look like rows: whether they are is not known.
    AmbiguousQuotes,
    /// A CSV row of a source without a header that the profile knows, or below a second header that
    /// lacks columns of the first: which cell is which cannot be known.
    UnknownHeader,
    /// A record without a value in any mapped time field.
    MissingTime,
    /// A time that its format does not allow.
    InvalidTime,
    /// The time is one that no record of an access log can have.
    ImplausibleTime,
    /// An object or a list of lists where an identity or a tenant is expected; or half a surrogate
    /// pair in an identity, a tenant or an event's id, which makes two such texts
    /// indistinguishable.
    NotAName,
    /// A record in a window that names no actor.
    MissingActor,
    /// A record in scope that states no action.
    MissingAction,
    /// It holds so many events that they would take too much memory.
    TooManyEvents,
    /// A line over the limit for one record, or a part of one.
    TooLong,
    /// Text that is not of the form that the profile states.
    MalformedText,
}

impl RefusalReason {
    /// Returns the serialised name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidUtf8 => "invalid-utf8",
            Self::MalformedJson => "malformed-json",
            Self::NotAnObject => "not-an-object",
            Self::DuplicateKey => "duplicate-key",
            Self::RowWidth => "row-width",
            Self::AmbiguousQuotes => "ambiguous-quotes",
            Self::UnknownHeader => "unknown-header",
            Self::MissingTime => "missing-time",
            Self::InvalidTime => "invalid-time",
            Self::ImplausibleTime => "implausible-time",
            Self::NotAName => "not-a-name",
            Self::MissingActor => "missing-actor",
            Self::MissingAction => "missing-action",
            Self::TooManyEvents => "too-many-events",
            Self::TooLong => "too-long",
            Self::MalformedText => "malformed-text",
        }
    }
}
