//! Records that may have an event in an open scope, found before they are read in full.

use super::follow::Needles;
use crate::scope::ScopeSet;

/// The search of a case that has such a scope.
#[derive(Debug)]
pub(super) struct Search {
    /// `None` where every record in a window has to be read in full.
    needles: Option<Needles>,
}

impl Search {
    /// Returns the search that these scopes need, if any is open.
    pub(super) fn new(scopes: &ScopeSet) -> Option<Self> {
        if scopes.open().is_empty() {
            return None;
        }
        let texts = scopes.search_texts();
        let needles = texts.map(|texts| Needles::new(texts.iter().map(String::as_str)));
        Some(Self { needles })
    }

    /// Returns whether a record may have such an event. `whole`: whether its values stand in it as
    /// they are read.
    pub(super) fn may_find(&self, bytes: &[u8], whole: bool) -> bool {
        match &self.needles {
            Some(needles) if whole => needles.may_be_in(bytes),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests;
