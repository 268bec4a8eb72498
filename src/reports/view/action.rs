//! The complete list of actions, a row for each.

use std::borrow::Cow;

use super::{
    TargetRow,
    printed::{PrintedActions, block},
    targets, text,
};
use crate::{
    findings::TenantImpact,
    reports::{LinkLine, header::Header, lang, template::view},
    tally::TenantEvent,
    text::shortened,
};

view! {
    /// One action.
    pub(in crate::reports) struct ActionRow<'a> {
        /// From 1, in time order; the same in all four files of a tenant.
        number: Cow<'a, str>,
        time: Cow<'a, str>,
        agent: Cow<'a, str>,
        /// The effect's key, a class name.
        effect: Cow<'a, str>,
        effect_label: Cow<'a, str>,
        action: Cow<'a, str>,
        /// `success`, `failure` or `unknown`, a class name.
        outcome: Cow<'a, str>,
        outcome_label: Cow<'a, str>,
        ticket: Cow<'a, str>,
        /// Reason for which the ticket does not fit, in words; empty where it fits or the case has
        /// no table of tickets.
        ticket_fault: Cow<'a, str>,
        justification: Cow<'a, str>,
        ip: Cow<'a, str>,
        session: Cow<'a, str>,
        user_agent: Cow<'a, str>,
        /// The first characters of them.
        parameters: Cow<'a, str>,
        /// Empty where the case has one scope only.
        scopes: Cow<'a, str>,
        event_id: Cow<'a, str>,
        /// The first digits of the source's commitment.
        source: Cow<'a, str>,
        /// Not empty where the event id also names another body.
        conflict: Cow<'a, str>,
        /// Not empty where evidence ties it to the intruder.
        tied: Cow<'a, str>,
        /// Not empty where it is not tied, and of a session that has a tied action.
        linked: Cow<'a, str>,
        /// Reason for listing it if its actor is no agent; else empty.
        by_link: Cow<'a, str>,
        /// Reason for listing it where its actor is not listed and an open scope holds it; empty
        /// elsewhere.
        found_by: Cow<'a, str>,
        targets: Vec<TargetRow<'a>>,
        /// Name of the block of rows that it begins; empty in a row that begins none.
        block: Cow<'a, str>,
        /// Whether it is among the printed rows.
        printed: bool,
    }
}

/// Characters of an action's parameters that a report shows. The tables hold all.
const PARAMETERS: usize = 400;

/// The scopes an event lies in, by name.
pub(in crate::reports) fn scopes<'a>(header: &'a Header, event: &TenantEvent) -> Vec<&'a str> {
    let names = header.scopes.iter().map(|scope| scope.name.as_str());
    let inside = |(at, name)| event.scopes.contains(at).then_some(name);
    names.enumerate().filter_map(inside).collect()
}

/// The row of one event.
pub(in crate::reports) fn action<'a>(
    header: &'a Header,
    impact: &TenantImpact,
    printed: &PrintedActions,
    number: usize,
    event: &'a TenantEvent,
) -> ActionRow<'a> {
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
        ticket_fault: event.ticket_verdict.map_or("", lang::ticket).into(),
        justification: text(event.justification.as_ref()),
        ip: text(event.ip.as_ref()),
        session: text(event.session.as_ref()),
        user_agent: text(event.user_agent.as_ref()),
        parameters: shortened(event.parameters.as_deref().unwrap_or_default(), PARAMETERS),
        scopes: if several {
            scopes(header, event).join(", ")
        } else {
            String::new()
        }
        .into(),
        event_id: text(event.event_id.as_ref()),
        source: header.sources[event.at.source].prefix().into(),
        linked: if impact.finding.linked.binary_search(&(number as u64)).is_ok() {
            "linked"
        } else {
            ""
        }
        .into(),
        conflict: if event.conflict { "conflict" } else { "" }.into(),
        tied: if header.is_tied(event.scopes) { "tied" } else { "" }.into(),
        by_link: LinkLine::of(event, &impact.events)
            .map(|link| link.in_words())
            .unwrap_or_default()
            .into(),
        found_by: event
            .search
            .as_ref()
            .map(|search| search.in_words())
            .unwrap_or_default()
            .into(),
        targets: targets(event),
        block: block("Actions", number, impact.events.len()).into(),
        printed: printed.holds(number as u64),
    }
}
