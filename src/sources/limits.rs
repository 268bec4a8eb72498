//! How much a file may unpack to. Reaching a limit is an error that names it, never a short read.

/// Bounds on unpacking one file, which a case may raise; and whether its bytes are hashed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes may come out for each byte of the file that went in. Deflate ends at 1,032 by nature, and logs
    /// stay far below; what exceeds this was made to.
    pub ratio: u64,
    /// The ratio counts from here on, in bytes that came out: a small file of equal lines harms nobody.
    pub ratio_from: u64,
    /// How many bytes may come out of one file in all, over all its layers.
    pub unpacked: u64,
    /// How many containers may lie inside each other: `.tar.gz` is two.
    pub depth: usize,
    /// How many bytes of a zip archive are held in memory, because its directory stands at its end. A larger one that
    /// is a file is read from there; one inside another container, or on standard input, cannot be.
    pub held: u64,
    /// Whether digests are taken. What is to be proved needs them; a first look at what happened may do without.
    pub hashed: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ratio: 1000,
            ratio_from: 128 << 20,
            unpacked: 1 << 40,
            depth: 4,
            held: 64 << 20,
            hashed: true,
        }
    }
}
