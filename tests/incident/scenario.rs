//! The two incidents with a fixed story: their sizes, and the steps from the sizes to a folder.

use std::io;
use std::path::Path;

use crate::cast::Cast;
use crate::files;
use crate::ledger::Ledger;
use crate::{exports, story};

/// The numbers that make one incident larger than another.
pub(crate) struct Scenario {
    /// The case's identifier.
    pub(crate) case: &'static str,
    /// Customers in the directory.
    pub(crate) tenants: usize,
    /// Unlisted actors.
    pub(crate) others: usize,
    /// Customers with events in scope, the lost ones included.
    pub(crate) touched: usize,
    /// Whether two of those are missing from the directory.
    pub(crate) strays: bool,
    /// Events of everyday work by listed agents within the window, and the most of them in one
    /// tenant.
    pub(crate) in_window: (usize, usize),
    /// Visits by listed agents before and after the window.
    pub(crate) around: usize,
    /// Records in all files together, the four broken ones and the second copies included.
    pub(crate) records: usize,
    /// The files of the two export jobs.
    pub(crate) jobs: exports::Plan,
}

/// Writes a scenario to `out` and says what is in it.
pub(crate) fn write(scenario: &Scenario, out: &Path) -> io::Result<String> {
    let cast = Cast::of(scenario);
    let events = story::tell(scenario, &cast);
    let sources = exports::sources(&scenario.jobs, &events);
    let mut ledger = Ledger::new(&cast);
    for source in &sources {
        ledger.read(source);
    }
    let truth = ledger.close();
    files::write(scenario, &cast, &sources, &truth, out)?;
    Ok(truth.headline())
}
