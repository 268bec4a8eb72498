//! Signs at the end of a source that it is incomplete: it was cut inside a record, or the export
//! states that more follows.
//!
//! Only the text around an array of records and the last record are examined, once for each source.

use std::{ops::Range, sync::Arc};

use serde_json::{Map, Value};

use serde::{Deserialize, Serialize};

use super::{Accounted, csv::Header, csv::RowReader, lines};

/// Longest last record or envelope that is examined, in bytes.
const LONGEST: usize = 1 << 20;

/// Levels of members of an envelope that are examined.
const DEPTH: usize = 3;

/// Characters of a value that are shown.
const SHOWN: usize = 80;

/// Facts known at the end of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Offset of the record in which the source ends.
    pub cut: Option<u64>,
    /// Statements of the export about itself.
    pub said: Said,
    /// Account of the bytes before the first record.
    pub head: Accounted,
}

/// Statements of an export about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Whether there are any, such as an envelope around its records.
    pub any: bool,
    /// Member of the last envelope or record that says that more follows, with its value.
    pub more: Option<Statement>,
    /// Member that says that the export failed in part.
    pub failed: Option<Statement>,
    /// Stated number of records.
    pub total: Option<(Statement, u64)>,
}

/// A member and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Names from the outermost object on, each with a leading `/`.
    pub member: String,
    /// Value as JSON, shortened.
    pub value: String,
}

/// Members that hold the address or the key of the next page.
const NEXT: [&str; 20] = [
    "odatanextlink",
    "nextlink",
    "nextpage",
    "nextpagetoken",
    "nextpageurl",
    "nexturl",
    "nexturi",
    "nextcursor",
    "nexttoken",
    "nextkey",
    "nextmarker",
    "nextrecordsurl",
    "continuationtoken",
    "nextpagelink",
    "nextpageid",
    "nextoffset",
    "nexthref",
    "continuation",
    "continuationkey",
    "resumetoken",
];

/// Members that are true where more follows.
const MORE: [&str; 24] = [
    "hasmore",
    "hasnext",
    "hasnextpage",
    "morerecords",
    "moreresults",
    "moreavailable",
    "istruncated",
    "truncated",
    "haspages",
    "incompleteresults",
    "ispartial",
    "partialresults",
    "resultstruncated",
    "hasmoredata",
    "hasmorepages",
    "hasmoreresults",
    "moredata",
    "moredataavailable",
    "morepages",
    "partial",
    "incomplete",
    "exceededtransferlimit",
    "limitreached",
    "limitexceeded",
];

/// Members that are false where more follows.
const LAST: [&str; 7] = [
    "islast",
    "islastpage",
    "last",
    "lastpage",
    "done",
    "complete",
    "iscomplete",
];

/// Members that are true where a search stopped early.
const STOPPED: [&str; 3] = ["timedout", "terminatedearly", "preview"];

/// Members that hold how many records there are in all.
const TOTAL: [&str; 13] = [
    "total",
    "totalcount",
    "totalresults",
    "totalrecords",
    "totalhits",
    "totalitems",
    "totalelements",
    "totalsize",
    "totalrows",
    "recordstotal",
    "resultcount",
    "odatacount",
    "count",
];

/// Members in which a search or an export says in words how it ended.
const MESSAGES: [&str; 16] = [
    "message",
    "messages",
    "warning",
    "warnings",
    "notice",
    "notices",
    "note",
    "notes",
    "info",
    "error",
    "errors",
    "status",
    "state",
    "resultstatus",
    "completion",
    "reason",
];

/// Beginnings of words, in lower case, by which such a text says that records are missing.
const MISSING: [&str; 18] = [
    "truncat",
    "incomplete",
    "partial",
    "not complete",
    "cut off",
    "cut short",
    "limit reached",
    "limit exceeded",
    "limit was reached",
    "limit was exceeded",
    "exceeded the limit",
    "exceeds the limit",
    "reached the limit",
    "limited to",
    "only the first",
    "not all ",
    "timed out",
    "more results",
];

impl Said {
    /// Reads the text around an array of records, with the array left empty.
    pub(super) fn envelope(&mut self, json: &[u8]) {
        let Ok(Value::Object(members)) = serde_json::from_slice(json) else {
            return;
        };
        self.any = true;
        // Of several pages only the last one says whether another follows.
        self.more = None;
        self.members(&members, "", true, DEPTH);
    }

