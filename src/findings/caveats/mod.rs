//! Caveats: what a reader must know before relying on the answer, the gravest first. An answer
//! without any is complete.

mod claimed;
mod differs;
mod equal;
mod identities;
mod inputs;
mod links;
mod merge;
mod reach;
mod times;
mod tenants;
mod tenure;
mod unmatched;
mod unread;
mod values;
mod tied;

use std::collections::BTreeSet;

use super::{Caveat, CaveatCode, Findings, Question, Scan};
use crate::{
    catalogue::Effect,
    isolation::{Kind, Verdict, is_common},
    sources::{Changed, Skipped, Truncated},
    text::{counted, grouped, shortened, visible},
};

/// Number of characters of a name that a message shows.
const LONGEST: usize = 200;

/// Number of names that a message lists before it counts the rest.
const NAMED: usize = 5;

/// Everything there is to warn of.
pub(super) fn caveats(findings: &Findings, scan: &Scan) -> Vec<Caveat> {
    let found = [
        (CaveatCode::NothingRead, unread::nothing(findings, scan)),
        (CaveatCode::NothingInScope, nothing_in_scope(findings)),
        (CaveatCode::OutsideTenure, tenure::outside(findings)),
        (CaveatCode::PossiblyInScope, possibly_in_scope(findings)),
        (CaveatCode::LinkedSessions, tied::linked(findings)),
        (CaveatCode::ImpersonationNotFollowed, links::unfollowed(findings)),
        (CaveatCode::WideLink, links::wide(findings)),
        (CaveatCode::LinkedByUser, links::by_user(findings)),
        (CaveatCode::EventsOnEnd, tied::on_end(findings)),
        (CaveatCode::NearIdentities, identities::near(findings)),
        (CaveatCode::UnseenIdentities, identities::unseen(findings)),
        (CaveatCode::NarrowedAway, identities::narrowed(findings)),
        (CaveatCode::AgentsOutsideScopes, identities::outside_scopes(findings)),
        (CaveatCode::MentionedIdentity, identities::mentions(findings)),
        (CaveatCode::ImplausibleTimes, times::implausible(findings)),
        (CaveatCode::UnreadableValues, values::unreadable(findings)),
        (CaveatCode::UnmatchedFields, unmatched::fields(findings)),
        (CaveatCode::RefusedRecords, unread::records(findings, scan)),
        (CaveatCode::UnreadableSource, unread::sources(findings, scan)),
        (CaveatCode::TruncatedSource, truncated(&scan.broken)),
        (CaveatCode::ChangedWhileRead, changed(&scan.changed)),
        (CaveatCode::SkippedInput, passed_over(&scan.skipped)),
        (CaveatCode::ProbablyCutOff, inputs::cut_off(findings, scan)),
        (CaveatCode::IllFittingProfile, inputs::ill_fitting(findings)),
        (CaveatCode::CoverageGap, gaps(findings)),
        (CaveatCode::DeclaredOutage, reach::outages(findings)),
        (CaveatCode::MissingFile, reach::missing(findings)),
        (CaveatCode::ObtainedEarly, reach::early(findings)),
        (CaveatCode::TenantDiffers, differs::tenants(findings)),
        (CaveatCode::EventsWithoutTenant, without_tenant(findings)),
        (CaveatCode::AlikeTenants, claimed::alike(findings)),
        (CaveatCode::UnmatchedDecision, tenants::unmatched_decision(findings)),
        (CaveatCode::UnmatchedMerge, merge::unmatched(findings)),
        (CaveatCode::UnknownTenants, unknown_tenants(findings)),
        (CaveatCode::NearNames, claimed::near(findings)),
        (CaveatCode::ClaimedNames, claimed::names(findings)),
        (CaveatCode::MaskedText, masked(findings)),
        (CaveatCode::SharedEventIds, differs::shared_ids(findings)),
        (CaveatCode::EqualEvents, equal::events(findings)),
        (CaveatCode::EventIdConflict, conflicts(findings)),
        (CaveatCode::UncataloguedActions, uncatalogued(findings)),
    ];
    let caveat = |(code, message): (CaveatCode, Option<String>)| message.map(|message| Caveat { code, message });
    found.into_iter().filter_map(caveat).collect()
}

