use proptest::prelude::*;

use super::{known::recognized, *};
use crate::records::{Accounting, Blocks, Layout};

fn bare(text: &[u8]) -> Record<'_> {
    Record {
        bytes: text,
        offset: 0,
        cells: None,
        sight: None,
        defect: None,
        header: None,
    }
}

/// The fields as `name=text`, those inside of others behind their names and a slash.
fn flat(fields: &[TextField<'_>]) -> Vec<String> {
    fn add(fields: &[TextField<'_>], before: &str, flat: &mut Vec<String>) {
        for field in fields {
            match &field.inside {
                Some(TextInside::Fields(inside)) => add(inside, &format!("{before}{}/", field.name), flat),
                _ => flat.push(format!("{before}{}={}", field.name, field.text)),
            }
        }
    }
    let mut all = Vec::new();
    add(fields, "", &mut all);
    all
}

fn read(rule: TextRule, text: &str) -> Result<Vec<String>, String> {
    let mut reader = Arc::new(rule).reader();
    let record = bare(text.as_bytes());
    let fields = reader.read(&record);
    fields.map(|fields| flat(&fields)).map_err(|refusal| {
        assert_eq!(refusal.reason, RefusalReason::MalformedText, "{}", refusal.detail);
        refusal.detail
    })
}

fn known(format: TextFormat, text: &str) -> Result<Vec<String>, String> {
    read(TextRule::known(format), text)
}

#[test]
fn logfmt_is_read_and_faults_are_placed() {
    for (text, expected) in [
        (
            r#"a=1 b="x \"y\" \\ \u00e9 \ud83d\ude00" c= d e="""#,
            &["a=1", r#"b=x "y" \ é 😀"#, "c=", "d=", "e="][..],
        ),
        (
            "url=https://x.example/?a=b&c=d== n=日本",
            &["url=https://x.example/?a=b&c=d==", "n=日本"],
        ),
        (" \t a=1\tb=2 ", &["a=1", "b=2"]),
    ] {
        assert_eq!(
            known(TextFormat::Logfmt, text),
            Ok(expected.iter().map(|&field| field.to_owned()).collect()),
            "{text}"
        );
    }
    for (text, place) in [
        (r#"a=1 b="open"#, "byte 6"),
        (r#"a="x"y"#, "byte 5"),
        (r#"a="\q""#, "byte 3"),
        (r#"a=x"y"#, "byte 3"),
        ("a=1 =2", "byte 4"),
        (r#"a="\ud83d""#, "byte 3"),
    ] {
        let detail = known(TextFormat::Logfmt, text).expect_err(text);
        assert!(detail.contains(place), "{text}: {detail}");
    }
}

#[test]
fn cef_escapes_and_ends_of_values_are_read() {
    let text = r"<134>Jan 16 04:46:33 gw CEF:0|Vend\|or|Prod\\uct|1.0|100|user \| view|5|suser=ann\=lee msg=two  words \n and \\ | bar  cs1=acme cs1Label=Tenant Id request=https://x/?q=1&p=C:\dir";
    let fields = known(TextFormat::Cef, text).expect("CEF");
    for expected in [
        "suser=ann=lee",
        "msg=two  words \n and \\ | bar ",
        "cs1=acme",
        r"request=https://x/?q=1&p=C:\dir",
        "custom/Tenant Id=acme",
        "header/device_vendor=Vend|or",
        r"header/device_product=Prod\uct",
        "header/device_event_class_id=100",
        "header/name=user | view",
        "header/severity=5",
        "syslog/timestamp=Jan 16 04:46:33",
        "syslog/hostname=gw",
    ] {
        assert!(fields.contains(&expected.to_owned()), "{expected}: {fields:#?}");
    }
    assert_eq!(
        known(TextFormat::Cef, "CEF:0|a|b|c|d|e|5|").map(|fields| fields.len()),
        Ok(7)
    );
    for (text, said) in [
        ("CEF:0|a|b|c|d|e", "`name`"),
        ("CEF:0|a|b|c|d|e|5|no pairs", "byte 18"),
        ("CEF:0|a|b|c|d|e|5|words suser=a", "at the beginning of the extension"),
        ("CEF:x|a", "a version"),
        ("a line", "byte 0"),
    ] {
        let detail = known(TextFormat::Cef, text).expect_err(text);
        assert!(detail.contains(said), "{text}: {detail}");
    }
}

/// A year is stated for times without one alone, in the header before an event and in its times.
#[test]
fn years_of_cef_and_leef_are_those_stated() {
    let all = |format, text: &str| read(TextRule::known(format).of_year(2026), text).expect(text);
    let cef = all(
        TextFormat::Cef,
        "Jan 16 04:46:33 gw CEF:0|a|b|c|d|e|5|rt=Jan  6 04:46:33.120 start=Jan 16 2025 04:46:33 end=1768538793000 msg=Jan 16 04:46:33",
    );
    for expected in [
        "syslog/timestamp=2026 Jan 16 04:46:33",
        "rt=2026 Jan  6 04:46:33.120",
        "start=Jan 16 2025 04:46:33",
        "end=1768538793000",
        "msg=Jan 16 04:46:33",
    ] {
        assert!(cef.contains(&expected.to_owned()), "{expected}: {cef:#?}");
    }
    let leef = all(
        TextFormat::Leef,
        "LEEF:1.0|V|P|4.0|1|devTime=Jan 16 04:46:33\tsrc=192.0.2.1",
    );
    assert_eq!(leef[0], "devTime=2026 Jan 16 04:46:33");
}

#[test]
fn leef_delimiters_are_those_of_the_header() {
    let all = |text: &str| known(TextFormat::Leef, text).expect(text);
    let one = all("LEEF:1.0|V|P|4.0 SP1|15345|usrName=ann lee\tsrc=192.0.2.1\tcat=a=b");
    assert_eq!(one[..3], ["usrName=ann lee", "src=192.0.2.1", "cat=a=b"]);
    for stated in ["^", "x5E", "0x5e"] {
        let two = all(&format!(
            "<13>1 2019-01-18T11:07:53.520Z host LEEF:2.0|V|P|1|41|{stated}|src=a^dst=b|c"
        ));
        assert_eq!(two[..2], ["src=a", "dst=b|c"], "{stated}");
        assert!(
            two.contains(&"syslog/timestamp=2019-01-18T11:07:53.520Z".to_owned()),
            "{two:?}"
        );
    }
    assert_eq!(all("LEEF:2.0|V|P|1|41|src=a\tdst=b|c")[..2], ["src=a", "dst=b|c"]);
    for text in ["LEEF:1.0|V|P|1", "LEEF:1.0|V|P|1|2|no pair"] {
        assert!(known(TextFormat::Leef, text).is_err(), "{text}");
    }
}

#[test]
fn syslog_of_both_standards_is_read() {
    let new = r#"<165>1 2003-10-11T22:14:15.003Z mymachine evntslog - ID47 [exampleSDID@32473 iut="3" e="a \"b\" \\ \] \n"][x@1] "#.to_owned()
        + "\u{feff}An event";
    let fields = known(TextFormat::Syslog, &new).expect("RFC 5424");
    for expected in [
        "priority=165",
        "facility=20",
        "severity=5",
        "timestamp=2003-10-11T22:14:15.003Z",
        "hostname=mymachine",
        "app_name=evntslog",
        "msgid=ID47",
        "structured_data/exampleSDID@32473/iut=3",
        r#"structured_data/exampleSDID@32473/e=a "b" \ ] \n"#,
        "message=An event",
    ] {
        assert!(fields.contains(&expected.to_owned()), "{expected}: {fields:#?}");
    }
    assert!(
        !fields.iter().any(|field| field.starts_with("procid=")),
        "a hyphen is no value"
    );
    let old = "Jan  6 04:46:33 host sshd[42]: Accepted for ann";
    let fields = read(TextRule::known(TextFormat::Syslog).of_year(2026), old).expect("RFC 3164");
    assert_eq!(
        fields,
        [
            "timestamp=2026 Jan  6 04:46:33",
            "hostname=host",
            "app_name=sshd",
            "procid=42",
            "message=Accepted for ann"
        ]
    );
    let dated = known(TextFormat::Syslog, "<13>2026-01-16T04:46:33+00:00 host a message").expect("a daemon's own time");
    assert_eq!(
        dated[3..],
        [
            "timestamp=2026-01-16T04:46:33+00:00",
            "hostname=host",
            "message=a message"
        ]
    );
    for (text, place) in [
        ("<1a>1 - - - - - -", "byte 1"),
        ("<13>1 - - - - - x", "byte 16"),
        (r#"<13>1 - - - - - [a b="c]"#, "byte 21"),
        ("<13>1 - - - - -", "byte 15"),
        ("a message", "byte 0"),
        ("Jan 16 04:46 host", "byte 0"),
    ] {
        let detail = known(TextFormat::Syslog, text).expect_err(text);
        assert!(detail.contains(place), "{text}: {detail}");
    }
}

#[test]
fn access_logs_are_read() {
    let line = r#"192.0.2.7 - ann [b] lee [16/Jan/2026:04:46:33 +0000] "GET /t/acme?q=\x22\xe6\x97\xa5 HTTP/1.1" 200 - "-" "a \"b\" \\ \xff""#;
    let fields = known(TextFormat::Combined, line).expect("combined");
    assert_eq!(
        fields,
        [
            "host=192.0.2.7",
            "ident=-",
            "user=ann [b] lee",
            "time=16/Jan/2026:04:46:33 +0000",
            "request=GET /t/acme?q=\"日 HTTP/1.1",
            "method=GET",
            "target=/t/acme?q=\"日",
            "protocol=HTTP/1.1",
            "status=200",
            "bytes=-",
            "referer=-",
            r#"user_agent=a \"b\" \\ \xff"#,
        ]
    );
    let common = &line[..line.find(r#" "-""#).expect("a referer")];
    assert_eq!(known(TextFormat::Combined, common).map(|fields| fields.len()), Ok(10));
    for text in [
        &format!("{line} 0.003"),
        "192.0.2.7 - - [16/Jan/2026] \"GET / HTTP/1.1\" 200 1",
        "192.0.2.7 - - [16/Jan/2026:04:46:33 +0000] \"GET / HTTP/1.1 200 1",
        "192.0.2.7 - - [16/Jan/2026:04:46:33 +0000] \"GET / HTTP/1.1\" OK 1",
    ] {
        assert!(known(TextFormat::Combined, text).is_err(), "{text}");
    }
    let alb = r#"https 2026-01-16T04:46:33.300000Z app/lb/50 192.0.2.7:2817 10.0.0.1:80 0.1 0.2 0.3 200 200 34 366 "GET https://acme.app.example:443/ HTTP/1.1" "curl \"x\"" ECDHE TLSv1.2 arn:aws:x "Root=1-2" "acme.app.example" "-" 0 2026-01-16T04:46:33.200000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1 "-" "-" "-" new"#;
    let fields = known(TextFormat::Alb, alb).expect("an entry");
    assert_eq!(fields.len(), 33);
    for expected in [
        "client:port=192.0.2.7:2817",
        r#"user_agent=curl \"x\""#,
        "domain_name=acme.app.example",
        "conn_trace_id=TID_1",
    ] {
        assert!(fields.contains(&expected.to_owned()), "{expected}: {fields:#?}");
    }
    assert!(known(TextFormat::Alb, "https 2026-01-16T04:46:33Z app/lb/50").is_err());
    assert!(known(TextFormat::Alb, &alb.replace("TID_1 ", "TID_1  ")).is_err());
}

#[test]
fn postgres_log_is_read_by_its_prefix() {
    let usual = "2026-01-16 04:46:33.300 UTC [42] LOG:  AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.t,\"select \"\"x\"\",\n\t1\",<none>";
    let fields = known(TextFormat::Pgaudit, usual).expect("an entry");
    assert_eq!(
        fields[..3],
        ["time=2026-01-16 04:46:33.300 UTC", "pid=42", "severity=LOG"]
    );
    for expected in [
        "class=READ",
        "command=SELECT",
        "object_name=public.t",
        "statement=select \"x\",\n1",
    ] {
        assert!(fields.contains(&expected.to_owned()), "{expected}: {fields:#?}");
    }
    assert!(!fields.iter().any(|field| field.starts_with("parameter=")));
    let rule = |prefix: &str| TextRule::known(TextFormat::Pgaudit).with_prefix(prefix);
    let text = "2026-01-16 04:46:33 UTC [42]: [3-1] user=ann@x,db=acme,app=psql,client=192.0.2.7 ERROR:  no";
    let fields = read(
        rule("%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ").expect("a prefix"),
        text,
    )
    .expect("an error");
    assert_eq!(
        fields[3..],
        [
            "user=ann@x",
            "database=acme",
            "application_name=psql",
            "remote_host=192.0.2.7",
            "severity=ERROR",
            "message=no"
        ]
    );
    let stopped = read(
        rule("%m [%p] %q%u@%d ").expect("a prefix"),
        "2026-01-16 04:46:33.300 UTC [42] LOG:  ready",
    );
    assert_eq!(stopped.map(|fields| fields.len()), Ok(4));
    assert!(rule("%Z").is_err() && rule("%").is_err());
    assert!(
        known(TextFormat::Pgaudit, "[42] LOG:  x")
            .expect_err("no time")
            .contains("log_line_prefix")
    );
}

#[test]
fn expression_must_match_the_whole_record() {
    let rule = || {
        let expressions = [
            r"(?<time>\S+) (?<who>\w+) did (?<what>\w+)",
            r"(?<time>\S+) idle|(?<who>nobody)",
        ];
        TextRule::of_expressions(&expressions.map(str::to_owned)).expect("expressions")
    };
    assert_eq!(
        read(rule(), "t ann did it"),
        Ok(vec!["time=t".into(), "who=ann".into(), "what=it".into()])
    );
    assert_eq!(read(rule(), "t idle"), Ok(vec!["time=t".into()]));
    for text in [
        "t ann did it twice",
        "x t ann did it",
        "t idle nobody",
        "t ann did it\n",
    ] {
        assert!(read(rule(), text).is_err(), "{text:?}");
    }
    for (expressions, said) in [
        (&["(a)"][..], "no named group"),
        (&["(?<a>"], "no regular expression"),
        (&["(?<a>x)) | (?:y"], "no regular expression"),
        (&[], "no expression"),
    ] {
        let expressions: Vec<_> = expressions.iter().map(|&text| text.to_owned()).collect();
        let fault = TextRule::of_expressions(&expressions).expect_err(said).to_string();
        assert!(fault.contains(said), "{fault}");
    }
}

#[test]
fn field_goes_on_inside_and_length_is_bounded() {
    let rule = || TextRule::of_expressions(&[r"(?<a>\S+) (?<b>.*)".to_owned()]).expect("an expression");
    let inside = |form| rule().with_inside(vec![("b".to_owned(), form)]);
    assert_eq!(
        read(inside(InsideForm::Pairs), "x k=1 l=\"2\""),
        Ok(vec!["a=x".into(), "b/k=1".into(), "b/l=2".into()])
    );
    assert_eq!(
        read(inside(InsideForm::Cells), "x 1,\"a,b\""),
        Ok(vec!["a=x".into(), "b/0=1".into(), "b/1=a,b".into()])
    );
    assert_eq!(
        read(inside(InsideForm::Json), "x {}"),
        Ok(vec!["a=x".into(), "b={}".into()])
    );
    let mut reader = Arc::new(rule().up_to(9)).reader();
    let (short, long) = (bare(b"x 3456789"), bare(b"x 34567890"));
    assert!(reader.read(&short).is_ok());
    assert_eq!(
        reader.read(&long).expect_err("ten bytes").reason,
        RefusalReason::TooLong
    );
    let bytes = bare(b"x \xff");
    assert_eq!(
        reader.read(&bytes).expect_err("a byte").reason,
        RefusalReason::InvalidUtf8
    );
}

/// The records of a text in blocks, and how many of its bytes are accounted for.
fn blocks(rule: TextRule, text: &[u8]) -> (Vec<(u64, String)>, u64, Option<u64>) {
    let rule = Arc::new(rule);
    let layout = Layout {
        text: Some(&rule),
        ..Layout::default()
    };
    let mut blocks = Blocks::open_by(text, &layout).expect("bytes in memory");
    let (mut found, mut total) = (Vec::new(), 0);
    for block in &mut blocks {
        let block = block.expect("bytes in memory");
        let mut accounting = Accounting::of(&block);
        block.each(|record| {
            accounting.record(&record);
            let columns = record
                .header
                .map(|header| header.columns.join(" ") + ": ")
                .unwrap_or_default();
            found.push((record.offset, columns + &String::from_utf8_lossy(record.bytes)));
        });
        assert_eq!(block.records().count(), {
            let mut count = 0;
            block.each(|_| count += 1);
            count
        });
        total += accounting.close().total();
    }
    let end = blocks.end();
    (found, total + end.head.total(), end.cut)
}

/// Records line by line: a line that begins with a digit begins one.
fn slow_records(text: &str) -> Vec<(u64, String)> {
    let mut records: Vec<(u64, String)> = Vec::new();
    let (mut offset, mut blank) = (0, String::new());
    for line in text.split_inclusive('\n') {
        let body = line.strip_suffix('\n').unwrap_or(line);
        let begins = body.starts_with(|first: char| first.is_ascii_digit());
        if body.trim_ascii().is_empty() {
            blank.push_str(line);
        } else if begins || records.is_empty() {
            records.push((offset, line.to_owned()));
            blank.clear();
        } else {
            let last = records.last_mut().expect("a record");
            last.1.push_str(&blank);
            last.1.push_str(line);
            blank.clear();
        }
        offset += line.len() as u64;
    }
    let end = |text: String| {
        let text = text.strip_suffix('\n').unwrap_or(&text);
        text.strip_suffix('\r').unwrap_or(text).to_owned()
    };
    records.into_iter().map(|(offset, text)| (offset, end(text))).collect()
}

/// Pairs of logfmt character by character, `None` for a fault.
fn slow_pairs(text: &str) -> Option<Vec<String>> {
    let mut characters = text.chars().peekable();
    let mut pairs = Vec::new();
    loop {
        while characters.next_if(|c| *c <= ' ').is_some() {}
        if characters.peek().is_none() {
            return Some(pairs);
        }
        let mut name = String::new();
        while let Some(c) = characters.next_if(|c| *c > ' ' && !['=', '"'].contains(c)) {
            name.push(c);
        }
        let mut value = String::new();
        match characters.peek() {
            _ if name.is_empty() => return None,
            Some('"') => return None,
            Some('=') => {
                characters.next();
                if characters.next_if_eq(&'"').is_some() {
                    let mut body = String::new();
                    loop {
                        match characters.next()? {
                            '"' => break,
                            '\\' => {
                                // A control character behind a backslash is no escape of JSON.
                                let escaped = characters.next().filter(|c| *c >= ' ')?;
                                body.extend(['\\', escaped]);
                            }
                            c => body.push(c),
                        }
                    }
                    if characters.peek().is_some_and(|c| *c > ' ') {
                        return None;
                    }
                    let json = body
                        .replace("\\'", "'")
                        .replace('\t', "\\t")
                        .replace('\n', "\\n")
                        .replace('\r', "\\r");
                    value = serde_json::from_str(&format!("\"{json}\"")).ok()?;
                } else {
                    while let Some(c) = characters.next_if(|c| *c > ' ') {
                        if c == '"' {
                            return None;
                        }
                        value.push(c);
                    }
                }
            }
            _ => {}
        }
        pairs.push(format!("{name}={value}"));
    }
}

/// The values of an extension of CEF by a search for every name from the left.
fn slow_extension(text: &str) -> Option<Vec<String>> {
    let text = text.trim_start_matches(' ');
    let characters: Vec<char> = text.chars().collect();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-[]".contains(c);
    // Places at which a name begins, with the places behind their equals signs.
    let mut begins = Vec::new();
    for at in 0..characters.len() {
        let fresh = at == 0 || characters[at - 1] == ' ';
        let end = (at..characters.len()).find(|end| !is_name(characters[*end]));
        if let Some(end) = end.filter(|end| fresh && *end > at && characters[*end] == '=') {
            // Nothing overlaps: a name holds no blank.
            begins.push((at, end + 1));
        }
    }
    if characters.is_empty() {
        return Some(Vec::new());
    }
    if begins.first().is_none_or(|first| first.0 != 0) {
        return None;
    }
    let mut fields = Vec::new();
    for (number, (name, start)) in begins.iter().enumerate() {
        let end = begins.get(number + 1).map_or(characters.len(), |next| next.0 - 1);
        let mut value = String::new();
        let mut at = *start;
        while at < end {
            let next = characters.get(at + 1).filter(|_| at + 1 < end);
            let (stands_for, length) = match (characters[at], next) {
                ('\\', Some('=')) => ('=', 2),
                ('\\', Some('\\')) => ('\\', 2),
                ('\\', Some('n')) => ('\n', 2),
                ('\\', Some('r')) => ('\r', 2),
                (c, _) => (c, 1),
            };
            value.push(stands_for);
            at += length;
        }
        let name: String = characters[*name..*start - 1].iter().collect();
        fields.push(format!("{name}={value}"));
    }
    Some(fields)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn records_of_lines_are_those_of_a_slow_reader(text in "([12ab \t]{0,3}\r?\n){0,12}[12ab ]{0,3}") {
        let rule = TextRule::of_expressions(&["(?s)(?<all>.*)".to_owned()]).expect("an expression");
        let (found, total, _) = blocks(rule.starting("^[0-9]").expect("a start"), text.as_bytes());
        prop_assert_eq!(found, slow_records(&text));
        prop_assert_eq!(total, text.len() as u64);
    }

    #[test]
    fn logfmt_is_that_of_a_slow_reader(text in r#"[ab= "\\nué\t]{0,14}"#) {
        prop_assert_eq!(known(TextFormat::Logfmt, &text).ok(), slow_pairs(&text));
    }

    #[test]
    fn cef_is_that_of_a_slow_reader(text in r"[ab= |\\n日]{0,16}") {
        let found = known(TextFormat::Cef, &format!("CEF:0|v|p|1|2|n|3|{text}"));
        let own = |fields: Vec<String>| fields.into_iter().filter(|field| !field.starts_with("header/")).collect::<Vec<_>>();
        prop_assert_eq!(found.ok().map(own), slow_extension(&text));
    }

    /// Reads any text without a panic.
    #[test]
    fn no_text_stops_a_reader(text in r#"([<>0-9A-Z:|="\\\[\] \t\n,#.é-]|CEF:0[|]|LEEF:2.0[|]|<1>1 |Jan 16 04:46:33 |\[16/Jan/2026:04:46:33 [+]0000\] "){0,24}"#) {
        for (_, format) in TextFormat::NAMES {
            let _ = known(format, &text);
        }
        recognized(text.as_bytes());
    }
}

#[test]
fn records_longer_than_a_block_are_whole() {
    let rule = || {
        let rule = TextRule::of_expressions(&["(?s)(?<all>.*)".to_owned()]).expect("an expression");
        rule.starting("^[0-9]").expect("a start").up_to(8 << 20)
    };
    let mut text = "lost\n".to_owned();
    for number in 0..40 {
        text += &number.to_string();
        text += " first\n";
        text.push_str(&"\tat a.b.C(D.java:1)\r\n".repeat(number * 1500));
        text.push_str("\n \n");
    }
    let (found, total, cut) = blocks(rule(), text.as_bytes());
    assert_eq!(total, text.len() as u64);
    assert_eq!(found, slow_records(&text));
    assert_eq!((found.len(), cut), (41, None));
}

#[test]
fn columns_of_the_w3c_format_hold_up_to_the_next() {
    let text = "#Version: 1.0\n#Fields: date time cs(User-Agent)\n2026-01-16 04:46:33 \"a \"\"b\"\"\"\n\n#Fields: time\n05:00:00\r\n#Date: x\n06:00:00 x";
    let (found, total, cut) = blocks(TextRule::known(TextFormat::W3c), text.as_bytes());
    assert_eq!(total, text.len() as u64);
    let texts: Vec<_> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "date time cs(User-Agent): 2026-01-16 04:46:33 \"a \"\"b\"\"\"",
            "time: 05:00:00",
            "time: 06:00:00 x"
        ]
    );
    assert_eq!(cut, Some(text.len() as u64 - 10), "the last line does not fit");
    let columns = ["date".to_owned(), "who".to_owned()];
    let fields = tokens::w3c("2026-01-16 \"a \"\"b\"\"\"", Some(&columns)).map(|fields| flat(&fields));
    assert_eq!(fields, Ok(vec!["date=2026-01-16".into(), "who=a \"b\"".into()]));
    assert!(tokens::w3c("2026-01-16", Some(&columns)).is_err() && tokens::w3c("x", None).is_err());
    let many = format!("#Fields: a b\n{}", "1 2\n".repeat(300_000));
    let (found, total, _) = blocks(TextRule::known(TextFormat::W3c), many.as_bytes());
    assert_eq!((found.len(), total), (300_000, many.len() as u64));
    assert!(
        found.iter().all(|(_, text)| text == "a b: 1 2"),
        "the columns hold in every block"
    );
}

#[test]
fn cut_record_is_where_the_text_ends() {
    let log = "a=1 b=2\na=\"x y";
    assert_eq!(blocks(TextRule::known(TextFormat::Logfmt), log.as_bytes()).2, Some(8));
    assert_eq!(blocks(TextRule::known(TextFormat::Logfmt), b"a=1\na=2").2, None);
    let rule = TextRule::of_expressions(&[r"(?s)(?<all>\d .*end)".to_owned()]).expect("an expression");
    let rule = rule.starting("^[0-9]").expect("a start");
    assert_eq!(blocks(rule, b"1 x\nend\n2 x\ny").2, Some(8));
}

#[test]
fn formats_are_recognized_by_their_lines() {
    for (text, format) in [
        ("CEF:0|a|b|c|d|e|5|suser=x\n", Some("cef")),
        ("Jan 16 04:46:33 h CEF:0|a|b|c|d|e|5|suser=x\n", Some("cef")),
        ("LEEF:1.0|a|b|c|d|usrName=x\n", Some("leef")),
        ("ts=2026-01-16T04:46:33Z user=ann action=view\n", Some("logfmt")),
        ("<13>1 2026-01-16T04:46:33Z h a - - - x\n", Some("syslog")),
        ("Jan 16 04:46:33 h sshd[1]: x\n", Some("syslog")),
        (
            "192.0.2.7 - - [16/Jan/2026:04:46:33 +0000] \"GET / HTTP/1.1\" 200 1\n",
            Some("combined"),
        ),
        ("#Software: IIS\n#Fields: date time\n2026-01-16 04:46:33\n", Some("w3c")),
        ("2026-01-16 04:46:33.300 UTC [42] LOG:  x\n\ty\n", Some("pgaudit")),
        ("{\"a\":\"b=1 c=2 d=3\"}\n", None),
        ("time,actor,action\n1,2,3\n", None),
        ("some words\n", None),
        ("", None),
    ] {
        assert_eq!(recognized(text.as_bytes()).map(TextFormat::name), format, "{text}");
    }
}
