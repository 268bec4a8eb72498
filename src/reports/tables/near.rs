//! Records by others that name a listed identity.

use std::io::{self, Write};

use crate::{
    digest,
    findings::{Answer, NearRecords},
    reports::csv::Sheet,
    tally::{NearKind, NearMiss, NearName},
};

const COLUMNS: [&str; 10] = [
    "source",
    "source_sha256",
    "offset",
    "length",
    "kind",
    "relation",
    "agent",
    "identity",
    "as_logged",
    "field",
];

/// Every such record, in source order, with a row for each identity.
pub(in crate::reports) fn near(answer: &Answer, to: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(to, COLUMNS)?;
    let NearRecords { identities, records } = &answer.near;
    for near in records {
        for name in &near.names {
            sheet.row(cells(answer, &identities[name.identity], near, name))?;
        }
    }
    sheet.finish()
}

fn cells(answer: &Answer, identity: &(crate::case::AgentId, String), near: &NearMiss, name: &NearName) -> [String; 10] {
    let source = &answer.findings.sources[near.at.source];
    let (kind, relation) = match name.kind {
        NearKind::Mention => ("mention", None),
        NearKind::Form(relation) => ("near-identity", Some(relation)),
        NearKind::OutsideScopes => ("agent-outside-scopes", None),
        NearKind::Narrowed => ("narrowed-away", None),
    };
    [
        source.path.clone(),
        digest::shown(source.stream_sha256),
        near.at.offset.to_string(),
        near.at.length.to_string(),
        kind.to_owned(),
        relation.map_or("", crate::scope::Relation::as_str).to_owned(),
        identity.0.0.clone(),
        identity.1.clone(),
        name.as_logged.clone(),
        name.field.clone().unwrap_or_default(),
    ]
}
