//! Signing of manifests with an OpenSSH key.
//!
//! A plain Ed25519 or ECDSA key signs in this process. `ssh-keygen` signs with all others: keys in
//! an agent, keys on a hardware token, and RSA keys, whose operations in pure Rust are not constant
//! in time. So no passphrase and no PIN passes through this program.

use std::{
    ffi::OsStr,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use ssh_key::{Algorithm, HashAlg, PrivateKey, PublicKey, public::KeyData};
use tempfile::TempDir;

use super::{
    NAMESPACE,
    private_files::{private_file, private_temporary},
    sshsig::{armored, fingerprint, signed_by},
};

/// Largest key file in bytes.
const LARGEST: u64 = 1 << 20;

/// Paths on one command line. Their number fits on every system.
const AT_ONCE: usize = 200;

/// A key that was tried and can sign.
#[derive(Debug)]
pub struct Signer {
    key: KeyData,
    how: SigningMethod,
}

#[derive(Debug)]
enum SigningMethod {
    Here(Box<PrivateKey>),
    SshKeygen(PathBuf),
}

/// Fault of a signing key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The key file cannot be read.
    #[error("cannot read the key `{}`: {fault}", path.display())]
    Unreadable {
        /// Path as given.
        path: PathBuf,
        /// Answer of the system.
        fault: io::Error,
    },
    /// The file is not a key, or a key in an older format.
    #[error(
        "`{}` is no OpenSSH key: name a private key, or the `.pub` file of a key that an ssh-agent holds. \
         `ssh-keygen -p -f KEY` rewrites older forms", .0.display()
    )]
    NotAKey(PathBuf),
    /// The key has a passphrase.
    #[error(
        "the key `{}` is protected by a passphrase and no ssh-agent holds it: run `ssh-add {}` first, so that nothing is \
         asked when the reports are written", .0.display(), .0.display()
    )]
    Locked(PathBuf),
    /// A program that is needed to sign is missing.
    #[error("cannot run `{program}`, which this key needs: {fault}")]
    NoProgram {
        /// `ssh-keygen` or `ssh-add`.
        program: &'static str,
        /// Answer of the system.
        fault: io::Error,
    },
    /// The signature was not made, or is not correct.
    #[error("cannot sign with `{}`: {said}", path.display())]
    Refused {
        /// Path as given.
        path: PathBuf,
        /// Reason.
        said: String,
    },
}

