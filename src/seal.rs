//! Commitments: what a customer's copy holds of bytes that it does not show.
//!
//! ```text
//! key of the case -- HKDF --> key of the nonces -- HKDF(position, digest) --> nonce
//! commitment = SHA-256(nonce || bytes)
//! ```
//!
//! A bare digest of a record confirms every guess at what the record says, and with it what is
//! masked and who the agent is. A commitment confirms nothing until its nonce is handed out, and
//! fixes the record all the same.

use std::fmt;

use crate::digest::{Hasher, Sha256};

/// Prefix of the derivation of a record's nonce.
const RECORD: &[u8] = b"tenant-impact record nonce 1\0";
/// Prefix of the derivation of a source's nonce.
const SOURCE: &[u8] = b"tenant-impact source nonce 1\0";

/// A nonce and the commitment that it opens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// 32 secret bytes. Only the vendor has them until the commitment is opened.
    pub nonce: Sha256,
    /// SHA-256 over the nonce and the bytes.
    pub commitment: Sha256,
}

impl Seal {
    /// Computes the commitment to these bytes under this nonce.
    pub fn commitment(nonce: Sha256, bytes: &[u8]) -> Sha256 {
        Hasher::new().chain(&nonce.0).chain(bytes).finish()
    }

    fn new(nonce: Sha256, bytes: &[u8]) -> Self {
        let commitment = Self::commitment(nonce, bytes);
        Self { nonce, commitment }
    }
}

/// Hides the nonce in messages.
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.commitment, f)
    }
}

/// The secret from which all nonces of a bundle are derived.
#[derive(Clone)]
pub struct Nonces([u8; 32]);

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonces")
    }
}

impl Nonces {
    /// Derives the secret from the key of the case: the extract step of HKDF-SHA-256 (RFC 5869),
    /// without a salt.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Sha256::keyed(&[0; 32], key).0)
    }

    /// Seals a record by its offset in the source, its bytes and their digest. The nonce is derived
    /// from all three, so that the same case gives the same bundle again and no two records share a
    /// nonce.
    pub fn record(&self, offset: u64, bytes: &[u8], digest: Sha256) -> Seal {
        let length = bytes.len() as u64;
        let nonce = self.nonce(&[RECORD, &offset.to_be_bytes(), &length.to_be_bytes(), &digest.0]);
        Seal::new(nonce, bytes)
    }

    /// Seals the digest of a source's stream.
    pub fn source(&self, digest: Sha256) -> Seal {
        Seal::new(self.nonce(&[SOURCE, &digest.0]), &digest.0)
    }

    /// Computes the first block of the expand step of HKDF.
    fn nonce(&self, info: &[&[u8]]) -> Sha256 {
        let mut block = info.concat();
        block.push(1);
        Sha256::keyed(&self.0, &block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks RFC 5869, test case 3: no salt and no info. Its key is shorter than ours, so the two
    /// steps are checked separately.
    #[test]
    fn nonces_follow_rfc_5869() {
        let extracted = "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04";
        let extracted: Sha256 = extracted.parse().expect("a digest");
        let expanded = Nonces(extracted.0).nonce(&[]);
        let stated = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d";
        assert_eq!(expanded.to_string(), stated);
        // RFC 4231, test case 1, its key padded to 32 bytes as HMAC pads it.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let stated = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(Sha256::keyed(&key, b"Hi There").to_string(), stated);
    }

    #[test]
    fn every_part_of_a_record_changes_its_nonce() {
        let seal = |key: u8, offset, bytes: &[u8]| Nonces::new(&[key; 32]).record(offset, bytes, Sha256::of(bytes));
        let one = seal(1, 0, b"a");
        assert_eq!(one, seal(1, 0, b"a"));
        for other in [seal(2, 0, b"a"), seal(1, 1, b"a"), seal(1, 0, b"b")] {
            assert!(one.nonce != other.nonce && one.commitment != other.commitment);
        }
        let digest = Sha256::of(b"a");
        assert_ne!(Nonces::new(&[1; 32]).source(digest).nonce, one.nonce);
        let opened = [&one.nonce.0[..], b"a"].concat();
        assert_eq!(Sha256::of(&opened), one.commitment);
    }
}
