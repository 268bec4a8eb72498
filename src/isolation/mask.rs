//! What stands in the place of names in a text, and what is told of them.

use std::{collections::BTreeMap, ops::Range};

use super::{
    ANOTHER, Hit, Kind, LOG, Verdict,
    bare::named,
    names::{Owner, Pattern},
    search::{Found, Reader, Standing, kind_of},
};
use crate::events::Target;

/// What a reader may see of a text, and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text as the reader may see it; none if nothing has to be masked.
    pub shown: Option<String>,
    /// Everything found, allowed or not, in the order of the text.
    pub hits: Vec<Hit>,
}

/// So many characters of what was found are told.
pub(super) const LONGEST: usize = 120;

impl Reader<'_> {
    /// The text as the reader may see it; none if nobody else is named in it.
    pub fn mask(&self, text: &str) -> Option<Masked> {
        let found = self.search_text(text);
        if found.is_empty() {
            return None;
        }
        let mut shown = String::with_capacity(text.len());
        let mut from = 0;
        for (range, name) in self.stretches(text, &found) {
            shown.push_str(&text[from..range.start]);
            shown.push_str(&self.instead(name));
            from = range.end;
        }
        shown.push_str(&text[from..]);
        Some(Masked {
            shown: (from > 0).then_some(shown),
            hits: self.hits(text, &found),
        })
    }

    /// What was found, each once, in the order in which it first stands there.
    fn hits(&self, text: &str, found: &[Found]) -> Vec<Hit> {
        let mut places: BTreeMap<(usize, Verdict, &str), (usize, u64)> = BTreeMap::new();
        let mut end = 0;
        for found in found {
            // What lies inside a longer name is told with it.
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

    /// What is to be replaced: names that overlap as one, and with a domain the whole address or
    /// URL it stands in.
    fn stretches(&self, text: &str, found: &[Found]) -> Vec<(Range<usize>, usize)> {
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

    /// What stands in the place of a name.
    fn instead(&self, name: usize) -> String {
        self.instead_of(&self.names.patterns[name])
    }

    fn instead_of(&self, pattern: &Pattern) -> String {
        let owner = pattern.owners.iter().find(|(owner, _)| !self.is_own(*owner));
        match owner.map(|(owner, _)| owner) {
            Some(Owner::Agent(at)) => format!("[{}]", self.names.agents[*at].pseudonym),
            Some(Owner::Vendor) => LOG.to_owned(),
            _ => ANOTHER.to_owned(),
        }
    }

    /// What to tell of a name found in a text.
    pub fn hit(&self, found: &Found, text: &str) -> Hit {
        let pattern = &self.names.patterns[found.name];
        self.hit_of(pattern, &text[found.range.clone()], found.verdict())
    }

    fn hit_of(&self, pattern: &Pattern, text: &str, verdict: Verdict) -> Hit {
        Hit {
            text: crate::text::shortened(text, LONGEST).into_owned(),
            kind: kind_of(pattern, |owner| self.is_own(owner)),
            of: self.names.whose(pattern, self.own),
            rule: pattern.rule(),
            verdict,
            times: 1,
        }
    }

    /// Whether a target is somebody else as a whole, so that nothing of it may be told: its id or
    /// its name, however short, is another's.
    pub fn withheld(&self, target: &Target) -> Option<(String, Hit)> {
        let texts = [("target.id", &target.id), ("target.name", &target.name)].into_iter();
        let mut texts = texts.filter_map(|(field, text)| Some((field, text.as_deref()?)));
        texts.find_map(|(field, text)| self.in_field(field).wholly(text))
    }

    /// What stands in the place of a value that is somebody else's name and nothing more.
    fn wholly(&self, text: &str) -> Option<(String, Hit)> {
        let name = named(text);
        if let Some(number) = self.names.short.get(&name) {
            let pattern = &self.names.patterns[*number];
            let foreign = self.standing_of(pattern) == Standing::Foreign;
            return foreign.then(|| (self.instead_of(pattern), self.hit_of(pattern, text, Verdict::Masked)));
        }
        let whole = |found: &&Found| found.is_foreign() && named(&text[found.range.clone()]) == name;
        let found = self.search_text(text);
        let found = found.iter().find(whole)?;
        Some((self.instead(found.name), self.hit(found, text)))
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
