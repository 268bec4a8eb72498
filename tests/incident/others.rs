//! The other people in the logs, whom the case does not list: vendor staff, service accounts,
//! customers' own admins.

use crate::agents::VENDOR;
use crate::faces::{Face, Seat};
use crate::rng::Rng;
use crate::tenants::Tenant;
use crate::texts::{GIVEN, SURNAMES};

/// An unlisted actor.
pub(crate) struct Other {
    /// Appearance in the logs.
    pub(crate) face: Face,
    /// A customer's own administrator stays at home: the number of that customer.
    pub(crate) home: Option<usize>,
}

/// The account whose hourly look-up keeps every hour of the logs spoken for.
pub(crate) const HEARTBEAT: usize = 0;
/// Index of a key that differs from a listed agent's only in case, and belongs to another actor.
pub(crate) const NEAR_MISS: usize = 1;

/// An engineer of the vendor who is on the list of agents, and whom no scope has.
pub(crate) const LISTED: usize = 5;

const SERVICES: [(&str, &str); 4] = [
    ("svc-directory-sync", "Directory sync"),
    ("svc-key-8f3a", "Release pipeline"),
    ("svc-billing-export", "Billing export"),
    ("svc-health-check", "Health check"),
];

/// `count` unlisted actors: the service accounts first, then staff and customers' admins in turn.
pub(crate) fn others(count: usize, tenants: &[Tenant]) -> Vec<Other> {
    let mut rng = Rng::for_purpose("others");
    (0..count)
        .map(|number| match number {
            0..4 => Other {
                face: service(number),
                home: None,
            },
            _ if number % 3 == 0 => {
                let tenant = rng.pick(tenants);
                Other {
                    face: tenant.user(0),
                    home: Some(tenant.number),
                }
            }
            _ => Other {
                face: staff(number, &mut rng),
                home: None,
            },
        })
        .collect()
}

fn service(number: usize) -> Face {
    let (id, name) = SERVICES[number];
    Face {
        id: id.to_owned(),
        email: None,
        name: name.to_owned(),
        employer: VENDOR.to_owned(),
        agent: None,
        seat: Seat::Service(number),
    }
}

fn staff(number: usize, rng: &mut Rng) -> Face {
    let (given, surname) = (rng.pick(&GIVEN), rng.pick(&SURNAMES));
    let local = format!("{}.{}{number}", given.to_lowercase(), surname.to_lowercase());
    Face {
        id: format!("lm-{number:04}"),
        email: Some(format!("{local}@larkmoor.example")),
        name: format!("{given} {surname}"),
        employer: VENDOR.to_owned(),
        agent: None,
        seat: Seat::Vendor(number),
    }
}
