//! Kinds of file that an export folder may hold and that are no log, or none that is read yet: each by its first bytes,
//! so that what is passed over is called by its name.

/// How such a file begins, and what it is, with its article.
const KINDS: [(&[u8], &str); 32] = [
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1\x15", "Parquet, which is not read yet"),
    (b"Obj\x01", "Avro, which is not read yet"),
    (b"ARROW1\0\0", "Arrow, which is not read yet"),
    (b"ElfFile\0", "a Windows event log, which is not read yet"),
    (b"\x7fELF", "an executable"),
    (b"\xfe\xed\xfa\xce", "an executable"),
    (b"\xfe\xed\xfa\xcf", "an executable"),
    (b"\xce\xfa\xed\xfe", "an executable"),
    (b"\xcf\xfa\xed\xfe", "an executable"),
    (b"\xca\xfe\xba\xbe", "an executable"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive, which is not read"),
    (b"Rar!\x1a\x07", "a RAR archive, which is not read"),
    (b"MSCF\0\0\0\0", "a cabinet archive, which is not read"),
    (b"\x1f\x9d", "compress (.Z), which is not read"),
    (b"\x04\x22\x4d\x18", "LZ4, which is not read"),
    (b"\xff\x06\x00\x00sNaPpY", "Snappy, which is not read"),
    (b"LZIP\x01", "lzip, which is not read"),
    (b"-----BEGIN PGP MESSAGE", "an encrypted message"),
    (b"age-encryption.org/v1", "an encrypted file"),
    // Before UTF-16, whose mark this one begins with.
    (b"\xff\xfe\0\0", "UTF-32 text, which is not read"),
    (b"\0\0\xfe\xff", "UTF-32 text, which is not read"),
];

/// What a file that begins so is, if it is one of these.
pub(super) fn magic(head: &[u8]) -> Option<&'static str> {
    let known = KINDS.iter().find(|(magic, _)| head.starts_with(magic));
    known.map(|(_, kind)| *kind).or_else(|| windows_executable(head))
}

/// Two letters are too few to tell text by; the header behind them holds NULs.
fn windows_executable(head: &[u8]) -> Option<&'static str> {
    let told = head.starts_with(b"MZ") && head.iter().take(64).any(|&byte| byte == 0);
    told.then_some("an executable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_called_by_its_name_and_text_by_none() {
        for (magic_bytes, kind) in KINDS {
            assert_eq!(magic(magic_bytes), Some(kind));
        }
        assert_eq!(magic(b"MZ\x90\0\x03"), Some("an executable"));
        for text in ["MZ is a name\n", "PAR1,time\n", "{\"a\":1}", "time,action\n"] {
            assert_eq!(magic(text.as_bytes()), None, "{text}");
        }
    }
}
