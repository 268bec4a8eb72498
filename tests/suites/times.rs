//! The times of RFC 3339, and those of ISO 8601 that are none of it, as a profile that declares
//! `rfc3339` reads them.

use super::log::{End, lines};

/// Wide enough for what is asked, and not for the first and the last years.
const WINDOW: (&str, &str) = ("1900-01-01T00:00:00Z", "2100-01-01T00:00:00Z");

/// A time as logged, and as it is shown.
const RFC_3339: &[(&str, &str)] = &[
    // Section 5.8
    ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z"),
    ("1990-12-31T23:59:60Z", "1990-12-31T23:59:60Z"),
    ("1990-12-31T15:59:60-08:00", "1990-12-31T23:59:60Z"),
    // Section 5.6: T and Z in lower case; a blank for the T
    ("2026-01-16t04:46:33z", "2026-01-16T04:46:33Z"),
    ("2026-01-16T04:46:33z", "2026-01-16T04:46:33Z"),
    ("2026-01-16 04:46:33Z", "2026-01-16T04:46:33Z"),
    // Section 4.3: an unknown local offset
    ("2026-01-16T04:46:33-00:00", "2026-01-16T04:46:33Z"),
    // Offsets
    ("2026-01-16T04:46:33+00:00", "2026-01-16T04:46:33Z"),
    ("2026-01-16T13:46:33+09:00", "2026-01-16T04:46:33Z"),
    ("2026-01-16T10:31:33+05:45", "2026-01-16T04:46:33Z"),
    ("2026-01-15T19:16:33-09:30", "2026-01-16T04:46:33Z"),
    ("2026-01-16T18:46:33+14:00", "2026-01-16T04:46:33Z"),
    ("2026-01-17T04:45:33+23:59", "2026-01-16T04:46:33Z"),
    ("2026-01-15T04:47:33-23:59", "2026-01-16T04:46:33Z"),
    ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
    ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z"),
    // Fractions, with every digit up to nanoseconds
    ("2026-01-16T04:46:33.0Z", "2026-01-16T04:46:33.0Z"),
    ("2026-01-16T04:46:33.300Z", "2026-01-16T04:46:33.300Z"),
    ("2026-01-16T04:46:33.123456Z", "2026-01-16T04:46:33.123456Z"),
    ("2026-01-16T04:46:33.123456789Z", "2026-01-16T04:46:33.123456789Z"),
    ("2026-01-16T04:46:33.1234567899Z", "2026-01-16T04:46:33.123456789Z"),
    ("2026-01-16T04:46:33.999999999999Z", "2026-01-16T04:46:33.999999999Z"),
    // Dates at their edges
    ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"),
    ("2026-12-31T23:59:59Z", "2026-12-31T23:59:59Z"),
    ("1990-01-01T00:00:00Z", "1990-01-01T00:00:00Z"),
    ("2099-12-31T23:59:60Z", "2099-12-31T23:59:60Z"),
    // Leap seconds, with their fraction
    ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:60.5Z"),
    ("2017-01-01T08:59:60+09:00", "2016-12-31T23:59:60Z"),
    // Beyond the RFC: an offset without its colon, as Java and Python write it
    ("2026-01-16T13:46:33+0900", "2026-01-16T04:46:33Z"),
    ("2026-01-16T04:46:33.300+0000", "2026-01-16T04:46:33.300Z"),
    // Beyond the RFC: the sign that ISO 8601 prefers for minus (U+2212), which can mean nothing
    // else
    ("2026-01-15T19:46:33\u{2212}09:00", "2026-01-16T04:46:33Z"),
    // Beyond the RFC: ISO 8601 without seconds, with offsets of hours alone, a comma, and the end
    // of a day as its 24th hour
    ("2026-01-16T04:46Z", "2026-01-16T04:46:00Z"),
    ("2026-01-16T04:46+09:00", "2026-01-15T19:46:00Z"),
    ("2026-01-16T13:46:33+09", "2026-01-16T04:46:33Z"),
    ("2026-01-15T20:46:33-08", "2026-01-16T04:46:33Z"),
    ("2026-01-16T04:46:33,300Z", "2026-01-16T04:46:33.300Z"),
    ("2026-01-16T24:00:00Z", "2026-01-17T00:00:00Z"),
    ("2026-01-16T24:00:00.000Z", "2026-01-17T00:00:00.000Z"),
    // RFC 9557: the zone behind the offset
    ("2026-01-16T13:46:33+09:00[Asia/Tokyo]", "2026-01-16T04:46:33Z"),
];

