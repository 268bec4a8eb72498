//! Facts for the reader's own duties of notification: the vendor's words, and figures of the logs.

use crate::{
    findings::TenantFinding,
    reports::{header::Header, lang, template::view},
    text::counted,
    time::Timestamp,
};

view! {
    /// The section; every text is empty where the case states nothing.
    pub(in crate::reports) struct IncidentView {
        any: bool,
        aware: String,
        nature: String,
        consequences: String,
        measures: String,
        contact: String,
        officer: String,
        next_word: String,
        /// Numbers of people and objects, as far as the logs show.
        people: String,
        /// Kinds of actions that were done, with their numbers.
        kinds: String,
    }
}

impl IncidentView {
    pub(super) fn new(header: &Header, finding: &TenantFinding) -> Self {
        let Some(incident) = &header.incident else {
            return Self::default();
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let time = |time: Option<Timestamp>| time.map(Timestamp::in_words).unwrap_or_default();
        let kinds = finding.effects.iter().rev();
        let kinds: Vec<String> = kinds.map(|(effect, count)| lang::deed(*effect, *count)).collect();
        Self {
            any: true,
            aware: time(incident.aware),
            nature: text(&incident.nature),
            consequences: text(&incident.consequences),
            measures: text(&incident.measures),
            contact: text(&incident.contact),
            officer: text(&incident.data_protection_officer),
            next_word: time(incident.next_word),
            people: format!(
                "{} and {} named in actions in your tenant",
                counted(finding.people, "person or account", "persons and accounts"),
                counted(finding.objects, "other object", "other objects"),
            ),
            kinds: match &*kinds {
                [] => "no action recorded as done".to_owned(),
                kinds => lang::listed(kinds),
            },
        }
    }
}
