//! Extraction of byte ranges from a stream.

use std::{io, ops::Range};

use crate::sources::Stream;

/// Bytes per read.
const CHUNK: usize = 128 << 10;

/// Reads a stream to its end and passes on the bytes of each range in pieces. The ranges must be in
/// order and must not overlap.
pub(in crate::verify) fn cut(
    stream: &mut Stream<'_>,
    ranges: &[Range<u64>],
    mut piece: impl FnMut(usize, &[u8]),
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    let (mut start, mut next) = (0_u64, 0);
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        let end = start + read as u64;
        let inside = |at: u64| usize::try_from(at.clamp(start, end) - start).expect("no more than the buffer holds");
        while let Some(range) = ranges.get(next).filter(|range| range.start < end) {
            let bytes = inside(range.start)..inside(range.end);
            if !bytes.is_empty() {
                piece(next, &buffer[bytes]);
            }
            if range.end > end {
                break;
            }
            next += 1;
        }
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// A reader that returns few bytes at a time, so that ranges cross reads.
    struct Slow(io::Cursor<Vec<u8>>, usize);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    #[test]
    fn ranges_are_cut_whatever_the_reads() {
        let text: Vec<u8> = (0..100).collect();
        let ranges = [0..1, 1..1, 1..7, 0..0, 30..60, 60..61, 99..100, 99..120, 500..u64::MAX];
        for step in [1, 2, 3, 7, 64, 1000] {
            let mut found = vec![Vec::new(); ranges.len()];
            cut(
                &mut Slow(io::Cursor::new(text.clone()), step),
                &ranges[..7],
                |at, piece| {
                    found[at].extend_from_slice(piece);
                },
            )
            .expect("memory");
            for (range, found) in ranges[..7].iter().zip(&found) {
                let range = usize::try_from(range.start).expect("small")..usize::try_from(range.end).expect("small");
                assert_eq!(*found, text[range]);
            }
            let mut last = Vec::new();
            let wanted = &ranges[7..];
            cut(&mut Slow(io::Cursor::new(text.clone()), step), wanted, |_, piece| {
                last.extend_from_slice(piece);
            })
            .expect("memory");
            assert_eq!(last, [99]);
        }
    }
}
