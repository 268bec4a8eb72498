//! Log text that wants to act: in a browser, a spreadsheet, a Markdown renderer, a terminal and a
//! file system.

use std::{
    collections::BTreeSet,
    fs,
    net::TcpListener,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::{Value, json};

use super::{CASE, folder, record, report, text};
use crate::util::{Dir, files, has};

/// Everything at once, with a place to call home to.
fn payloads(port: u16) -> Vec<String> {
    let home = format!("http://127.0.0.1:{port}/x");
    let own = "document.documentElement.dataset.owned=1";
    vec![
        format!("<script>{own}</script>"),
        format!("</td></tr></table></main><script src={home}></script>"),
        format!("<img src={home} onerror={own}>"),
        format!("<svg/onload={own}>"),
        format!("\" onmouseover=\"{own}\" x=\""),
        format!("' autofocus onfocus='{own}"),
        format!("<iframe src={home}></iframe><object data={home}></object><embed src={home}>"),
        format!("<meta http-equiv=refresh content=0;url={home}><base href={home}>"),
        format!("</style><style>@import url({home});body{{background:url({home})}}</style>"),
        format!("</title></head><body><link rel=stylesheet href={home}>"),
        "<!--".to_owned(),
        "]]><![CDATA[".to_owned(),
        "{{case.title}}{{{rows}}}{{> style}}".to_owned(),
        format!("[click](javascript:{own}) ![x]({home}) <{home}> {home} www.evil.example a@evil.example"),
        "[ref]: javascript:alert(1)\n[ref]".to_owned(),
        "\n# heading\n\n- item\n\n| a | b |\n|---|---|\n| c | d |\n\n```\ncode\n```\n---\n> quote\n\n    indented"
            .to_owned(),
        "`` ` ``` `` **bold** __bold__ ~~gone~~ $x$ [^1] :smile: @user #1".to_owned(),
        "=cmd|' /C calc'!A0".to_owned(),
        " \t=1+1".to_owned(),
        "\r\n+1".to_owned(),
        "x\n@SUM(1)".to_owned(),
        "-2+3;=1\"\",=2".to_owned(),
        "＝1；＠x".to_owned(),
        "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m".to_owned(),
        "\u{202e}gnp.exe\u{2066}\u{2069}\u{200f}".to_owned(),
        "a\u{0}b\u{fffd}\u{feff}".to_owned(),
        "\u{2028}\u{2029}\u{85}".to_owned(),
    ]
}

fn log(port: u16) -> String {
    let payloads = payloads(port);
    let each = payloads.iter().enumerate().map(|(number, text)| {
        record(
            number,
            "t-0001",
            &json!({
                "action": text, "justification": text, "ticket": text,
                "target": {"type": text, "id": text, "name": text},
                "client": {"ip": text, "user_agent": text, "session_id": text},
            }),
        )
    });
    each.collect()
}

fn hostile(port: u16) -> Dir {
    let dir = folder(CASE, "id,name\nt-0001,<script>alert(1)</script> =1\n", &log(port));
    report(&dir).ends(1);
    dir
}

/// Runs the page in a real browser, and gives back what became of it.
fn dom(page: &Path) -> String {
    let profile = Dir::new();
    let run = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--virtual-time-budget=2000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path("profile").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser starts");
    String::from_utf8(run.stdout).expect("UTF-8")
}

/// Counts who calls, and hangs up.
struct Home {
    port: u16,
    calls: Arc<AtomicUsize>,
}

impl Home {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        thread::spawn(move || {
            listener.incoming().for_each(|_| {
                counted.fetch_add(1, Ordering::SeqCst);
            });
        });
        Self { port, calls }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[test]
fn a_browser_runs_nothing_and_calls_nobody() {
    if !has("chromium") {
        return;
    }
    let home = Home::new();
    let dir = hostile(home.port);
    // The overview has one script of its own.
    for (page, scripts) in [("out/tenants/t-0001/report.html", 0), ("out/index.html", 1)] {
        let dom = dom(&dir.path(page));
        assert!(dom.contains("&lt;script&gt;alert(1)"), "{page} is shown: {dom}");
        for acted in [
            "data-owned",
            "<img",
            "<iframe",
            "<object",
            "<embed",
            "<base",
            "<link",
            "onload=\"",
            "onerror=\"",
            "javascript:\"",
        ] {
            assert!(!dom.contains(acted), "{page}: {acted}");
        }
        assert_eq!(dom.matches("<script").count(), scripts, "{page}");
    }
    assert_eq!(home.calls(), 0);
}

/// A payload that occurs unescaped in a page must still be stopped by the page's own policy, the
/// second defence.
#[test]
fn the_policy_of_a_page_stops_what_escaping_would_miss() {
    if !has("chromium") {
        return;
    }
    let home = Home::new();
    let dir = hostile(home.port);
    for page in ["out/tenants/t-0001/report.html", "out/index.html"] {
        let whole = text(&dir, page);
        let open: String = payloads(home.port)
            .into_iter()
            .filter(|text| !text.contains("refresh") && !text.contains("<!--"))
            .collect();
        dir.file("open.html", whole.replacen("<main>", &format!("<main>{open}"), 1));
        assert!(!dom(&dir.path("open.html")).contains("data-owned"), "{page}");
        assert_eq!(home.calls(), 0, "{page}");
    }
    // The test can fail: without the policy the same page acts.
    let bare = text(&dir, "open.html").replace("http-equiv=\"Content-Security-Policy\"", "name=\"none\"");
    dir.file("bare.html", bare);
    assert!(dom(&dir.path("bare.html")).contains("data-owned"));
    assert!(home.calls() > 0);
}

#[test]
fn a_spreadsheet_reads_rows_of_text_and_no_formula() {
    if !has("python3") {
        return;
    }
    let dir = hostile(1);
    let reader =
        "import csv, json, sys\nprint(json.dumps(list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))))";
    for name in [
        "tenants/t-0001/actions.csv",
        "tenants/t-0001/people.csv",
        "tenants.csv",
        "refused.csv",
        "isolation.csv",
    ] {
        let path = dir.path("out").join(name);
        let run = Command::new("python3")
            .args(["-c", reader])
            .arg(&path)
            .output()
            .expect("Python runs");
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
        let rows: Vec<Vec<String>> = serde_json::from_slice(&run.stdout).expect("JSON");
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{name}");
        for cell in rows.iter().flatten().flat_map(|cell| cell.split(';')) {
            let start = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
            assert!(!start.starts_with(['=', '+', '-', '@', '＝', '＠']), "{name}: {cell:?}");
            assert!(!cell.contains(|c: char| c.is_control()), "{name}: {cell:?}");
        }
        if name.ends_with("actions.csv") {
            // The text of nothing but line separators is no code of an action, and its record is
            // refused.
            assert_eq!(rows.len(), payloads(1).len());
        }
    }
}

#[test]
fn a_markdown_renderer_sees_text_alone() {
    let dir = hostile(1);
    let whole = text(&dir, "out/tenants/t-0001/report.md");
    let mut shown = String::new();
    let mut headings = 0;
    for event in Parser::new_ext(&whole, Options::all()) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => panic!("a link to {dest_url}"),
            Event::Html(html) | Event::InlineHtml(html) => panic!("markup: {html}"),
            Event::Start(Tag::HtmlBlock | Tag::Strikethrough | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_)) => {
                panic!("{event:?} out of a log");
            }
            Event::Start(Tag::Heading { .. }) => headings += 1,
            Event::Text(text) | Event::Code(text) => shown.push_str(&text),
            _ => {}
        }
    }
    // As many as without any log text.
    let plain = folder(CASE, "id,name\nt-0001,x\n", &record(1, "t-0001", &json!({})));
    report(&plain).ends(0);
    let without = text(&plain, "out/tenants/t-0001/report.md");
    let own =
        Parser::new_ext(&without, Options::all()).filter(|event| matches!(event, Event::Start(Tag::Heading { .. })));
    let kinds = 1;
    assert!(headings <= own.count() + kinds, "log text makes no heading");
    for text in [
        "<script>document.documentElement.dataset.owned=1</script>",
        "[click](javascript:",
        "**bold** __bold__ ~~gone~~",
        "=cmd|'",
    ] {
        assert!(shown.contains(text), "{text} is read as it was logged");
    }
}

