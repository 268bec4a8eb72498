//! A law: a text that names a tenant is found in no other tenant's folder, wherever it occurs and
//! however it is written.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CASE, folder, record, report, text};
use crate::util::files;

const TENANTS: usize = 4;

/// A word that stands in everything that names this tenant, and in nothing else in the world.
fn canary(tenant: usize) -> String {
    format!("zqvx{}jk", ["aa", "ee", "oo", "uu"][tenant])
}

/// The third's name begins with the first's, as `Acme Logistics` does with `Acme`.
fn name(tenant: usize) -> String {
    match tenant {
        2 => format!("{} {} Ltd", name(0), canary(2)),
        3 => format!("{}商事 & \"Co\"", canary(3)),
        _ => format!("{} Ltd", canary(tenant)),
    }
}

fn id(tenant: usize) -> String {
    format!("t-{}-{tenant}", canary(tenant))
}

/// Returns texts that name a tenant, as a person or a program may type them.
fn names(tenant: usize) -> [String; 5] {
    let domain = format!("{}.example", canary(tenant));
    [
        id(tenant),
        name(tenant),
        format!("jo.bloggs@{domain}"),
        format!("https://eu.{domain}/users?x=1"),
        format!("u-{}", canary(tenant)),
    ]
}

#[derive(Debug, Clone, Copy)]
enum Writing {
    Plain,
    Capitals,
    Percent,
    Entities,
    Escapes,
    FullWidth,
    Unseen,
    Decomposed,
}

const WRITINGS: [Writing; 8] = [
    Writing::Plain,
    Writing::Capitals,
    Writing::Percent,
    Writing::Entities,
    Writing::Escapes,
    Writing::FullWidth,
    Writing::Unseen,
    Writing::Decomposed,
];

fn written(text: &str, writing: Writing) -> String {
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        let code = u32::from(c);
        match writing {
            Writing::Capitals => out.extend(c.to_uppercase()),
            Writing::Percent if c.is_ascii() && (at % 2 == 0 || !c.is_alphanumeric()) => {
                write!(out, "%{code:02X}").expect("memory");
            }
            Writing::Entities if !c.is_ascii_lowercase() || at % 3 == 0 => write!(out, "&#{code};").expect("memory"),
            Writing::Escapes if at % 2 == 1 => write!(out, "\\u{code:04x}").expect("memory"),
            Writing::FullWidth if c.is_ascii_graphic() => out.extend(char::from_u32(code - 0x21 + 0xff01)),
            Writing::Unseen => out.extend([c, ['\u{200b}', '\u{ad}', '\u{202e}'][at % 3]]),
            Writing::Decomposed if c == ' ' => out.push_str(" \n\t"),
            _ => out.push(c),
        }
    }
    out
}

/// The text as a person who knows every way of writing would read it. Shares no code with the
/// program.
fn read(text: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = text.chars().collect();
    let number = |digits: &[char], radix| u32::from_str_radix(&digits.iter().collect::<String>(), radix).ok();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let (code, length) = match rest {
            ['%', a, b, ..] if number(&[*a, *b], 16).is_some() => (number(&[*a, *b], 16), 3),
            ['\\', 'u', digits @ ..] if digits.len() >= 4 && number(&digits[..4], 16).is_some() => {
                (number(&digits[..4], 16), 6)
            }
            ['&', '#', digits @ ..] => {
                let end = digits.iter().position(|c| *c == ';').unwrap_or(0);
                (number(&digits[..end], 10), end + 3)
            }
            [c, ..] => (Some(u32::from(*c)), 1),
            [] => (None, 1),
        };
        let (code, length) = code.map_or((u32::from(rest[0]), 1), |code| (code, length));
        at += length;
        match code {
            0x200b | 0xad | 0x202e => {}
            0xff01..=0xff5e => out.extend(char::from_u32(code - 0xff01 + 0x21)),
            code => out.extend(char::from_u32(code)),
        }
    }
    out.to_lowercase()
}

#[derive(Debug, Clone)]
struct Typed {
    reader: usize,
    other: usize,
    which: usize,
    writing: Writing,
    field: usize,
    around: (String, String),
}

