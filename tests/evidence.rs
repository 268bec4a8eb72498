//! An answer that holds: what was written can be proved, by this program and by tools that
//! everybody has; what was changed is found; and what was not finished is not there.

mod ends;
mod flips;
mod forged;
mod guesses;
mod leaves;
mod logs;
mod masked;
mod recount;
mod same;
mod signed;
mod stock;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tenant_impact::verify::{Mismatch, Request, Verification, verify};

use crate::util::{Dir, Run, files, in_ci, lock, program, root, skipped};

const CASE: &str = r#"[case]
id = "EV-1"
title = "Evidence"
vendor = "The \"vendor\" {case}"
tlp = "RED"
contact = "security@vendor.example"
issued = 2026-01-20T00:00:00Z
[[scopes]]
name = "possible"
from = 2026-01-16T00:00:00Z
until = 2026-01-16T06:00:00Z
basis = "Because."
agents = "all"
[[agents.list]]
id = "a1"
email = "ann@support.example"
[[agents.list]]
id = "a2"
[[logs]]
path = "logs"
profile = "superuser"
"#;

/// A log with two tenants, one of them with a name that would be dangerous to show, an event
/// without a tenant, and a broken record.
const LOG: &str = r#"{"event_id":"e1","timestamp":"2026-01-16T00:10:00Z","actor":{"id":"a1"},"tenant":{"id":"acme"},"action":"user.view"}
{"event_id":"e2","timestamp":"2026-01-16T01:10:00Z","actor":{"id":"a2"},"tenant":{"id":"acme"},"action":"user.mfa.reset","justification":"\u001b[2J"}
{"event_id":"e3","timestamp":"2026-01-16T02:10:00Z","actor":{"id":"a1"},"tenant":{"id":"bolt","name":"B\u202e\"},{\"path\":\"x"},"action":"user.view"}
{"event_id":"e4","timestamp":"2026-01-16T03:10:00Z","actor":{"id":"a1"},"action":"user.search"}
{"event_id":"e5","timestamp":
{"event_id":"e6","timestamp":"2026-01-16T05:10:00Z","actor":{"id":"zoe"},"tenant":{"id":"bolt"},"action":"user.view"}
"#;

/// The small case and its bundle in `out`.
fn bundle(args: &[&str]) -> Dir {
    let dir = Dir::new();
    dir.file("case.toml", CASE)
        .file("agents.lock", lock(&[("a1", "KTWN"), ("a2", "BDFH")]))
        .file("logs/a.jsonl", LOG);
    write(&dir, "out", args);
    dir
}

fn write(dir: &Dir, out: &str, args: &[&str]) {
    let base = ["report", "case.toml", "--quiet", "--out", out];
    dir.run(base.iter().chain(args)).ends(1);
}

/// The sample's bundle.
fn sample(dir: &Dir, out: &str) -> PathBuf {
    let out = dir.path(out);
    let args = ["report", "sample_logs/case.toml", "--quiet", "--out"];
    Run::of(program(root()).args(args).arg(&out)).ends(1);
    out
}

fn verified(folder: &Path) -> Verification {
    let request = Request {
        folder,
        logs: None,
        trust: None,
    };
    verify(&request).expect("it can be looked at")
}

/// Returns the mismatches, one a line.
fn lines(mismatches: &[Mismatch]) -> String {
    let line = |one: &Mismatch| format!("{} {}: {}", one.kind, one.path, one.detail);
    mismatches.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns the mismatches of a bundle, as `kind path`.
fn differs(folder: &Path) -> Vec<String> {
    let found = verified(folder).mismatches;
    found.iter().map(|one| format!("{} {}", one.kind, one.path)).collect()
}

/// Makes the manifests and sums of a folder true again after a change, as one who covers a track
/// would.
pub(crate) fn reseal(folder: &Path) {
    let entry = |path: &str, bytes: &[u8]| {
        let sha256 = tenant_impact::digest::Sha256::of(bytes).to_string();
        serde_json::json!({"path": path, "sha256": sha256, "bytes": bytes.len()})
    };
    let mut folders: Vec<_> = fs::read_dir(folder.join("tenants"))
        .map(|tenants| tenants.map(|tenant| tenant.expect("a tenant").path()).collect())
        .unwrap_or_default();
    folders.sort();
    folders.push(folder.to_owned());
    for folder in folders {
        let _ = fs::remove_file(folder.join("SHA256SUMS"));
        let mut manifest: Value = crate::util::json(&folder.join("manifest.json"));
        let mut there = files(&folder);
        there.retain(|path, _| path != "manifest.json");
        manifest["files"] = there.iter().map(|(path, bytes)| entry(path, bytes)).collect();
        // The keys of `Value` are in order, and there are no fractions: this is RFC 8785.
        let stated = manifest.to_string();
        fs::write(folder.join("manifest.json"), &stated).expect("a manifest");
        there.insert("manifest.json".to_owned(), stated.into_bytes());
        let sum =
            |(path, bytes): (&String, &Vec<u8>)| format!("{}  {path}\n", tenant_impact::digest::Sha256::of(bytes));
        fs::write(folder.join("SHA256SUMS"), there.iter().map(sum).collect::<String>()).expect("sums");
    }
}

/// Changes a text file of a bundle.
fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a text");
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

/// Whether a tool that knows no `--version` is there.
pub(crate) fn has_tool(tool: &str) -> bool {
    let found = Command::new(tool).arg("-?").output().is_ok();
    if !found {
        assert!(!in_ci(), "`{tool}` must be installed in CI");
        skipped(&format!("`{tool}` is not installed"));
    }
    found
}

/// A new key of this type, without a passphrase unless one is given.
fn key(dir: &Dir, name: &str, kind: &[&str], passphrase: &str) -> PathBuf {
    let path = dir.path(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-N", passphrase, "-C", "a comment", "-t"])
        .args(kind)
        .arg("-f")
        .arg(&path)
        .status();
    assert!(made.expect("ssh-keygen runs").success());
    path
}

/// The key's line for a file of allowed signers.
fn allowed(dir: &Dir, key: &Path, options: &str) -> PathBuf {
    let public = fs::read_to_string(key.with_extension("pub")).expect("a public key");
    dir.file("allowed_signers", format!("vendor {options} {public}"));
    dir.path("allowed_signers")
}

/// Like `reseal`, for a signed bundle, whose signatures a forger cannot make.
fn reseal_unsigned(folder: &Path) {
    let signatures: Vec<_> = files(folder)
        .into_iter()
        .filter(|(path, _)| path.ends_with("manifest.json.sig"))
        .collect();
    for (path, _) in &signatures {
        fs::remove_file(folder.join(path)).expect("removed");
    }
    reseal(folder);
    for (path, bytes) in signatures {
        fs::write(folder.join(path), bytes).expect("put back");
    }
}
