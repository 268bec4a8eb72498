//! Gzip files of ordinary size, unpacked in one call: with all input and all output space
//! available, a decoder is nearly twice as fast as with a window of each. The output is the same.
//! Anything unusual, such as a second member or damage, is left to the stepwise decoder, which
//! reports each step.
//!
//! Zstandard gains nothing: its window stays in the cache, and one large output would not.

use std::io;

use super::{buffer_pool::PooledBuffer, detect::Compression, limit_guard::LimitGuard, stream::Stream};

/// Compressed files of this size or more, in bytes, are unpacked stepwise.
const MOST: u64 = 32 << 20;

/// The beginning of a compressed stream, possibly all of it.
pub(super) struct OneShotGzip {
    buffer: Option<PooledBuffer>,
    length: usize,
}

/// Output of a file unpacked in one call.
pub(super) struct UnpackedFile {
    buffer: PooledBuffer,
    length: usize,
}

impl UnpackedFile {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl OneShotGzip {
    /// Reads up to the size limit; reads nothing where the compression has no fast decoder.
    pub(super) fn read(compression: Compression, stream: &mut Stream<'_>) -> io::Result<Self> {
        let mut one_shot = Self {
            buffer: (compression == Compression::Gzip)
                .then(|| PooledBuffer::take(MOST))
                .flatten(),
            length: 0,
        };
        while let Some(free) = one_shot.free().filter(|free| !free.is_empty()) {
            match stream.read(free)? {
                0 => break,
                read => one_shot.length += read,
            }
        }
        Ok(one_shot)
    }

    fn free(&mut self) -> Option<&mut [u8]> {
        self.buffer.as_mut().map(|buffer| &mut buffer[self.length..])
    }

    /// Returns the compressed bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.as_ref().map_or(&[], |buffer| &buffer[..self.length])
    }

    /// Unpacks the whole file. Returns `None` where the file is unusual or a limit could be
    /// exceeded.
    pub(super) fn unpack(&self, compression: Compression, guard: &LimitGuard<'_>) -> Option<UnpackedFile> {
        let bytes = self.bytes();
        if compression != Compression::Gzip || bytes.len() as u64 == MOST {
            return None;
        }
        let ending = Ending::of(bytes)?;
        let size = Some(ending.size.into()).filter(|size| guard.is_harmless(*size))?;
        let mut buffer = PooledBuffer::take(size)?;
        let length = usize::try_from(size).ok()?;
        let put = libdeflater::Decompressor::new().gzip_decompress(bytes, &mut buffer[..length]);
        (put == Ok(length) && ending.is_of(&buffer[..length])).then_some(UnpackedFile { buffer, length })
    }
}

/// Trailer of a gzip file (RFC 1952) of one member: its checksum and size.
///
/// The decoder checks both where it stops, but does not return the position. If the last four bytes
/// occur nowhere else in the file, and the output has that size, it stopped at the end. In one
/// large file of 300 they do occur elsewhere by chance. Then the last eight bytes must be unique,
/// and the checksum of the output must match.
struct Ending {
    size: u32,
    /// Checksum to be compared again.
    checksum: Option<u32>,
}

impl Ending {
    /// Parses the trailer. Returns `None` where a matching output may end before the file does.
    fn of(bytes: &[u8]) -> Option<Self> {
        /// Flag of a header checksum, which the decoder does not verify.
        const HEADER_CRC: u8 = 2;
        let &[c0, c1, c2, c3, s0, s1, s2, s3] = bytes.last_chunk()?;
        let alone = |length: usize| {
            let start = bytes.len() - length;
            memchr::memmem::find(bytes, &bytes[start..]) == Some(start)
        };
        let size_is_alone = alone(4);
        let plain = bytes.get(3)? & HEADER_CRC == 0;
        (plain && (size_is_alone || alone(8))).then(|| Self {
            size: u32::from_le_bytes([s0, s1, s2, s3]),
            checksum: (!size_is_alone).then(|| u32::from_le_bytes([c0, c1, c2, c3])),
        })
    }

    /// Returns whether this is the trailer of `unpacked`.
    fn is_of(&self, unpacked: &[u8]) -> bool {
        self.checksum.is_none_or(|checksum| {
            let mut sum = flate2::Crc::new();
            sum.update(unpacked);
            sum.sum() == checksum
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::sources::Limits;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).expect("memory takes every write");
        packer.finish().expect("memory takes every write")
    }

    fn unpacked(compression: Compression, packed: &[u8]) -> Option<Vec<u8>> {
        let limits = Limits::default();
        let guard = LimitGuard::new(&limits);
        let mut stream = packed;
        let one_shot = OneShotGzip::read(compression, &mut stream).expect("bytes in memory");
        one_shot.unpack(compression, &guard).map(|piece| piece.bytes().to_vec())
    }

    #[test]
    fn single_member_is_unpacked_in_one_call() {
        let text = "a line of a log\n".repeat(10_000).into_bytes();
        assert_eq!(unpacked(Compression::Gzip, &gzip(&text)).as_ref(), Some(&text));
    }

    /// Compresses with an extra header field of eight bytes.
    fn gzip_with(extra: [u8; 8], text: &[u8]) -> Vec<u8> {
        let packer = flate2::GzBuilder::new().extra(extra.as_slice());
        let mut packer = packer.write(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).expect("memory takes every write");
        packer.finish().expect("memory takes every write")
    }

    #[test]
    fn repeated_trailer_size_is_harmless() {
        let text = "a line of a log\n".repeat(10_000).into_bytes();
        let ending = *gzip(&text).last_chunk::<8>().expect("as many");
        let [.., s0, s1, s2, s3] = ending;
        let by_chance = gzip_with([0, 0, 0, 0, s0, s1, s2, s3], &text);
        assert_eq!(unpacked(Compression::Gzip, &by_chance).as_ref(), Some(&text));
        assert_eq!(unpacked(Compression::Gzip, &gzip_with(ending, &text)), None);
    }

    #[test]
    fn unusual_gzip_is_left_to_stepwise_decoder() {
        let text = "a line of a log\n".repeat(10_000).into_bytes();
        let member = gzip(&text);
        let mut damaged = member.clone();
        damaged[member.len() / 2] ^= 1;
        // The second of two members has the same size; the other file ends in garbage and a copy of
        // the trailer.
        let twice = [member.clone(), member.clone()].concat();
        let posing = [&member[..], b"rubbish", &member[member.len() - 8..]].concat();
        // A second member of the same size and other content.
        let other = [member.clone(), gzip(&text.to_ascii_uppercase())].concat();
        for packed in [
            &member[..member.len() - 1],
            &damaged,
            &twice,
            &posing,
            &other,
            b"\x1f\x8b\x08\x00",
        ] {
            assert_eq!(unpacked(Compression::Gzip, packed), None);
        }
        assert_eq!(unpacked(Compression::Xz, &member), None);
    }
}
