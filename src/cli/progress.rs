//! A progress bar on standard error, where that is a terminal: bytes of the logs, then reports.

use indicatif::{ProgressBar, ProgressStyle};
use tenant_impact::progress::Progress;

use super::{args::Output, console};

const TEMPLATE: &str = "{spinner} {msg} {bar:32} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";

const REPORTS: &str = "{spinner} {msg} {bar:32} {pos}/{len}";

/// A progress bar.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    /// Whether each source is named when it is opened.
    names_sources: bool,
}

impl Bar {
    /// Creates a bar, which is hidden unless `shown`.
    pub(crate) fn new(shown: bool) -> Self {
        let bar = if shown {
            ProgressBar::no_length()
        } else {
            ProgressBar::hidden()
        };
        Self {
            bar,
            names_sources: false,
        }
    }

    /// Creates the bar of a command that names each source when it is opened, with `-v`.
    pub(crate) fn naming_sources(output: &Output) -> Self {
        Self {
            names_sources: output.verbose > 0,
            ..Self::new(output.progress())
        }
    }
}

impl Progress for Bar {
    fn start(&self, bytes: u64) {
        self.start_stage("scanning", bytes);
    }

    fn start_stage(&self, name: &'static str, bytes: u64) {
        let style = ProgressStyle::with_template(TEMPLATE).expect("the template is valid");
        self.bar.set_style(style);
        self.bar.reset();
        self.bar.set_message(name);
        self.bar.set_length(bytes);
    }

    fn opened(&self, source: &str) {
        if self.names_sources {
            self.bar.suspend(|| console::note(&format!("reading `{source}`")));
        }
    }

    fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn start_reports(&self, tenants: usize) {
        let style = ProgressStyle::with_template(REPORTS).expect("the template is valid");
        self.bar.reset();
        self.bar.set_style(style);
        self.bar.set_message("writing reports");
        self.bar.set_length(tenants as u64);
    }

    fn advance_reports(&self) {
        self.bar.inc(1);
    }
}
