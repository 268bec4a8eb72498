//! The 25 minutes in which the intruder uses the workstation of `bd-agent-07`, four hours after the
//! end of the shift.

use std::borrow::Cow;

use crate::actions::find;
use crate::agents::INTRUDED;
use crate::cast::Cast;
use crate::event::{Event, Outcome, Place};
use crate::stage::Stage;
use crate::targets::Target;
use crate::tenants::Tenant;
use crate::time::ATTRIBUTED;

/// The two customers, by their place among the touched ones, and the first one's administrator.
const FIRST: usize = 5;
const SECOND: usize = 6;
const ADMIN: usize = 0;

/// Milliseconds after the window opens, customer, action, user, whether it is done as the
/// customer's administrator.
const STEPS: [(i64, usize, &str, usize, bool); 15] = [
    (95_120, FIRST, "tenant.view", ADMIN, false),
    (141_377, FIRST, "user.search", ADMIN, false),
    (203_904, FIRST, "user.list.export", ADMIN, false),
    (268_250, FIRST, "user.mfa.reset", ADMIN, false),
    (301_718, FIRST, "user.password.reset", ADMIN, false),
    (388_066, FIRST, "user.impersonate.start", ADMIN, false),
    (431_509, FIRST, "app.view", ADMIN, true),
    (497_233, FIRST, "app.client_secret.reveal", ADMIN, true),
    (560_841, FIRST, "user.impersonate.end", ADMIN, true),
    (655_690, FIRST, "api_token.reveal", ADMIN, false),
    (802_415, SECOND, "tenant.view", ADMIN, false),
    (871_954, SECOND, "user.list.export", 3, false),
    (990_132, SECOND, "user.mfa.bypass", 3, false),
    (1_137_846, SECOND, "admin.role.grant", 3, false),
    (1_391_279, SECOND, "log.delete", 3, false),
];

/// Plays it, from the first instant of the window to the sign-out at the first instant after it.
pub(crate) fn play<'c>(cast: &'c Cast, stage: &mut Stage<'c>) {
    own(cast, ATTRIBUTED.from, "agent.login", stage);
    own(cast, ATTRIBUTED.from + 40_655, "global.search", stage);
    let mut impersonation = None;
    for (after, customer, code, user, as_customer) in STEPS {
        let tenant = cast.touched(customer);
        let mut event = act(cast, ATTRIBUTED.from + after, tenant, (code, user), stage);
        if as_customer {
            event.impersonator = Some(&cast.agents[INTRUDED].faces[0]);
            event.actor = Cow::Owned(tenant.user(user));
        }
        event.impersonation = event.tie(&mut impersonation);
        // The one thing that did not work: the log of the second customer cannot be deleted.
        event.outcome = if code == "log.delete" {
            Outcome::Failure
        } else {
            Outcome::Success
        };
        if code == "user.mfa.reset" {
            event.justification = Some("User lost phone".to_owned());
        }
        stage.add(event);
    }
    own(cast, ATTRIBUTED.until, "agent.logout", stage);
}

fn own<'c>(cast: &'c Cast, at: i64, code: &'static str, stage: &mut Stage<'c>) {
    let mut event = stage.event(at, &cast.agents[INTRUDED].faces[0], code);
    event.outcome = Outcome::Success;
    stage.add(event);
}

fn act<'c>(
    cast: &'c Cast,
    at: i64,
    tenant: &'c Tenant,
    (code, user): (&'static str, usize),
    stage: &mut Stage<'c>,
) -> Event<'c> {
    let mut event = stage.event(at, &cast.agents[INTRUDED].faces[0], code);
    event.place = Place::One(tenant);
    event.target = Target::of(find(code).object, tenant, user, &mut stage.rng);
    event
}
