//! Finds every name that stands in a text as a whole word.
//!
//! Positions where no word begins, or whose first bytes begin no name, are skipped; nearly all are.
//! For the others the names are looked up in sorted order. That takes longer the more names have a
//! common beginning, and the writers of names and texts can make them as alike as they want. So
//! after a fixed number of steps in one text an Aho-Corasick automaton takes over, whose steps are
//! as many as the text's bytes. Building it takes longer than most searches, so it is built on
//! first use.

mod word_starts;

use std::{
    cmp::Ordering,
    ops::{ControlFlow, Range},
    sync::OnceLock,
};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::normalized::NormalizedText;
use word_starts::WordStarts;

/// Steps for each byte of a text. Names of tenants and people take one at most.
const STEPS: usize = 32;

/// All names, in the order of their bytes: the number of one is its place in it.
#[derive(Debug, Clone, Default)]
pub(super) struct NameIndex {
    /// Each once, ASCII letters small.
    names: Vec<String>,
    /// The head of each, beside each other in memory.
    heads: Vec<u64>,
    /// Longest other name that each name begins with.
    prefix_of: Vec<Option<usize>>,
    word_starts: WordStarts,
    first_bytes: FirstBytes,
    automaton: OnceLock<AhoCorasick>,
}

impl NameIndex {
    /// Creates the index of these names, which are sorted and not empty.
    pub(super) fn new(names: Vec<String>) -> Self {
        Self {
            heads: names.iter().map(|name| head(name.as_bytes())).collect(),
            prefix_of: prefix_of(&names),
            word_starts: WordStarts::of(&names),
            first_bytes: FirstBytes::of(&names),
            automaton: OnceLock::new(),
            names,
        }
    }

    /// Reports every name that stands in the text as a whole word, and its range in the original:
    /// in the order of starts or of ends, each once.
    pub(super) fn each(&self, form: &NormalizedText<'_>, mut report: impl FnMut(Range<usize>, usize)) {
        self.each_in_form(form, |found, name| {
            form.whole(found).into_iter().for_each(|range| report(range, name));
        });
    }

    /// Reports every name that stands in the text where a word may begin, with its range in the
    /// normalized text.
    pub(super) fn each_in_form(&self, form: &NormalizedText<'_>, mut report: impl FnMut(Range<usize>, usize)) {
        let text = form.text.as_bytes();
        let mut left = STEPS * text.len();
        let look = |at: usize| {
            if !self.first_bytes.may_hold(&text[at..]) || !form.parts(at) {
                return ControlFlow::Continue(());
            }
            if left == 0 {
                return ControlFlow::Break(at);
            }
            let steps = self.here(&text[at..], |name, length| report(at..at + length, name));
            left = left.saturating_sub(steps);
            ControlFlow::Continue(())
        };
        let ended = self.word_starts.each(text, form.may_have_extra_boundaries(), look);
        if let ControlFlow::Break(from) = ended {
            let found = self.automaton().find_overlapping_iter(&text[from..]);
            found.for_each(|found| report(from + found.start()..from + found.end(), found.pattern().as_usize()));
        }
    }

    /// Reports the number and the length of every name that the text begins with.
    pub(super) fn at_start(&self, text: &[u8], report: impl FnMut(usize, usize)) {
        if self.first_bytes.may_hold(text) {
            self.here(text, report);
        }
    }

    /// Reports the names that the text begins with and their lengths. Returns the number of steps
    /// taken.
    fn here(&self, text: &[u8], mut report: impl FnMut(usize, usize)) -> usize {
        let mut steps = 1;
        // Whatever the text begins with, the last name that is not behind it begins with, too.
        let Some(last) = self.not_behind(text, &mut steps).checked_sub(1) else {
            return steps;
        };
        let (_, shared) = compared(&self.names[last], text);
        steps += shared;
        let mut next = Some(last);
        while let Some(name) = next {
            let length = self.names[name].len();
            if length <= shared {
                report(name, length);
            }
            steps += 1;
            next = self.prefix_of[name];
        }
        steps
    }

    /// Returns the number of names that are not behind the text in order.
    fn not_behind(&self, text: &[u8], steps: &mut usize) -> usize {
        let head = head(text);
        let before = self.heads.partition_point(|other| *other < head);
        let alike = self.heads[before..].partition_point(|other| *other == head);
        let among = self.names[before..before + alike].partition_point(|name| {
            let (order, shared) = compared(name, text);
            *steps += 1 + shared;
            order.is_le()
        });
        before + among
    }

