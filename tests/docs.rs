//! The commands of the documentation run as they are written, and its case files hold no fault.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use super::evidence::has_tool;
use crate::util::{Dir, Run, files, root};

/// Programs without which a documented command cannot run here.
const OTHER_PROGRAMS: [&str; 4] = ["sbatch", "srun", "parallel", "cargo"];

const LOG: &str = r#"{"event_id":"e1","timestamp":"2026-01-20T13:20:00Z","actor":{"id":"ann"},"tenant":{"id":"t-1"},"action":"user.view"}
"#;

const CASE: &str = r#"[case]
id = "D-1"
title = "Unauthorised access"
vendor = "Northquay"
tlp = "AMBER"
contact = "security@northquay.example"
issued = 2026-02-20T09:00:00Z
[[scopes]]
name = "possible"
from = 2026-01-16T00:00:00Z
until = 2026-01-21T00:00:00Z
basis = "What forensics found."
agents = "all"
[agents]
file = "agents.csv"
[[logs]]
path = "exports"
profile = "superuser"
"#;

/// Code blocks of a language in the README and the documentation, each with its file.
fn blocks(language: &str) -> Vec<(String, String)> {
    let docs = files(&root().join("docs"));
    let docs = docs
        .into_iter()
        .filter(|(name, _)| Path::new(name).extension().is_some_and(|end| end == "md"));
    let readme = fs::read(root().join("README.md")).expect("the README");
    let fence = format!("```{language}\n");
    [("README.md".to_owned(), readme)]
        .into_iter()
        .chain(docs)
        .flat_map(|(name, text)| {
            let text = String::from_utf8(text).expect("UTF-8");
            let blocks = text.split(&fence).skip(1);
            let blocks = blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned());
            blocks.map(|block| (name.clone(), block)).collect::<Vec<_>>()
        })
        .collect()
}

/// Runs a script where `tenant-impact` is this program. Exit status 1, which names caveats, does
/// not end the script; 2 does.
fn run(dir: &Dir, script: &str) -> Run {
    let program = format!(
        "#!/bin/sh\n{} \"$@\" || [ $? -eq 1 ]\n",
        env!("CARGO_BIN_EXE_tenant-impact")
    );
    dir.file("bin/tenant-impact", program);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(dir.path("bin/tenant-impact"), executable).expect("the mode is set");
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", dir.path("bin").display());
    let mut command = Command::new("/bin/sh");
    command.args(["-e", "-c", script]).current_dir(dir.path("."));
    Run::of(command.env_clear().env("PATH", path).env("HOME", dir.path("home")))
}

#[test]
fn documented_commands_run() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let mut ran = Vec::new();
    for (file, block) in blocks("sh") {
        let is_ours = block.lines().any(|line| line.starts_with("tenant-impact "));
        if !is_ours || OTHER_PROGRAMS.iter().any(|other| block.contains(other)) {
            continue;
        }
        let dir = Dir::new();
        dir.file("case.toml", CASE)
            .file("agents.csv", "id\nann\n")
            .file("exports/a.jsonl", LOG);
        let key = "mkdir -p ~/.ssh parts && ssh-keygen -q -t ed25519 -N '' -C ann@northquay.example -f ~/.ssh/id_ed25519\n\
                   printf 'ann@northquay.example ' | cat - ~/.ssh/id_ed25519.pub > allowed_signers\n";
        let bundle = if block.contains("verify impact-report") {
            "tenant-impact report case.toml --out impact-report --quiet --sign ~/.ssh/id_ed25519\n"
        } else {
            ""
        };
        let run = run(&dir, &format!("{key}{bundle}{block}"));
        assert_eq!(run.status, 0, "{file}:\n{block}\n{}", run.stderr);
        assert!(!run.stderr.contains("mismatch"), "{file}:\n{block}\n{}", run.stderr);
        ran.push(file);
    }
    ran.dedup();
    assert_eq!(ran, ["README.md", "profiles.md", "scaling.md", "verify.md"]);
}

/// The README's case is the sample's; its files are in `sample_logs`.
#[test]
fn case_of_the_readme_has_no_fault() {
    let cases: Vec<_> = blocks("toml")
        .into_iter()
        .filter(|(file, _)| file == "README.md")
        .collect();
    let [(_, case), ..] = &cases[..] else {
        panic!("the README shows a case")
    };
    let dir = Dir::new();
    for (name, content) in files(&root().join("sample_logs")) {
        dir.file(&name, content);
    }
    dir.file("case.toml", case);
    dir.run(["scan", "case.toml", "--quiet"]).ends(1);
}
