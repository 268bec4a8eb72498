//! Times: the fast way reads what chrono reads, and what is shown is read again as the same.

use std::{str, sync::LazyLock};

use chrono::{DateTime, Datelike as _};
use tenant_impact::{
    events::{Body, Profile, Reading},
    time::Timestamp,
};

/// Every format that a profile can declare, one after another.
static FORMATS: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let formats = [
        "format = \"zoneless\"\nzone = \"Europe/Berlin\"",
        "format = \"zoneless\"\nzone = \"Europe/Berlin\"\nfold = \"later\"",
        "format = [\"epoch-seconds\", \"epoch-second-nano\"]",
        "format = [\"epoch-nanoseconds\", \"epoch-microseconds\", \"epoch-milliseconds\"]",
        "format = \"%d/%b/%Y:%H:%M:%S%.f %z\"",
        "format = \"%m/%d/%Y %I:%M:%S %p %Z\"\noffsets = { PST = \"-08:00\" }",
        "format = \"%Y-%m-%d %H:%M:%S\"\nzone = \"America/Los_Angeles\"",
    ];
    let superuser = Profile::source_of("superuser").expect("it is built in");
    let profile = |format: &str| superuser.replace("format = \"rfc3339\"", format);
    formats
        .map(|format| Profile::parse("fuzz", &profile(format)).expect(format))
        .into()
});

/// A text as a time, in every format.
pub fn time(bytes: &[u8]) {
    let usual = Timestamp::usual(bytes);
    let Ok(text) = str::from_utf8(bytes) else {
        assert!(usual.is_none(), "no text is no time");
        return;
    };
    let full = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    let full = full.filter(|time| (0..=9999).contains(&time.year()));
    let read: Option<Timestamp> = text.parse().ok();
    assert_eq!(read.map(Timestamp::instant), full, "{text:?}");
    if let Some(usual) = usual {
        assert_eq!(Some(usual.instant()), full, "{text:?}");
    }
    if let Some(read) = read {
        again(read);
    }
    let record = format!("{{\"timestamp\":{}}}", quoted(text));
    for profile in FORMATS.iter() {
        // A text such as `1,"timestamp":2` makes a record with two times.
        if let Ok((time, _)) = Reading::new(profile, Body::Json(&record)).and_then(|reading| reading.time()) {
            again(time);
        }
    }
}

/// As a number or an object, where it is one; else as a string.
fn quoted(text: &str) -> String {
    let bare = text.starts_with(|first: char| first == '{' || first.is_ascii_digit());
    if bare && Reading::new(&FORMATS[0], Body::Json(&format!("{{\"a\":{text}}}"))).is_ok() {
        return text.to_owned();
    }
    let escaped = text.chars().map(|one| match one {
        '"' | '\\' => format!("\\{one}"),
        one if one < ' ' => format!("\\u{:04x}", u32::from(one)),
        one => one.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// What is shown is the same instant with the same precision, if its year can be written.
fn again(time: Timestamp) {
    let _ = (time.hour(), time.in_words());
    let read: Timestamp = time.to_string().parse().expect("what is shown can be read");
    assert_eq!((read, read.digits()), (time, time.digits()), "{time}");
}
