//! Short names, which stand in texts by chance in any writing but their own: `IBM` is a customer,
//! and `ibm` may be anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{finder::Finder, form::Form, names::Pattern};

/// Finds short names where they stand as whole words, typed as they are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    finder: Finder,
    /// By the finder's number: the name's number, and how it is typed.
    names: Vec<(usize, BTreeSet<String>)>,
}

impl Typed {
    /// Of these patterns, whose numbers begin with this one, those that have spellings.
    pub(super) fn new(first: usize, short: &BTreeMap<String, Pattern>) -> Self {
        let numbered = (first..).zip(short);
        let typed = numbered.filter(|(_, (_, pattern))| !pattern.spellings.is_empty());
        let (texts, names) = typed
            .map(|(number, (name, pattern))| (name.clone(), (number, pattern.spellings.clone())))
            .unzip();
        Self {
            finder: Finder::new(texts),
            names,
        }
    }

    /// Tells the number of every such name, and where it stands in the original.
    pub(super) fn each(&self, form: &Form<'_>, mut tell: impl FnMut(Range<usize>, usize)) {
        self.finder.each_in_form(form, |found, name| {
            let (number, spellings) = &self.names[name];
            if spellings.contains(&form.text[found.clone()]) {
                form.whole(found).into_iter().for_each(|range| tell(range, *number));
            }
        });
    }
}
