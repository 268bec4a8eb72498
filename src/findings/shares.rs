//! Every tenant's share of the answer, one after the other and several at a time, wherever they
//! are.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{Answer, TenantFinding, TenantImpact, count};
use crate::{
    case::TenantId,
    catalogue::Catalogue,
    tally::{ScopedEvent, SpillError},
};

/// Tenants in a piece, few enough to reuse its memory for the next, and pieces for each thread in a
/// round, at the end of which the threads wait for each other.
const PIECE: usize = 64;
const ROUND: usize = 4;

/// Makes something of figures in pieces, several at a time, and hands it on in their order. No more
/// than a round is made in advance.
pub(crate) fn in_pieces<T: Send, E>(
    tenants: &[TenantFinding],
    work: impl Fn(&[TenantFinding]) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let mut rounds = tenants.chunks(ROUND * PIECE * rayon::current_num_threads());
    rounds.try_for_each(|round| {
        let made: Vec<T> = round.par_chunks(PIECE).map(&work).collect();
        made.into_iter().try_for_each(&mut take)
    })
}

impl Answer {
    /// Works on every tenant's share, on several at a time. What is made of them comes in id order.
    /// Where the shares do not fit into memory, no more of them are made than do, with the
    /// catalogue that the answer was made with.
    pub fn each_tenant<T, E>(
        &self,
        catalogue: &Catalogue,
        work: impl Fn(&TenantImpact) -> Result<T, E> + Sync,
    ) -> Result<Vec<T>, E>
    where
        T: Send,
        E: From<SpillError> + Send,
    {
        let Some(stored) = &self.stored else {
            // One at a time: some have a hundred times as many events as others, and the last
            // thread is waited for.
            return self.tenants.par_iter().with_max_len(1).map(&work).collect();
        };
        let shares = stored.for_each_tenant(|id, events| {
            let made = work(&self.impact(catalogue, id, events))?;
            Ok::<_, E>((id.clone(), made))
        })?;
        let mut made: BTreeMap<TenantId, T> = shares.into_iter().collect();
        for finding in self.findings.asked_in_vain() {
            made.insert(finding.id.clone(), work(&TenantImpact::empty(finding.clone()))?);
        }
        Ok(made.into_values().collect())
    }

    fn impact(&self, catalogue: &Catalogue, id: &TenantId, events: &[&ScopedEvent]) -> TenantImpact {
        let at = self.findings.tenants.binary_search_by(|tenant| tenant.id.cmp(id));
        let (events, _) = count::copies((catalogue, self.tickets.as_ref()), &self.isolation.names, id, events);
        TenantImpact {
            finding: self.findings.tenants[at.expect("every tenant has figures")].clone(),
            events,
        }
    }
}
