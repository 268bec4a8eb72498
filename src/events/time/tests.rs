use serde::Deserialize as _;

use super::*;

/// Returns the time that a profile's `[time]` reads from a text.
fn read(table: &str, text: &str) -> Result<String, String> {
    let spec = TimeSpec::deserialize(toml::Deserializer::parse(&format!("at = [\"/t\"]\n{table}")).expect("TOML"));
    parse(&spec.expect("a rule").formats, text)
        .map(|time| time.to_string())
        .map_err(Fault::into_words)
}

fn fault(table: &str) -> String {
    toml::from_str::<TimeSpec>(table).expect_err(table).to_string()
}

fn gives(table: &str, text: &str, expected: &str) {
    assert_eq!(read(table, text).as_deref(), Ok(expected), "{table}: {text}");
}

#[test]
fn rfc_3339_in_all_its_forms() {
    for (text, expected) in [
        ("2026-01-16T04:46:33Z", "2026-01-16T04:46:33Z"),
        ("2026-01-16T04:46:33.1Z", "2026-01-16T04:46:33.1Z"),
        ("2026-01-16T04:46:33.123456789Z", "2026-01-16T04:46:33.123456789Z"),
        ("2026-01-16T04:46:33.12345678987654Z", "2026-01-16T04:46:33.123456789Z"),
        ("2026-01-16 13:46:33.30+09:00", "2026-01-16T04:46:33.30Z"),
        ("2026-01-16t04:46:33z", "2026-01-16T04:46:33Z"),
        ("2026-01-16T04:46:33.300+0000", "2026-01-16T04:46:33.300Z"),
        ("2026-01-15T20:46:33-0800", "2026-01-16T04:46:33Z"),
    ] {
        gives("", text, expected);
    }
    for text in [
        "2026-01-16T04:46:33",
        "2026-01-16",
        "+0000",
        "2026-01-16T04:46:33+000",
        "2026-01-16T04:46:33 0000",
        "日本語",
        "1768538793",
    ] {
        let fault = read("", text).expect_err(text);
        assert_eq!(fault, "is not an RFC 3339 time with an offset", "{text}");
    }
}

#[test]
fn without_an_offset_a_zone_must_be_declared_and_is_used() {
    let tokyo = "format = \"zoneless\"\nzone = \"Asia/Tokyo\"";
    gives(tokyo, "2026-01-16T13:46:33", "2026-01-16T04:46:33Z");
    gives(tokyo, "2026-01-16 13:46:33.250", "2026-01-16T04:46:33.250Z");
    assert!(
        read(tokyo, "2026-01-16T13:46:33Z").is_err(),
        "an offset is another format"
    );
    assert!(fault("at = [\"/t\"]\nformat = \"zoneless\"").contains("`zone` must name"));
    assert!(fault("at = [\"/t\"]\nzone = \"Asia/Tokyo\"").contains("no format of these times needs it"));
    assert!(fault("at = [\"/t\"]\nfold = \"later\"").contains("`fold` is declared"));
    let near = fault("at = [\"/t\"]\nformat = \"zoneless\"\nzone = \"Asia/Tokio\"");
    assert!(
        near.contains("did you mean `Asia/Tokyo`") && near.contains("line 3"),
        "{near}"
    );
}

#[test]
fn a_zone_goes_by_its_exact_name() {
    for name in ["utc", "europe/berlin", "Etc/Unknown", "Factory", ""] {
        let fault = fault(&format!("at = [\"/t\"]\nformat = \"zoneless\"\nzone = \"{name}\""));
        assert!(fault.contains("is no zone of the IANA time zone database"), "{fault}");
    }
    gives(
        "format = \"zoneless\"\nzone = \"UTC\"",
        "2026-01-16T04:46:33",
        "2026-01-16T04:46:33Z",
    );
}

