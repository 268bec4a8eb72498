//! JSON that is not one object a line: a top-level array, objects in sequence in any layout, or an
//! array inside a wrapper such as `{"Records": [...]}`.
//!
//! Only the structure is followed here, byte by byte: strings, brackets and braces. Memory is
//! constant at any depth of nesting. Whether a record is valid JSON is checked when it is parsed.
//! Unexpected bytes between records form a record of their own, which is refused later, so no
//! relevant byte is skipped silently.

use std::ops::Range;

use super::{
    Said,
    cutter::{Cutter, Found, Spans},
    ends,
};

/// Longest record, in bytes. A longer one has lost a bracket or a quote.
const LONGEST: usize = 64 << 20;

/// Longest text around an array of records, in bytes, that is examined.
const AROUND: usize = 256 << 10;

/// Follows the structure of a JSON document.
#[derive(Debug)]
pub(super) struct Document {
    /// Member names that lead from a top-level object to its array of records.
    wrapper: Vec<Vec<u8>>,
    found: Found,
    /// First byte not examined yet.
    at: usize,
    state: State,
    /// Whether the position is inside an array of records: the document itself or a wrapper's.
    in_array: bool,
    /// Number of wrapper objects open around that array.
    wrapped: usize,
    /// Number of the wrapper's names that lead to the open object.
    matched: usize,
    /// Whether the string read last is the wrapper's next name.
    leads: bool,
    /// Whether the open value spans several lines.
    has_lines: bool,
    /// Text around the array of records in its wrapper, up to [`AROUND`] bytes.
    around: Vec<u8>,
    /// Position up to which the text after the array in its wrapper was kept, while the wrapper is
    /// open.
    behind: Option<usize>,
    /// Depth and length of `around` at the bracket that ends the array. Set until anything but a
    /// blank or a comma follows.
    array_end: Option<(usize, usize)>,
    said: Said,
    /// Spans of wrappers, as far as examined.
    wrappers: Vec<Range<usize>>,
    /// Start of the record in which the document ends.
    cut_at: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between values.
    Between,
    /// Inside the value that began at `start`; if `None`, inside the wrapper after its array.
    Value { start: Option<usize>, depth: usize },
    /// Inside a string of such a value. The text of the string began at `from`.
    Text {
        start: Option<usize>,
        depth: usize,
        from: usize,
    },
    /// Inside any other token, up to a blank, a comma or a bracket.
    Bare { start: usize },
}

impl Document {
    pub(super) fn new(wrapper: &[String]) -> Self {
        let wrapper = wrapper.iter().map(|name| name.clone().into_bytes()).collect();
        let (found, state) = (Found::default(), State::Between);
        Self {
            wrapper,
            found,
            at: 0,
            state,
            in_array: false,
            wrapped: 0,
            matched: 0,
            leads: false,
            has_lines: false,
            around: Vec::new(),
            behind: None,
            array_end: None,
            said: Said::default(),
            wrappers: Vec::new(),
            cut_at: None,
        }
    }

    /// Keeps the text after the array in its wrapper, up to the current position.
    fn keep_behind(&mut self, buffer: &[u8]) {
        if let Some(from) = self.behind {
            self.keep_around(&buffer[from..self.at]);
            self.note_wrapper(from);
            self.behind = Some(self.at);
        }
    }

    /// Records the bytes from `from` to the current position as a wrapper.
    fn note_wrapper(&mut self, from: usize) {
        if from < self.at {
            self.wrappers.push(from..self.at);
        }
    }

