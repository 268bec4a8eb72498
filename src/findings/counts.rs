//! Counts by key in one allocation. A tenant has only a few actions, and the nodes of maps took
//! more memory than all other facts about it.

use std::{borrow::Borrow, collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Keys in order, each once, and how many there are of each. Serialised as a map.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Counts<K>(Box<[(K, u64)]>);

impl<K: Ord> Counts<K> {
    /// Returns the count of this key, or `None` if it is absent.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&u64>
    where
        K: Borrow<Q>,
    {
        let at = self.0.binary_search_by(|(own, _)| own.borrow().cmp(key)).ok()?;
        Some(&self.0[at].1)
    }
}

impl<K> Counts<K> {
    /// In the order of the keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &u64)> {
        self.0.iter().map(|(key, count)| (key, count))
    }

    /// In order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }
}

impl<K: fmt::Debug> fmt::Debug for Counts<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// A key that comes again adds up.
impl<K: Ord> FromIterator<(K, u64)> for Counts<K> {
    fn from_iter<I: IntoIterator<Item = (K, u64)>>(counts: I) -> Self {
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        counts.dedup_by(|(again, more), (key, count)| {
            let same = again == key;
            *count += if same { *more } else { 0 };
            same
        });
        Self(counts.into())
    }
}

impl<K: Serialize> Serialize for Counts<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, K: Ord + Deserialize<'de>> Deserialize<'de> for Counts<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = BTreeMap::deserialize(deserializer)?;
        Ok(map.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// It is what a map of the same is, in memory and in JSON.
        #[test]
        fn counts_are_a_map(counted in prop::collection::vec(("[a-c]{0,2}", 0..9_u64), 0..8)) {
            let mut map = BTreeMap::new();
            counted.iter().for_each(|(key, more)| *map.entry(key.clone()).or_default() += more);
            let counts: Counts<String> = counted.into_iter().collect();
            prop_assert!(counts.iter().eq(&map) && counts.keys().eq(map.keys()));
            for key in ["", "a", "ab", "cc"] {
                prop_assert_eq!(counts.get(key), map.get(key));
            }
            let json = serde_json::to_string_pretty(&counts).expect("JSON");
            prop_assert_eq!(&json, &serde_json::to_string_pretty(&map).expect("JSON"));
            prop_assert_eq!(format!("{counts:?}"), format!("{map:?}"));
            prop_assert_eq!(serde_json::from_str::<Counts<String>>(&json).expect("JSON"), counts);
        }
    }
}
