//! Reports that list actions without an explanation are marked as drafts.

use std::fs;

use crate::util::{Dir, Run, json, program, root};

/// Two tenants, of which one has an action that no catalogue has.
const LOG: &str = r#"{"event_id":"e-1","timestamp":"2026-01-16T01:00:00Z","tool":"SuperUser","actor":{"id":"a-1"},"tenant":{"id":"acme","name":"Acme"},"action":"user.view","target":{"type":"user","id":"u-1","name":"ann"},"outcome":"success"}
{"event_id":"e-2","timestamp":"2026-01-16T02:00:00Z","tool":"SuperUser","actor":{"id":"a-1"},"tenant":{"id":"bolt","name":"Bolt"},"action":"odd.code","target":{"type":"user","id":"u-2","name":"bob"},"outcome":"success"}
{"event_id":"e-3","timestamp":"2026-01-16T03:00:00Z","tool":"SuperUser","actor":{"id":"a-1"},"action":"stray.code","outcome":"success"}
"#;

const CASE: &str = r#"[case]
id = "ODD"
title = "Odd codes"
vendor = "The Vendor"
tlp = "AMBER"
contact = "security@vendor.example"
issued = 2026-01-27T09:00:00Z

[[scopes]]
name = "possible"
from = 2026-01-16T00:00:00Z
until = 2026-01-17T00:00:00Z
basis = "The worst case."
agents = "all"

[[agents.list]]
id = "a-1"

[[logs]]
path = "log.jsonl"
profile = "superuser"
"#;

const FILES: [&str; 5] = [
    "index.html",
    "tenants/acme/report.html",
    "tenants/acme/report.md",
    "tenants/bolt/report.html",
    "tenants/bolt/report.md",
];
const MANIFESTS: [&str; 3] = [
    "manifest.json",
    "tenants/acme/manifest.json",
    "tenants/bolt/manifest.json",
];

#[test]
fn unexplained_action_makes_every_report_a_draft_until_accepted() {
    let entry = "[[actions]]\ncode = \"odd.code\"\neffect = \"view\"\nsays = \"Opened a thing.\"\n";
    for (settings, is_draft) in [
        ("", true),
        ("[reports]\naccept_uncatalogued = [\"odd.cod\", \"stray.code\"]\n", true),
        ("[reports]\naccept_uncatalogued = [\"odd.code\"]\n", false),
        ("[reports]\ncatalogue = \"own.toml\"\n", false),
    ] {
        let dir = Dir::new();
        dir.file("log.jsonl", LOG);
        dir.file("own.toml", entry);
        dir.file("case.toml", format!("{CASE}\n{settings}"));
        let out = dir.path("out");
        let case = dir.path("case.toml");
        Run::of(
            program(root())
                .arg("report")
                .arg(case)
                .args(["--quiet", "--out"])
                .arg(&out),
        )
        .ends(1);
        for file in FILES {
            let text = fs::read_to_string(out.join(file)).expect("it is written");
            assert_eq!(text.contains("DRAFT"), is_draft, "{file} with {settings:?}");
            assert!(
                !text.contains("Ask The Vendor what") && !text.contains("ask The Vendor what"),
                "{file}"
            );
            let prints = "content: \"DRAFT";
            assert_eq!(
                text.contains(prints),
                is_draft && file.ends_with("html"),
                "{file} with {settings:?}"
            );
        }
        for file in MANIFESTS {
            assert_eq!(
                json(&out.join(file))["draft"] == true,
                is_draft,
                "{file} with {settings:?}"
            );
        }
        let index = fs::read_to_string(out.join("index.html")).expect("it is written");
        assert_eq!(index.contains("code = &quot;odd.code&quot;"), is_draft, "{settings:?}");
        assert!(
            !index.contains("code = &quot;stray.code&quot;"),
            "it is in no tenant's report"
        );
        let acme = fs::read_to_string(out.join("tenants/acme/report.html")).expect("it is written");
        assert!(!acme.contains("odd.code"), "the code is another tenant's");
        Run::of(program(root()).arg("verify").arg(&out)).ends(0);
    }
}
