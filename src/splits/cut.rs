//! Places where a log can be cut: the beginnings of records.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom},
};

use crate::{
    engine::Plan,
    records::{Block, Blocks, FIRST, Framing},
    sources::{self, Source},
};

/// Fewest bytes of a part: the time to start a partial is more than that of reading so much.
const LEAST: u64 = 64 << 10;

/// A line that is longer ends the search for a place to cut, in bytes.
const LONGEST_LINE: u64 = 64 << 20;

/// Returns where to cut a log so that its parts have about `size` bytes; nothing where it is read
/// whole: archives, compressed logs, text that is not UTF-8, JSON that is not one record a line,
/// and text by a rule of the profile.
///
/// A cut is the first byte of a record. For JSON Lines the next line end is looked for. A CSV is
/// read through, since whether a line end lies in quotes depends on all that precedes it; it is cut
/// only where its first header holds.
pub(super) fn cuts(plan: &Plan, source: &Source, bytes: u64, size: u64) -> io::Result<Vec<u64>> {
    if size == 0 || bytes <= size.max(least(0)) || !sources::is_plain_text(source)? {
        return Ok(Vec::new());
    }
    let size = size.max(LEAST);
    let profile = plan.profile(source);
    let open = || {
        let file = File::open(&source.path)?;
        Blocks::open_as(file, &profile.layout(), &source.text)
    };
    let blocks = open()?;
    match blocks.framing() {
        Framing::JsonLines => of_lines(source, bytes, size),
        Framing::Csv(_) => of_rows(blocks, bytes, size),
        Framing::Empty | Framing::JsonDocument | Framing::Text(_) => Ok(Vec::new()),
    }
}

/// The framing is known by the beginning of a log, which lies in its first part. The first line may
/// be long.
fn least(first_line: u64) -> u64 {
    2 * first_line + 2 * FIRST as u64
}

fn of_lines(source: &Source, bytes: u64, size: u64) -> io::Result<Vec<u64>> {
    let mut file = File::open(&source.path)?;
    let mut line_end_behind = |from: u64| {
        file.seek(SeekFrom::Start(from))?;
        let mut line = BufReader::new(&mut file).take(LONGEST_LINE);
        let length = line.skip_until(b'\n')? as u64;
        Ok::<_, io::Error>((length < LONGEST_LINE).then_some(from + length))
    };
    let mut cuts = Vec::new();
    let first = line_end_behind(0)?;
    let mut target = first.map_or(bytes, |first| size.max(least(first)));
    while target < bytes {
        // One byte before, so that a line that begins at the target is the next part's.
        let Some(cut) = line_end_behind(target - 1)?.filter(|cut| *cut < bytes) else {
            break;
        };
        cuts.push(cut);
        target = cut + size;
    }
    Ok(cuts)
}

fn of_rows(mut blocks: Blocks<File>, bytes: u64, size: u64) -> io::Result<Vec<u64>> {
    let mut cuts = Vec::new();
    let mut target = None;
    while let Some(block) = blocks.next() {
        let block = block?;
        let begin = target.get_or_insert_with(|| size.max(least(block.len() as u64)));
        while *begin < block.offset() + block.len() as u64 {
            let Some(cut) = row_from(&block, *begin).filter(|cut| *cut < bytes) else {
                break;
            };
            cuts.push(cut);
            *begin = cut + size;
        }
        if !blocks.can_be_resumed() {
            break;
        }
    }
    Ok(cuts)
}

/// The first row of a block at this place or behind it that the first header holds for and whose
/// cells were counted, as were those of the row before.
fn row_from(block: &Block, from: u64) -> Option<u64> {
    let mut counted = false;
    block.records().find_map(|record| {
        let before = counted;
        counted = record.cells.is_some() && record.header.is_none() && record.defect.is_none();
        (before && counted && record.offset >= from).then_some(record.offset)
    })
}