/// It is the same instant as with the zone's offset behind it.
#[test]
fn a_sixtieth_second_is_one_in_every_zone() {
    for (zone, text, offset) in [
        ("Asia/Tokyo", "2026-01-15T23:59:60", "+09:00"),
        ("Asia/Tokyo", "2026-01-16T08:59:60.5", "+09:00"),
        ("America/New_York", "2026-01-15T18:59:60.5", "-05:00"),
        ("UTC", "2026-06-30T23:59:60", "Z"),
    ] {
        let instant = read("", &format!("{text}{offset}")).expect(text);
        gives(&format!("format = \"zoneless\"\nzone = \"{zone}\""), text, &instant);
    }
}

#[test]
fn a_year_that_cannot_be_written_is_refused_in_a_zone_too() {
    let tokyo = "format = \"%Y-%m-%d %H:%M:%S\"\nzone = \"Asia/Tokyo\"";
    for text in [
        "+12026-01-16 00:00:00",
        "+262142-12-31 23:59:59",
        "-12026-01-16 00:00:00",
        "0000-01-01 00:00:00",
    ] {
        let fault = read(tokyo, text).expect_err(text);
        assert!(
            fault.starts_with("is not in the years 0 to 9999") || fault.contains("no time of an access log"),
            "{fault}"
        );
    }
}

#[test]
fn an_hour_that_is_twice_or_never_is_refused_unless_declared() {
    let berlin = |fold: &str| format!("format = \"zoneless\"\nzone = \"Europe/Berlin\"\n{fold}");
    let twice = read(&berlin(""), "2025-10-26T02:30:00").expect_err("twice");
    assert!(twice.contains("is twice in Europe/Berlin"), "{twice}");
    gives(
        &berlin("fold = \"earlier\""),
        "2025-10-26T02:30:00",
        "2025-10-26T00:30:00Z",
    );
    gives(
        &berlin("fold = \"later\""),
        "2025-10-26T02:30:00",
        "2025-10-26T01:30:00Z",
    );
    let never = read(&berlin("fold = \"later\""), "2025-03-30T02:30:00").expect_err("never");
    assert!(never.contains("is never in Europe/Berlin"), "{never}");
    gives(&berlin(""), "2025-10-26T03:00:00", "2025-10-26T02:00:00Z");
}

#[test]
fn patterns_with_an_offset_a_zone_or_an_abbreviation() {
    let us = "format = \"%m/%d/%Y %I:%M:%S %p\"\nzone = \"America/Los_Angeles\"";
    gives(us, "01/15/2026 08:46:33 PM", "2026-01-16T04:46:33Z");
    gives(us, "1/15/2026 12:00:00 AM", "2026-01-15T08:00:00Z");
    gives(
        "format = \"%d.%m.%Y %H:%M:%S%.f %z\"",
        "16.01.2026 13:46:33.250 +0900",
        "2026-01-16T04:46:33.250Z",
    );
    let words = "format = \"%m/%d/%Y %I:%M:%S %p %Z\"\noffsets = { PST = \"-08:00\", PDT = \"-07:00\" }";
    gives(words, "1/15/2026 8:46:33 PM PST", "2026-01-16T04:46:33Z");
    gives(words, "11/1/2026 1:30:00 AM PDT", "2026-11-01T08:30:00Z");
    let unknown = read(words, "1/15/2026 8:46:33 PM CET").expect_err("unknown");
    assert!(unknown.contains("none of the abbreviations"), "{unknown}");
    let other = read(us, "2026-01-15 20:46:33").expect_err("another form");
    assert_eq!(other, "is not of the form `%m/%d/%Y %I:%M:%S %p`");
    assert!(read(us, "13/15/2026 08:46:33 PM").is_err());
}

#[test]
fn patterns_that_can_never_name_an_instant_are_faults_of_the_profile() {
    for (pattern, expected) in [
        ("%Y-%m-%d", "a whole date and a time of day"),
        ("%m/%d/%Y %I:%M:%S", "`%p` where the hour is `%I`"),
        ("%Y-%m-%d %H:%M:%S", "`zone` must name"),
        ("%Y-%m-%d %H:%M:%S %Z", "`offsets` must say"),
        ("%Q", "a specifier that chrono's strftime does not have"),
        ("%s", "\"epoch-seconds\""),
        ("iso8601", "is no time format"),
    ] {
        let said = fault(&format!("at = [\"/t\"]\nformat = \"{pattern}\""));
        assert!(said.contains(expected), "{pattern}: {said}");
    }
    let offset = fault("at = [\"/t\"]\nformat = \"%Y-%m-%d %H:%M %Z\"\noffsets = { PST = \"8\" }");
    assert!(offset.contains("`8` is no offset"), "{offset}");
    assert!(fault("at = []").contains("names no path"));
}

