//! `inspect`: prints what a log contains, before there is a case.

use std::io::{self, Write};

use tenant_impact::{
    inspect::{Counts, Inspection, Kind, Sample, per_hour},
    text::{counted, grouped, shortened, visible},
};

use super::{init::wrapping_keys, own_profile};
use crate::cli::{
    args::{InspectArgs, Output},
    console,
    exit::Outcome,
};

/// Number of values of each kind that are printed.
const TOP: usize = 5;

/// Number of fields that are listed if no profile fits.
const PATHS: usize = 40;

/// Number of unmapped fields that are printed.
const FIELDS: usize = 12;

pub(crate) fn run(args: &InspectArgs, output: &Output) -> anyhow::Result<Outcome> {
    let found = own_profile::inspected(&args.paths, args.profile.as_ref(), output)?;
    let printed = match (args.json, output.quiet) {
        (true, _) => console::json(&found),
        (_, true) => Ok(()),
        _ => table(&mut anstream::stdout(), &found),
    };
    printed.or_else(console::ignore_broken_pipe)?;
    let is_read = |kind: &Kind| match kind.profile() {
        // Of a profile that was asked for, each record is the answer.
        Some(_) => args.profile.is_none() || kind.survey.refused == 0,
        None => kind.survey.records == 0 && kind.text_format.is_none(),
    };
    let read = found.kinds.iter().all(is_read);
    Ok(if read && found.skipped.is_empty() {
        Outcome::Complete
    } else {
        Outcome::Caveats
    })
}

fn table(to: &mut impl Write, found: &Inspection) -> io::Result<()> {
    for kind in &found.kinds {
        heading(to, kind)?;
        profile(to, kind)?;
        contents(to, kind)?;
        writeln!(to)?;
    }
    for (path, reason) in &found.skipped {
        writeln!(to, "passed over  {}: {reason}", visible(path))?;
    }
    Ok(())
}

fn heading(to: &mut impl Write, kind: &Kind) -> io::Result<()> {
    let first = kind.paths.first().map(|path| visible(path)).unwrap_or_default();
    let more = match kind.paths.len() - 1 {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as u64)),
    };
    let records = counted(kind.survey.records, "record", "records");
    let framing = match kind.framing.as_str() {
        "text" => "lines of text",
        framing => framing,
    };
    let framing = match kind.container.as_str() {
        "plain" => framing.to_owned(),
        container => format!("{framing} in {container}"),
    };
    writeln!(
        to,
        "{first}{more}\n  {framing}, {records}, {} bytes",
        grouped(kind.bytes)
    )
}

fn profile(to: &mut impl Write, kind: &Kind) -> io::Result<()> {
    let Some(best) = kind.fits.first() else {
        return no_profile(to, kind);
    };
    if let Some(wrapping) = &kind.wrapping {
        line(
            to,
            "wrapped",
            &format!("state in its [[logs]]: {}", wrapping_keys(wrapping).join(", ")),
        )?;
    }
    let fit = |fit: &tenant_impact::inspect::Fit| format!("{} {} %", fit.profile, fit.percent());
    let others: Vec<_> = kind.fits[1..].iter().take(3).map(fit).collect();
    let others = if others.is_empty() {
        String::new()
    } else {
        format!("; then {}", others.join(", "))
    };
    let tried = counted(best.tried, "record tried has", "records tried have");
    line(
        to,
        "profile",
        &format!(
            "{}: {} % of {tried} a time, an actor and an action{others}",
            best.profile,
            best.percent()
        ),
    )?;
    match kind.survey.refused {
        0 => Ok(()),
        refused => line(
            to,
            "refused",
            &format!("{} of all {}", grouped(refused), grouped(kind.survey.records)),
        ),
    }
}

