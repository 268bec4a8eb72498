//! Good cases as values, and bad ones as a person sees them.

use std::{fs, path::Path};

use tempfile::TempDir;

use super::*;

const CASE: &str = r#"[case]
id = "SEC-2026-014"
title = "Support workstation under someone else's control"
vendor = "Example Identity"
tlp = "TLP:AMBER+STRICT"
contact = "incident@vendor.example"
issued = 2026-02-01T09:00:00Z

[[scopes]]
name = "possible"
from = 2026-01-16T00:00:00Z
until = "2026-01-21T00:00:00+00:00"
basis = "Every engineer of the sub-processor."
agents = { employer = "Sub Ltd" }

[[scopes]]
name = "attributed"
from = 2026-01-21 06:00:00.50+01:00
until = 2026-01-21T06:25:00Z
basis = "What forensics tied to the workstation."
agents = { ids = ["ag-03", "ag-01"] }
sessions = ["s-1"]

[agents]
file = "agents.csv"

[[agents.list]]
id = "svc-01"
identities = ["api key 7"]

[tenants]
file = "tenants.csv"
total = 400

[[logs]]
path = "logs/*.jsonl"
profile = "superuser"

[[logs]]
path = "export"
profile = "own.toml"

[reports]
agents = "name"
catalogue = "ours.toml"

[coverage]
gap_hours = 3

[isolation]
allow = ["Notion", "Target"]
min_length = 5
"#;

const AGENTS: &str = "\u{feff}ID, Email,identities,name,employer,role,country\r\n\
    ag-01,k.abe@sub.example,kabe; u-17,安部 花子,Sub Ltd,Support Engineer,JP\r\n\
    \r\n\
    ag-02,m.roe@vendor.example,,\"Roe, Max\",Vendor,,\r\n\
    ag-03, ,,,Sub Ltd,,\r\n";

const TENANTS: &str = "id,name,domains,contact,locale,time_zone\n\
    t-1,One,one.example one.test,sec@one.example,ja-JP,Asia/Tokyo\n\
    t-2,,,,,\n";

/// Loads a case from a folder with these files.
fn load(files: &[(&str, &str)]) -> (TempDir, Result<Case, CaseError>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("the folder is writable");
    }
    let case = Case::load(&folder.path().join("case.toml"));
    (folder, case)
}

/// Every fault on a line of its own, the temporary folder left out.
fn told(folder: &Path, result: Result<Case, CaseError>) -> String {
    let error = result.expect_err("a bad case").to_string();
    error
        .replace(&format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR), "")
        .replace(&folder.display().to_string(), "the folder")
}

/// The sample case with one stretch of text replaced, which must be there.
fn with(old: &str, new: &str) -> String {
    assert!(CASE.contains(old), "{old}");
    CASE.replacen(old, new, 1)
}

mod adhoc;
mod bad;
mod good;
mod locks;