    /// Reads the last record, which may be a page of records or carry marks of the export.
    fn record(&mut self, members: &Map<String, Value>) {
        let is_page = members
            .values()
            .any(|value| matches!(value, Value::Array(items) if matches!(items.first(), Some(Value::Object(_)))));
        if is_page {
            self.members(members, "", false, 2);
        }
        // Splunk's export marks the last result as such.
        let has = |name: &str| members.contains_key(name);
        if has("preview") && has("result") && has("offset") && members.get("lastrow") != Some(&Value::Bool(true)) {
            self.any = true;
            self.more = Some(Statement {
                member: "/lastrow".to_owned(),
                value: "missing in the last result".to_owned(),
            });
        }
        // In Microsoft 365 each record states its index and the number of records.
        let number = |name: &str| members.get(name).and_then(count);
        self.counted(number("ResultIndex"), number("ResultCount"));
    }

    fn counted(&mut self, index: Option<u64>, count: Option<u64>) {
        if let (Some(index), Some(count)) = (index, count) {
            self.any = true;
            if index < count {
                let member = "/ResultCount".to_owned();
                self.total = Some((
                    Statement {
                        member,
                        value: count.to_string(),
                    },
                    count,
                ));
            }
        }
    }

    fn members(&mut self, members: &Map<String, Value>, path: &str, envelope: bool, depth: usize) {
        let parent = plain(path.rsplit('/').next().unwrap_or_default());
        if envelope && let Some(statement) = page(members, path) {
            self.more = self.more.take().or(Some(statement));
        }
        for (name, value) in members {
            let member = format!("{path}/{name}");
            let key = plain(name);
            let says = || {
                Some(Statement {
                    member: member.clone(),
                    value: shown(value),
                })
            };
            let is_next = NEXT.contains(&key.as_str()) || key == "next" && (envelope || !parent.is_empty());
            if is_next && leads_on(value)
                || MORE.contains(&key.as_str()) && is_true(value)
                || LAST.contains(&key.as_str()) && is_false(value)
                || MESSAGES.contains(&key.as_str()) && says_missing(value, DEPTH)
            {
                self.more = self.more.take().or_else(says);
            }
            if STOPPED.contains(&key.as_str()) && is_true(value)
                || parent == "shards" && key == "failed" && count(value) > Some(0)
                // Elasticsearch stopped counting.
                || parent == "total" && key == "relation" && value == "gte"
            {
                self.failed = self.failed.take().or_else(says);
            }
            let of_records = !["shards", "pages"].contains(&parent.as_str()) && (key != "count" || parent.is_empty());
            if envelope && of_records && TOTAL.contains(&key.as_str()) {
                // Elasticsearch has `{"value": 12, "relation": "eq"}`.
                let total = count(value).or_else(|| count(value.get("value")?));
                let larger = total.filter(|total| self.total.as_ref().is_none_or(|(_, known)| total > known));
                self.total = larger
                    .and_then(|total| Some((says()?, total)))
                    .or_else(|| self.total.take());
            }
            if let (Value::Object(inner), true) = (value, depth > 1) {
                self.members(inner, &member, envelope, depth - 1);
            }
        }
    }
}

/// Members that hold the number of this page, counted from 1.
const PAGE: [&str; 4] = ["page", "pagenumber", "currentpage", "pageno"];

/// Members that hold the number of all pages.
const PAGES: [&str; 6] = ["pages", "totalpages", "pagecount", "lastpage", "numpages", "pagetotal"];

/// Returns the member that says that this is a page before the last.
fn page(members: &Map<String, Value>, path: &str) -> Option<Statement> {
    let number = |names: &[&str]| {
        let mut numbers = members.iter().filter(|(name, _)| names.contains(&plain(name).as_str()));
        numbers.find_map(|(name, value)| Some((name, count(value)?)))
    };
    let ((_, page), (name, pages)) = (number(&PAGE)?, number(&PAGES)?);
    (page < pages).then(|| Statement {
        member: format!("{path}/{name}"),
        value: pages.to_string(),
    })
}

/// Returns a member's name in lower case, without separators of words.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|char| char.to_ascii_lowercase()).collect()
}

fn is_true(value: &Value) -> bool {
    matches!(value, Value::Bool(true)) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn is_false(value: &Value) -> bool {
    matches!(value, Value::Bool(false)) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false"))
}

/// Returns whether a text in this value says that records are missing.
fn says_missing(value: &Value, depth: usize) -> bool {
    match value {
        Value::String(text) => {
            let text = text.to_lowercase();
            MISSING.iter().any(|word| text.contains(word))
        }
        Value::Array(items) if depth > 0 => items.iter().any(|item| says_missing(item, depth - 1)),
        Value::Object(members) if depth > 0 => members.values().any(|value| says_missing(value, depth - 1)),
        _ => false,
    }
}

/// Returns whether the value of a next-page member refers to a page.
fn leads_on(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty() && !["null", "none", "-1", "0"].contains(&text.trim()),
        Value::Number(number) => number.as_u64().is_some_and(|number| number > 0),
        Value::Object(members) => members.values().any(leads_on),
        _ => false,
    }
}

fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn shown(value: &Value) -> String {
    crate::text::shortened(&value.to_string(), SHOWN).into_owned()
}

/// Returns the start of the last line of a text without a final line end, if that line is an
/// incomplete object or array.
pub(super) fn cut_line(text: &[u8]) -> Option<usize> {
    if text.ends_with(b"\n") {
        return None;
    }
    let start = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    let line = &text[start..];
    let json = &line[memchr::memchr2(b'{', b'[', line)?..];
    is_beginning(json).then_some(start)
}

/// Returns whether this is JSON that was cut: valid as far as it goes, without its end.
pub(super) fn is_beginning(json: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(json).is_err_and(|fault| fault.is_eof())
}

/// Returns the last line of a text that is not blank.
pub(super) fn last_line(text: &[u8]) -> Option<Range<usize>> {
    let end = text.trim_ascii_end().len();
    let start = memchr::memrchr(b'\n', &text[..end]).map_or(0, |at| at + 1);
    (start < end).then_some(start..end)
}

/// Keeps the last record of a source, for the statements read from it at the end.
#[derive(Debug, Default)]
pub(super) struct Last {
    record: Vec<u8>,
    /// Header that applies to it, if that is not the first one.
    header: Option<Arc<Header>>,
}

impl Last {
    /// Keeps the last record of a block, and its header if that is not the first one.
    pub(super) fn keep(&mut self, record: &[u8], header: Option<&Arc<Header>>) {
        self.record.clear();
        self.header = header.cloned();
        if record.len() <= LONGEST {
            self.record.extend_from_slice(record);
        }
    }

