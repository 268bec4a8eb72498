//! Every name at once: where in a text one stands as a whole word.
//!
//! A place of a text where no word begins, or that begins like no name, is passed over at a glance,
//! and nearly all are. For another the names are looked up in their order, which takes the longer
//! the more they are alike; and who writes names and texts can make them as alike as can be. So
//! after so many steps in one text an automaton goes on, whose steps are as many as the text's
//! bytes, whatever stands in it. To make it takes longer than most runs take to search, and so it
//! is made when it is first needed.

mod starts;

use std::{
    cmp::Ordering,
    ops::{ControlFlow, Range},
    sync::OnceLock,
};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::form::Form;
use starts::Starts;

/// So many steps for each byte of a text. Names of customers and people take one at most.
const STEPS: usize = 32;

/// All names, in the order of their bytes: the number of one is its place in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Finder {
    /// Each once, ASCII letters small.
    names: Vec<String>,
    /// The head of each, beside each other in memory.
    heads: Vec<u64>,
    /// For each the longest other one that it begins with.
    inside: Vec<Option<usize>>,
    starts: Starts,
    beginnings: Beginnings,
    automaton: OnceLock<AhoCorasick>,
}

impl Finder {
    /// For these names, which are in order and none of them empty.
    pub(super) fn new(names: Vec<String>) -> Self {
        Self {
            heads: names.iter().map(|name| head(name.as_bytes())).collect(),
            inside: inside(&names),
            starts: Starts::of(&names),
            beginnings: Beginnings::of(&names),
            automaton: OnceLock::new(),
            names,
        }
    }

    /// Tells every name that stands in the text as a whole word, and where in the original: in the
    /// order of their starts, or of their ends, but each once.
    pub(super) fn each(&self, form: &Form<'_>, mut tell: impl FnMut(Range<usize>, usize)) {
        self.each_in_form(form, |found, name| {
            form.whole(found).into_iter().for_each(|range| tell(range, name));
        });
    }

    /// The same for every name that stands in the text where a word may begin, and where in the
    /// form of it.
    pub(super) fn each_in_form(&self, form: &Form<'_>, mut tell: impl FnMut(Range<usize>, usize)) {
        let text = form.text.as_bytes();
        let mut left = STEPS * text.len();
        let look = |at: usize| {
            if !self.beginnings.may_hold(&text[at..]) || !form.parts(at) {
                return ControlFlow::Continue(());
            }
            if left == 0 {
                return ControlFlow::Break(at);
            }
            let steps = self.here(&text[at..], |name, length| tell(at..at + length, name));
            left = left.saturating_sub(steps);
            ControlFlow::Continue(())
        };
        let ended = self.starts.each(text, form.is_seamed(), look);
        if let ControlFlow::Break(from) = ended {
            let found = self.automaton().find_overlapping_iter(&text[from..]);
            found.for_each(|found| tell(from + found.start()..from + found.end(), found.pattern().as_usize()));
        }
    }

    /// Reports the number and the length of every name that the text begins with.
    pub(super) fn at_start(&self, text: &[u8], tell: impl FnMut(usize, usize)) {
        if self.beginnings.may_hold(text) {
            self.here(text, tell);
        }
    }

    /// Tells the names that the text begins with and how long they are, and says how many steps
    /// that took.
    fn here(&self, text: &[u8], mut tell: impl FnMut(usize, usize)) -> usize {
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
                tell(name, length);
            }
            steps += 1;
            next = self.inside[name];
        }
        steps
    }

    /// How many names are not behind the text in order.
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
            let finder = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(&self.names);
            finder.expect("names are far fewer than an automaton can hold")
        })
    }
}

/// How a name stands to a text in order, and how many bytes they begin with alike.
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

/// For each of the names in order the longest other one that it begins with: the one before it, or
/// what that one is inside of.
fn inside(names: &[String]) -> Vec<Option<usize>> {
    let mut inside: Vec<Option<usize>> = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        let mut before = at.checked_sub(1);
        while let Some(other) = before.filter(|other| !name.starts_with(&names[*other])) {
            before = inside[other];
        }
        inside.push(before);
    }
    inside
}

/// With which bytes names begin. It may hold too much, and never too little.
#[derive(Debug, Clone, Default)]
struct Beginnings {
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
/// Bits, as a power of two: enough to tell most words from a hundred thousand names, in near
/// memory.
const BITS: u32 = 18;

impl Beginnings {
    fn of(names: &[String]) -> Self {
        let width = names.iter().map(String::len).min().unwrap_or_default().min(WIDTH);
        let mut beginnings = Self {
            mask: [0, 0xff, 0xffff, 0x00ff_ffff, u32::MAX][width],
            ..Self::default()
        };
        for name in names.iter().map(String::as_bytes) {
            let place = beginnings.place(key(name));
            beginnings.bits.set(place);
            match name.first_chunk() {
                Some(long) => beginnings.long.set(Self::place_of_long(*long)),
                None => beginnings.short.set(place),
            }
        }
        beginnings
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
        // This makes ASCII capitals small; what else it makes alike is told apart later.
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
