//! Every phrase that depends on a figure or a kind; whole paragraphs live in the templates.
//! English, the one language yet.

use crate::{
    case::{TicketVerdict, Tlp},
    catalogue::Effect,
    events::Outcome,
    findings::{CaveatCode, Level, StepKind, TargetKind, TenantVerdict},
    tally::Outcomes,
    text::{counted, grouped},
    time::{Timestamp, Window},
};

/// The wording of an effect.
pub(super) struct EffectWords {
    pub(super) effect: Effect,
    /// Serialised name; also the class in HTML and the column in CSV.
    pub(super) key: &'static str,
    /// On a badge.
    pub(super) label: &'static str,
    /// Meaning of actions with this effect.
    pub(super) meaning: &'static str,
    one: &'static str,
    many: &'static str,
}

/// Every effect, the gravest first.
pub(super) const EFFECTS: [EffectWords; 10] = [
    EffectWords {
        effect: Effect::Credential,
        key: "credential",
        label: "Sign-in and access",
        meaning: "Actions that alter how somebody proves who they are, or what they may do.",
        one: "change to sign-in or access",
        many: "changes to sign-in or access",
    },
    EffectWords {
        effect: Effect::Impersonate,
        key: "impersonate",
        label: "Impersonation",
        meaning: "Actions by which an agent acts in your tenant as one of your users.",
        one: "impersonation of a user",
        many: "impersonations of users",
    },
    EffectWords {
        effect: Effect::CoverTracks,
        key: "cover_tracks",
        label: "Traces",
        meaning: "Actions that delete, stop or narrow what records activity or would show it, such as a log, an audit setting, an alert or a mailbox rule.",
        one: "action that can remove traces",
        many: "actions that can remove traces",
    },
    EffectWords {
        effect: Effect::Delete,
        key: "delete",
        label: "Deletion",
        meaning: "Actions that remove something from your tenant.",
        one: "deletion",
        many: "deletions",
    },
    EffectWords {
        effect: Effect::RevealSecret,
        key: "reveal_secret",
        label: "Secret shown",
        meaning: "Actions that show a secret, such as a key or a token, in clear.",
        one: "showing of a secret",
        many: "showings of secrets",
    },
    EffectWords {
        effect: Effect::Export,
        key: "export",
        label: "Export",
        meaning: "Actions that take data out in bulk.",
        one: "export of data",
        many: "exports of data",
    },
    EffectWords {
        effect: Effect::Change,
        key: "change",
        label: "Change",
        meaning: "Actions that alter settings or data.",
        one: "change to settings or data",
        many: "changes to settings or data",
    },
    EffectWords {
        effect: Effect::Uncatalogued,
        key: "uncatalogued",
        label: "Unknown",
        meaning: "Nothing is known of what these actions do. They must not be assumed to be harmless.",
        one: "action of unknown meaning",
        many: "actions of unknown meaning",
    },
    EffectWords {
        effect: Effect::Search,
        key: "search",
        label: "Search",
        meaning: "Actions that look for people or things and show what was found.",
        one: "search",
        many: "searches",
    },
    EffectWords {
        effect: Effect::View,
        key: "view",
        label: "View",
        meaning: "Actions that show one thing and alter nothing.",
        one: "view",
        many: "views",
    },
];

/// The words for an effect.
pub(super) fn effect(effect: Effect) -> &'static EffectWords {
    EFFECTS
        .iter()
        .find(|words| words.effect == effect)
        .expect("every effect has its words")
}

/// Returns the wording of a level: its name and its urgency.
pub(super) fn level(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::ActNow => ("ACT NOW", "today"),
        Level::Check => ("CHECK", "this week"),
        Level::Information => ("INFORMATION", "when you have time"),
    }
}

