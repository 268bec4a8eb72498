//! A bar over the bytes of the sources, on standard error, where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use tenant_impact::progress::Progress;

const TEMPLATE: &str = "{spinner} {msg} {bar:32} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";

/// The bar.
#[derive(Debug)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new(quiet: bool) -> Self {
        Self(if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::no_length()
        })
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
