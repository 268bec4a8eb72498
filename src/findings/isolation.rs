//! Figures about names of others in tenants' copies.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, caveats};
use crate::{
    case::TenantId,
    isolation::{ClaimedName, Hit, Kind, Names, NearCaseWord, Verdict},
    records::Locator,
};

/// What was found of others in customers' copies.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct IsolationFinding {
    /// How many names were looked for: those of every tenant with an event and of every agent, and
    /// those of the directory whose words stand in anything that could be printed.
    pub names: u64,
    /// How many of them are so short that they were looked for as whole values, and those of
    /// tenants in texts as they are typed.
    pub short: u64,
    /// Texts in customers' copies in which something is masked.
    pub masked: u64,
    /// Names of others that stand in customers' copies because the case allows them.
    pub allowed: u64,
    /// Words in customers' copies that may name another tenant or be ordinary ones: they stand, and
    /// a person decides.
    pub near: u64,
    /// Tenants whose files were not released, because a name of somebody else's was still in them.
    /// In id order.
    pub stopped: Vec<TenantId>,
    /// Logged names of tenants that belong to another tenant, and are masked in the copy of the one
    /// that an event calls so.
    pub claimed: Vec<ClaimedName>,
    /// Words in what the case says to every customer that may name a tenant or an agent: they
    /// stand, and a person decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub case_words: Vec<NearCaseWord>,
    /// Everything found, by tenant, field and name; what stopped a release first.
    pub found: Vec<MentionFinding>,
}

/// A name of somebody else's in a customer's copy.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct MentionFinding {
    /// Whose copy.
    pub tenant: TenantId,
    /// The field of the event, or the file, in which it was found.
    pub field: String,
    /// As it stands there.
    pub text: String,
    /// What kind of name.
    pub kind: Kind,
    /// Ids of those whose it is, the first five; none where that is not known, and for the vendor's
    /// own.
    pub of: Vec<String>,
    /// What became of it.
    pub verdict: Verdict,
    /// How often.
    pub times: u64,
}

/// Names of others in one text of a customer's copy, or in one of its files. This is the vendor's
/// own: it holds the text as it was logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Recipient of the copy.
    pub tenant: TenantId,
    /// Position of the event's record; `None` for a file.
    pub at: Option<Locator>,
    /// The event's id, as logged.
    pub event_id: Option<String>,
    /// The field of the event, or the file.
    pub field: String,
    /// Text as logged.
    pub original: Option<String>,
    /// Text as the tenant sees it, or `None` if it is unchanged.
    pub shown: Option<String>,
    /// Names found in it.
    pub hits: Vec<Hit>,
}

/// Names to search for in tenants' copies, and the results.
#[derive(Debug, Clone, Default)]
pub struct Isolation {
    /// Everybody's names.
    pub names: Names,
    /// Mentions by tenant, in time order. Those that stopped a release come last.
    pub mentions: Vec<Mention>,
    /// Words of the case's own sentences that a person has to decide about.
    pub case_words: Vec<NearCaseWord>,
}

/// A name that stopped more reports than a few: one question to the vendor, whose answer releases
/// all of them or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question<'f> {
    /// Name as it occurs in the first of the files.
    pub text: &'f str,
    /// Kind of the name.
    pub kind: Kind,
    /// Ids of those whose it is.
    pub of: &'f [String],
    /// The files in which it stands.
    pub files: BTreeSet<&'f str>,
    /// Tenants whose reports wait.
    pub tenants: BTreeSet<&'f TenantId>,
    /// Total number of occurrences.
    pub times: u64,
}

/// A name that stops no more reports than these is a finding of each.
const FEW: usize = 3;

