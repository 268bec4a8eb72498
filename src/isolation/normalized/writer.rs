//! The form of a text under way: characters as they are, or folded with the marks on them.

use std::{borrow::Cow, sync::LazyLock};

use icu_casemap::{CaseMapper, CaseMapperBorrowed};

use super::{
    NormalizedText, Segment, SegmentKind,
    character::{NORMALIZER, is_mark, joins, typed, unseen},
};
use crate::text::Letters;

const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

pub(super) struct Writer {
    text: String,
    segments: Vec<Segment>,
    /// A character and the marks on it, which are normalised together; where it starts, and how
    /// long it is written.
    pending: String,
    start: usize,
    has_extra_boundaries: bool,
}

/// Segments with reserved memory: as many as a row of a table has.
const SEGMENTS: usize = 48;

impl Writer {
    pub(super) fn new(length: usize) -> Self {
        Self {
            text: String::with_capacity(length + 16),
            segments: Vec::with_capacity(SEGMENTS),
            pending: String::new(),
            start: 0,
            has_extra_boundaries: false,
        }
    }

    /// The form of an original of so many bytes.
    pub(super) fn finish(mut self, length: usize) -> NormalizedText<'static> {
        self.flush();
        self.segment(length, SegmentKind::One(false));
        NormalizedText {
            text: Cow::Owned(self.text),
            segments: self.segments,
            has_extra_boundaries: self.has_extra_boundaries,
        }
    }

    /// Characters that are taken as they are.
    pub(super) fn run(&mut self, at: usize, text: &str) {
        self.flush();
        self.start = at;
        if !self.continues_run() {
            self.segment(at, SegmentKind::Run);
        }
        self.text.push_str(text);
    }

    pub(super) fn push(&mut self, at: usize, c: char) {
        if c.is_whitespace() || c.is_control() {
            self.flush();
            if !self.text.ends_with(' ') {
                self.segment(at, SegmentKind::One(false));
                self.text.push(' ');
            }
        } else if !unseen(c) {
            if c.is_ascii() || reads_as_itself(c) || !is_mark(c) {
                self.flush();
                self.start = at;
            }
            self.pending.push(c);
        }
    }

    fn flush(&mut self) {
        let Some(first) = self.pending.chars().next() else {
            return;
        };
        if self.pending.len() == 1 {
            if !self.continues_run() {
                self.segment(self.start, SegmentKind::Run);
            }
            self.text.push(first);
        } else {
            let (joins, at) = (joins(first), self.text.len());
            self.segment(self.start, SegmentKind::One(joins));
            if reads_as_itself(first) && self.pending.len() == first.len_utf8() {
                self.text.push(typed(first));
                return self.pending.clear();
            }
            match LETTERS.get(first) {
                Some(letter) if self.pending.len() == first.len_utf8() => self.text.push_str(letter),
                _ => self.text.push_str(&folded(&self.pending)),
            }
            let written = || self.text.as_bytes()[at..].iter().any(u8::is_ascii_alphanumeric);
            self.has_extra_boundaries |= !joins && written();
        }
        self.pending.clear();
    }

    fn continues_run(&self) -> bool {
        self.segments
            .last()
            .is_some_and(|last| last.kind == SegmentKind::Run && self.start - last.origin == self.text.len() - last.at)
    }

    fn segment(&mut self, origin: usize, kind: SegmentKind) {
        let at = self.text.len();
        self.segments.push(Segment { at, origin, kind });
    }
}

static LETTERS: LazyLock<Letters> = LazyLock::new(|| Letters::by(folded));

/// A character with the marks on it, in the form in which it is searched.
fn folded(text: &str) -> String {
    let decomposed = NORMALIZER.normalize(text);
    let folded = CASES.fold_string(&decomposed);
    NORMALIZER.normalize(&folded).chars().map(typed).collect()
}

/// Returns whether a character needs no lookup: signs that every row and nearly every page of a
/// report holds, and most of written Chinese and Japanese.
fn reads_as_itself(c: char) -> bool {
    let sign = matches!(c, '·' | '“' | '”' | '’' | '⟨' | '⟩' | '、' | '。');
    sign || matches!(c, 'ぁ'..='か' | 'な'..='の' | 'ま'..='ん' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_as_itself_is_no_mark_and_is_not_folded() {
        for c in (0..=0x10_ffff)
            .filter_map(char::from_u32)
            .filter(|c| reads_as_itself(*c))
        {
            let text = c.to_string();
            let folded = CASES.fold_string(&NORMALIZER.normalize(&text)).into_owned();
            assert!(!is_mark(c) && NORMALIZER.normalize(&folded) == text, "{c}");
        }
    }
}
