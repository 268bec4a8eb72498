//! A customer's copy of its events: what names somebody else is masked, and what it was is kept for the vendor.

use super::Mention;
use crate::{
    case::TenantId,
    catalogue::Catalogue,
    events::Target,
    isolation::{Hit, Kind, Names, Reader, SEVERAL, Verdict},
    records::Locator,
    tenants::{ScopedEvent, TenantEvent},
};

/// Masking for one reader.
pub(super) struct Mask<'a> {
    reader: Reader<'a>,
    tenant: &'a TenantId,
    catalogue: &'a Catalogue,
    /// Of what events of several tenants were done on, what this tenant's own events name.
    own: Vec<usize>,
    /// Everything found so far.
    pub(super) mentions: Vec<Mention>,
}

impl<'a> Mask<'a> {
    /// For the reader of these events.
    pub(super) fn new(
        names: &'a Names,
        tenant: &'a TenantId,
        catalogue: &'a Catalogue,
        events: &[&ScopedEvent],
    ) -> Self {
        Self {
            reader: names.for_reader(tenant),
            own: names.things().own(events),
            tenant,
            catalogue,
            mentions: Vec::new(),
        }
    }

    /// Leaves of every text what the reader may see. Times, digests and positions are no texts, and the code of an action
    /// that the catalogue has is none that anybody could make up.
    pub(super) fn event(&mut self, event: &mut TenantEvent, several: bool) {
        let first = self.mentions.len();
        let at = event.at;
        // Kept from before the id itself may be masked.
        let id = event.event_id.clone();
        if !self.catalogue.knows(&event.action) {
            self.text(at, "action", &mut event.action);
        }
        let texts = [
            ("event_id", &mut event.event_id),
            ("ticket", &mut event.ticket),
            ("justification", &mut event.justification),
            ("ip", &mut event.ip),
            ("session", &mut event.session),
            ("user_agent", &mut event.user_agent),
            ("parameters", &mut event.parameters),
        ];
        for (field, text) in texts {
            text.iter_mut().for_each(|text| self.text(at, field, text));
        }
        for target in &mut event.targets {
            self.target(at, target, several);
        }
        for mention in &mut self.mentions[first..] {
            mention.event_id.clone_from(&id);
        }
    }

    fn target(&mut self, at: Locator, target: &mut Target, several: bool) {
        let another_s = || self.reader.another_s_thing(target, &self.own);
        let of_several = || several.then(|| self.nobody_s(target).or_else(another_s)).flatten();
        if let Some((instead, hit)) = self.reader.withheld(target).or_else(of_several) {
            let original = serde_json::to_string(target).expect("a target is three texts");
            self.mention(at, "target", original, Some(instead.clone()), vec![hit]);
            (target.id, target.name) = (None, Some(instead));
        }
        let texts = [
            ("target.type", &mut target.kind),
            ("target.id", &mut target.id),
            ("target.name", &mut target.name),
        ];
        for (field, text) in texts {
            text.iter_mut().for_each(|text| self.text(at, field, text));
        }
    }

    /// Somebody in an event of several tenants who is not known to be the reader's: each reader sees its own part only.
    fn nobody_s(&self, target: &Target) -> Option<(String, Hit)> {
        if !Reader::is_person(target) || self.reader.is_own_person(target) {
            return None;
        }
        let hit = Hit {
            text: target.id.clone().or_else(|| target.name.clone())?,
            kind: Kind::User,
            of: Vec::new(),
            verdict: Verdict::Masked,
            times: 1,
        };
        Some((SEVERAL.to_owned(), hit))
    }

    fn text(&mut self, at: Locator, field: &str, text: &mut String) {
        let Some(masked) = self.reader.mask(text) else { return };
        let original = match &masked.shown {
            Some(shown) => std::mem::replace(text, shown.clone()),
            None => text.clone(),
        };
        self.mention(at, field, original, masked.shown, masked.hits);
    }

    fn mention(&mut self, at: Locator, field: &str, original: String, shown: Option<String>, hits: Vec<Hit>) {
        self.mentions.push(Mention {
            tenant: self.tenant.clone(),
            at: Some(at),
            event_id: None,
            field: field.to_owned(),
            original: Some(original),
            shown,
            hits,
        });
    }
}
