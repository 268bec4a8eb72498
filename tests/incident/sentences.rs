//! What sentences of an answer once got wrong, each put where a test can find it: played after everything else and with
//! chance of its own, so that nothing else moves.
//!
//! The other cases are part of the story: a failed attempt is all that happened to a customer (`scripted`), the intruder
//! impersonates somebody, signs out at the end of the narrower scope and has a session that reaches further
//! (`intrusion`), an hour has one record (`heartbeat`), a record that cannot be read names somebody whom no scope has
//! (`broken`).

use std::borrow::Cow;

use crate::cast::Cast;
use crate::event::{Event, Jobs, Names, Outcome};
use crate::faces::{Face, Seat};
use crate::rng::Rng;
use crate::scripted::{act, at};
use crate::stage::Stage;

/// How many records it becomes: these days are in the JSON Lines job alone.
pub(crate) const COUNT: usize = 6;

/// The renamed customer, by its place among the touched ones.
pub(crate) const RENAMED: usize = 24;

/// An identity as the list has it, whose it is, and as the logs have it.
pub(crate) const MISSPELT: (&str, usize, &str) = ("ykanemori", 15, "ykanamori");

/// Somebody of the vendor's staff who is not on the list.
const COLLEAGUE: usize = 4;

/// Plays all of it.
pub(crate) fn play<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    stage.rng = Rng::for_purpose("sentences");
    mention(cast, stage);
    misspelt(cast, stage);
    untold(cast, stage);
    renamed(cast, stage);
}

/// A colleague names the listed agent whom no scope has, who also has records of his own.
fn mention<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let mut event = stage.event(at(17, 14), &cast.others[COLLEAGUE].face, "global.search");
    event.justification = Some(format!("Customers that {} asked about", cast.outsider.id));
    event.names = Names::Agent;
    add(event, stage);
}

/// An agent of a scope acts under a user name that the list spells otherwise, so the record counts as another's.
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

/// The log does not tell how one action ended, and not what another was done on.
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

/// A customer under its former name, and that name in what was done for somebody else.
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
