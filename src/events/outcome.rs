//! Rule that separates success from failure.

use std::collections::BTreeSet;

use super::{Outcome, map::Reading, selector::Selector};
use crate::records::Refusal;

/// Field of the outcome, and its words.
#[derive(Debug, Clone)]
pub(super) struct OutcomeRule {
    pub(super) at: Vec<Selector>,
    pub(super) success: BTreeSet<String>,
    pub(super) failure: BTreeSet<String>,
    pub(super) failure_if_present: Vec<Selector>,
    /// Outcome if the field is absent.
    pub(super) absent: Outcome,
    /// Outcome if the field has another word.
    pub(super) otherwise: Outcome,
}

impl OutcomeRule {
    pub(super) fn outcome(&self, reading: &Reading<'_, '_>) -> Result<Outcome, Refusal> {
        if reading.first(&self.failure_if_present)?.is_some() {
            return Ok(Outcome::Failure);
        }
        let among = |words: &BTreeSet<String>, text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
        Ok(match reading.first(&self.at)? {
            None => self.absent,
            Some(text) if among(&self.success, &text) => Outcome::Success,
            Some(text) if among(&self.failure, &text) => Outcome::Failure,
            Some(_) => self.otherwise,
        })
    }
}
