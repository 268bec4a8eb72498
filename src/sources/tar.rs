//! Tar archives, member by member as they stream by. The headers are the tar crate's; the walk is our own, because its
//! entries cannot be handed to another thread, and because archives put one behind the other are read to the last.

use std::io::{self, Read};

use tar::{EntryType, Header, PaxExtensions};

use super::{
    detect::is_tar_header,
    stream::{Stream, drain},
};

const BLOCK: usize = 512;

/// A name longer than this is no name.
const LONGEST_NAME: u64 = 1 << 20;

/// A walk through an archive.
pub(super) struct TarReader<'s, 'r> {
    stream: &'s mut Stream<'r>,
    /// What is left of the present member.
    left: u64,
    /// All of the present member.
    size: u64,
    padding: u64,
    /// Blocks of zeros since the last member; two are the mark of the end.
    zeros: usize,
    /// Bytes read in all.
    bytes: u64,
}

/// What a header announces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TarMember {
    pub(super) name: Vec<u8>,
    /// Why it is not to be read, if it is not; folders are nothing to read and are never shown.
    pub(super) passed_over: Option<&'static str>,
}

/// How the walk goes on.
pub(super) enum TarStep {
    Member(TarMember),
    /// The archive is over; if it did not end as it should, why.
    End(Option<String>),
}

/// What precedes a member and is about it.
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

    /// How far it was read.
    pub(super) fn position(&self) -> u64 {
        self.bytes
    }

    /// Reads what is left of the present member. If the archive ends inside it, how much of it there was.
    pub(super) fn cut(&mut self) -> io::Result<Option<u64>> {
        drain(self)?;
        Ok((self.left > 0).then_some(self.size - self.left))
    }

    /// The next member, whatever was left of the one before.
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

    /// The member that a header announces; none if it is about the one that follows, or a folder.
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
        // Links and folders have no content, whatever their size says.
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

    /// The map of a sparse file goes on in blocks of its own, which its size does not count.
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

    /// A name or the like, which is a member of its own.
    fn name(&mut self) -> Result<Vec<u8>, TarError> {
        if self.left > LONGEST_NAME {
            return Err(TarError::Header("a name is longer than a mebibyte".to_owned()));
        }
        let mut text = Vec::new();
        self.read_to_end(&mut text)?;
        Ok(text)
    }

    /// Goes to the next header. Whether the stream ended before it.
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

/// The content of the present member.
impl Read for TarReader<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let pool = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.stream.read(&mut buffer[..pool])?;
        self.left -= read as u64;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Why a walk stops.
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
