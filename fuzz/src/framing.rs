//! Framing: records lie in order where they are said to lie, and hold everything but what stands between records; how much
//! is read at once changes nothing.

use std::io::{self, Read};

use tenant_impact::records::Blocks;

type Framed = (String, Vec<(u64, Vec<u8>)>);

/// Bytes as a log. The first says how much each read gives.
pub fn framing(bytes: &[u8]) {
    let Some((step, log)) = bytes.split_first() else { return };
    let whole = framed(log);
    check(log, &whole.1);
    let slow = Slow {
        bytes: log,
        step: usize::from(*step) + 1,
    };
    assert_eq!(framed(slow), whole, "reads of {} bytes", step + 1);
}

fn framed(log: impl Read) -> Framed {
    let mut blocks = Blocks::open(log, &["Records".to_owned()]).expect("memory");
    let mut records = Vec::new();
    for block in &mut blocks {
        let block = block.expect("memory");
        block.each(|record| records.push((record.offset, record.bytes.to_vec())));
    }
    (blocks.framing().to_string(), records)
}

fn check(log: &[u8], records: &[(u64, Vec<u8>)]) {
    let mut end = 0;
    for (offset, bytes) in records {
        let start = usize::try_from(*offset).expect("small");
        assert!(start >= end, "records overlap");
        end = start + bytes.len();
        assert_eq!(log.get(start..end), Some(&bytes[..]), "a record is where it lies");
    }
}

/// Gives so many bytes at a time.
struct Slow<'b> {
    bytes: &'b [u8],
    step: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.step.min(buffer.len());
        self.bytes.read(&mut buffer[..length])
    }
}
