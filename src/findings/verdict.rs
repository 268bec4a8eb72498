//! Urgency of a tenant's actions: a level and a verdict by rules over scope, outcome, effect,
//! session and ticket, and the steps that follow. Counts never decide.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{catalogue::Effect, events::Outcome};

/// How soon a tenant has to act; the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// To be read when there is time.
    Information,
    /// To be checked this week.
    Check,
    /// To be acted on today.
    ActNow,
}

/// What is to be said first of a tenant's actions: the first of these that holds. A done action is
/// one that did not fail; a grave one is neither a view nor a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TenantVerdict {
    /// A grave action that evidence ties to the intruder was done.
    TiedAction,
    /// Only views and searches that evidence ties to the intruder were done.
    TiedView,
    /// Every action that evidence ties to the intruder failed.
    TiedAttempt,
    /// A session with tied actions, here or elsewhere, has others here that are not tied.
    LinkedSession,
    /// An action that removes traces of others was done.
    CoveredTracks,
    /// An action that the catalogue does not know was done.
    UnknownAction,
    /// A grave action was done by a listed agent, and a log that states tickets states none for it.
    WithoutTicket,
    /// None of these.
    NothingTied,
    /// There is no action at all.
    NothingFound,
}

impl Level {
    /// Returns the name in files: `act-now`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Check => "check",
            Self::ActNow => "act-now",
        }
    }

    /// In words, for a table.
    pub fn label(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Check => "check",
            Self::ActNow => "act now",
        }
    }
}

impl TenantVerdict {
    /// Returns the name in files: `tied-action`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TiedAction => "tied-action",
            Self::TiedView => "tied-view",
            Self::TiedAttempt => "tied-attempt",
            Self::LinkedSession => "linked-session",
            Self::CoveredTracks => "covered-tracks",
            Self::UnknownAction => "unknown-action",
            Self::WithoutTicket => "without-ticket",
            Self::NothingTied => "nothing-tied",
            Self::NothingFound => "nothing-found",
        }
    }

    /// Returns how soon the tenant has to act.
    pub fn level(self) -> Level {
        match self {
            Self::TiedAction => Level::ActNow,
            Self::TiedView
            | Self::TiedAttempt
            | Self::LinkedSession
            | Self::CoveredTracks
            | Self::UnknownAction
            | Self::WithoutTicket => Level::Check,
            Self::NothingTied | Self::NothingFound => Level::Information,
        }
    }
}

/// What a tenant is asked to do, in the order in which it should be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// Revoke secrets that were shown.
    Revoke,
    /// Make accounts safe whose sign-in or access was altered, or as which somebody acted.
    Account,
    /// Read the tenant's own log from the first of these actions on.
    Look,
    /// Compare with a copy, and undo changes and deletions.
    Restore,
    /// Decide what an export means.
    Decide,
    /// Ask what an unknown action did.
    Explain,
    /// Find out whether the tenant asked for these actions.
    Ask,
}

/// A step, and the actions that it is about.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Step {
    /// What to do.
    pub kind: StepKind,
    /// Positions in the tenant's list of actions, from 1.
    pub actions: Vec<u64>,
}

/// Facts of an action that the rules use.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// Tier.
    pub effect: Effect,
    /// Outcome of the action.
    pub outcome: Outcome,
    /// Whether it was taken by a listed agent and its log would state a ticket, and states none.
    pub lacks_ticket: bool,
    /// Whether evidence ties it to the intruder.
    pub tied: bool,
    /// Whether it is of a session with tied actions and is itself not tied.
    pub linked: bool,
}

impl Fact {
    /// Whether the log does not say that it failed.
    pub(super) fn is_done(self) -> bool {
        self.outcome != Outcome::Failure
    }

    fn is_grave(self) -> bool {
        self.effect.is_grave()
    }

    /// Whether the action asks for a step by what it is, if the intruder took it.
    fn calls_for(self, step: StepKind) -> bool {
        let done = |effects: &[Effect]| self.is_done() && effects.contains(&self.effect);
        match step {
            StepKind::Revoke => done(&[Effect::RevealSecret]),
            StepKind::Account => done(&[Effect::Credential, Effect::Impersonate]),
            StepKind::Look => true,
            // A failed deletion too: the log that says so may be the one that was to be deleted.
            StepKind::Restore => matches!(self.effect, Effect::Delete | Effect::CoverTracks) || done(&[Effect::Change]),
            StepKind::Decide => done(&[Effect::Export]),
            StepKind::Explain => done(&[Effect::Uncatalogued]),
            StepKind::Ask => false,
        }
    }

    /// Whether it was done, is grave and lacks a ticket.
    pub fn wants_ticket(self) -> bool {
        self.is_done() && self.is_grave() && self.lacks_ticket
    }
}

