//! A signature as it lies beside a manifest: SSHSIG, as `ssh-keygen -Y sign` writes it.

use ssh_key::{Algorithm, HashAlg, LineEnding, PublicKey, SshSig, public::KeyData};

/// What signatures are made for; one made for mail or for git says nothing here.
pub const NAMESPACE: &str = "tenant-impact";

/// The key that made this signature over this message, if it did.
pub(super) fn signed_by(signature: &[u8], message: &[u8]) -> Result<KeyData, String> {
    let parsed = SshSig::from_pem(signature).map_err(|fault| format!("not a signature: {fault}"))?;
    // One signature has one spelling, so that no byte of it can be changed without notice.
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

/// As it is written.
pub(super) fn armored(signature: &SshSig) -> Result<String, String> {
    let text = signature.to_pem(LineEnding::LF);
    text.map_err(|fault| format!("not a signature: {fault}"))
}

/// How people compare keys.
pub(super) fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// What is left out rests on SHA-1, or is a certificate.
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
