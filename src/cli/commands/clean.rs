//! `clean`: removes what killed runs left.

use std::{io::Write as _, path::Path};

use anyhow::Context as _;
use tenant_impact::{
    bundle::{StaleOutput, stale_outputs, stale_outputs_in},
    text::visible,
};

use crate::cli::{args::Output, console, exit::Outcome};

pub(crate) fn run(out: &Path, output: &Output) -> anyhow::Result<Outcome> {
    let shown = out.display();
    let mut found = stale_outputs(out).with_context(|| format!("cannot look beside `{shown}`"))?;
    let is_folder = out.is_dir();
    if is_folder {
        found.extend(stale_outputs_in(out).with_context(|| format!("cannot look in `{shown}`"))?);
    }
    let (in_use, dead): (Vec<_>, Vec<_>) = found.into_iter().partition(StaleOutput::is_in_use);
    let mut to = anstream::stdout();
    if in_use.is_empty() && dead.is_empty() && !output.quiet {
        let inside = if is_folder { " and in it" } else { "" };
        let shown = shown.to_string();
        let shown = visible(&shown);
        writeln!(
            to,
            "Nothing was left: there is nothing named `.NAME.partial-XXXXXX` of a killed run beside `{shown}`{inside}"
        )?;
    }
    for leftover in dead {
        let path = leftover.path.display().to_string();
        leftover.remove().with_context(|| format!("cannot remove `{path}`"))?;
        if !output.quiet {
            writeln!(to, "Removed {}", visible(&path))?;
        }
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