    /// Keeps a text around the array. A text over the limit is truncated, so it is no JSON and
    /// nothing is read from it.
    fn keep_around(&mut self, bytes: &[u8]) {
        let room = AROUND.saturating_sub(self.around.len());
        self.around.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Between values: starts the value at the current position.
    fn begin(&mut self, buffer: &[u8]) {
        let start = self.at;
        self.at += 1;
        match buffer[start] {
            b'[' if !self.in_array => self.in_array = true,
            b'{' | b'[' => {
                (self.matched, self.leads, self.has_lines) = (0, false, false);
                self.state = State::Value {
                    start: Some(start),
                    depth: 1,
                };
            }
            b']' if self.in_array => self.leave_array(),
            b',' if self.in_array => {}
            byte if byte.is_ascii_whitespace() => {}
            _ => self.state = State::Bare { start },
        }
    }

    /// Leaves the array. Either its wrapper continues, or the document is over.
    fn leave_array(&mut self) {
        self.in_array = false;
        if self.wrapped > 0 {
            self.state = State::Value {
                start: None,
                depth: self.wrapped,
            };
            self.array_end = Some((self.wrapped, self.around.len()));
            (self.matched, self.leads, self.wrapped) = (self.wrapped - 1, false, 0);
            self.keep_around(b"]");
            self.behind = Some(self.at);
        }
    }

    /// Inside a value: advances to the next structural byte.
    fn value(&mut self, buffer: &[u8], start: Option<usize>, depth: usize) {
        let means = |byte: &u8| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b'\n');
        let Some(skipped) = buffer[self.at..].iter().position(means) else {
            self.at = buffer.len();
            return;
        };
        let byte = buffer[self.at + skipped];
        self.at += skipped + 1;
        self.state = match byte {
            b'"' => {
                self.array_end = None;
                State::Text {
                    start,
                    depth,
                    from: self.at,
                }
            }
            b'{' | b'[' => self.open(buffer, start, depth),
            b'\n' => {
                self.has_lines = true;
                State::Value { start, depth }
            }
            _ => self.close(buffer, start, depth),
        };
    }

    fn open(&mut self, buffer: &[u8], start: Option<usize>, depth: usize) -> State {
        if let Some(end) = self.array_end.take() {
            return self.reopen_array(end);
        }
        if std::mem::take(&mut self.leads) {
            if buffer[self.at - 1] == b'{' {
                self.matched = depth;
            } else if depth == self.wrapper.len() {
                (self.in_array, self.wrapped) = (true, depth);
                if let Some(start) = start {
                    self.around.clear();
                    self.keep_around(&buffer[start..self.at]);
                    self.note_wrapper(start);
                }
                self.keep_behind(buffer);
                self.behind = None;
                return State::Between;
            }
        }
        State::Value {
            start,
            depth: depth + 1,
        }
    }

    /// Starts a record at the last byte. Every member of the wrapper begins with a name, so the
    /// bracket that seemed to end the array is stray.
    fn reopen_array(&mut self, (depth, around): (usize, usize)) -> State {
        let start = self.at - 1;
        if let Some(from) = self.behind.take().filter(|from| *from < start) {
            self.wrappers.push(from..start);
        }
        self.around.truncate(around);
        (self.in_array, self.wrapped) = (true, depth);
        (self.matched, self.leads, self.has_lines) = (0, false, false);
        State::Value {
            start: Some(start),
            depth: 1,
        }
    }

    fn close(&mut self, buffer: &[u8], start: Option<usize>, depth: usize) -> State {
        (self.leads, self.array_end) = (false, None);
        self.matched = self.matched.min(depth.saturating_sub(2));
        match (depth, start) {
            // The closing bracket does not match the opening one: a bracket is missing in between.
            (1, Some(start)) if buffer[start] + 2 != buffer[self.at - 1] && self.resume(buffer) => return self.state,
            (1, Some(start)) => self.found.push(start..self.at),
            (1, None) => {
                self.keep_behind(buffer);
                self.behind = None;
                self.said.envelope(&std::mem::take(&mut self.around));
            }
            _ => {
                return State::Value {
                    start,
                    depth: depth - 1,
                };
            }
        }
        State::Between
    }

    /// Inside a string: advances to its closing quote.
    fn text(&mut self, buffer: &[u8], start: Option<usize>, depth: usize, from: usize) {
        match memchr::memchr3(b'"', b'\\', b'\n', &buffer[self.at..]) {
            None => self.at = buffer.len(),
            // No JSON string holds a line feed, so the closing quote of this string is missing. The
            // text after the line feed is read as usual.
            Some(skipped) if buffer[self.at + skipped] != b'\\' => {
                self.at += skipped + 1;
                self.has_lines |= buffer[self.at - 1] == b'\n';
                self.leads = self.is_next_name(&buffer[from..self.at - 1], depth);
                self.state = State::Value { start, depth };
            }
            // An escape has two bytes. If the second is not in the buffer yet, both are examined
            // again.
            Some(skipped) if self.at + skipped + 1 < buffer.len() => self.at += skipped + 2,
            Some(skipped) => self.at += skipped,
        }
    }

    fn is_next_name(&self, text: &[u8], depth: usize) -> bool {
        !self.in_array && self.matched + 1 == depth && self.wrapper.get(depth - 1).is_some_and(|name| name == text)
    }

