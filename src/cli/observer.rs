//! The observer of a run: progress bar, `-v` and `-vv` on standard error, and signals.

use std::{
    fmt::Write as _,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use tenant_impact::{
    bundle::{AbortHandle, stale_outputs},
    findings::Scan,
    pipeline::Observer,
    progress::Progress,
    text::{counted, grouped},
};

use super::{args::Output, console, progress::Bar, signals};

/// Shows the progress of a run, as far as the user asked for it.
#[derive(Debug)]
pub(crate) struct RunObserver {
    bar: Bar,
    verbose: u8,
    /// Folder of the bundle, if one is written.
    out: Option<PathBuf>,
    stage_began: Mutex<Instant>,
}

impl RunObserver {
    pub(crate) fn new(output: &Output, out: Option<PathBuf>) -> Self {
        Self {
            bar: Bar::new(output.progress()),
            verbose: output.verbose,
            out,
            stage_began: Mutex::new(Instant::now()),
        }
    }

    /// Reports the folders that killed runs left, because they contain tenants' data.
    fn report_stale_outputs(&self) {
        let Some(out) = &self.out else { return };
        let stale = stale_outputs(out).unwrap_or_default();
        for folder in stale.into_iter().filter(|folder| !folder.is_in_use()) {
            console::note(&format!(
                "a run that was killed left `{}`; `tenant-impact clean {}` removes it",
                folder.path.display(),
                out.display()
            ));
        }
    }
}

impl Observer for RunObserver {
    fn progress(&self) -> &dyn Progress {
        &self.bar
    }

    fn begins_to_write(&self, abort: AbortHandle) {
        signals::abort_on(abort);
        self.report_stale_outputs();
    }

    fn scanned(&self, scan: &Scan) {
        if self.verbose == 0 {
            return;
        }
        for source in &scan.sources {
            let (path, framing, profile) = (&source.path, &source.framing, &source.profile);
            let records = counted(source.tally.read, "record", "records");
            let mut line = format!("{path}: {framing}, profile {profile}, {records}");
            if self.verbose > 1 {
                let paths = source.tally.path_counts;
                let _ = write!(
                    line,
                    ": {} rejected by their time, {} by the prefilter, {} read in full",
                    grouped(paths.time),
                    grouped(paths.glance),
                    grouped(paths.full),
                );
            }
            console::note(&line);
        }
    }

    fn ended(&self, stage: &'static str) {
        let mut began = self.stage_began.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if self.verbose > 1 {
            console::note(&format!("{stage}: {:.1} ms", (now - *began).as_secs_f64() * 1e3));
        }
        *began = now;
    }
}
