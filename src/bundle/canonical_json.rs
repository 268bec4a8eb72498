//! Canonical JSON (RFC 8785): one value has one spelling, so the digest of a manifest identifies
//! its content.
//!
//! This form escapes only what JSON requires, so control and bidi characters stand in a manifest as
//! they were logged. The file is for programs; a program that displays a part of it must escape it
//! first.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Returns the canonical bytes of a value, without a line end.
pub(super) fn canonical(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("a manifest has string keys and whole numbers only")
}

/// Parses canonical bytes. The error says why the bytes are not canonical.
pub(crate) fn read<V: DeserializeOwned>(bytes: &[u8]) -> Result<V, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|fault| format!("not JSON: {fault}"))?;
    let spelt = serde_json_canonicalizer::to_vec(&value).map_err(|fault| format!("not canonical JSON: {fault}"))?;
    if spelt != bytes {
        return Err("not canonical JSON (RFC 8785)".to_owned());
    }
    serde_json::from_value(value).map_err(|fault| format!("not a manifest: {fault}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_value_has_one_spelling() {
        let value = json!({"b": 1, "a": ["\u{202e}\n\u{7f}\"", null, true]});
        let bytes = canonical(&value);
        assert_eq!(
            bytes,
            "{\"a\":[\"\u{202e}\\n\u{7f}\\\"\",null,true],\"b\":1}".as_bytes()
        );
        assert_eq!(read::<Value>(&bytes), Ok(value));
        for other in [
            "{\"a\": 1}",
            "{\"b\":1,\"a\":1}",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1.0}",
            "[1]\n",
            "[1",
            "",
        ] {
            assert!(read::<Value>(other.as_bytes()).is_err(), "{other}");
        }
        let deep = "[".repeat(1_000_000);
        assert!(read::<Value>(deep.as_bytes()).is_err());
    }
}
