//! Compares the prefilter with parsing everything in full, on records of every kind that were then
//! damaged. Both must give the same answer to the last byte.

use std::{fs, path::Path};

use proptest::{prelude::*, sample::Index};

use super::*;
use crate::{
    case::{Agent, AgentId, Conditions, Scope, Tenure},
    coverage::Coverage,
    records::Blocks,
    scope::Actors,
    time::Window,
};

fn agent(id: &str, email: &str) -> Agent {
    Agent {
        id: AgentId(id.to_owned()),
        email: Some(email.to_owned()),
        identities: Vec::new(),
        name: None,
        employer: None,
        role: None,
        country: None,
        pseudonym: String::new(),
        tenure: Tenure::default(),
        unlisted: false,
        user_names: Vec::new(),
        derived: false,
        derived_names: Vec::new(),
    }
}

fn scopes(from: &str, until: &str) -> ScopeSet {
    let window = Window {
        from: from.parse().expect("a time"),
        until: until.parse().expect("a time"),
    };
    let scope = Scope {
        name: "possible".to_owned(),
        window,
        basis: None,
        agents: vec![0, 1, 2],
        open: false,
        conditions: Conditions::default(),
        ties: None,
    };
    let agents = [
        agent("sp-001", "Ann.Lee@support.example"),
        agent("sp-002", "bob@support.example"),
        agent("12345", "carol@support.example"),
    ];
    ScopeSet::compile(&[scope], &agents)
}

/// Returns the findings in a log without the counts of each path, and how many records the
/// prefilter settled.
fn found(log: &[u8], profile: &Profile, scopes: &ScopeSet, thorough: bool) -> (String, u64) {
    let mut blocks = Blocks::open_for(log, &profile.wrapper, &profile.column_names()).expect("bytes in memory");
    let framing = blocks.framing().clone();
    let form = RecordFormat::new(profile, &framing);
    let mut judge = if thorough {
        Judge::thorough(profile, scopes, &form)
    } else {
        Judge::new(profile, scopes, &form, Census::new(scopes.identities()), None)
    };
    let mut tally = SourceTally::new(Coverage::over(scopes.windows().collect::<Vec<_>>().into_iter()));
    for block in &mut blocks {
        judge.block(&block.expect("bytes in memory"), &mut tally);
    }
    let prefilter = tally.path_counts.time + tally.path_counts.glance;
    tally.path_counts = crate::tally::PathCounts::default();
    let actors = Actors::of(scopes.identities(), [judge.into_census()]);
    (format!("{framing} {tally:#?} {actors:#?}"), prefilter)
}

/// Records as the internal admin tool of the sample writes them, in, before and after the window,
/// by those listed and by others; several with oddities that are well-formed.
const RECORDS: [&str; 15] = [
    r#"{"event_id":"e1","timestamp":"2026-01-10T00:00:00.123Z","actor":{"id":"sp-001","email":"ann.lee@support.example"},"tenant":{"id":"t-1"},"action":"user.view","note":"x"}"#,
    r#"{"event_id":"e2","timestamp":"2026-01-17T10:00:00Z","actor":{"id":"sp-002","email":"bob@support.example"},"tenant":{"id":"t-2"},"action":"user.view"}"#,
    r#"{"event_id":"e3","timestamp":"2026-01-17T10:00:00Z","actor":{"id":"sp-900","email":"zed@support.example"},"tenant":{"id":"t-2"},"action":"user.view"}"#,
    r#"{"event_id":"e4","timestamp":"2026-01-17T10:00:00Z","actor":{"id":"sp-900"},"action":"user.view","justification":"for Ann.Lee@support.example."}"#,
    r#"{"actor":{"id":"sp-900","x":{"timestamp":"2026-01-17T00:00:00Z"}},"action":"a","timestamp":"2026-02-17T10:00:00+09:00"}"#,
    r#" { "timestamp" : "2026-01-02T03:04:05Z" , "actor" : { "id" : 12345 } , "action" : "a\"b" } "#,
    r#"{"\u0074imestamp":"2026-01-17T10:00:00Z","actor":{"email":"ANN.LEE@SUPPORT.EXAMPLE"},"action":"a"}"#,
    r#"{"n":[1,{"timestamp":2}],"timestamp":"2026-03-01T00:00:00Z","actor":{"id":"-","user_name":"sp-001"},"action":"a"}"#,
    r#"{"timestamp":"2026-01-18T00:00:00Z","impersonator":{"id":null,"email":"bob@support.example"},"actor":{"id":"c1"},"action":"a"}"#,
    r#"<14>Jan 17 host app: {"timestamp":"2026-01-17T10:00:00Z","actor":{"id":"sp-901"},"action":"a"}"#,
    r#"{"timestamp":"2026-01-17T10:00:00Z","actor":{"id":"[7,12345]"},"action":"a"}"#,
    r#"{"timestamp":"2026-01-17T10:00:00Z","actor":{"id":"sp-001"},"tenant":{"id":"x\ud800"},"action":"a"}"#,
    r#"{"timestamp":"2026-01-17T10:00:00Z","actor":{"id":"sp-9\ud801"},"action":"a"}"#,
    r#"{"timestamp":"2026-01-17T10:00:00Z","actor":{"id":"sp-9\ufffd"},"action":"a","note":"\ud83d"}"#,
    r#"{"timestamp":"2026-01-21T00:00:00Z","actor":{"id":"sp-001"},"action":"a"}"#,
];