/// Times of RFC 3339 that no record of an access log has.
const IMPLAUSIBLE: &[&str] = &[
    "1985-04-12T23:20:50.52Z",
    "1937-01-01T12:00:27.87+00:20",
    "1970-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999Z",
    "1989-12-31T23:59:59.999999999Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "1582-10-10T00:00:00Z",
    "1899-12-31T23:59:59.999999999Z",
    "2100-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:60Z",
];

/// Neither: no date, no time of day, no offset, or no digits of ASCII.
#[rustfmt::skip]
const INVALID: &[&str] = &[
    "2026-00-16T04:46:33Z", "2026-13-16T04:46:33Z", "2026-01-00T04:46:33Z", "2026-01-32T04:46:33Z",
    "2026-02-29T04:46:33Z", "1900-02-29T04:46:33Z", "2026-04-31T04:46:33Z", "2026-01-16T24:00:01Z",
    "2026-01-16T25:46:33Z", "2026-01-16T04:60:33Z", "2026-01-16T04:46:61Z", "2026-01-16T04:46:99Z",
    "2026-01-16T04:46:33+24:00", "2026-01-16T04:46:33+09:60", "2026-01-16T04:46:33.Z", "2026-01-16T04:46:33.x1Z",
    "2026-01-16T04:46:33.1.2Z", "2026-01-16T04:46:33. 1Z", "2026-01-16T04:46:33.-1Z", "2026-01-16T04:46:33ZZ",
    "2026-01-16T04:46:33Z+00:00", "2026-01-16T04:46:33 Z junk", "2026-01-16T04:46:33+", "2026-01-16T04:46:33+9:00",
    "2026-01-16TT04:46:33Z", "2026-01-16T4:46:33Z", "2026-1-16T04:46:33Z", "2026-01-6T04:46:33Z",
    "26-01-16T04:46:33Z", "02026-01-16T04:46:33Z", "２０２６-01-16T04:46:33Z", "2026-01-16T04:46:3３Z",
    "2026\u{2212}01-16T04:46:33Z",  "2026/01/16T04:46:33Z", "2026-01-16T04.46.33Z",
    "2026-01-16T04:46:33UTC", "2026-01-16T04:46:33GMT", "2026-01-16T04:46:33 Europe/Berlin",
    "2026-01-16T13:46:33+08:00[Asia/Tokyo]", "2026-01-16T04:46:33A", "2026-01-16T04:46:33J", "-2026-01-16T04:46:33Z",
    "+2026-01-16T04:46:33Z", "Fri, 16 Jan 2026 04:46:33 GMT", "Fri Jan 16 04:46:33 2026",
    "16/Jan/2026:04:46:33 +0000", "Jan 16 04:46:33", "16.01.2026 04:46:33", "1/16/2026 4:46:33 AM", "1768538793",
    "1768538793300", "1768538793.3", "0", "now", "Z", "T", "T04:46:33Z", "2026-01-16Z", "0000-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01", "2026-01-16T04:46:33\u{0}Z", "2026-01-16T04:46:33Z\u{0}",
    "2026-01-16\u{a0}04:46:33Z",
];