fn without_tenant(findings: &Findings) -> Option<String> {
    let parts = [tenants::without_tenant(findings), values::no_tenant(findings)];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A negative is never bare: it says who was searched for, where and when.
fn nothing_in_scope(findings: &Findings) -> Option<String> {
    let records = findings.records;
    (records.in_scope == 0 && records.read > records.refused).then(|| {
        let searched = findings.scopes.iter().any(|scope| scope.open);
        let agents = match findings.listed_agents().count() {
            0 => "anybody that meets the conditions of a scope".to_owned(),
            1 => "the listed agent".to_owned(),
            several => format!("any of the {} listed agents", grouped(several as u64)),
        };
        let what = if searched {
            "identities and the values that a scope searches by"
        } else {
            "identities"
        };
        let sources: Vec<_> = findings
            .sources
            .iter()
            .map(|source| format!("`{}`", source.path))
            .collect();
        let first = findings.sources.iter().filter_map(|source| source.first).min();
        let last = findings.sources.iter().filter_map(|source| source.last).max();
        let covering = first
            .zip(last)
            .map(|(first, last)| format!(", covering {first} to {last}"))
            .unwrap_or_default();
        format!(
            "No event by {agents} was found in {}{covering}: {} in no window, {} by others. Check that the \
             {what} are written as the log writes them.",
            listed(&sources, "source"),
            counted(records.outside_window, "record", "records"),
            grouped(records.other_actor),
        )
    })
}

fn possibly_in_scope(findings: &Findings) -> Option<String> {
    let naming = findings
        .refused
        .iter()
        .filter(|refused| refused.is_possibly_in_scope())
        .count() as u64;
    let searches = findings.scopes.iter().any(|scope| scope.open);
    (naming > 0).then(|| {
        let records = counted(naming, "refused record names", "refused records name");
        let them = if naming == 1 { "it" } else { "them" };
        let what = if searches {
            "a listed identity, or what a scope searches by,"
        } else {
            "a listed identity"
        };
        format!("{records} {what} and may be in scope: read {them} in refused.csv.")
    })
}

fn truncated(broken: &[Truncated]) -> Option<String> {
    let name = |broken: &Truncated| {
        let read = counted(broken.bytes, "byte", "bytes");
        format!("`{}` ({}; {read} could be read)", broken.shown, broken.fault)
    };
    let names: Vec<_> = broken.iter().map(name).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Cut short or damaged, and read up to the break: {}.",
            listed(&names, "source")
        )
    })
}

fn changed(changed: &[Changed]) -> Option<String> {
    let name = |changed: &Changed| {
        let (before, after) = (grouped(changed.before), counted(changed.after, "byte", "bytes"));
        let read = grouped(changed.read);
        format!(
            "`{}` (from {before} to {after}, of which {read} were read)",
            changed.shown
        )
    };
    let names: Vec<_> = changed.iter().map(name).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Changed while being read; what was hashed is what was read: {}.",
            listed(&names, "file")
        )
    })
}

fn passed_over(skipped: &[Skipped]) -> Option<String> {
    let names: Vec<_> = skipped
        .iter()
        .map(|skipped| format!("`{}` ({})", skipped.shown, skipped.reason))
        .collect();
    (!names.is_empty()).then(|| format!("Passed over: {}.", listed(&names, "file")))
}

fn gaps(findings: &Findings) -> Option<String> {
    let several = findings.coverage.kinds.len() > 1;
    let told = findings
        .coverage
        .kinds
        .iter()
        .filter(|kind| !kind.gaps.is_empty())
        .map(|kind| {
            let gaps: Vec<_> = kind
                .gaps
                .iter()
                .map(|gap| format!("{} to {}", gap.from, gap.until))
                .collect();
            let of = if several {
                format!(" of `{}`", kind.profile)
            } else {
                String::new()
            };
            format!(
                "No record{of} that could be read lies in {}: logs may be missing there.",
                listed(&gaps, "stretch")
            )
        });
    let told: Vec<_> = told.collect();
    (!told.is_empty()).then(|| told.join(" "))
}

fn unknown_tenants(findings: &Findings) -> Option<String> {
    let unknown = findings.tenants.iter().filter(|tenant| !tenant.known);
    let short = unknown
        .clone()
        .find(|tenant| tenants::is_short_salesforce_id(&tenant.id.0));
    let short = short.map(|tenant| {
        format!(
            " `{0}` has the form of a Salesforce id of 15 characters: if the directory has the form of 18, write both in \
             `[tenants] merge`, as `[[\"{0}...\", \"{0}\"]]`, and run again.",
            tenant.id
        )
    });
    let names: Vec<_> = unknown.map(|tenant| format!("`{}`", tenant.id)).collect();
    // Without a directory no tenant is known, so the caveat would be pointless.
    (!names.is_empty() && findings.impact.listed > 0).then(|| {
        format!(
            "Not in the tenant directory, and reported all the same: {}.{}",
            listed(&names, "tenant"),
            short.as_deref().unwrap_or_default()
        )
    })
}