#[test]
fn several_formats_are_tried_in_order_and_a_value_of_none_is_refused() {
    let either = "format = [\"epoch-milliseconds\", \"rfc3339\"]";
    gives(either, "1768538793300", "2026-01-16T04:46:33.300Z");
    gives(either, "2026-01-16T04:46:33Z", "2026-01-16T04:46:33Z");
    let neither = read(either, "yesterday").expect_err("neither");
    assert_eq!(
        neither,
        "is not milliseconds since 1970, and is not an RFC 3339 time with an offset"
    );
    gives(
        "format = \"epoch-second-nano\"",
        r#"{"epochSecond":1768538793,"nano":0}"#,
        "2026-01-16T04:46:33.000000000Z",
    );
}

#[test]
fn forms_of_other_programs_are_read_as_rfc_3339() {
    for (text, expected) in [
        ("2026-01-15T24:00:00Z", "2026-01-16T00:00:00Z"),
        ("2026-01-16 24:00:00.000+01:00", "2026-01-16T23:00:00.000Z"),
        ("2026-01-16T04:46Z", "2026-01-16T04:46:00Z"),
        ("2026-01-16T04:46+01:00", "2026-01-16T03:46:00Z"),
        ("2026-01-16T04:46:33Z[UTC]", "2026-01-16T04:46:33Z"),
        ("2026-01-16T05:46:33.1+01:00[Europe/Berlin]", "2026-01-16T04:46:33.1Z"),
        (
            "2026-07-16T05:46+02:00[Europe/Berlin][u-ca=iso8601]",
            "2026-07-16T03:46:00Z",
        ),
        ("2026-01-16T04:46:33Z[Europe/Berlin]", "2026-01-16T04:46:33Z"),
        ("2026-01-16T04:46:33,250Z", "2026-01-16T04:46:33.250Z"),
        ("2026-01-16 04:46:33.5+00", "2026-01-16T04:46:33.5Z"),
    ] {
        gives("", text, expected);
    }
    for text in [
        "2026-01-15T24:00:01Z",
        "2026-01-15T25:00Z",
        "2026-01-16T05:46:33+02:00[Europe/Berlin]",
        "2026-01-16T04:46:33Z[]",
        "2026-01-16T04:46:33Z[<b>]",
        "2026-01-16T04Z",
        "2026-01-16T04:46:33+1",
        "2026-01-16T04:46:33 +0000",
    ] {
        assert!(read("", text).is_err(), "{text}");
    }
    let berlin = "format = \"zoneless\"\nzone = \"Europe/Berlin\"";
    gives(berlin, "2026-01-15T24:00:00", "2026-01-15T23:00:00Z");
    gives(berlin, "2026-01-16 00:00", "2026-01-15T23:00:00Z");
    let pattern = "format = \"%d.%m.%Y %H:%M:%S\"\nzone = \"Europe/Berlin\"";
    gives(pattern, "15.01.2026 24:00:00", "2026-01-15T23:00:00Z");
    assert!(read(pattern, "15.01.2026 24:00:01").is_err());
    gives(
        "format = \"%Y-%m-%d %H:%M:%S%.f%#z\"",
        "2026-01-16 05:46:33.250+01",
        "2026-01-16T04:46:33.250Z",
    );
}

#[test]
fn a_year_of_two_digits_is_not_that_of_a_pattern_with_four() {
    let four = "format = \"%d/%m/%Y %H:%M:%S\"\nzone = \"UTC\"";
    let fault = read(four, "10/02/26 09:00:01").expect_err("two digits");
    assert!(fault.contains("no year of four digits"), "{fault}");
    gives(four, "10/02/2026 09:00:01", "2026-02-10T09:00:01Z");
    let both = "format = [\"%d/%m/%Y %H:%M:%S\", \"%d/%m/%y %H:%M:%S\"]\nzone = \"UTC\"";
    for text in ["10/02/26 09:00:01", "10/02/2026 09:00:01"] {
        gives(both, text, "2026-02-10T09:00:01Z");
    }
}

