//! Conversion of other encodings to UTF-8. Invalid bytes, such as half a character at the end,
//! become a byte that is invalid in UTF-8, so that the record is refused rather than altered.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

use super::stream::Stream;

/// Bytes decoded at a time.
const STEP: usize = 64 << 10;

/// Byte put in the place of an invalid sequence.
const BROKEN: u8 = 0xff;

/// A stream of another encoding, read as UTF-8 without a byte order mark.
pub(super) struct Transcoder<'s, 'r> {
    stream: &'s mut Stream<'r>,
    decoder: Decoder,
    input: Vec<u8>,
    /// Input bytes decoded.
    taken: usize,
    output: Vec<u8>,
    /// Output bytes returned.
    given: usize,
    /// Whether the input has reached the end of the stream.
    ended: bool,
    /// Whether all input is decoded.
    finished: bool,
}

impl<'s, 'r> Transcoder<'s, 'r> {
    /// Skips a byte order mark of `mark` bytes and decodes the rest.
    pub(super) fn new(encoding: &'static Encoding, mark: usize, stream: &'s mut Stream<'r>) -> io::Result<Self> {
        io::copy(&mut stream.take(mark as u64), &mut io::sink())?;
        Ok(Self {
            stream,
            decoder: encoding.new_decoder_without_bom_handling(),
            input: Vec::with_capacity(STEP),
            taken: 0,
            output: Vec::new(),
            given: 0,
            ended: false,
            finished: false,
        })
    }

    /// Decodes the next bytes.
    fn step(&mut self) -> io::Result<()> {
        if self.taken == self.input.len() && !self.ended {
            self.input.clear();
            self.taken = 0;
            self.stream.take(STEP as u64).read_to_end(&mut self.input)?;
            self.ended = self.input.len() < STEP;
        }
        let pool = self.decoder.max_utf8_buffer_length_without_replacement(STEP);
        self.output.resize(pool.unwrap_or(STEP * 4), 0);
        let (input, last) = (&self.input[self.taken..], self.ended);
        let (result, read, written) = self
            .decoder
            .decode_to_utf8_without_replacement(input, &mut self.output, last);
        self.output.truncate(written);
        self.taken += read;
        self.given = 0;
        match result {
            DecoderResult::Malformed(..) => self.output.push(BROKEN),
            // The decoder may still hold half a character until it is called with `last`.
            DecoderResult::InputEmpty => self.finished = last,
            DecoderResult::OutputFull => {}
        }
        Ok(())
    }
}

impl Read for Transcoder<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() && !self.finished {
            self.step()?;
        }
        let read = (&self.output[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}