    fn automaton(&self) -> &AhoCorasick {
        self.automaton.get_or_init(|| {
            // A state machine of every transition would take longer to make than to use.
            let index = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(&self.names);
            index.expect("names are far fewer than an automaton can hold")
        })
    }
}

/// Compares a name with a text. Returns their order, and the number of bytes that both begin with.
fn compared(name: &str, text: &[u8]) -> (Ordering, usize) {
    let name = name.as_bytes();
    let pairs = name.iter().zip(text);
    let shared = pairs
        .take_while(|(name, text)| **name == text.to_ascii_lowercase())
        .count();
    let next = text.get(shared).map(u8::to_ascii_lowercase);
    (name.get(shared).copied().cmp(&next), shared)
}

/// The first eight bytes as a number that is in order as they are. No text that is searched holds a
/// zero.
fn head(text: &[u8]) -> u64 {
    let mut head = [0; 8];
    let length = text.len().min(head.len());
    head[..length].copy_from_slice(&text[..length]);
    head.make_ascii_lowercase();
    u64::from_be_bytes(head)
}

/// Returns for each of the sorted names the longest other name that it begins with: the name before
/// it, or one that that name begins with.
fn prefix_of(names: &[String]) -> Vec<Option<usize>> {
    let mut prefix_of: Vec<Option<usize>> = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        let mut before = at.checked_sub(1);
        while let Some(other) = before.filter(|other| !name.starts_with(&names[*other])) {
            before = prefix_of[other];
        }
        prefix_of.push(before);
    }
    prefix_of
}

/// Set of the first bytes of names. May hold too much, never too little.
#[derive(Debug, Clone, Default)]
struct FirstBytes {
    /// Places of the first `WIDTH` bytes.
    bits: Bits,
    /// Places of names of fewer than `LONG` bytes.
    short: Bits,
    /// Places of the first `LONG` bytes of the others: words that begin alike cost a lookup
    /// otherwise.
    long: Bits,
    /// Mask of the bytes of a key that count: as many as the shortest name has.
    mask: u32,
}

/// Bytes examined at first.
const WIDTH: usize = 4;
const LONG: usize = 8;
/// Bits, as a power of two: enough to separate most words from a hundred thousand names, in near
/// memory.
const BITS: u32 = 18;

impl FirstBytes {
    fn of(names: &[String]) -> Self {
        let width = names.iter().map(String::len).min().unwrap_or_default().min(WIDTH);
        let mut first_bytes = Self {
            mask: [0, 0xff, 0xffff, 0x00ff_ffff, u32::MAX][width],
            ..Self::default()
        };
        for name in names.iter().map(String::as_bytes) {
            let place = first_bytes.place(key(name));
            first_bytes.bits.set(place);
            match name.first_chunk() {
                Some(long) => first_bytes.long.set(Self::place_of_long(*long)),
                None => first_bytes.short.set(place),
            }
        }
        first_bytes
    }

    /// Whether a name may begin like this text.
    fn may_hold(&self, text: &[u8]) -> bool {
        let place = self.place(
            text.first_chunk()
                .map_or_else(|| key(text), |four| u32::from_le_bytes(*four)),
        );
        let long = || {
            text.first_chunk()
                .is_some_and(|long| self.long.has(Self::place_of_long(*long)))
        };
        self.bits.has(place) && (self.short.has(place) || long())
    }

    fn place(&self, key: u32) -> u32 {
        // This lowers ASCII capitals; other bytes that it merges are separated later.
        let key = (key | 0x2020_2020) & self.mask;
        key.wrapping_mul(0x9e37_79b1) >> (32 - BITS)
    }

    fn place_of_long(key: [u8; LONG]) -> u32 {
        let key = u64::from_le_bytes(key) | 0x2020_2020_2020_2020;
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS)) as u32
    }
}

/// Bits by their places.
#[derive(Debug, Clone, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, place: u32) {
        self.0.resize(1 << (BITS - 6), 0);
        self.0[(place >> 6) as usize] |= 1 << (place & 63);
    }

    fn has(&self, place: u32) -> bool {
        let bits = self.0.get((place >> 6) as usize);
        bits.is_some_and(|bits| bits & 1 << (place & 63) != 0)
    }
}

fn key(text: &[u8]) -> u32 {
    let mut key = [0; WIDTH];
    let length = text.len().min(WIDTH);
    key[..length].copy_from_slice(&text[..length]);
    u32::from_le_bytes(key)
}

#[cfg(test)]
mod tests;
