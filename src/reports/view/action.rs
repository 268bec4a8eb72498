//! The complete list of actions, a row for each.

use super::{TargetRow, targets, text};
use crate::{
    reports::{header::Header, lang, rows::row},
    tenants::TenantEvent,
};

row! {
    /// One action.
    ActionRow {
        /// From 1, in time order; the same in all four files of a tenant.
        number,
        time,
        agent,
        /// The effect's key, a class name.
        effect,
        effect_label,
        action,
        /// `success`, `failure` or `unknown`, a class name.
        outcome,
        outcome_label,
        ticket,
        justification,
        ip,
        session,
        user_agent,
        /// Empty where the case has one scope only.
        scopes,
        event_id,
        /// The first digits of the source's digest.
        source,
        offset,
        /// Not empty where the event id also names another body.
        conflict,
    }
    targets: TargetRow
}

/// The rows of these events.
pub(in crate::reports) fn actions<'a>(header: &'a Header, events: &'a [TenantEvent]) -> Vec<ActionRow<'a>> {
    let numbered = (1..).zip(events);
    numbered.map(|(number, event)| action(header, number, event)).collect()
}

/// The scopes an event lies in, by name.
pub(in crate::reports) fn scopes<'a>(header: &'a Header, event: &TenantEvent) -> Vec<&'a str> {
    let names = header.scopes.iter().map(|scope| scope.name.as_str());
    let inside = |(at, name)| event.scopes.contains(at).then_some(name);
    names.enumerate().filter_map(inside).collect()
}

fn action<'a>(header: &'a Header, number: usize, event: &'a TenantEvent) -> ActionRow<'a> {
    let effect = lang::effect(event.effect);
    let several = header.scopes.len() > 1;
    ActionRow {
        number: number.to_string().into(),
        time: lang::clock(event.time).into(),
        agent: header.agents[event.agent].label.as_str().into(),
        effect: effect.key.into(),
        effect_label: effect.label.into(),
        action: event.action.as_str().into(),
        outcome: event.outcome.as_str().into(),
        outcome_label: lang::outcome(event.outcome).into(),
        ticket: text(event.ticket.as_ref()),
        justification: text(event.justification.as_ref()),
        ip: text(event.ip.as_ref()),
        session: text(event.session.as_ref()),
        user_agent: text(event.user_agent.as_ref()),
        scopes: if several {
            scopes(header, event).join(", ")
        } else {
            String::new()
        }
        .into(),
        event_id: text(event.event_id.as_ref()),
        source: header.sources[event.at.source].prefix().into(),
        offset: event.at.offset.to_string().into(),
        conflict: if event.conflict { "conflict" } else { "" }.into(),
        targets: targets(event),
    }
}
