//! The table of tenants.

use std::borrow::Cow;

use crate::{
    findings::{Findings, ScopeFinding, TenantFinding},
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
        /// Not empty where its report was not released; there is no link then.
        stopped: Cow<'a, str>,
        events: Cow<'a, str>,
        failures: Cow<'a, str>,
        agents: Cow<'a, str>,
        first: Cow<'a, str>,
        last: Cow<'a, str>,
        /// The gravest effect's key, a class name.
        gravest: Cow<'a, str>,
        /// Events by scope, where there are several.
        scopes: Cow<'a, str>,
        effects: Vec<EffectRow<'a>>,
    }
}

/// Ranked by gravest effect, then number of events, then id.
pub(in crate::reports) fn tenants(findings: &Findings) -> impl Iterator<Item = TenantRow<'_>> {
    // With one scope its figure is the number of events.
    let scopes = if findings.scopes.len() > 1 {
        &*findings.scopes
    } else {
        &[]
    };
    findings.ranked().into_iter().map(|tenant| tenant_row(tenant, scopes))
}

fn tenant_row<'a>(tenant: &'a TenantFinding, scopes: &[ScopeFinding]) -> TenantRow<'a> {
    let gravest = tenant.gravest();
    let effects = tenant.effects.iter().rev().map(|(effect, count)| {
        let words = lang::effect(*effect);
        EffectRow {
            key: words.key.into(),
            label: words.label.into(),
            count: grouped(*count).into(),
        }
    });
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
        stopped: if tenant.released { "" } else { "stopped" }.into(),
        events: grouped(tenant.events).into(),
        failures: if tenant.outcomes.failure == 0 {
            String::new()
        } else {
            grouped(tenant.outcomes.failure)
        }
        .into(),
        agents: grouped(tenant.agents).into(),
        first: lang::clock(tenant.first).into(),
        last: lang::clock(tenant.last).into(),
        gravest: gravest
            .map(|effect| lang::effect(effect).key)
            .unwrap_or_default()
            .into(),
        scopes: scopes.join(", ").into(),
        effects: effects.collect(),
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
