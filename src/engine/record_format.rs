//! The decoding of one source's records, chosen once by its framing.

use crate::{
    events::{Profile, RowGlance, TimeFirst},
    records::{Framing, Header, Refusal},
};

/// Decoder of a source's records, with the part of the prefilter that depends on the framing.
pub(super) enum RecordFormat<'p> {
    Json {
        first: Option<TimeFirst>,
    },
    Rows {
        header: &'p Header,
        columns: Result<Vec<Option<usize>>, Refusal>,
        glance: Option<Box<RowGlance>>,
    },
}

impl<'p> RecordFormat<'p> {
    pub(super) fn new(profile: &Profile, framing: &'p Framing) -> Self {
        let Framing::Csv(header) = framing else {
            let first = TimeFirst::new(profile);
            return Self::Json { first };
        };
        let columns = profile.columns(header);
        let glance = columns
            .as_ref()
            .ok()
            .and_then(|columns| RowGlance::new(profile, header, columns))
            .map(Box::new);
        Self::Rows {
            header,
            columns,
            glance,
        }
    }
}