fn masked(findings: &Findings) -> Option<String> {
    let count = findings.isolation.masked;
    (count > 0).then(|| {
        let copies = findings.tenants.iter().filter(|tenant| tenant.masked > 0).count() as u64;
        let texts = counted(count, "text", "texts");
        let copies = counted(copies, "customer's copy", "customers' copies");
        format!(
            "{texts} in {copies} named another customer or an agent and {} masked there: isolation.csv lists what was \
             found, masked.jsonl keeps the originals.{}",
            if count == 1 { "is" } else { "are" },
            ordinary(findings).unwrap_or_default()
        )
    })
}

/// Tenants' names among what is masked that are also ordinary words: with many of them, hardly a
/// text is left whole.
fn ordinary(findings: &Findings) -> Option<String> {
    let masked = findings
        .isolation
        .found
        .iter()
        .filter(|found| found.verdict == Verdict::Masked);
    let of_tenant = masked.filter(|found| matches!(found.kind, Kind::Id | Kind::Name));
    let words: BTreeSet<_> = of_tenant
        .map(|found| visible(&found.text.to_lowercase()).into_owned())
        .filter(|word| is_common(word))
        .collect();
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    (!words.is_empty()).then(|| {
        format!(
            " Masked as names of tenants, and ordinary words too: {}. Where such a word names nobody, add it to `allow` in \
             `[isolation]`, for the fields concerned, and run again.",
            listed(&words, "word")
        )
    })
}

/// Known only when the reports are rendered, and graver than all else.
pub(super) fn leak_stopped(findings: &Findings) -> Option<Caveat> {
    let (questions, rest) = findings.isolation.questions();
    let single = rest.iter().filter(|found| found.verdict == Verdict::Stopped);
    let mut single: Vec<_> = single.map(|found| format!("`{}`", visible(&found.tenant.0))).collect();
    single.dedup();
    let mut told = Vec::new();
    if !single.is_empty() {
        told.push(format!(
            "NOT RELEASED, because somebody else's name was still in the rendered files: {}. isolation.csv says what was \
             found; correct the template or the text it comes from, or allow the word in the case, and run again.",
            listed(&single, "tenant")
        ));
    }
    told.extend(questions.iter().map(question));
    (!told.is_empty()).then(|| Caveat {
        code: CaveatCode::LeakStopped,
        message: told.join(" "),
    })
}

/// Returns a question that a person must answer before many reports are released.
fn question(question: &Question<'_>) -> String {
    let whose: Vec<_> = question.of.iter().map(|id| format!("`{}`", visible(id))).collect();
    let whose = match &whose[..] {
        [] => String::new(),
        ids => format!(" of {}", ids.join(", ")),
    };
    let files: Vec<_> = question.files.iter().map(|file| format!("`{file}`")).collect();
    format!(
        "NOT RELEASED until one question is answered: may `{}` stand, which is a {}{whose}? {} it in {} and wait. If it may, add it \
         to `allow` in `[isolation]`; if not, correct the text of the case, the catalogue or the template that it comes from. Then \
         run again.",
        visible(question.text),
        question.kind.as_str(),
        counted(question.tenants.len() as u64, "report has", "reports have"),
        listed(&files, "file"),
    )
}

fn conflicts(findings: &Findings) -> Option<String> {
    let ids: Vec<_> = findings
        .conflicts
        .iter()
        .map(|conflict| format!("`{}`", conflict.event_id))
        .collect();
    (!ids.is_empty()).then(|| {
        format!(
            "The same event id stands on different records, all of which are kept: {}.",
            listed(&ids, "id")
        )
    })
}

fn uncatalogued(findings: &Findings) -> Option<String> {
    let unknown = findings
        .actions
        .iter()
        .filter(|action| action.effect == Effect::Uncatalogued);
    let codes: Vec<_> = unknown.map(|action| format!("`{}`", action.code)).collect();
    (!codes.is_empty()).then(|| {
        format!(
            "Not in the action catalogue, shown raw and not assumed harmless: {}.",
            listed(&codes, "action")
        )
    })
}

/// The first few of them, and how many more.
fn listed(names: &[String], noun: &str) -> String {
    let shown: Vec<_> = names.iter().take(NAMED).map(|name| shortened(name, LONGEST)).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!(
            "{shown} and {} more ({} {noun}{} in all)",
            grouped(more as u64),
            grouped(names.len() as u64),
            plural(noun)
        ),
    }
}

fn plural(noun: &str) -> &'static str {
    if noun.ends_with("ch") { "es" } else { "s" }
}
