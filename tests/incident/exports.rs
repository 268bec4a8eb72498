//! The two export jobs: which event becomes a line of which file, in which order and spelling.

use std::ops::Range;

use crate::broken;
use crate::event::{Event, Jobs};
use crate::rng::Rng;
use crate::time::{Stamp, january};

/// One file of a job.
pub(crate) struct File {
    /// Its name without the ending.
    pub(crate) name: &'static str,
    /// The days in January it holds.
    pub(crate) days: Range<i64>,
}

impl File {
    fn holds(&self, at: i64) -> bool {
        january(self.days.start) <= at && at < january(self.days.end)
    }
}

/// The files of both jobs.
pub(crate) struct Plan {
    /// Job A, JSON Lines.
    pub(crate) jsonl: &'static [File],
    /// Job B, CSV.
    pub(crate) csv: &'static [File],
}

impl Plan {
    /// In how many files an event will be.
    pub(crate) fn copies(&self, event: &Event) -> usize {
        let a = event.jobs != Jobs::Csv && self.jsonl.iter().any(|file| file.holds(event.at));
        let b = matches!(event.jobs, Jobs::All | Jobs::Csv)
            && event.fits_csv()
            && self.csv.iter().any(|file| file.holds(event.at));
        usize::from(a) + usize::from(b)
    }
}

/// One line to be written.
pub(crate) enum Line<'e> {
    /// The event with this number, in this spelling.
    Event(usize, &'e Event<'e>, Stamp),
    /// Bytes that are no event.
    Broken(&'static broken::Broken),
    /// Empty line, where two chunks were joined.
    Blank,
}

/// One file to be written.
pub(crate) struct Source<'e> {
    /// Path relative to the case file.
    pub(crate) path: String,
    /// Whether it is the CSV form.
    pub(crate) csv: bool,
    /// Lines of the file.
    pub(crate) lines: Vec<Line<'e>>,
}

/// All files in the order in which the case names them: job A before job B, each by name.
pub(crate) fn sources<'e>(plan: &Plan, events: &'e [Event<'e>]) -> Vec<Source<'e>> {
    let mut rng = Rng::for_purpose("exports");
    let jsonl = plan
        .jsonl
        .iter()
        .map(|file| jsonl(file, events, &mut rng))
        .collect::<Vec<_>>();
    let csv = plan
        .csv
        .iter()
        .map(|file| csv(file, events, &mut rng))
        .collect::<Vec<_>>();
    jsonl.into_iter().chain(csv).collect()
}

fn jsonl<'e>(file: &File, events: &'e [Event<'e>], rng: &mut Rng) -> Source<'e> {
    let mut lines = Vec::new();
    for (n, event) in events.iter().enumerate() {
        if matches!(event.jobs, Jobs::All | Jobs::Jsonl) && file.holds(event.at) {
            lines.push(Line::Event(n, event, stamp_a(event.at, rng)));
        }
    }
    disorder(&mut lines, rng);
    for broken in &broken::LINES {
        if file.days.contains(&broken.day) {
            let place = rng.below(lines.len());
            lines.insert(place, Line::Broken(broken));
        }
    }
    for (n, event) in events.iter().enumerate() {
        if event.jobs == Jobs::Placed && file.holds(event.at) {
            let earlier = |line: &Line| matches!(line, Line::Event(_, other, _) if other.at < event.at);
            let place = lines.iter().rposition(earlier).map_or(0, |last| last + 1);
            lines.insert(place, Line::Event(n, event, Stamp::PLAIN));
        }
    }
    if file.days.contains(&17) {
        let place = rng.below(lines.len());
        lines.insert(place, Line::Blank);
    }
    Source {
        path: format!("logs/superuser-a/{}.jsonl", file.name),
        csv: false,
        lines,
    }
}

fn csv<'e>(file: &File, events: &'e [Event<'e>], rng: &mut Rng) -> Source<'e> {
    let mut lines = Vec::new();
    for (n, event) in events.iter().enumerate() {
        if matches!(event.jobs, Jobs::All | Jobs::Csv) && event.fits_csv() && file.holds(event.at) {
            lines.push(Line::Event(n, event, stamp_b(rng)));
        }
    }
    disorder(&mut lines, rng);
    Source {
        path: format!("logs/superuser-b/{}.csv", file.name),
        csv: true,
        lines,
    }
}

/// A few lines arrive late.
fn disorder(lines: &mut [Line], rng: &mut Rng) {
    for at in 0..lines.len() {
        if rng.per_mille(25) {
            let later = (at + 1 + rng.below(8)).min(lines.len() - 1);
            lines[at..=later].rotate_left(1);
        }
    }
}

/// Job A drops trailing zeros now and then; a few of its machines log local time or microseconds.
fn stamp_a(at: i64, rng: &mut Rng) -> Stamp {
    let digits = match at % 1000 {
        0 => 0,
        millis if millis % 100 == 0 && rng.per_mille(700) => 1,
        _ if rng.per_mille(12) => 6,
        _ => 3,
    };
    let offset = if rng.per_mille(20) {
        *rng.pick(&[540, 540, -360, 60, 0])
    } else {
        0
    };
    Stamp { digits, offset }
}

/// Job B always writes milliseconds, seldom in Tokyo's time.
fn stamp_b(rng: &mut Rng) -> Stamp {
    Stamp {
        offset: if rng.per_mille(15) { 540 } else { 0 },
        ..Stamp::PLAIN
    }
}
