//! The form in which names are looked for in a text, and the way back to the text.
//!
//! A person reads `ＡＣＭＥ`, `A⟨zero-width space⟩cme` and `acme` as one name, so all three are one here: compatibility
//! decomposition and case folding (Unicode 3.13 D146), without characters that are not seen, white space as one blank.
//! Stricter than [`crate::case::fold`], which decides who acted: here a doubt means that somebody is named.

use std::{borrow::Cow, ops::Range};

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{
    DecomposingNormalizer, DecomposingNormalizerBorrowed,
    properties::{CanonicalCombiningClassMap, CanonicalCombiningClassMapBorrowed},
};

use super::escape;
use crate::text::acts;

const NORMALIZER: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizer::new_nfkd();
const CLASSES: CanonicalCombiningClassMapBorrowed<'static> = CanonicalCombiningClassMap::new();
const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// A text as it is searched.
#[derive(Debug)]
pub(super) struct Form<'t> {
    /// What is searched, but for ASCII capitals, which the automaton takes as small.
    pub(super) text: Cow<'t, str>,
    /// How `text` lies on the original, in order. Empty if the text is searched as it is.
    pieces: Vec<Piece>,
}

/// Where a part of the searched text comes from.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Where it starts in the searched text.
    at: usize,
    /// Where it starts in the original.
    origin: usize,
    kind: PieceKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PieceKind {
    /// ASCII characters, each as it stands in the original: the usual case, and a long text is not to cost much more.
    Run,
    /// One character with the marks on it, or one escape; and whether it joins others to a word.
    One(bool),
}

impl<'t> Form<'t> {
    /// The text as it stands.
    pub(super) fn plain(original: &'t str) -> Self {
        if is_plain(original) {
            return Self {
                text: Cow::Borrowed(original),
                pieces: Vec::new(),
            };
        }
        Self::of(original, false)
    }

    /// The text with what is written as an escape read as what it stands for; none if it holds no escape.
    pub(super) fn unescaped(original: &'t str) -> Option<Self> {
        escape::any(original).then(|| Self::of(original, true))
    }

    fn of(original: &'t str, unescape: bool) -> Self {
        let mut writer = Writer {
            text: String::with_capacity(original.len() + 16),
            pieces: Vec::new(),
            pending: String::new(),
            start: 0,
        };
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
        writer.flush();
        let Writer { text, mut pieces, .. } = writer;
        pieces.push(Piece {
            at: text.len(),
            origin: original.len(),
            kind: PieceKind::One(false),
        });
        Self {
            text: Cow::Owned(text),
            pieces,
        }
    }

    /// The stretch of the original that a stretch of the searched text stands for, if it is a whole word there.
    pub(super) fn whole(&self, found: Range<usize>) -> Option<Range<usize>> {
        let range = self.origin(found.start)?..self.origin(found.end)?;
        let joins = |at: usize| self.joins(at);
        let starts = found.start == 0 || !(joins(found.start - 1) && joins(found.start));
        let ends = found.end == self.text.len() || !(joins(found.end - 1) && joins(found.end));
        (starts && ends).then_some(range)
    }

    /// None if no character starts there.
    fn origin(&self, at: usize) -> Option<usize> {
        let Some(piece) = self.piece(at) else {
            return Some(at);
        };
        match piece.kind {
            PieceKind::Run => Some(piece.origin + (at - piece.at)),
            PieceKind::One(_) => (piece.at == at).then_some(piece.origin),
        }
    }

    /// Whether the character that this byte belongs to joins others to a word.
    fn joins(&self, at: usize) -> bool {
        match self.piece(at).map(|piece| piece.kind) {
            Some(PieceKind::One(joins)) => joins,
            _ => self.text.as_bytes()[at].is_ascii_alphanumeric(),
        }
    }

    /// The parts of the searched text between characters outside ASCII that join no word.
    pub(super) fn joined(&self) -> impl Iterator<Item = &str> {
        let ends = self.pieces.iter().skip(1).map(|next| next.at);
        let parts = self.pieces.iter().zip(ends);
        let cuts = parts.filter(|(piece, _)| piece.kind == PieceKind::One(false));
        let mut from = 0;
        let whole = (!self.pieces.is_empty()).then_some(self.text.len()..self.text.len());
        cuts.map(|(piece, end)| piece.at..end).chain(whole).map(move |cut| {
            let part = &self.text[from..cut.start];
            from = cut.end;
            part
        })
    }

