//! Identities that differ from what the logs have, and records of listed agents that count as
//! others'.

use super::{LONGEST, listed};
use crate::{
    findings::{Findings, NearIdentity, UnseenAgent, UnseenIdentity},
    text::{counted, grouped, shortened, visible},
};

/// Names that are made of a listed identity.
pub(super) fn near(findings: &Findings) -> Option<String> {
    let near = &findings.near;
    let mut names: Vec<&NearIdentity> = near.identities.iter().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.records));
    let told: Vec<_> = names.iter().map(|name| form(findings, name)).collect();
    let by_rule = near.identities.iter().any(|name| name.relation.is_derived());
    (near.forms > 0).then(|| {
        format!(
            "{} by a name that is made of a listed identity and is not listed, so {} as others': {}. Where a name is the \
             agent's own, add it to the agent's `also`, exactly as logged{}, and run again; near.csv lists each record.",
            counted(near.forms, "record in a window is", "records in a window are"),
            if near.forms == 1 { "it counts" } else { "they count" },
            listed(&told, "name"),
            if by_rule {
                ", or write `derived = true` in `[agents]` to take in all guests, tagged addresses, percent escapes, sub-domains, \
                 Salesforce ids, `DOMAIN\\user` and resource names that are made of a listed identity"
            } else {
                ""
            },
        )
    })
}

fn form(findings: &Findings, name: &NearIdentity) -> String {
    let source = findings.sources.get(name.source).map_or("", |source| &source.path);
    format!(
        "`{}` ({}; {}; identity `{}` of agent `{}`; first at byte {} of `{source}`)",
        shown(&name.as_logged),
        counted(name.records, "record", "records"),
        name.relation.says(),
        shown(&name.identity),
        shown(&name.agent.0),
        grouped(name.offset),
    )
}

