//! Both pages in a real browser: reading order, contrast, keyboard and the first screen, at two
//! widths, light and dark.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use serde_json::{Value, json};

use crate::util::{Dir, Run, has, program, root};

/// Checks of a page by the rules of WCAG 2.2 AA that need layout.
const CHECKS: &str = include_str!("pages/checks.js");

const BROWSER: &str = "chromium";

/// Runs the checks on a page in a frame of each width and colour scheme; gives what is wrong.
fn faults(page: &Path) -> Vec<String> {
    let dir = Dir::new();
    let html = json!(fs::read_to_string(page).expect("a page"))
        .to_string()
        .replace("</", "<\\/");
    dir.file(
        "checks.html",
        format!("<!DOCTYPE html><meta charset=utf-8><script>const PAGE = {html};\n{CHECKS}</script>"),
    );
    let run = Command::new(BROWSER)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-sync",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--window-size=1400,900",
        ])
        .args(["--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", dir.path("profile").display()))
        .arg(format!("file://{}", dir.path("checks.html").display()))
        .output()
        .expect("the browser starts");
    let dom = String::from_utf8_lossy(&run.stdout);
    let told = dom.rsplit_once("<pre>").and_then(|(_, rest)| rest.split_once("</pre>"));
    let (told, _) = told.unwrap_or_else(|| panic!("no result in {dom}: {}", String::from_utf8_lossy(&run.stderr)));
    let told = told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told["views"], 4, "{told}");
    let faults = told["faults"].as_array().expect("a list");
    faults
        .iter()
        .map(|fault| fault.as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn pages_can_be_read_by_everybody() {
    if !has(BROWSER) {
        return;
    }
    let dir = Dir::new();
    for (case, tenants) in [
        ("sample_logs", ["t-0338", "t-0248"]),
        ("tests/cases/impersonations-and-attempts", ["acme", "bolt"]),
    ] {
        let out = dir.path(tenants[0]);
        let case = format!("{case}/case.toml");
        Run::of(program(root()).args(["report", &case, "--quiet", "--out"]).arg(&out)).ends(1);
        let reports = tenants.map(|tenant| out.join("tenants").join(tenant).join("report.html"));
        for page in reports.iter().chain([&out.join("index.html")]) {
            let faults = faults(page);
            assert!(faults.is_empty(), "{}:\n{}", page.display(), faults.join("\n"));
        }
    }
}

/// Runs the browser on a page with one argument more. Returns how long it took.
fn browse(dir: &Dir, argument: &str, page: &Path) -> std::time::Duration {
    let start = std::time::Instant::now();
    let run = Command::new(BROWSER)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--window-size=1280,900", argument])
        .arg(format!("--user-data-dir={}", dir.path("profile").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    start.elapsed()
}

/// A report of 20,000 actions is laid out and printed. Without blocks that the browser lays out one
/// at a time it took 35 s to 40 s on an idle machine, and printing failed.
#[test]
fn report_of_20000_actions_opens_and_prints() {
    if !has(BROWSER) {
        return;
    }
    let dir = Dir::new();
    let codes = ["user.view", "tenant.view", "user.search", "user.mfa.reset", "app.view"];
    let mut log = String::new();
    for number in 0..20_000 {
        let code = codes[number % codes.len()];
        let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60);
        let (person, session, ticket) = (number % 4000, number / 50, number % 500);
        writeln!(
            log,
            r#"{{"event_id":"e-{number}","timestamp":"2026-01-16T{hour:02}:{minute:02}:{second:02}Z","tool":"SuperUser","actor":{{"id":"a-1"}},"tenant":{{"id":"acme","name":"Acme"}},"action":"{code}","target":{{"type":"user","id":"u-{person}","name":"user{person}@acme.example"}},"outcome":"success","client":{{"ip":"198.51.100.7","user_agent":"Mozilla/5.0","session_id":"s-{session}"}},"ticket":"SUP-{ticket}","justification":"Asked for by telephone"}}"#
        )
        .expect("a text takes every write");
    }
    dir.file("log.jsonl", log);
    dir.file(
        "case.toml",
        r#"[case]
id = "MANY"
title = "Many actions"
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
"#,
    );
    let out = dir.path("out");
    let case = dir.path("case.toml");
    Run::of(
        program(root())
            .arg("report")
            .arg(case)
            .args(["--quiet", "--out"])
            .arg(&out),
    );
    let page = out.join("tenants/acme/report.html");
    let shot = format!("--screenshot={}", dir.path("shot.png").display());
    let took = browse(&dir, &shot, &page);
    // The bound is for a machine that does other work too.
    assert!(took.as_secs() < 25, "{took:?}");
    let pdf = dir.path("report.pdf");
    browse(&dir, &format!("--print-to-pdf={}", pdf.display()), &page);
    let printed = fs::read(pdf).expect("it was printed");
    let pages = printed.windows(11).filter(|bytes| bytes == b"/Type /Page").count();
    assert!((20..400).contains(&pages), "{pages} pages");
}

/// The checks find what they are for.
#[test]
fn a_page_with_faults_is_told() {
    if !has(BROWSER) {
        return;
    }
    let dir = Dir::new();
    let bad = "<!DOCTYPE html><html lang=en><title>t</title><main><h1>A</h1><h3>B</h3><p style=\"color:#999;background:#fff\">faint</p>\
               <div style=\"overflow-x:auto\"><div style=\"width:3000px\">wide</div></div>\
               <section aria-label=x>x</section><section aria-label=x>y</section><div style=\"width:2000px\">out</div>\
               <div style=\"height:900px\"></div><div class=\"verdict tied\">late</div></main><p>stray";
    dir.file("bad.html", bad);
    let told = faults(&dir.path("bad.html")).join("\n");
    for fault in [
        "heading",
        "contrast",
        "cannot be reached",
        "landmark",
        "sideways",
        "first screen",
        "outside",
    ] {
        assert!(told.contains(fault), "{fault} is not in:\n{told}");
    }
}
