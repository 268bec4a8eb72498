//! Golden cases: each folder of `cases/` holds a case, its logs, and what must come out. Every
//! expected file is compared, and none may be there that is not made.

use std::fs;

use crate::util::{Dir, Run, files, program, root};

/// File with the output and the exit status of a run, beside the files of the bundle.
const SAID: &str = "said.txt";

/// Files of a bundle that are kept as expected: the evidence and the readable copies. The HTML says
/// the same as the Markdown and is tested where it is made. Digests would change with the version,
/// and `evidence` tests them.
fn kept(name: &str) -> bool {
    let ends = |end: &str| name.ends_with(end);
    name == "findings.json"
        || name == SAID
        || ends("refused.csv")
        || ends("unattributed.jsonl")
        || name == "isolation.csv"
        || name == "near.csv"
        || name == "census.csv"
        || name == "masked.jsonl"
        || name.starts_with("tenants/") && [".md", ".csv", ".jsonl"].into_iter().any(ends)
}

#[test]
fn every_case_gives_what_is_expected() {
    let mut cases: Vec<_> = fs::read_dir(root().join("tests/cases"))
        .expect("cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 6, "the cases are there");
    let wrong: Vec<_> = cases.iter().flat_map(|case| differences(case)).collect();
    assert!(
        wrong.is_empty(),
        "{}\nUPDATE_EXPECTED=1 rewrites what is expected",
        wrong.join("\n")
    );
}

fn differences(case: &std::path::Path) -> Vec<String> {
    let dir = Dir::new();
    let out = dir.path("out");
    let run = Run::of(program(case).args(["report", "case.toml", "--out"]).arg(&out));
    let mut made = if run.status < 2 {
        files(&out)
    } else {
        std::collections::BTreeMap::new()
    };
    let said =
        format!("exit {}\n\n{}{}", run.status, run.stdout, run.stderr).replace(&out.display().to_string(), "OUT");
    made.insert(SAID.to_owned(), said.into_bytes());
    made.retain(|name, _| kept(name));
    for bytes in made.values_mut() {
        let text = String::from_utf8_lossy(bytes).into_owned();
        *bytes = text
            .replace(concat!("\"", env!("CARGO_PKG_VERSION"), "\""), "\"VERSION\"")
            .replace(
                concat!("tenant-impact ", env!("CARGO_PKG_VERSION")),
                "tenant-impact VERSION",
            )
            .into_bytes();
    }
    let folder = case.join("expected");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        let _ = fs::remove_dir_all(&folder);
        for (name, bytes) in &made {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
    }
    let expected = files(&folder);
    let names: std::collections::BTreeSet<_> = made.keys().chain(expected.keys()).collect();
    let differ = names.into_iter().filter(|name| made.get(*name) != expected.get(*name));
    let name = case.file_name().expect("a name").to_string_lossy().into_owned();
    differ
        .map(|file| {
            format!(
                "{name}: {file} is not as expected{}",
                first_difference(made.get(file), expected.get(file))
            )
        })
        .collect()
}

fn first_difference(made: Option<&Vec<u8>>, expected: Option<&Vec<u8>>) -> String {
    let (Some(made), Some(expected)) = (made, expected) else {
        return " (one of them is missing)".to_owned();
    };
    let (made, expected) = (String::from_utf8_lossy(made), String::from_utf8_lossy(expected));
    let pair = made
        .lines()
        .zip(expected.lines())
        .find(|(made, expected)| made != expected);
    pair.map(|(made, expected)| format!("\n  expected: {expected}\n  made:     {made}"))
        .unwrap_or_default()
}
