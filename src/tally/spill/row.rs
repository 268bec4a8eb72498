//! An event as it is written to the temporary file. The format is internal and lives as long as the
//! run.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::{
    case::TenantId,
    digest::Sha256,
    events::{AccessEvent, Outcome, Target, TenantRef},
    records::Locator,
    scope::ScopeMask,
    seal::Seal,
    tally::{FoundBy, Link, ScopedEvent},
    time::Timestamp,
};

/// Every field of an event, and what is known of its record.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SpillRow<'a> {
    #[serde(borrow)]
    event_id: Option<&'a str>,
    time: (i64, u32, u8),
    time_original: &'a str,
    action: &'a str,
    #[serde(borrow)]
    tenants: Vec<TenantCells<'a>>,
    targets: Cow<'a, [Target]>,
    outcome: Outcome,
    #[serde(borrow)]
    ticket: Option<&'a str>,
    #[serde(borrow)]
    justification: Option<&'a str>,
    #[serde(borrow)]
    ip: Option<&'a str>,
    #[serde(borrow)]
    session: Option<&'a str>,
    #[serde(borrow)]
    user_agent: Option<&'a str>,
    #[serde(borrow)]
    parameters: Option<&'a str>,
    agent: usize,
    identity_matched: &'a str,
    also_by: Cow<'a, [usize]>,
    scopes: u64,
    beyond: u64,
    /// The source's number, or what stands for it.
    source: usize,
    offset: u64,
    length: u64,
    part: u32,
    record_sha256: [u8; 32],
    /// Nonce and commitment.
    seal: Option<([u8; 32], [u8; 32])>,
    conflict: bool,
    link: Option<Cow<'a, Link>>,
    search: Option<Cow<'a, FoundBy>>,
    /// Whether it is the only event in scope of its record.
    pub(super) alone: bool,
}

/// A tenant's id and name, and its ids as logged where the case merges one.
type TenantCells<'a> = (&'a str, Option<&'a str>, Cow<'a, [TenantId]>);

impl<'a> SpillRow<'a> {
    pub(super) fn new(scoped: &'a ScopedEvent, source: usize, alone: bool) -> Self {
        let tenants: Vec<_> = scoped.event.tenants.iter().collect();
        Self::naming(scoped, &tenants, source, alone)
    }

    /// Creates the row as if the event named these tenants.
    pub(super) fn naming(scoped: &'a ScopedEvent, named: &[&'a TenantRef], source: usize, alone: bool) -> Self {
        // Taken apart by name, so that a field that is added cannot be forgotten here.
        let ScopedEvent {
            event,
            time_original,
            agent,
            identity_matched,
            also_by,
            scopes,
            beyond,
            at,
            part,
            record_sha256,
            seal,
            conflict,
            link,
            search,
        } = scoped;
        let AccessEvent {
            event_id,
            time,
            action,
            tenants: _,
            targets,
            outcome,
            ticket,
            justification,
            ip,
            session,
            user_agent,
            parameters,
        } = event;
        let instant = time.instant();
        Self {
            event_id: event_id.as_deref(),
            time: (instant.timestamp(), instant.timestamp_subsec_nanos(), time.digits()),
            time_original,
            action,
            tenants: named
                .iter()
                .map(|tenant| {
                    let logged = Cow::Borrowed(tenant.logged.as_deref().unwrap_or_default());
                    (tenant.id.0.as_str(), tenant.name.as_deref(), logged)
                })
                .collect(),
            targets: Cow::Borrowed(targets),
            outcome: *outcome,
            ticket: ticket.as_deref(),
            justification: justification.as_deref(),
            ip: ip.as_deref(),
            session: session.as_deref(),
            user_agent: user_agent.as_deref(),
            parameters: parameters.as_deref(),
            agent: *agent,
            identity_matched,
            also_by: Cow::Borrowed(also_by),
            scopes: scopes.0,
            beyond: beyond.0,
            source,
            offset: at.offset,
            length: at.length,
            part: *part,
            record_sha256: record_sha256.0,
            seal: seal.map(|seal| (seal.nonce.0, seal.commitment.0)),
            conflict: *conflict,
            link: link.as_deref().map(Cow::Borrowed),
            search: search.as_deref().map(Cow::Borrowed),
            alone,
        }
    }

    /// The event; none if its time is none, which is never written. `labels` are few, and shared.
    pub(super) fn event(self, labels: &mut BTreeSet<Arc<str>>) -> Option<ScopedEvent> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (seconds, nanos, digits) = self.time;
        let tenant = |(id, name, logged): TenantCells<'_>| TenantRef {
            id: TenantId(id.to_owned()),
            name: owned(name),
            logged: (!logged.is_empty()).then(|| logged.into_owned().into()),
        };
        let event = AccessEvent {
            event_id: owned(self.event_id),
            time: Timestamp::new(DateTime::from_timestamp(seconds, nanos)?, digits),
            action: self.action.to_owned(),
            tenants: self.tenants.into_iter().map(tenant).collect(),
            targets: self.targets.into_owned(),
            outcome: self.outcome,
            ticket: owned(self.ticket),
            justification: owned(self.justification),
            ip: owned(self.ip),
            session: owned(self.session),
            user_agent: owned(self.user_agent),
            parameters: owned(self.parameters),
        };
        Some(ScopedEvent {
            event,
            time_original: self.time_original.to_owned(),
            agent: self.agent,
            identity_matched: label(labels, self.identity_matched),
            also_by: self.also_by.into_owned().into(),
            scopes: ScopeMask(self.scopes),
            beyond: ScopeMask(self.beyond),
            at: Locator {
                source: self.source,
                offset: self.offset,
                length: self.length,
            },
            part: self.part,
            record_sha256: Sha256(self.record_sha256),
            seal: self.seal.map(|(nonce, commitment)| Seal {
                nonce: Sha256(nonce),
                commitment: Sha256(commitment),
            }),
            conflict: self.conflict,
            link: self.link.map(|link| Box::new(link.into_owned())),
            search: self.search.map(|search| Box::new(search.into_owned())),
        })
    }
}

fn label(labels: &mut BTreeSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(label) = labels.get(text) {
        return Arc::clone(label);
    }
    let label: Arc<str> = text.into();
    labels.insert(Arc::clone(&label));
    label
}
