//! Signatures over manifests in the SSHSIG format, as `ssh-keygen -Y sign` writes them.

use ssh_key::{Algorithm, HashAlg, LineEnding, PublicKey, SshSig, public::KeyData};

/// Namespace of the signatures. A signature made for mail or git has another one and does not
/// count.
pub const NAMESPACE: &str = "tenant-impact";

/// Returns the key that made this signature over this message.
pub(crate) fn signed_by(signature: &[u8], message: &[u8]) -> Result<KeyData, String> {
    let parsed = SshSig::from_pem(signature).map_err(|fault| format!("not a signature: {fault}"))?;
    // A signature has one spelling, so that every changed byte is detected.
    if armored(&parsed)?.as_bytes() != signature || parsed.version() != SshSig::VERSION {
        return Err("not a signature as ssh-keygen writes it".to_owned());
    }
    if parsed.namespace() != NAMESPACE {
        let other = parsed.namespace();
        return Err(format!("made for the namespace `{other}` and not for `{NAMESPACE}`"));
    }
    if !is_sound(&parsed.algorithm()) {
        return Err(format!("made with `{}`, which is not accepted", parsed.algorithm()));
    }
    let key = PublicKey::from(parsed.public_key().clone());
    match key.verify(NAMESPACE, message, &parsed) {
        Ok(()) => Ok(parsed.public_key().clone()),
        Err(_) => Err("does not belong to this manifest: one of the two was changed".to_owned()),
    }
}

/// Encodes a signature in PEM.
pub(super) fn armored(signature: &SshSig) -> Result<String, String> {
    let text = signature.to_pem(LineEnding::LF);
    text.map_err(|fault| format!("not a signature: {fault}"))
}

/// Returns a key's fingerprint, in the form of `ssh-keygen -l`.
pub(crate) fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// Returns whether an algorithm is accepted. Certificates and algorithms based on SHA-1 are not.
fn is_sound(algorithm: &Algorithm) -> bool {
    matches!(
        algorithm,
        Algorithm::Ed25519
            | Algorithm::Ecdsa { .. }
            | Algorithm::Rsa { hash: Some(_) }
            | Algorithm::SkEd25519
            | Algorithm::SkEcdsaSha2NistP256
    )
}
