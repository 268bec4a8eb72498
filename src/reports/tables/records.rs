//! Positions of the records of a tenant's rows, and the values that open their commitments: for the
//! vendor only.

use std::io::{self, Write};

use serde::Serialize;

use super::{Out, json};
use crate::{
    digest::{self, Sha256},
    findings::{Findings, TenantImpact},
    tally::TenantEvent,
};

/// A line of `records/<slug>.jsonl`. The keys and their order are a contract.
#[derive(Serialize)]
struct RecordLine<'a> {
    tenant: &'a str,
    case: &'a str,
    number: usize,
    source: &'a str,
    source_sha256: String,
    offset: u64,
    length: u64,
    record_sha256: Sha256,
    record_commitment: Option<Sha256>,
    nonce: Option<Sha256>,
}

/// A line for each row of a tenant's `actions.jsonl`, in its order.
pub(in crate::reports) fn records(findings: &Findings, impact: &TenantImpact, to: &mut dyn Write) -> io::Result<()> {
    let line = |(number, event): (usize, &TenantEvent)| {
        let source = &findings.sources[event.at.source];
        RecordLine {
            tenant: &impact.finding.id.0,
            case: &findings.case.header.id,
            number,
            source: &source.path,
            source_sha256: digest::shown(source.stream_sha256),
            offset: event.at.offset,
            length: event.at.length,
            record_sha256: event.record_sha256,
            record_commitment: event.seal.map(|seal| seal.commitment),
            nonce: event.seal.map(|seal| seal.nonce),
        }
    };
    let mut out = Out::new(to);
    json::lines((1..).zip(&impact.events).map(line), &mut out)?;
    out.finish()
}