#[test]
fn a_terminal_is_told_and_not_driven() {
    let dir = folder(
        CASE,
        "",
        &record(
            1,
            "\u{1b}[2J\u{202e}t",
            &json!({"tenant": {"id": "\u{1b}]0;x\u{7}", "name": "\u{9b}31m\u{202e}"}}),
        ),
    );
    dir.file("tenants.csv", "id\nt-1\n");
    for args in [
        &["report", "case.toml", "--out", "out"][..],
        &["report", "case.toml", "--json", "--out", "json"],
    ] {
        let run = dir.run(args.iter().copied());
        let acts = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}');
        assert!(
            !run.stdout.contains(acts) && !run.stderr.contains(acts),
            "{:?}",
            run.stdout
        );
    }
    for line in text(&dir, "out/findings.json").lines() {
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    }
}

/// Names that are paths, devices, dots, nothing, endless, or equal but for case and composition.
#[test]
fn every_name_has_a_folder_of_its_own_inside_the_bundle() {
    let long = "n".repeat(5000);
    let ids = [
        "../../etc",
        "..",
        ".",
        "",
        "CON",
        "con",
        "nul.txt",
        "Acme",
        "acme",
        "ACME",
        "caf\u{e9}",
        "cafe\u{301}",
        "a/b",
        "a\\b",
        "C:\\x",
        "~",
        "-rf",
        "\u{202e}x",
        "a\u{0}b",
        " ",
        "tenants",
        "manifest.json",
        &long,
    ];
    let records: String = ids
        .iter()
        .enumerate()
        .map(|(number, id)| record(number, id, &json!({"tenant": {"id": id, "name": id}})))
        .collect();
    let dir = folder(CASE, "id\nt-1\n", &records);
    report(&dir).ends(1);
    assert_eq!(dir.names(), ["agents.lock", "case.toml", "logs", "out", "tenants.csv"]);
    let tenants = fs::read_dir(dir.path("out/tenants")).expect("tenants");
    let names: BTreeSet<_> = tenants
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().to_lowercase())
        .collect();
    let findings: Value = serde_json::from_str(&text(&dir, "out/findings.json")).expect("JSON");
    let found = findings["tenants"].as_array().expect("tenants");
    // The empty one and the blank one are no names.
    assert_eq!((names.len(), found.len()), (ids.len() - 2, ids.len() - 2));
    for tenant in found {
        let slug = tenant["slug"].as_str().expect("a slug");
        let own = text(&dir, &format!("out/tenants/{slug}/actions.jsonl"));
        assert_eq!(own.lines().count(), 1, "{slug}");
    }
}

