//! Records by others that name a listed identity, and listed identities that no record has.

use std::{
    cell::OnceCell,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::{AgentId, Case, fold},
    scope::{Actors, Relation},
    tally::{NearKind, NearMiss, NearName},
};

/// Records in a window that count as others', and listed identities that no such record has: a
/// profile that misses a field, an identity that is not listed as it is logged, or a scope drawn
/// too narrow shows here first.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct NearFinding {
    /// Records in which a listed identity stands as a target or in a text, and not in the name of
    /// the actor.
    pub mentions: u64,
    /// Those records by the columns or members in which an identity stands first, where that is
    /// known: a field there that says who acted is not read by the profile.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mentioned_in: BTreeMap<String, u64>,
    /// Records whose actor's name holds a listed identity, beside other characters or in another
    /// form. They are among `forms`.
    pub in_names: u64,
    /// Records by agents of a scope, in other sessions or from other addresses than the scopes
    /// name.
    pub narrowed: u64,
    /// Records by listed agents whom no scope has whose window holds the record's time.
    pub outside_scopes: u64,
    /// Records whose actor's name is made of a listed identity, and is none.
    pub forms: u64,
    /// Those names, by agent, identity and name.
    pub identities: Vec<NearIdentity>,
    /// The listed identities of agents of a scope that no record in a window has as its actor, in
    /// the order of the case.
    pub unseen: Vec<UnseenIdentity>,
    /// The agents of a scope of whom that is true of every identity, in the order of the case.
    pub unseen_agents: Vec<UnseenAgent>,
    /// Whether the records in the windows name too many different actors to look for the nearest to
    /// an identity that none has.
    pub too_many_actors: bool,
}

/// A name that is made of a listed identity.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct NearIdentity {
    /// As listed.
    pub identity: String,
    /// Whose it is.
    pub agent: AgentId,
    /// The name as logged.
    pub as_logged: String,
    /// How the name is made of the identity.
    pub relation: Relation,
    /// Records in a window by this name.
    pub records: u64,
    /// The first of them: position in `sources`.
    pub source: usize,
    /// And where it starts, in bytes from 0.
    pub offset: u64,
}

/// A listed identity that no record in a window has as its actor.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UnseenIdentity {
    /// As listed.
    pub identity: String,
    /// Whose it is.
    pub agent: AgentId,
    /// The name of an actor in a window that is nearest to it and no listed identity, if any is
    /// near.
    pub nearest: Option<NearestName>,
}

/// An actor's name.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct NearestName {
    /// As logged.
    pub name: String,
    /// Records in a window by it.
    pub records: u64,
}

/// An agent of a scope whom no record in a window has as its actor.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UnseenAgent {
    /// As listed.
    pub agent: AgentId,
    /// Whether a record outside the windows has; none where that was not looked for.
    pub outside_windows: Option<bool>,
}

/// The records themselves, each with its position: the vendor's own.
#[derive(Debug, Clone, Default)]
pub struct NearRecords {
    /// Every listed identity and its agent; the records refer to them by position.
    pub identities: Vec<(AgentId, String)>,
    /// In source order.
    pub records: Vec<NearMiss>,
}

/// Fields with mentions that are counted apart.
const MOST_FIELDS: usize = 64;

impl NearRecords {
    pub(super) fn new(case: &Case, records: Vec<NearMiss>) -> Self {
        let each = |agent: &crate::case::Agent| {
            let id = agent.id.clone();
            let own = agent
                .all_identities()
                .map(move |identity| (id.clone(), identity.to_owned()));
            own.collect::<Vec<_>>()
        };
        Self {
            identities: case.agents.iter().flat_map(each).collect(),
            records,
        }
    }

