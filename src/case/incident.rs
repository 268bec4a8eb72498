//! Facts of the incident that no log states: `[incident]`, in the vendor's own words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    config::{Spanned, Table},
    time::Timestamp,
};

/// Facts of the incident in the vendor's own words, which reports print verbatim. Absent ones are
/// not stated.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Incident {
    /// Time at which the vendor became aware of the incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aware: Option<Timestamp>,
    /// Nature of the incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<String>,
    /// Likely consequences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequences: Option<String>,
    /// Measures taken and proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measures: Option<String>,
    /// Contact for urgent questions, such as a telephone number with its hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Name and contact of the data protection officer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_protection_officer: Option<String>,
    /// Time of the vendor's next word, also if nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_word: Option<Timestamp>,
}

impl Incident {
    /// Returns every text, to be changed.
    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let Self {
            aware: _,
            nature,
            consequences,
            measures,
            contact,
            data_protection_officer,
            next_word: _,
        } = self;
        [nature, consequences, measures, contact, data_protection_officer]
            .into_iter()
            .flatten()
    }
}

/// Reads the section. The second value is every text that customers read.
pub(super) fn read(table: &mut Table<'_>) -> (Incident, Vec<Spanned<String>>) {
    let mut told = Vec::new();
    let mut text = |table: &mut Table<'_>, key| {
        let found = table.optional_string(key)?;
        told.push(found.clone());
        Some(found.value)
    };
    let incident = Incident {
        aware: table.optional_time("aware").map(|found| found.value),
        nature: text(table, "nature"),
        consequences: text(table, "consequences"),
        measures: text(table, "measures"),
        contact: text(table, "contact"),
        data_protection_officer: text(table, "data_protection_officer"),
        next_word: table.optional_time("next_word").map(|found| found.value),
    };
    (incident, told)
}
