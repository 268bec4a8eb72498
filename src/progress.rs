//! The observer of a scan. The library reports bytes; what a bar looks like is the terminal's
//! business.

/// Told of every block as it is read: one call per block, never per record.
pub trait Progress: Sync {
    /// The scan begins; `bytes` is the total size of the sources on disk.
    fn start(&self, bytes: u64);
    /// This many more bytes of input have been read.
    fn advance(&self, bytes: u64);
    /// The scan is over.
    fn finish(&self);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _bytes: u64) {}
    fn advance(&self, _bytes: u64) {}
    fn finish(&self) {}
}
