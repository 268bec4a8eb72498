//! A tenant's copy of its events: names of others are masked, and the originals are kept for the
//! vendor.

use super::Mention;
use crate::{
    case::TenantId,
    catalogue::Catalogue,
    events::Target,
    isolation::{FieldKind, Hit, Kind, Names, SEVERAL, TenantSearch, Verdict, Withheld},
    records::Locator,
    tally::{ScopedEvent, TenantEvent},
};

/// Masking for one reader.
pub(super) struct Mask<'a> {
    reader: TenantSearch<'a>,
    tenant: &'a TenantId,
    catalogue: &'a Catalogue,
    /// Shared targets that this tenant's own events name.
    own: Vec<usize>,
    /// Last text of each field without a name of another. Many events repeat it.
    clean: Vec<(&'static str, String)>,
    /// Everything found so far.
    pub(super) mentions: Vec<Mention>,
}

impl<'a> Mask<'a> {
    /// Creates the mask for the tenant of these events.
    pub(super) fn new(
        names: &'a Names,
        tenant: &'a TenantId,
        catalogue: &'a Catalogue,
        events: &[&ScopedEvent],
    ) -> Self {
        Self {
            reader: names.for_tenant(tenant).in_no_field(),
            own: names.shared_objects().own(events),
            tenant,
            catalogue,
            clean: Vec::new(),
            mentions: Vec::new(),
        }
    }

    /// Masks every text of an event. Times, digests and positions are no texts, and a code in the
    /// catalogue cannot contain a name.
    pub(super) fn event(&mut self, event: &mut TenantEvent, several: bool) {
        let first = self.mentions.len();
        let at = event.at;
        // Kept from before the id itself may be masked.
        let id = event.event_id.clone();
        let is_known = self.catalogue.knows(&event.action);
        let texts = [
            ("event_id", &mut event.event_id),
            ("ticket", &mut event.ticket),
            ("justification", &mut event.justification),
            ("ip", &mut event.ip),
            ("session", &mut event.session),
            ("user_agent", &mut event.user_agent),
            ("parameters", &mut event.parameters),
        ];
        // What is withheld as a target is withheld in the texts too.
        let mut withheld = Vec::new();
        for target in &mut event.targets {
            withheld.extend(self.target(at, target, several));
        }
        let texts_of = withheld.iter().flat_map(|target| [&target.id, &target.name]).flatten();
        let withheld = (!withheld.is_empty()).then(|| Withheld::new(texts_of.map(String::as_str)));
        if !is_known {
            self.text(at, "action", &mut event.action, withheld.as_ref());
        }
        for (field, text) in texts {
            text.iter_mut()
                .for_each(|text| self.text(at, field, text, withheld.as_ref()));
        }
        for mention in &mut self.mentions[first..] {
            mention.event_id.clone_from(&id);
        }
    }

    /// Returns the target as logged if it is withheld in an event of several tenants.
    fn target(&mut self, at: Locator, target: &mut Target, several: bool) -> Option<Target> {
        let mut withheld = None;
        let another_s = || self.reader.foreign_object(target, &self.own);
        let of_several = || several.then(|| self.nobody_s(target).or_else(another_s)).flatten();
        if let Some((instead, hit)) = self.reader.replacement_for(target).or_else(of_several) {
            let original = serde_json::to_string(target).expect("a target is three texts");
            self.mention(at, "target", original, Some(instead.clone()), vec![hit]);
            withheld = several.then(|| target.clone());
            (target.id, target.name) = (None, Some(instead));
        }
        let texts = [
            ("target.type", &mut target.kind),
            ("target.id", &mut target.id),
            ("target.name", &mut target.name),
        ];
        for (field, text) in texts {
            text.iter_mut().for_each(|text| self.text(at, field, text, None));
        }
        withheld
    }

    /// Returns the mask of a person in an event of several tenants who is not known to belong to
    /// this tenant. Each tenant sees its own part only.
    fn nobody_s(&self, target: &Target) -> Option<(String, Hit)> {
        if !TenantSearch::is_person(target) || self.reader.is_own_person(target) {
            return None;
        }
        let hit = Hit::masked(target.id.as_ref().or(target.name.as_ref())?, Kind::User, Vec::new());
        Some((SEVERAL.to_owned(), hit))
    }

    fn text(&mut self, at: Locator, field: &'static str, text: &mut String, withheld: Option<&Withheld>) {
        let last = self.clean.iter().position(|(of, _)| *of == field);
        if withheld.is_none() && last.is_some_and(|last| self.clean[last].1 == *text) {
            return;
        }
        let (mut shown, mut hits) = match self.reader.in_field(field).mask(text) {
            Some(masked) => (masked.shown, masked.hits),
            None => (None, Vec::new()),
        };
        if FieldKind::of(field).is_of_programs() {
            hits.retain(|hit| hit.verdict != Verdict::Near);
        }
        if let Some((without, more)) = withheld.and_then(|withheld| withheld.mask(shown.as_deref().unwrap_or(text))) {
            shown = Some(without);
            hits.extend(more);
        }
        if withheld.is_some() || FieldKind::of(field).is_typed() {
            let without = self
                .reader
                .in_field(field)
                .without_tenant_objects(shown.as_deref().unwrap_or(text));
            if let Some((without, more)) = without {
                shown = Some(without);
                hits.extend(more);
            }
        }
        if hits.is_empty() {
            match last {
                Some(last) => self.clean[last].1.clone_from(text),
                None => self.clean.push((field, text.clone())),
            }
            return;
        }
        let original = match &shown {
            Some(shown) => std::mem::replace(text, shown.clone()),
            None => text.clone(),
        };
        self.mention(at, field, original, shown, hits);
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
