//! SHA-256 digests (FIPS 180-4). Every recipient can run `sha256sum`.
//!
//! Computed by `ring`: as fast as `sha2` where the processor has instructions for SHA-256, and with
//! two thirds of its instructions where the processor has none, by assembly with vectors.

use std::{fmt, io::Read, str::FromStr};

use ring::{
    digest::{Context, SHA256},
    hmac,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A SHA-256 digest, displayed and serialised as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// Computes the digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Hasher::new().chain(bytes).finish()
    }

    /// Computes HMAC-SHA-256 (RFC 2104) of these bytes.
    pub fn keyed(key: &[u8; 32], bytes: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        Self(digits(hmac::sign(&key, bytes).as_ref()))
    }
}

/// Returns the bytes of a digest.
fn digits(digest: &[u8]) -> [u8; 32] {
    digest.try_into().expect("a digest has 32 bytes")
}

/// A running digest.
#[derive(Clone)]
pub struct Hasher(Context);

impl Hasher {
    /// Starts with no bytes.
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the same with more bytes.
    #[must_use]
    pub fn chain(mut self, bytes: &[u8]) -> Self {
        self.add(bytes);
        self
    }

    /// Returns the digest of all bytes.
    pub fn finish(self) -> Sha256 {
        Sha256(digits(self.0.finish().as_ref()))
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows nothing of the bytes, which may be a key.
impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

/// Returns the text of a digest, also where none was computed.
pub fn shown(digest: Option<Sha256>) -> String {
    digest.map_or_else(|| "not taken".to_owned(), |digest| digest.to_string())
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Sha256> for String {
    fn from(digest: Sha256) -> Self {
        digest.to_string()
    }
}

impl FromStr for Sha256 {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map(|()| Self(bytes))
    }
}

impl TryFrom<String> for Sha256 {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A digest and byte count that are computed piece by piece.
#[derive(Debug, Clone)]
pub struct Sum {
    hasher: Option<Hasher>,
    bytes: u64,
}

impl Sum {
    /// Starts with no bytes. Without `hashed`, bytes are only counted.
    pub fn new(hashed: bool) -> Self {
        Self {
            hasher: hashed.then(Hasher::new),
            bytes: 0,
        }
    }

    /// Returns the number of bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds more bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        if let Some(hasher) = &mut self.hasher {
            hasher.add(bytes);
        }
        self.bytes += bytes.len() as u64;
    }

    /// Returns the digest, if one was computed, and the number of bytes.
    pub fn finish(self) -> (Option<Sha256>, u64) {
        let digest = self.hasher.map(Hasher::finish);
        (digest, self.bytes)
    }
}

/// A reader that hashes what is read through it, so that the hashed bytes are the parsed bytes.
#[derive(Debug)]
pub struct HashingReader<R> {
    inner: R,
    sum: Sum,
}

impl<R: Read> HashingReader<R> {
    /// Starts at the reader's current position. Without `hashed`, bytes are only counted.
    pub fn new(inner: R, hashed: bool) -> Self {
        let sum = Sum::new(hashed);
        Self { inner, sum }
    }

    /// Returns the digest, if one was computed, and the number of bytes read so far.
    pub fn finish(self) -> (Option<Sha256>, u64) {
        self.sum.finish()
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.sum.add(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of FIPS 180-4 and RFC 4231 (test case 2 with its key filled up with zeros, which
    /// HMAC does anyway).
    #[test]
    fn digests_are_those_of_the_standards() {
        for (bytes, digest) in [
            (
                &b""[..],
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                b"abc",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
        ] {
            assert_eq!(Sha256::of(bytes).to_string(), digest);
        }
        let mut million = Hasher::new();
        for piece in vec![b'a'; 1_000_000].chunks(997) {
            million.add(piece);
        }
        let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        assert_eq!(million.finish().to_string(), digest);

        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(Sha256::keyed(&key, b"what do ya want for nothing?").to_string(), digest);
    }
}
