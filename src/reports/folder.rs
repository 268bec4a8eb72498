//! Where rendered files go: on their way they are in memory by pieces only.

use std::io::{self, Write};

/// Takes files. What it is, a folder on a disk or a place in memory, is somebody else's matter.
pub trait Folder {
    /// Why it cannot take one.
    type Fault;

    /// Takes one file: everything that `content` writes, in that order.
    fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Self::Fault>;
}

/// One file in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Where in its folder, with `/`.
    pub path: String,
    /// What is in it.
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
