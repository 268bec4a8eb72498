//! Cases with faults. `told.txt` beside this file holds what is said of each, as a person reads it:
//! every fault of the case and of the files it names, in one go.

use super::*;

/// Expects the faults that `told.txt` has under this name for the sample with its files changed so.
#[track_caller]
fn expect(name: &str, case: &str, agents: &str, tenants: &str) {
    let (folder, result) = load(&[("case.toml", case), ("agents.csv", agents), ("tenants.csv", tenants)]);
    expect_told(name, &told(folder.path(), result));
}

#[track_caller]
pub(super) fn expect_told(name: &str, told: &str) {
    let mut sections = include_str!("told.txt").split("\n\n");
    let expected = sections.find_map(|section| section.trim().strip_prefix(&format!("# {name}\n")));
    assert_eq!(Some(told), expected, "\n# {name}\n{told}\n");
}

/// Expects them of a changed case file.
#[track_caller]
fn expect_case(name: &str, case: &str) {
    expect(name, case, AGENTS, TENANTS);
}

#[test]
fn a_slip_in_one_line_does_not_hide_the_other_faults() {
    let case = with("id = \"SEC-2026-014\"", "id = SEC-2026-014");
    let case = case
        .replace("2026-01-21T06:25:00Z", "2026-01-21T06:25:00")
        .replace("vendor =", "vender =");
    expect_case("slip in one line", &case);
}

#[test]
fn a_broken_header_is_told_alone() {
    expect_case(
        "broken header",
        &with("[[scopes]]", "[[scopes]").replace("contact", "contakt"),
    );
    expect_case("table twice", &with("[agents]", "[case]"));
}

#[test]
fn misspelt_and_missing_keys() {
    let case = with("contact = ", "contakt = ")
        .replace("[coverage]", "[coverages]")
        .replace("employer =", "employers =");
    expect_case("misspelt keys", &case);
    expect_case("nothing written", "");
}

#[test]
fn values_of_another_type() {
    let case = with("id = \"SEC-2026-014\"", "id = 2026").replace("total = 400", "total = \"400\"");
    let case = case
        .replace("[coverage]\ngap_hours = 3", "[[coverage]]")
        .replace("[\"s-1\"]", "[1]");
    expect_case(
        "wrong types",
        &case.replace("basis = \"Every", "ips = true\nbasis = \"Every"),
    );
    let one = CASE
        .find("[[scopes]]\nname = \"attributed\"")
        .expect("the second scope");
    let end = CASE.find("[agents]").expect("the agents");
    let case = format!("{}{}", &CASE[..one], &CASE[end..]).replace("[[scopes]]", "[scopes]");
    expect_case("scopes in one bracket", &case);
}

#[test]
fn times_without_offset_or_sense() {
    let case = with("issued = 2026-02-01T09:00:00Z", "issued = 2026-02-01")
        .replace("from = 2026-01-16T00:00:00Z", "from = \"2026-01-16 00:00\"")
        .replace("\"2026-01-21T00:00:00+00:00\"", "2026-01-21T00:00:00")
        .replace("2026-01-21 06:00:00.50+01:00", "\"yesterday\"")
        .replace("until = 2026-01-21T06:25:00Z", "until = 5");
    expect_case("times without offset", &case);
    let case = with(
        "until = \"2026-01-21T00:00:00+00:00\"",
        "until = 2026-01-16T01:00:00+01:00",
    );
    expect_case(
        "windows that end before they begin",
        &case.replace("until = 2026-01-21T06:25:00Z", "until = 2026-01-21T05:00:00.4Z"),
    );
}

#[test]
fn a_window_without_an_end() {
    let case = with("until = \"2026-01-21T00:00:00+00:00\"", "until = 9999-12-31T23:59:59Z");
    expect_case("a window without an end", &case);
}

