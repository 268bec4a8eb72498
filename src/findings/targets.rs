//! People and objects that a tenant's actions name: one entry each, with what was done to it and
//! what to check.

use std::{cmp::Reverse, collections::BTreeMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::verdict::{Fact, StepKind, checks};
use crate::{
    events::Target,
    isolation::{ANOTHER, SEVERAL, TenantSearch},
};

/// Relation of a target to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// A user, person or account: its type says so, or its id or name holds an address.
    Person,
    /// Anything else that has an id or a name.
    Object,
    /// The tenant itself.
    Tenant,
    /// Not shown, since it is not known to be the tenant's. There may be several behind one entry.
    Withheld,
}

impl TargetKind {
    /// Returns the name in files: `person`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Object => "object",
            Self::Tenant => "tenant",
            Self::Withheld => "withheld",
        }
    }
}

/// A person or an object that actions name, known by its type and its id, else its name, as in the
/// tenant's copy.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TargetFinding {
    /// Relation to the tenant.
    pub kind: TargetKind,
    /// Position, from 1, among the targets of the first of its actions: its type, id and name stand
    /// there.
    pub target: u64,
    /// Positions in the tenant's list of actions, from 1, of those that name it.
    pub actions: Vec<u64>,
    /// Number of them that are tied to the intruder.
    pub tied: u64,
    /// Number of them that are not tied, and of a session with tied actions.
    pub linked: u64,
    /// Checks in the order in which to do them. Empty where it is not shown.
    pub check: Vec<StepKind>,
}

/// All that a tenant's actions name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NamedTargets {
    /// Ordered by kind; then tied ones, linked ones, gravest deed and first action.
    pub(crate) targets: Vec<TargetFinding>,
    /// Type, id and name of each in its first action.
    pub(crate) texts: Vec<Target>,
    /// Positions of actions that name no person and no object.
    pub(crate) untargeted: Vec<u64>,
}

impl NamedTargets {
    /// Returns about how many bytes of memory it takes.
    pub(super) fn weight(&self) -> u64 {
        let entry =
            |target: &TargetFinding| size_of::<TargetFinding>() + size_of_val(&target.actions[..]) + target.check.len();
        let entries = self.targets.iter().map(entry).sum::<usize>();
        (entries + size_of_val(&self.untargeted[..])) as u64
    }

    /// Returns the number of entries of a kind.
    pub(crate) fn count(&self, kind: TargetKind) -> u64 {
        self.targets.iter().filter(|target| target.kind == kind).count() as u64
    }
}

/// Targets of a tenant, gathered action by action.
#[derive(Debug, Default)]
pub(crate) struct TargetGroups {
    found: Vec<FoundTarget>,
    known: BTreeMap<String, usize>,
    untargeted: Vec<u64>,
    actions: u64,
    /// Buffer for a key, so that none is allocated for a known target.
    key: String,
}

#[derive(Debug)]
struct FoundTarget {
    kind: TargetKind,
    first: Target,
    target: u64,
    actions: Vec<u64>,
}

impl TargetGroups {
    /// Gathers the targets of these actions, in order.
    pub(crate) fn of<'e>(actions: impl IntoIterator<Item = &'e [Target]>) -> Self {
        let mut targets = Self::default();
        actions.into_iter().for_each(|action| targets.add(action));
        targets
    }

    /// Adds the targets of the next action.
    pub(crate) fn add(&mut self, targets: &[Target]) {
        self.actions += 1;
        let mut named = false;
        for (at, target) in (1..).zip(targets) {
            named |= self.target(at, target);
        }
        if !named {
            self.untargeted.push(self.actions);
        }
    }

    /// Adds a target, unless it has neither an id nor a name.
    fn target(&mut self, at: u64, target: &Target) -> bool {
        fn text(field: Option<&String>) -> Option<&str> {
            field.map(String::as_str).filter(|text| !text.is_empty())
        }
        // A display name may change; what has an id is known by it.
        let id = text(target.id.as_ref());
        let Some(known_by) = id.or_else(|| text(target.name.as_ref())) else {
            return false;
        };
        self.key.clear();
        self.key.push_str(if id.is_some() { "id" } else { "name" });
        for part in [target.kind.as_deref().unwrap_or_default(), known_by] {
            // No two keys are one: the first part ends where its length says.
            self.key.push_str(&format_args!("\0{}\0", part.len()).to_string());
            self.key.push_str(part);
        }
        let number = self.actions;
        if let Some(known) = self.known.get(&self.key) {
            let actions = &mut self.found[*known].actions;
            if actions.last() != Some(&number) {
                actions.push(number);
            }
            return true;
        }
        self.known.insert(self.key.clone(), self.found.len());
        self.found.push(FoundTarget {
            kind: kind(target),
            first: target.clone(),
            target: at,
            actions: vec![number],
        });
        true
    }

    /// Returns the entries for the tenant of this id. The facts are those of the actions, in order.
    pub(crate) fn named(&self, tenant: &str, facts: &[Fact]) -> NamedTargets {
        let fact = |number: &u64| {
            let at = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
            at.and_then(|at| facts.get(at)).copied()
        };
        let mut ranked: Vec<_> = self
            .found
            .iter()
            .map(|found| {
                let own: Vec<Fact> = found.actions.iter().filter_map(fact).collect();
                let of = |holds: fn(&Fact) -> bool| own.iter().filter(|fact| holds(fact)).count() as u64;
                let gravest = own.iter().filter(|fact| fact.is_done()).map(|fact| fact.effect).max();
                let kind = match found.kind {
                    TargetKind::Object | TargetKind::Person if found.first.id.as_deref() == Some(tenant) => {
                        TargetKind::Tenant
                    }
                    kind => kind,
                };
                let finding = TargetFinding {
                    kind,
                    target: found.target,
                    tied: of(|fact| fact.tied),
                    linked: of(|fact| fact.linked),
                    check: match kind {
                        TargetKind::Withheld => Vec::new(),
                        _ => checks(&own),
                    },
                    actions: found.actions.clone(),
                };
                (gravest, finding, found.first.clone())
            })
            .collect();
        // Stable: what is found first stands first.
        ranked.sort_by_key(|(gravest, finding, _)| {
            (finding.kind, Reverse((finding.tied > 0, finding.linked > 0, *gravest)))
        });
        let (targets, texts) = ranked.into_iter().map(|(_, finding, first)| (finding, first)).unzip();
        NamedTargets {
            targets,
            texts,
            untargeted: self.untargeted.clone(),
        }
    }
}