/// Returns the first statement of a report. The intruder is mentioned only if some scope ties
/// evidence to him. `succeeded` is true if the log states that a grave tied action succeeded.
pub(super) fn verdict(verdict: TenantVerdict, has_tied: bool, succeeded: bool) -> &'static str {
    match verdict {
        TenantVerdict::TiedAction if succeeded => "Actions tied to the intruder were taken in your tenant",
        TenantVerdict::TiedAction => {
            "Actions tied to the intruder may have been taken in your tenant; the log does not tell their outcome"
        }
        TenantVerdict::TiedView => {
            "Views and searches in your tenant are tied to the intruder; no tied change or export is recorded as done"
        }
        TenantVerdict::TiedAttempt => "What is tied to the intruder in your tenant is recorded as failed",
        TenantVerdict::LinkedSession => "A session with actions tied to the intruder is also recorded in your tenant",
        TenantVerdict::CoveredTracks => "Actions in your tenant can have removed traces of other actions",
        TenantVerdict::UnknownAction => "Actions in your tenant are not yet explained",
        TenantVerdict::WithoutTicket if has_tied => {
            "The log states no ticket for actions in your tenant; no evidence known so far ties them to the intruder"
        }
        TenantVerdict::WithoutTicket => "The log states no ticket for actions by support agents in your tenant",
        TenantVerdict::NothingTied if has_tied => {
            "Actions by support agents in your tenant; no evidence known so far ties them to the intruder"
        }
        TenantVerdict::NothingTied => "Actions by support agents in your tenant",
        TenantVerdict::NothingFound => "The logs searched show no action by support agents in your tenant",
    }
}

/// Returns in words why a ticket does not fit an event, for its tenant; nothing where it fits.
pub(super) fn ticket(verdict: TicketVerdict) -> &'static str {
    match verdict {
        TicketVerdict::Fits => "",
        TicketVerdict::Closed => "the ticket was not open at that time",
        TicketVerdict::OtherAgent => "the ticket is assigned to another agent",
        TicketVerdict::OtherTenant => "the ticket is not of your tenant",
        TicketVerdict::Unknown => "no such ticket is known",
        TicketVerdict::None => "no ticket is stated",
    }
}

/// Reason why a page is a draft.
pub(super) const DRAFT: &str = "Not to be sent: not every action in the reports of this case is explained yet.";

/// The heading over what a tenant is asked to do.
pub(super) fn steps(level: Level) -> &'static str {
    match level {
        Level::ActNow => "Do first, in this order",
        Level::Check => "Please check",
        Level::Information => "Worth a look, when you have time",
    }
}

/// Returns the heading and the text of a step. `when` is the time of the first of its actions, to
/// the minute.
pub(super) fn step(kind: StepKind, vendor: &str, when: &str) -> (&'static str, String) {
    match kind {
        StepKind::Revoke => (
            "Revoke what was or may have been shown.",
            format!("Replace each secret, and look for its use since {when}."),
        ),
        StepKind::Account => (
            "Make the accounts safe.",
            "End their sessions, renew their passwords and factors, and take back every role that you did not grant."
                .to_owned(),
        ),
        StepKind::Look => (
            "Look in your own log.",
            format!("Read on from {when}: what did the accounts and addresses of these actions do next?"),
        ),
        StepKind::Restore => (
            "Compare and undo.",
            format!(
                "Keep a copy of your log. Compare with the state before {when}, and undo what you did not ask for."
            ),
        ),
        StepKind::Decide => (
            "Decide what the export means.",
            "Treat what it holds as known outside until you know better, and tell those whom it concerns.".to_owned(),
        ),
        StepKind::Explain => (
            "Not explained yet.",
            format!("{vendor} does not state what the action does: do not assume that it is harmless."),
        ),
        StepKind::Ask => (
            "Did you ask for this?",
            "Compare with your own requests to support; report to the contact below what you did not ask for."
                .to_owned(),
        ),
    }
}

