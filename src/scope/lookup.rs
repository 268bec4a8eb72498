//! A map from identities to their numbers. Hashes are compared first, in adjacent memory: with
//! hundreds of agents this takes a quarter of the time of comparing texts.

use std::collections::BTreeMap;

use super::filter::whole;

/// Identities, each with its number.
#[derive(Debug)]
pub(super) struct Lookup {
    /// Hashes in ascending order.
    hashes: Vec<u64>,
    /// Identities in the same order; those with equal hashes in the order of their texts.
    each: Vec<(String, usize)>,
}

impl Lookup {
    pub(super) fn of(identities: BTreeMap<String, usize>) -> Self {
        let mut each: Vec<_> = identities.into_iter().collect();
        each.sort_by_cached_key(|(identity, _)| whole(identity));
        Self {
            hashes: each.iter().map(|(identity, _)| whole(identity)).collect(),
            each,
        }
    }

    /// Returns the number of this identity.
    pub(super) fn get(&self, identity: &str) -> Option<usize> {
        self.find(identity, |known| known == identity)
    }

    /// Returns the number of the first identity that equals this text apart from the case of ASCII
    /// letters.
    pub(super) fn get_caseless(&self, identity: &str) -> Option<usize> {
        self.find(identity, |known| known.eq_ignore_ascii_case(identity))
    }

    fn find(&self, identity: &str, is: impl Fn(&str) -> bool) -> Option<usize> {
        let hash = whole(identity);
        let first = self.hashes.partition_point(|known| *known < hash);
        let alike = self.hashes[first..].iter().take_while(|known| **known == hash);
        let mut alike = alike.zip(&self.each[first..]);
        alike.find(|(_, (known, _))| is(known)).map(|(_, (_, agent))| *agent)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_map_it_is_made_of(
            identities in prop::collection::btree_map("[a-cA-C@]{0,3}[a-c0-9.@]{0,12}", 0..9_usize, 0..40),
            other in "[a-cA-C@]{0,3}[a-c0-9.@]{0,12}",
        ) {
            let lookup = Lookup::of(identities.clone());
            for identity in identities.keys().chain([&other]) {
                prop_assert_eq!(lookup.get(identity), identities.get(identity).copied(), "{}", identity);
                let mut caseless = identities.iter().filter(|(known, _)| known.eq_ignore_ascii_case(identity));
                prop_assert_eq!(lookup.get_caseless(identity), caseless.next().map(|(_, agent)| *agent), "{}", identity);
            }
        }
    }
}
