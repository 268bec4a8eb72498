//! Drafts a profile for a log that none fits: likely time, actor, tenant, action and ids, from
//! names of fields and values, with everything else as comments.

mod fields;
mod lines;
mod roles;
mod shapes;
mod write;

use std::{
    io::{self, Cursor, Read as _},
    path::Path,
    sync::Arc,
};

use self::{fields::SeenFields, lines::LineRule, roles::Roles, write::DraftForm};
use super::{InspectError, discovered, fit, fit::Fit, survey::values, wrapped};
use crate::{
    events::{Profile, fields_by_path},
    progress::Progress,
    records::{Blocks, Framing, Header, Layout, RowReader, TableRule, TextFormat, TextReader, TextRule, recognized},
    sources::{self, Limits, Stream},
    text::json_pointer,
};

/// Records that a draft is made from.
const RECORDS: u64 = 2000;

/// Records in a hundred that a profile reads where it fits.
pub const FITS: u64 = 95;

/// A drafted profile.
#[derive(Debug)]
pub struct ProfileDraft {
    /// The TOML file.
    pub text: String,
    /// The log that it was made from.
    pub source: String,
    /// Needed fields for which nothing was found: `time`, `actor`, `action`, `year`.
    pub missing: Vec<&'static str>,
    /// The share of records that it reads, for each log under the paths; empty if fields are
    /// missing.
    pub fits: Vec<(String, Fit)>,
}

impl ProfileDraft {
    /// Whether it reads nearly all records of all logs.
    pub fn runs(&self) -> bool {
        self.missing.is_empty() && !self.fits.is_empty() && self.fits.iter().all(|(_, fit)| fit.percent() >= FITS)
    }
}

/// Drafts a profile from the first log under these paths that has records; `None` if none has.
pub fn draft(
    paths: &[String],
    base: &Path,
    name: &str,
    progress: &dyn Progress,
) -> Result<Option<ProfileDraft>, InspectError> {
    let heads = heads(paths, base, progress)?;
    let fault = |fault: io::Error| InspectError::Read(fault.to_string());
    for (source, head) in &heads {
        let Some((text, missing)) = of(head, name).map_err(fault)? else {
            continue;
        };
        let mut draft = ProfileDraft {
            text,
            source: source.clone(),
            missing,
            fits: Vec::new(),
        };
        if let (true, Ok(profile)) = (draft.missing.is_empty(), Profile::parse(name, &draft.text)) {
            let profile = std::slice::from_ref(&profile);
            for (other, head) in &heads {
                let fits = fit::measured(head, profile).map_err(fault)?;
                draft.fits.extend(fits.into_iter().map(|fit| (other.clone(), fit)));
            }
        }
        return Ok(Some(draft));
    }
    Ok(None)
}

/// The first bytes of each log.
fn heads(paths: &[String], base: &Path, progress: &dyn Progress) -> Result<Vec<(String, Vec<u8>)>, InspectError> {
    let set = discovered(paths, base)?;
    let limits = Limits {
        hashed: false,
        ..Limits::default()
    };
    let mut heads = Vec::new();
    progress.start(set.bytes());
    for source in &set.sources {
        let each = |stream: &mut Stream<'_>| {
            let mut head = Vec::new();
            stream.take(fit::HEAD).read_to_end(&mut head)?;
            Ok(head)
        };
        let contents = sources::read(source, &limits, progress, each);
        let contents = contents.map_err(|fault| InspectError::Sources(vec![fault]))?;
        heads.extend(contents.parts.into_iter().map(|part| (part.shown, part.value)));
    }
    progress.finish();
    Ok(heads)
}

