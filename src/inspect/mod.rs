//! What a log is, before there is a case: its framing, the profile that fits it best and how well, and what is in it.
//!
//! Nothing is judged here: there is no window and no agent yet.

mod fit;
mod survey;

use std::io::{self, Read as _};

use serde::Serialize;

use crate::{
    case::{InputSpec, ProfileRef},
    events::Profile,
    progress::Silent,
    sources::{self, Broken, Limits, Skipped, SourceError, Stream, discover},
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
    /// Their bytes, unpacked.
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
    /// A file that cannot be read, or is no log.
    #[error(transparent)]
    Read(#[from] SourceError),
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
    let mut skipped = set.skipped;
    for source in &set.sources {
        let contents = sources::read(source, &Limits::default(), &Silent, |stream| look(stream, &profiles))?;
        for part in contents.parts {
            let kind = Kind {
                paths: vec![part.shown],
                bytes: part.stream.bytes,
                ..part.value
            };
            match kinds
                .iter_mut()
                .find(|known| known.framing == kind.framing && known.profile() == kind.profile())
            {
                Some(known) => known.merge(kind),
                None => kinds.push(kind),
            }
        }
        skipped.extend(contents.skipped);
        skipped.extend(contents.broken.into_iter().map(|Broken { shown, fault, .. }| Skipped {
            shown,
            reason: format!("{fault}; what precedes was read"),
        }));
    }
    let skipped = skipped
        .into_iter()
        .map(|Skipped { shown, reason }| (shown, reason))
        .collect();
    Ok(Inspection { kinds, skipped })
}

/// This much of a stream is tried with every profile.
const HEAD: u64 = 1 << 20;

/// Looks at one stream, which is read once.
fn look(stream: &mut Stream<'_>, profiles: &[Profile]) -> io::Result<Kind> {
    let mut head = Vec::new();
    stream.take(HEAD).read_to_end(&mut head)?;
    let fits = fit::all(&head, (head.len() as u64) < HEAD, profiles)?;
    let best = fits
        .first()
        .and_then(|fit| profiles.iter().find(|profile| profile.name == fit.profile));
    let (framing, survey) = survey::of(head.as_slice().chain(stream), best)?;
    Ok(Kind {
        paths: Vec::new(),
        bytes: 0,
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
