//! What the machine can do at best: the same bytes with next to no work on them. No program that
//! reads every byte, and digests or unpacks it, can be faster than these on the same number of
//! threads.
//!
//! `baselines WORK THREADS FILE...` prints a number that depends on every byte, so that no work can
//! be left out.

use std::{
    error::Error,
    fs::File,
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use libdeflater::Decompressor;
use sha2::{Digest, Sha256};

/// As much as one `read` asks for.
const CHUNK: usize = 1 << 20;

/// How far apart the stretches of a file begin that threads take in turn.
const STRETCH: u64 = 16 << 20;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let work = args.next().ok_or("usage: baselines WORK THREADS FILE...")?;
    let threads: usize = args.next().ok_or("how many threads?")?.parse()?;
    let files: Vec<_> = args.map(PathBuf::from).collect();
    let number = match work.as_str() {
        "newlines" => sum(threads, &stretches(&files)?, || |(path, start)| newlines(path, *start))?,
        "sha256" => sum(threads, &files, || |path| sha256(path))?,
        "inflate" => sum(threads, &files, || inflate(Decompressor::new()))?,
        "zstd" => sum(threads, &files, || |path| unzstd(path))?,
        other => return Err(format!("no such work: {other}; newlines, sha256, inflate or zstd").into()),
    };
    writeln!(io::stdout(), "{number}")?;
    Ok(())
}

/// The sum over all jobs, which the threads take in turn.
fn sum<J: Sync, W: FnMut(&J) -> Outcome<u64>>(
    threads: usize,
    jobs: &[J],
    worker: impl Fn() -> W + Sync,
) -> Outcome<u64> {
    let next = AtomicUsize::new(0);
    let run = || {
        let (mut work, mut sum) = (worker(), 0_u64);
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            sum = sum.wrapping_add(work(job)?);
        }
        Ok(sum)
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let mut sums = running
            .into_iter()
            .map(|thread| thread.join().expect("no thread panics"));
        sums.try_fold(0, |all: u64, sum: Outcome<u64>| Ok(all.wrapping_add(sum?)))
    })
}

/// Every file in stretches, so that one file keeps all threads busy.
fn stretches(files: &[PathBuf]) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut all = Vec::new();
    for path in files {
        let starts = (0..).map(|number| number * STRETCH);
        let length = path.metadata()?.len();
        all.extend(
            starts
                .take_while(|start| *start < length)
                .map(|start| (path.clone(), start)),
        );
    }
    Ok(all)
}

fn newlines(path: &Path, start: u64) -> Outcome<u64> {
    use std::io::{Seek, SeekFrom};
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut count = 0;
    each_chunk(file.take(STRETCH), |chunk| {
        count += memchr::memchr_iter(b'\n', chunk).count() as u64;
    })?;
    Ok(count)
}

/// The digest's first bytes as a number: enough to see that all was hashed.
fn sha256(path: &Path) -> Outcome<u64> {
    let mut hash = Sha256::new();
    each_chunk(File::open(path)?, |chunk| hash.update(chunk))?;
    let head = hash.finalize()[..8].try_into()?;
    Ok(u64::from_be_bytes(head))
}

/// libdeflate knows no streams: a file whole, into a buffer of the size that its last bytes tell.
fn inflate(mut inflater: Decompressor) -> impl FnMut(&PathBuf) -> Outcome<u64> {
    let mut unpacked = Vec::new();
    move |path| {
        let packed = std::fs::read(path)?;
        let (_, size) = packed.split_last_chunk().ok_or("no gzip file")?;
        let size = u32::from_le_bytes(*size) as usize;
        if unpacked.len() < size {
            unpacked.resize(size, 0);
        }
        Ok(inflater.gzip_decompress(&packed, &mut unpacked[..size])? as u64)
    }
}

fn unzstd(path: &Path) -> Outcome<u64> {
    let mut size = 0;
    let file = BufReader::with_capacity(CHUNK, File::open(path)?);
    each_chunk(zstd::Decoder::with_buffer(file)?, |chunk| size += chunk.len() as u64)?;
    Ok(size)
}

fn each_chunk(mut reader: impl Read, mut work: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(()),
            read => work(&buffer[..read]),
        }
    }
}
