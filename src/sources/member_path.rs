//! Location of a stream within a file: its display path and its containers.

use std::io;

use super::limit_guard::{Fatal, LimitGuard};

/// Location of a stream within a file.
#[derive(Debug, Clone)]
pub(super) struct MemberPath {
    pub(super) shown: String,
    /// Containers around the stream, the outermost first.
    pub(super) containers: Vec<&'static str>,
    /// Whether the case names the file, rather than the folder or archive it lies in.
    pub(super) named: bool,
}

impl MemberPath {
    pub(super) fn inside(&self, container: &'static str, guard: &LimitGuard<'_>) -> io::Result<Self> {
        let mut inside = self.clone();
        inside.containers.push(container);
        if inside.containers.len() > guard.limits.depth {
            let most = guard.limits.depth as u64;
            return Err(guard.fail(Fatal::Limit(
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
