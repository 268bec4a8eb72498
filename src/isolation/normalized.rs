//! Normalizes text for the search of names, and maps positions back to the original.
//!
//! A person reads `ＡＣＭＥ`, `A⟨zero-width space⟩cme` and `acme` as one name, so all three are the
//! same here: compatibility decomposition and case folding (Unicode 3.13 D146), without unseen
//! characters, white space as one blank, quotation marks and dashes as on a keyboard. Stricter than
//! [`crate::case::fold`], which decides who acted: here a doubtful match counts as a name.

mod character;
mod text_scan;
mod writer;

use std::{borrow::Cow, ops::Range};

use super::escape;
use text_scan::{TextScan, scan};
use writer::Writer;

pub(super) use character::{NORMALIZER, is_mark, is_spaceless, unseen};

/// A text as it is searched.
#[derive(Debug)]
pub(super) struct NormalizedText<'t> {
    /// Searched text. ASCII capitals are kept; the index compares without case.
    pub(super) text: Cow<'t, str>,
    /// Segments of `text` with their places in the original, in order. Empty if the text is
    /// searched as it is.
    segments: Vec<Segment>,
    /// Whether there may be a seam.
    has_extra_boundaries: bool,
}

/// Origin of a part of the searched text.
#[derive(Debug, Clone, Copy)]
struct Segment {
    /// Start in the searched text.
    at: usize,
    /// Start in the original.
    origin: usize,
    kind: SegmentKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SegmentKind {
    /// ASCII characters, each as it stands in the original: the usual case, and a long text is not
    /// to cost much more.
    Run,
    /// One character with the marks on it, or one escape; and whether it joins others to a word.
    One(bool),
}

impl<'t> NormalizedText<'t> {
    /// The text as it stands.
    pub(super) fn plain(original: &'t str) -> Self {
        Self::as_seen(original, scan(original))
    }

    /// Each form in which a text is searched: as it stands, and, if it holds what may be an escape,
    /// with what is written so read as what it stands for.
    pub(super) fn each(original: &'t str) -> impl Iterator<Item = Self> {
        let seen = scan(original);
        let unescaped = seen.escapes.then(|| Self::of(original, true));
        std::iter::once(Self::as_seen(original, seen)).chain(unescaped)
    }

    fn as_seen(original: &'t str, seen: TextScan) -> Self {
        // Nearly all log text is.
        if seen.plain {
            return Self {
                text: Cow::Borrowed(original),
                segments: Vec::new(),
                has_extra_boundaries: false,
            };
        }
        Self::of(original, false)
    }

    fn of(original: &'t str, unescape: bool) -> Self {
        let mut writer = Writer::new(original.len());
        let mut at = 0;
        while let Some(first) = original[at..].chars().next() {
            // The last of a run may have a mark on it, so it goes with what follows.
            let run = run(&original.as_bytes()[at..], unescape).saturating_sub(1);
            if run > 0 {
                writer.run(at, &original[at..at + run]);
                at += run;
                continue;
            }
            let escape = unescape.then(|| escape::one(&original[at..], first)).flatten();
            let (c, length) = escape.unwrap_or((Some(first), first.len_utf8()));
            if let Some(c) = c {
                writer.push(at, c);
            }
            at += length;
        }
        writer.finish(original.len())
    }

    /// The stretch of the original that a stretch of the searched text stands for, if it is a whole
    /// word there.
    pub(super) fn whole(&self, found: Range<usize>) -> Option<Range<usize>> {
        let range = self.origin(found.start)?..self.origin(found.end)?;
        (self.parts(found.start) && self.parts(found.end)).then_some(range)
    }

    /// Returns the stretch of the original that a stretch of the searched text stands for; none if
    /// it begins or ends inside of a character.
    pub(super) fn original(&self, found: Range<usize>) -> Option<Range<usize>> {
        Some(self.origin(found.start)?..self.origin(found.end)?)
    }

    /// Whether a word may begin or end there: what stands before and behind does not make one.
    pub(super) fn parts(&self, at: usize) -> bool {
        at == 0 || at == self.text.len() || !(self.joins(at - 1) && self.joins(at))
    }

    /// Returns `None` if no character starts there.
    fn origin(&self, at: usize) -> Option<usize> {
        let Some(segment) = self.segment(at) else {
            return Some(at);
        };
        match segment.kind {
            SegmentKind::Run => Some(segment.origin + (at - segment.at)),
            SegmentKind::One(_) => (segment.at == at).then_some(segment.origin),
        }
    }

