//! `clean`: what killed runs left.

use std::{io::Write as _, path::Path};

use anyhow::Context as _;
use tenant_impact::{
    bundle::{Leftover, leftovers},
    text::visible,
};

use crate::cli::{console, exit::Outcome};

pub(crate) fn run(out: &Path) -> anyhow::Result<Outcome> {
    let found = leftovers(out).with_context(|| format!("cannot look beside `{}`", out.display()))?;
    let (in_use, dead): (Vec<_>, Vec<_>) = found.into_iter().partition(Leftover::is_in_use);
    let mut to = anstream::stdout();
    if in_use.is_empty() && dead.is_empty() {
        writeln!(to, "Nothing was left")?;
    }
    for leftover in dead {
        let path = leftover.path.display().to_string();
        leftover.remove().with_context(|| format!("cannot remove `{path}`"))?;
        writeln!(to, "Removed {}", visible(&path))?;
    }
    for leftover in &in_use {
        console::note(&format!(
            "`{}` is in use by a run under way, and stays",
            leftover.path.display()
        ));
    }
    Ok(if in_use.is_empty() {
        Outcome::Complete
    } else {
        Outcome::Caveats
    })
}
