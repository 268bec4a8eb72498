//! The bundle: whole or not there, never mixed, and what the manifest says of it is true.

use std::{collections::BTreeSet, fs, process::Command};

use crate::util::{Dir, Run, files, has, json, program, root};

fn sample(dir: &Dir) -> std::path::PathBuf {
    let out = dir.path("out");
    Run::of(
        program(root())
            .args(["report", "sample_logs/case.toml", "--quiet", "--out"])
            .arg(&out),
    )
    .ends(1);
    out
}

#[test]
fn sha256sum_agrees_with_the_manifest_on_every_file_and_every_input() {
    if !has("sha256sum") {
        return;
    }
    let dir = Dir::new();
    let out = sample(&dir);
    let manifest = json(&out.join("manifest.json"));
    let lines = |list: &str, folder: &std::path::Path| -> String {
        let entries = manifest[list].as_array().expect("entries").iter();
        let files = entries.filter(|entry| !entry["path"].as_str().is_some_and(|path| path.starts_with("built-in:")));
        let line = |entry: &serde_json::Value| {
            let (digest, path) = (
                entry["sha256"].as_str().expect("a digest"),
                entry["path"].as_str().expect("a path"),
            );
            format!("{digest}  {}\n", folder.join(path).display())
        };
        files.map(line).collect()
    };
    let sums = lines("files", &out) + &lines("inputs", &root().join("sample_logs"));
    assert!(sums.lines().count() > 300, "every file is listed");
    dir.file("SUMS", sums);
    let checked = Command::new("sha256sum")
        .args(["--check", "--quiet", "--strict"])
        .arg(dir.path("SUMS"))
        .output();
    let checked = checked.expect("sha256sum runs");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[test]
fn the_manifest_lists_every_file_but_itself_and_the_sums_with_its_size() {
    let dir = Dir::new();
    let out = sample(&dir);
    let manifest = json(&out.join("manifest.json"));
    let entries = manifest["files"].as_array().expect("files");
    let listed: BTreeSet<_> = entries
        .iter()
        .map(|entry| entry["path"].as_str().expect("a path").to_owned())
        .collect();
    let mut there = files(&out);
    for name in ["manifest.json", "SHA256SUMS"] {
        assert!(there.remove(name).is_some(), "{name}");
    }
    assert_eq!(listed, there.keys().cloned().collect());
    for entry in entries {
        let bytes = there[entry["path"].as_str().expect("a path")].len();
        assert_eq!(entry["bytes"].as_u64(), Some(bytes as u64), "{entry}");
    }
}

#[test]
fn the_contract_s_files_are_there_for_every_tenant() {
    let dir = Dir::new();
    let out = sample(&dir);
    for name in [
        "findings.json",
        "index.html",
        "tenants.csv",
        "mailing.csv",
        "refused.csv",
        "near.csv",
        "census.csv",
        "isolation.csv",
        "masked.jsonl",
        "unattributed.jsonl",
        "manifest.json",
    ] {
        assert!(out.join(name).is_file(), "{name}");
    }
    let findings = json(&out.join("findings.json"));
    let tenants = findings["tenants"].as_array().expect("tenants");
    for slug in tenants.iter().map(|tenant| tenant["slug"].as_str().expect("a slug")) {
        for name in [
            "report.html",
            "report.md",
            "actions.csv",
            "actions.jsonl",
            "people.csv",
            "letter.txt",
            "letter.eml",
            "manifest.json",
            "SHA256SUMS",
            "VERIFY.txt",
        ] {
            assert!(out.join("tenants").join(slug).join(name).is_file(), "{slug}/{name}");
        }
    }
    assert_eq!(
        fs::read_dir(out.join("tenants")).expect("tenants").count(),
        tenants.len()
    );
}

#[test]
fn a_folder_that_exists_is_not_touched_and_nothing_is_left_of_a_run_that_failed() {
    let dir = Dir::new();
    dir.file("out/mine.txt", "mine");
    let case = root().join("sample_logs/case.toml");
    let args = |out: &str| {
        [&"report".into(), &case, &"--out".into(), &dir.path(out)].map(|arg: &std::path::PathBuf| arg.clone())
    };
    dir.run(args("out")).ends(2).says("exists already");
    assert_eq!(files(&dir.path("out")).len(), 1);
    dir.run(args("no/where")).ends(2).says("create it first");
    assert_eq!(dir.names(), ["out"]);
}

/// Each tenant's files against every identifier of every other tenant, as they stand: one automaton
/// would do, and plain search is obviously right.
#[test]
fn no_tenant_s_folder_names_another_tenant_s_id() {
    let dir = Dir::new();
    let out = sample(&dir);
    let findings = json(&out.join("findings.json"));
    let tenants = findings["tenants"].as_array().expect("tenants");
    let ids: Vec<_> = tenants
        .iter()
        .map(|tenant| tenant["id"].as_str().expect("an id"))
        .collect();
    for tenant in tenants {
        let own = tenant["id"].as_str().expect("an id");
        for (name, bytes) in files(&out.join("tenants").join(tenant["slug"].as_str().expect("a slug"))) {
            let text = String::from_utf8(bytes).expect("UTF-8");
            for other in ids.iter().filter(|id| **id != own) {
                assert!(!text.contains(other), "{own}/{name} names {other}");
            }
        }
    }
}

#[test]
fn agents_keep_their_pseudonyms_and_log_paths_stay_inside() {
    let dir = Dir::new();
    let out = sample(&dir);
    let findings = json(&out.join("findings.json"));
    let agents = findings["agents"].as_array().expect("agents");
    let secrets: Vec<_> = agents
        .iter()
        .flat_map(|agent| [&agent["id"], &agent["name"], &agent["email"]])
        .filter_map(|secret| secret.as_str())
        .chain(["superuser-a", "superuser-b"])
        .collect();
    for (name, bytes) in files(&out.join("tenants")) {
        let text = String::from_utf8(bytes).expect("UTF-8");
        for secret in &secrets {
            assert!(!text.contains(secret), "{name} tells {secret}");
        }
    }
}
