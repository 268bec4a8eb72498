//! Tests that need small limits, or a file that changes while it is read.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use proptest::prelude::*;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{
    Contents, Input, Limits, RandomAccessFile, Source, SourceError, Stream, detect::HEAD, read, read_with_random_access,
};
use crate::{
    case::{InputText, ProfileRef},
    digest::Sha256,
    progress::Silent,
};

fn source(path: &Path) -> Source {
    Source {
        shown: "log".to_owned(),
        input: Input::File,
        path: path.to_owned(),
        bytes: 0,
        profile: ProfileRef::BuiltIn("superuser".to_owned()),
        tenant: None,
        entry: 0,
        text: InputText::default(),
        named: true,
    }
}

fn whole(stream: &mut Stream<'_>) -> io::Result<String> {
    let mut text = String::new();
    stream.read_to_string(&mut text).map(|_| text)
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("it is written");
    file
}

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, text) in members {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("a member");
        writer.write_all(text.as_bytes()).expect("it is written");
    }
    writer.finish().expect("a directory").into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).expect("it is written");
    packer.finish().expect("an end")
}

fn limit<T: std::fmt::Debug>(result: Result<Contents<T>, SourceError>) -> &'static str {
    match result.expect_err("the limit is reached") {
        SourceError::Limit { limit, .. } => limit,
        other => panic!("{other}"),
    }
}

/// Reads the first bytes, changes the file, and reads the rest.
fn changing(bytes: &[u8], change: impl Fn(&fs::File)) -> Contents<Vec<u8>> {
    let file = file(bytes);
    let each = |stream: &mut Stream<'_>| {
        let mut read = vec![0; 4];
        stream.read_exact(&mut read)?;
        change(file.as_file());
        stream.read_to_end(&mut read)?;
        // Bytes written after the end was reached are neither hashed nor parsed.
        change(file.as_file());
        Ok(read)
    };
    super::read(&source(file.path()), &Limits::default(), &Silent, each).expect("it is read")
}

/// Like [`changing`], with the rest read by random access.
fn changing_anywhere(bytes: &[u8], change: impl Fn(&fs::File)) -> Contents<Vec<u8>> {
    let file = file(bytes);
    let each = |stream: &mut Stream<'_>, random_access: Option<&RandomAccessFile<'_>>| {
        let random_access = random_access.expect("a file can be read so");
        // The bytes that detection has examined.
        let mut whole = vec![0; 1 << 20];
        stream.read_exact(&mut whole[..HEAD])?;
        assert!(random_access.goes_on(HEAD as u64) && !random_access.goes_on(4) && !random_access.goes_on(50_000));
        change(file.as_file());
        let read = random_access.read(HEAD as u64, &mut whole[HEAD..])?;
        whole.truncate(HEAD + read);
        random_access.count(&whole[HEAD..]);
        random_access.end();
        change(file.as_file());
        Ok(whole)
    };
    read_with_random_access(&source(file.path()), &Limits::default(), &Silent, each).expect("it is read")
}

#[test]
fn file_changed_while_read_is_reported() {
    let text = b"line\n".repeat(10_000);
    let append = |mut file: &fs::File| file.write_all(b"more\n").expect("it is written");
    let cut = |file: &fs::File| file.set_len(20_000).expect("it is cut");
    for (contents, read) in [
        (changing(&text, append), 50_005),
        (changing(&text, cut), 20_000),
        (changing_anywhere(&text, append), 50_005),
        (changing_anywhere(&text, cut), 20_000),
    ] {
        let part = &contents.parts[0];
        assert_eq!(part.file.sha256, Some(Sha256::of(&part.value)));
        assert_eq!((part.file.bytes, part.value.len() as u64), (read, read));
        let changed = contents.changed.expect("it is said");
        assert_eq!((changed.before, changed.read), (50_000, read));
        assert_ne!(changed.after, 50_000);
    }
    for contents in [changing(&text, |_| ()), changing_anywhere(&text, |_| ())] {
        assert_eq!((contents.changed, contents.parts[0].value == text), (None, true));
    }
}

