//! Description of a log by its beginning.

use std::io;

use crate::{
    engine::Plan,
    progress::Silent,
    records::{Blocks, Framing},
    sources::{self, Limits, Source, Stream},
};

/// A log by its beginning.
#[derive(Debug, Default)]
pub(super) struct Description {
    pub(super) codec: String,
    pub(super) framing: Option<String>,
    pub(super) header: Option<Vec<String>>,
}

/// Describes a log; of an archive its first member.
pub(super) fn describe(plan: &Plan, source: &Source) -> io::Result<Description> {
    let mut description = Description {
        codec: sources::codec_of(source)?,
        ..Description::default()
    };
    let limits = Limits {
        hashed: false,
        ..plan.limits
    };
    let profile = plan.profile(source);
    let look = |stream: &mut Stream<'_>| -> io::Result<()> {
        let blocks = Blocks::open_as(stream, &profile.layout(), &source.text)?;
        description.framing = Some(blocks.framing().to_string());
        if let Framing::Csv(header) = blocks.framing() {
            description.header = Some(header.columns.clone());
        }
        // Ends the reading of the source; the error is of no interest.
        Err(io::Error::other("the beginning is known"))
    };
    // The partial that reads it states what cannot be read.
    let _ = sources::read(source, &limits, &Silent, look);
    Ok(description)
}
