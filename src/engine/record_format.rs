//! The decoding of one source's records, chosen once by its framing.

use std::sync::Arc;

use crate::{
    events::{CsvPrefilter, Profile, TimeFirst},
    records::{Framing, Header, Refusal, TextRule},
};

/// Decoder of a source's records, with the part of the prefilter that depends on the framing.
pub(super) enum RecordFormat<'p> {
    Json {
        first: Option<TimeFirst>,
    },
    Rows {
        header: &'p Header,
        columns: Result<Vec<Option<usize>>, Refusal>,
        prefilter: Option<Box<CsvPrefilter>>,
    },
    Text(&'p Arc<TextRule>),
}

impl<'p> RecordFormat<'p> {
    pub(super) fn new(profile: &Profile, framing: &'p Framing) -> Self {
        let header = match framing {
            Framing::Csv(header) => header,
            Framing::Text(rule) => return Self::Text(rule),
            _ => {
                let first = TimeFirst::new(profile);
                return Self::Json { first };
            }
        };
        let columns = profile.columns(header);
        let prefilter = columns
            .as_ref()
            .ok()
            .and_then(|columns| CsvPrefilter::new(profile, header, columns))
            .map(Box::new);
        Self::Rows {
            header,
            columns,
            prefilter,
        }
    }
}
