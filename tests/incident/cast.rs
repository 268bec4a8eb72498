//! Everybody and everything the story is about.

use crate::agents::{self, Agent};
use crate::others::{self, LISTED, Other};
use crate::rng::Rng;
use crate::scenario::Scenario;
use crate::sentences::RENAMED;
use crate::tenants::{self, Tenant};

/// The people and the customers.
pub(crate) struct Cast {
    /// The listed agents of the scopes.
    pub(crate) agents: Vec<Agent>,
    /// The listed agent whom no scope has.
    pub(crate) outsider: Agent,
    /// Actors whom no scope has.
    pub(crate) others: Vec<Other>,
    /// The directory.
    pub(crate) tenants: Vec<Tenant>,
    /// Customers in the logs that the directory has not; none where the directory is complete.
    pub(crate) strays: Vec<Tenant>,
    /// The renamed customer as the logs call it before it was renamed.
    pub(crate) former: Tenant,
    /// Directory numbers of the customers in whose tenants listed agents act during the window, no
    /// others.
    pub(crate) touched: Vec<usize>,
}

impl Cast {
    /// The cast of a scenario.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let mut tenants = tenants::directory(scenario.tenants);
        let others = others::others(scenario.others, &tenants);
        let strays = if scenario.strays {
            tenants::strays().into()
        } else {
            Vec::new()
        };
        let touched = touched(scenario.touched - strays.len(), tenants.len());
        let former = tenants[touched[RENAMED]].rename();
        Self {
            agents: agents::roster(),
            outsider: agents::outsider(&others[LISTED]),
            others,
            tenants,
            strays,
            former,
            touched,
        }
    }

    /// Everybody on the list, in its order.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter().chain([&self.outsider])
    }

    /// The `n`th touched customer; the special ones come first, then the two the intruder went to.
    pub(crate) fn touched(&self, n: usize) -> &Tenant {
        &self.tenants[self.touched[n]]
    }
}

fn touched(count: usize, tenants: usize) -> Vec<usize> {
    let mut rng = Rng::for_purpose("touched");
    let mut touched: Vec<_> = tenants::special_numbers().collect();
    while touched.len() < count {
        let number = rng.below(tenants);
        if !touched.contains(&number) {
            touched.push(number);
        }
    }
    touched
}