#[test]
fn what_is_huge_or_deep_or_half_a_character_breaks_nothing() {
    let huge = "lots of text ".repeat(800_000) + &"t-0002 &amp; <b>".repeat(20_000);
    let deep = format!(
        r#"{{"event_id":"deep","timestamp":"2026-01-16T00:00:09Z","actor":{{"id":"ag-01"}},"tenant":{{"id":"t-0001"}},"action":"user.view","x":{}1{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let lone = record(3, "t-0001", &json!({"justification": "LONE"})).replace("LONE", r"a\ud800b \udfff t-0002\ud83d");
    let log = record(1, "t-0001", &json!({"justification": huge})) + &deep + "\n" + &lone;
    let dir = folder(CASE, "id,name\nt-0001,One & Co\nt-0002,Other & Co\n", &log);
    report(&dir).ends(1);
    for (name, bytes) in files(&dir.path("out/tenants/t-0001")) {
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(!text.contains("t-0002"), "{name}");
        if name == "actions.jsonl" {
            assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
            assert!(text.contains("[another customer]"));
        }
    }
    let kept = text(&dir, "out/masked.jsonl");
    let first: Value = serde_json::from_str(kept.lines().next().expect("a line")).expect("JSON");
    assert_eq!(
        first["original"].as_str().map(str::len),
        Some(huge.len()),
        "nothing is cut from the vendor's copy"
    );
}