    /// Adds the statements of the last record. A row is read with its own header, else with
    /// `header`.
    pub(super) fn say(&self, header: Option<&Header>, said: &mut Said) {
        if let Some(header) = self.header.as_deref().or(header) {
            let place = |name: &str| header.position(name).ok().flatten();
            if let (Some(index), Some(count)) = (place("ResultIndex"), place("ResultCount")) {
                let mut reader = RowReader::new(header.delimiter);
                let cells = reader.read(header, &self.record).unwrap_or_default();
                let number = |at: usize| cells.get(at).and_then(|cell| cell.trim().parse().ok());
                said.counted(number(index), number(count));
            }
        } else if let Ok(Value::Object(members)) = serde_json::from_slice(lines::json_part(&self.record)) {
            said.record(&members);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(envelope: &str) -> (Option<String>, Option<String>, Option<u64>) {
        let mut said = Said::default();
        said.envelope(envelope.as_bytes());
        let member = |statement: Option<Statement>| statement.map(|statement| statement.member);
        (
            member(said.more),
            member(said.failed),
            said.total.map(|(_, total)| total),
        )
    }

    #[test]
    fn envelope_says_whether_more_follows() {
        for (envelope, member) in [
            (r#"{"@odata.nextLink":"https://x"}"#, "/@odata.nextLink"),
            (r#"{"meta":{"has_more":true}}"#, "/meta/has_more"),
            (r#"{"hasMore":"true"}"#, "/hasMore"),
            (r#"{"pages":{"next":"https://x","page":1}}"#, "/pages/next"),
            (r#"{"pages":{"next":{"page":2}}}"#, "/pages/next"),
            (r#"{"_links":{"next":{"href":"https://x"}}}"#, "/_links/next"),
            (r#"{"next_page":2}"#, "/next_page"),
            (r#"{"nextPageToken":"t"}"#, "/nextPageToken"),
            (r#"{"page":1,"pages":4}"#, "/pages"),
            (r#"{"meta":{"current_page":2,"last_page":3}}"#, "/meta/last_page"),
            (r#"{"resumeToken":"zz"}"#, "/resumeToken"),
            (
                r#"{"response_metadata":{"next_cursor":"dXNlcg=="}}"#,
                "/response_metadata/next_cursor",
            ),
            (r#"{"IsTruncated":true}"#, "/IsTruncated"),
            (r#"{"pagination":{"is_last":false}}"#, "/pagination/is_last"),
            (r#"{"moreDataAvailable":true}"#, "/moreDataAvailable"),
            (r#"{"partial":true}"#, "/partial"),
            (r#"{"last":false}"#, "/last"),
            (r#"{"done":false}"#, "/done"),
            (r#"{"messages":["truncated"]}"#, "/messages"),
            (r#"{"messages":"Results were Truncated to 1000 rows"}"#, "/messages"),
            (
                r#"{"messages":[{"type":"WARN","text":"The search results might be incomplete"}]}"#,
                "/messages",
            ),
            (r#"{"meta":{"warnings":["row limit reached"]}}"#, "/meta/warnings"),
            (r#"{"status":"PARTIAL"}"#, "/status"),
            (r#"{"errors":[{"message":"query timed out"}]}"#, "/errors"),
        ] {
            assert_eq!(said(envelope), (Some(member.to_owned()), None, None), "{envelope}");
        }
        for envelope in [
            r#"{"next":null,"nextPageToken":"","has_more":false,"links":{"next":null,"self":"https://x"}}"#,
            r#"{"page":4,"pages":4,"resumeToken":null}"#,
            r#"{"response_metadata":{"next_cursor":""},"next_page":0,"is_last":true,"timed_out":false}"#,
            r#"{"meta":{"after_cursor":"x","has_more":false},"_shards":{"total":5,"failed":0}}"#,
            r#"{"type":"list","name":"next"}"#,
            r#"{"done":true,"last":true,"partial":false,"complete":true}"#,
            r#"{"messages":[],"status":"complete","info":{"rows":12},"warnings":null}"#,
            r#"{"messages":["12 rows"],"title":"Truncated names"}"#,
            "{}",
        ] {
            assert_eq!(said(envelope), (None, None, None), "{envelope}");
        }
    }

    #[test]
    fn envelope_says_what_failed_and_how_many_there_are() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(said(r#"{"timed_out":true}"#), (None, text("/timed_out"), None));
        assert_eq!(
            said(r#"{"_shards":{"total":5,"failed":1}}"#),
            (None, text("/_shards/failed"), None)
        );
        assert_eq!(
            said(r#"{"hits":{"total":{"value":250,"relation":"gte"}}}"#),
            (None, text("/hits/total/relation"), Some(250))
        );
        for envelope in [
            r#"{"total":250}"#,
            r#"{"totalCount":"250"}"#,
            r#"{"page":{"total_results":250}}"#,
            r#"{"hits":{"total":{"value":250,"relation":"eq"}}}"#,
        ] {
            assert_eq!(said(envelope), (None, None, Some(250)), "{envelope}");
        }
    }

    #[test]
    fn last_record_says_that_it_is_not_the_last() {
        let more = |record: &str| {
            let (mut last, mut said) = (Last::default(), Said::default());
            last.keep(record.as_bytes(), None);
            last.say(None, &mut said);
            (
                said.more.map(|statement| statement.member),
                said.total.map(|(_, total)| total),
            )
        };
        let lastrow = Some("/lastrow".to_owned());
        assert_eq!(
            more(r#"{"preview":false,"offset":7,"result":{"a":1}}"#),
            (lastrow, None)
        );
        assert_eq!(
            more(r#"{"preview":false,"offset":7,"lastrow":true,"result":{"a":1}}"#),
            (None, None)
        );
        assert_eq!(more(r#"{"ResultIndex":100,"ResultCount":5000}"#), (None, Some(5000)));
        assert_eq!(more(r#"{"ResultIndex":5000,"ResultCount":5000}"#), (None, None));
        assert_eq!(
            more(r#"<14>x: {"value":[{"a":1}],"@odata.nextLink":"https://x"}"#),
            (Some("/@odata.nextLink".to_owned()), None)
        );
        // Members of such names in an event are no statements of the export.
        assert_eq!(more(r#"{"has_more":true,"next":"x","total":9}"#), (None, None));
    }

    #[test]
    fn cut_line_is_the_beginning_of_json() {
        for (text, expected) in [
            ("{\"a\":1}\n{\"b\":", Some(8)),
            ("{\"a\":1}\n<14>x: {\"b\":\"c", Some(8)),
            ("{\"a\":1}\n{\"b\":1}", None),
            ("{\"a\":1}\n{\"b\":}", None),
            ("{\"a\":1}\n{\"b\":\n", None),
            ("{\"a\":1}\nwords", None),
            ("", None),
        ] {
            assert_eq!(cut_line(text.as_bytes()), expected, "{text}");
        }
    }
}
