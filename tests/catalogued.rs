//! The share of events and of action codes that the built-in catalogue explains: on the sample of
//! each profile, and on public logs from outside of this project. docs/catalogue.md states both as
//! measured; `UPDATE_EXPECTED=1` rewrites them, to be read as a diff.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use tenant_impact::{catalogue::Catalogue, events::Profile};

use crate::util::{Run, program, root, shared_data};

/// Least share of events that are catalogued, in a hundred.
const EVENTS: u64 = 95;

/// Least share of codes that are catalogued, in a hundred.
const CODES: u64 = 80;

/// Events and codes of logs of one kind, and those of them that are catalogued.
#[derive(Default)]
struct Measured {
    events: u64,
    catalogued_events: u64,
    codes: u64,
    catalogued_codes: u64,
}

impl Measured {
    fn add(&mut self, profile: &str, counts: &BTreeMap<String, u64>) {
        let catalogue = Catalogue::of_profiles(&[profile]);
        for (code, events) in counts {
            let known = u64::from(catalogue.lookup(code).says.is_some());
            self.codes += 1;
            self.catalogued_codes += known;
            self.events += events;
            self.catalogued_events += known * events;
        }
    }

    fn join(&mut self, other: &Self) {
        self.events += other.events;
        self.catalogued_events += other.catalogued_events;
        self.codes += other.codes;
        self.catalogued_codes += other.catalogued_codes;
    }

    fn row(&self, name: &str) -> String {
        let of = |part: u64, whole: u64| format!("{part} of {whole} ({} %)", part * 100 / whole.max(1));
        format!(
            "| {name} | {} | {} |\n",
            of(self.catalogued_events, self.events),
            of(self.catalogued_codes, self.codes)
        )
    }

    fn is_enough(&self) -> bool {
        self.catalogued_events * 100 >= self.events * EVENTS && self.catalogued_codes * 100 >= self.codes * CODES
    }
}

/// Codes with counts by the profile that fits best, of everything under a folder.
fn counted(folder: &Path) -> BTreeMap<String, BTreeMap<String, u64>> {
    let run = Run::of(program(folder).args(["inspect", "--json", "."]));
    let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for kind in found["kinds"].as_array().expect("kinds") {
        let Some(profile) = kind["fits"][0]["profile"].as_str() else {
            continue;
        };
        let actions: BTreeMap<String, u64> =
            serde_json::from_value(kind["survey"]["actions"].clone()).expect("counts of actions");
        let own = counts.entry(profile.to_owned()).or_default();
        for (code, events) in actions {
            *own.entry(code).or_default() += events;
        }
    }
    counts
}

/// Compares a table with the one of the documentation between `<!-- name -->` and `<!-- end -->`.
fn documented(name: &str, rows: &str) {
    let path = root().join("docs/catalogue.md");
    let text = fs::read_to_string(&path).expect("docs/catalogue.md");
    let mark = format!("<!-- {name} -->\n");
    let (before, rest) = text.split_once(&mark).expect(name);
    let (stated, after) = rest.split_once("<!-- end -->").expect("its end");
    let table = format!("| logs | events catalogued | codes catalogued |\n|---|---|---|\n{rows}");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, format!("{before}{mark}{table}<!-- end -->{after}")).expect("docs/catalogue.md");
    } else {
        assert_eq!(stated, table, "UPDATE_EXPECTED=1 rewrites docs/catalogue.md");
    }
}

#[test]
fn catalogue_explains_the_samples_as_documented() {
    let (mut rows, mut all) = (String::new(), Measured::default());
    let counts = counted(&root().join("src/events/profiles/samples"));
    for profile in Profile::names() {
        let mut measured = Measured::default();
        measured.add(profile, counts.get(profile).expect(profile));
        rows += &measured.row(&format!("`{profile}`"));
        all.join(&measured);
    }
    rows += &all.row("all");
    documented("samples", &rows);
    assert!(all.is_enough(), "{}", all.row("all samples"));
}

#[test]
fn catalogue_explains_real_logs_as_documented() {
    let Some(folder) = shared_data() else { return };
    let mut rows = String::new();
    for (name, below) in [
        ("AWS CloudTrail, `invictus-ir/aws_dataset`", "cloudtrail/invictus"),
        ("AWS CloudTrail, `DataDog/stratus-red-team`", "cloudtrail/stratus"),
    ] {
        let mut measured = Measured::default();
        for (profile, counts) in counted(&folder.join(below)) {
            measured.add(&profile, &counts);
        }
        rows += &measured.row(name);
        assert!(measured.is_enough(), "{}", measured.row(name));
    }
    documented("real logs", &rows);
}
