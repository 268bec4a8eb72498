//! Caveats by what they put in doubt, each with where to read on.

use super::super::{PieceView, pieces};
use crate::{
    findings::{Caveat, CaveatCode},
    reports::template::view,
};

view! {
    /// Caveats of one consequence.
    pub(super) struct CaveatGroupView {
        heading: String,
        caveats: Vec<CaveatView>,
    }
}

view! {
    struct CaveatView {
        kind: String,
        message: Vec<PieceView>,
        /// File of the bundle, or section of the page, that has more.
        href: String,
        link: String,
    }
}

/// The part of the answer that a caveat puts in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consequence {
    Release,
    Missing,
    Whom,
    What,
}

impl Consequence {
    const ALL: [Self; 4] = [Self::Release, Self::Missing, Self::Whom, Self::What];

    fn heading(self) -> &'static str {
        match self {
            Self::Release => "Before anything is sent",
            Self::Missing => "What may be missing",
            Self::Whom => "Whom you tell",
            Self::What => "What you tell them",
        }
    }
}

/// A place to read on: its address and its name.
type CaveatPlace = (&'static str, &'static str);

const REFUSED: CaveatPlace = ("refused.csv", "refused.csv");
const NEAR: CaveatPlace = ("near.csv", "near.csv");
const IDENTITIES: CaveatPlace = ("#identities", "Identities");
const SENSITIVITY: CaveatPlace = ("#sensitivity", "Other windows");
const SOURCES: CaveatPlace = ("#sources", "Sources");
const FINDINGS: CaveatPlace = ("findings.json", "findings.json");
const ISOLATION: CaveatPlace = ("isolation.csv", "isolation.csv");
const TENANTS: CaveatPlace = ("tenants.csv", "tenants.csv");

fn consequence(code: CaveatCode) -> (Consequence, CaveatPlace) {
    use CaveatCode as C;
    use Consequence::{Missing, Release, What, Whom};
    match code {
        C::LeakStopped => (Release, ISOLATION),
        C::NothingRead => (Release, REFUSED),
        C::UncataloguedActions => (Release, ("census.csv", "census.csv")),
        C::PossiblyInScope | C::RefusedRecords => (Missing, REFUSED),
        C::NarrowedAway | C::AgentsOutsideScopes | C::MentionedIdentity => (Missing, NEAR),
        C::NearIdentities | C::UnseenIdentities => (Missing, IDENTITIES),
        C::EventsOnEnd => (Missing, SENSITIVITY),
        C::ImpersonationNotFollowed | C::WideLink => (Missing, FINDINGS),
        C::NothingInScope
        | C::UnreadableValues
        | C::UnmatchedFields
        | C::UnreadableSource
        | C::TruncatedSource
        | C::ChangedWhileRead
        | C::SkippedInput
        | C::ProbablyCutOff
        | C::IllFittingProfile
        | C::CoverageGap
        | C::DeclaredOutage
        | C::MissingFile
        | C::ObtainedEarly => (Missing, SOURCES),
        C::EventsWithoutTenant => (Whom, ("unattributed.jsonl", "unattributed.jsonl")),
        C::UnknownTenants | C::AlikeTenants => (Whom, TENANTS),
        C::LinkedSessions | C::LinkedByUser | C::TenantDiffers | C::UnmatchedDecision | C::UnmatchedMerge => {
            (Whom, FINDINGS)
        }
        C::OutsideTenure => (What, ("#strays", "Identities outside their agents' time")),
        C::NearNames | C::ClaimedNames => (What, ISOLATION),
        C::MaskedText => (What, ("masked.jsonl", "masked.jsonl")),
        C::EventIdConflict => (What, ("#conflicts", "Conflicting event ids")),
        C::ImplausibleTimes | C::SharedEventIds | C::EqualEvents => (What, FINDINGS),
    }
}

/// Groups caveats by consequence; within a group they keep their order. A group without any is left
/// out.
pub(super) fn grouped(caveats: &[Caveat]) -> Vec<CaveatGroupView> {
    let group = |wanted: Consequence| {
        let own = caveats.iter().filter(|caveat| consequence(caveat.code).0 == wanted);
        CaveatGroupView {
            heading: wanted.heading().to_owned(),
            caveats: own.map(CaveatView::new).collect(),
        }
    };
    let groups = Consequence::ALL.into_iter().map(group);
    groups.filter(|group| !group.caveats.is_empty()).collect()
}

impl CaveatView {
    fn new(caveat: &Caveat) -> Self {
        let kind = serde_json::to_value(caveat.code).ok();
        let (href, link) = consequence(caveat.code).1;
        Self {
            kind: kind
                .and_then(|kind| kind.as_str().map(str::to_owned))
                .unwrap_or_default(),
            message: pieces(&caveat.message),
            href: href.to_owned(),
            link: link.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caveats_stand_under_their_consequence_in_their_order() {
        let caveat = |code, message: &str| Caveat {
            code,
            message: message.to_owned(),
        };
        let groups = grouped(&[
            caveat(CaveatCode::MaskedText, "a"),
            caveat(CaveatCode::RefusedRecords, "b"),
            caveat(CaveatCode::CoverageGap, "c"),
            caveat(CaveatCode::LeakStopped, "d"),
        ]);
        let told: Vec<_> = groups
            .iter()
            .flat_map(|group| {
                group
                    .caveats
                    .iter()
                    .map(|caveat| (&*group.heading, &*caveat.kind, &*caveat.href))
            })
            .collect();
        let expected = [
            ("Before anything is sent", "leak-stopped", "isolation.csv"),
            ("What may be missing", "refused-records", "refused.csv"),
            ("What may be missing", "coverage-gap", "#sources"),
            ("What you tell them", "masked-text", "masked.jsonl"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn links_lead_to_sections_of_the_page() {
        let page = include_str!("../../../../templates/index.html.hbs");
        for (href, _) in [IDENTITIES, SENSITIVITY, SOURCES, ("#strays", ""), ("#conflicts", "")] {
            assert!(page.contains(&format!("<h2 id=\"{}\">", &href[1..])), "{href}");
        }
        for (href, _) in [REFUSED, NEAR, FINDINGS, ISOLATION, TENANTS] {
            assert!(page.contains(&format!("<a href=\"{href}\">")), "{href}");
        }
    }
}
