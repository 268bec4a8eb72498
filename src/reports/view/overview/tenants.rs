//! The table of tenants.

use std::borrow::Cow;

use crate::{
    catalogue::Effect,
    findings::{Counts, Findings, ScopeFinding, TenantFinding},
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
        /// Where its report is, safe in a link.
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
        /// How many are tied to the intruder; empty where none is.
        tied: Cow<'a, str>,
        /// How many are of a session with tied actions; empty where none is.
        linked: Cow<'a, str>,
        /// Not empty where the case says what evidence ties to the intruder.
        has_tied: Cow<'a, str>,
        agents: Cow<'a, str>,
        first: Cow<'a, str>,
        last: Cow<'a, str>,
        /// The gravest effect's key, a class name.
        gravest: Cow<'a, str>,
        /// Events by scope, where there are several.
        scopes: Cow<'a, str>,
        effects: Vec<EffectRow<'a>>,
        /// Failed attempts by effect.
        attempts: Vec<EffectRow<'a>>,
    }
}

/// In the order of [`Findings::ranked`].
pub(in crate::reports) fn tenants(findings: &Findings) -> impl Iterator<Item = TenantRow<'_>> {
    // With one scope its figure is the number of events.
    let scopes = if findings.scopes.len() > 1 {
        &*findings.scopes
    } else {
        &[]
    };
    let ranked = findings.ranked().into_iter();
    ranked.map(|tenant| tenant_row(tenant, scopes))
}

fn tenant_row<'a>(tenant: &'a TenantFinding, scopes: &[ScopeFinding]) -> TenantRow<'a> {
    let gravest = tenant.gravest();
    let rows = |counts: &Counts<Effect>| -> Vec<EffectRow<'a>> {
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
    let has_tied = scopes.iter().any(|scope| scope.tied);
    let events_in = |scope: &ScopeFinding| {
        let events = tenant.scopes.get(&scope.name).copied().unwrap_or(0);
        format!("{} {}", scope.name, grouped(events))
    };
    let scopes: Vec<String> = scopes.iter().map(events_in).collect();
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
        has_tied: if has_tied { "tied" } else { "" }.into(),
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
        agents: grouped(tenant.agents).into(),
        first: tenant.first.map(lang::clock).unwrap_or_default().into(),
        last: tenant.last.map(lang::clock).unwrap_or_default().into(),
        gravest: gravest
            .map(|effect| lang::effect(effect).key)
            .unwrap_or_default()
            .into(),
        scopes: scopes.join(", ").into(),
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
