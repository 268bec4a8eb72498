//! Tar archives, member by member as they stream by. Headers are parsed by the tar crate. The walk
//! is our own, because the crate's entries cannot move to another thread, and because concatenated
//! archives are read to the last.

use std::io::{self, Read};

use tar::{EntryType, Header, PaxExtensions};

use super::{
    detect::is_tar_header,
    stream::{Stream, drain},
};

const BLOCK: usize = 512;

/// Longest name, in bytes.
const LONGEST_NAME: u64 = 1 << 20;

/// A walk through an archive.
pub(super) struct TarReader<'s, 'r> {
    stream: &'s mut Stream<'r>,
    /// Remaining bytes of the present member.
    left: u64,
    /// Size of the present member.
    size: u64,
    padding: u64,
    /// Zero blocks since the last member; two mark the end.
    zeros: usize,
    /// Bytes read in total.
    bytes: u64,
}

/// Member that a header announces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TarMember {
    pub(super) name: Vec<u8>,
    /// Reason to skip it, if any. Folders are never listed.
    pub(super) passed_over: Option<&'static str>,
}

/// Next step of the walk.
pub(super) enum TarStep {
    Member(TarMember),
    /// End of the archive, with the fault if it ended early.
    End(Option<String>),
}

/// Attributes that preceding headers give to the next member.
#[derive(Default)]
struct MemberOverrides {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl<'s, 'r> TarReader<'s, 'r> {
    pub(super) fn new(stream: &'s mut Stream<'r>) -> Self {
        Self {
            stream,
            left: 0,
            size: 0,
            padding: 0,
            zeros: 0,
            bytes: 0,
        }
    }

    /// Returns the bytes read so far.
    pub(super) fn position(&self) -> u64 {
        self.bytes
    }

    /// Skips the rest of the present member. Returns its length so far if the archive ends inside
    /// it.
    pub(super) fn cut(&mut self) -> io::Result<Option<u64>> {
        drain(self)?;
        Ok((self.left > 0).then_some(self.size - self.left))
    }

    /// Skips the present member and returns the next one.
    pub(super) fn next(&mut self) -> io::Result<TarStep> {
        let mut extra = MemberOverrides::default();
        loop {
            if self.skip()? {
                return Ok(TarStep::End(Some("it ends inside a member".to_owned())));
            }
            let mut block = [0; BLOCK];
            match self.fill(&mut block)? {
                0 if self.zeros > 1 => return Ok(TarStep::End(None)),
                0 => return Ok(TarStep::End(Some("the mark of its end is missing".to_owned()))),
                BLOCK => {}
                _ => return Ok(TarStep::End(Some("it ends inside a header".to_owned()))),
            }
            if block == [0; BLOCK] {
                self.zeros += 1;
                continue;
            }
            if !is_tar_header(&block) {
                return Ok(TarStep::End(Some("what follows is no header of a member".to_owned())));
            }
            self.zeros = 0;
            match self.header(Header::from_byte_slice(&block), &mut extra) {
                Ok(Some(member)) => return Ok(TarStep::Member(member)),
                Ok(None) => {}
                Err(TarError::Io(fault)) => return Err(fault),
                Err(TarError::Header(fault)) => return Ok(TarStep::End(Some(fault))),
            }
        }
    }

    /// Parses the header of a member. Returns `None` for folders and for headers about the next
    /// member.
    fn header(&mut self, header: &Header, extra: &mut MemberOverrides) -> Result<Option<TarMember>, TarError> {
        let size = header
            .entry_size()
            .map_err(|fault| TarError::Header(fault.to_string()))?;
        let kind = header.entry_type();
        if matches!(kind, EntryType::GNULongName | EntryType::XHeader) {
            self.begin(size);
            let text = self.name()?;
            match kind {
                EntryType::XHeader => extra.read(&text),
                _ => extra.name = Some(until_nul(&text)),
            }
            return Ok(None);
        }
        let extra = match kind {
            EntryType::GNULongLink | EntryType::XGlobalHeader => &mut MemberOverrides::default(),
            _ => &mut std::mem::take(extra),
        };
        // Links and folders have no content, whatever their header's size.
        let size = extra.size.unwrap_or(size);
        self.begin(if kind.is_hard_link() || kind.is_symlink() || kind.is_dir() {
            0
        } else {
            size
        });
        if kind == EntryType::GNUSparse {
            self.skip_sparse_map(header)?;
        }
        let name = extra.name.take().unwrap_or_else(|| header.path_bytes().into_owned());
        let folder = kind.is_dir() || name.ends_with(b"/");
        let about = matches!(kind, EntryType::GNULongLink | EntryType::XGlobalHeader);
        let passed_over = passed_over(kind, extra.sparse);
        Ok((!folder && !about).then_some(TarMember { name, passed_over }))
    }

    /// Skips the extension blocks of a sparse map, which the member's size does not include.
    fn skip_sparse_map(&mut self, header: &Header) -> Result<(), TarError> {
        let mut more = header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
        while more {
            let mut block = [0; BLOCK];
            if self.fill(&mut block)? < BLOCK {
                return Err(TarError::Header("it ends inside a header".to_owned()));
            }
            more = block[504] == 1;
        }
        Ok(())
    }

    fn begin(&mut self, size: u64) {
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
        (self.left, self.size) = (size, size);
    }

    /// Reads a name that is stored as a member of its own.
    fn name(&mut self) -> Result<Vec<u8>, TarError> {
        if self.left > LONGEST_NAME {
            return Err(TarError::Header("a name is longer than a mebibyte".to_owned()));
        }
        let mut text = Vec::new();
        self.read_to_end(&mut text)?;
        Ok(text)
    }

    /// Skips to the next header. Returns whether the stream ended before it.
    fn skip(&mut self) -> io::Result<bool> {
        let skip = std::mem::take(&mut self.left) + std::mem::take(&mut self.padding);
        let skipped = io::copy(&mut self.stream.take(skip), &mut io::sink())?;
        self.bytes += skipped;
        Ok(skipped < skip)
    }

    fn fill(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < block.len() {
            match self.stream.read(&mut block[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        self.bytes += filled as u64;
        Ok(filled)
    }
}

/// Reads the content of the present member.
impl Read for TarReader<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let pool = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.stream.read(&mut buffer[..pool])?;
        self.left -= read as u64;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Errors that end a walk.
enum TarError {
    Io(io::Error),
    Header(String),
}

impl From<io::Error> for TarError {
    fn from(fault: io::Error) -> Self {
        Self::Io(fault)
    }
}

impl MemberOverrides {
    fn read(&mut self, text: &[u8]) {
        for entry in PaxExtensions::new(text).filter_map(Result::ok) {
            match entry.key_bytes() {
                b"path" => self.name = Some(entry.value_bytes().to_owned()),
                b"size" => self.size = entry.value().ok().and_then(|size| size.parse().ok()),
                key => self.sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
    }
}

fn until_nul(text: &[u8]) -> Vec<u8> {
    text.split(|&byte| byte == 0).next().unwrap_or_default().to_owned()
}

fn passed_over(kind: EntryType, sparse: bool) -> Option<&'static str> {
    match kind {
        EntryType::Regular | EntryType::Continuous if !sparse => None,
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            Some("a file with holes, which is not read")
        }
        EntryType::Link => Some("a link to another member"),
        EntryType::Symlink => Some("a symbolic link in an archive"),
        _ => Some("not a regular file"),
    }
}