#[test]
fn large_zip_is_read_from_its_file() {
    let bytes = zip(&[("b", "two"), ("a", "one")]);
    let (file, limits) = (
        file(&bytes),
        Limits {
            held: 8,
            ..Limits::default()
        },
    );
    let contents = read(&source(file.path()), &limits, &Silent, whole).expect("it is read");
    let parts: Vec<_> = contents
        .parts
        .iter()
        .map(|part| (part.shown.as_str(), part.value.as_str()))
        .collect();
    assert_eq!(parts, [("log/a", "one"), ("log/b", "two")]);
    assert_eq!(contents.parts[0].file.sha256, Some(Sha256::of(&bytes)));

    let change_file = |stream: &mut Stream<'_>| {
        let mut other = bytes.clone();
        *other.last_mut().expect("it is not empty") ^= 1;
        fs::write(file.path(), &other)?;
        whole(stream)
    };
    let fault = read(&source(file.path()), &limits, &Silent, change_file).expect_err("it was changed");
    assert!(matches!(fault, SourceError::Changed { .. }), "{fault}");
}

#[test]
fn exceeded_limit_is_named() {
    let zipped = zip(&[("a", "one")]);
    let at_most = |limits: Limits, bytes: &[u8]| {
        let file = file(bytes);
        limit(read(&source(file.path()), &limits, &Silent, whole))
    };
    let default = Limits::default;
    let packed = gzip(&vec![b'a'; 100_000]);
    assert_eq!(at_most(Limits { held: 8, ..default() }, &gzip(&zipped)), "held");
    assert_eq!(at_most(Limits { depth: 1, ..default() }, &gzip(&zipped)), "depth");
    assert_eq!(
        at_most(
            Limits {
                unpacked: 99_999,
                ..default()
            },
            &packed
        ),
        "unpacked"
    );
    let ratio = Limits {
        ratio: 10,
        ratio_from: 50_000,
        ..default()
    };
    assert_eq!(at_most(ratio, &packed), "ratio");
    assert_eq!(at_most(ratio, &zip(&[("a", &"a".repeat(100_000))])), "ratio");
    // Many small members exceed a limit together.
    let many: Vec<_> = (0..10).map(|at| (at.to_string(), "a".repeat(10_000))).collect();
    let many: Vec<_> = many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(at_most(ratio, &zip(&many)), "ratio");
}

#[test]
fn damage_keeps_what_precedes_it() {
    let member = gzip(b"one\n");
    let mut second = gzip(b"two\n");
    let check = second.len() - 8;
    second[check] ^= 1;
    for end in [second, b"rubbish".to_vec()] {
        let file = file(&[member.clone(), end.clone()].concat());
        let contents = read(&source(file.path()), &Limits::default(), &Silent, whole).expect("it is read");
        let text = if end == b"rubbish" { "one\n" } else { "one\ntwo\n" };
        assert_eq!(contents.parts[0].value, text);
        assert_eq!(contents.truncated[0].bytes, text.len() as u64);
    }
}

/// Packs the text into every container of one stream, and into archives.
fn contained(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(bytes).expect("it is written");
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
    xz.write_all(bytes).expect("it is written");
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    tar.append_data(&mut header, "a", bytes).expect("a member");
    let tar = tar.into_inner().expect("an end");
    vec![
        gzip(bytes),
        zstd::encode_all(bytes, 1).expect("it is packed"),
        bzip2.finish().expect("an end"),
        xz.finish().expect("an end"),
        zip(&[("a", text)]),
        gzip(&tar),
        tar,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Reads any damaged container as far as it goes: without panic, error, endless loop or silent
    /// loss.
    #[test]
    fn damaged_container_is_read_as_far_as_possible(
        kind in 0..7_usize, lines in 0..3_000_usize, at in any::<prop::sample::Index>(), cut in any::<bool>(), bit in 0..8_u32,
    ) {
        let text: String = (0..lines).map(|at| at.to_string() + "\n").collect();
        let mut bytes = contained(&text).swap_remove(kind);
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
        let file = file(&bytes);
        let mut source = source(file.path());
        source.named = false;
        let each = |stream: &mut Stream<'_>| {
            let mut read = Vec::new();
            stream.read_to_end(&mut read).map(|_| read)
        };
        let contents = match read(&source, &Limits::default(), &Silent, each) {
            Ok(contents) => contents,
            // The damage made a size too large.
            Err(SourceError::Limit { .. }) => return Ok(()),
            Err(fault) => panic!("{fault}"),
        };
        for part in &contents.parts {
            prop_assert_eq!(part.stream.sha256, Some(Sha256::of(&part.value)));
            prop_assert_eq!(part.file.sha256, Some(Sha256::of(&bytes)));
        }
        let value = contents.parts.first().map(|part| part.value.as_slice()).unwrap_or_default();
        if cut && at > 512 && contents.parts.len() == 1 && contents.parts[0].container != "plain" {
            prop_assert!(text.as_bytes().starts_with(value));
            prop_assert!(!contents.truncated.is_empty());
        }
    }
}
