//! A hash that is the same on every machine: FNV-1a.

/// The hash of nothing.
pub(super) const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Returns the hash with one more byte.
pub(super) fn mixed(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}
