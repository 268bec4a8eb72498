//! Whatever a log comes in, it is read to the last byte, or what could not be read is said.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::util::{Dir, Run, files, forget_positions_on_ends, has, json, lock, program, skipped};

mod archives;
mod breaks;
mod damaged;
mod disk;
mod folders;
mod same;

/// A log of so many records by a listed agent, an hour apart from the window's beginning on.
fn log(records: usize) -> String {
    lines(0..records)
}

fn lines(records: std::ops::Range<usize>) -> String {
    records.flat_map(|at| [record(at), "\n".to_owned()]).collect()
}

fn record(at: usize) -> String {
    format!(
        r#"{{"event_id":"e{at}","timestamp":"2026-01-16T{:02}:00:00Z","actor":{{"id":"a1"}},"tenant":{{"id":"t-é{}"}},"action":"user.view"}}"#,
        at % 24,
        at % 3
    )
}

/// Runs over these inputs, in a folder that holds them.
fn run(dir: &Dir, logs: &[&str]) -> Run {
    dir.file("agents.lock", lock(&[("a1", "KTWN")]));
    let mut command = program(&dir.path(""));
    command.args(["report", "--quiet", "--out", "out", "--agents", "a1"]);
    command.args([
        "--from",
        "2026-01-16T00:00:00Z",
        "--until",
        "2026-01-17T00:00:00Z",
        "--logs",
    ]);
    Run::of(command.args(logs))
}

/// The findings over these inputs, whatever their caveats.
#[track_caller]
fn findings(dir: &Dir, logs: &[&str]) -> Value {
    let run = run(dir, logs);
    assert!(run.status < 2, "{}", run.stderr);
    json(&dir.path("out/findings.json"))
}

/// Returns the text of the caveat with this code.
fn caveat(findings: &Value, code: &str) -> String {
    let caveats = findings["caveats"].as_array().expect("caveats");
    let found = caveats.iter().find(|caveat| caveat["code"] == code);
    let text = found.and_then(|caveat| caveat["message"].as_str());
    text.unwrap_or_default().to_owned()
}

/// The sources' paths.
fn paths(findings: &Value) -> Vec<&str> {
    let sources = findings["sources"].as_array().expect("sources");
    sources
        .iter()
        .map(|source| source["path"].as_str().expect("a path"))
        .collect()
}

/// Returns the output of a tool for these bytes.
fn through(tool: &str, args: &[&str], bytes: &[u8]) -> Vec<u8> {
    let mut child = Command::new(tool)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the tool starts");
    let mut stdin = child.stdin.take().expect("its input");
    let bytes = bytes.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(&bytes));
    let out = child.wait_with_output().expect("the tool ends");
    // A tool that stops early closes its input; what it said is its answer.
    drop(writing.join());
    out.stdout
}

/// Every way to pack one stream: the tool, and the container's name.
const PACKINGS: [(&str, &str); 4] = [("gzip", "gzip"), ("zstd", "zstd"), ("bzip2", "bzip2"), ("xz", "xz")];

fn packed(tool: &str, bytes: &[u8]) -> Vec<u8> {
    through(tool, &["-c"], bytes)
}

/// The digest as `sha256sum` would give it.
fn digest(bytes: &[u8]) -> String {
    tenant_impact::digest::Sha256::of(bytes).to_string()
}

/// Lets tar do this in the folder.
fn tar(folder: &Path, args: &[&str]) {
    let status = Command::new("tar").current_dir(folder).args(args).status();
    assert!(status.expect("tar starts").success(), "tar {args:?}");
}