    fn bare(&mut self, buffer: &[u8], start: usize) {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'{' | b'}' | b'[' | b']');
        match buffer[self.at..].iter().position(ends) {
            None => self.at = buffer.len(),
            Some(length) => {
                self.at += length;
                self.found.push(start..self.at);
                self.state = State::Between;
            }
        }
    }

    /// Ends an open value that will not be closed with its first line, and continues behind it.
    /// Returns `false` if the value has no further line so far: more may follow, and the result
    /// must not depend on where reads end.
    fn resume(&mut self, buffer: &[u8]) -> bool {
        let (State::Value { start: Some(start), .. } | State::Text { start: Some(start), .. }) = self.state else {
            return false;
        };
        let Some(length) = memchr::memchr(b'\n', &buffer[start..self.at]) else {
            return false;
        };
        self.found.push(start..start + length);
        (self.state, self.at) = (State::Between, start + length + 1);
        true
    }

    /// Returns whether the value that is open at the end of the document was cut, that is, valid as
    /// far as it goes. Otherwise it lost a bracket or a quote earlier.
    fn is_beginning(&self, buffer: &[u8]) -> bool {
        match self.state {
            State::Value { start: Some(start), .. } | State::Text { start: Some(start), .. } => {
                ends::is_beginning(&buffer[start..])
            }
            _ => false,
        }
    }

    /// Returns whether the open value exceeds the longest record and has a next line to continue
    /// with.
    fn is_lost(&self) -> bool {
        let started = match self.state {
            State::Value { start, .. } | State::Text { start, .. } => start,
            _ => None,
        };
        self.has_lines && started.is_some_and(|start| self.at - start > LONGEST)
    }

    /// Ends the document. An open value becomes a record that will be refused, even if only the
    /// missing bracket is left of it.
    fn end(&mut self, length: usize) {
        let open = match self.state {
            State::Value { start, .. } | State::Text { start, .. } => Some(start.unwrap_or(length)),
            State::Bare { start } => Some(start),
            State::Between => self.in_array.then_some(length),
        };
        self.found.extend(open.map(|start| start..length));
        let is_bare = matches!(self.state, State::Bare { .. });
        self.cut_at = open.filter(|_| self.in_array || !is_bare);
        (self.state, self.in_array, self.at) = (State::Between, false, length);
    }

    /// Returns whether the first object leads to the wrapper's array within these bytes.
    pub(super) fn finds_array(mut self, head: &[u8]) -> bool {
        self.scan(head, |document| document.in_array || document.found.any());
        self.in_array
    }

    /// Follows the structure to the end of the bytes or until `enough` returns `true`.
    fn scan(&mut self, buffer: &[u8], enough: impl Fn(&Self) -> bool) {
        while self.at < buffer.len() && !enough(self) {
            let before = (self.at, self.state);
            match self.state {
                State::Between => self.begin(buffer),
                State::Value { start, depth } => self.value(buffer, start, depth),
                State::Text { start, depth, from } => self.text(buffer, start, depth, from),
                State::Bare { start } => self.bare(buffer, start),
            }
            // An escape is split; its second byte comes with the next bytes.
            if before == (self.at, self.state) {
                break;
            }
        }
    }

    /// Returns the position from which the buffer is still needed.
    fn held(&self) -> usize {
        match self.state {
            State::Between => self.at,
            State::Value { start, .. } => start.unwrap_or(self.at),
            State::Text { start, from, .. } => start.unwrap_or(from),
            State::Bare { start } => start,
        }
    }
}

impl Cutter for Document {
    fn advance(&mut self, buffer: &[u8], at_end: bool) -> usize {
        loop {
            self.scan(buffer, Self::is_lost);
            let is_cut = at_end && self.is_beginning(buffer);
            if is_cut || !(at_end || self.is_lost()) || !self.resume(buffer) {
                break;
            }
        }
        self.keep_behind(buffer);
        if at_end {
            self.end(buffer.len());
            return buffer.len();
        }
        self.held()
    }

    fn may_be_lines(&self) -> bool {
        !self.in_array && self.wrapped == 0 && self.matched == 0 && !self.has_lines
    }

    fn cut_short(&self, _buffer: &[u8]) -> Option<usize> {
        self.cut_at
    }

    fn said(&mut self) -> Said {
        std::mem::take(&mut self.said)
    }

