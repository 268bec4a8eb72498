//! Cases without a fault.

use super::*;

fn sample() -> (TempDir, Case) {
    let (folder, case) = load(&[("case.toml", CASE), ("agents.csv", AGENTS), ("tenants.csv", TENANTS)]);
    (folder, case.expect("the sample case is good"))
}

/// All but the id.
fn cells(tenant: Option<Tenant<'_>>) -> [String; 5] {
    let tenant = tenant.expect("it is there");
    let domains: Vec<_> = tenant.domains().collect();
    let others = [tenant.contact(), tenant.locale(), tenant.time_zone()];
    let [contact, locale, time_zone] = others.map(|cell| cell.unwrap_or_default().to_owned());
    let name = tenant.name().unwrap_or_default().to_owned();
    [name, domains.join(";"), contact, locale, time_zone]
}

/// Agents are needed only where a scope is about them.
#[test]
fn case_of_open_scopes_needs_no_agents() {
    let first = CASE.find("[[scopes]]").expect("a scope");
    let tenants = CASE.find("[tenants]").expect("tenants");
    let scope = "[[scopes]]\nname = \"address\"\nfrom = 2026-01-16T00:00:00Z\nuntil = 2026-01-17T00:00:00Z\nbasis = \"x\"\n\
                 ips = [\"192.0.2.7\", \"2001:db8::/32\"]\nkeys = [\"AKIA1\"]\nactions = [\"a\"]\nuser_agents = [\"curl\"]\n";
    let case = format!("{}{scope}{}", &CASE[..first], &CASE[tenants..]);
    let (_folder, case) = load(&[("case.toml", &case), ("tenants.csv", TENANTS)]);
    let case = case.expect("a case");
    let [scope] = &case.scopes[..] else { panic!("one scope") };
    assert!(scope.open && scope.agents.is_empty() && case.agents.is_empty());
    let given: Vec<_> = scope.conditions.lists().iter().map(|(_, list)| list.len()).collect();
    assert_eq!(given, [0, 2, 1, 1, 1]);
    assert!(
        case.searches_by(" AKIA1") && !case.searches_by("curl"),
        "a program is no indicator"
    );
}

#[test]
fn everything_asserted_is_read() {
    let (folder, case) = sample();
    assert_eq!(case.header.tlp, Tlp::AmberStrict);
    // The case file gives no label for the vendor's own pages.
    assert_eq!(case.internal_tlp, Tlp::Red);
    assert_eq!(
        case.header.issued.map(|time| time.to_string()).as_deref(),
        Some("2026-02-01T09:00:00Z")
    );
    assert_eq!(case.directory.customers(), Some(400));
    assert_eq!(
        cells(case.directory.tenants.get("t-1")),
        ["One", "one.example;one.test", "sec@one.example", "ja-JP", "Asia/Tokyo"]
    );
    assert_eq!(cells(case.directory.tenants.get("t-2")), [""; 5]);
    assert!(case.directory.tenants.get("t-3").is_none());
    assert_eq!(case.reports.agents, AgentNaming::Name);
    assert_eq!(case.reports.gap_hours, GapHours(3));
    assert_eq!(case.isolation.allow, ["Notion", "Target"].map(Word::from));
    assert_eq!(case.isolation.least(), 5);
    let told: Vec<_> = case
        .told
        .iter()
        .map(|text| (text.place.line, text.value.as_str()))
        .collect();
    assert_eq!(told[0], (3, "Support workstation under someone else's control"));
    assert!(told.contains(&(4, "Example Identity")));
    assert!(told.contains(&(20, "What forensics tied to the workstation.")));
    assert_eq!(
        case.reports.catalogues,
        [("ours.toml".to_owned(), folder.path().join("ours.toml"))]
    );
    assert_eq!(case.logs[0].path, "logs/*.jsonl");
    assert_eq!(case.logs[0].base, folder.path());
    assert_eq!(case.logs[0].profile, ProfileRef::BuiltIn("superuser".into()));
    let own = ("own.toml".to_owned(), folder.path().join("own.toml"));
    assert_eq!(
        case.logs[1].profile,
        ProfileRef::File {
            shown: own.0,
            path: own.1
        }
    );
}

#[test]
fn scopes_point_at_their_agents() {
    let (_folder, case) = sample();
    let [possible, attributed] = &case.scopes[..] else {
        panic!("two scopes")
    };
    assert_eq!(possible.agents, [0, 2]);
    assert_eq!(possible.basis.as_deref(), Some("Every engineer of the sub-processor."));
    assert_eq!(attributed.agents, [0, 2]);
    assert_eq!(attributed.conditions.sessions, ["s-1"]);
    assert_eq!(attributed.window.from.to_string(), "2026-01-21T05:00:00.50Z");
    let all = with("agents = { employer = \"Sub Ltd\" }", "agents = \"all\"");
    let (_folder, case) = load(&[("case.toml", &all), ("agents.csv", AGENTS), ("tenants.csv", TENANTS)]);
    assert_eq!(case.expect("good").scopes[0].agents, [0, 1, 2, 3]);
}

#[test]
fn agents_of_the_file_come_before_those_of_the_list() {
    let (_folder, case) = sample();
    let ids: Vec<&str> = case.agents.iter().map(|agent| agent.id.0.as_str()).collect();
    assert_eq!(ids, ["ag-01", "ag-02", "ag-03", "svc-01"]);
    assert_eq!(case.agents[0].email.as_deref(), Some("k.abe@sub.example"));
    assert_eq!(case.agents[0].identities, ["kabe", "u-17"]);
    assert_eq!(case.agents[1].name.as_deref(), Some("Roe, Max"));
    assert_eq!(case.agents[2].email, None);
    assert_eq!(case.agents[3].identities, ["api key 7"]);
}

#[test]
fn the_files_read_are_listed_as_written() {
    let (_folder, case) = sample();
    let files: Vec<_> = case
        .files
        .iter()
        .map(|file| (file.role, file.path.as_str(), file.size()))
        .collect();
    assert_eq!(
        files,
        [
            ("case", "case.toml", CASE.len() as u64),
            ("agents", "agents.csv", AGENTS.len() as u64),
            ("tenants", "tenants.csv", TENANTS.len() as u64),
        ]
    );
    assert_eq!(case.files[1].sha256(), crate::digest::Sha256::of(AGENTS.as_bytes()));
}

#[test]
fn optional_sections_may_be_absent() {
    let start = CASE.find("[tenants]").expect("the sample has tenants");
    let end = CASE.find("[[logs]]").expect("the sample has logs");
    let (_folder, case) = load(&[
        ("case.toml", &format!("{}{}", &CASE[..start], &CASE[end..])),
        ("agents.csv", AGENTS),
    ]);
    let case = case.expect("good");
    assert_eq!(case.directory.customers(), None);
    let end = CASE.find("[reports]").expect("the sample has reports");
    let (_folder, case) = load(&[
        ("case.toml", &CASE[..end]),
        ("agents.csv", AGENTS),
        ("tenants.csv", TENANTS),
    ]);
    assert_eq!(case.expect("good").reports, ReportSettings::default());
}

#[test]
fn ids_that_differ_only_in_case_are_two_agents() {
    let agents = format!("{AGENTS}AG-01,x@sub.example,,,,,\r\n");
    let (_folder, case) = load(&[("case.toml", CASE), ("agents.csv", &agents), ("tenants.csv", TENANTS)]);
    assert_eq!(case.expect("good").agents.len(), 5);
}
