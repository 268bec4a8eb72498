//! Events in scope as a partial writes them: each as in the temporary file of a run.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::row::SpillRow;
use crate::tally::ScopedEvent;

impl Serialize for ScopedEvent {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        SpillRow::new(self, self.at.source, true).serialize(to)
    }
}

impl<'de> Deserialize<'de> for ScopedEvent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let event = SpillRow::deserialize(from)?.event(&mut BTreeSet::new());
        event.ok_or_else(|| D::Error::custom("the time of an event in scope is out of range"))
    }
}