    fn passed_over(&mut self, length: usize) -> Vec<Range<usize>> {
        let own = self.wrappers.iter().map(|span| span.start..span.end.min(length));
        let own = own.filter(|span| span.start < span.end).collect();
        // An open string is examined again from its beginning, although it was noted as far as it
        // was examined.
        self.wrappers.retain(|span| span.end > length);
        for span in &mut self.wrappers {
            *span = span.start.saturating_sub(length)..span.end - length;
        }
        own
    }

    fn cut(&mut self, length: usize) -> Spans {
        self.at -= length;
        self.behind = self.behind.map(|behind| behind - length);
        self.state = match self.state {
            State::Between => State::Between,
            State::Value { start, depth } => State::Value {
                start: start.map(|at| at - length),
                depth,
            },
            State::Text { start, depth, from } => State::Text {
                start: start.map(|at| at - length),
                depth,
                from: from.saturating_sub(length),
            },
            State::Bare { start } => State::Bare { start: start - length },
        };
        self.found.cut(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds the text in chunks of every size, as reads may deliver it, and checks that the records
    /// are always the same.
    fn records(text: &str, wrapper: &[&str]) -> Vec<String> {
        let wrapper: Vec<_> = wrapper.iter().map(|&name| name.to_owned()).collect();
        let whole = framed(text.as_bytes(), &wrapper, text.len().max(1));
        for size in 1..text.len() {
            assert_eq!(framed(text.as_bytes(), &wrapper, size), whole, "in pieces of {size}");
        }
        whole
    }

    fn framed(text: &[u8], wrapper: &[String], size: usize) -> Vec<String> {
        let mut document = Document::new(wrapper);
        let (mut start, mut end, mut records) = (0, 0, Vec::new());
        while end < text.len() {
            end = (end + size).min(text.len());
            let cut = document.advance(&text[start..end], end == text.len());
            if cut > 0 {
                let Spans::At(spans) = document.cut(cut) else {
                    panic!("not lines")
                };
                records.extend(
                    spans
                        .into_iter()
                        .map(|span| String::from_utf8_lossy(&text[start..end][span]).into_owned()),
                );
                start += cut;
            }
        }
        records
    }

    #[test]
    fn arrays_wrappers_and_bare_objects_hold_the_same_records() {
        let (a, b) = (r#"{"a":"]}\"{\\","n":[{},[1]]}"#, r#"{"b":{"Records":[1]}}"#);
        let expected = [a, b];
        assert_eq!(records(&format!("[{a}, {b}]"), &[]), expected);
        assert_eq!(records(&format!("{a}\n\n{b}"), &[]), expected);
        assert_eq!(
            records(
                &format!("{{\"v\":[1,{{}}],\"Records\": [{a},\n{b}], \"x\":1}}"),
                &["Records"]
            ),
            expected
        );
        assert_eq!(
            records(
                &format!("{{\"Records\":[{a}],\"x\":[{{}}],\"Records\":[{b}]}}"),
                &["Records"]
            ),
            expected
        );
        assert_eq!(
            records(&format!("{{\"Records\":[{a},{b}]}}{{\"Records\":[]}}"), &["Records"]),
            expected
        );
        // A stray bracket hides no record.
        assert_eq!(
            records(&format!("{{\"Records\":[{a}],\n{b}],\"x\":{{}}}}"), &["Records"]),
            expected
        );
        assert_eq!(
            records(&format!("{{\"data\":{{\"items\":[{a},{b}]}}}}"), &["data", "items"]),
            expected
        );
    }

    /// Returns the position of the cut record, which must be the same for chunks of every size.
    fn cut_at(text: &str, wrapper: &[&str]) -> Option<usize> {
        let wrapper: Vec<_> = wrapper.iter().map(|&name| name.to_owned()).collect();
        let cut = |size: usize| {
            let (mut document, mut start, mut end) = (Document::new(&wrapper), 0, 0);
            while end < text.len() {
                end = (end + size).min(text.len());
                let length = document.advance(&text.as_bytes()[start..end], end == text.len());
                if end == text.len() {
                    break;
                }
                document.cut(length);
                start += length;
            }
            document.cut_short(text.as_bytes()).map(|at| start + at)
        };
        let whole = cut(text.len());
        (1..text.len()).for_each(|size| assert_eq!(cut(size), whole, "in pieces of {size}"));
        whole
    }

    #[test]
    fn document_cut_anywhere_is_one_record_refused() {
        let record = "  {\n    \"a\": 1,\n    \"b\": [\n      {},\n      \"x\"\n    ]\n  }";
        let array = format!("[\n{record},\n{record}\n]");
        for (text, wrapper) in [
            (array.clone(), [].as_slice()),
            (format!("{{\n\"Records\": {array}, \"next\": null}}"), &["Records"]),
        ] {
            assert_eq!((records(&text, wrapper).len(), cut_at(&text, wrapper)), (2, None));
            let second = text.rfind(record).expect("the second") + 2;
            for length in second + 1..text.len() {
                let cut = &text[..length];
                let found = framed(
                    cut.as_bytes(),
                    &wrapper.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(),
                    length,
                );
                let whole = length >= second + record.len() - 2;
                let expected = if whole { 3 } else { 2 };
                assert_eq!(found.len(), expected, "{cut}");
                let at = if whole { length } else { second };
                assert_eq!(cut_at(cut, wrapper), Some(at), "{cut}");
            }
        }
        // A bracket that is missing much earlier is no cut.
        assert_eq!(cut_at("[\n{\"a\": {\n},\n{\"b\":1}\n]", &[]), None);
    }

    #[test]
    fn what_stands_around_the_array_is_kept() {
        let more = |text: &str, wrapper: &[&str]| {
            let wrapper: Vec<_> = wrapper.iter().map(|&name| name.to_owned()).collect();
            let said = |size: usize| {
                let (mut document, mut start, mut end) = (Document::new(&wrapper), 0, 0);
                while end < text.len() {
                    end = (end + size).min(text.len());
                    let length = document.advance(&text.as_bytes()[start..end], end == text.len());
                    document.cut(length);
                    start += length;
                }
                document.said().more.map(|statement| statement.member)
            };
            let whole = said(text.len());
            (1..text.len()).for_each(|size| assert_eq!(said(size), whole, "in pieces of {size}"));
            whole
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            more(r#"{"r":[{"a":1}],"meta":{"has_more":true}}"#, &["r"]),
            some("/meta/has_more")
        );
        assert_eq!(
            more(r#"{"pages":{"next":"x"},"r":[{"a":1},{"a":"[}"}]}"#, &["r"]),
            some("/pages/next")
        );
        assert_eq!(
            more(r#"{"d":{"next_cursor":"x","r":[{"next":1}]}}"#, &["d", "r"]),
            some("/d/next_cursor")
        );
        assert_eq!(
            more(r#"{"r":[],"next":"x"} {"r":[{"a":1}],"next":null}"#, &["r"]),
            None,
            "the last page says so"
        );
        assert_eq!(
            more(r#"{"r":[{"has_more":true,"next":"x"}]}"#, &["r"]),
            None,
            "an event's own"
        );
    }

    #[test]
    fn an_object_without_the_array_is_a_record_itself() {
        assert_eq!(records(r#"{"Records":1}{"x":{"Records":[1]}}"#, &["Records"]).len(), 2);
        assert_eq!(
            records(r#"{"x":"Records","y":[1]}"#, &["Records"]),
            [r#"{"x":"Records","y":[1]}"#]
        );
    }

    #[test]
    fn what_is_broken_is_a_record_to_be_refused() {
        assert_eq!(records(r#"[{"a":1},{"b":"#, &[]), [r#"{"a":1}"#, r#"{"b":"#]);
        assert_eq!(records(r#"[{"a":1}"#, &[]), [r#"{"a":1}"#, ""]);
        assert_eq!(
            records("{\"a\":1} oops {\"b\":2}", &[]),
            [r#"{"a":1}"#, "oops", r#"{"b":2}"#]
        );
        assert_eq!(records("[1, null]", &[]), ["1", "null"]);
        let swallowing = "[\n{\"a\": {\n},\n{\"b\":1},\n{\"c\":1}\n]";
        assert_eq!(
            records(swallowing, &[])[1..],
            ["}", "{\"b\":1}", "{\"c\":1}"],
            "a lost bracket costs its own lines"
        );
        let lost = "[\n{\"a\": \"quote lost},\n{\"b\": 1}\n},\n{\"c\": 1}\n]";
        assert_eq!(
            records(lost, &[])[1..],
            ["{\"c\": 1}"],
            "the record after the broken one is found"
        );
    }
}