const ROWS: [&str; 10] = [
    "e1,2026-01-10T00:00:00Z,sp-001,ann.lee@support.example,t-1,user.view,",
    "e2,2026-01-17T00:00:00Z,sp-001,ann.lee@support.example,t-1,user.view,",
    "e3,2026-01-17T00:00:00Z,sp-900,zed@support.example,t-1,user.view,\"for sp-001, at last\"",
    "e4,2026-01-17T00:00:00Z,sp-900,zed@support.example,t-1,user.view,\"two\nlines\"",
    "e5,\"2026-02-17T00:00:00Z\",sp-900,,t-1,user.view,\"said \"\"no\"\"\"",
    "e6,2026-02-17T00:00:00Z,sp-900,,t-1,user.view",
    "e7,2026-01-17T00:00:00Z,,\"bob@support.example\",t-1,user.view,-",
    "e8,2026-02-17T00:00:00Z,sp-900,,t-1,5\" disk,",
    "e9,2026-01-17T00:00:00Z,[12345],,t-1,user.view,",
    "e10,2026-01-21T00:00:00Z,sp-001,,t-1,user.view,",
];

const HEADER: &str = "event_id,timestamp,actor.id,actor.email,tenant.id,action,justification";

/// Texts that get into logs by accident or by intent.
const SNIPPETS: [&[u8]; 31] = [
    b"\"timestamp\":\"2026-01-17T00:00:00Z\",",
    b"\"timestamp\":\"2026-01-01T00:00:00Z\"",
    b"\"actor\":{\"id\":\"sp-001\"},",
    b"\"actor\":{\"email\":\"ann.lee@eu.support.example\"},",
    b"{\"timestamp\":\"2026-01-01T00:00:00Z\",",
    b"\"timestamp\"",
    b"\\u0074",
    b"\\ud83d",
    b"\\ufffd",
    b"\\\"",
    b"\\",
    b"\"",
    b"\"\"",
    b"{",
    b"}",
    b"]",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"null",
    b"01",
    b"\xff",
    b"\t",
    b"sp-001",
    "\u{212a}".as_bytes(),
    b"   ",
    b"[12345]",
    b"{}",
    b"\xef\xbb\xbf",
    b"\n\xef\xbb\xbf\"",
];

/// Disposition and position of each.
#[test]
fn several_objects_on_a_line_are_several_records() {
    let profile = Profile::built_in("superuser").expect("built in");
    let scopes = scopes("2026-01-16T00:00:00Z", "2026-01-31T00:00:00Z");
    let (own, other, old) = (RECORDS[1], RECORDS[2], RECORDS[0]);
    let cut = &own[..60];
    let cases = [
        (format!("{own}{other}"), (2, 1, 1, 0, 0)),
        (format!("{own},\n{other},\n"), (2, 1, 1, 0, 0)),
        (format!("[{own}, {old}]\n{other}"), (3, 1, 1, 1, 0)),
        (format!("<14>h: {own}<14>h: {old}"), (2, 1, 0, 1, 0)),
        (format!("<14>h: {old}<14>h: {own}"), (2, 1, 0, 1, 0)),
        (format!("<14>h: {cut}<14>h: {other}"), (2, 0, 1, 0, 1)),
        (format!("{other}\n{own} {{}}"), (2, 1, 1, 0, 0)),
    ];
    for (log, expected) in cases {
        let blocks = Blocks::open(log.as_bytes(), &[]).expect("bytes in memory");
        let framing = blocks.framing().clone();
        let form = RecordFormat::new(&profile, &framing);
        let mut judge = Judge::new(&profile, &scopes, &form, Census::new(scopes.identities()), None);
        let mut tally = SourceTally::new(Coverage::over(scopes.windows().collect::<Vec<_>>().into_iter()));
        for block in blocks {
            judge.block(&block.expect("bytes in memory"), &mut tally);
        }
        let refused = tally.refused.len();
        let found = (
            tally.read,
            tally.in_scope.len(),
            tally.other_actor,
            tally.outside_window,
            refused,
        );
        assert_eq!(found, expected, "{log}");
        for event in &tally.in_scope {
            let place = |at: u64| usize::try_from(at).expect("a short log");
            let span = place(event.at.offset)..place(event.at.offset + event.at.length);
            assert!(log[span].ends_with(own), "{log}");
        }
    }
}