fn typed() -> impl Strategy<Value = Typed> {
    let around = prop::sample::select(vec![
        ("", ""),
        ("see ", " please"),
        ("(", ")"),
        ("x=", "; y"),
        ("日本", "様"),
        ("\"", "\""),
    ]);
    let places = (0..TENANTS, 0..TENANTS, 0..5_usize, 0..7_usize);
    (places, prop::sample::select(WRITINGS.to_vec()), around).prop_map(
        |((reader, other, which, field), writing, around)| Typed {
            reader,
            other,
            which,
            writing,
            field,
            around: (around.0.to_owned(), around.1.to_owned()),
        },
    )
}

fn event(number: usize, typed: &Typed) -> String {
    let name = written(&names(typed.other)[typed.which], typed.writing);
    let text = format!("{}{name}{}", typed.around.0, typed.around.1);
    let members = match typed.field {
        0 => json!({"justification": text}),
        1 => json!({"client": {"user_agent": text}}),
        2 => json!({"ticket": text}),
        3 => json!({"target": {"type": "page", "id": text}}),
        4 => json!({"target": {"type": "page", "name": text}}),
        5 => json!({"client": {"session_id": text, "ip": "192.0.2.1"}}),
        _ => json!({"action": text}),
    };
    record(number, &id(typed.reader), &members)
}

/// Every text in a line of JSON.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, into)),
        Value::Object(values) => values.values().for_each(|value| texts(value, into)),
        _ => {}
    }
}

/// Few, as each is a run of the program; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var_os("PROPTEST_CASES");
    asked.map_or(48, |_| ProptestConfig::default().cases)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_canary_of_a_tenant_sings_in_another_s_folder(all in prop::collection::vec(typed(), 1..24)) {
        let mut tenants = "id,name,domains\n".to_owned();
        let mut log = String::new();
        for tenant in 0..TENANTS {
            let quoted = name(tenant).replace('"', "\"\"");
            writeln!(tenants, "{},\"{quoted}\",{}.example", id(tenant), canary(tenant)).expect("memory");
            let user = json!({"target": {"type": "user", "id": format!("u-{}", canary(tenant)), "name": "Jo"}});
            log += &record(tenant, &id(tenant), &user);
        }
        for (number, typed) in all.iter().enumerate() {
            log += &event(TENANTS + number, typed);
        }
        let dir = folder(CASE, &tenants, &log);
        let run = report(&dir);
        prop_assert!(run.status < 2, "{}", run.stderr);
        prop_assert!(!run.stdout.contains("NOT RELEASED"), "what is masked needs no stop: {}", run.stdout);
        for reader in 0..TENANTS {
            let own = name(reader).to_lowercase();
            for (file, bytes) in files(&dir.path(&format!("out/tenants/{}", id(reader)))) {
                let whole = String::from_utf8(bytes).expect("UTF-8");
                // The third reads its own name, in which the first's is a part; in a whole file it
                // may stand in marks.
                let quoted = |other: usize| (reader, other) == (2, 0) && all.iter().any(|typed| (typed.reader, typed.other) == (2, 2));
                let mut read_as = vec![(false, whole.to_lowercase()), (false, read(&whole))];
                if file == "actions.jsonl" {
                    let mut values = Vec::new();
                    whole.lines().for_each(|line| texts(&serde_json::from_str(line).expect("JSON"), &mut values));
                    read_as.extend(values.iter().map(|value| (true, read(value))));
                }
                for (is_value, text) in read_as {
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(&own, "");
                    for other in (0..TENANTS).filter(|other| *other != reader && (is_value || !quoted(*other))) {
                        prop_assert!(!text.contains(&canary(other)), "{} reads {} in {file}: {text}", reader, other);
                    }
                }
            }
        }
        // Nothing is lost: the vendor has every text as it was logged.
        let kept = text(&dir, "out/masked.jsonl");
        let foreign = |typed: &&Typed| typed.other != typed.reader && !(typed.reader == 2 && typed.other == 0 && typed.which == 1);
        prop_assert!(kept.lines().count() >= all.iter().filter(foreign).count(), "{kept}");
    }
}
