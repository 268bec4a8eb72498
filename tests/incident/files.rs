//! The folder: logs, lists, case file and truth.

use std::fs;
use std::io::{self, BufWriter, Error, ErrorKind, Write};
use std::path::Path;

use serde::Serialize;

use crate::agents;
use crate::cast::Cast;
use crate::exports::{Line, Source};
use crate::record::HEADER;
use crate::scenario::Scenario;
use crate::tenants;
use crate::truth::Truth;

/// Template of the case file. Only the identifier and the size of incidents differ.
const CASE: &str = include_str!("case.toml");

/// Refuses to mix a new incident into an old folder.
pub(crate) fn must_not_exist(out: &Path) -> io::Result<()> {
    if out.exists() {
        let message = format!("`{}` exists already; name a new folder", out.display());
        return Err(Error::new(ErrorKind::AlreadyExists, message));
    }
    Ok(())
}

/// Writes everything. Files of an earlier run are overwritten; they are the same for the same
/// version.
pub(crate) fn write(scenario: &Scenario, cast: &Cast, sources: &[Source], truth: &Truth, out: &Path) -> io::Result<()> {
    for source in sources {
        let path = out.join(&source.path);
        fs::create_dir_all(path.parent().expect("a log lies in a folder"))?;
        let write = if source.csv { csv } else { jsonl };
        write(&source.lines, &path)?;
    }
    agents::write(cast.listed(), &out.join("agents.csv"))?;
    fs::write(out.join("agents.lock"), agents::lock(&agents::codes(cast.listed())))?;
    tenants::write(&cast.tenants, &out.join("tenants.csv"))?;
    fs::write(out.join("case.toml"), CASE.replace("{case}", scenario.case))?;
    json(truth, &out.join("truth.json"))
}

/// Writes a value as JSON for people.
pub(crate) fn json(value: &impl Serialize, path: &Path) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    fs::write(path, text)
}

fn jsonl(lines: &[Line], path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    let mut bytes = Vec::new();
    for line in lines {
        bytes.clear();
        match line {
            Line::Event(_, event, stamp) => event.write_json(*stamp, &mut bytes),
            Line::Broken(broken) => writeln!(bytes, "{}", broken.text)?,
            Line::Blank => bytes.push(b'\n'),
        }
        file.write_all(&bytes)?;
    }
    file.flush()
}

fn csv(lines: &[Line], path: &Path) -> io::Result<()> {
    let mut csv = csv::Writer::from_path(path)?;
    csv.write_record(HEADER)?;
    for line in lines {
        if let Line::Event(_, event, stamp) = line {
            csv.write_record(event.cells(&stamp.write(event.at)))?;
        }
    }
    csv.flush()
}
