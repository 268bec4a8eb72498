//! Where in a file a stream lies: how it is shown, and what it is inside of.

use std::io;

use super::watch::{Fatal, Watch};

/// Where in a file a stream lies.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) shown: String,
    /// What it is inside of, the outermost first.
    pub(super) containers: Vec<&'static str>,
    /// The case names it, rather than the folder or the archive it lies in.
    pub(super) named: bool,
}

impl Place {
    pub(super) fn inside(&self, container: &'static str, watch: &Watch<'_>) -> io::Result<Self> {
        let mut inside = self.clone();
        inside.containers.push(container);
        if inside.containers.len() > watch.limits.depth {
            let most = watch.limits.depth as u64;
            return Err(watch.fail(Fatal::Limit(
                "holds too many containers inside each other",
                "depth",
                most,
            )));
        }
        Ok(inside)
    }

    pub(super) fn container(&self) -> String {
        if self.containers.is_empty() {
            "plain".to_owned()
        } else {
            self.containers.join("/")
        }
    }
}
