//! The case and the plan of a rebuild, derived from the manifest and the files that the user has.

use std::path::{Component, Path};

use super::super::bundle_folder::BundleFolder;
use crate::{
    bundle::Manifest,
    case::{AdHoc, Case, InputSpec},
    engine::Plan,
};

/// Loads the case that the manifest's command names, from its file below the root or from its
/// flags.
pub(super) fn case(root: &Path, manifest: &Manifest) -> Result<Case, String> {
    let command: Vec<&str> = manifest.command.iter().map(String::as_str).collect();
    let unknown = || "manifest.json states a command that `report` does not write".to_owned();
    let case = match command[..] {
        ["report", name] if Path::new(name).file_name().is_some_and(|own| own == name) => Case::load(&root.join(name)),
        ["report", ref flags @ ..] => Case::ad_hoc(&ad_hoc(root, flags).ok_or_else(unknown)?),
        _ => return Err(unknown()),
    };
    case.map_err(|fault| format!("{fault}; --logs must name the folder of the case file, or a copy of it"))
}

/// Parses the flags of a case without a file. Returns `None` unless they are in the form that
/// `report` writes.
fn ad_hoc(root: &Path, flags: &[&str]) -> Option<AdHoc> {
    const ORDER: [&str; 6] = ["--logs", "--agents", "--from", "--until", "--profile", "--tenants"];
    let mut values: [Vec<String>; 6] = Default::default();
    let mut at = None;
    for flag in flags {
        match ORDER.iter().position(|own| own == flag) {
            Some(next) if at.is_none_or(|at| at < next) => at = Some(next),
            Some(_) => return None,
            None => values[at?].push((*flag).to_owned()),
        }
    }
    let [logs, agents, from, until, profile, tenants] = values;
    // Only logs may lie elsewhere: they are checked before they are read.
    let inside = |value: &String| !leads_out(value);
    if !agents.iter().chain(&profile).chain(&tenants).all(inside) {
        return None;
    }
    let only = |mut values: Vec<String>| (values.len() <= 1).then(|| values.pop());
    Some(AdHoc {
        logs,
        agents,
        from: only(from)?.unwrap_or_default(),
        until: only(until)?.unwrap_or_default(),
        profile: only(profile)?.unwrap_or_else(|| "superuser".to_owned()),
        tenants: only(tenants)?,
        base: root.to_owned(),
    })
}

/// Builds the plan over the logs of the user.
pub(super) fn plan(mut case: Case, root: &Path, bundle: &BundleFolder) -> Result<Plan, String> {
    let mut moved = Vec::new();
    // With a case file, the case and not the bundle states which folders are searched.
    let trusted = case.files.iter().any(|file| file.role == "case");
    for spec in &mut case.logs {
        moved.extend(inside(spec, root, trusted)?);
    }
    let mut plan = Plan::new(&case).map_err(|faults| {
        let faults = faults.0.iter().map(ToString::to_string);
        faults.collect::<Vec<_>>().join("; ")
    })?;
    let named = |shown: &str| {
        let found = moved.iter().find_map(|(inside, written)| {
            let below = shown.strip_prefix(inside.as_str())?;
            (below.is_empty() || below.starts_with('/')).then(|| format!("{written}{below}"))
        });
        found.unwrap_or_else(|| shown.to_owned())
    };
    // The bundle may lie in the folder of the logs.
    plan.restate(|path| !bundle.holds(path), named);
    Ok(plan)
}

/// Looks below the root for logs whose path leads out of it, as in a copy of the case. Returns the
/// path used and the path in the findings.
fn inside(spec: &mut InputSpec, root: &Path, trusted: bool) -> Result<Option<(String, String)>, String> {
    if spec.path == "-" {
        return Err("standard input cannot be read again".to_owned());
    }
    if !leads_out(&spec.path) || root.join(&spec.path).is_file() {
        return Ok(None);
    }
    let plain = Path::new(&spec.path).components().filter_map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let plain = plain.collect::<Vec<_>>().join("/");
    let fixed = |path: &str| {
        path.split(['*', '?', '[', '{'])
            .next()
            .unwrap_or_default()
            .trim_end_matches('/')
            .to_owned()
    };
    let (below, written) = (fixed(&plain), fixed(&spec.path));
    let is_below = !below.is_empty() && root.join(&below).exists();
    if !is_below && trusted {
        return Ok(None);
    }
    if !is_below {
        return Err(format!(
            "`{}` leads out of `{}`; copy it below",
            spec.path,
            root.display()
        ));
    }
    spec.path = plain;
    Ok(Some((below, written)))
}

fn leads_out(path: &str) -> bool {
    let out = |part| matches!(part, Component::ParentDir | Component::RootDir | Component::Prefix(_));
    Path::new(path).components().any(out)
}