/// Returns what to check of a person or an object, in a sentence.
pub(super) fn check(check: StepKind, kind: TargetKind) -> &'static str {
    use TargetKind::{Person, Tenant};
    match (check, kind) {
        (StepKind::Revoke, Person) => "Replace the secret or code of this person that was or may have been shown.",
        (StepKind::Revoke, _) => "Revoke or renew it: a secret of it was or may have been shown.",
        (StepKind::Account, Person) => {
            "End all sessions, set a new password, and enrol every further factor anew with the person present."
        }
        (StepKind::Account, Tenant) => {
            "Review administrators and sign-in settings, and take back what you did not grant."
        }
        (StepKind::Account, _) => "Review who has access by it, and take back what you did not grant.",
        (StepKind::Look, Person) => {
            "Look in your own log for what was done as this person from the first of these actions on."
        }
        (StepKind::Look, Tenant) => "Look in your own log from the first of these actions on.",
        (StepKind::Look, _) => "Look in your own log for its use from the first of these actions on.",
        (StepKind::Restore, _) => "Compare with a copy, and undo what you did not ask for.",
        (StepKind::Decide, _) => "Treat what was exported as taken out.",
        (StepKind::Explain, _) => "What the action does is not explained yet: do not assume that it is harmless.",
        (StepKind::Ask, Person) => "Did you or this person ask for it?",
        (StepKind::Ask, _) => "Did you ask for it?",
    }
}

/// `2 deletions`.
pub(super) fn deed(kind: Effect, count: u64) -> String {
    let words = effect(kind);
    counted(count, words.one, words.many)
}

/// Returns the duration of an action, to the second: `2 min 53 s`.
pub(super) fn lasted(from: Timestamp, until: Timestamp) -> String {
    let milliseconds = (until.instant() - from.instant()).num_milliseconds();
    let seconds = u64::try_from(milliseconds).unwrap_or_default().saturating_add(500) / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes, seconds % 60) {
        (0, 0, 0) => "less than 1 s".to_owned(),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, seconds) => format!("{} h {minutes} min {seconds} s", grouped(hours)),
    }
}

/// Returns the meaning of an action whose outcome is not logged:
/// `Did so, or tried to: the log does not tell the outcome.`
pub(super) fn or_tried(says: &str) -> String {
    let end = says.find(". ").unwrap_or(says.trim_end_matches('.').len());
    let (sentence, rest) = says.split_at(end);
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    format!("{sentence}, or tried to: the log does not tell the outcome.{rest}")
}

/// A span of time:
/// `from 16 January 2026, 00:00:00 UTC up to, not including, 21 January 2026, 00:00:00 UTC`.
pub(super) fn window(window: Window) -> String {
    between(window.from, "up to, not including,", window.until)
}

/// Two moments, the date once where it is the same:
/// `on 20 January 2026 from 13:19:35 to 13:28:55 UTC`.
pub(super) fn first_to_last(first: Timestamp, last: Timestamp) -> String {
    if first == last {
        format!("on {}", first.in_words())
    } else {
        between(first, "to", last)
    }
}

fn between(from: Timestamp, to: &str, until: Timestamp) -> String {
    let (from, until) = (from.in_words(), until.in_words());
    match (from.split_once(", "), until.split_once(", ")) {
        (Some((date, start)), Some((same, end))) if date == same => {
            format!("on {date} from {} {to} {end}", start.trim_end_matches(" UTC"))
        }
        _ => format!("from {from} {to} {until}"),
    }
}

/// `3 succeeded, 1 failed`; what did not occur is left out.
pub(super) fn outcomes(split: Outcomes) -> String {
    let parts = [
        (split.success, "succeeded"),
        (split.failure, "tried and failed"),
        (split.unknown, "without an outcome in the log"),
    ];
    let told = parts.iter().filter(|(count, _)| *count > 0);
    told.map(|(count, word)| format!("{} {word}", grouped(*count)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Returns the wording of an outcome.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "succeeded",
        Outcome::Failure => "tried and failed",
        Outcome::Unknown => "outcome not logged",
    }
}

/// Returns the rest of a shortened list as text: `and 3 more`; empty if all are shown.
pub(super) fn more(all: usize, shown: usize) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        rest => format!("and {} more", grouped(rest as u64)),
    }
}

