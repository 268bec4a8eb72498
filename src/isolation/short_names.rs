//! Short names, which stand in texts by chance in any writing but their own: `IBM` is a customer,
//! and `ibm` may be anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{name_index::NameIndex, normalized::NormalizedText, pattern::Pattern};

/// Finds short names where they stand as whole words, typed as they are known.
#[derive(Debug, Clone, Default)]
pub(super) struct ShortNames {
    index: NameIndex,
    /// Number of each name and its typed forms, by position in the index.
    names: Vec<(usize, BTreeSet<String>)>,
}

impl ShortNames {
    /// Creates the index of those patterns that have spellings. Their numbers begin with `first`.
    pub(super) fn new(first: usize, short: &BTreeMap<String, Pattern>) -> Self {
        let numbered = (first..).zip(short);
        let typed = numbered.filter(|(_, (_, pattern))| !pattern.spellings.is_empty());
        let (texts, names) = typed
            .map(|(number, (name, pattern))| (name.clone(), (number, pattern.spellings.clone())))
            .unzip();
        Self {
            index: NameIndex::new(texts),
            names,
        }
    }

    /// Reports the number of every such name and its range in the original.
    pub(super) fn each(&self, form: &NormalizedText<'_>, mut report: impl FnMut(Range<usize>, usize)) {
        self.index.each_in_form(form, |found, name| {
            let (number, spellings) = &self.names[name];
            if spellings.contains(&form.text[found.clone()]) {
                form.whole(found).into_iter().for_each(|range| report(range, *number));
            }
        });
    }
}
