//! The form in which names are looked for in a text, and the way back to the text.
//!
//! A person reads `ＡＣＭＥ`, `A⟨zero-width space⟩cme` and `acme` as one name, so all three are one
//! here: compatibility decomposition and case folding (Unicode 3.13 D146), without characters that
//! are not seen, white space as one blank, quotation marks and dashes as a keyboard has them.
//! Stricter than [`crate::case::fold`], which decides who acted: here a doubt means that somebody
//! is named.

mod character;
mod glance;
mod write;

use std::{borrow::Cow, ops::Range};

use super::escape;
use glance::{Glance, glance};
use write::Writer;

pub(super) use character::{NORMALIZER, is_mark, is_spaceless, unseen};

/// A text as it is searched.
#[derive(Debug)]
pub(super) struct Form<'t> {
    /// What is searched, but for ASCII capitals, which the automaton takes as small.
    pub(super) text: Cow<'t, str>,
    /// How `text` lies on the original, in order. Empty if the text is searched as it is.
    pieces: Vec<Piece>,
    /// Whether there may be a seam.
    seamed: bool,
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
    /// ASCII characters, each as it stands in the original: the usual case, and a long text is not
    /// to cost much more.
    Run,
    /// One character with the marks on it, or one escape; and whether it joins others to a word.
    One(bool),
}

impl<'t> Form<'t> {
    /// The text as it stands.
    pub(super) fn plain(original: &'t str) -> Self {
        Self::as_seen(original, glance(original))
    }

    /// Each form in which a text is searched: as it stands, and, if it holds what may be an escape,
    /// with what is written so read as what it stands for.
    pub(super) fn each(original: &'t str) -> impl Iterator<Item = Self> {
        let seen = glance(original);
        let unescaped = seen.escapes.then(|| Self::of(original, true));
        std::iter::once(Self::as_seen(original, seen)).chain(unescaped)
    }

    fn as_seen(original: &'t str, seen: Glance) -> Self {
        // Nearly all log text is.
        if seen.plain {
            return Self {
                text: Cow::Borrowed(original),
                pieces: Vec::new(),
                seamed: false,
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

    /// Whether a word may begin or end there: what stands before and behind does not make one.
    pub(super) fn parts(&self, at: usize) -> bool {
        at == 0 || at == self.text.len() || !(self.joins(at - 1) && self.joins(at))
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

    /// Whether a word may begin or end where letters or digits of ASCII stand on both sides.
    pub(super) fn is_seamed(&self) -> bool {
        self.seamed
    }

    /// Where in the searched text a word begins or ends though letters or digits stand on both
    /// sides: at a sign that is written with some and joins none, as `™` is. In order, each once.
    pub(super) fn seams(&self) -> Vec<usize> {
        if !self.seamed {
            return Vec::new();
        }
        let ends = self.pieces.iter().skip(1).map(|next| next.at);
        let signs = self.pieces.iter().zip(ends).filter(|(piece, end)| {
            let written = || {
                self.text[piece.at..*end]
                    .bytes()
                    .any(|byte| byte.is_ascii_alphanumeric())
            };
            piece.kind == PieceKind::One(false) && written()
        });
        let mut seams: Vec<_> = signs.flat_map(|(piece, end)| [piece.at, end]).collect();
        seams.dedup();
        seams
    }

    fn piece(&self, at: usize) -> Option<Piece> {
        let after = self.pieces.partition_point(|piece| piece.at <= at);
        after.checked_sub(1).map(|last| self.pieces[last])
    }
}

/// A name in the form in which it is looked for.
pub(super) fn searched(name: &str) -> String {
    Form::plain(name.trim()).text.trim().to_ascii_lowercase()
}

/// The same, with capitals of ASCII as they are typed.
pub(super) fn cased(name: &str) -> String {
    Form::plain(name.trim()).text.trim().to_owned()
}

/// Whether a name reads as one in the form in which it is looked for.
pub(super) fn reads_as(name: &str, searched_for: &str) -> bool {
    let name = name.trim();
    if glance(name).plain {
        return name.eq_ignore_ascii_case(searched_for);
    }
    searched(name) == searched_for
}

/// Whether a text may hold an escape, so that it also has to be read with escapes resolved.
pub(super) fn holds_escape(text: &str) -> bool {
    glance(text).escapes
}

/// How many bytes may be taken as they are: printable ASCII that begins no escape, up to where two
/// blanks meet.
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
/// The same where escapes are read.
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