/// Returns whether a ticket is stated: blanks are none.
pub(crate) fn has_ticket(ticket: Option<&str>) -> bool {
    ticket.is_some_and(|ticket| !ticket.trim().is_empty())
}

/// Returns the first verdict that holds for a tenant's actions.
pub fn verdict(facts: &[Fact]) -> TenantVerdict {
    let any = |holds: &dyn Fn(&Fact) -> bool| facts.iter().any(holds);
    if any(&|fact| fact.tied && fact.is_done() && fact.is_grave()) {
        TenantVerdict::TiedAction
    } else if any(&|fact| fact.tied && fact.is_done()) {
        TenantVerdict::TiedView
    } else if any(&|fact| fact.tied) {
        TenantVerdict::TiedAttempt
    } else if any(&|fact| fact.linked) {
        TenantVerdict::LinkedSession
    } else if any(&|fact| fact.effect == Effect::CoverTracks && fact.is_done()) {
        TenantVerdict::CoveredTracks
    } else if any(&|fact| fact.effect == Effect::Uncatalogued && fact.is_done()) {
        TenantVerdict::UnknownAction
    } else if any(&|fact| fact.wants_ticket()) {
        TenantVerdict::WithoutTicket
    } else if facts.is_empty() {
        TenantVerdict::NothingFound
    } else {
        TenantVerdict::NothingTied
    }
}

/// Returns the steps that follow from the actions that a verdict is about, in the order in which
/// they should be done.
pub fn steps(verdict: TenantVerdict, facts: &[Fact]) -> Vec<Step> {
    let about = |fact: &Fact| match verdict {
        TenantVerdict::TiedAction | TenantVerdict::TiedView | TenantVerdict::TiedAttempt => fact.tied || fact.linked,
        TenantVerdict::LinkedSession => fact.linked,
        TenantVerdict::CoveredTracks => fact.effect == Effect::CoverTracks,
        TenantVerdict::UnknownAction => fact.effect == Effect::Uncatalogued,
        TenantVerdict::WithoutTicket => fact.wants_ticket(),
        TenantVerdict::NothingTied | TenantVerdict::NothingFound => true,
    };
    let kinds: &[StepKind] = if verdict <= TenantVerdict::LinkedSession {
        &AFTER_INTRUDER
    } else {
        &[StepKind::Explain, StepKind::Ask]
    };
    let calls_for = |kind: StepKind, fact: &Fact| match kind {
        StepKind::Ask => {
            fact.effect != Effect::Uncatalogued
                && match verdict {
                    TenantVerdict::CoveredTracks => fact.is_done(),
                    TenantVerdict::NothingTied => fact.is_grave(),
                    _ => fact.wants_ticket(),
                }
        }
        kind => fact.calls_for(kind),
    };
    let step = |kind: &StepKind| {
        let numbered = (1..)
            .zip(facts)
            .filter(|(_, fact)| about(fact) && calls_for(*kind, fact));
        let actions: Vec<u64> = numbered.map(|(number, _)| number).collect();
        (!actions.is_empty()).then_some(Step { kind: *kind, actions })
    };
    kinds.iter().filter_map(step).collect()
}

/// Steps that actions ask for which are tied to the intruder, or linked to such.
const AFTER_INTRUDER: [StepKind; 6] = [
    StepKind::Revoke,
    StepKind::Account,
    StepKind::Look,
    StepKind::Restore,
    StepKind::Decide,
    StepKind::Explain,
];