    /// The figures.
    pub(super) fn finding(&self, case: &Case, actors: &Actors) -> NearFinding {
        let mut finding = NearFinding {
            too_many_actors: actors.overflown,
            ..NearFinding::default()
        };
        let mut names: BTreeMap<(usize, &str, Relation), NearIdentity> = BTreeMap::new();
        for near in &self.records {
            let any = |is: &dyn Fn(&NearName) -> bool| u64::from(near.names.iter().any(is));
            finding.mentions += any(&|name| name.kind == NearKind::Mention);
            finding.narrowed += any(&|name| name.kind == NearKind::Narrowed);
            finding.outside_scopes += any(&|name| name.kind == NearKind::OutsideScopes);
            finding.forms += any(&|name| matches!(name.kind, NearKind::Form(_)));
            finding.in_names += any(&|name| self.holds(name));
            let fields: BTreeSet<_> = near.names.iter().filter_map(|name| name.field.as_deref()).collect();
            for field in fields {
                // What log writers make up is bounded.
                if finding.mentioned_in.len() < MOST_FIELDS || finding.mentioned_in.contains_key(field) {
                    *finding.mentioned_in.entry(field.to_owned()).or_default() += 1;
                }
            }
            for name in &near.names {
                let NearKind::Form(relation) = name.kind else {
                    continue;
                };
                let (agent, identity) = &self.identities[name.identity];
                let one = names.entry((name.identity, &name.as_logged, relation));
                let one = one.or_insert_with(|| NearIdentity {
                    identity: identity.clone(),
                    agent: agent.clone(),
                    as_logged: name.as_logged.clone(),
                    relation,
                    records: 0,
                    source: near.at.source,
                    offset: near.at.offset,
                });
                one.records += 1;
            }
        }
        finding.unseen = self.unseen(case, actors, &names);
        finding.unseen_agents = Self::unseen_agents(case, actors);
        finding.identities = names.into_values().collect();
        finding
    }

    /// Whether an actor's name holds an identity of the agent whose identity it is made of, as it
    /// is or in another form.
    fn holds(&self, name: &NearName) -> bool {
        let NearKind::Form(relation) = name.kind else {
            return false;
        };
        // Those of one agent stand beside each other.
        let (agent, _) = &self.identities[name.identity];
        let (before, from) = self.identities.split_at(name.identity);
        let own = |(other, _): &&(AgentId, String)| other == agent;
        let mut all = before.iter().rev().take_while(own).chain(from.iter().take_while(own));
        let folded = fold(&name.as_logged);
        relation.holds_whole()
            || relation != Relation::OtherCase && all.any(|(_, identity)| is_in(&fold(identity), &folded))
    }

    fn unseen_agents(case: &Case, actors: &Actors) -> Vec<UnseenAgent> {
        let own = numbers_by_agent(case);
        let unseen = agents_of_scopes(case)
            .into_iter()
            .filter(|agent| !own[*agent].clone().any(|identity| actors.seen[identity]));
        let finding = |agent: usize| UnseenAgent {
            agent: case.agents[agent].id.clone(),
            outside_windows: actors.outside.get(&agent).copied(),
        };
        unseen.map(finding).collect()
    }

    fn unseen(
        &self,
        case: &Case,
        actors: &Actors,
        forms: &BTreeMap<(usize, &str, Relation), NearIdentity>,
    ) -> Vec<UnseenIdentity> {
        let others = Others::new(actors);
        let own = numbers_by_agent(case);
        let mut wanted = Vec::new();
        for agent in agents_of_scopes(case) {
            // An identity may be listed twice, as an id and as a user name.
            let seen = own[agent].clone().filter(|identity| actors.seen[*identity]);
            let mut told: BTreeSet<String> = seen
                .map(|identity| fold(&self.identities[identity].1).into_owned())
                .collect();
            let unseen = own[agent].clone().filter(|identity| !actors.seen[*identity]);
            wanted.extend(unseen.filter(|identity| told.insert(fold(&self.identities[*identity].1).into_owned())));
        }
        let finding = |identity: usize| {
            let (agent, text) = self.identities[identity].clone();
            let first = (identity, "", Relation::OtherCase);
            let made = forms.range(first..).take_while(|((own, ..), _)| *own == identity);
            let made = made
                .map(|(_, form)| form)
                .max_by_key(|form| (form.records, Reverse(&form.as_logged)));
            let nearest = made.map(|form| NearestName {
                name: form.as_logged.clone(),
                records: form.records,
            });
            UnseenIdentity {
                nearest: nearest.or_else(|| others.nearest(&text)),
                identity: text,
                agent,
            }
        };
        wanted.into_iter().map(finding).collect()
    }
}

