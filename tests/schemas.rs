//! The documented JSON Schemas are those of the types, and what is written conforms to them.

use std::fs;

use crate::util::{Dir, Run, json, program, root};

#[test]
fn the_documented_schemas_are_those_of_the_program() {
    for name in [
        "findings",
        "manifest",
        "tenant-manifest",
        "difference",
        "plan",
        "partial",
    ] {
        let printed = Run::of(program(root()).args(["schema", name])).ends(0).stdout;
        let path = root().join(format!("docs/{name}.schema.json"));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&path, &printed).expect("docs can be written");
        }
        let documented = fs::read_to_string(&path).expect("it is documented");
        assert!(
            printed == documented,
            "docs/{name}.schema.json is not what `tenant-impact schema {name}` prints"
        );
    }
}

#[test]
fn what_is_written_conforms() {
    let dir = Dir::new();
    let out = dir.path("out");
    Run::of(
        program(root())
            .args(["report", "sample_logs/case.toml", "--quiet", "--out"])
            .arg(&out),
    )
    .ends(1);
    for (name, path) in [
        ("findings", "findings.json"),
        ("manifest", "manifest.json"),
        ("tenant-manifest", "tenants/t-0011/manifest.json"),
    ] {
        let schema = json(&root().join(format!("docs/{name}.schema.json")));
        let validator = jsonschema::validator_for(&schema).expect("a valid schema");
        let written = json(&out.join(path));
        let faults: Vec<_> = validator.iter_errors(&written).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{name}.json: {faults:?}");
    }
}

/// The first keys and their order are a contract with scripts.
#[test]
fn the_first_keys_of_the_findings_are_the_contract_s() {
    let dir = Dir::new();
    let out = dir.path("out");
    Run::of(
        program(root())
            .args(["report", "sample_logs/case.toml", "--quiet", "--out"])
            .arg(&out),
    )
    .ends(1);
    let text = fs::read_to_string(out.join("findings.json")).expect("findings");
    let keys: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  \"")?.split('"').next())
        .collect();
    let contract = [
        "schema", "tool", "case", "complete", "caveats", "scopes", "records", "sources", "tenants", "actions",
        "agents", "coverage", "impact",
    ];
    assert_eq!(keys[..contract.len()], contract);
}