#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    Insert(Index, usize),
    Remove(Index, usize),
    Repeat(Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (any::<Index>(), 0..SNIPPETS.len()).prop_map(|(at, which)| Damage::Insert(at, which)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        (any::<Index>(), 1..120_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
    ]
}

fn damaged(mut log: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let place = |at: &Index| at.index(log.len() + 1);
        match damage {
            Damage::Flip(at, bit) if !log.is_empty() => {
                let at = at.index(log.len());
                log[at] ^= 1 << bit;
            }
            Damage::Flip(..) => {}
            Damage::Insert(at, which) => {
                let at = place(at);
                log.splice(at..at, SNIPPETS[*which].iter().copied());
            }
            Damage::Remove(at, length) => {
                let at = place(at);
                log.drain(at..(at + length).min(log.len()));
            }
            Damage::Repeat(at, length) => {
                let at = place(at);
                let part = log[at..(at + length).min(log.len())].to_vec();
                log.splice(at..at, part);
            }
        }
    }
    log
}

fn superuser() -> Profile {
    Profile::built_in("superuser").expect("it is built in")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4 * ProptestConfig::default().cases))]

    #[test]
    fn lines_are_judged_alike(
        records in proptest::collection::vec(0..RECORDS.len(), 1..6),
        damages in proptest::collection::vec(damage(), 0..4),
    ) {
        let lines: Vec<_> = records.iter().map(|record| RECORDS[*record]).collect();
        let log = damaged(lines.join("\n").into_bytes(), &damages);
        let (profile, scopes) = (superuser(), scopes("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z"));
        let full = found(&log, &profile, &scopes, true).0;
        prop_assert_eq!(found(&log, &profile, &scopes, false).0, full, "{}", String::from_utf8_lossy(&log));
    }

    #[test]
    fn rows_are_judged_alike(
        records in proptest::collection::vec(0..ROWS.len(), 1..6),
        damages in proptest::collection::vec(damage(), 0..4),
    ) {
        let rows: Vec<_> = records.iter().map(|row| ROWS[*row]).collect();
        let rows = damaged(rows.join("\r\n").into_bytes(), &damages);
        let log = [HEADER.as_bytes(), b"\n", &rows].concat();
        let (profile, scopes) = (superuser(), scopes("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z"));
        let full = found(&log, &profile, &scopes, true).0;
        prop_assert_eq!(found(&log, &profile, &scopes, false).0, full, "{}", String::from_utf8_lossy(&log));
    }

    /// The examples of every profile that is built in, with everything in the window and with
    /// nothing.
    #[test]
    fn examples_of_every_profile_are_judged_alike(
        which in any::<Index>(), wide in any::<bool>(), damages in proptest::collection::vec(damage(), 0..4),
    ) {
        let examples = examples();
        let (name, log) = &examples[which.index(examples.len())];
        let profile = Profile::built_in(name).expect("it is built in");
        let until = if wide { "2099-01-01T00:00:00Z" } else { "1990-01-01T00:00:00Z" };
        let scopes = scopes("1980-01-01T00:00:00Z", until);
        let log = damaged(log.clone(), &damages);
        let full = found(&log, &profile, &scopes, true).0;
        prop_assert_eq!(found(&log, &profile, &scopes, false).0, full, "{}: {}", name, String::from_utf8_lossy(&log));
    }
}

