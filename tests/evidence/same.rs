//! Same case, inputs and version: the same bytes, wherever and however it is run; and what the
//! manifest says of the question.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{CASE, LOG, bundle};
use crate::util::{Dir, files, has, json as read, root};

#[test]
fn where_it_is_run_and_written_changes_nothing() {
    let dir = bundle(&[]);
    let here = files(&dir.path("out"));
    let other = Dir::new();
    let pinned = fs::read(dir.path("agents.lock")).expect("a lock");
    other
        .file("deep/er/case.toml", CASE)
        .file("deep/er/agents.lock", pinned)
        .file("deep/er/logs/a.jsonl", LOG);
    other
        .run([
            "report",
            "deep/er/case.toml",
            "--out",
            "another name",
            "--threads",
            "1",
            "--json",
        ])
        .ends(1);
    assert!(here == files(&other.path("another name")));
    let absolute = other.path("deep/er/case.toml");
    let args: [&Path; 4] = ["report".as_ref(), &absolute, "--out".as_ref(), "third".as_ref()];
    other.run(args).ends(1);
    assert!(here == files(&other.path("third")));
    for (path, bytes) in here {
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(
            !text.contains(&*dir.path("").to_string_lossy()),
            "{path} names the machine's folders"
        );
    }
}

#[test]
fn the_manifest_states_the_question_and_the_program() {
    let dir = bundle(&["--threads", "2"]);
    let manifest = read(&dir.path("out/manifest.json"));
    assert_eq!(manifest["schema"], "tenant-impact/manifest/2");
    assert_eq!(manifest["command"], json!(["report", "case.toml"]));
    let case = &manifest["case"];
    assert_eq!(case["id"], "EV-1");
    assert_eq!(case["scopes"][0]["agents"], json!(["a1", "a2"]));
    assert_eq!(case["agents"]["listed"], 2);
    assert_eq!(
        case["sha256"],
        tenant_impact::digest::Sha256::of(CASE.as_bytes()).to_string()
    );
    assert_eq!(
        case["logs"],
        json!([{"path": "logs", "profile": "superuser", "tenant": null, "tenant_overrules": false, "encoding": null, "skip_lines": 0, "records": null, "unwrap": [], "columns": []}])
    );
    assert_eq!(manifest["tool"]["version"], env!("CARGO_PKG_VERSION"));
    let roles: std::collections::BTreeSet<_> = roles(&manifest).collect();
    assert_eq!(
        roles,
        ["case", "catalogue", "lock", "log", "profile", "template"].into()
    );
}

fn roles(manifest: &Value) -> impl Iterator<Item = &str> {
    let inputs = manifest["inputs"].as_array().expect("inputs");
    inputs.iter().map(|input| input["role"].as_str().expect("a role"))
}

#[test]
fn flags_that_are_part_of_the_question_are_part_of_the_command() {
    let dir = Dir::new();
    dir.file("logs/a.jsonl", LOG);
    let question = [
        "report",
        "--logs",
        "logs",
        "--agents",
        "a1",
        "a2",
        "--from",
        "2026-01-16T00:00:00Z",
        "--until",
        "2026-01-16T06:00:00Z",
        "--profile",
        "superuser",
    ];
    dir.run(question.iter().chain(&["--out", "out", "--quiet", "--threads", "1"]))
        .ends(1);
    assert_eq!(read(&dir.path("out/manifest.json"))["command"], json!(question));
    dir.run(["verify", "out", "--logs", "."]).ends(0);
}

/// The digest of the sources is the one that the documented command makes.
#[test]
fn the_build_s_digest_can_be_made_by_anybody() {
    if !has("sha256sum") || !has("find") || !has("sort") {
        return;
    }
    let dir = bundle(&[]);
    let made = std::process::Command::new("sh")
        .args([
            "-c",
            "find src templates Cargo.lock -type f | LC_ALL=C sort | xargs sha256sum | sha256sum",
        ])
        .current_dir(root())
        .output()
        .expect("a shell");
    let made = String::from_utf8(made.stdout).expect("text");
    assert_eq!(
        read(&dir.path("out/manifest.json"))["tool"]["sources_sha256"],
        made[..64]
    );
}

/// The manifest's own form: nothing but what RFC 8785 allows, and one value for it.
#[test]
fn manifests_are_canonical() {
    let dir = bundle(&[]);
    for path in ["out/manifest.json", "out/tenants/bolt/manifest.json"] {
        let text = std::fs::read_to_string(dir.path(path)).expect("a manifest");
        // The keys of `Value` are in order, and its text has no blanks.
        assert_eq!(read(&dir.path(path)).to_string(), text);
    }
}