/// Whether an identity stands in a name as a whole word.
fn is_in(identity: &str, name: &str) -> bool {
    let mut places = name.match_indices(identity);
    !identity.is_empty()
        && places.any(|(at, _)| {
            let (before, behind) = (&name[..at], &name[at + identity.len()..]);
            !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric)
        })
}

/// Returns the numbers of each agent's identities.
fn numbers_by_agent(case: &Case) -> Vec<std::ops::Range<usize>> {
    let mut start = 0;
    let own = case.agents.iter().map(|agent| {
        let own = start..start + agent.all_identities().count();
        start = own.end;
        own
    });
    own.collect()
}

fn agents_of_scopes(case: &Case) -> BTreeSet<usize> {
    case.scopes
        .iter()
        .flat_map(|scope| scope.agents.iter().copied())
        .collect()
}

/// Names of actors that are no listed identity, by which the nearest is found.
///
/// By the numbers in them: names that are numbered are near to each other, and another number is
/// another person's.
struct Others<'a>(BTreeMap<u64, Alike<'a>>);

/// Names with the same hash of their numbers.
#[derive(Default)]
struct Alike<'a> {
    /// Each with how many records have it.
    names: Vec<(&'a str, u64)>,
    /// Made for the first comparison: few numbers are those of an identity.
    others: OnceCell<Vec<Other<'a>>>,
}

struct Other<'a> {
    folded: Vec<char>,
    /// Which characters it has, as bits.
    letters: u64,
    name: &'a str,
    records: u64,
}

/// Highest number of letters that may be missing, added, replaced or transposed, and letters a name
/// needs for each of them. Short names are close to many others.
const SLIPS: usize = 2;
const LETTERS_A_SLIP: usize = 4;

impl<'a> Alike<'a> {
    fn others(&self) -> &[Other<'a>] {
        let other = |(name, records): &(&'a str, u64)| {
            let folded: Vec<char> = fold(name).chars().collect();
            Other {
                letters: letters(&folded),
                folded,
                name,
                records: *records,
            }
        };
        self.others.get_or_init(|| self.names.iter().map(other).collect())
    }
}

impl<'a> Others<'a> {
    fn new(actors: &'a Actors) -> Self {
        let mut all: BTreeMap<_, Alike<'a>> = BTreeMap::new();
        for (name, records) in &actors.others {
            all.entry(hash_of_numbers(name))
                .or_default()
                .names
                .push((name, *records));
        }
        Self(all)
    }

    fn nearest(&self, identity: &str) -> Option<NearestName> {
        let folded: Vec<char> = fold(identity).chars().collect();
        let own = letters(&folded);
        let most = (folded.len() / LETTERS_A_SLIP).min(SLIPS);
        let alike = self.0.get(&hash_of_numbers(identity))?;
        let near = alike.others().iter().filter_map(|other| {
            // Each slip changes the length by one at most, and two letters.
            let may = other.folded.len().abs_diff(folded.len()) <= most
                && (own ^ other.letters).count_ones() as usize <= 2 * most;
            let slips = may.then(|| slips(&folded, &other.folded, most)).flatten()?;
            let same = numbers(identity).eq(numbers(other.name));
            same.then_some((slips, Reverse(other.records), other.name))
        });
        let (_, Reverse(records), name) = near.min()?;
        Some(NearestName {
            name: name.to_owned(),
            records,
        })
    }
}

