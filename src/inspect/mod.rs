//! What a log is, before there is a case: its framing, the profile that fits it best and how well, and what is in it.
//!
//! Nothing is judged here: there is no window and no agent yet.

mod fit;
mod survey;

use serde::Serialize;

use crate::{
    case::{InputSpec, ProfileRef},
    events::Profile,
    sources::{Skipped, Source, SourceError, discover},
    time::Timestamp,
};

pub use fit::Fit;
pub use survey::{Counted, Counts, Field, Sample, Survey};

/// Everything found under the paths asked about.
#[derive(Debug, Serialize)]
pub struct Inspection {
    /// Sources of the same framing that the same profile fits best, in the order of their first file.
    pub kinds: Vec<Kind>,
    /// Files that would be passed over, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// Sources that are alike.
#[derive(Debug, Serialize)]
pub struct Kind {
    /// Their paths, in reading order.
    pub paths: Vec<String>,
    /// Their bytes on disk.
    pub bytes: u64,
    /// How their records are told apart.
    pub framing: String,
    /// How well each profile fits, the best first; those that fit nothing are left out.
    pub fits: Vec<Fit>,
    /// What the best profile sees in them. Without a profile that fits, only how many records there are.
    pub survey: Survey,
}

impl Kind {
    /// The profile to read them with.
    pub fn profile(&self) -> Option<&str> {
        self.fits.first().map(|fit| fit.profile.as_str())
    }
}

/// Why a log could not be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// Paths that name nothing to read.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Sources(Vec<SourceError>),
    /// The operating system refused.
    #[error("cannot read `{shown}`: {fault}")]
    Read {
        /// As reached from the current folder.
        shown: String,
        /// Its answer.
        fault: std::io::Error,
    },
}

/// Looks at every file under these paths.
pub fn inspect(paths: &[String], base: &std::path::Path) -> Result<Inspection, InspectError> {
    let spec = |path: &String| InputSpec {
        path: path.clone(),
        base: base.to_owned(),
        // Which profile is what is being asked.
        profile: ProfileRef::BuiltIn(String::new()),
        tenant: None,
    };
    let set = discover(&paths.iter().map(spec).collect::<Vec<_>>()).map_err(InspectError::Sources)?;
    let profiles: Vec<Profile> = Profile::names()
        .filter_map(|name| Profile::built_in(name).ok())
        .collect();
    let mut kinds: Vec<Kind> = Vec::new();
    for source in &set.sources {
        let read = |fault| InspectError::Read {
            shown: source.shown.clone(),
            fault,
        };
        let kind = look(source, &profiles).map_err(read)?;
        match kinds
            .iter_mut()
            .find(|known| known.framing == kind.framing && known.profile() == kind.profile())
        {
            Some(known) => known.merge(kind),
            None => kinds.push(kind),
        }
    }
    let skipped = set
        .skipped
        .into_iter()
        .map(|Skipped { shown, reason }| (shown, reason))
        .collect();
    Ok(Inspection { kinds, skipped })
}

fn look(source: &Source, profiles: &[Profile]) -> std::io::Result<Kind> {
    let fits = fit::all(source, profiles)?;
    let best = fits
        .first()
        .and_then(|fit| profiles.iter().find(|profile| profile.name == fit.profile));
    let (framing, survey) = survey::of(source, best)?;
    Ok(Kind {
        paths: vec![source.shown.clone()],
        bytes: source.bytes,
        framing,
        fits,
        survey,
    })
}

impl Kind {
    fn merge(&mut self, other: Self) {
        self.paths.extend(other.paths);
        self.bytes += other.bytes;
        fit::merge(&mut self.fits, other.fits);
        self.survey.merge(other.survey);
    }
}

/// How many records an hour lie between two times, rounded to tenths; none over less than an hour.
pub fn per_hour(records: u64, first: Timestamp, last: Timestamp) -> Option<f64> {
    let seconds = u32::try_from((last.instant() - first.instant()).num_seconds())
        .ok()
        .filter(|&seconds| seconds >= 3600)?;
    let tenths = u32::try_from(u128::from(records) * 36_000 / u128::from(seconds)).ok()?;
    Some(f64::from(tenths) / 10.0)
}
