//! Observation of a run's progress. The library counts bytes and reports; a program may draw a
//! bar.

/// An observer of progress. It is called once per block, never per record.
pub trait Progress: Sync {
    /// The reading of logs begins; `bytes` is the size of all sources on disk.
    fn start(&self, bytes: u64);
    /// Another stage of reading begins; `bytes` is the number of bytes it reads.
    fn start_stage(&self, _name: &'static str, bytes: u64) {
        self.start(bytes);
    }
    /// A source with this name is opened.
    fn opened(&self, _source: &str) {}
    /// This many more bytes of input were read.
    fn advance(&self, bytes: u64);
    /// The stage is over.
    fn finish(&self);
    /// The writing of reports begins.
    fn start_reports(&self, _tenants: usize) {}
    /// The report of one more tenant begins.
    fn advance_reports(&self) {}
}

/// An observer that ignores all calls.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _bytes: u64) {}
    fn advance(&self, _bytes: u64) {}
    fn finish(&self) {}
}
