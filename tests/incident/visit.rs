//! One visit: an actor works in one tenant for a while.

use std::borrow::Cow;

use crate::actions::{AS_CUSTOMER, Action, Deck, find};
use crate::event::{Event, Place};
use crate::faces::{Face, Seat};
use crate::stage::Stage;
use crate::targets::Target;
use crate::tenants::Tenant;
use crate::texts::{REASONS, REASONS_JA};

/// The longest visit, in events.
pub(crate) const LONGEST: usize = 14;

/// Parameters of a visit.
pub(crate) struct Visit<'c> {
    /// Actor of the visit.
    pub(crate) face: &'c Face,
    /// To whom.
    pub(crate) tenant: &'c Tenant,
    /// Start of the visit.
    pub(crate) at: i64,
    /// Number of events.
    pub(crate) events: usize,
}

/// The papers of a visit: it is about one person, often one ticket, and one reason repeated.
struct Papers {
    user: usize,
    ticket: Option<String>,
    reason: Option<&'static str>,
}

impl<'c> Visit<'c> {
    /// Plays the visit.
    pub(crate) fn play(self, deck: &Deck, stage: &mut Stage<'c>) {
        let papers = self.papers(stage);
        let (mut guest, mut impersonation) = (None, None);
        let mut at = self.at;
        for step in 0..self.events {
            let action = self.next(step, guest.is_some(), deck, stage);
            let mut event = stage.event(at, self.face, action.code);
            self.fill(&mut event, action, &papers, stage);
            event.impersonation = event.tie(&mut impersonation);
            if let Some(user) = &guest {
                event.actor = Cow::Owned(Face::clone(user));
                event.impersonator = Some(self.face);
            }
            stage.add(event);
            match action.code {
                "user.impersonate.start" => guest = Some(self.tenant.user(papers.user)),
                "user.impersonate.end" => guest = None,
                _ => {}
            }
            at += 4_000 + stage.rng.millis(110_000);
        }
    }

    fn papers(&self, stage: &mut Stage<'c>) -> Papers {
        let rng = &mut stage.rng;
        let user = 1 + rng.skewed(30);
        // Service accounts and users of the tenant give no justification.
        if matches!(self.face.seat, Seat::Service(_) | Seat::Customer(_)) {
            return Papers {
                user,
                ticket: None,
                reason: None,
            };
        }
        // One visit in seven has no ticket, so that a search by ticket misses it.
        let ticket = (!rng.per_mille(140)).then(|| format!("CASE-{}", 40_000 + rng.below(9_999)));
        let reasons: &[&'static str] = if self.tenant.locale == "ja-JP" {
            &REASONS_JA
        } else {
            &REASONS
        };
        Papers {
            user,
            ticket,
            reason: Some(rng.pick::<&'static str>(reasons)),
        }
    }

    fn next(&self, step: usize, as_customer: bool, deck: &Deck, stage: &mut Stage<'c>) -> &'static Action {
        let rng = &mut stage.rng;
        if as_customer {
            let last = step + 1 == self.events;
            return if last || rng.per_mille(300) {
                find("user.impersonate.end")
            } else {
                find(rng.pick::<&str>(&AS_CUSTOMER))
            };
        }
        match step {
            0 if rng.per_mille(600) => find("tenant.view"),
            _ => deck.draw(rng),
        }
    }

    fn fill(&self, event: &mut Event<'c>, action: &Action, papers: &Papers, stage: &mut Stage<'c>) {
        event.place = Place::One(self.tenant);
        // Usually the user whom the visit is about, sometimes another one.
        let user = if stage.rng.per_mille(750) {
            papers.user
        } else {
            stage.rng.below(30)
        };
        // Who is impersonated is whom the visit is about.
        let user = if action.code.starts_with("user.impersonate.") {
            papers.user
        } else {
            user
        };
        event.target = Target::of(action.object, self.tenant, user, &mut stage.rng);
        event.ticket.clone_from(&papers.ticket);
        event.justification = papers.reason.filter(|_| stage.rng.per_mille(620)).map(str::to_owned);
    }
}
