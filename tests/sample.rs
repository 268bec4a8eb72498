//! The sample: the answer equals what the generator, which knows nothing of the library, says is
//! true.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use regex::Regex;
use serde_json::{Value, json};

use crate::util::{Dir, Run, files, json, program, root};

fn report(case: &Path, dir: &Dir) -> Value {
    let out = dir.path("out");
    let mut command = program(root());
    Run::of(command.arg("report").arg(case).arg("--out").arg(&out)).ends(1);
    json(&out.join("findings.json"))
}

/// Those members of a value that the truth has and that are the program's too.
fn only(value: &Value, like: &Value) -> Value {
    match (value, like) {
        (Value::Object(found), Value::Object(expected)) => expected
            .iter()
            .map(|(key, like)| match key.as_str() {
                // The findings have the two times.
                "seconds" => (key.clone(), like.clone()),
                _ => (key.clone(), only(&found[key], like)),
            })
            .collect(),
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => found
            .iter()
            .zip(expected)
            .map(|(found, like)| only(found, like))
            .collect(),
        _ => value.clone(),
    }
}

fn agrees(findings: &Value, truth: &Value) {
    for key in [
        "records", "sources", "scopes", "tenants", "agents", "impact", "near", "linked", "coverage",
    ] {
        let found = only(&findings[key], &truth[key]);
        assert_eq!(
            found.as_array().map(Vec::len),
            truth[key].as_array().map(Vec::len),
            "{key}"
        );
        if let (Some(found), Some(truth)) = (found.as_array(), truth[key].as_array()) {
            for (found, truth) in found.iter().zip(truth) {
                assert_eq!(found, truth, "{key}");
            }
        }
        assert_eq!(found, truth[key], "{key}");
    }
    let events = |conflict: &Value| conflict["events"].as_array().map_or(0, Vec::len);
    let conflicts: usize = findings["conflicts"]
        .as_array()
        .expect("conflicts")
        .iter()
        .map(events)
        .sum();
    assert_eq!(json!(conflicts), truth["conflicts"]);
    let naming = |refused: &&Value| refused["names"].as_array().is_some_and(|names| !names.is_empty());
    let possibly = findings["refused"]
        .as_array()
        .expect("refused")
        .iter()
        .filter(naming)
        .count();
    assert_eq!(json!(possibly), truth["possibly_in_scope"]);
}

#[test]
fn the_answer_to_the_sample_is_the_generator_s_truth() {
    let sample = root().join("sample_logs");
    agrees(
        &report(&sample.join("case.toml"), &Dir::new()),
        &json(&sample.join("truth.json")),
    );
}

/// Objects compare by key, so a tenant's actions and scopes are compared whole, not only those the
/// truth names.
#[test]
fn no_action_or_scope_is_there_that_the_truth_does_not_know() {
    let findings = report(&root().join("sample_logs/case.toml"), &Dir::new());
    let truth = json(&root().join("sample_logs/truth.json"));
    let pairs = findings["tenants"]
        .as_array()
        .expect("tenants")
        .iter()
        .zip(truth["tenants"].as_array().expect("tenants"));
    for (found, truth) in pairs {
        for key in ["actions", "scopes", "scopes_failed", "outcomes"] {
            assert_eq!(found[key], truth[key], "{key} of {}", truth["id"]);
        }
    }
}

/// The bundle of the sample, what the terminal shows, and the truth.
struct Told {
    terminal: String,
    files: BTreeMap<String, String>,
    truth: Value,
}

impl Told {
    fn new() -> Self {
        let dir = Dir::new();
        let out = dir.path("out");
        let mut command = program(root());
        let run = Run::of(command.args(["report", "sample_logs/case.toml", "--out"]).arg(&out)).ends(1);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("bundles are UTF-8");
        Self {
            terminal: run.stdout,
            files: files(&out)
                .into_iter()
                .map(|(name, bytes)| (name, text(bytes)))
                .collect(),
            truth: json(&root().join("sample_logs/truth.json")),
        }
    }

