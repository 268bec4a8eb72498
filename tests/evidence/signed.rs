//! Signatures: made here or by `ssh-keygen`, each is checked by the other.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::{CASE, LOG, allowed, bundle, edit, has_tool, key, verified, write};
use crate::util::{Dir, Run, program};

/// The real program's verdict on a manifest.
fn by_ssh_keygen(folder: &Path, signers: &Path, options: &[&str]) -> bool {
    let manifest = fs::File::open(folder.join("manifest.json")).expect("a manifest");
    let output = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-I", "vendor", "-n", "tenant-impact", "-f"])
        .arg(signers)
        .arg("-s")
        .arg(folder.join("manifest.json.sig"))
        .args(options)
        .stdin(manifest)
        .output();
    output.expect("ssh-keygen runs").status.success()
}

const VERIFY: [&str; 4] = ["verify", "signed", "--allowed-signers", "allowed_signers"];

#[test]
fn every_kind_of_key_signs_and_ssh_keygen_agrees() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let kinds: [&[&str]; 5] = [
        &["ed25519"],
        &["ecdsa", "-b", "256"],
        &["ecdsa", "-b", "384"],
        &["ecdsa", "-b", "521"],
        &["rsa", "-b", "2048"],
    ];
    for kind in kinds {
        let dir = bundle(&[]);
        let key = key(&dir, "key", kind, "");
        write(&dir, "signed", &["--sign", "key"]);
        let signers = allowed(&dir, &key, "");
        for folder in ["signed", "signed/tenants/acme", "signed/tenants/bolt"] {
            assert!(by_ssh_keygen(&dir.path(folder), &signers, &[]), "{kind:?} {folder}");
        }
        dir.run(VERIFY).ends(0).says("3 manifests signed by vendor (SHA256:");
        // Nothing but the signatures is different, so that one can be added later.
        let (mut signed, unsigned) = (
            crate::util::files(&dir.path("signed")),
            crate::util::files(&dir.path("out")),
        );
        signed.retain(|path, _| !path.ends_with("manifest.json.sig"));
        assert_eq!(signed, unsigned, "{kind:?}");
    }
}

#[test]
fn a_signature_by_hand_counts_like_one_of_ours() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = bundle(&[]);
    let key = key(&dir, "key", &["ed25519"], "");
    allowed(&dir, &key, "");
    fs::rename(dir.path("out"), dir.path("signed")).expect("renamed");
    dir.run(VERIFY).ends(1).says("missing").says("the bundle is not signed");
    let sign = |namespace: &str, folder: &str| {
        let manifest = dir.path(folder).join("manifest.json");
        let mut command = Command::new("ssh-keygen");
        command
            .args(["-Y", "sign", "-n", namespace, "-f"])
            .arg(&key)
            .arg(manifest);
        assert!(command.output().expect("ssh-keygen runs").status.success());
    };
    sign("tenant-impact", "signed");
    dir.run(VERIFY)
        .ends(1)
        .says("tenants/acme/manifest.json.sig: other manifests of the bundle are signed");
    sign("tenant-impact", "signed/tenants/acme");
    sign("file", "signed/tenants/bolt");
    dir.run(VERIFY)
        .ends(1)
        .says("tenants/bolt/manifest.json.sig: made for the namespace `file`");
    fs::remove_file(dir.path("signed/tenants/bolt/manifest.json.sig")).expect("removed");
    sign("tenant-impact", "signed/tenants/bolt");
    dir.run(VERIFY).ends(0);
}

/// Both programs judge the same files of allowed signers in the same way.
#[test]
fn allowed_signers_are_judged_as_ssh_keygen_judges_them() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = bundle(&[]);
    let key = key(&dir, "key", &["ed25519"], "");
    write(&dir, "signed", &["--sign", "key"]);
    for (options, yes) in [
        ("", true),
        ("namespaces=\"tenant-impact\"", true),
        ("namespaces=\"git,tenant-*\"", true),
        ("namespaces=\"git\"", false),
        ("namespaces=\"*,!tenant-impact\"", false),
        ("valid-after=\"20260101Z\",valid-before=\"20260301Z\"", true),
        ("valid-after=\"202601200000Z\"", true),
        ("valid-after=\"20260120000001Z\"", false),
        ("valid-before=\"20260119235959Z\"", false),
    ] {
        let signers = allowed(&dir, &key, options);
        // The case's `issued`.
        let theirs = by_ssh_keygen(&dir.path("signed"), &signers, &["-O", "verify-time=20260120000000Z"]);
        assert_eq!(theirs, yes, "ssh-keygen, {options}");
        let ours = dir.run(VERIFY).status == 0;
        assert_eq!(ours, yes, "{options}");
    }
    allowed(&dir, &key, "valid-before=\"20260119Z\"");
    dir.run(VERIFY.iter().chain(&["--at", "2026-01-18T00:00:00Z"])).ends(0);
    dir.run(VERIFY.iter().chain(&["--signer", "somebody"]))
        .ends(1)
        .says("is not for `somebody`");
    allowed(&dir, &key, "cert-authority");
    dir.run(VERIFY)
        .ends(2)
        .says("line 1: `cert-authority` is not supported");
}

