//! `verify`: prints every difference.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use anstyle::{AnsiColor, Color, Style};
use anyhow::Context as _;
use serde_json::json;
use tenant_impact::{
    bundle::AllowedSigners,
    text::{counted, visible},
    verify::{LogCheck, Request, SignedBy, Trust, Verification, verify_observed},
};

use crate::cli::{
    args::{Output, VerifyArgs},
    console,
    exit::Outcome,
    progress::Bar,
};

const BOLD: Style = Style::new().bold();
const BAD: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Red)));
const GOOD: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Green)));

pub(crate) fn run(args: &VerifyArgs, output: &Output) -> anyhow::Result<Outcome> {
    let trust = args
        .allowed_signers
        .as_deref()
        .map(|file| trust(file, args))
        .transpose()?;
    let has_trust = trust.is_some();
    if let Some(root) = &args.logs {
        anyhow::ensure!(
            root.is_dir(),
            "there is no folder `{}` to read the logs in",
            root.display()
        );
    }
    let found = verify_observed(
        &Request {
            folder: &args.dir,
            logs: args.logs.as_deref(),
            trust,
        },
        &Bar::naming_sources(output),
    )?;
    let printed = match (args.json, output.quiet) {
        (true, _) => as_json(&found),
        (_, true) => Ok(()),
        _ => in_words(&found, has_trust),
    };
    // Nothing may follow that says the bundle verifies if the output was cut off, as in `| head`.
    printed.or_else(console::ignore_broken_pipe)?;
    Ok(if found.mismatches.is_empty() {
        Outcome::Complete
    } else {
        Outcome::Caveats
    })
}

fn trust(file: &Path, args: &VerifyArgs) -> anyhow::Result<Trust> {
    let shown = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read the allowed signers `{shown}`"))?;
    let signers = AllowedSigners::parse(&text).with_context(|| format!("the allowed signers `{shown}`"))?;
    Ok(Trust {
        signers,
        name: args.signer.clone(),
        at: args.at,
    })
}

fn as_json(found: &Verification) -> io::Result<()> {
    let mut value = json!(found);
    value["schema"] = "tenant-impact/verification/1".into();
    value["verifies"] = found.mismatches.is_empty().into();
    console::json(&value)
}

fn in_words(found: &Verification, has_trust: bool) -> io::Result<()> {
    let mut to = anstream::stdout();
    write!(to, "{BOLD}{}{BOLD:#}", visible(&found.case))?;
    match &found.tenant {
        Some(tenant) => writeln!(to, "  the folder of {}\n", visible(tenant))?,
        None => writeln!(to, "\n")?,
    }
    for mismatch in &found.mismatches {
        let path = visible(&mismatch.path);
        writeln!(to, "{BAD}{:<9}{BAD:#} {path}: {}", mismatch.kind, mismatch.detail)?;
    }
    if !found.mismatches.is_empty() {
        writeln!(to)?;
    }
    let checked = found.checked;
    writeln!(
        to,
        "{} of {} read; {} of {} counted again",
        counted(checked.files, "file", "files"),
        counted(checked.bytes, "byte", "bytes"),
        counted(checked.events, "event", "events"),
        counted(checked.tenants, "tenant", "tenants")
    )?;
    for uncounted in &found.uncounted {
        writeln!(to, "Not counted: {uncounted}")?;
    }
    if let Some(logs) = found.logs {
        writeln!(to, "{}", in_logs(logs))?;
    }
    signatures(&mut to, &found.signatures, has_trust)?;
    match found.mismatches.len() as u64 {
        0 => writeln!(to, "{GOOD}It verifies{GOOD:#}"),
        some => writeln!(
            to,
            "{BAD}It does not verify{BAD:#}: {}",
            counted(some, "mismatch", "mismatches")
        ),
    }
}

fn in_logs(logs: LogCheck) -> String {
    format!(
        "{} of {} read again; {} cut out and the same; {} of the case the same; {} of the bundle made again and the same",
        counted(logs.files, "log", "logs"),
        counted(logs.bytes, "byte", "bytes"),
        counted(logs.records, "record", "records"),
        counted(logs.inputs, "other file", "other files"),
        counted(logs.remade, "file", "files")
    )
}

fn signatures(to: &mut impl Write, found: &[SignedBy], has_trust: bool) -> io::Result<()> {
    if found.is_empty() && !has_trust {
        writeln!(to, "Not signed: who wrote it is not known")?;
    }
    for signer in found {
        let manifests = counted(signer.manifests, "manifest", "manifests");
        let print = &signer.fingerprint;
        match &signer.principals {
            Some(names) => writeln!(to, "{manifests} signed by {} ({print})", visible(names))?,
            None if has_trust => writeln!(to, "{manifests} signed by {print}, who is not allowed")?,
            None => writeln!(
                to,
                "{manifests} signed by {print}: an {BOLD}unknown{BOLD:#} signer; --allowed-signers says whose key it must be"
            )?,
        }
    }
    Ok(())
}