    fn file(&self, name: &str) -> &str {
        self.files.get(name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// Tenants of the truth, each with its report.
    fn tenants(&self) -> impl Iterator<Item = (&Value, &str)> {
        let tenants = self.truth["tenants"].as_array().expect("tenants");
        tenants.iter().map(|tenant| {
            let id = tenant["id"].as_str().expect("an id");
            (tenant, self.file(&format!("tenants/{id}/report.md")))
        })
    }

    /// Fails unless each of the files says this.
    #[track_caller]
    fn say(&self, names: &[&str], part: &str) {
        for name in names {
            let text = match *name {
                "" => &self.terminal,
                name => self.file(name),
            };
            assert!(text.contains(part), "`{part}` is not in `{name}`:\n{text}");
        }
    }

    /// Rows of a table with these cells.
    fn rows(&self, name: &str, cells: &[(&str, &str)]) -> usize {
        let mut table = csv::Reader::from_reader(self.file(name).as_bytes());
        let header = table.headers().expect("a header").clone();
        let place = |column: &str| header.iter().position(|name| name == column).expect("the column");
        let cells: Vec<_> = cells.iter().map(|(column, cell)| (place(column), *cell)).collect();
        let fits = |row: &csv::StringRecord| cells.iter().all(|(at, cell)| &row[*at] == *cell);
        table.records().filter(|row| fits(row.as_ref().expect("a row"))).count()
    }
}

/// Checks the sentences of one answer against the figures of the truth, those that were wrong once.
#[test]
fn sentences_say_what_the_truth_says() {
    let told = Told::new();
    own_actions_are_no_mentions(&told);
    unreadable_records_name_agents_of_scopes_alone(&told);
    an_impersonation_is_one_with_its_duration(&told);
    shares_are_of_known_customers(&told);
    attempts_are_no_deeds(&told);
    what_is_not_logged_is_not_claimed(&told);
    pseudonyms_tell_no_place_in_a_table(&told);
    labels_are_those_of_the_reader(&told);
    claims_are_as_wide_as_the_evidence(&told);
    what_is_tied_comes_first(&told);
    what_stands_near_is_told(&told);
    one_is_singular_and_more_are_plural(&told);
    a_former_name_is_the_customer_s_own(&told);
}

/// Point 1.
fn own_actions_are_no_mentions(told: &Told) {
    let (mentions, own) = (&told.truth["near"]["mentions"], &told.truth["near"]["outside_scopes"]);
    told.say(
        &[""],
        &format!("{mentions} records of others in a window name a listed identity"),
    );
    told.say(
        &[""],
        &format!("{own} records in a window are by listed agents whom no scope has"),
    );
    // A record has a row for each identity: one names address and id of an agent, in two exports.
    assert_eq!(told.rows("near.csv", &[("kind", "mention")]), 5);
    assert_eq!(told.rows("near.csv", &[("kind", "mention"), ("agent", "lm-0005")]), 1);
    // Each of his has his id and his address.
    let rows = told.rows("near.csv", &[("kind", "agent-outside-scopes"), ("agent", "lm-0005")]);
    assert_eq!(Some(rows as u64), own.as_u64().map(|own| 2 * own));
}

/// Point 2. The story has an unreadable record of an agent whom no scope has.
fn unreadable_records_name_agents_of_scopes_alone(told: &Told) {
    let possibly = told.truth["possibly_in_scope"].as_u64();
    let rows = told.rows("refused.csv", &[("possibly_in_scope", "true")]);
    assert_eq!(Some(rows as u64), possibly);
    let other = told.file("refused.csv").lines().find(|line| line.contains("lm-0005"));
    assert!(other.is_some_and(|line| line.contains(",,false,")), "{other:?}");
}

/// Point 3.
fn an_impersonation_is_one_with_its_duration(told: &Told) {
    let mut lasted = 0;
    for (tenant, report) in told.tenants() {
        let spans = tenant["spans"].as_array().expect("spans");
        if spans.is_empty() {
            continue;
        }
        let heading = format!("\n### Impersonation: {}\n", spans.len());
        assert!(report.contains(&heading), "{heading} is not in {report}");
        for seconds in spans.iter().filter_map(|span| span["seconds"].as_i64()) {
            let time = format!("{} min {} s", seconds / 60, seconds % 60);
            assert!(report.contains(&time), "{time} is not in {report}");
            lasted += 1;
        }
    }
    assert!(lasted > 1, "the story has impersonations with an end");
}

/// Point 4.
fn shares_are_of_known_customers(told: &Told) {
    let impact = &told.truth["impact"];
    let (known, unknown) = (
        &impact["known_tenants"],
        told.truth["tenants"].as_array().map_or(0, Vec::len),
    );
    let unknown = unknown as u64 - known.as_u64().expect("a count");
    assert!(unknown > 0, "the story has customers whom the directory does not know");
    let share = format!("{known} of {} customers, 19.5", impact["customers"]);
    told.say(&["", "index.html"], &share);
    told.say(&["", "index.html"], &format!("{unknown} not in the directory"));
}

/// Point 5.
fn attempts_are_no_deeds(told: &Told) {
    let count = |key: &str| told.truth["impact"][key].as_u64().expect("a count");
    let (all, tried) = (count("tenants"), count("attempts_only"));
    told.say(
        &["", "index.html"],
        &format!("Acted in {} tenants, tried and failed in {tried} more", all - tried),
    );
    for (tenant, report) in told.tenants() {
        if tenant["outcomes"]["failure"] == tenant["events"] {
            assert!(!report.contains("Done:"), "{report}");
            let id = tenant["id"].as_str().expect("an id");
            assert_eq!(told.rows("tenants.csv", &[("id", id), ("gravest_effect", "")]), 1);
        }
    }
}

/// Point 6.
fn what_is_not_logged_is_not_claimed(told: &Told) {
    let report = |code: &str, is: &dyn Fn(&str) -> bool| {
        let has =
            |(tenant, report): (&Value, &str)| (tenant["actions"][code] == json!(1)).then(|| section(report, code));
        let found: Vec<_> = told.tenants().filter_map(has).filter(|text| is(text)).collect();
        assert_eq!(found.len(), 1, "{code}: {found:?}");
        found[0].clone()
    };
    let ended = report("user.deactivate", &|text| {
        text.contains("1 without an outcome in the log")
    });
    assert!(
        ended.contains("or tried to: the log does not tell the outcome"),
        "{ended}"
    );
    let export = report("user.list.export", &|text| !text.contains("Target as logged"));
    assert!(export.contains("Ran the export of a list of users.\n  - "), "{export}");
    assert!(export.contains("Which users and which of their fields"), "{export}");
    for (_, report) in told.tenants() {
        assert!(!report.contains("No change was made"), "{report}");
        assert!(!report.contains("Exported the list of your users"), "{report}");
    }
}

/// Returns the lines of a report on an action.
fn section(report: &str, code: &str) -> String {
    let start = format!("- `{code}`, ");
    let mut lines = report.lines().skip_while(|line| !line.starts_with(&start));
    let first = lines.next().expect("the action");
    let further = lines.take_while(|line| line.starts_with("  "));
    [first].into_iter().chain(further).collect::<Vec<_>>().join("\n")
}

/// Point 7.
fn pseudonyms_tell_no_place_in_a_table(told: &Told) {
    let findings: Value = serde_json::from_str(told.file("findings.json")).expect("JSON");
    let agents = findings["agents"].as_array().expect("agents");
    let text = |agent: &Value, key: &str| agent[key].as_str().expect("a text").to_owned();
    let names: Vec<_> = agents.iter().map(|agent| text(agent, "pseudonym")).collect();
    let form = Regex::new("^Agent [B-DF-HJ-NP-TV-Z]{4}$").expect("a pattern");
    assert!(names.iter().all(|name| form.is_match(name)), "{names:?}");
    assert!(!names.is_sorted() && !names.iter().rev().is_sorted(), "{names:?}");
    for (_, report) in told.tenants() {
        let leaked = agents.iter().find(|agent| report.contains(&text(agent, "id")));
        assert!(leaked.is_none(), "{leaked:?} in {report}");
    }
}

/// Point 8.
fn labels_are_those_of_the_reader(told: &Told) {
    let overview = told.file("index.html");
    assert!(
        overview.contains("TLP:RED") && !overview.contains("TLP:AMBER"),
        "{overview}"
    );
    for (_, report) in told.tenants() {
        assert!(
            report.starts_with("**`TLP:AMBER`**") && !report.contains("TLP:RED"),
            "{report}"
        );
    }
}

/// Point 9.
fn claims_are_as_wide_as_the_evidence(told: &Told) {
    let refused = &told.truth["records"]["refused"];
    assert!(
        told.truth["hours_with_one_record"].as_u64() > Some(0),
        "the story has such an hour"
    );
    for (_, report) in told.tenants() {
        for part in [
            &format!("and {refused} could not be read.") as &str,
            &format!("- {refused} of the 6,000 records in these logs could not be read"),
            "One record is enough for an hour to count",
        ] {
            assert!(report.contains(part), "`{part}` is not in {report}");
        }
        assert!(!report.to_lowercase().contains("complete list"), "{report}");
    }
}

/// Point 10.
fn what_is_tied_comes_first(told: &Told) {
    let tied: Vec<_> = told.truth["tied_first"]
        .as_array()
        .expect("ids")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let firsts = |text: &str| {
        let mut ids: Vec<_> = told.tenants().filter_map(|(tenant, _)| tenant["id"].as_str()).collect();
        ids.retain(|id| text.contains(*id));
        ids.sort_by_key(|id| text.find(*id));
        ids.truncate(tied.len());
        ids.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let table = |text: &str, from: &str| text.split_once(from).map(|(_, rest)| firsts(rest));
    assert!(tied.len() > 1);
    assert_eq!(firsts(told.file("tenants.csv")), tied);
    assert_eq!(table(&told.terminal, " level ").expect("a table"), tied);
    assert_eq!(table(told.file("index.html"), "id=\"tenants\"").expect("a table"), tied);
    let scope = &told.truth["scopes"][1];
    let says = format!(
        "Evidence ties {} actions ({} failed) in {} tenants to the intruder",
        scope["events"], scope["failed"], scope["tenants"]
    );
    told.say(&[""], &says);
}

/// Point 11.
fn what_stands_near_is_told(told: &Told) {
    let (linked, scopes) = (&told.truth["linked"], &told.truth["scopes"]);
    assert_eq!(linked["tenants"], json!(1), "the story has a third customer");
    told.say(
        &[""],
        &format!(
            "{} events without a tenant, in unattributed.jsonl",
            linked["without_tenant"]
        ),
    );
    for (at, end) in ["2026-01-21T00:00:00Z", "2026-01-20T13:43:00Z"].iter().enumerate() {
        assert_eq!(scopes[at]["on_end"], json!(1), "the story has an event there");
        told.say(&[""], &format!("1 event at {end}, the end of"));
    }
}

/// Point 12.
fn one_is_singular_and_more_are_plural(told: &Told) {
    let nouns = [
        ("action", "actions"),
        ("record", "records"),
        ("tenant", "tenants"),
        ("customer", "customers"),
        ("event", "events"),
        ("text", "texts"),
        ("agent", "agents"),
        ("source", "sources"),
        ("log file", "log files"),
        ("impersonation", "impersonations"),
        ("change", "changes"),
        ("view", "views"),
        ("search", "searches"),
        ("export", "exports"),
        ("attempt", "attempts"),
        ("point", "points"),
    ];
    let either = |names: Vec<&str>| names.join("|");
    let (one, more) = nouns.iter().copied().unzip();
    let wrong = format!(
        r"(^|[^\w,.:/-])(1 ({}))\b|(^|[^\w,.:/-])(([2-9]|[0-9][0-9,]*[0-9]) ({}))\b",
        either(more),
        either(one)
    );
    let (wrong, mut used) = (Regex::new(&wrong).expect("a pattern"), BTreeSet::new());
    let right = Regex::new(r"\b(1 action|2 actions|1 record|3 records|1 agent|1 event)\b").expect("a pattern");
    let pages = told
        .files
        .iter()
        .filter(|(name, _)| name.ends_with("/report.md") || *name == "index.html");
    let terminal = "terminal".to_owned();
    for (name, text) in pages.chain([(&terminal, &told.terminal)]) {
        let found: Vec<_> = wrong.find_iter(text).map(|found| found.as_str()).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
        used.extend(right.find_iter(text).map(|found| found.as_str()));
    }
    assert_eq!(used.len(), 6, "{used:?}");
}

/// A renamed customer is the same one, and its former name is no other customer's to read.
fn a_former_name_is_the_customer_s_own(told: &Told) {
    let [name, former] = [0, 1].map(|at| told.truth["renamed"][at].as_str().expect("a name"));
    let mut own = 0;
    for (tenant, report) in told.tenants() {
        if tenant["name"] == json!(name) {
            own += 1;
        } else {
            assert!(!report.contains(former), "{report}");
        }
    }
    assert_eq!(own, 1, "both names are one customer");
    assert_eq!(
        told.rows("isolation.csv", &[("found", former), ("verdict", "masked")]),
        1
    );
}

/// Point 2: the one unreadable record that is left names a listed agent outside all scopes.
#[test]
fn refused_record_of_an_agent_outside_scopes_is_in_no_report() {
    let (dir, sample) = (Dir::new(), root().join("sample_logs"));
    for name in ["agents.csv", "agents.lock", "tenants.csv"] {
        dir.file(name, fs::read(sample.join(name)).expect("the sample"));
    }
    let case = fs::read_to_string(sample.join("case.toml")).expect("the sample");
    let log = fs::read_to_string(sample.join("logs/superuser-a/2026-01-16.jsonl")).expect("the sample");
    let is_cut = |line: &&str| serde_json::from_str::<Value>(line).is_err();
    let cut: Vec<_> = log.lines().filter(is_cut).collect();
    let [agent, outsider] = ["bd-agent-05", "lm-0005"];
    assert!(
        cut.len() == 2
            && [agent, outsider]
                .iter()
                .all(|id| cut.iter().any(|line| line.contains(id))),
        "{cut:?}"
    );
    let left = log.lines().filter(|line| !(is_cut(line) && line.contains(agent)));
    let csv = case.find("# The second export").expect("two exports");
    dir.file("case.toml", &case[..csv])
        .file("logs/superuser-a/a.jsonl", left.collect::<Vec<_>>().join("\n"));
    let out = dir.path("out");
    dir.run(["report", "case.toml", "--quiet", "--out", "out"]).ends(1);
    assert_eq!(json(&out.join("findings.json"))["refused"][0]["names"], json!([]));
    let reports = files(&out.join("tenants"));
    let mut reports = reports
        .iter()
        .filter(|(name, _)| name.ends_with("report.md"))
        .peekable();
    assert!(reports.peek().is_some());
    for (name, bytes) in reports {
        let text = String::from_utf8_lossy(bytes);
        assert!(
            text.contains("1 of the ") && !text.contains("name of an agent"),
            "{name}: {text}"
        );
    }
}

/// Point 7: neither the order of the list nor a removed row changes the pseudonym of another agent.
#[test]
fn pseudonyms_of_the_sample_stay_whatever_becomes_of_the_list() {
    let (dir, sample) = (Dir::new(), root().join("sample_logs"));
    for name in [
        "agents.csv",
        "agents.lock",
        "tenants.csv",
        "case.toml",
        "logs/superuser-b/2026-01-20.csv",
    ] {
        dir.file(name, fs::read(sample.join(name)).expect("the sample"));
    }
    let case = fs::read_to_string(dir.path("case.toml")).expect("the case");
    dir.file("case.toml", case.replace("logs/superuser-a\"", "logs/superuser-b\""));
    let list = fs::read_to_string(dir.path("agents.csv")).expect("the list");
    let mut rows: Vec<_> = list
        .lines()
        .skip(1)
        .filter(|row| !row.starts_with("bd-agent-02,"))
        .collect();
    rows.reverse();
    let header = list.lines().next().expect("a header");
    dir.file("agents.csv", format!("{header}\n{}\n", rows.join("\n")));
    let run = dir.run(["scan", "case.toml", "--json"]).ends(1);
    let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let names = |agents: &Value| {
        let agents = agents.as_array().expect("agents").iter();
        let named = agents.map(|agent| (agent["id"].to_string(), agent["pseudonym"].clone()));
        named.collect::<BTreeMap<_, _>>()
    };
    let mut expected = names(&json(&sample.join("truth.json"))["agents"]);
    expected.remove("\"bd-agent-02\"");
    assert_eq!(names(&found["agents"]), expected);
}

#[test]
fn the_committed_sample_is_what_the_generator_writes() {
    let dir = Dir::new();
    generate(incident::Size::Sample, &dir.path("sample"));
    let (made, committed) = (files(&dir.path("sample")), files(&root().join("sample_logs")));
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, bytes) in made {
        assert!(
            committed[&name] == bytes,
            "sample_logs/{name} is not what the generator writes"
        );
    }
}

#[test]
fn the_public_incident_s_size_agrees_with_its_truth_too() {
    let dir = Dir::new();
    generate(incident::Size::Incident, &dir.path("incident"));
    let truth = json(&dir.path("incident/truth.json"));
    assert_eq!(truth["records"]["read"], json!(125_000));
    assert_eq!(truth["tenants"].as_array().map(Vec::len), Some(366));
    agrees(&report(&dir.path("incident/case.toml"), &dir), &truth);
}

/// Writes an incident of a size.
fn generate(size: incident::Size, out: &Path) {
    let args = incident::Args {
        size,
        out: out.to_owned(),
        records: None,
        format: incident::Format::Jsonl,
        files: 1,
    };
    incident::write(&args).expect("written");
}