impl Signer {
    /// Reads a key and makes a trial signature, so that a key that cannot sign stops the run at its
    /// start.
    pub fn open(path: &Path) -> Result<Self, SignError> {
        let unreadable = |fault| SignError::Unreadable {
            path: path.to_owned(),
            fault,
        };
        if fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
            return Err(SignError::NotAKey(path.to_owned()));
        }
        let bytes = fs::read(path).map_err(unreadable)?;
        let signer = Self::of(path, &bytes)?;
        signer.try_out(path)?;
        Ok(signer)
    }

    /// Returns the key's fingerprint, in the form of `ssh-keygen -l`.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.key)
    }

    fn of(path: &Path, bytes: &[u8]) -> Result<Self, SignError> {
        let not_a_key = || SignError::NotAKey(path.to_owned());
        let by_program = |key: &PublicKey| Self {
            key: key.key_data().clone(),
            how: SigningMethod::SshKeygen(path.to_owned()),
        };
        let Ok(private) = PrivateKey::from_openssh(bytes) else {
            let text = str::from_utf8(bytes).map_err(|_| not_a_key())?;
            let public = PublicKey::from_openssh(text)
                .ok()
                .map_or_else(|| public_half(path), |key| Ok(Some(key)))?;
            return public.as_ref().map(by_program).ok_or_else(not_a_key);
        };
        let public = private.public_key();
        if private.is_encrypted() && !in_agent(public)? {
            return Err(SignError::Locked(path.to_owned()));
        }
        let plain = matches!(private.algorithm(), Algorithm::Ed25519 | Algorithm::Ecdsa { .. });
        if private.is_encrypted() || !plain {
            return Ok(by_program(public));
        }
        Ok(Self {
            key: public.key_data().clone(),
            how: SigningMethod::Here(Box::new(private)),
        })
    }

    fn try_out(&self, path: &Path) -> Result<(), SignError> {
        let refused = |fault: io::Error| SignError::Refused {
            path: path.to_owned(),
            said: fault.to_string(),
        };
        let folder = trial().map_err(refused)?;
        self.sign(folder.path(), &["try".to_owned()]).map(drop)
    }

    /// Signs each of these files below a folder. Returns the signatures in the order of the files;
    /// each is verified first.
    pub(super) fn sign(&self, folder: &Path, files: &[String]) -> Result<Vec<String>, SignError> {
        match &self.how {
            SigningMethod::Here(key) => {
                let sign = |file: &String| self.sign_here(key, &folder.join(file));
                files.iter().map(sign).collect()
            }
            SigningMethod::SshKeygen(path) => {
                let mut signatures = Vec::with_capacity(files.len());
                for files in files.chunks(AT_ONCE) {
                    signatures.extend(self.sign_by_program(path, folder, files)?);
                }
                Ok(signatures)
            }
        }
    }

    fn sign_here(&self, key: &PrivateKey, file: &Path) -> Result<String, SignError> {
        let refused = |said: String| SignError::Refused {
            path: file.to_owned(),
            said,
        };
        let message = fs::read(file).map_err(|fault| refused(fault.to_string()))?;
        let signature = key
            .sign(NAMESPACE, HashAlg::Sha512, &message)
            .map_err(|fault| refused(fault.to_string()))?;
        let signature = armored(&signature).map_err(refused)?;
        self.checked(signature, &message).map_err(refused)
    }

    /// Signs with `ssh-keygen`, which writes each signature to a file beside the signed one. These
    /// files are read and removed, because only the bundle's writer may add files to it.
    fn sign_by_program(&self, key: &Path, folder: &Path, files: &[String]) -> Result<Vec<String>, SignError> {
        let refused = |said: String| SignError::Refused {
            path: key.to_owned(),
            said,
        };
        let absolute = std::path::absolute(key).map_err(|fault| refused(fault.to_string()))?;
        let mut command = Command::new("ssh-keygen");
        command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(absolute);
        command.args(files).current_dir(folder).stdin(Stdio::null());
        let on_token = matches!(
            self.key.algorithm(),
            Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256
        );
        if on_token {
            // The token asks for a touch or a PIN.
            command.stdin(Stdio::inherit()).stderr(Stdio::inherit());
        }
        let output = run("ssh-keygen", &mut command)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(refused(format!("ssh-keygen says: {}", said.trim())));
        }
        let take = |file: &String| -> Result<String, String> {
            let message = fs::read(folder.join(file)).map_err(|fault| fault.to_string())?;
            let beside = folder.join(format!("{file}.sig"));
            let signature = fs::read_to_string(&beside).map_err(|fault| fault.to_string())?;
            fs::remove_file(&beside).map_err(|fault| fault.to_string())?;
            self.checked(signature, &message)
        };
        files.iter().map(|file| take(file).map_err(refused)).collect()
    }

    fn checked(&self, signature: String, message: &[u8]) -> Result<String, String> {
        match signed_by(signature.as_bytes(), message)? {
            key if key == self.key => Ok(signature),
            other => Err(format!("it was signed by another key, {}", fingerprint(&other))),
        }
    }
}

/// Creates a folder with a file for the trial signature, which only the owner can read or replace.
fn trial() -> io::Result<TempDir> {
    let folder = private_temporary(OsStr::new("tenant-impact-"), &std::env::temp_dir())?;
    let mut file = private_file().open(folder.path().join("try"))?;
    file.write_all(b"tenant-impact tries this key")?;
    Ok(folder)
}

/// Returns the public half of a private key that only `ssh-keygen` can read: a key in an older
/// format, or an ECDSA key whose number begins with zeros, which the crate rejects. Returns `None`
/// for a key with a passphrase, so that `ssh-keygen` asks for nothing.
fn public_half(path: &Path) -> Result<Option<PublicKey>, SignError> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-y", "-P", "", "-f"]).arg(path).stdin(Stdio::null());
    let output = run("ssh-keygen", &mut command)?;
    let public = String::from_utf8_lossy(&output.stdout);
    Ok(PublicKey::from_openssh(public.trim()).ok())
}

/// Returns whether an ssh-agent has the private half.
fn in_agent(key: &PublicKey) -> Result<bool, SignError> {
    let output = run("ssh-add", Command::new("ssh-add").arg("-L").stdin(Stdio::null()))?;
    let listed = String::from_utf8_lossy(&output.stdout);
    let mut listed = listed.lines().filter_map(|line| PublicKey::from_openssh(line).ok());
    Ok(listed.any(|listed| listed.key_data() == key.key_data()))
}

fn run(program: &'static str, command: &mut Command) -> Result<Output, SignError> {
    let output = command.output();
    output.map_err(|fault| SignError::NoProgram { program, fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key must be rejected when it is opened, before a run begins.
    #[test]
    fn a_public_key_that_no_agent_holds_cannot_be_opened() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("key.pub");
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbTAVEsvK2yLpWNzxIV4YgzFlMKVIsmKyqCl1Z5yB2e";
        fs::write(&path, key).expect("a file");
        let fault = Signer::open(&path).expect_err("nobody holds it");
        assert!(
            matches!(fault, SignError::Refused { .. } | SignError::NoProgram { .. }),
            "{fault}"
        );
    }

    #[test]
    #[cfg(unix)]
    fn what_is_signed_for_a_try_is_its_owner_s_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = trial().expect("a temporary folder");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&folder.path().join("try")), 0o600);
    }
}