/// A log of these records, framed in this way, and the members that lead to its array.
fn framed(way: usize, records: &[usize]) -> (Vec<u8>, Vec<String>) {
    let objects = || records.iter().map(|record| RECORDS[record % 9].trim());
    let array = |between: &str| objects().collect::<Vec<_>>().join(between);
    let wrapper = vec!["data".to_owned(), "items".to_owned()];
    let table = |delimiter: &str| {
        let rows = records.iter().map(|row| ROWS[row % ROWS.len()]);
        let rows: Vec<_> = [HEADER].into_iter().chain(rows).collect();
        rows.join("\n").replace(',', delimiter)
    };
    let text = match way {
        0 => array("\n"),
        1 => objects()
            .flat_map(|object| ["<14>Jan 17 host app: ", object, "\r\n"])
            .collect(),
        2 => objects()
            .map(|object| object.replace(",\"", ",\n  \""))
            .collect::<Vec<_>>()
            .join("\n"),
        3 => format!("[{}]", array(",")),
        4 => format!("[\n  {}\n]\n", array(",\n  ")),
        5 => format!(
            "{{\"n\":[1,{{}}],\"data\":{{\"items\":[{}],\"more\":false}},\"x\":{{\"y\":[]}}}}\n",
            array(",\n")
        ),
        6 => array(","),
        7 => format!("\0\0\u{feff}{}\n{}\n", table(","), table(",")),
        8 => table(";"),
        9 => table("\t"),
        10 => table("|"),
        // Exports that were put together, with the columns in another order.
        _ => {
            let turned = table(",").lines().map(turned).collect::<Vec<_>>().join("\n");
            format!("{}\n{turned}\n{}", table(","), table(","))
        }
    };
    (text.into_bytes(), wrapper)
}

/// A row with its first cell behind the others.
fn turned(row: &str) -> String {
    row.split_once(',')
        .map_or_else(|| row.to_owned(), |(first, rest)| format!("{rest},{first}"))
}

/// Returns the accounting of a log's bytes. Fails unless each byte lies in one record, or in one
/// gap that has a name.
fn accounted(log: &[u8], wrapper: Vec<String>) -> crate::records::Accounted {
    let (mut profile, scopes) = (superuser(), scopes("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z"));
    profile.wrapper = wrapper;
    let mut blocks = Blocks::open_for(log, &profile.wrapper, &profile.column_names()).expect("bytes in memory");
    let framing = blocks.framing().clone();
    let form = RecordFormat::new(&profile, &framing);
    let mut judge = Judge::new(&profile, &scopes, &form, Census::new(scopes.identities()), None);
    let mut tally = SourceTally::new(Coverage::over(scopes.windows().collect::<Vec<_>>().into_iter()));
    let mut read: Option<u64> = None;
    for block in &mut blocks {
        let block = block.expect("bytes in memory");
        let (start, end) = (block.offset(), block.offset() + block.len() as u64);
        assert!(read.is_none_or(|read| read == start), "blocks follow each other");
        let mut behind = start;
        for record in block.records() {
            assert!(record.offset >= behind, "records neither overlap nor go back");
            behind = record.offset + record.bytes.len() as u64;
        }
        assert!(behind <= end, "a record ends with its block");
        let before = tally.accounted.total();
        judge.block(&block, &mut tally);
        // Records that do not overlap leave so many bytes for gaps, each of which is named once.
        assert_eq!(tally.accounted.total() - before, end - start, "at byte {start}");
        read = Some(end);
    }
    let head = blocks.end().head;
    assert_eq!(
        read.unwrap_or(log.len() as u64),
        log.len() as u64,
        "the last block ends the log"
    );
    head.and(tally.accounted)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8 * ProptestConfig::default().cases))]

    #[test]
    fn every_byte_of_a_damaged_log_is_accounted_for(
        way in 0..12_usize,
        records in proptest::collection::vec(any::<usize>(), 1..6),
        damages in proptest::collection::vec(damage(), 0..4),
        cut in proptest::option::of(any::<Index>()),
    ) {
        let (log, wrapper) = framed(way, &records);
        let mut log = damaged(log, &damages);
        if let Some(cut) = cut {
            log.truncate(cut.index(log.len() + 1));
        }
        let accounted = accounted(&log, wrapper);
        prop_assert_eq!(accounted.total(), log.len() as u64, "{:?}: {}", accounted, String::from_utf8_lossy(&log));
    }
}

/// Figures by hand: a repeated header, a wrapper, and a line of two objects.
#[test]
fn bytes_without_a_record_are_named() {
    let of = |log: &str, wrapper: &[&str]| {
        let wrapper = wrapper.iter().map(|&name| name.to_owned()).collect();
        let accounted = accounted(log.as_bytes(), wrapper);
        serde_json::to_string(&accounted).expect("JSON")
    };
    let csv = format!("\0\u{feff}{HEADER}\n{}\r\n \n{HEADER}\n{}", ROWS[0], ROWS[1]);
    let expected = format!(
        r#"{{"records":{},"named":{{"line-ends":4,"blanks":1,"header":{},"repeated-header":{},"byte-order-mark":3,"nul-padding":1}}}}"#,
        ROWS[0].len() + ROWS[1].len(),
        HEADER.len() + 1,
        HEADER.len(),
    );
    assert_eq!(of(&csv, &[]), expected);
    assert_eq!(
        of(r#"{"n":1,"items":[{"a":1},{"a":2}],"more":0}"#, &["items"]),
        r#"{"records":14,"named":{"punctuation":2,"wrapper":26}}"#
    );
    assert_eq!(
        of("{\"a\":1,\"b\":2}\n{\"a\":1}, {\"a\":2},\n", &[]),
        r#"{"records":27,"named":{"line-ends":2,"punctuation":3}}"#
    );
}

fn examples() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/events/profiles/samples");
    let mut examples = Vec::new();
    for file in fs::read_dir(folder).expect("the examples") {
        let path = file.expect("an example").path();
        let stem = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let name = Profile::names().find(|name| stem.starts_with(*name) && !stem.contains("expected"));
        if let Some(name) = name {
            examples.push((name.to_owned(), fs::read(&path).expect("an example")));
        }
    }
    examples.sort_unstable();
    assert!(examples.len() >= 18, "{}", examples.len());
    examples
}

