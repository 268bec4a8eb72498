//! Detection of a stream's kind from its first bytes. File names are not considered.

use std::str::Utf8Chunk;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};
use tar::Header;

use super::{
    codec::{CodecStep, codec},
    foreign_formats::{self, BINARY, ForeignFormat, NULS, UTF16_BE, UTF16_LE},
};
use crate::case::encoding_name;

/// Bytes examined at the beginning of a stream.
pub(super) const HEAD: usize = 8 << 10;

/// Characters at the beginning that must be ASCII for UTF-16 without a byte order mark.
const UNITS: usize = 16;

/// Text may have one foreign byte, such as a NUL, among this many.
const FOREIGN: usize = 64;

/// A shorter line may look like an object by chance.
const OBJECT: usize = 16;

/// Kind of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamKind {
    /// A compressed stream.
    Packed(Compression),
    /// An archive of members.
    Archive(Archive),
    /// Text, to be split into records.
    Text(Encoding),
    /// A format that is not read.
    Unread(ForeignFormat),
}

/// Compression formats of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zlib,
    Zstd,
    Bzip2,
    Xz,
}

impl Compression {
    /// Returns whether `head` begins a member of this format.
    pub(super) fn begins(self, head: &[u8]) -> bool {
        compression(head) == Some(self)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }
}

/// Archive formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Archive {
    TarReader,
    Zip,
}

/// Text encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    /// Another encoding, and the length of its byte order mark in bytes.
    Other(&'static encoding_rs::Encoding, usize),
}

impl Encoding {
    pub(super) fn name(self) -> String {
        match self {
            Self::Utf8 => encoding_name(UTF_8),
            Self::Other(encoding, _) => encoding_name(encoding),
        }
    }
}

impl StreamKind {
    /// Detects the kind from the first bytes, which are the whole stream if shorter than [`HEAD`].
    /// `stated` is the encoding the case states for text without a byte order mark.
    pub(super) fn of(head: &[u8], stated: Option<&'static encoding_rs::Encoding>) -> Self {
        compression(head)
            .map(Self::Packed)
            .or_else(|| archive(head).map(Self::Archive))
            .or_else(|| foreign_formats::magic(head).map(Self::Unread))
            .or_else(|| marked(head).map(Self::Text))
            .or_else(|| stated_text(head, stated?).map(Self::Text))
            .or_else(|| utf16(head).map(Self::Text))
            .or_else(|| wide_text(head).map(Self::Unread))
            .unwrap_or_else(|| match memchr::memchr(0, head) {
                Some(_) if head.iter().all(|&byte| byte == 0) => Self::Unread(NULS),
                Some(_) if !is_damaged_text(head) => Self::Unread(BINARY),
                _ => Self::Text(Encoding::Utf8),
            })
    }
}

/// Returns whether this is text in which NULs are the exception. A single hostile or damaged record
/// must not hide all others, so one criterion suffices: few foreign bytes, a first line that looks
/// like a header or a record, or any line that looks like an object.
fn is_damaged_text(head: &[u8]) -> bool {
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    foreign(head) * FOREIGN <= head.len()
        || lines.next().is_some_and(|line| is_clean(line) && is_parted(line))
        || lines.any(|line| is_clean(line) && is_object(line))
}

/// Counts bytes that do not occur in text: control characters and invalid UTF-8. Random, compressed
/// or executable bytes have at least one in ten.
fn foreign(bytes: &[u8]) -> usize {
    let control = |text: &str| text.chars().filter(|&char| is_control(char)).count();
    let foreign = |chunk: Utf8Chunk<'_>| control(chunk.valid()) + chunk.invalid().len();
    bytes.utf8_chunks().map(foreign).sum()
}

fn is_control(char: char) -> bool {
    char.is_ascii_control() && !matches!(char, '\t' | '\n' | '\r')
}

fn is_clean(line: &[u8]) -> bool {
    str::from_utf8(line).is_ok_and(|line| !line.contains(is_control))
}

/// Returns whether the line has separators, as a header or a record does.
fn is_parted(line: &[u8]) -> bool {
    line.iter().any(|byte| b",;\t{".contains(byte))
}

/// Returns whether the line ends as an object does, possibly behind a text.
fn is_object(line: &[u8]) -> bool {
    line.len() >= OBJECT && line.contains(&b'{') && line.ends_with(b"}")
}

