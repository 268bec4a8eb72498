//! Inspects a log before there is a case: its framing, the profile that fits best and how well, and
//! its contents.
//!
//! It judges nothing: there is no window and no agent yet.

mod fit;
mod survey;
mod wrapped;
mod draft;

use std::{
    io::{self, Cursor, Read as _},
    path::Path,
};

use rayon::prelude::*;
use serde::Serialize;

use crate::{
    case::{InputSpec, InputText, LogOrigin, ProfileRef, Wrapping},
    engine::{EngineError, Local},
    events::Profile,
    progress::Progress,
    records::{TextFormat, recognized},
    sources::{self, Contents, Limits, Skipped, SourceError, SourceSet, Stream, TextStream, Truncated, discover},
    text::visible,
    time::Timestamp,
};

pub use draft::{FITS, ProfileDraft, draft};
pub use fit::{Fit, FoundFields};
pub use survey::{Counted, Counts, Field, FieldHits, Sample, Survey};

/// Everything found under the paths asked about.
#[derive(Debug, Serialize)]
pub struct Inspection {
    /// Streams of the same container and framing that the same profile fits best, in the order of
    /// their first file.
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
    /// The container around them: `gzip`, `tar`; `plain` if there is none.
    pub container: String,
    /// The way their records are separated: as in the findings, or `text` for lines of which none
    /// holds a JSON object.
    pub framing: String,
    /// Keys that `[[logs]]` must state for the profiles to fit, where the events lie inside of
    /// something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrapping: Option<Wrapping>,
    /// The fit of each profile, the best first; those that fit nothing are left out.
    pub fits: Vec<Fit>,
    /// The profile of whose required fields most are there, if none fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<FoundFields>,
    /// Name of the format of text that the records have, if no profile fits: a value of `format` in
    /// `[text]` of a profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_format: Option<&'static str>,
    /// Columns that the header of a table names more than once, if no profile fits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubled_columns: Vec<String>,
    /// Contents as the best profile sees them; without one that fits, all there is to be mapped.
    pub survey: Survey,
}

impl Kind {
    /// Returns what keeps every profile from reading a table whose header names columns more than
    /// once; none of any other log.
    pub fn doubled(&self) -> Option<String> {
        let columns = self
            .doubled_columns
            .iter()
            .map(|column| format!("`{}`", visible(column)));
        let columns: Vec<_> = columns.collect();
        (!columns.is_empty()).then(|| {
            format!(
                "{}: named more than once in the header, so a profile that reads one refuses every row; rename all but one of each",
                columns.join(", ")
            )
        })
    }

    /// The profile to read them with.
    pub fn profile(&self) -> Option<&str> {
        self.fits.first().map(|fit| fit.profile.as_str())
    }
}

/// Reasons why a log could not be inspected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// Paths that name nothing to read.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Sources(Vec<SourceError>),
    /// The threads could not be started.
    #[error(transparent)]
    Threads(#[from] EngineError),
    /// The bytes of a log could not be framed.
    #[error("cannot read the log: {0}")]
    Read(String),
}

/// Examines every file under these paths: through the profile given, or through the built-in one
/// that fits best.
pub fn inspect(
    paths: &[String],
    base: &Path,
    through: Option<&Profile>,
    progress: &dyn Progress,
) -> Result<Inspection, InspectError> {
    let set = discovered(paths, base)?;
    let profiles: Vec<Profile> = match through {
        Some(profile) => vec![profile.clone()],
        None => Profile::names()
            .filter_map(|name| Profile::built_in(name).ok())
            .collect(),
    };
    let counts_hits = through.is_some();
    let mut found = Inspection {
        kinds: Vec::new(),
        skipped: set.skipped.iter().map(passed_over).collect(),
    };
    // The result states no digests.
    let limits = Limits {
        hashed: false,
        ..Limits::default()
    };
    let read = |source| {
        let each = |stream: &mut Stream<'_>| look(stream, &profiles, counts_hits);
        sources::read(source, &limits, progress, each)
    };
    let all = set.sources.chunks(TOGETHER);
    progress.start(set.bytes());
    Local::default().install(|| {
        for together in all {
            let contents: Vec<_> = together.par_iter().map(read).collect();
            for contents in contents {
                found.add_all(contents.map_err(|fault| InspectError::Sources(vec![fault]))?);
            }
        }
        progress.finish();
        Ok(found)
    })?
}