/// Listed agents and identities that no record has.
pub(super) fn unseen(findings: &Findings) -> Option<String> {
    let near = &findings.near;
    if findings.records.read == findings.records.refused {
        return None;
    }
    // An agent who does nothing is no news. One whom logs of other times do not know either, or
    // whose name is nearly there, may be listed as no log writes it.
    let slips: Vec<_> = near.unseen.iter().filter(|identity| is_slip(identity)).collect();
    let nearly = |agent: &UnseenAgent| slips.iter().any(|own| own.agent == agent.agent);
    let other_times = findings.records.outside_window > 0;
    let nowhere = near.unseen_agents.iter().filter(|agent| match agent.outside_windows {
        Some(true) => false,
        Some(false) => other_times || nearly(agent),
        None => nearly(agent),
    });
    let agents: Vec<_> = nowhere
        .map(|agent| {
            let place = match agent.outside_windows {
                Some(_) => "in no log",
                None => "in no window",
            };
            let own = near.unseen.iter().filter(|identity| identity.agent == agent.agent);
            let own = own.max_by_key(|identity| identity.nearest.as_ref().map(|nearest| nearest.records));
            format!("`{}`: {place}{}", shown(&agent.agent.0), nearest(own))
        })
        .collect();
    let is_unseen = |identity: &UnseenIdentity| near.unseen_agents.iter().any(|agent| agent.agent == identity.agent);
    let identities: Vec<_> = slips
        .iter()
        .filter(|identity| !is_unseen(identity))
        .map(|identity| {
            let (text, agent) = (shown(&identity.identity), shown(&identity.agent.0));
            format!("`{text}` of `{agent}`: in no window{}", nearest(Some(identity)))
        })
        .collect();
    if agents.is_empty() && identities.is_empty() {
        return None;
    }
    let several = |names: &[String], noun| listed_with(names, noun);
    let agents_told = (!agents.is_empty()).then(|| {
        format!(
            "No record has an identity of {} of the scopes as its actor: {}.",
            counted(agents.len() as u64, "agent", "agents"),
            several(&agents, "agent")
        )
    });
    let identities_told = (!identities.is_empty()).then(|| {
        format!(
            "Listed identities that no record has, beside others that occur: {}.",
            several(&identities, "identity")
        )
    });
    let many = near.too_many_actors.then(|| {
        format!(
            "The records name more than {} different actors, so the nearest were not looked for.",
            grouped(crate::scope::Actors::MOST as u64)
        )
    });
    let next = "Check that each is written as the log writes it: the overview lists all.".to_owned();
    let parts = [agents_told, identities_told, many, Some(next)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn listed_with(names: &[String], noun: &str) -> String {
    if noun == "identity" && names.len() > super::NAMED {
        let shown = names[..super::NAMED].join("; ");
        return format!("{shown} and {} more", grouped((names.len() - super::NAMED) as u64));
    }
    listed(names, noun)
}

fn nearest(identity: Option<&UnseenIdentity>) -> String {
    let nearest = identity.and_then(|identity| identity.nearest.as_ref());
    let told = nearest.map(|nearest| {
        let records = counted(nearest.records, "record", "records");
        format!("; nearest: `{}`, {records}", shown(&nearest.name))
    });
    told.unwrap_or_default()
}

/// Whether the nearest name may be a misspelling of the identity. Numbered names are near to each
/// other, and another number is another person's.
fn is_slip(identity: &UnseenIdentity) -> bool {
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let nearest = identity.nearest.as_ref();
    nearest.is_some_and(|nearest| {
        let same = letters(&nearest.name).to_lowercase() == letters(&identity.identity).to_lowercase();
        let digits = identity.identity.chars().any(|c| c.is_ascii_digit());
        !(same && digits)
    })
}

/// Records of listed agents whom no scope has.
pub(super) fn outside_scopes(findings: &Findings) -> Option<String> {
    let count = findings.near.outside_scopes;
    (count > 0).then(|| {
        format!(
            "{} by listed agents whom no scope has at that time, so {} as others'. Where an agent belongs to the incident, add \
             it to a scope; near.csv lists each record.",
            counted(count, "record in a window is", "records in a window are"),
            if count == 1 { "it counts" } else { "they count" },
        )
    })
}

/// Records of agents of a scope in other sessions or from other addresses.
pub(super) fn narrowed(findings: &Findings) -> Option<String> {
    let count = findings.near.narrowed;
    (count > 0).then(|| {
        let records = counted(count, "record", "records");
        format!(
            "{records} of agents of a scope lie in its window, but in sessions or from addresses that it does not name; they \
             count as others'. near.csv lists each record."
        )
    })
}

/// Records of others that name a listed identity.
pub(super) fn mentions(findings: &Findings) -> Option<String> {
    let near = &findings.near;
    let mention = |count, how: &str| {
        (count > 0).then(|| {
            let records = counted(
                count,
                "record of others in a window names",
                "records of others in a window name",
            );
            format!("{records} a listed identity {how}.")
        })
    };
    let mut fields: Vec<_> = near.mentioned_in.iter().collect();
    fields.sort_by_key(|(_, records)| std::cmp::Reverse(**records));
    let fields: Vec<_> = fields
        .iter()
        .map(|(field, records)| format!("`{}` {}", shown(field), grouped(**records)))
        .collect();
    let place = match &fields[..] {
        [] => String::new(),
        fields => format!(" (in {})", listed(fields, "field")),
    };
    let texts = mention(
        near.mentions,
        &format!("as a target or in a text, and not as the actor{place}"),
    );
    let names = mention(
        near.in_names,
        "in the name of the actor, beside other characters or in another form",
    );
    (texts.is_some() || names.is_some()).then(|| {
        let next =
            "Check that the profile reads every field that names an actor, with `matches` where the name stands in a text; near.csv \
             lists each record."
                .to_owned();
        let parts = [texts, names, Some(next)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    })
}

fn shown(text: &str) -> String {
    shortened(&visible(text), LONGEST).into_owned()
}