/// `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// A time for a table whose head says UTC: `2026-01-18 03:12:44.120`.
pub(super) fn clock(time: Timestamp) -> String {
    let mut text = time.to_string();
    text.truncate(text.len() - "Z".len());
    // RFC 3339: the date has ten characters.
    text.replace_range("2026-01-18".len().."2026-01-18T".len(), " ");
    text
}

/// A time for a table whose head says UTC, to the second: `2026-01-18 03:12:44`.
pub(super) fn second(time: Timestamp) -> String {
    let mut text = clock(time);
    text.truncate("2026-01-18 03:12:44".len());
    text
}

/// A time in a sentence, to the minute: `2026-01-18 03:12 UTC`.
pub(super) fn minute(time: Timestamp) -> String {
    let mut text = clock(time);
    text.truncate("2026-01-18 03:12".len());
    text + " UTC"
}

/// A share of one, in percent with at most two decimals: `91.5%`. A share above zero is never shown
/// as none.
pub(super) fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    match text.trim_end_matches('0').trim_end_matches('.') {
        "0" if share > 0.0 => "under 0.01%".to_owned(),
        shown => format!("{shown}%"),
    }
}

/// Returns the sharing rule of a label of the Traffic Light Protocol 2.0.
pub(super) fn tlp_meaning(label: Tlp) -> &'static str {
    match label {
        Tlp::Red => "For the persons it is addressed to, and nobody else.",
        Tlp::AmberStrict => "Inside your own organisation only, for those who need to know.",
        Tlp::Amber => "Inside your own organisation and among its clients, for those who need to know.",
        Tlp::Green => "Within your community, but not in public.",
        Tlp::Clear => "May be shared without limit.",
    }
}

/// Returns the meaning of a caveat for one tenant, without a figure or name of others. Returns
/// `None` if the report states it elsewhere, or if it concerns only the vendor.
/// `single` says that it is about one record.
pub(super) fn customer_caveat(code: CaveatCode, single: bool) -> Option<&'static str> {
    match code {
        CaveatCode::PossiblyInScope if single => Some(
            "One record that could not be read holds the name of an agent who was searched for, and no time outside the time \
             searched. It may be a further action, and it is not known in whose tenant; it is not in the list above.",
        ),
        CaveatCode::EventsWithoutTenant if single => Some(
            "One action of the agents who were searched for names no customer in the log although it can concern one, such as a search \
             across all customers. This report counts it by kind, and cannot tell whether it concerned you.",
        ),
        CaveatCode::ImplausibleTimes if single => Some(
            "One record carries a time that cannot be right, such as one after this report was issued. If it is an action, it is not in \
             this report.",
        ),
        CaveatCode::PossiblyInScope => Some(
            "Some records that could not be read hold the name of an agent who was searched for, and no time outside the time \
             searched. They may be further actions, and it is not known in whose tenant; they are not in the list above.",
        ),
        CaveatCode::UnreadableSource => Some(
            "At least one log file held nothing that could be read. What it may have recorded is not in this report.",
        ),
        CaveatCode::TruncatedSource => {
            Some("At least one log file is cut short or damaged. What stood behind the break is not in this report.")
        }
        CaveatCode::ChangedWhileRead => Some(
            "At least one log file was still being written while it was read. What came later is not in this report.",
        ),
        CaveatCode::SkippedInput => {
            Some("At least one file or folder among the logs was passed over. What it may hold is not in this report.")
        }
        CaveatCode::ProbablyCutOff => Some(
            "At least one log file looks as if its export had been cut off. Actions recorded behind the cut are not in this \
             report.",
        ),
        CaveatCode::CoverageGap => Some(
            "For the hours named below one kind of log, or all, holds no record by anybody that could be read. Either nothing was \
             logged in them, or records are missing; this report cannot tell which.",
        ),
        CaveatCode::DeclaredOutage => Some(
            "The vendor states outages in the time searched, which are listed below. What happened in them may not be recorded.",
        ),
        CaveatCode::MissingFile => Some(
            "At least one file of a regular series of log files was not there. What it may have recorded is not in this report.",
        ),
        CaveatCode::ObtainedEarly => Some(
            "At least one log was exported before the end of the time searched. What it recorded later is not in this report.",
        ),
        CaveatCode::EventsWithoutTenant => Some(
            "Some actions of the agents who were searched for name no customer in the log although they can concern one, such as a search \
             across all customers. This report counts them by kind, and cannot tell whether they concerned you.",
        ),
        CaveatCode::ImplausibleTimes => Some(
            "Some records carry a time that cannot be right, such as one after this report was issued. If an \
             action is among them, it is not in this report.",
        ),
        CaveatCode::UnreadableValues => Some(
            "In at least one record a field could not be read, so a person, a thing or a detail may be missing from an action below, or an \
             action from this report.",
        ),
        CaveatCode::UnmatchedFields => Some(
            "A field that says who acted, or for which customer, was not found in part of the log, so an action may be missing \
             from this report.",
        ),
        CaveatCode::ImpersonationNotFollowed | CaveatCode::WideLink => Some(
            "In at least one action an agent concerned began to act under another name, and what was done under it could not be taken \
             into this report in full.",
        ),
        CaveatCode::LinkedByUser => Some(
            "At least one action is listed because it was taken under a user's name while an agent acted as that user. The user may \
             have taken it.",
        ),
        CaveatCode::NothingRead
        | CaveatCode::NothingInScope
        | CaveatCode::LinkedSessions
        | CaveatCode::EventsOnEnd
        | CaveatCode::OutsideTenure
        | CaveatCode::RefusedRecords
        | CaveatCode::LeakStopped
        | CaveatCode::AlikeTenants
        | CaveatCode::UnmatchedDecision
        | CaveatCode::UnmatchedMerge
        | CaveatCode::NearNames
        | CaveatCode::ClaimedNames
        | CaveatCode::MaskedText
        | CaveatCode::IllFittingProfile
        | CaveatCode::NearIdentities
        | CaveatCode::UnseenIdentities
        | CaveatCode::NarrowedAway
        | CaveatCode::AgentsOutsideScopes
        | CaveatCode::MentionedIdentity
        | CaveatCode::UnknownTenants
        | CaveatCode::TenantDiffers
        | CaveatCode::SharedEventIds
        | CaveatCode::EqualEvents
        | CaveatCode::EventIdConflict
        | CaveatCode::UncataloguedActions => None,
    }
}

