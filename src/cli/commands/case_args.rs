//! The parts that `report` and `scan` share: the case from the arguments, and the exit status.

use std::io::{self, Read as _};

use tenant_impact::{
    case::{AdHoc, CaseError},
    findings::{Caveat, CaveatCode, Findings},
    pipeline::{CaseSource, Settings},
};

use crate::cli::{args::Question, exit::Outcome};

/// Returns the source of the case. Reads standard input where the case file is `-`.
pub(super) fn source(question: &Question) -> Result<CaseSource, CaseError> {
    Ok(match &question.case {
        Some(path) if path.as_os_str() == "-" => {
            let mut text = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut text);
            read.map_err(|source| CaseError::Read {
                path: "standard input".to_owned(),
                source,
            })?;
            CaseSource::Text(text)
        }
        Some(path) => CaseSource::File(path.clone()),
        None => CaseSource::AdHoc(Box::new(AdHoc {
            logs: question.logs.clone(),
            agents: question.agents.clone(),
            from: question.from.clone().unwrap_or_default(),
            until: question.until.clone().unwrap_or_default(),
            profile: question.profile.clone().unwrap_or_else(|| "superuser".to_owned()),
            tenants: question.tenants.clone(),
            base: ".".into(),
        })),
    })
}

/// Returns the settings that do not change the answer.
pub(super) fn settings(question: &Question) -> Settings {
    Settings {
        threads: question.run.threads,
        memory: question.run.memory,
    }
}

/// Returns the outcome for these findings. Accepted caveats do not count.
pub(super) fn outcome(accept: &[CaveatCode], findings: &Findings) -> Outcome {
    let accepted = |caveat: &Caveat| accept.contains(&caveat.code);
    if findings.caveats.iter().all(accepted) {
        Outcome::Complete
    } else {
        Outcome::Caveats
    }
}
