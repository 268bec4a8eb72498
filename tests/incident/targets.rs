//! The objects of actions, as the log names them.

use serde::Serialize;

use crate::actions::Object;
use crate::faces::object_id;
use crate::rng::Rng;
use crate::tenants::Tenant;
use crate::texts::{APPS, GROUPS, POLICIES, REPORTS, TOKENS};

/// The object of an action.
#[derive(Clone, Serialize)]
pub(crate) struct Target {
    /// The kind of object.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Its identifier.
    pub(crate) id: String,
    /// Its name; for a user the address.
    pub(crate) name: String,
}

impl Target {
    /// A user of `tenant`.
    pub(crate) fn user(tenant: &Tenant, n: usize) -> Self {
        Self {
            kind: "user",
            id: tenant.user_id(n),
            name: tenant.user_email(n),
        }
    }

    /// Something of the kind `object` in `tenant`; where it is a user, the `n`th.
    pub(crate) fn of(object: Object, tenant: &Tenant, n: usize, rng: &mut Rng) -> Option<Self> {
        let named = |rng: &mut Rng, kind, prefix, names: &[&str]| {
            let which = rng.below(names.len());
            // The object keeps its id from one event to the next.
            let mut id = Rng::for_key(0x0B1E, tenant.number, which + prefix_salt(prefix));
            Some(Self {
                kind,
                id: object_id(&mut id, prefix),
                name: names[which].to_owned(),
            })
        };
        match object {
            Object::Nothing => None,
            Object::User => Some(Self::user(tenant, n)),
            Object::Tenant => Some(Self {
                kind: "tenant",
                id: tenant.id.clone(),
                name: tenant.name.clone(),
            }),
            Object::Group => named(rng, "group", "00g", &GROUPS),
            Object::App => named(rng, "app", "0oa", &APPS),
            Object::Policy => named(rng, "policy", "00p", &POLICIES),
            Object::Token => named(rng, "api_token", "00T", &TOKENS),
            Object::Report => named(rng, "report", "0rp", &REPORTS),
            Object::Device => {
                let serial = rng.below(900);
                Some(Self {
                    kind: "device",
                    id: format!("dev-{serial:04}"),
                    name: format!("Laptop {serial:04}"),
                })
            }
            Object::Ticket => {
                let case = format!("CASE-{}", 40_000 + rng.below(9_999));
                Some(Self {
                    kind: "ticket",
                    id: case.clone(),
                    name: case,
                })
            }
            Object::Log => Some(Self {
                kind: "log",
                id: "system-log".to_owned(),
                name: format!("last {} hours", 1 + rng.below(72)),
            }),
        }
    }
}

fn prefix_salt(prefix: &str) -> usize {
    prefix.bytes().fold(1, |salt, byte| salt * 31 + usize::from(byte))
}