/// The profile for a log that begins so and the needed fields that it lacks; `None` without
/// records.
fn of(head: &[u8], name: &str) -> io::Result<Option<(String, Vec<&'static str>)>> {
    let (form, seen) = seen(head)?;
    if seen.records == 0 || seen.fields.is_empty() {
        return Ok(None);
    }
    let mut roles = Roles::of(&seen);
    if !form.columns.is_empty() {
        roles = roles.by_values(&seen);
    }
    let needed = [
        ("year", form.lacks_year),
        ("time", roles.time.is_none() && !form.lacks_year),
        ("actor", roles.actor.is_empty() && roles.impersonator.is_empty()),
        ("action", !roles.fields.contains_key("action")),
    ];
    let missing = needed.into_iter().filter_map(|(field, lacks)| lacks.then_some(field));
    Ok(Some((write::profile(name, &form, &roles, &seen), missing.collect())))
}

/// The separation of the records, and their fields.
fn seen(head: &[u8]) -> io::Result<(DraftForm, SeenFields)> {
    let mut form = DraftForm::default();
    let framing = Blocks::open_by(head, &Layout::default())?.framing().clone();
    let rows = match &framing {
        Framing::Csv(header) => Some(Arc::clone(header)),
        _ => None,
    };
    if let Some(format) = recognized(head) {
        form.format = Some(format.name());
        let rule = Arc::new(TextRule::known(format));
        let seen = of_text(head, &rule)?;
        form.lacks_year =
            matches!(format, TextFormat::Syslog | TextFormat::Cef | TextFormat::Leef) && lacks_year(&seen);
        return Ok((form, seen));
    }
    if let (Some(_), Some(header)) = (&rows, header_below(head)) {
        let table = TableRule {
            header: Some(header.clone()),
            ..TableRule::default()
        };
        let layout = Layout {
            table: Some(&table),
            ..Layout::default()
        };
        let seen = of_records(head, &layout)?;
        form.header = Some(header);
        form.is_table = true;
        return Ok((form, seen));
    }
    if let Some(header) = rows {
        if is_table(head, &header)? {
            return of_rows(head, &header, form);
        }
    } else if let Some(list) = list_of_records(head)? {
        form.records = Some(json_pointer(list.iter().map(String::as_str)));
        let seen = of_records(
            head,
            &Layout {
                wrapper: &list,
                ..Layout::default()
            },
        )?;
        return Ok((form, seen));
    }
    let seen = of_records(head, &Layout::default())?;
    if !seen.fields.is_empty() && form.records.is_none() && !matches!(framing, Framing::Csv(_)) {
        return Ok((form, seen));
    }
    let Some(rule) = LineRule::of(&String::from_utf8_lossy(head)) else {
        return Ok((form, seen));
    };
    let Ok(compiled) = rule.compiled() else {
        return Ok((form, seen));
    };
    form.lines = Some(rule);
    let seen = of_text(head, &Arc::new(compiled))?;
    Ok((form, seen))
}

/// The list of a document that is one object, if it holds several records.
fn list_of_records(head: &[u8]) -> io::Result<Option<Vec<String>>> {
    let mut best: Option<(usize, Vec<String>)> = None;
    for list in wrapped::lists(head)?.into_iter().filter(|list| !list.is_empty()) {
        let count = wrapped::records(head, &list)?.len();
        if best.as_ref().is_none_or(|(most, _)| count > *most) {
            best = Some((count, list));
        }
    }
    let whole = wrapped::records(head, &[])?.len();
    Ok(best
        .filter(|(count, _)| *count > whole || whole <= 1)
        .map(|(_, list)| list))
}

/// Lines before a header that are looked at.
const TITLES: usize = 10;

/// Returns the beginning of the line that is the header, if lines of a title stand before it: the
/// first line all of whose cells are names, as many as the lines below it have.
fn header_below(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&head[..head.len().min(1 << 16)]);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(TITLES + 2)
        .collect();
    let is_name = |cell: &str| {
        cell.trim()
            .starts_with(|first: char| first.is_alphabetic() || first == '"')
    };
    let is_full = |line: &str, delimiter| line.split(delimiter).count() > 1 && line.split(delimiter).all(is_name);
    [',', ';', '\t', '|'].into_iter().find_map(|delimiter| {
        let at = lines.iter().position(|line| is_full(line, delimiter))?;
        let (line, below) = (lines[at], lines.get(at + 1)?);
        let width = line.split(delimiter).count();
        (at > 0 && width > 2 && below.split(delimiter).count() == width).then(|| line.trim_end().to_owned())
    })
}

