//! Limits on unpacking. Exceeding one is an error that names it, never a short read.

/// Bounds on unpacking one file, which a case may raise; and whether its bytes are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that may come out for each byte of the file. Deflate reaches 1,032 at most, and logs
    /// stay far below.
    pub ratio: u64,
    /// Output in bytes from which the ratio applies: a small file of equal lines is harmless.
    pub ratio_from: u64,
    /// Bytes that may come out of one file, over all its layers.
    pub unpacked: u64,
    /// Containers that may be nested: `.tar.gz` is two.
    pub depth: usize,
    /// Bytes of a zip archive that are kept in memory, because its directory is at its end. A
    /// larger archive is read from its file; inside another container or on standard input it
    /// cannot be.
    pub held: u64,
    /// Whether digests are computed. Proofs need them; a first look may do without.
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