#[test]
fn a_signature_by_another_key_is_told_and_one_by_an_unknown_key_is_called_so() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = bundle(&[]);
    key(&dir, "key", &["ed25519"], "");
    write(&dir, "signed", &["--sign", "key"]);
    dir.run(["verify", "signed"]).ends(0).says("an unknown signer");
    let other = key(&dir, "other", &["ed25519"], "");
    allowed(&dir, &other, "");
    dir.run(VERIFY)
        .ends(1)
        .says("do not list this key")
        .says("who is not allowed");
    edit(&dir.path("signed/tenants/acme/report.md"), "acme", "ACME");
    super::reseal_unsigned(&dir.path("signed"));
    dir.run(["verify", "signed"])
        .ends(1)
        .says("tenants/acme/manifest.json.sig: does not belong to this manifest")
        .says("signature manifest.json.sig");
}

/// A forger who seals the whole bundle with another key leaves the tenants' signatures unchanged.
#[test]
fn manifests_signed_by_different_keys_do_not_verify() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = bundle(&[]);
    key(&dir, "key", &["ed25519"], "");
    key(&dir, "other", &["ed25519"], "");
    write(&dir, "signed", &["--sign", "key"]);
    write(&dir, "resigned", &["--sign", "other"]);
    fs::copy(
        dir.path("resigned/manifest.json.sig"),
        dir.path("signed/manifest.json.sig"),
    )
    .expect("copied");
    dir.run(["verify", "signed"])
        .ends(1)
        .says("manifest.json.sig: the manifests are signed by different keys: SHA256:");
}

#[test]
fn a_key_that_cannot_sign_is_told_before_anything_is_read() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = Dir::new();
    dir.file("case.toml", CASE).file("logs/a.jsonl", LOG);
    key(&dir, "locked", &["ed25519"], "a passphrase");
    key(&dir, "plain", &["ed25519"], "");
    fs::remove_file(dir.path("plain")).expect("removed");
    dir.file(
        "no-key",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
    );
    for (name, says) in [
        ("nowhere", "cannot read the key `nowhere`"),
        ("no-key", "is no OpenSSH key"),
        ("case.toml", "is no OpenSSH key"),
        ("locked", "run `ssh-add locked` first"),
        ("plain.pub", "cannot sign with `plain.pub`"),
    ] {
        dir.run(["report", "case.toml", "--out", "out", "--sign", name])
            .ends(2)
            .says(says);
        assert!(
            dir.names().iter().all(|name| !name.contains("out")),
            "{:?}",
            dir.names()
        );
    }
}

/// An ssh-agent that ends with the test.
struct Agent(Child, PathBuf);

impl Agent {
    fn start(dir: &Dir) -> Self {
        let socket = dir.path("agent");
        let child = Command::new("ssh-agent")
            .arg("-D")
            .arg("-a")
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn();
        let agent = Self(child.expect("ssh-agent starts"), socket);
        for _ in 0..200 {
            if agent.1.exists() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        agent
    }

    fn add(&self, dir: &Dir, key: &Path, passphrase: &str) {
        dir.file("ask", format!("#!/bin/sh\necho '{passphrase}'\n"));
        #[cfg(unix)]
        fs::set_permissions(dir.path("ask"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("a mode");
        let added = Command::new("ssh-add")
            .arg(key)
            .env("SSH_AUTH_SOCK", &self.1)
            .env("SSH_ASKPASS", dir.path("ask"))
            .env("SSH_ASKPASS_REQUIRE", "force")
            .stdin(Stdio::null())
            .output()
            .expect("ssh-add runs");
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[cfg(unix)]
fn a_key_in_an_agent_signs_without_a_question() {
    if !has_tool("ssh-keygen") || !has_tool("ssh-agent") {
        return;
    }
    let dir = bundle(&[]);
    let key = key(&dir, "locked", &["ed25519"], "a passphrase");
    let agent = Agent::start(&dir);
    agent.add(&dir, &key, "a passphrase");
    let signers = allowed(&dir, &key, "");
    for name in ["locked", "locked.pub"] {
        let mut command = program(&dir.path(""));
        command.env("SSH_AUTH_SOCK", &agent.1);
        let args = ["report", "case.toml", "--quiet", "--out", "signed", "--sign", name];
        Run::of(command.args(args)).ends(1);
        assert!(by_ssh_keygen(&dir.path("signed"), &signers, &[]));
        dir.run(VERIFY).ends(0).says("3 manifests signed by vendor");
        let folder = dir.path("signed");
        assert!(verified(&folder).mismatches.is_empty());
        fs::remove_dir_all(folder).expect("removed");
    }
}