/// Whether most rows are as wide as the first one.
fn is_table(head: &[u8], header: &Header) -> io::Result<bool> {
    let mut blocks = Blocks::open_by(head, &Layout::default())?;
    let mut rows = RowReader::new(header.delimiter);
    let (mut alike, mut all) = (0_usize, 0_usize);
    for block in blocks.by_ref() {
        for record in block?.records().take(50) {
            all += 1;
            alike += usize::from(rows.cells(record.bytes).len() == header.columns.len());
        }
    }
    let is_record = header.columns.iter().any(|name| name.contains('=') || name.len() > 80);
    Ok(alike * 100 >= all * 90 && !is_record)
}

/// Rows; without a header where the first one holds values.
fn of_rows(head: &[u8], header: &Header, mut form: DraftForm) -> io::Result<(DraftForm, SeenFields)> {
    form.is_table = true;
    let is_value = |name: &String| {
        let name = name.trim();
        name.starts_with(|first: char| first.is_ascii_digit()) || name.contains('@') && name.contains('.')
    };
    if !header.columns.iter().any(is_value) {
        let seen = of_records(head, &Layout::default())?;
        return Ok((form, seen));
    }
    let numbers = 1..=header.columns.len();
    form.columns = numbers.map(|number| format!("column {number}")).collect();
    let table = TableRule {
        columns: form.columns.clone(),
        ..TableRule::default()
    };
    let layout = Layout {
        table: Some(&table),
        ..Layout::default()
    };
    let seen = of_records(head, &layout)?;
    Ok((form, seen))
}

/// The fields of records by a layout that is no text.
fn of_records(head: &[u8], layout: &Layout<'_>) -> io::Result<SeenFields> {
    let mut blocks = Blocks::open_by(head, layout)?;
    let framing = blocks.framing().clone();
    let mut rows = match &framing {
        Framing::Csv(header) => Some(RowReader::new(header.delimiter)),
        _ => None,
    };
    let mut seen = SeenFields::default();
    for block in blocks.by_ref() {
        for record in block?.records() {
            if seen.records < RECORDS {
                seen.add(values(&framing, record, rows.as_mut()));
            }
        }
    }
    Ok(seen)
}

/// The fields of records of text.
fn of_text(head: &[u8], rule: &Arc<TextRule>) -> io::Result<SeenFields> {
    let layout = Layout {
        text: Some(rule),
        ..Layout::default()
    };
    let mut blocks = Blocks::open_by(Cursor::new(head), &layout)?;
    let mut reader: TextReader = rule.reader();
    let mut seen = SeenFields::default();
    for block in blocks.by_ref() {
        for record in block?.records() {
            if seen.records < RECORDS
                && let Ok(fields) = reader.read(&record)
            {
                seen.add(fields_by_path(&fields));
            }
        }
    }
    Ok(seen)
}

/// Whether the times of syslog headers have no year, and no other field is a time.
fn lacks_year(seen: &SeenFields) -> bool {
    let short =
        |value: &String| value.len() == "Jan 16 04:46:33".len() && value.starts_with(|c: char| c.is_ascii_uppercase());
    let stamps = seen
        .fields
        .iter()
        .filter(|(path, _)| path.names.last().is_some_and(|name| name == "timestamp"));
    let is_short = stamps.into_iter().any(|(_, field)| field.values.iter().any(short));
    is_short && Roles::of(seen).time.is_none()
}

#[cfg(test)]
mod tests;