fn kind(target: &Target) -> TargetKind {
    let stands_for_another = |name: &String| [ANOTHER, SEVERAL].contains(&name.as_str());
    if target.id.is_none() && target.name.as_ref().is_some_and(stands_for_another) {
        TargetKind::Withheld
    } else if TenantSearch::is_person(target) {
        TargetKind::Person
    } else {
        TargetKind::Object
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalogue::Effect, events::Outcome};

    /// `TYPE/ID/NAME`, each part empty where the log has none; several between `+`.
    fn targets(text: &str) -> Vec<Target> {
        let part = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        let target = |text: &str| {
            let parts: Vec<&str> = text.split('/').collect();
            Target {
                kind: part(parts[0]),
                id: part(parts[1]),
                name: part(parts[2]),
            }
        };
        text.split('+').filter(|text| !text.is_empty()).map(target).collect()
    }

    fn fact(words: &str) -> Fact {
        Fact {
            effect: match words.split(' ').next() {
                Some("view") => Effect::View,
                Some("reset") => Effect::Credential,
                Some("shown") => Effect::RevealSecret,
                Some("delete") => Effect::Delete,
                Some("unknown") => Effect::Uncatalogued,
                other => panic!("{other:?}"),
            },
            outcome: if words.contains("failed") {
                Outcome::Failure
            } else {
                Outcome::Success
            },
            lacks_ticket: false,
            tied: words.contains("tied"),
            linked: words.contains("linked"),
        }
    }

    #[test]
    fn every_person_and_object_has_one_entry() {
        for (actions, expected) in [
            // Known by the id, whatever the name; the same name without an id is another.
            (
                &[
                    ("view", "user/u-1/Jo"),
                    ("reset", "user/u-1/Jo B."),
                    ("view", "user//Jo"),
                ][..],
                "person 1 [1, 2] [Ask]; person 1 [3] [Ask]",
            ),
            // Once for each action, and in the place where it stands first.
            (
                &[("view", "app/a/A+user/u/U+user/u/U"), ("view", "user/u/U")][..],
                "person 2 [1, 2] [Ask]; object 1 [1] [Ask]",
            ),
            // An address makes a person; the tenant's own id the tenant.
            (
                &[
                    ("view", "//jo@acme.example"),
                    ("view", "tenant/acme/Acme"),
                    ("view", "org/other/"),
                ][..],
                "person 1 [1] [Ask]; object 1 [3] [Ask]; tenant 1 [2] [Ask]",
            ),
            // Nothing is asked of what is withheld; a person of that name with an id is none.
            (
                &[
                    ("reset tied", "user//[another customer]"),
                    ("view", "user/u-9/[another customer]"),
                ][..],
                "person 1 [2] [Ask]; withheld 1 [1] []",
            ),
            // Tied before linked before grave before early.
            (
                &[
                    ("view", "user/a/"),
                    ("reset", "user/b/"),
                    ("view linked", "user/c/"),
                    ("view tied", "user/d/"),
                    ("reset failed", "user/e/"),
                ][..],
                "person 1 [4] [Look]; person 1 [3] [Look]; person 1 [2] [Ask]; person 1 [1] [Ask]; person 1 [5] [Ask]",
            ),
            // Neither an id nor a name.
            (&[("view", "user//"), ("view", "")][..], "without [1, 2]"),
        ] {
            let facts: Vec<Fact> = actions.iter().map(|(words, _)| fact(words)).collect();
            let all: Vec<_> = actions.iter().map(|(_, text)| targets(text)).collect();
            let named = TargetGroups::of(all.iter().map(Vec::as_slice)).named("acme", &facts);
            let entry = |target: &TargetFinding| {
                let kind = target.kind.as_str();
                format!("{kind} {} {:?} {:?}", target.target, target.actions, target.check)
            };
            let mut found: Vec<String> = named.targets.iter().map(entry).collect();
            if !named.untargeted.is_empty() {
                found.push(format!("without {:?}", named.untargeted));
            }
            assert_eq!(found.join("; "), expected);
        }
    }

    #[test]
    fn what_to_check_follows_from_what_was_done() {
        for (words, expected) in [
            ("reset tied; shown tied", "[Revoke, Account, Look]"),
            ("shown failed tied", "[Look]"),
            ("delete failed linked", "[Look, Restore]"),
            ("view tied; reset", "[Look, Ask]"),
            ("view tied; view", "[Look]"),
            ("unknown", "[Explain]"),
            ("unknown; view", "[Explain, Ask]"),
            ("unknown failed", "[Ask]"),
        ] {
            let facts: Vec<Fact> = words.split("; ").map(fact).collect();
            let all: Vec<_> = facts.iter().map(|_| targets("user/u/")).collect();
            let named = TargetGroups::of(all.iter().map(Vec::as_slice)).named("acme", &facts);
            assert_eq!(format!("{:?}", named.targets[0].check), expected, "{words}");
        }
    }
}
