//! Gzip files of ordinary size, unpacked in one piece: with the whole input and room for the whole output a decoder is
//! nearly twice as fast as with a window of each. What comes out is the same, and where anything is out of the ordinary, a
//! second member, damage, the file is unpacked step by step, with an account of each.
//!
//! Zstandard is no faster so, as its window stays in the cache; in one piece its output would have to leave it and come back.

use std::io;

use super::{buffer_pool::PooledBuffer, detect::Compression, limit_guard::LimitGuard, stream::Stream};

/// A compressed file of more bytes is not held.
const MOST: u64 = 32 << 20;

/// The beginning of a compressed stream, perhaps all of it.
pub(super) struct OneShotGzip {
    buffer: Option<PooledBuffer>,
    length: usize,
}

/// What was unpacked in one piece.
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
    /// Reads as much as may be held, which is nothing where the packing has no fast way.
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

    /// As they were read.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.as_ref().map_or(&[], |buffer| &buffer[..self.length])
    }

    /// All of it unpacked, if that is plain and harmless.
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

/// How a gzip file (RFC 1952) of one member ends: with the member's checksum and size.
///
/// The decoder compares both where it stops, and does not say where that is. If the last four bytes stand nowhere else in the
/// file, and unpacking brings that many bytes, it stopped at the end. In one large file of three hundred they do stand
/// elsewhere, by chance; there the last eight must not, and the checksum must be that of what came out.
struct Ending {
    size: u32,
    /// To be compared once more.
    checksum: Option<u32>,
}

impl Ending {
    /// None where what unpacks to it may end before the file does.
    fn of(bytes: &[u8]) -> Option<Self> {
        /// The decoder does not check the header's own checksum.
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

    /// Whether it is the ending of what this came out of.
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
    fn one_member_is_unpacked_in_one_piece() {
        let text = "a line of a log\n".repeat(10_000).into_bytes();
        assert_eq!(unpacked(Compression::Gzip, &gzip(&text)).as_ref(), Some(&text));
    }

    /// With eight bytes in its header.
    fn gzip_with(extra: [u8; 8], text: &[u8]) -> Vec<u8> {
        let packer = flate2::GzBuilder::new().extra(extra.as_slice());
        let mut packer = packer.write(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).expect("memory takes every write");
        packer.finish().expect("memory takes every write")
    }

    #[test]
    fn a_size_that_stands_elsewhere_too_does_no_harm() {
        let text = "a line of a log\n".repeat(10_000).into_bytes();
        let ending = *gzip(&text).last_chunk::<8>().expect("as many");
        let [.., s0, s1, s2, s3] = ending;
        let by_chance = gzip_with([0, 0, 0, 0, s0, s1, s2, s3], &text);
        assert_eq!(unpacked(Compression::Gzip, &by_chance).as_ref(), Some(&text));
        assert_eq!(unpacked(Compression::Gzip, &gzip_with(ending, &text)), None);
    }

    #[test]
    fn anything_else_is_left_to_the_slow_way() {
        let text = "a line of a log\n".repeat(10_000).into_bytes();
        let member = gzip(&text);
        let mut damaged = member.clone();
        damaged[member.len() / 2] ^= 1;
        // The second of two members has the same size; and rubbish that ends like the member before it.
        let twice = [member.clone(), member.clone()].concat();
        let posing = [&member[..], b"rubbish", &member[member.len() - 8..]].concat();
        // As long, and another.
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
