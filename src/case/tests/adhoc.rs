//! Cases from flags.

use super::*;

fn flags(base: &Path, agents: &[&str]) -> AdHoc {
    AdHoc {
        logs: vec!["logs".to_owned()],
        agents: agents.iter().map(|agent| (*agent).to_owned()).collect(),
        from: "2026-01-16T00:00:00Z".to_owned(),
        until: "2026-01-21T00:00:00Z".to_owned(),
        profile: "superuser".to_owned(),
        tenants: None,
        base: base.to_owned(),
    }
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [
        ("agents.csv", AGENTS),
        ("tenants.csv", TENANTS),
        ("ids.txt", "# of the sub-processor\r\n\r\n u-7 \r\nx@sub.example\r\n"),
        ("table", "name,ID\nSeven,u-7\n"),
    ] {
        fs::write(folder.path().join(name), text).expect("the folder is writable");
    }
    folder
}

#[test]
fn identities_and_files_may_be_mixed() {
    let folder = folder();
    let mut flags = flags(folder.path(), &["agents.csv", "ids.txt", "arn:aws:iam::1:user/kim"]);
    flags.tenants = Some("tenants.csv".to_owned());
    flags.profile = "own.toml".to_owned();
    let case = Case::ad_hoc(&flags).expect("good flags");
    let ids: Vec<&str> = case.agents.iter().map(|agent| agent.id.0.as_str()).collect();
    assert_eq!(
        ids,
        [
            "ag-01",
            "ag-02",
            "ag-03",
            "u-7",
            "x@sub.example",
            "arn:aws:iam::1:user/kim"
        ]
    );
    assert_eq!(case.agents[3].identities, ["u-7"]);
    assert_eq!(case.agents[4].email.as_deref(), Some("x@sub.example"));
    assert_eq!(case.scopes[0].agents, [0, 1, 2, 3, 4, 5]);
    assert_eq!(
        (case.scopes[0].name.as_str(), &case.scopes[0].basis),
        ("possible", &None)
    );
    assert_eq!(
        (case.header.id.as_str(), case.header.tlp, case.header.issued),
        ("ad-hoc", Tlp::Amber, None)
    );
    assert_eq!(case.directory.customers(), Some(2));
    assert!(matches!(&case.logs[0].profile, ProfileRef::File { shown, .. } if shown == "own.toml"));
    let files: Vec<_> = case.files.iter().map(|file| (file.role, file.path.as_str())).collect();
    assert_eq!(
        files,
        [
            ("agents", "agents.csv"),
            ("agents", "ids.txt"),
            ("tenants", "tenants.csv")
        ]
    );
}

#[test]
fn a_table_is_known_by_its_header() {
    let folder = folder();
    let case = Case::ad_hoc(&flags(folder.path(), &["table"])).expect("good flags");
    assert_eq!(case.agents[0].id.0, "u-7");
    assert_eq!(case.agents[0].name.as_deref(), Some("Seven"));
}

#[test]
fn flags_that_cannot_be() {
    let folder = folder();
    let mut wrong = flags(folder.path(), &["u-7", "U-7", " "]);
    wrong.logs.clear();
    wrong.from = "2026-01-16".to_owned();
    expect("flags", &folder, &wrong);
    let mut wrong = flags(folder.path(), &[]);
    wrong.until = "2026-01-15T00:00:00Z".to_owned();
    expect("flags the wrong way round", &folder, &wrong);
}

/// Replaces the error texts of the operating system, which differ between systems.
#[cfg(unix)]
#[test]
fn a_mistyped_file_is_no_identity() {
    let folder = folder();
    expect("mistyped file", &folder, &flags(folder.path(), &["agent.csv"]));
}

#[track_caller]
fn expect(name: &str, folder: &TempDir, flags: &AdHoc) {
    bad::expect_told(name, &told(folder.path(), Case::ad_hoc(flags)));
}