    fn piece(&self, at: usize) -> Option<Piece> {
        let after = self.pieces.partition_point(|piece| piece.at <= at);
        after.checked_sub(1).map(|last| self.pieces[last])
    }
}

/// A name in the form in which it is looked for.
pub(super) fn searched(name: &str) -> String {
    let form = Form::plain(name.trim());
    form.text.trim().to_ascii_lowercase()
}

/// How many bytes may be taken as they are: printable ASCII that begins no escape, up to where two blanks meet.
fn run(bytes: &[u8], unescape: bool) -> usize {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && !(unescape && escape::begins(byte));
    let mut before = b' ';
    let ends = |&byte: &u8| {
        let ends = !plain(byte) || before == b' ' && byte == b' ';
        before = byte;
        ends
    };
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

/// Printable ASCII in which no two blanks meet is searched as it is; nearly all log text is so.
fn is_plain(text: &str) -> bool {
    crate::text::printable_ascii(text) && memchr::memmem::find(text.as_bytes(), b"  ").is_none()
}

/// Whether a character makes one word with its like. The scripts that do not separate words make none, so that a name is
/// found between other words of theirs.
fn joins(c: char) -> bool {
    (c.is_alphabetic() || c.is_numeric()) && !is_spaceless(c) && !is_raised(c)
}

/// A small figure above or below the line: the sign of a footnote, or of a trade mark.
fn is_raised(c: char) -> bool {
    matches!(c, '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}'..='\u{209c}')
}

/// Han, kana, Hangul with their particles, Thai, Lao, Khmer, Myanmar.
pub(super) fn is_spaceless(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{30ff}' | '\u{3100}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

struct Writer {
    text: String,
    pieces: Vec<Piece>,
    /// A character and the marks on it, which are normalised together; where it starts, and how long it is written.
    pending: String,
    start: usize,
}

impl Writer {
    /// Characters that are taken as they are.
    fn run(&mut self, at: usize, text: &str) {
        self.flush();
        self.start = at;
        if !self.continues_run() {
            self.piece(at, PieceKind::Run);
        }
        self.text.push_str(text);
    }

    fn push(&mut self, at: usize, c: char) {
        if c.is_whitespace() || c.is_control() {
            self.flush();
            if !self.text.ends_with(' ') {
                self.piece(at, PieceKind::One(false));
                self.text.push(' ');
            }
        } else if !unseen(c) {
            if c.is_ascii() || !is_mark(c) {
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
                self.piece(self.start, PieceKind::Run);
            }
            self.text.push(first);
        } else {
            self.piece(self.start, PieceKind::One(joins(first)));
            let decomposed = NORMALIZER.normalize(&self.pending);
            let folded = CASES.fold_string(&decomposed);
            self.text.push_str(&NORMALIZER.normalize(&folded));
        }
        self.pending.clear();
    }

    fn continues_run(&self) -> bool {
        self.pieces
            .last()
            .is_some_and(|last| last.kind == PieceKind::Run && self.start - last.origin == self.text.len() - last.at)
    }

    fn piece(&mut self, origin: usize, kind: PieceKind) {
        let at = self.text.len();
        self.pieces.push(Piece { at, origin, kind });
    }
}

/// Takes room in memory and none on a page.
fn unseen(c: char) -> bool {
    acts(c) || matches!(c, '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}')
}

/// Whether a character sits on the one before it.
fn is_mark(c: char) -> bool {
    let mut decomposed = NORMALIZER.normalize_iter(std::iter::once(c));
    decomposed.next().is_some_and(|first| CLASSES.get_u8(first) != 0)
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
        ] {
            assert_eq!(searched(one), searched(other), "{one}");
        }
    }

    #[test]
    fn what_is_found_leads_back_to_what_was_written() {
        let text = "von Ｍu\u{308}ller™, x";
        let form = Form::plain(text);
        let at = form.text.find("mu\u{308}ller").expect("it is there");
        let range = form
            .whole(at.."mu\u{308}ller".len() + at)
            .expect("a trade mark's sign is no letter");
        assert_eq!(&text[range], "Ｍu\u{308}ller");
    }

    #[test]
    fn a_letter_is_never_found_without_its_mark() {
        let form = Form::plain("ガ");
        assert!(form.text.starts_with('カ'));
        assert_eq!(form.whole(0.."カ".len()), None);
    }
}