/// Prints the nearest profile, the fields to be mapped and the first records, for logs that no
/// profile fits.
fn no_profile(to: &mut impl Write, kind: &Kind) -> io::Result<()> {
    let start = match &kind.nearest {
        Some(found) => {
            let of = |count: u64, what: &str| format!("{what} in {}", grouped(count));
            let near = format!(
                "none fits. Nearest is {}: of {} it finds {}, {}, {}",
                found.profile,
                counted(found.tried, "record", "records"),
                of(found.time, "a time"),
                of(found.actor, "an actor"),
                of(found.action, "an action")
            );
            line(to, "profile", &near)?;
            found.profile.as_str()
        }
        None => {
            line(to, "profile", "none fits, and none finds a time, an actor or an action")?;
            "superuser"
        }
    };
    if let Some(doubled) = kind.doubled() {
        line(to, "columns", &doubled)?;
    }
    let next = match (kind.text_format, kind.framing.as_str()) {
        (Some(format), _) => {
            format!(
                "these records are {format}: `tenant-impact profiles draft` writes a profile with `[text]` and `format = \"{format}\"`; \
                 see docs/profiles.md"
            )
        }
        (None, "text") => {
            "these lines hold no JSON object and no columns: `tenant-impact profiles draft` writes a profile whose `[text]` \
             matches them by a regular expression, if they begin with a time; see docs/profiles.md"
                .to_owned()
        }
        _ => format!(
            "`tenant-impact profiles draft` writes a profile to complete; or start from `tenant-impact profiles show {start}`; see \
             docs/profiles.md"
        ),
    };
    line(to, "next", &next)?;
    for field in kind.survey.unmapped.iter().take(PATHS) {
        let share = format!("in {}", grouped(field.count));
        let text = format!("{}  {share}: {}", visible(&field.path), visible(&field.example));
        line(to, "field", &text)?;
    }
    let more = kind.survey.unmapped.len().saturating_sub(PATHS);
    if more > 0 {
        line(
            to,
            "",
            &format!("and {} more fields; --json lists all", grouped(more as u64)),
        )?;
    }
    let beginnings = kind.survey.beginnings.iter();
    beginnings
        .map(|record| visible(record))
        .try_for_each(|record| line(to, "as logged", &record))
}

fn contents(to: &mut impl Write, kind: &Kind) -> io::Result<()> {
    let survey = &kind.survey;
    if let (Some(first), Some(last)) = (survey.first, survey.last) {
        let rate = per_hour(survey.records - survey.refused, first, last);
        let rate = rate
            .map(|rate| format!(", {rate:.1} records an hour"))
            .unwrap_or_default();
        line(to, "time", &format!("{first} to {last}{rate}"))?;
    }
    if !survey.hits.is_empty() && kind.profile().is_some() {
        let events = survey.records - survey.refused;
        line(
            to,
            "fields",
            &format!("with a value, of {} read:", counted(events, "record", "records")),
        )?;
        for hits in &survey.hits {
            line(to, "", &format!("{:<24} {}", hits.field, grouped(hits.events)))?;
        }
    }
    for refusal in &survey.refusals {
        line(to, "refused", &visible(refusal))?;
    }
    top(to, "actors", &survey.actors)?;
    top(to, "tenants", &survey.tenants)?;
    top(to, "actions", &survey.actions)?;
    if kind.profile().is_some() && !survey.unmapped.is_empty() {
        let fields: Vec<_> = survey
            .unmapped
            .iter()
            .take(FIELDS)
            .map(|field| visible(&field.path).into_owned())
            .collect();
        let more = match survey.unmapped.len().saturating_sub(FIELDS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        line(to, "not mapped", &format!("{}{more}", fields.join(" ")))?;
    }
    survey
        .samples
        .iter()
        .try_for_each(|one| line(to, "record", &sample(one)))
}

fn top(to: &mut impl Write, name: &str, counts: &Counts) -> io::Result<()> {
    if counts.distinct() == 0 {
        return Ok(());
    }
    let shown = |one: &tenant_impact::inspect::Counted| {
        format!("{} {}", shortened(&visible(&one.value), 48), grouped(one.count))
    };
    let top: Vec<_> = counts.top(TOP).iter().map(shown).collect();
    let more = match counts.distinct().saturating_sub(TOP) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as u64)),
    };
    line(to, name, &format!("{}{more}", top.join(", ")))
}

fn sample(one: &Sample) -> String {
    let actors: Vec<_> = one
        .actors
        .iter()
        .map(|(label, value)| format!("{label} {}", visible(value)))
        .collect();
    let tenants = if one.tenants.is_empty() {
        "no tenant".to_owned()
    } else {
        visible(&one.tenants.join(", ")).into_owned()
    };
    format!(
        "{}  {} in {tenants}: {}, by {}",
        one.time,
        visible(&one.action),
        one.outcome,
        actors.join(", ")
    )
}

fn line(to: &mut impl Write, name: &str, text: &str) -> io::Result<()> {
    writeln!(to, "  {name:<11} {text}")
}