#[test]
fn values_that_cannot_be() {
    let case = with("TLP:AMBER+STRICT", "ambr")
        .replace("agents = \"name\"", "agents = \"names\"")
        .replace("gap_hours = 3", "gap_hours = 0")
        .replace("total = 400", "total = 1")
        .replace("\"SEC-2026-014\"", "\" \"")
        .replace("name = \"attributed\"", "name = \"possible\"")
        .replace("agents = { employer = \"Sub Ltd\" }", "agents = \"al\"");
    expect_case("values that cannot be", &case);
    let case = with("name = \"attributed\"", "name = \"phase 2\"").replace("[\"ag-03\", \"ag-01\"]", "[]");
    expect_case("names of scopes", &case);
}

/// Canonical JSON would round them, and the bundle would not verify.
#[test]
fn numbers_that_the_manifest_cannot_state() {
    let case = with("total = 400", "total = 9_007_199_254_740_992");
    let limits = "[limits]\nratio = 18446744073709551615\nunpacked_bytes = -1\n";
    expect_case("large numbers", &format!("{case}\n{limits}"));
}

#[test]
fn words_that_cannot_be_allowed() {
    let case = with("min_length = 5", "min_length = 0").replace("\"Target\"]", "\" \"]\nalow = \"x\"");
    expect_case("isolation", &case);
    expect_case(
        "isolation of other types",
        &with("[\"Notion\", \"Target\"]", "true").replace("min_length = 5", "min_length = 33"),
    );
    let tables = "[{ text = \"Notion\", fields = [\"user_agnt\"] }, { text = \"X\" }, { fields = [\"ip\"] }]";
    expect_case("isolation by field", &with("[\"Notion\", \"Target\"]", tables));
}

#[test]
fn scopes_that_name_nobody() {
    let case = with("[\"ag-03\", \"ag-01\"]", "[\"ag-3\", \"zz\", \"ag-01\"]");
    expect_case(
        "scopes that name nobody",
        &case.replace("\"Sub Ltd\"", "[\"Sub Ltd.\", \"Vendor\"]"),
    );
}

#[test]
fn too_many_scopes() {
    let scope = &CASE[CASE.find("[[scopes]]").expect("a scope")..CASE.find("[agents]").expect("the agents")];
    let scopes: String = (0..33)
        .map(|at| {
            scope
                .replace("attributed", &format!("a{at}"))
                .replace("possible", &format!("p{at}"))
        })
        .collect();
    expect_case("too many scopes", &CASE.replace(scope, &scopes));
}

#[test]
fn nothing_to_ask() {
    let case = with("[[agents.list]]\nid = \"svc-01\"\nidentities = [\"api key 7\"]\n", "");
    let end = case.find("[[logs]]").expect("the sample has logs");
    expect("nothing to ask", &case[..end], "id,email\r\n,,\r\n", TENANTS);
}

#[test]
fn scope_without_agents_says_what_it_searches_by() {
    let second = CASE
        .find("[[scopes]]\nname = \"attributed\"")
        .expect("the second scope");
    let agents = CASE[second..].find("agents = ").expect("its agents") + second;
    let end = CASE.find("[agents]").expect("the agents");
    let open = |more: &str| format!("{}{more}\n{}", &CASE[..agents], &CASE[end..]);
    expect_case("open scopes", &open(""));
    expect_case(
        "networks",
        &open("ips = [\"192.0.2.0/33\", \"2001:db8::/x\", \"192.0.2.0/24\", \"a/b\"]\nkeys = [\"k\u{200b}1\"]"),
    );
}

#[test]
fn agent_s_time_has_an_offset_and_ends_after_it_begins() {
    let agents = "id,from,until,employer\r\nag-01,2026-01-01,,Sub Ltd\r\nag-03,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,Sub Ltd\r\n";
    expect("tenures", CASE, agents, TENANTS);
}

/// Replaces the error texts of the operating system, which differ between systems.
#[cfg(unix)]
#[test]
fn files_that_are_not_there() {
    expect_case(
        "files that are not there",
        &with("agents.csv", "agent.csv").replace("\"tenants.csv\"", "\"customers/all.csv\""),
    );
}