/// Returns what to check of a person or an object that these actions name: what the tied and linked
/// ones ask for; of others, whether the tenant asked for them. Beside tied and linked ones only the
/// grave others count.
pub(super) fn checks(facts: &[Fact]) -> Vec<StepKind> {
    let of_intruder = |fact: &&Fact| fact.tied || fact.linked;
    let calls = |kind: StepKind| facts.iter().filter(of_intruder).any(|fact| fact.calls_for(kind));
    let mut checks: Vec<StepKind> = AFTER_INTRUDER.into_iter().filter(|kind| calls(*kind)).collect();
    let alone = checks.is_empty();
    let mut others = facts.iter().filter(|fact| !of_intruder(fact));
    let unknown = |fact: &Fact| fact.calls_for(StepKind::Explain);
    if others.clone().any(unknown) && !checks.contains(&StepKind::Explain) {
        checks.push(StepKind::Explain);
    }
    if others.any(|fact| !unknown(fact) && (alone || fact.is_done() && fact.is_grave())) {
        checks.push(StepKind::Ask);
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: Fact = Fact {
        effect: Effect::View,
        outcome: Outcome::Success,
        lacks_ticket: false,
        tied: false,
        linked: false,
    };

    fn fact(words: &str) -> Fact {
        let mut fact = VIEW;
        for word in words.split(' ') {
            match word {
                "view" => fact.effect = Effect::View,
                "search" => fact.effect = Effect::Search,
                "change" => fact.effect = Effect::Change,
                "delete" => fact.effect = Effect::Delete,
                "cover" => fact.effect = Effect::CoverTracks,
                "secret" => fact.effect = Effect::RevealSecret,
                "credential" => fact.effect = Effect::Credential,
                "export" => fact.effect = Effect::Export,
                "unknown" => fact.effect = Effect::Uncatalogued,
                "failed" => fact.outcome = Outcome::Failure,
                "untold" => fact.outcome = Outcome::Unknown,
                "tied" => fact.tied = true,
                "linked" => fact.linked = true,
                "unticketed" => fact.lacks_ticket = true,
                other => panic!("{other}"),
            }
        }
        fact
    }

    #[test]
    fn the_first_rule_that_holds_decides() {
        for (facts, verdict, level) in [
            ("tied change; unknown", TenantVerdict::TiedAction, Level::ActNow),
            ("tied change untold", TenantVerdict::TiedAction, Level::ActNow),
            ("tied unknown", TenantVerdict::TiedAction, Level::ActNow),
            ("tied change failed; tied view", TenantVerdict::TiedView, Level::Check),
            ("tied search; change unticketed", TenantVerdict::TiedView, Level::Check),
            ("tied change failed", TenantVerdict::TiedAttempt, Level::Check),
            (
                "tied view failed; linked change",
                TenantVerdict::TiedAttempt,
                Level::Check,
            ),
            ("linked view", TenantVerdict::LinkedSession, Level::Check),
            (
                "linked view failed; unknown",
                TenantVerdict::LinkedSession,
                Level::Check,
            ),
            ("linked view; cover", TenantVerdict::LinkedSession, Level::Check),
            ("unknown; cover", TenantVerdict::CoveredTracks, Level::Check),
            ("cover untold", TenantVerdict::CoveredTracks, Level::Check),
            ("cover failed", TenantVerdict::NothingTied, Level::Information),
            ("unknown; change unticketed", TenantVerdict::UnknownAction, Level::Check),
            (
                "unknown failed; change unticketed",
                TenantVerdict::WithoutTicket,
                Level::Check,
            ),
            ("change untold unticketed", TenantVerdict::WithoutTicket, Level::Check),
            (
                "change failed unticketed",
                TenantVerdict::NothingTied,
                Level::Information,
            ),
            (
                "view unticketed; search unticketed",
                TenantVerdict::NothingTied,
                Level::Information,
            ),
            ("change; delete", TenantVerdict::NothingTied, Level::Information),
        ] {
            let mut all: Vec<Fact> = facts.split("; ").map(fact).collect();
            for _ in 0..2 {
                let found = super::verdict(&all);
                assert_eq!((found, found.level()), (verdict, level), "{facts}");
                all.reverse();
            }
        }
    }

    #[test]
    fn no_action_is_information_without_steps() {
        let verdict = super::verdict(&[]);
        assert_eq!(
            (verdict, verdict.level()),
            (TenantVerdict::NothingFound, Level::Information)
        );
        assert!(super::steps(verdict, &[]).is_empty());
    }

    #[test]
    fn steps_are_about_the_actions_of_the_verdict() {
        for (facts, steps) in [
            (
                "tied export; tied credential; credential; tied secret; tied view",
                "Revoke [4], Account [2], Look [1, 2, 4, 5], Decide [1]",
            ),
            ("tied delete failed; tied view", "Look [1, 2], Restore [1]"),
            ("tied cover failed; tied view", "Look [1, 2], Restore [1]"),
            ("cover; change; cover failed; unknown", "Ask [1]"),
            ("tied secret failed; tied unknown", "Look [1, 2], Explain [2]"),
            ("linked view; change unticketed", "Look [1]"),
            ("tied view failed; linked export", "Look [1, 2], Decide [2]"),
            ("unknown; change unticketed", "Explain [1]"),
            ("change unticketed; delete; view unticketed", "Ask [1]"),
            ("change; view; delete failed", "Ask [1, 3]"),
            ("view; search", ""),
        ] {
            let all: Vec<Fact> = facts.split("; ").map(fact).collect();
            let found = super::steps(verdict(&all), &all);
            let found = found.iter().map(|step| format!("{:?} {:?}", step.kind, step.actions));
            assert_eq!(found.collect::<Vec<_>>().join(", "), steps, "{facts}");
        }
    }

    #[test]
    fn blanks_are_no_ticket() {
        assert!(has_ticket(Some("T-1")));
        assert!(!has_ticket(Some("  ")) && !has_ticket(None));
    }
}