fn compression(head: &[u8]) -> Option<Compression> {
    match head {
        [0x1f, 0x8b, 8, ..] => Some(Compression::Gzip),
        // A frame, or a skippable frame, which pzstd writes first.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Compression::Zstd),
        // The digits of pi begin a block, those of its square root end a stream. `BZh1` alone could
        // be a word.
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Compression::Bzip2),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Compression::Xz),
        [0x78, ..] if is_zlib(head) => Some(Compression::Zlib),
        _ => None,
    }
}

/// Returns whether this begins a zlib stream (RFC 1950). Its two header bytes could be text, so a
/// trial decompression decides.
fn is_zlib(head: &[u8]) -> bool {
    /// Flag of a preset dictionary, which would have to be known.
    const DICTIONARY: u8 = 0x20;
    let &[method, flags, ..] = head else { return false };
    let is_header = u16::from_be_bytes([method, flags]).is_multiple_of(31) && flags & DICTIONARY == 0;
    let step = |head| codec(Compression::Zlib).step(head, &mut [0; 256]);
    is_header
        && matches!(
            step(head),
            CodecStep {
                put: 1..,
                ended: Ok(_),
                ..
            }
        )
}

fn archive(head: &[u8]) -> Option<Archive> {
    // A member, the end of an empty archive, or the mark of one that was to be split.
    if [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"]
        .iter()
        .any(|mark| head.starts_with(*mark))
    {
        return Some(Archive::Zip);
    }
    head.first_chunk()
        .is_some_and(is_tar_header)
        .then_some(Archive::TarReader)
}

/// Returns whether the header's checksum is right. The oldest archives have no other mark, and no
/// text matches by chance.
pub(super) fn is_tar_header(block: &[u8; 512]) -> bool {
    let written = Header::from_byte_slice(block).cksum().ok();
    let sum = |byte: fn(&u8) -> i64| 8 * 32 + block[..148].iter().chain(&block[156..]).map(byte).sum::<i64>();
    // Some old programs summed signed bytes.
    let sums = [sum(|&byte| byte.into()), sum(|&byte| byte.cast_signed().into())];
    block[0] != 0 && written.is_some_and(|written| sums.contains(&written.into()))
}

/// Returns the encoding that a byte order mark states.
fn marked(head: &[u8]) -> Option<Encoding> {
    match head {
        [0xef, 0xbb, 0xbf, ..] if memchr::memchr(0, head).is_none() => Some(Encoding::Utf8),
        [0xff, 0xfe, ..] => Some(Encoding::Other(UTF_16LE, 2)),
        [0xfe, 0xff, ..] => Some(Encoding::Other(UTF_16BE, 2)),
        _ => None,
    }
}

/// Returns the stated encoding where `head` can be text in it: only UTF-16 contains NULs.
fn stated_text(head: &[u8], stated: &'static encoding_rs::Encoding) -> Option<Encoding> {
    let wide = stated == UTF_16LE || stated == UTF_16BE;
    (stated != UTF_8 && (wide || memchr::memchr(0, head).is_none())).then_some(Encoding::Other(stated, 0))
}

/// Detects UTF-16 without a byte order mark. All of the first characters must be printable ASCII in
/// one byte order, as JSON and CSV begin.
fn utf16(head: &[u8]) -> Option<Encoding> {
    let units = || head.as_chunks::<2>().0.iter().take(UNITS);
    let text = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    if units().len() < 2 {
        None
    } else if units().all(|&[low, high]| high == 0 && text(low)) {
        Some(Encoding::Other(UTF_16LE, 0))
    } else if units().all(|&[high, low]| high == 0 && text(low)) {
        Some(Encoding::Other(UTF_16BE, 0))
    } else {
        None
    }
}

/// Detects probable UTF-16 without a byte order mark in another script than Latin: not certain
/// enough to be read.
fn wide_text(head: &[u8]) -> Option<ForeignFormat> {
    match (
        is_wide_text(head, u16::from_le_bytes),
        is_wide_text(head, u16::from_be_bytes),
    ) {
        (true, false) => Some(UTF16_LE),
        (false, true) => Some(UTF16_BE),
        _ => None,
    }
}

/// Returns whether these are whole characters of UTF-16 with separators, no control character, and
/// at least one ASCII character in eight. Random bytes never match.
fn is_wide_text(head: &[u8], unit: fn([u8; 2]) -> u16) -> bool {
    // The last character may be cut at the end of the head.
    let pairs = head.as_chunks::<2>().0;
    let pairs = if head.len() < HEAD {
        pairs
    } else {
        &pairs[..pairs.len().saturating_sub(1)]
    };
    let chars = char::decode_utf16(pairs.iter().map(|&pair| unit(pair)));
    let Ok(text) = chars.collect::<Result<String, _>>() else {
        return false;
    };
    let plain = text.chars().filter(char::is_ascii).count();
    let foreign = |char: char| char.is_control() && !matches!(char, '\t' | '\n' | '\r') || is_private(char);
    plain * 8 >= text.chars().count()
        && text.contains(['\n', '{'])
        && is_parted(text.as_bytes())
        && !text.contains(foreign)
}

/// Returns whether a character is for private use or a noncharacter.
fn is_private(char: char) -> bool {
    matches!(char, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}'..='\u{ffff}' | '\u{f0000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn text_resembling_magic_is_text() {
        assert_eq!(StreamKind::of(b"", None), StreamKind::Text(Encoding::Utf8));
        assert_eq!(
            StreamKind::of(b"BZh9 is how bzip2 begins", None),
            StreamKind::Text(Encoding::Utf8)
        );
        assert_eq!(StreamKind::of(b"PK,name\n1,x", None), StreamKind::Text(Encoding::Utf8));
        assert_eq!(StreamKind::of(b"{\"a\":\"\x00\"}", None), StreamKind::Unread(BINARY));
        assert_eq!(StreamKind::of(&[b'0'; 600], None), StreamKind::Text(Encoding::Utf8));
    }

    #[test]
    fn text_with_nuls_stays_text() {
        let record = r#"{"event_id":"e1","time":"2026-01-16T00:00:00Z"}"#;
        let (array, nuls) = (format!("[{}]", [record; 40].join(",")), "\0".repeat(4096));
        for text in [
            format!("{}\0{}", &array[..99], &array[99..]),
            format!("time,action\n{nuls},x\n"),
            format!("{nuls}\n<14>app: {record}\r\n"),
            format!("{record}\n{{\"event_id\":\"{nuls}"),
        ] {
            assert_eq!(
                StreamKind::of(text.as_bytes(), None),
                StreamKind::Text(Encoding::Utf8),
                "{text}"
            );
        }
    }

    #[test]
    fn binary_data_is_not_text() {
        let random = |seed: u64| {
            let next = |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed | 1));
            let bytes = std::iter::successors(Some(seed), next).map(|state| state.to_be_bytes()[0]);
            bytes.take(HEAD).collect::<Vec<_>>()
        };
        for seed in 0..500 {
            let bytes = random(seed);
            assert!(!bytes.contains(&0) || !is_damaged_text(&bytes), "{seed}");
        }
        let strings = b"\0GCC: (GNU) 13.2\0libc.so.6\0{}\0printf\0\x01\x02\0".repeat(99);
        let numbers: Vec<u8> = (0..2000_u32).flat_map(u32::to_le_bytes).collect();
        for bytes in [strings, numbers, b"!<arch>\ndebian-binary  0\n\0\x02\x03".to_vec()] {
            assert_eq!(StreamKind::of(&bytes, None), StreamKind::Unread(BINARY));
        }
    }

    #[test]
    fn text_resembling_zlib_is_text() {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, &b"{\"a\":1}\n".repeat(9999)).expect("memory takes every write");
        let packed = encoder.finish().expect("memory takes every write");
        assert_eq!(
            StreamKind::of(&packed[..packed.len().min(HEAD)], None),
            StreamKind::Packed(Compression::Zlib)
        );
        assert_eq!(StreamKind::of(b"x^2,y\n1,2\n", None), StreamKind::Text(Encoding::Utf8));
    }

    #[test]
    fn utf16_without_mark_is_read_only_if_certain() {
        assert_eq!(
            StreamKind::of(&utf16le("{\"a\":1}"), None),
            StreamKind::Text(Encoding::Other(UTF_16LE, 0))
        );
        let be: Vec<u8> = "{\"a\":1}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(
            StreamKind::of(&be, None),
            StreamKind::Text(Encoding::Other(UTF_16BE, 0))
        );
        assert_eq!(
            StreamKind::of(&utf16le("{\"é\":\"日本\"}"), None),
            StreamKind::Unread(UTF16_LE)
        );
        let japanese = "時刻,操作\n2026-02-10,閲覧\n".repeat(400);
        assert_eq!(
            StreamKind::of(&utf16le(&japanese)[..HEAD], None),
            StreamKind::Unread(UTF16_LE)
        );
        let be: Vec<u8> = japanese.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(StreamKind::of(&be[..HEAD], None), StreamKind::Unread(UTF16_BE));
        assert_eq!(StreamKind::of(b"a\0", None), StreamKind::Unread(BINARY));
    }
}