#[test]
fn a_table_of_agents_that_would_lose_identities() {
    let agents = "id,email,identites,id\n\
        ag-01,K.Abe@x.example a@b.example,,\n\
        ,,,\n\
        ag-02,x@y.example\n\
        \n\
        ag-03,\"k.abe@x.example\n\
        ag-04,,,\n";
    expect("agents that would lose identities", CASE, agents, "id:name\nt:x\n");
}

#[test]
fn one_identity_of_two_agents() {
    let agents = "id,email,identities,employer\n\
        ag-01,K.Abe@x.example,a;b,Sub Ltd\n\
        ag-03,k.abe@X.example,\"b,c\",Sub Ltd\n\
        ag-01,q@x.example,A,\n\
        ag-05,,AG-03;svc-01,\n\
        ,z@x.example,,\n\
        ag-06,u@x.example v@x.example,,\n\
        ag-07,,c d,\n";
    expect("shared identities", CASE, agents, "id\nt\nt\n");
}

#[test]
fn a_file_that_is_not_text() {
    let (folder, _) = load(&[("case.toml", CASE), ("tenants.csv", TENANTS)]);
    fs::write(folder.path().join("agents.csv"), b"id,name\nag-01,M\xfcller\n").expect("the folder is writable");
    let result = Case::load(&folder.path().join("case.toml"));
    expect_told("not text", &told(folder.path(), result));
}

#[test]
fn a_case_file_that_is_not_there() {
    let (folder, result) = load(&[]);
    assert!(matches!(result, Err(CaseError::Read { .. })));
    let told = told(folder.path(), result);
    assert!(told.starts_with("cannot read the case file `case.toml`, "), "{told}");
}

#[test]
fn no_cut_of_a_file_is_read_without_a_word_or_breaks_the_reader() {
    let folder = folder::Folder::new("case".into());
    let required = CASE.find("[reports]").expect("the sample has reports");
    for (at, _) in CASE.char_indices().filter(|(at, _)| *at < required) {
        let reading = crate::config::read("case.toml", &CASE.as_bytes()[..at], |root| file::read(root, &folder));
        let logs = reading.value.map_or(0, |written| written.logs.len());
        assert!(!reading.faults.is_empty() || logs > 0, "{at}");
    }
    for at in 0..AGENTS.len() {
        let (mut agents, mut faults) = (Vec::new(), Vec::new());
        let complete = agents::read_csv("agents.csv", &AGENTS.as_bytes()[..at], &mut agents, &mut faults);
        assert!(complete || !faults.is_empty(), "{at}");
        assert!(faults.iter().all(|fault| fault.place.is_some()), "{at}");
    }
}

#[test]
fn hidden_characters_are_located() {
    let case = with("[\"s-1\"]", "[\"s-\u{200b}1\"]");
    let agents = "id,email,identities,name,employer\n\
                  ag-01,mira@x.example,mira.\u{ad}holt,Mira\u{a0}Holt,Sub\u{a0}Ltd\n\
                  ag-02,\u{feff}jon@x.example,jon;jo\u{2060}n,Jo\u{200b}n,Sub Ltd\n\
                  ag-03,k@x.example\u{a0},k,山田\u{3000}太郎,Sub Ltd\n";
    let tenants =
        "id,name,domains\nacme\u{200b},Soci\u{e9}t\u{e9}\u{a0}G,acme.example\nbell,Be\u{ad}ll,b\u{202f}ell.example\n";
    expect("hidden characters", &case, agents, tenants);
}

#[test]
fn hidden_character_written_as_an_escape_is_taken() {
    let case = with("[\"api key 7\"]", "[\"mira\\u00ADholt\"]");
    let (_folder, result) = load(&[("case.toml", &case), ("agents.csv", AGENTS), ("tenants.csv", TENANTS)]);
    let agents = result.expect("an escape is seen").agents;
    assert!(agents.iter().any(|agent| agent.identities == ["mira\u{ad}holt"]));
}