/// Otherwise the comparisons above would say nothing.
#[test]
fn a_glance_is_enough_where_it_should_be() {
    let profile = superuser();
    let scopes = scopes("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z");
    let prefilter = |log: &str| found(log.as_bytes(), &profile, &scopes, false).1;
    let lines = |records: &[usize]| {
        records
            .iter()
            .map(|record| RECORDS[*record])
            .collect::<Vec<_>>()
            .join("\n")
    };
    // One that mentions an agent is read in full.
    assert_eq!(prefilter(&lines(&[0, 0, 2, 3, 4, 5, 9])), 6);
    assert_eq!(prefilter(&lines(&[1, 6, 8])), 0, "those in scope are read in full");
    assert_eq!(
        prefilter(&format!("{HEADER}\n{}\n{}\n{}", ROWS[0], ROWS[2], ROWS[4])),
        2
    );
}

/// A text that is a list names everybody in it, wherever it stands; and where exports were put
/// together, a mark of the byte order may stand in the middle of one.
#[test]
fn a_list_in_a_text_or_a_mark_before_it_hides_nobody() {
    let profile = superuser();
    let scopes = scopes("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z");
    let marked = "actor.id,timestamp,action\nx,2026-01-17T00:00:00Z,a\n\u{feff}sp-001,2026-01-17T00:00:00Z,a\n";
    // Behind a mark a quote opens a cell, though none of the bytes before it says so.
    let quoted = "x,actor.id,z,timestamp,action\n\u{feff}\"a,eve,\"b,sp-001,q\",2026-01-17T00:00:00Z,a\n";
    let twice =
        "x,timestamp,z,actor.id,action\n\u{feff}\"a,2025-01-17T00:00:00Z,\"b,2026-01-17T00:00:00Z,q\",sp-001,a\n";
    for log in [
        RECORDS[10].to_owned(),
        format!("{HEADER}\n{}", ROWS[8]),
        marked.to_owned(),
        quoted.to_owned(),
        twice.to_owned(),
        // A stray quote in one cell leaves the other cells as they are.
        format!("{HEADER}\ne1,2026-01-17T00:00:00Z,,\"bob@support.example\",t-1,user.view,\"said \"no\"\"\n"),
    ] {
        for thorough in [true, false] {
            let (found, _) = found(log.as_bytes(), &profile, &scopes, thorough);
            assert!(found.contains("in_scope: [\n"), "{log}: {found}");
        }
    }
}

/// A record that is broken behind its time lies outside every window if that time does: by either
/// way of reading.
#[test]
fn what_follows_a_time_outside_every_window_does_not_matter() {
    let profile = superuser();
    let scopes = scopes("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z");
    for (record, outside) in [
        (r#"{"timestamp":"2026-01-01T00:00:00Z","actor":{"id":"#, 0),
        (r#"{"timestamp":"2026-01-01T00:00:00Z","actor":}"#, 1),
        (r#"{"timestamp":"2026-01-01T00:00:00Z","actor":1,"actor":2}"#, 1),
        (r#"{"timestamp":"2026-01-17T00:00:00Z","actor":}"#, 0),
        (r#"{"actor":,"timestamp":"2026-01-01T00:00:00Z"}"#, 0),
        (r#"{"timestamp":"2026-01-01T00:00:00Z","x":"timestamp","actor":}"#, 0),
        (r#"{"timestamp":"2026-01-01T00:00:00Z","x":"\u0041","actor":}"#, 0),
    ] {
        for thorough in [true, false] {
            let (found, _) = found(record.as_bytes(), &profile, &scopes, thorough);
            assert!(
                found.contains(&format!("outside_window: {outside},")),
                "{record}: {found}"
            );
        }
    }
}