#[test]
fn a_date_that_two_declared_patterns_read_differently_is_refused() {
    let both = "format = [\"%m/%d/%Y %H:%M\", \"%d/%m/%Y %H:%M\"]\nzone = \"UTC\"";
    let fault = read(both, "10/02/2026 09:00").expect_err("either");
    for part in ["2026-10-02T09:00:00Z", "2026-02-10T09:00:00Z", "says neither"] {
        assert!(fault.contains(part), "{fault}");
    }
    gives(both, "02/02/2026 09:00", "2026-02-02T09:00:00Z");
    gives(both, "13/02/2026 09:00", "2026-02-13T09:00:00Z");
    gives(both, "02/13/2026 09:00", "2026-02-13T09:00:00Z");
}

#[test]
fn an_instant_that_no_record_has_is_implausible_and_the_next_format_is_tried() {
    for (table, text) in [
        ("", "0001-01-01T00:00:00Z"),
        ("", "1970-01-01T00:00:00Z"),
        ("", "9999-12-31T23:59:59.999Z"),
        ("format = \"epoch-milliseconds\"", "1768538793"),
        ("format = \"epoch-seconds\"", "1768538793300"),
        ("format = \"epoch-seconds\"", "46038.5"),
        ("format = \"epoch-seconds\"", "0"),
        ("format = \"zoneless\"\nzone = \"UTC\"", "1899-12-30 00:00:00"),
    ] {
        let spec = TimeSpec::deserialize(toml::Deserializer::parse(&format!("at = [\"/t\"]\n{table}")).expect("TOML"));
        let read = parse(&spec.expect("a rule").formats, text);
        assert!(matches!(read, Err(Fault::Implausible(_))), "{table}: {text}: {read:?}");
    }
    let either = "format = [\"epoch-milliseconds\", \"epoch-seconds\"]";
    gives(either, "1768538793", "2026-01-16T04:46:33Z");
    gives(either, "1768538793300", "2026-01-16T04:46:33.300Z");
}

#[test]
fn a_hint_names_the_declaration_that_would_read_the_text() {
    for (text, expected) in [
        (
            "1768538793",
            "seconds since 1970 would be 2026-01-16T04:46:33Z (format \"epoch-seconds\")",
        ),
        ("1768538793300", "\"epoch-milliseconds\""),
        ("1768538793123456789", "\"epoch-nanoseconds\""),
        (
            "134151876000000000",
            "since 1601-01-01 (Windows) it would be 2026-02-10T09:00:00Z",
        ),
        (
            "639063108000000000",
            "since 0001-01-01 (.NET) it would be 2026-02-10T09:00:00Z",
        ),
        ("46038.25", "a spreadsheet's serial it would be 2026-01-16T06:00:00Z"),
        ("2026-01-16T04:46:33Z", "\"rfc3339\""),
        ("2026-01-16 04:46:33", "\"zoneless\" with a `zone`"),
        ("16/01/2026 04:46:33", "\"%d/%m/%Y %H:%M:%S\""),
        ("01/02/26 04:46:33", "\"%d/%m/%y %H:%M:%S\" or \"%m/%d/%y %H:%M:%S\""),
        ("Fri, 16 Jan 2026 04:46:33 GMT", "\"%a, %d %b %Y %H:%M:%S GMT\""),
        (r#"{"$date":"2026-01-16T00:00:00Z"}"#, "it is an object"),
        (r#"["2026-01-16T00:00:00Z"]"#, "it is a list"),
    ] {
        assert!(hint(text).contains(expected), "{text}: {}", hint(text));
    }
    for text in ["", "yesterday", "0", "0001-01-01T00:00:00Z", "16 janv. 2026"] {
        assert_eq!(hint(text), "", "{text}");
    }
}