/// The numbers in a name, without the zeros that they begin with.
fn numbers(name: &str) -> impl Iterator<Item = &str> {
    let runs = name.split(|c: char| !c.is_ascii_digit());
    runs.filter(|run| !run.is_empty())
        .map(|run| run.trim_start_matches('0'))
}

/// Equal for names with the same numbers, and hardly for others.
fn hash_of_numbers(name: &str) -> u64 {
    /// Arbitrary multiplier with an uneven value, which spreads the bits.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = 0_u64;
    let mut number = None;
    for byte in name.bytes().chain([b' ']) {
        if byte.is_ascii_digit() {
            let before: u64 = number.unwrap_or_default();
            number = Some(before.wrapping_mul(10).wrapping_add(u64::from(byte - b'0')));
        } else if let Some(number) = number.take() {
            hash = (hash ^ number).wrapping_add(1).wrapping_mul(SPREAD);
        }
    }
    hash
}

fn letters(folded: &[char]) -> u64 {
    folded.iter().fold(0, |letters, c| letters | 1 << (u32::from(*c) % 64))
}

/// Returns the number of slips between two names, if it is at most `most`: the distance of optimal
/// string alignment. The comparison ends at the first slip too many, so it costs little more than
/// the common beginning.
fn slips(one: &[char], other: &[char], most: usize) -> Option<usize> {
    let alike = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[alike..], &other[alike..]);
    if one.is_empty() || other.is_empty() {
        let left = one.len() + other.len();
        return (left <= most).then_some(left);
    }
    let fewer = most.checked_sub(1)?;
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let exchanged = || {
        let both = one.len() > 1 && other.len() > 1;
        let turned = both && one[0] == other[1] && one[1] == other[0];
        turned.then(|| slips(&one[2..], &other[2..], fewer)).flatten()
    };
    let found = [
        slips(&one[1..], &other[1..], fewer),
        slips(&one[1..], other, fewer),
        slips(one, &other[1..], fewer),
        exchanged(),
    ];
    found.into_iter().flatten().min().map(|slips| slips + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn slips_are_the_distance_of_optimal_string_alignment(one in "[ab-c]{0,7}", other in "[ab-c]{0,7}", most in 0..3_usize) {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            let distance = strsim::osa_distance(&one, &other);
            let expected = (distance <= most).then_some(distance);
            proptest::prop_assert_eq!(slips(&letters(&one), &letters(&other), most), expected);
        }
    }

    #[test]
    fn names_of_the_same_numbers_have_the_same_hash() {
        let names = [
            "a-7", "b007", "7.", "a7-0", "0-7", "7", "70", "7-1", "71", "", "x", "0", "00x0",
        ];
        for one in names {
            for other in names {
                let same = numbers(one).eq(numbers(other));
                assert_eq!(hash_of_numbers(one) == hash_of_numbers(other), same, "{one} {other}");
            }
        }
    }

    #[test]
    fn nearest_name_has_the_fewest_slips_then_the_most_records() {
        let actors = Actors {
            others: [
                ("bd-agent-07", 63),
                ("bd-agnte-08", 90),
                ("bd-agent-17", 99),
                ("zed", 5),
                ("Müller", 2),
            ]
            .map(|(name, records)| (name.to_owned(), records))
            .into(),
            ..Actors::default()
        };
        let others = Others::new(&actors);
        for (identity, expected) in [
            ("bd-agnet-07", Some(("bd-agent-07", 63))),
            ("BD-AGENT-7", Some(("bd-agent-07", 63))),
            ("bd-agent-27", None),
            ("zad", None),
            ("muller", Some(("Müller", 2))),
            ("somebody", None),
        ] {
            let found = others.nearest(identity);
            let found = found.as_ref().map(|found| (found.name.as_str(), found.records));
            assert_eq!(found, expected, "{identity}");
        }
    }
}
