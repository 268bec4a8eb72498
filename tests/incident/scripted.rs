//! Fixed events that random generation would not produce: every irregularity a log can have, at a
//! known place.
//!
//! Days 16 to 18 are in job A alone. Day 20 is in both jobs, in the sample and in the larger
//! incident.

use crate::actions::find;
use crate::agents::INTRUDED;
use crate::cast::Cast;
use crate::event::{Event, Jobs, Names, Outcome, Place};
use crate::faces::Face;
use crate::intrusion;
use crate::others::NEAR_MISS;
use crate::stage::Stage;
use crate::targets::Target;
use crate::tenants::Tenant;
use crate::time::{HOUR, MINUTE, POSSIBLE, january};

/// The faces of an agent after the usual one; see `agents`.
const ADDRESS_ONLY: usize = 2;
const CAPITALS_ONLY: usize = 3;
const FIRST_IDENTITY: usize = 4;

/// The agent with two addresses.
const TWO_ADDRESSES: usize = 10;

/// A text that is harmful if a program interprets it when showing it.
struct Hostile {
    /// Day and hour.
    at: (i64, i64),
    agent: usize,
    /// The place among the touched customers.
    customer: usize,
    code: &'static str,
    /// The text as the target's name.
    name: Option<&'static str>,
    /// The text as the justification.
    reason: &'static str,
}

const fn says(
    at: (i64, i64),
    (agent, customer): (usize, usize),
    code: &'static str,
    name: Option<&'static str>,
    reason: &'static str,
) -> Hostile {
    Hostile {
        at,
        agent,
        customer,
        code,
        name,
        reason,
    }
}

#[rustfmt::skip]
const HOSTILE: [Hostile; 10] = [
    says((16, 2), (11, 3), "user.mfa.reset", Some("山田 花子"), "山田様より機種変更のご連絡、折り返し電話で本人確認済み。"),
    says((16, 3), (8, 1), "group.view", Some("<script>alert('x')</script>"), "Cannot open the group <script>alert('x')</script>"),
    says((16, 15), (0, 7), "user.view", None, "\u{1b}[2J\u{1b}[1;1Hnothing to see here"),
    says((17, 9), (2, 2), "app.view", Some("invoice\u{202e}fdp.exe"), "Tile shows the name invoice\u{202e}fdp.exe"),
    says((18, 4), (4, 8), "ticket.view", None, "[click](javascript:alert(1))"),
    says((20, 10), (9, 9), "user.profile.update", Some("=cmd|'/C calc'!A0"), "=cmd|'/C calc'!A0"),
    says((20, 11), (5, 10), "policy.view", None, "step 1 | step 2 | done\nstill broken | waiting for customer"),
    says((20, 15), (7, 4), "user.unlock", None, "Caller said \"I never changed it\", then hung up,\ncalled back"),
    says((20, 16), (0, 0), "user.password.reset", None, "Pat O'Brannoch, owner, \"urgent\", board meeting at 9"),
    says((20, 17), (1, 11), "tenant.billing.view", None, "-2 licences\r\n+5 licences\r\n@finance please confirm"),
];

/// Plays all of it.
pub(crate) fn play<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    edges(cast, stage);
    intrusion::play(cast, stage);
    faces(cast, stage);
    bystanders(cast, stage);
    hostile(cast, stage);
    tenants(cast, stage);
    uncatalogued(cast, stage);
    conflict(cast, stage);
}

/// The last instant before the window, its first, its last, and the first after it.
fn edges<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let (early, late) = (&cast.agents[8].faces[0], &cast.agents[0].faces[0]);
    for (at, face, customer) in [
        (POSSIBLE.from - 1, early, 0),
        (POSSIBLE.from, early, 0),
        (POSSIBLE.until - 1, late, 1),
        (POSSIBLE.until, late, 1),
    ] {
        let event = act(at, face, cast.touched(customer), "ticket.view", stage);
        stage.add(event);
    }
}

/// Each of the ways in which a log can mean an agent without saying `bd-agent-07`.
fn faces<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let intruded = &cast.agents[INTRUDED].faces;
    let two = &cast.agents[TWO_ADDRESSES].faces;
    let plain = [
        (17, 1, &intruded[CAPITALS_ONLY], "user.view"),
        (19, 2, &intruded[FIRST_IDENTITY], "user.search"),
        (19, 3, &intruded[FIRST_IDENTITY + 1], "user.list.export"),
        (20, 4, &intruded[FIRST_IDENTITY + 1], "log.view"),
        (20, 18, &two[FIRST_IDENTITY], "group.view"),
        (18, 19, &two[FIRST_IDENTITY], "group.member.add"),
    ];
    for (day, hour, face, code) in plain {
        let event = act(at(day, hour), face, cast.touched(12), code, stage);
        stage.add(event);
    }
    let mut event = act(
        at(18, 2),
        &intruded[ADDRESS_ONLY],
        cast.touched(13),
        "user.recovery_code.reveal",
        stage,
    );
    event.escaped = true;
    stage.add(event);
}