impl IsolationFinding {
    /// Returns the names that stopped more than a few reports, and every other finding.
    pub fn questions(&self) -> (Vec<Question<'_>>, Vec<&MentionFinding>) {
        let (stops, others): (Vec<_>, Vec<_>) = self.found.iter().partition(|found| found.verdict == Verdict::Stopped);
        let key = |found: &MentionFinding| (found.text.to_lowercase(), found.kind, found.of.clone());
        let mut questions: BTreeMap<_, Question<'_>> = BTreeMap::new();
        for found in &stops {
            let question = questions.entry(key(found)).or_insert_with(|| Question {
                text: &found.text,
                kind: found.kind,
                of: &found.of,
                files: BTreeSet::new(),
                tenants: BTreeSet::new(),
                times: 0,
            });
            question.files.insert(&found.field);
            question.tenants.insert(&found.tenant);
            question.times += found.times;
        }
        questions.retain(|_, question| question.tenants.len() > FEW);
        let single = stops.into_iter().filter(|found| !questions.contains_key(&key(found)));
        let rest = single.chain(others).collect();
        (questions.into_values().collect(), rest)
    }
}

/// Number of owners of a name that are listed.
const OWNERS: usize = 5;

impl Isolation {
    /// In figures.
    pub(super) fn finding(&self) -> IsolationFinding {
        let (names, short) = self.names.counts();
        let hits = || self.mentions.iter().flat_map(|mention| &mention.hits);
        let times = |verdict: Verdict| {
            let own = hits().filter(|hit| hit.verdict == verdict);
            own.map(|hit| hit.times).sum()
        };
        let stopped = self.mentions.iter().filter(|mention| mention.stops());
        let stopped: BTreeSet<_> = stopped.map(|mention| mention.tenant.clone()).collect();
        IsolationFinding {
            names,
            short,
            masked: self.mentions.iter().filter(|mention| mention.shown.is_some()).count() as u64,
            allowed: times(Verdict::Allowed),
            near: times(Verdict::Near),
            stopped: stopped.into_iter().collect(),
            claimed: self.names.claimed().to_vec(),
            case_words: self.case_words.clone(),
            found: self.found(),
        }
    }

    fn found(&self) -> Vec<MentionFinding> {
        let mut found: BTreeMap<_, MentionFinding> = BTreeMap::new();
        for mention in &self.mentions {
            for hit in &mention.hits {
                let key = (
                    hit.verdict,
                    &mention.tenant,
                    &mention.field,
                    &hit.text,
                    hit.kind,
                    &hit.of,
                );
                let finding = || MentionFinding::new(mention, hit);
                found.entry(key).or_insert_with(finding).times += hit.times;
            }
        }
        found.into_values().collect()
    }
}

impl MentionFinding {
    /// Not yet counted.
    fn new(mention: &Mention, hit: &Hit) -> Self {
        Self {
            tenant: mention.tenant.clone(),
            field: mention.field.clone(),
            text: hit.text.clone(),
            kind: hit.kind,
            of: hit.of.iter().take(OWNERS).cloned().collect(),
            verdict: hit.verdict,
            times: 0,
        }
    }
}

impl Mention {
    /// About how much memory it takes.
    pub(super) fn weight(&self) -> u64 {
        let texts = [&self.event_id, &self.original, &self.shown].into_iter().flatten();
        let texts = texts.map(String::len).sum::<usize>();
        let hits = self
            .hits
            .iter()
            .map(|hit| size_of::<Hit>() + hit.text.len() + 32 * hit.of.len());
        (size_of::<Self>() + texts + hits.sum::<usize>()) as u64
    }

    fn stops(&self) -> bool {
        self.hits.iter().any(|hit| hit.verdict == Verdict::Stopped)
    }
}

impl Answer {
    /// The answer with what the search of the rendered files found: the last thing that is known of
    /// it.
    #[must_use]
    pub fn with_stops(mut self, stops: Vec<Mention>) -> Self {
        if stops.is_empty() {
            return self;
        }
        self.isolation.mentions.extend(stops);
        let findings = &mut self.findings;
        findings.isolation = self.isolation.finding();
        let stopped = &findings.isolation.stopped;
        let impacts = self.tenants.iter_mut().map(|tenant| &mut tenant.finding);
        for tenant in findings.tenants.iter_mut().chain(impacts) {
            tenant.released = stopped.binary_search(&tenant.id).is_err();
        }
        let caveat = caveats::leak_stopped(findings);
        findings.caveats.splice(0..0, caveat);
        findings.complete = findings.caveats.is_empty();
        self
    }
}
