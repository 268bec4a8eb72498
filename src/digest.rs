//! SHA-256 digests (FIPS 180-4). Every recipient can run `sha256sum`.

use std::{fmt, io::Read, str::FromStr};

use hmac::{Hmac, KeyInit as _, Mac as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A SHA-256 digest, displayed and serialised as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// Computes the digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// Computes HMAC-SHA-256 (RFC 2104) of these bytes.
    pub fn keyed(key: &[u8; 32], bytes: &[u8]) -> Self {
        let mac = Hmac::<sha2::Sha256>::new_from_slice(key).expect("a key may have any length");
        Self(mac.chain_update(bytes).finalize().into_bytes().into())
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
    hasher: Option<sha2::Sha256>,
    bytes: u64,
}

impl Sum {
    /// Starts with no bytes. Without `hashed`, bytes are only counted.
    pub fn new(hashed: bool) -> Self {
        Self {
            hasher: hashed.then(sha2::Sha256::new),
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
            hasher.update(bytes);
        }
        self.bytes += bytes.len() as u64;
    }

    /// Returns the digest, if one was computed, and the number of bytes.
    pub fn finish(self) -> (Option<Sha256>, u64) {
        let digest = self.hasher.map(|hasher| Sha256(hasher.finalize().into()));
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
