//! What `report` and `scan` have in common: the question, and how its answer ends the program.

use std::{
    fmt::Write as _,
    io::{self, Read as _},
    path::Path,
    thread,
    time::Instant,
};

use tenant_impact::{
    case::{AdHoc, Case, CaseError},
    catalogue::Catalogue,
    engine::{Plan, PlanError},
    findings::{Caveat, CaveatCode, Findings, Scan},
    text::{counted, grouped},
};

use crate::cli::{
    args::{Output, Question},
    console,
    exit::Outcome,
};

/// The case that is asked, from its file or by flags.
pub(super) fn case(question: &Question) -> Result<Case, CaseError> {
    match &question.case {
        Some(path) if path.as_os_str() == "-" => {
            let mut text = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut text);
            read.map_err(|source| CaseError::Read {
                path: "standard input".to_owned(),
                source,
            })?;
            Case::read(Path::new("case.toml"), &text)
        }
        Some(path) => Case::load(path),
        None => Case::ad_hoc(&AdHoc {
            logs: question.logs.clone(),
            agents: question.agents.clone(),
            from: question.from.clone().unwrap_or_default(),
            until: question.until.clone().unwrap_or_default(),
            profile: question.profile.clone().unwrap_or_else(|| "superuser".to_owned()),
            tenants: question.tenants.clone(),
            base: ".".into(),
        }),
    }
}

/// Starts to read the built-in catalogue for the logs of a plan, which takes as long as a small log
/// does, and returns how to wait for it. Tests show that what is built in has no faults.
pub(super) fn catalogue(plan: &Plan) -> impl FnOnce() -> Catalogue + use<> {
    let profiles: Vec<String> = plan.profile_names().into_iter().map(str::to_owned).collect();
    let read = move || Catalogue::of_profiles(&profiles.iter().map(String::as_str).collect::<Vec<_>>());
    let reading = thread::Builder::new().spawn(read.clone());
    move || match reading {
        Ok(reading) => reading.join().expect("what is built in is tested"),
        // There was no thread for it.
        Err(_) => read(),
    }
}

/// The plan of a case. What is in scope and has no room in memory goes beside the bundle, if one is
/// written: it is the same customers' data.
pub(super) fn plan(question: &Question, case: &Case, out: Option<&Path>) -> Result<Plan, PlanError> {
    let mut plan = Plan::new(case)?;
    if let Some(bytes) = question.memory {
        plan.memory.bytes = bytes;
    }
    if let Some(out) = out {
        spill_beside(out, &mut plan);
    }
    Ok(plan)
}

/// Puts what has no room in memory beside a bundle.
pub(super) fn spill_beside(out: &Path, plan: &mut Plan) {
    if let Some(folder) = out.parent() {
        plan.memory.folder = if folder.as_os_str().is_empty() {
            ".".into()
        } else {
            folder.to_owned()
        };
    }
}

/// What each log was read as, if that was asked for; asked twice, what it took to judge its
/// records.
pub(super) fn verbose(output: &Output, scan: &Scan) {
    if output.verbose == 0 {
        return;
    }
    for source in &scan.sources {
        let (path, framing, profile) = (&source.path, &source.framing, &source.profile);
        let records = counted(source.tally.read, "record", "records");
        let mut line = format!("{path}: {framing}, profile {profile}, {records}");
        if output.verbose > 1 {
            let efforts = source.tally.path_counts;
            let _ = write!(
                line,
                ": {} judged by their time alone, {} at a glance, {} read in full",
                grouped(efforts.time),
                grouped(efforts.glance),
                grouped(efforts.full),
            );
        }
        console::note(&line);
    }
}

/// The time that each stage took, on standard error, if that was asked for twice.
pub(super) struct Stages {
    shown: bool,
    since: Instant,
}

impl Stages {
    pub(super) fn new(output: &Output) -> Self {
        Self {
            shown: output.verbose > 1,
            since: Instant::now(),
        }
    }

    /// Ends a stage. The next one begins.
    pub(super) fn end(&mut self, stage: &str) {
        let now = Instant::now();
        if self.shown {
            console::note(&format!("{stage}: {:.1} ms", (now - self.since).as_secs_f64() * 1e3));
        }
        self.since = now;
    }
}

/// How the program ends with this answer: caveats that the user accepts do not count.
pub(super) fn outcome(accept: &[CaveatCode], findings: &Findings) -> Outcome {
    let accepted = |caveat: &Caveat| accept.contains(&caveat.code);
    if findings.caveats.iter().all(accepted) {
        Outcome::Complete
    } else {
        Outcome::Caveats
    }
}
