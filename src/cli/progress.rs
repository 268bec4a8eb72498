//! A bar over the bytes of the sources, then over the tenants' reports, on standard error, where
//! that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use tenant_impact::progress::Progress;

const TEMPLATE: &str = "{spinner} {msg} {bar:32} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";

const REPORTS: &str = "{spinner} {msg} {bar:32} {pos}/{len}";

/// The bar.
#[derive(Debug)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar, or nothing where none is wanted.
    pub(crate) fn new(shown: bool) -> Self {
        Self(if shown {
            ProgressBar::no_length()
        } else {
            ProgressBar::hidden()
        })
    }
}

impl Bar {
    /// Begins anew with the reports of so many tenants.
    pub(crate) fn reports(&self, tenants: usize) {
        let style = ProgressStyle::with_template(REPORTS).expect("the template is valid");
        self.0.reset();
        self.0.set_style(style);
        self.0.set_message("writing reports");
        self.0.set_length(tenants as u64);
    }

    /// One more report is written.
    pub(crate) fn report(&self) {
        self.0.inc(1);
    }
}

impl Progress for Bar {
    fn start(&self, bytes: u64) {
        let style = ProgressStyle::with_template(TEMPLATE).expect("the template is valid");
        self.0.set_style(style);
        self.0.set_message("scanning");
        self.0.set_length(bytes);
    }

    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}
