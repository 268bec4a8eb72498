//! A file on its way out: gathered in memory up to a piece worth handing on.

use std::io::{self, Write};

/// Bytes of a piece. A shorter file is written in one piece.
const PIECE: usize = 1 << 16;

/// Buffer of rendered text, with its destination.
pub(super) struct Out<'w> {
    /// Not yet handed on. Whatever renders appends here.
    pub(super) text: String,
    to: &'w mut dyn Write,
}

impl<'w> Out<'w> {
    pub(super) fn new(to: &'w mut dyn Write) -> Self {
        Self {
            // Room for a piece and the row that goes beyond it, so that nothing is moved while it
            // grows.
            text: String::with_capacity(PIECE + PIECE / 4),
            to,
        }
    }

    /// Hands on what is worth it: to be called at the end of every row, so that memory does not
    /// grow with their number.
    pub(super) fn row_ends(&mut self) -> io::Result<()> {
        if self.text.len() < PIECE {
            return Ok(());
        }
        self.finish()
    }

    /// Hands on the rest.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.to.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Length of each piece that is written.
    #[derive(Default)]
    struct Pieces(Vec<usize>);

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn memory_holds_a_piece_and_a_row() {
        let mut pieces = Pieces::default();
        let mut out = Out::new(&mut pieces);
        for _ in 0..1000 {
            out.text.push_str(&"x".repeat(1000));
            out.row_ends().expect("memory");
            assert!(out.text.capacity() <= 2 * (PIECE + 1000));
        }
        out.finish().expect("memory");
        assert_eq!(pieces.0.iter().sum::<usize>(), 1_000_000);
        assert_eq!(pieces.0.len(), 16, "66,000 bytes in each but the last");
    }
}
