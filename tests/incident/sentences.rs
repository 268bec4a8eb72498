//! Events on which sentences of earlier answers were wrong. They are played last and with a random
//! stream of their own, so that no other event moves.
//!
//! The other cases are part of the story: a customer has one failed attempt only (`scripted`), the
//! intruder impersonates a user, signs out at the end of the narrower scope and acts outside it in
//! the same session (`intrusion`), an hour has one record (`heartbeat`), an unreadable record names
//! an agent outside all scopes (`broken`).

use std::borrow::Cow;

use crate::cast::Cast;
use crate::event::{Event, Jobs, Names, Outcome};
use crate::faces::{Face, Seat};
use crate::rng::Rng;
use crate::scripted::{act, at};
use crate::stage::Stage;

/// Number of records: these days are in the JSON Lines job alone.
pub(crate) const COUNT: usize = 6;

/// The renamed customer, by its place among the touched ones.
pub(crate) const RENAMED: usize = 24;

/// An identity in the list, the number of its agent, and its spelling in the logs.
pub(crate) const MISSPELT: (&str, usize, &str) = ("ykanemori", 15, "ykanamori");

/// A person of the vendor's staff who is not on the list.
const COLLEAGUE: usize = 4;

/// Plays all of it.
pub(crate) fn play<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    stage.rng = Rng::for_purpose("sentences");
    mention(cast, stage);
    misspelt(cast, stage);
    untold(cast, stage);
    renamed(cast, stage);
}

/// Adds a text that names the listed agent outside all scopes, who has records of his own too.
fn mention<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let mut event = stage.event(at(17, 14), &cast.others[COLLEAGUE].face, "global.search");
    event.justification = Some(format!("Customers that {} asked about", cast.outsider.id));
    event.names = Names::Agent;
    add(event, stage);
}

/// Adds a record of an agent of a scope under a user name that the list spells otherwise.
/// It counts as another actor's.
fn misspelt<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let (_, agent, logged) = MISSPELT;
    let usual = &cast.agents[agent].faces[0];
    let face = Face {
        id: logged.to_owned(),
        email: None,
        agent: None,
        seat: Seat::Support(agent),
        ..usual.clone()
    };
    let mut event = act(at(17, 3), usual, cast.touched(20), "user.view", stage);
    event.actor = Cow::Owned(face);
    add(event, stage);
}

/// Adds an action without an outcome, and an export without a target.
fn untold<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let mut ended = act(
        at(16, 10),
        &cast.agents[12].faces[0],
        cast.touched(22),
        "user.deactivate",
        stage,
    );
    ended.outcome = Outcome::Absent;
    add(ended, stage);
    let mut export = act(
        at(18, 12),
        &cast.agents[14].faces[0],
        cast.touched(23),
        "user.list.export",
        stage,
    );
    export.target = None;
    add(export, stage);
}

/// Adds an event under the customer's former name, and that name in a text of another customer.
fn renamed<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let event = act(at(16, 13), &cast.agents[5].faces[0], &cast.former, "ticket.view", stage);
    add(event, stage);
    let mut pasted = act(
        at(18, 11),
        &cast.agents[3].faces[0],
        cast.touched(25),
        "group.view",
        stage,
    );
    pasted.justification = Some(format!("Same question as {} last week", cast.former.name));
    pasted.names = Names::Customer;
    add(pasted, stage);
}

fn add<'c>(mut event: Event<'c>, stage: &mut Stage<'c>) {
    event.jobs = Jobs::Placed;
    stage.add(event);
}