/// ISO 8601 has them, and they are not read as RFC 3339.
#[rustfmt::skip]
const ISO_8601: &[&str] = &[
    // The basic format
    "20260116T044633Z", "20260116T044633.300Z", "2026-01-16T044633Z", "20260116T04:46:33Z", "20260116",
    // Week dates and ordinal dates
    "2026-W03-5T04:46:33Z", "2026W035T044633Z", "2026-W03", "2026-016T04:46:33Z", "2026016T044633Z", "2026-016",
    // Less than a second says
    "2026", "2026-01", "2026-01-16", "2026-01-16T04Z",
    "2026-01-16T04:46.5Z", "2026-01-16T04.75Z",
    // Local times
    "2026-01-16T04:46:33", "2026-01-16T04:46:33.300", "2026-01-16 04:46:33",
    // Years of more or other digits
    "+002026-01-16T04:46:33Z", "-0001-01-16T04:46:33Z", "+12026-01-16T04:46:33Z", "10000-01-01T00:00:00Z",
    "-002026-01-16T04:46:33Z",
    // Intervals, durations, repetitions
    "2026-01-16T04:46:33Z/2026-01-16T05:46:33Z", "2026-01-16T04:46:33Z/PT1H", "PT1H/2026-01-16T04:46:33Z",
    "P1Y2M10DT2H30M", "R5/2026-01-16T04:46:33Z",
    // ISO 8601-2: uncertain, and with a prefix
    "2026-01-16T04:46:33Z?", "2026-01-16~", "2026-21", "Y20260",
];

fn judged(times: &[&str]) -> Vec<End> {
    let record = |time: &&str| {
        let time = serde_json::to_string(time).expect("a string");
        format!(r#"{{"timestamp":{time},"actor":{{"id":"sp-001"}},"action":"a"}}"#).into_bytes()
    };
    lines(WINDOW, &times.iter().map(record).collect::<Vec<_>>())
}

/// Returns the times whose disposition is not the expected one.
fn others<'t>(times: &[&'t str], expected: &End) -> Vec<(&'t str, End)> {
    let ends = times.iter().copied().zip(judged(times));
    ends.filter(|(_, end)| end != expected).collect()
}

#[test]
fn times_are_what_rfc_3339_says() {
    let times: Vec<_> = RFC_3339.iter().map(|(text, _)| *text).collect();
    for ((text, expected), end) in RFC_3339.iter().zip(judged(&times)) {
        assert_eq!(end, End::InScope((*expected).to_owned(), None), "{text}");
    }
    assert_eq!(others(IMPLAUSIBLE, &End::Refused("implausible-time")), []);
    assert_eq!(others(INVALID, &End::Refused("invalid-time")), []);
}

#[test]
fn times_of_iso_8601_beyond_rfc_3339_are_refused() {
    assert_eq!(others(ISO_8601, &End::Refused("invalid-time")), []);
}

/// Distinguishes a missing time from an invalid one.
#[test]
fn nothing_is_no_time() {
    assert_eq!(others(&["", " ", "-", "null"], &End::Refused("missing-time")), []);
}

/// Half-open to the nanosecond, leap seconds included, however the instant is written.
#[test]
fn windows_hold_their_first_instant_and_not_their_last() {
    for (window, text, inside) in [
        (
            ("2026-01-16T00:00:00Z", "2026-01-17T00:00:00Z"),
            "2026-01-16T09:00:00+09:00",
            true,
        ),
        (
            ("2026-01-16T00:00:00Z", "2026-01-17T00:00:00Z"),
            "2026-01-15T23:59:59.999999999Z",
            false,
        ),
        (
            ("2026-01-16T00:00:00Z", "2026-01-17T00:00:00Z"),
            "2026-01-16T23:59:59.999999999Z",
            true,
        ),
        (
            ("2026-01-16T00:00:00Z", "2026-01-17T00:00:00Z"),
            "2026-01-17T00:00:00.000Z",
            false,
        ),
        (
            ("2016-12-31T00:00:00Z", "2017-01-01T00:00:00Z"),
            "2016-12-31T23:59:60.999Z",
            true,
        ),
        (
            ("2017-01-01T00:00:00Z", "2017-01-02T00:00:00Z"),
            "2016-12-31T23:59:60.999Z",
            false,
        ),
    ] {
        let good = format!(r#"{{"timestamp":"{text}","actor":{{"id":"sp-001"}},"action":"a"}}"#);
        let tally = super::log::tallies(window, &[good.into_bytes()])
            .remove(0)
            .expect("read");
        assert_eq!(tally.in_scope.len() == 1, inside, "{text} in {window:?}");
        assert_eq!(tally.read, 1);
    }
}