/// Returns the meaning of masked texts for one tenant.
pub(super) fn customer_masked(texts: u64) -> String {
    let texts = match texts {
        1 => "In one text of the list above, what".to_owned(),
        texts => format!("In {} texts of the list above, what", grouped(texts)),
    };
    format!(
        "{texts} names somebody else is replaced by words in square brackets. What is known to name you or your users is left \
         as it is, and the commitment to each record is to the record as it was logged."
    )
}

/// Returns the meaning of unreadable records for one tenant.
pub(super) fn customer_refused(refused: u64, read: u64, naming_an_agent: bool) -> String {
    let rest = match (naming_an_agent, refused) {
        (true, 1) => "what it says is not known",
        (true, _) => "what they say is not known",
        (false, 1) => {
            "as far as its bytes show, it does not name an agent and a time that were searched for, but what it says is not known"
        }
        (false, _) => {
            "as far as their bytes show, none of them names an agent and a time that were searched for, but what they say is not \
             known"
        }
    };
    format!(
        "{} of the {} in these logs could not be read: {rest}. The vendor keeps {} with its position and the reason.",
        grouped(refused),
        counted(read, "record", "records"),
        if refused == 1 { "it" } else { "each" },
    )
}

/// Returns the meaning of event ids that name several bodies.
pub(super) fn customer_conflicts(events: u64) -> String {
    match events {
        1 => "One action in the list above shares its event id with a record that says something else. It is kept and \
              marked."
            .to_owned(),
        several => format!(
            "{} actions in the list above share their event id with a record that says something else. All are kept and marked.",
            grouped(several),
        ),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn docs_state_every_verdict() {
        let docs = include_str!("../../docs/reports.md");
        for verdict in [
            TenantVerdict::TiedAction,
            TenantVerdict::TiedView,
            TenantVerdict::TiedAttempt,
            TenantVerdict::LinkedSession,
            TenantVerdict::CoveredTracks,
            TenantVerdict::UnknownAction,
            TenantVerdict::WithoutTicket,
            TenantVerdict::NothingTied,
            TenantVerdict::NothingFound,
        ] {
            let (level, (_, when)) = (verdict.level().as_str(), level(verdict.level()));
            let row = format!(
                "| `{}` | `{level}`: {when} | {} |",
                verdict.as_str(),
                super::verdict(verdict, true, true)
            );
            assert!(docs.contains(&row), "{row}");
            let is_tied = verdict <= TenantVerdict::LinkedSession;
            assert!(is_tied || !super::verdict(verdict, false, true).contains("intruder"));
        }
    }

    use super::*;

    #[test]
    fn effects_run_from_the_gravest_to_the_mildest() {
        assert!(EFFECTS.windows(2).all(|pair| pair[0].effect > pair[1].effect));
        for words in &EFFECTS {
            assert_eq!(serde_json::json!(words.effect), words.key);
        }
    }

    #[test]
    fn deeds_and_outcomes_are_counted_in_words() {
        let split = Outcomes {
            success: 1,
            failure: 2,
            unknown: 1,
        };
        assert_eq!(deed(Effect::Delete, 4), "4 deletions");
        assert_eq!(deed(Effect::Impersonate, 1), "1 impersonation of a user");
        assert_eq!(
            outcomes(split),
            "1 succeeded, 2 tried and failed, 1 without an outcome in the log"
        );
    }

    #[test]
    fn a_date_is_said_once() {
        let time = |text: &str| text.parse().expect("a time");
        let window = |from, until| {
            let (from, until) = (time(from), time(until));
            super::window(Window { from, until })
        };
        assert_eq!(
            window("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z"),
            "from 16 January 2026, 00:00 UTC up to, not including, 21 January 2026, 00:00 UTC"
        );
        assert_eq!(
            window("2026-01-20T13:18:00Z", "2026-01-20T13:43:00Z"),
            "on 20 January 2026 from 13:18 up to, not including, 13:43 UTC"
        );
        let moment = time("2026-01-20T13:18:00Z");
        assert_eq!(first_to_last(moment, moment), "on 20 January 2026, 13:18 UTC");
    }

    #[test]
    fn durations_are_rounded_to_seconds() {
        let time = |text: &str| text.parse().expect("a time");
        for (until, expected) in [
            ("2026-01-20T13:24:28.066Z", "less than 1 s"),
            ("2026-01-20T13:24:29Z", "1 s"),
            ("2026-01-20T13:27:20.9Z", "2 min 53 s"),
            ("2026-01-21T15:24:28.066Z", "26 h 0 min 0 s"),
        ] {
            assert_eq!(lasted(time("2026-01-20T13:24:28.066Z"), time(until)), expected);
        }
    }

    #[test]
    fn an_unlogged_outcome_leaves_open_what_was_done() {
        for (says, expected) in [
            (
                "Deleted a user.",
                "Deleted a user, or tried to: the log does not tell the outcome.",
            ),
            (
                "Deleted a user. All of it.",
                "Deleted a user, or tried to: the log does not tell the outcome. All of it.",
            ),
            (
                "deleted a user",
                "deleted a user, or tried to: the log does not tell the outcome.",
            ),
        ] {
            assert_eq!(or_tried(says), expected);
        }
    }

    #[test]
    fn shares_are_rounded_but_never_to_nothing() {
        assert_eq!(percent(0.915), "91.5%");
        assert_eq!(percent(1.0), "100%");
        assert_eq!(percent(0.00001), "under 0.01%");
        assert_eq!(percent(0.0), "0%");
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(listed(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }

    #[test]
    fn the_clock_keeps_its_digits() {
        assert_eq!(
            clock("2026-01-18T03:12:44.120Z".parse().expect("a time")),
            "2026-01-18 03:12:44.120"
        );
    }
}