/// The sources under these paths.
fn discovered(paths: &[String], base: &Path) -> Result<SourceSet, InspectError> {
    let spec = |path: &String| InputSpec {
        path: path.clone(),
        base: base.to_owned(),
        // Which profile is what is being asked.
        profile: ProfileRef::BuiltIn(String::new()),
        tenant: None,
        text: InputText::default(),
        origin: LogOrigin::default(),
    };
    discover(&paths.iter().map(spec).collect::<Vec<_>>()).map_err(InspectError::Sources)
}

/// Sources that are read before their results are added up: each result takes memory until then.
const TOGETHER: usize = 64;

fn passed_over(skipped: &Skipped) -> (String, String) {
    (skipped.shown.clone(), skipped.reason.clone())
}

/// The findings of one stream.
struct Look {
    framing: String,
    wrapping: Option<Wrapping>,
    fits: Vec<Fit>,
    nearest: Option<FoundFields>,
    text_format: Option<&'static str>,
    doubled_columns: Vec<String>,
    survey: Survey,
}

fn look(stream: &mut Stream<'_>, profiles: &[Profile], counts_hits: bool) -> io::Result<Look> {
    let mut head = Vec::new();
    io::Read::take(&mut *stream, fit::HEAD).read_to_end(&mut head)?;
    let mut fits = fit::all(&head, profiles)?;
    let wrapped = if fits.is_empty() {
        wrapped::find(&head, profiles)?
    } else {
        None
    };
    let own = wrapped.as_ref().and_then(|(wrapping, fit)| {
        let built_in = ProfileRef::BuiltIn(fit.profile.clone());
        Profile::resolve(&built_in, wrapping).ok()
    });
    if let Some(own) = &own {
        fits = fit::all(&head, std::slice::from_ref(own))?;
    }
    let nearest = if fits.is_empty() {
        fit::nearest(&head, profiles)?
    } else {
        None
    };
    let doubled_columns = match (fits.first(), profiles.first()) {
        (None, Some(profile)) => fit::doubled(&head, profile)?,
        _ => Vec::new(),
    };
    let best = fits.first().and_then(|fit| {
        let known = profiles.iter().find(|profile| profile.name == fit.profile);
        own.as_ref().or(known)
    });
    let text_format = match best {
        Some(_) => None,
        None => recognized(&head).map(TextFormat::name),
    };
    let (framing, survey) = survey::of(Cursor::new(head).chain(stream), best, counts_hits)?;
    Ok(Look {
        framing,
        wrapping: wrapped.map(|(wrapping, _)| wrapping).filter(|_| best.is_some()),
        fits,
        nearest,
        text_format,
        doubled_columns,
        survey,
    })
}

impl Inspection {
    fn add_all(&mut self, contents: Contents<Look>) {
        self.skipped.extend(contents.skipped.iter().map(passed_over));
        let broken = |broken: Truncated| (broken.shown, format!("ends before it should: {}", broken.fault));
        self.skipped.extend(contents.truncated.into_iter().map(broken));
        contents.parts.into_iter().for_each(|part| self.add(part));
    }

    fn add(&mut self, part: TextStream<Look>) {
        let look = part.value;
        let kind = Kind {
            paths: vec![part.shown],
            bytes: part.stream.bytes,
            container: part.container,
            framing: look.framing,
            wrapping: look.wrapping,
            fits: look.fits,
            nearest: look.nearest,
            text_format: look.text_format,
            doubled_columns: look.doubled_columns,
            survey: look.survey,
        };
        match self.kinds.iter_mut().find(|known| known.is_like(&kind)) {
            Some(known) => known.merge(kind),
            None => self.kinds.push(kind),
        }
    }
}

impl Kind {
    fn is_like(&self, other: &Self) -> bool {
        let key = |kind: &Self| (kind.container.clone(), kind.framing.clone(), kind.text_format);
        key(self) == key(other) && (&self.wrapping, self.profile()) == (&other.wrapping, other.profile())
    }

    fn merge(&mut self, other: Self) {
        self.paths.extend(other.paths);
        self.bytes += other.bytes;
        fit::merge(&mut self.fits, other.fits);
        self.nearest = fit::merge_found_fields(self.nearest.take(), other.nearest);
        self.doubled_columns.extend(other.doubled_columns);
        self.doubled_columns.sort_unstable();
        self.doubled_columns.dedup();
        self.survey.merge(other.survey);
    }
}

/// Records an hour between two times, rounded to tenths; none over less than an hour.
pub fn per_hour(records: u64, first: Timestamp, last: Timestamp) -> Option<f64> {
    let seconds = u32::try_from((last.instant() - first.instant()).num_seconds())
        .ok()
        .filter(|&seconds| seconds >= 3600)?;
    let tenths = u32::try_from(u128::from(records) * 36_000 / u128::from(seconds)).ok()?;
    Some(f64::from(tenths) / 10.0)
}
