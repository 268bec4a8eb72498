//! Replaces names of others in a text, and describes what was found.

use std::{collections::BTreeMap, ops::Range};

use super::{
    ANOTHER, Hit, Kind, LOG, Rule, SEVERAL, Verdict,
    lookup_form::lookup_form,
    pattern::{Owner, Pattern},
    search::{FoundName, Ownership, TenantSearch, kind_of},
    shared_objects::OWNERS,
};
use crate::events::Target;

/// A text as the tenant may see it, and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text as the reader may see it; none if nothing has to be masked.
    pub shown: Option<String>,
    /// Everything found, allowed or not, in the order of the text.
    pub hits: Vec<Hit>,
}

/// Characters of a found name that are kept.
pub(super) const LONGEST: usize = 120;

impl TenantSearch<'_> {
    /// Returns the text as the tenant may see it, or `None` if it names no other tenant or agent.
    pub fn mask(&self, text: &str) -> Option<Masked> {
        let found = self.search_text(text);
        if found.is_empty() {
            return None;
        }
        let mut shown = String::with_capacity(text.len());
        let mut from = 0;
        for (range, name) in self.stretches(text, &found) {
            shown.push_str(&text[from..range.start]);
            shown.push_str(&self.replacement(name));
            from = range.end;
        }
        shown.push_str(&text[from..]);
        Some(Masked {
            shown: (from > 0).then_some(shown),
            hits: self.hits(text, &found),
        })
    }

    /// Returns what was found, each name once, in the order of its first place.
    fn hits(&self, text: &str, found: &[FoundName]) -> Vec<Hit> {
        let mut places: BTreeMap<(usize, Verdict, &str), (usize, u64)> = BTreeMap::new();
        let mut end = 0;
        for found in found {
            // A name inside a longer one is reported with the longer one.
            if found.range.end > end {
                end = found.range.end;
                let key = (found.name, found.verdict(), &text[found.range.clone()]);
                places.entry(key).or_insert((found.range.start, 0)).1 += 1;
            }
        }
        let mut places: Vec<_> = places.into_iter().collect();
        places.sort_by_key(|(_, (first, _))| *first);
        let hit = |((name, verdict, text), (_, times)): ((usize, Verdict, &str), _)| Hit {
            times,
            ..self.hit_of(&self.names.patterns[name], text, verdict)
        };
        places.into_iter().map(hit).collect()
    }

    /// Returns the ranges to replace: overlapping names as one, and for a domain the whole address
    /// or URL.
    fn stretches(&self, text: &str, found: &[FoundName]) -> Vec<(Range<usize>, usize)> {
        let mut stretches: Vec<(Range<usize>, usize)> = Vec::new();
        for found in found.iter().filter(|found| found.is_foreign()) {
            let end = stretches.last().map_or(0, |(last, _)| last.end);
            if found.range.end <= end {
                continue;
            }
            let range = match self.kind(found.name) {
                // Not before what is already replaced: a long text may hold an address at every
                // step.
                Kind::Domain | Kind::Address => around(text, end.min(found.range.start), found.range.clone()),
                _ => found.range.clone(),
            };
            let (mut range, mut name) = (range, found.name);
            while let Some((last, first)) = stretches.pop_if(|(last, _)| range.start < last.end) {
                range = last.start.min(range.start)..last.end.max(range.end);
                name = first;
            }
            stretches.push((range, name));
        }
        stretches
    }

    /// Returns the text that replaces a name.
    fn replacement(&self, name: usize) -> String {
        self.replacement_of(&self.names.patterns[name])
    }

    fn replacement_of(&self, pattern: &Pattern) -> String {
        let owner = pattern.owners.iter().find(|(owner, _)| !self.is_own(*owner));
        match owner.map(|(owner, _)| owner) {
            Some(Owner::Agent(at)) => format!("[{}]", self.names.agents[*at].pseudonym),
            Some(Owner::Vendor) => LOG.to_owned(),
            _ => ANOTHER.to_owned(),
        }
    }

    /// Describes a name that was found in a text.
    pub fn hit(&self, found: &FoundName, text: &str) -> Hit {
        let pattern = &self.names.patterns[found.name];
        self.hit_of(pattern, &text[found.range.clone()], found.verdict())
    }

    fn hit_of(&self, pattern: &Pattern, text: &str, verdict: Verdict) -> Hit {
        Hit {
            text: crate::text::shortened(text, LONGEST).into_owned(),
            kind: kind_of(pattern, |owner| self.is_own(owner)),
            of: self.names.owner_ids(pattern, self.own),
            rule: pattern.rule(),
            verdict,
            times: 1,
        }
    }

    /// Returns the replacement for a target whose id or name, however short, is another's. Nothing
    /// of such a target is shown.
    pub fn replacement_for(&self, target: &Target) -> Option<(String, Hit)> {
        let texts = [("target.id", &target.id), ("target.name", &target.name)].into_iter();
        let mut texts = texts.filter_map(|(field, text)| Some((field, text.as_deref()?)));
        texts.find_map(|(field, text)| self.in_field(field).exact_foreign_match(text))
    }

    /// Returns the replacement for a value that is exactly another's name.
    fn exact_foreign_match(&self, text: &str) -> Option<(String, Hit)> {
        let name = lookup_form(text);
        if let Some(number) = self.names.short.get(&name) {
            let pattern = &self.names.patterns[*number];
            let foreign = self.ownership_of(pattern) == Ownership::Foreign;
            return foreign.then(|| {
                (
                    self.replacement_of(pattern),
                    self.hit_of(pattern, text, Verdict::Masked),
                )
            });
        }
        let whole = |found: &&FoundName| found.is_foreign() && lookup_form(&text[found.range.clone()]) == name;
        let found = self.search_text(text);
        let found = found.iter().find(whole)?;
        Some((self.replacement(found.name), self.hit(found, text)))
    }

    /// Returns the replacement for a target of an event of several tenants if it is known to be
    /// another tenant's object and not one of `own`. A name that several tenants have (`Settings`)
    /// says nothing of any of them.
    pub fn foreign_object(&self, target: &Target, own: &[usize]) -> Option<(String, Hit)> {
        let shared_objects = &self.names.shared_objects;
        let texts = [(&target.id, OWNERS), (&target.name, 1)].into_iter();
        let known =
            texts.filter_map(|(text, most)| Some((text.as_deref()?, shared_objects.number(text.as_deref()?)?, most)));
        let known: Vec<_> = known.collect();
        if known.iter().any(|(_, thing, _)| own.binary_search(thing).is_ok()) {
            return None;
        }
        let theirs = |(text, thing, most): &&(&str, usize, usize)| {
            (1..=*most).contains(&shared_objects.owners[*thing].len()) && !self.may_stand(text)
        };
        let (text, thing, _) = known.iter().find(theirs)?;
        let hit = Hit {
            text: crate::text::shortened(text, LONGEST).into_owned(),
            kind: Kind::Thing,
            of: shared_objects.owners[*thing].clone(),
            rule: Rule::Exact,
            verdict: Verdict::Masked,
            times: 1,
        };
        (!self.is_own_person(target)).then(|| (SEVERAL.to_owned(), hit))
    }
}

/// The address or URL that a stretch lies in: everything up to blanks, quotation marks, brackets
/// and separators.
fn around(text: &str, from: usize, range: Range<usize>) -> Range<usize> {
    let ends = |c: char| !c.is_ascii_graphic() || ",;()<>\"'[]{}|`".contains(c);
    let before = text[from..range.start].rfind(ends).map(|at| from + at);
    let start = before.map_or(from, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let end = text[range.end..].find(ends).map_or(text.len(), |at| range.end + at);
    start..end
}
