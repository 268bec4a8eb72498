//! Where in a file a stream lies: how it is shown, and what it is inside of.

use std::io;

use super::limit_guard::{Fatal, LimitGuard};

/// Where in a file a stream lies.
#[derive(Debug, Clone)]
pub(super) struct MemberPath {
    pub(super) shown: String,
    /// What it is inside of, the outermost first.
    pub(super) containers: Vec<&'static str>,
    /// The case names it, rather than the folder or the archive it lies in.
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
