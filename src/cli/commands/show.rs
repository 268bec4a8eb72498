//! `show`: prints an event's original bytes.

use anyhow::bail;
use std::io::{self, IsTerminal as _, Write as _};

use tenant_impact::{
    text::{counted, visible},
    verify::{OriginalRecord, show},
};

use crate::cli::{
    args::{Output, ShowArgs},
    console,
    exit::Outcome,
    progress::Bar,
};

/// Returns a warning about what the record shows besides the row. The agent is not mentioned,
/// because every record names it.
fn gives_away(original: &OriginalRecord) -> Option<String> {
    let others = original.copies.len() > 1;
    let masked = counted(original.masked, "text", "texts");
    let what = match (others, original.masked) {
        (false, 0) => return None,
        (false, _) => format!("{masked} that the customer's copy masks"),
        (true, 0) => format!("what it says of each of the tenants `{}`", original.copies.join("`, `")),
        (true, _) => format!(
            "what it says of each of the tenants `{}`, and {masked} that their copies mask",
            original.copies.join("`, `")
        ),
    };
    Some(format!("before you hand the record out: it shows {what}"))
}

pub(crate) fn run(args: &ShowArgs, output: &Output) -> anyhow::Result<Outcome> {
    let original = match show(&args.bundle, &args.event, &args.logs, &Bar::naming_sources(output)) {
        Ok(original) => original,
        Err(fault) if fault.is_mismatch() => {
            console::error(&fault.into());
            return Ok(Outcome::Caveats);
        }
        Err(fault) => return Err(fault.into()),
    };
    if args.open && original.seal.is_none() {
        bail!("the event names no tenant, so no customer holds a commitment to its record");
    }
    let mut to = io::stdout().lock();
    if to.is_terminal() {
        writeln!(to, "{}", visible(&String::from_utf8_lossy(&original.bytes)))?;
    } else {
        to.write_all(&original.bytes)?;
    }
    to.flush()?;
    let length = counted(original.bytes.len() as u64, "byte", "bytes");
    if !output.quiet {
        console::note(&format!(
            "{length} at offset {} of `{}`, SHA-256 {}: as the bundle states, and so is the log",
            original.offset, original.path, original.sha256
        ));
    }
    if let Some(seal) = original.seal.filter(|_| args.open) {
        console::note(&format!("nonce {}, record_commitment {}", seal.nonce, seal.commitment));
        console::note(&format!(
            "with these bytes in the file RECORD, the customer checks its row by (printf {} | xxd -r -p; cat RECORD) | sha256sum",
            seal.nonce
        ));
        if let Some(warning) = gives_away(&original) {
            console::note(&warning);
        }
    }
    Ok(Outcome::Complete)
}