/// People who look like agents to a careless search: another key but for its capitals, and a
/// colleague who looks an agent up.
fn bystanders<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let event = act(
        at(19, 4),
        &cast.others[NEAR_MISS].face,
        cast.touched(12),
        "log.view",
        stage,
    );
    stage.add(event);
    let agent = &cast.agents[INTRUDED].faces[0];
    let mut event = stage.event(at(20, 20), &cast.others[4].face, "global.search");
    let email = agent.email.clone().expect("the usual face has an address");
    event.names = Names::Agent;
    event.justification = Some(format!("Which customers did {email} open today?"));
    event.target = Some(Target {
        kind: "user",
        id: agent.id.clone(),
        name: email,
    });
    stage.add(event);
}

fn hostile<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    for Hostile {
        at: (day, hour),
        agent,
        customer,
        code,
        name,
        reason,
    } in HOSTILE
    {
        let mut event = act(
            at(day, hour),
            &cast.agents[agent].faces[0],
            cast.touched(customer),
            code,
            stage,
        );
        if let (Some(name), Some(target)) = (name, &mut event.target) {
            name.clone_into(&mut target.name);
        }
        event.justification = Some(reason.to_owned());
        stage.add(event);
    }
}

/// Customers who are in the log twice at once, by mistake, or without being in the directory.
fn tenants<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let mut both = act(
        at(17, 10),
        &cast.agents[2].faces[0],
        cast.touched(14),
        "report.download",
        stage,
    );
    both.place = Place::Two([cast.touched(14), cast.touched(15)]);
    stage.add(both);

    // Copy and paste: one customer's reason holds the name of another.
    let mut pasted = act(
        at(20, 9),
        &cast.agents[3].faces[0],
        cast.touched(16),
        "group.member.add",
        stage,
    );
    let other = cast.touched(17);
    pasted.names = Names::Customer;
    pasted.justification = Some(format!(
        "Same request as {} yesterday: add contractor to finance group",
        other.name
    ));
    stage.add(pasted);

    for (n, stray) in cast.strays.iter().enumerate() {
        for (day, hour, code) in [
            (16, 16, "tenant.view"),
            (19, 16, "user.view"),
            (20, 14, "user.mfa.reset"),
        ] {
            // The second one is seen once only, and what was tried there failed.
            if n == 0 {
                let event = act(at(day, hour), &cast.agents[7].faces[0], stray, code, stage);
                stage.add(event);
            } else if day == 19 {
                let mut event = act(at(day, hour), &cast.agents[7].faces[0], stray, "user.mfa.reset", stage);
                event.outcome = Outcome::Failure;
                stage.add(event);
            }
        }
    }
}

fn uncatalogued<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    for (day, hour, customer) in [(16, 11, 3), (18, 11, 18), (19, 11, 18), (20, 12, 18)] {
        let event = act(
            at(day, hour),
            &cast.agents[5].faces[0],
            cast.touched(customer),
            "tenant.shard.rebalance",
            stage,
        );
        stage.add(event);
    }
}

/// The two jobs disagree on how one event ended.
fn conflict<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    let mut event = act(
        at(20, 13) - 25 * MINUTE,
        &cast.agents[9].faces[0],
        cast.touched(19),
        "user.mfa.reset",
        stage,
    );
    event.contested = true;
    event.jobs = Jobs::Jsonl;
    let twin = Event {
        jobs: Jobs::Csv,
        outcome: Outcome::Failure,
        ..event.clone()
    };
    stage.add(event);
    stage.add_twin(twin);
}

/// An event with everything that its action asks for, and a good outcome.
pub(crate) fn act<'c>(
    at: i64,
    face: &'c Face,
    tenant: &'c Tenant,
    code: &'static str,
    stage: &mut Stage<'c>,
) -> Event<'c> {
    let mut event = stage.event(at, face, code);
    event.place = Place::One(tenant);
    event.target = Target::of(find(code).object, tenant, 2, &mut stage.rng);
    event.outcome = Outcome::Success;
    event.ticket = Some(format!("CASE-{}", 40_000 + stage.rng.below(9_999)));
    event
}

/// Some minute of that hour, so that the oddities do not all strike on the hour.
pub(crate) fn at(day: i64, hour: i64) -> i64 {
    january(day) + hour * HOUR + (day * 7 + hour * 5) % 58 * MINUTE + 12_345 + hour * 77
}
