//! Decompression of consecutive members as one stream, within limits. What precedes a fault is
//! kept.

use std::io::{self, BufRead, BufReader, Read};

use super::{
    codec::{Codec, CodecStep, codec},
    detect::Compression,
    limit_guard::LimitGuard,
    stream::Stream,
};
use crate::text::{counted, grouped};

/// Compressed bytes read at a time.
const INPUT: usize = 128 << 10;

/// Bytes that distinguish a member from other data.
const MAGIC: usize = 10;

/// Steps without progress that are tolerated: a decoder may use one to find that it has no more
/// output.
const IDLE: u8 = 4;

/// Content of a container. A fault ends the stream as if the file were cut there, and is recorded.
pub(super) struct ContainerReader<'w, R> {
    inner: R,
    guard: &'w LimitGuard<'w>,
    /// Bytes read so far.
    pub(super) bytes: u64,
    /// Fault that ended the stream.
    pub(super) fault: Option<String>,
}

impl<'w, R> ContainerReader<'w, R> {
    pub(super) fn new(inner: R, guard: &'w LimitGuard<'_>) -> Self {
        Self {
            inner,
            guard,
            bytes: 0,
            fault: None,
        }
    }
}

impl<R: Read> Read for ContainerReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_some() {
            return Ok(0);
        }
        match self.inner.read(buffer) {
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted || self.guard.has_failed() => Err(fault),
            Err(fault) => {
                self.fault = Some(fault.to_string());
                Ok(0)
            }
            Ok(read) => {
                self.bytes += read as u64;
                self.guard.count_out(read)?;
                Ok(read)
            }
        }
    }
}

/// Consecutive compressed members as one stream.
pub(super) struct MemberReader<R> {
    compression: Compression,
    input: R,
    /// Decoder of the present member.
    codec: Option<Box<dyn Codec>>,
    /// Whether a member ended before.
    any: bool,
    /// Compressed bytes used so far, padding included.
    taken: u64,
    /// Consecutive steps without progress.
    idle: u8,
    /// Fault that is reported once all bytes before it are read.
    fault: Option<String>,
}

impl<'s, 'r> MemberReader<BufReader<&'s mut Stream<'r>>> {
    pub(super) fn new(compression: Compression, stream: &'s mut Stream<'r>) -> Self {
        Self {
            compression,
            input: BufReader::with_capacity(INPUT, stream),
            codec: None,
            any: false,
            taken: 0,
            idle: 0,
            fault: None,
        }
    }
}

impl<R: BufRead> MemberReader<R> {
    /// Returns whether another member follows. Zeros behind a member are padding, as in `gzip` and
    /// `xz`; so are line feeds and blanks, which programs that write one compressed record a line
    /// put there.
    fn follows(&mut self) -> io::Result<bool> {
        loop {
            let rest = self.input.fill_buf()?;
            let is_padding = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
            let padding = if self.any {
                rest.iter().take_while(|byte| is_padding(byte)).count()
            } else {
                0
            };
            if padding < rest.len() || rest.is_empty() {
                let follows = !rest.is_empty();
                self.taken += padding as u64;
                self.input.consume(padding);
                return Ok(follows);
            }
            self.taken += padding as u64;
            self.input.consume(padding);
        }
    }

    /// Returns the message for data behind the last member that is no member.
    fn is_no_member(&mut self) -> io::Result<Option<String>> {
        if !self.any {
            return Ok(None);
        }
        // At the end of the buffer only two bytes may be seen; the decoder then finds the fault.
        let head = self.input.fill_buf()?;
        if head.len() < MAGIC || self.compression.begins(head) {
            return Ok(None);
        }
        let (at, compression) = (self.taken, self.compression.name());
        let follow = io::copy(&mut self.input, &mut io::sink())?;
        Ok(Some(format!(
            "{} from byte {} on are no {compression} data: cut the file there, and give what follows as a file of its own",
            counted(follow, "byte", "bytes"),
            grouped(at),
        )))
    }

    fn step(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        if self.codec.is_none() {
            if !self.follows()? {
                return Ok(Some(0));
            }
            self.fault = self.is_no_member()?;
            if self.fault.is_some() {
                return Ok(None);
            }
            self.codec = Some(codec(self.compression));
        }
        let codec = self.codec.as_mut().expect("it was made above");
        let input = self.input.fill_buf()?;
        let at_end = input.is_empty();
        let CodecStep { taken, put, ended } = codec.step(input, buffer);
        self.input.consume(taken);
        self.taken += taken as u64;
        self.idle = if taken + put == 0 { self.idle + 1 } else { 0 };
        match ended {
            Ok(false) if at_end && put == 0 => self.fault = Some("it ends too early".to_owned()),
            Ok(false) if self.idle > IDLE => self.fault = Some("its decoder does not go on".to_owned()),
            Ok(false) => {}
            Ok(true) => (self.codec, self.any) = (None, true),
            Err(fault) => self.fault = Some(fault),
        }
        Ok((put > 0).then_some(put))
    }
}

impl<R: BufRead> Read for MemberReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(fault) = &self.fault {
                return Err(io::Error::other(fault.clone()));
            }
            if let Some(read) = self.step(buffer)? {
                return Ok(read);
            }
        }
    }
}
