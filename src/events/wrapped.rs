//! Texts that hold the event of a record: lists of bytes, and what to do about one that cannot be
//! read.

use serde::de::IgnoredAny;

use crate::{
    records::{Refusal, RefusalReason},
    text::counted,
};

/// Returns the text of a list of bytes, as which journald exports texts with control characters.
/// `None` where it is no such list.
pub(super) fn of_bytes(list: &str) -> Option<Result<String, Refusal>> {
    let bytes: Vec<u8> = list.starts_with('[').then(|| serde_json::from_str(list).ok())??;
    let invalid = |fault: std::string::FromUtf8Error| {
        let at = fault.utf8_error().valid_up_to();
        Refusal::new(
            RefusalReason::InvalidUtf8,
            format!("a list of bytes that is not UTF-8 at byte {at}"),
        )
    };
    (!bytes.is_empty()).then(|| String::from_utf8(bytes).map_err(invalid))
}

/// Returns what a text looks like that is no JSON object and what to do about it. `member` holds
/// it, one name a step, and is a member of JSON.
pub(super) fn advice(text: &str, member: &[String]) -> Option<String> {
    let jq = command(member);
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    if values.next().is_some_and(|value| value.is_ok()) {
        let second = values.byte_offset();
        let others = values.take_while(Result::is_ok).count() as u64;
        return (others > 0).then(|| {
            format!(
                "it holds {}, the second from byte {second} on: write them one a line, as `jq -r '{jq}'` does, and list that file \
                 with a profile without `unwrap`",
                counted(others + 1, "value", "values"),
            )
        });
    }
    let is_cut = serde_json::from_str::<IgnoredAny>(text).is_err_and(|fault| fault.is_eof());
    let bytes = counted(text.len() as u64, "byte", "bytes");
    let join = format!("`jq -rj '{jq}'` joins them, and its output is read with a profile without `unwrap`");
    if is_cut && text.trim_start().starts_with('{') && !text.ends_with('\n') {
        return Some(format!(
            "it ends after {bytes} without a line feed, as docker leaves records beyond 16 KiB, and the rest is in the next records: \
             {join}"
        ));
    }
    let is_rest = !text.starts_with(['{', '[']) && text.trim_end().ends_with('}');
    is_rest.then(|| format!("it may be the last {bytes} of a record that begins in the records before: {join}"))
}

/// The path of a member for jq.
fn command(member: &[String]) -> String {
    let is_word = |name: &String| {
        !name.starts_with(|first: char| first.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if member.iter().all(is_word) {
        return format!(".{}", member.join("."));
    }
    let names: Vec<_> = member.iter().map(|name| format!("{name:?}")).collect();
    format!("getpath([{}])", names.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_of_a_text_is_named_with_the_command_that_mends_it() {
        let log = ["log".to_owned()];
        let deep = ["a b".to_owned(), "log".to_owned()];
        for (text, member, said) in [
            (
                "{\"a\":1}\n{\"a\":2}\n",
                &log[..],
                Some("it holds 2 values, the second from byte 7 on"),
            ),
            ("{\"a\":1}\n", &log, None),
            (
                "{\"a\":\"part",
                &log,
                Some("it ends after 10 bytes without a line feed"),
            ),
            ("{\"a\":\"part", &deep, Some("`jq -rj 'getpath([\"a b\",\"log\"])'`")),
            ("{\"a\":\"broken\n", &log, None),
            (
                "the rest\"}\n",
                &log,
                Some("may be the last 11 bytes of a record that begins in the records before"),
            ),
            ("server started\n", &log, None),
        ] {
            let found = advice(text, member);
            assert_eq!(found.is_some(), said.is_some(), "{text:?}: {found:?}");
            assert!(
                found.as_deref().unwrap_or_default().contains(said.unwrap_or_default()),
                "{text:?}: {found:?}"
            );
        }
    }
}
