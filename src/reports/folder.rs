//! Destination of rendered files. Files are in memory in pieces only while they are written.

use std::io::{self, Write};

/// Receives files, in a folder on disk or in memory.
pub trait Folder {
    /// Error of the destination.
    type Fault;

    /// Takes one file: everything that `content` writes, in that order.
    fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Self::Fault>;
}

/// One file in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Path in its folder, with `/`.
    pub path: String,
    /// Content of the file.
    pub bytes: Vec<u8>,
}

impl Folder for Vec<Artifact> {
    type Fault = io::Error;

    fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut bytes = Vec::new();
        content(&mut bytes)?;
        self.push(Artifact {
            path: path.to_owned(),
            bytes,
        });
        Ok(())
    }
}

/// Keeps nothing.
pub(super) struct Nowhere;

impl Folder for Nowhere {
    type Fault = io::Error;

    fn file(&mut self, _: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        content(&mut io::sink())
    }
}