    /// Whether the character that this byte belongs to joins others to a word.
    fn joins(&self, at: usize) -> bool {
        match self.segment(at).map(|segment| segment.kind) {
            Some(SegmentKind::One(joins)) => joins,
            _ => self.text.as_bytes()[at].is_ascii_alphanumeric(),
        }
    }

    /// Whether a word may begin or end where letters or digits of ASCII stand on both sides.
    pub(super) fn may_have_extra_boundaries(&self) -> bool {
        self.has_extra_boundaries
    }

    /// Returns positions in the searched text where a word begins or ends between letters or
    /// digits: at a sign that is written with some and joins none, as `™` is. In order, each once.
    pub(super) fn extra_boundaries(&self) -> Vec<usize> {
        if !self.has_extra_boundaries {
            return Vec::new();
        }
        let ends = self.segments.iter().skip(1).map(|next| next.at);
        let signs = self.segments.iter().zip(ends).filter(|(segment, end)| {
            let written = || {
                self.text[segment.at..*end]
                    .bytes()
                    .any(|byte| byte.is_ascii_alphanumeric())
            };
            segment.kind == SegmentKind::One(false) && written()
        });
        let mut extra_boundaries: Vec<_> = signs.flat_map(|(segment, end)| [segment.at, end]).collect();
        extra_boundaries.dedup();
        extra_boundaries
    }

    fn segment(&self, at: usize) -> Option<Segment> {
        let after = self.segments.partition_point(|segment| segment.at <= at);
        after.checked_sub(1).map(|last| self.segments[last])
    }
}

/// A name in the form in which it is looked for.
pub(super) fn searched(name: &str) -> String {
    NormalizedText::plain(name.trim()).text.trim().to_ascii_lowercase()
}

/// Returns the form in which a name is looked up, with ASCII capitals kept.
pub(super) fn cased(name: &str) -> String {
    NormalizedText::plain(name.trim()).text.trim().to_owned()
}

/// Whether a name reads as one in the form in which it is looked for.
pub(super) fn reads_as(name: &str, searched_for: &str) -> bool {
    let name = name.trim();
    if scan(name).plain {
        return name.eq_ignore_ascii_case(searched_for);
    }
    searched(name) == searched_for
}

/// Whether a text may hold an escape, so that it also has to be read with escapes resolved.
pub(super) fn holds_escape(text: &str) -> bool {
    scan(text).escapes
}

/// Returns the number of bytes that need no change: printable ASCII that begins no escape, up to
/// two blanks in a row.
fn run(bytes: &[u8], unescape: bool) -> usize {
    let stops = if unescape { &ESCAPED } else { &PLAIN };
    let mut before = b' ';
    let ends = |&byte: &u8| {
        let ends = stops[usize::from(byte)] || before == b' ' && byte == b' ';
        before = byte;
        ends
    };
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

/// Which bytes end a run.
const PLAIN: [bool; 256] = stops(false);
/// Bytes that end a run if escapes are decoded.
const ESCAPED: [bool; 256] = stops(true);

const fn stops(unescape: bool) -> [bool; 256] {
    let mut stops = [true; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        stops[byte as usize] = unescape && escape::begins(byte);
        byte += 1;
    }
    stops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_alike_is_alike() {
        for (one, other) in [
            ("ＡＣＭＥ", "acme"),
            ("A\u{200b}c\u{ad}me", "ACME"),
            ("Acme\u{a0}\n Logistics", "acme logistics"),
            ("Mu\u{308}ller", "MÜLLER"),
            ("STRASSE", "straße"),
            ("ｶﾞｽ", "ガス"),
            ("O’Neil ‘‛′ʼ“„", "o'neil ''''\"\""),
            ("Foo‑Bar‐–—―−x", "foo-bar-----x"),
        ] {
            assert_eq!(searched(one), searched(other), "{one}");
        }
    }

    #[test]
    fn what_is_found_leads_back_to_what_was_written() {
        let text = "von Ｍu\u{308}ller™, x";
        let form = NormalizedText::plain(text);
        let at = form.text.find("mu\u{308}ller").expect("it is there");
        let range = form
            .whole(at.."mu\u{308}ller".len() + at)
            .expect("a trade mark's sign is no letter");
        assert_eq!(&text[range], "Ｍu\u{308}ller");
    }

    #[test]
    fn a_letter_is_never_found_without_its_mark() {
        let form = NormalizedText::plain("ガ");
        assert!(form.text.starts_with('カ'));
        assert_eq!(form.whole(0.."カ".len()), None);
    }
}
