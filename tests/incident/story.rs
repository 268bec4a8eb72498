//! The events from 14 to 23 January 2026: the irregularities and the intrusion first, then everyday
//! work around them until the logs have their size.

use std::collections::BTreeSet;

use crate::actions::Deck;
use crate::agents::Agent;
use crate::broken;
use crate::cast::Cast;
use crate::event::{Event, Outcome};
use crate::faces::Face;
use crate::others::HEARTBEAT;
use crate::rng::Rng;
use crate::scenario::Scenario;
use crate::scripted;
use crate::sentences;
use crate::stage::Stage;
use crate::tenants::Tenant;
use crate::time::{DAY, HOUR, MINUTE, january};
use crate::visit::{LONGEST, Visit};

/// Days of the window, each as often as work falls on it; the 17th and 18th are a weekend.
const DAYS_IN_WINDOW: [i64; 14] = [16, 16, 16, 16, 17, 18, 19, 19, 19, 19, 20, 20, 20, 20];
/// The days before and after.
const DAYS_AROUND: [i64; 5] = [14, 15, 21, 22, 23];
/// All days, for everybody else.
const DAYS: [i64; 18] = [14, 14, 15, 15, 16, 16, 17, 18, 19, 19, 20, 20, 21, 21, 22, 22, 23, 23];

/// Generates all events.
pub(crate) fn tell<'c>(scenario: &'c Scenario, cast: &'c Cast) -> Vec<Event<'c>> {
    let mut stage = Stage::new(&scenario.jobs);
    let mut work = Work {
        cast,
        deck: Deck::in_tenant(),
        shifts: BTreeSet::new(),
    };
    scripted::play(cast, &mut stage);
    work.in_window(scenario, &mut stage);
    work.around(scenario.around, &mut stage);
    work.sessions(&mut stage);
    heartbeat(cast, &mut stage);
    work.everybody_else(scenario.records - broken::COUNT - sentences::COUNT, &mut stage);
    sentences::play(cast, &mut stage);
    stage.close()
}

/// Everyday work.
struct Work<'c> {
    cast: &'c Cast,
    deck: Deck,
    /// Which agent worked on which day.
    shifts: BTreeSet<(usize, i64)>,
}

impl<'c> Work<'c> {
    /// Listed agents within the window: each touched customer gets its share, at least one event.
    fn in_window(&mut self, scenario: &Scenario, stage: &mut Stage<'c>) {
        let shares = shares(self.cast.touched.len(), scenario.in_window, &mut stage.rng);
        for (n, share) in shares.into_iter().enumerate() {
            let mut left = share;
            while left > 0 {
                let events = 1 + stage.rng.below(left.min(LONGEST));
                let day = *stage.rng.pick(&DAYS_IN_WINDOW);
                self.agent_visit(self.cast.touched(n), day, true, events, stage);
                left -= events;
            }
        }
    }

    /// Listed agents before and after the window, at any customer.
    fn around(&mut self, visits: usize, stage: &mut Stage<'c>) {
        for _ in 0..visits {
            let tenant = &self.cast.tenants[stage.rng.skewed(self.cast.tenants.len())];
            let day = *stage.rng.pick(&DAYS_AROUND);
            let events = 1 + stage.rng.below(LONGEST);
            self.agent_visit(tenant, day, false, events, stage);
        }
    }

    fn agent_visit(&mut self, tenant: &'c Tenant, day: i64, in_window: bool, events: usize, stage: &mut Stage<'c>) {
        let number = loop {
            let number = stage.rng.below(self.cast.agents.len());
            if Agent::works(number, in_window) {
                break number;
            }
        };
        self.shifts.insert((number, day));
        let agent = &self.cast.agents[number];
        // The visit ends within the shift, which ends before midnight.
        let at = january(day) + agent.shift() + 20 * MINUTE + stage.rng.millis(8 * HOUR);
        Visit {
            face: face(agent, &mut stage.rng),
            tenant,
            at,
            events,
        }
        .play(&self.deck, stage);
    }

    /// Signing in and out, and a search over all customers now and then: events without a tenant.
    fn sessions(&self, stage: &mut Stage<'c>) {
        for (number, day) in &self.shifts {
            let agent = &self.cast.agents[*number];
            let start = january(*day) + agent.shift();
            let face = &agent.faces[0];
            stage.own(start + 5 * MINUTE, face, "agent.login");
            if stage.rng.per_mille(400) {
                stage.own(start + 2 * HOUR, face, "global.search");
            }
            // Some just close the lid.
            if stage.rng.per_mille(700) {
                stage.own(start + 9 * HOUR + 15 * MINUTE, face, "agent.logout");
            }
        }
    }

    /// Unlisted people and machines until there are `records` records, the last few one by one.
    fn everybody_else(&self, records: usize, stage: &mut Stage<'c>) {
        // No visit becomes more records than this: each event is in two jobs at most.
        while stage.records + 2 * LONGEST <= records {
            let day = *stage.rng.pick(&DAYS);
            let events = 1 + stage.rng.below(LONGEST);
            self.other_visit(day, events, stage);
        }
        while stage.records < records {
            // Only one job covers the 15th, so this is one record.
            self.other_visit(15, 1, stage);
        }
    }

    fn other_visit(&self, day: i64, events: usize, stage: &mut Stage<'c>) {
        let other = stage.rng.pick(&self.cast.others);
        let home = other.home.unwrap_or_else(|| stage.rng.skewed(self.cast.tenants.len()));
        let at = january(day) + stage.rng.millis(DAY - HOUR);
        Visit {
            face: &other.face,
            tenant: &self.cast.tenants[home],
            at,
            events,
        }
        .play(&self.deck, stage);
    }
}

/// The usual face, seldom another one.
fn face<'c>(agent: &'c Agent, rng: &mut Rng) -> &'c Face {
    if rng.per_mille(60) {
        rng.pick(&agent.faces)
    } else {
        &agent.faces[0]
    }
}

/// Splits `total` among `n`, at least 1 and at most `most` each: a few have many.
fn shares(n: usize, (total, most): (usize, usize), rng: &mut Rng) -> Vec<usize> {
    let mut shares = vec![1; n];
    let mut left = total.saturating_sub(n);
    while left > 0 {
        let share = &mut shares[n - 1 - rng.skewed(n)];
        if *share < most {
            *share += 1;
            left -= 1;
        }
    }
    shares
}

/// A service account looks around once an hour, so that every hour of the logs has a record.
fn heartbeat<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    for hour in 0..10 * 24 {
        let at = january(14) + hour * HOUR + stage.rng.millis(50 * MINUTE);
        stage.own(at, &cast.others[HEARTBEAT].face, "global.search");
    }
}

impl<'c> Stage<'c> {
    /// An event without a tenant, within a minute or two of `at`.
    fn own(&mut self, at: i64, face: &'c Face, action: &'static str) {
        let at = at + self.rng.millis(2 * MINUTE);
        let mut event = self.event(at, face, action);
        event.outcome = Outcome::Success;
        self.add(event);
    }
}
