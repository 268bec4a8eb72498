//! The table of tenants.

use std::borrow::Cow;

use super::super::printed::block;
use crate::{
    catalogue::Effect,
    findings::{Counts, Findings, TenantFinding},
    reports::{lang, template::view},
    text::grouped,
};

view! {
    /// An effect on a tenant's row.
    struct EffectRow<'a> {
        key: Cow<'a, str>,
        label: Cow<'a, str>,
        count: Cow<'a, str>,
    }
}

view! {
    /// One tenant.
    pub(in crate::reports) struct TenantRow<'a> {
        name: Cow<'a, str>,
        id: Cow<'a, str>,
        /// Path of its report, safe in a link.
        href: Cow<'a, str>,
        /// Not empty where the directory does not have it.
        unknown: Cow<'a, str>,
        /// Not empty where the case asks about it and nothing was found.
        nothing: Cow<'a, str>,
        /// Not empty where its report was not released; there is no link then.
        stopped: Cow<'a, str>,
        /// The level's key, a class name.
        level: Cow<'a, str>,
        level_label: Cow<'a, str>,
        events: Cow<'a, str>,
        /// Number of events tied to the intruder; empty if there are none.
        tied: Cow<'a, str>,
        /// Number of events in a session with tied actions; empty if there are none.
        linked: Cow<'a, str>,
        /// Not empty where the case says what evidence ties to the intruder.
        has_tied: Cow<'a, str>,
        /// Grave deeds: neither views nor searches.
        grave: Cow<'a, str>,
        without_ticket: Cow<'a, str>,
        people: Cow<'a, str>,
        /// Empty where the directory states none.
        contact: Cow<'a, str>,
        locale: Cow<'a, str>,
        /// State of its report: `stopped`, `draft` or `ready`.
        state: Cow<'a, str>,
        /// Keys by which the script filters.
        kinds: Cow<'a, str>,
        /// Name of the block of rows that it begins; empty in a row that begins none.
        block: Cow<'a, str>,
        first: Cow<'a, str>,
        last: Cow<'a, str>,
        /// The gravest effect's key, a class name.
        gravest: Cow<'a, str>,
        effects: Vec<EffectRow<'a>>,
        /// Failed attempts by effect.
        attempts: Vec<EffectRow<'a>>,
    }
}

/// In the order of [`Findings::ranked`].
pub(in crate::reports) fn tenants(findings: &Findings) -> impl Iterator<Item = TenantRow<'_>> {
    let has_tied = findings.scopes.iter().any(|scope| scope.tied);
    let draft = findings.draft.is_draft();
    let ranked = (1..).zip(findings.ranked());
    ranked.map(move |(number, tenant)| TenantRow {
        block: block("Tenants", number, findings.tenants.len()).into(),
        has_tied: if has_tied { "tied" } else { "" }.into(),
        ..tenant_row(tenant, draft)
    })
}

fn tenant_row(tenant: &TenantFinding, draft: bool) -> TenantRow<'_> {
    let gravest = tenant.gravest();
    let rows = |counts: &Counts<Effect>| -> Vec<EffectRow<'_>> {
        let row = |(effect, count): (&Effect, &u64)| {
            let words = lang::effect(*effect);
            EffectRow {
                key: words.key.into(),
                label: words.label.into(),
                count: grouped(*count).into(),
            }
        };
        counts.iter().rev().map(row).collect()
    };
    let grave = tenant.effects.iter().filter(|(effect, _)| effect.is_grave());
    let kinds = [
        (true, tenant.level.as_str()),
        (tenant.tied > 0, "tied"),
        (tenant.contact.is_none(), "no-contact"),
        (tenant.without_ticket > 0, "no-ticket"),
        (!tenant.released, "stopped"),
    ];
    let kinds: Vec<&str> = kinds
        .into_iter()
        .filter_map(|(holds, kind)| holds.then_some(kind))
        .collect();
    TenantRow {
        name: tenant.name.as_deref().unwrap_or(&tenant.id.0).into(),
        id: tenant.id.0.as_str().into(),
        href: format!("tenants/{}/report.html", url_part(&tenant.slug)).into(),
        unknown: if tenant.known { "" } else { "unknown" }.into(),
        nothing: if tenant.events == 0 { "nothing" } else { "" }.into(),
        stopped: if tenant.released { "" } else { "stopped" }.into(),
        level: tenant.level.as_str().into(),
        level_label: lang::level(tenant.level).0.into(),
        events: grouped(tenant.events).into(),
        has_tied: Cow::default(),
        block: Cow::default(),
        grave: grouped(grave.map(|(_, count)| count).sum()).into(),
        without_ticket: grouped(tenant.without_ticket).into(),
        people: grouped(tenant.people).into(),
        contact: tenant.contact.as_deref().unwrap_or_default().into(),
        locale: tenant.locale.as_deref().unwrap_or_default().into(),
        state: match (tenant.released, draft) {
            (false, _) => "stopped",
            (true, true) => "draft",
            (true, false) => "ready",
        }
        .into(),
        kinds: kinds.join(" ").into(),
        tied: if tenant.tied == 0 {
            Cow::default()
        } else {
            grouped(tenant.tied).into()
        },
        linked: if tenant.linked.is_empty() {
            Cow::default()
        } else {
            grouped(tenant.linked.len() as u64).into()
        },
        first: tenant.first.map(lang::minute).unwrap_or_default().into(),
        last: tenant.last.map(lang::minute).unwrap_or_default().into(),
        gravest: gravest
            .map(|effect| lang::effect(effect).key)
            .unwrap_or_default()
            .into(),
        effects: rows(&tenant.effects),
        attempts: rows(&tenant.attempts),
    }
}

/// Percent-encoded but for RFC 3986 unreserved characters.
fn url_part(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}
