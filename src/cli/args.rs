//! The command line. Help, man pages and completions are generated from these definitions.

use std::{ffi::OsStr, num::NonZeroUsize, path::PathBuf};

use bytesize::ByteSize;
use clap::{
    Arg, ArgAction, Args as ClapArgs, ColorChoice, Parser, Subcommand, ValueHint,
    builder::{NonEmptyStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser},
};
use clap_complete::Shell;
use tenant_impact::{catalogue::Catalogue, events::Profile, findings::CaveatCode, time::Timestamp};

const EXIT: &str = "\
Exit status:
  0  complete
  1  finished, read the caveats: refused records, a gap in the logs, an unknown tenant, nothing found
  2  not done: wrong usage, a fault in the case, or the machine failed; nothing was written";

const REPORT_EXAMPLES: &str = "\
Examples:
  # The case says what is asked, of whom, and where the logs are
  tenant-impact report case.toml --out impact-report

  # The same without a case file, to scope quickly
  tenant-impact report --logs exports/ --agents agents.csv \\
      --from 2026-01-16T00:00:00Z --until 2026-01-21T00:00:00Z --out impact-report

  # Two identities, two kinds of path, figures for a script
  tenant-impact report --logs 'trail/*.json' --profile aws-cloudtrail \\
      --agents ann bob@support.example --from 2026-01-16T00:00:00+01:00 \\
      --until 2026-01-16T12:00:00+01:00 --out found --json";

const PLAN_EXAMPLES: &str = "\
Examples:
  # A plan, a partial of each split on any machine, and the bundle that `report` writes on one
  tenant-impact plan case.toml --out plan
  seq 0 $(($(jq '.splits | length' plan/plan.json) - 1)) |
      parallel tenant-impact partial plan --split {} --out parts/{}.partial
  tenant-impact merge plan parts --out impact-report";

const SCAN_EXAMPLES: &str = "\
Examples:
  # Which customers would get a report, and is anything in the logs amiss?
  tenant-impact scan case.toml

  # What changes if the window of a scope opens a day earlier, or without one agent?
  tenant-impact scan case.toml --scope possible --from 2026-01-15T00:00:00Z
  tenant-impact scan case.toml --without ag-07 --json

  # A first look without a case file
  tenant-impact scan --logs exports/ --agents agents.csv --no-hash \\
      --from 2026-01-15T00:00:00Z --until 2026-01-21T00:00:00Z --json | jq .impact";

/// What exactly was done in each customer's tenant, by these support agents, in this window
///
/// Reads the access logs of an internal admin tool, judges every record against a compromise window
/// and the support agents' identities, and writes one report per customer: complete, the same every
/// time, with no word about any other.
#[derive(Debug, Parser)]
#[command(name = "tenant-impact", version, long_version = LONG_VERSION, after_help = EXIT, max_term_width = 100)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) output: Output,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The version and what distinguishes two builds of it: revision and digest of the sources (see
/// build.rs), target, profile and compiler.
const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nrevision: ",
    env!("TENANT_IMPACT_REVISION"),
    "\nsources:  ",
    env!("TENANT_IMPACT_SOURCES"),
    "\ntarget:   ",
    env!("TENANT_IMPACT_TARGET"),
    "\nprofile:  ",
    env!("TENANT_IMPACT_PROFILE"),
    "\ncompiler: ",
    env!("TENANT_IMPACT_COMPILER")
);

/// Options of output, the same for every command.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// Print nothing but errors, and the output of --json
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Name on standard error each log that is read, with its framing and profile; twice: also how
    /// its records were judged, and the time of each stage
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = false
    )]
    pub(crate) color: ColorChoice,

    /// Show no progress bar. There is none if standard error is no terminal
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

impl Output {
    /// Returns whether a bar may be shown.
    pub(crate) fn progress(&self) -> bool {
        !self.quiet && !self.no_progress
    }

    /// Applies `--color` to all later output.
    pub(crate) fn apply_color(&self) {
        match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan the logs and write the bundle: one report per customer, and an overview for the vendor
    Report(Box<ReportArgs>),
    /// Scan the logs and print what was found, without writing anything: for a first look, and to
    /// draw the scope
    Scan(Box<ScanArgs>),
    /// Plan a report whose logs are read in parts, by any number of machines: lock the case, and
    /// list the logs and their splits
    Plan(PlanArgs),
    /// Read one split of a plan, and write what it brought to a file
    Partial(PartialArgs),
    /// Add up the partials of all splits of a plan, and write the bundle that `report` writes on
    /// one machine
    Merge(Box<MergeArgs>),
    /// Check that a bundle, or one customer's folder of it, is unchanged and that its figures add
    /// up
    Verify(VerifyArgs),
    /// Print an event's original bytes from its log, and check them
    Show(ShowArgs),
    /// Remove what a killed run left beside its bundle
    Clean {
        /// The folder that the run was to write (the DIR of its --out), or the parent of that
        /// folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        out: PathBuf,
    },
    /// Print what a log contains: its framing, the profile that fits best, time span, actors,
    /// tenants
    Inspect(InspectArgs),
    /// Write a case file that runs, with comments, for these logs and agents
    Init(InitArgs),
    /// Show the field-mapping profiles that are built in, draft one from a log, or check a file
    #[command(subcommand)]
    Profiles(ProfilesCommand),
    /// Draft the catalogue entries that a log needs, or show those that are built in
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Print the JSON Schema of a file that this program writes: findings.json, manifest.json, a
    /// plan and others
    Schema(SchemaArgs),
    /// Print the completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual pages in roff, or write each to a file
    Man {
        /// Write each page to a file in this folder: tenant-impact.1, tenant-impact-report.1 and so
        /// on
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        out: Option<PathBuf>,
    },
}

impl Command {
    /// Returns the name of the command.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Report(_) => "report",
            Self::Scan(_) => "scan",
            Self::Plan(_) => "plan",
            Self::Partial(_) => "partial",
            Self::Merge(_) => "merge",
            Self::Verify(_) => "verify",
            Self::Show(_) => "show",
            Self::Clean { .. } => "clean",
            Self::Inspect(_) => "inspect",
            Self::Init(_) => "init",
            Self::Profiles(_) => "profiles",
            Self::Catalogue(_) => "catalogue",
            Self::Schema(_) => "schema",
            Self::Completions { .. } => "completions",
            Self::Man { .. } => "man",
        }
    }

    /// Returns whether JSON output was requested. Errors are JSON then, too.
    pub(crate) fn as_json(&self) -> bool {
        match self {
            Self::Report(args) => args.json,
            Self::Scan(args) => args.json,
            Self::Plan(args) => args.json,
            Self::Partial(args) => args.json,
            Self::Merge(args) => args.json,
            Self::Verify(args) => args.json,
            Self::Inspect(args) => args.json,
            Self::Profiles(ProfilesCommand::List { json }) => *json,
            _ => false,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = REPORT_EXAMPLES, after_long_help = format!("{REPORT_EXAMPLES}\n\n{EXIT}"))]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) question: Question,

    /// Where to write the bundle; must not exist
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: PathBuf,

    /// Sign the bundle and each customer's folder with this OpenSSH key: a private key, or the
    /// `.pub` file of one that an ssh-agent or a hardware token holds
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath)]
    pub(crate) sign: Option<PathBuf>,

    /// Print a summary as JSON instead of a table, and errors as JSON on standard error
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = PLAN_EXAMPLES, after_long_help = format!("{PLAN_EXAMPLES}\n\n{EXIT}"))]
pub(crate) struct PlanArgs {
    /// The case file (TOML). Its agents' pseudonyms are pinned in `agents.lock` beside it
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) case: PathBuf,

    /// Folder to write the plan to; must not exist. It holds the key of `agents.lock`: keep it as
    /// safe
    #[arg(long, value_name = "PLAN", value_hint = ValueHint::DirPath)]
    pub(crate) out: PathBuf,

    /// Size of the parts that logs in JSON Lines and CSV are cut into, at least 64KiB; 0 reads
    /// every log whole. All others are read whole
    #[arg(long, value_name = "SIZE", value_parser = split_size, default_value = "256MiB")]
    pub(crate) split_size: u64,

    /// Print a summary as JSON, and errors as JSON on standard error
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PartialArgs {
    /// The folder of the plan
    #[arg(value_name = "PLAN", value_hint = ValueHint::DirPath)]
    pub(crate) plan: PathBuf,

    /// Number of the split, from 0
    #[arg(long, value_name = "N")]
    pub(crate) split: usize,

    /// File to write the partial to; one of this name is replaced. End it in `.partial`, so that
    /// `merge` finds it in its folder
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,

    /// Number of threads to use; the partial is the same for any [default: one for each core]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Print the partial's head as JSON, and errors as JSON on standard error
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MergeArgs {
    /// The folder of the plan
    #[arg(value_name = "PLAN", value_hint = ValueHint::DirPath)]
    pub(crate) plan: PathBuf,

    /// The partials of all splits: files, or folders of files that end in `.partial`
    #[arg(value_name = "PARTIAL", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) partials: Vec<PathBuf>,

    /// Folder to write the bundle to; must not exist
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: PathBuf,

    /// Sign the bundle and each customer's folder with this OpenSSH key, as `report` does
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath)]
    pub(crate) sign: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) run: RunArgs,

    /// Print a summary as JSON instead of a table, and errors as JSON on standard error
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = SCAN_EXAMPLES, after_long_help = format!("{SCAN_EXAMPLES}\n\n{EXIT}"))]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) question: Question,

    /// Leave out this agent, by its id or an identity, and state what that changes; --from and
    /// --until state what another window changes
    #[arg(long, value_name = "AGENT", num_args = 1.., requires = "case", help_heading = "Differences to a case")]
    pub(crate) without: Vec<String>,

    /// Take in this agent or identity, listed or not, and state what that changes
    #[arg(long, value_name = "ID", num_args = 1.., requires = "case", help_heading = "Differences to a case")]
    pub(crate) with: Vec<String>,

    /// The scope of the case that differs [default: all; for a window, the only one]
    #[arg(long, value_name = "NAME", requires = "case", help_heading = "Differences to a case")]
    pub(crate) scope: Option<String>,

    /// Compute no SHA-256 of the logs: faster, but the findings prove nothing
    #[arg(long)]
    pub(crate) no_hash: bool,

    /// Print the findings as JSON, as `report` writes them to findings.json, and errors as JSON on
    /// standard error
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of every run that makes findings.
#[derive(Debug, ClapArgs)]
pub(crate) struct RunArgs {
    /// Number of threads; the answer is the same for any number [default: one for each core]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Memory for the events in scope: 512MiB, 4GiB. Events beyond go to a temporary file; the
    /// answer is the same [default: what the case says under [limits], else 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub(crate) memory: Option<u64>,

    /// Codes of caveats that do not make the exit status 1; they are reported all the same
    #[arg(long, value_name = "CODE", num_args = 1.., value_delimiter = ',', value_enum, hide_possible_values = true)]
    pub(crate) accept: Vec<CaveatCode>,
}

/// Arguments of a case and how it is run.
#[derive(Debug, ClapArgs)]
pub(crate) struct Question {
    /// The case file (TOML), or `-` for standard input; paths in it are relative to it, or to the
    /// current folder. `report` pins the agents' pseudonyms in `agents.lock` beside it. Without a
    /// case file, use --logs and the flags below it
    #[arg(value_hint = ValueHint::FilePath, required_unless_present = "logs", conflicts_with_all = ["logs", "agents", "profile", "tenants"])]
    pub(crate) case: Option<PathBuf>,

    /// Log files, folders or globs, or `-` for standard input, instead of a case file
    #[arg(long, value_name = "PATH", num_args = 1.., value_hint = ValueHint::AnyPath, requires_all = ["agents", "from", "until"], help_heading = "Without a case file")]
    pub(crate) logs: Vec<String>,

    /// Agents: CSV files, or identities as the logs write them
    #[arg(long, value_name = "FILE_OR_ID", num_args = 1.., value_hint = ValueHint::FilePath, help_heading = "Without a case file")]
    pub(crate) agents: Vec<String>,

    /// The first instant of the window, RFC 3339 with an offset: 2026-01-16T00:00:00Z
    #[arg(long, value_name = "TIME", help_heading = "Without a case file")]
    pub(crate) from: Option<String>,

    /// The first instant after the window
    #[arg(long, value_name = "TIME", help_heading = "Without a case file")]
    pub(crate) until: Option<String>,

    /// The field-mapping profile: a name from `tenant-impact profiles list`, or a TOML file
    /// [default: superuser]
    #[arg(long, value_name = "NAME", value_parser = ProfileName, hide_possible_values = true, help_heading = "Without a case file")]
    pub(crate) profile: Option<String>,

    /// The directory of customers (CSV)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Without a case file")]
    pub(crate) tenants: Option<String>,

    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// Parser of a profile: any text, because it may be a file's path; completions offer the built-in
/// names.
#[derive(Debug, Clone)]
struct ProfileName;

impl TypedValueParser for ProfileName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        NonEmptyStringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Profile::names().map(PossibleValue::new)))
    }
}

fn split_size(text: &str) -> Result<u64, String> {
    let size = text.parse::<ByteSize>().map(|size| size.as_u64());
    size.map_err(|_| "write a size with its unit, 64MiB or 1GiB, or 0".to_owned())
}

fn memory(text: &str) -> Result<u64, String> {
    match text.parse::<ByteSize>() {
        Ok(size) if size.as_u64() > 0 => Ok(size.as_u64()),
        _ => Err("write a size with its unit: 512MiB, 4GiB".to_owned()),
    }
}

/// Most threads that may be asked for, more than any machine has cores. Without a bound, a typing
/// error starts as many as the system allows.
const MOST_THREADS: usize = 1024;

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number: &NonZeroUsize| number.get() <= MOST_THREADS);
    number.ok_or_else(|| format!("write a whole number from 1 to {MOST_THREADS}"))
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  # Is everything there, unchanged, and do the reports add up?
  tenant-impact verify impact-report

  # Is it ours, and do the logs still say the same?
  tenant-impact verify impact-report --allowed-signers allowed_signers --logs .

Exit status:
  0  it verifies
  1  it does not; everything that differs is named
  2  it cannot be verified: no bundle, or it cannot be read";

const SHOW_EXAMPLES: &str = "\
Examples:
  # By its id, by the row of actions.csv, by the SHA-256 of its record
  tenant-impact show impact-report evt-000123 --logs .
  tenant-impact show impact-report acme:3 --logs .

  # To a file or a pipe go the very bytes; on a terminal, what acts on it is made visible
  tenant-impact show impact-report acme:3 --logs . | sha256sum

Exit status:
  0  these are the bytes
  1  the bundle does not verify, or the log is not what it was
  2  not found, or it cannot be read";

#[derive(Debug, ClapArgs)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// A bundle, or the folder of one customer
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) dir: PathBuf,

    /// Read the logs again below this folder: the folder of the case file, or a copy of it
    #[arg(long, value_name = "ROOT", value_hint = ValueHint::DirPath)]
    pub(crate) logs: Option<PathBuf>,

    /// Allowed signers: a file as ssh-keygen(1) describes under ALLOWED SIGNERS. Other signatures
    /// do not count
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) allowed_signers: Option<PathBuf>,

    /// Only signatures in this name count: a principal of the allowed signers
    #[arg(long, value_name = "NAME", requires = "allowed_signers")]
    pub(crate) signer: Option<String>,

    /// Time of the signature, for keys that are limited in time [default: the case's `issued`]
    #[arg(long, value_name = "TIME", requires = "allowed_signers")]
    pub(crate) at: Option<Timestamp>,

    /// Print the result as JSON, and errors as JSON on standard error
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct ShowArgs {
    /// The bundle
    #[arg(value_name = "BUNDLE", value_hint = ValueHint::DirPath)]
    pub(crate) bundle: PathBuf,

    /// An event's id, the commitment to its record or the record's SHA-256, or SLUG:NUMBER, the row
    /// of a customer's actions.csv
    #[arg(value_name = "EVENT")]
    pub(crate) event: String,

    /// Also print what opens the customer's commitment to the record, to standard error: for a
    /// dispute, together with the record
    #[arg(long)]
    pub(crate) open: bool,

    /// Folder of the logs: the case file's folder, or a copy of it
    #[arg(long, value_name = "ROOT", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) logs: PathBuf,
}

const INSPECT_EXAMPLES: &str = "\
Examples:
  # What are these logs, and which profile reads them?
  tenant-impact inspect exports/

  # What does a profile of my own read of them?
  tenant-impact inspect --profile mine.toml exports/admin.log

Exit status:
  0  a profile reads every file; with --profile, it reads every record
  1  a file or a record was not read; what was not is said
  2  not done: a path or a profile that cannot be read";

#[derive(Debug, ClapArgs)]
#[command(after_help = INSPECT_EXAMPLES)]
pub(crate) struct InspectArgs {
    /// Log files, folders or globs
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<String>,

    /// Read them through this profile, a built-in one or a TOML file, and count the events that
    /// have a value for each of its fields
    #[arg(long, value_name = "NAME", value_parser = ProfileName, hide_possible_values = true)]
    pub(crate) profile: Option<String>,

    /// Print everything as JSON, and errors as JSON on standard error
    #[arg(long)]
    pub(crate) json: bool,
}

const INIT_EXAMPLES: &str = "\
Examples:
  tenant-impact init --logs exports/ --agents agents.csv --tenants tenants.csv > case.toml

  # With a profile of one's own for a log that no built-in one reads
  tenant-impact init --logs admin.log --profile mine.toml --agents agents.csv > case.toml

Exit status:
  0  the case reads all logs
  1  some logs are left out, as comments in the case; why is said
  2  not done: a path or a profile that cannot be read";

#[derive(Debug, ClapArgs)]
#[command(after_help = INIT_EXAMPLES)]
pub(crate) struct InitArgs {
    /// Log files, folders or globs, as the case file will name them
    #[arg(long, required = true, num_args = 1.., value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) logs: Vec<String>,

    /// The agents (CSV)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) agents: String,

    /// The directory of customers (CSV)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) tenants: Option<String>,

    /// The profile that reads the logs: a built-in one or a TOML file [default: the built-in one
    /// that fits each best]
    #[arg(long, value_name = "NAME", value_parser = ProfileName, hide_possible_values = true)]
    pub(crate) profile: Option<String>,
}

const DRAFT_PROFILE_EXAMPLES: &str = "\
Examples:
  tenant-impact profiles draft exports/admin.log > mine.toml
  tenant-impact inspect --profile mine.toml exports/admin.log

Exit status:
  0  the draft reads nearly all records as events; compare its guesses with the log
  1  something is left to complete in it; what is said on standard error
  2  not done: no path, or nothing to read in it";

#[derive(Debug, ClapArgs)]
#[command(after_help = DRAFT_PROFILE_EXAMPLES)]
pub(crate) struct DraftProfileArgs {
    /// Log files, folders or globs of one kind of log; the first with records is looked at
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<String>,

    /// The name of the profile
    #[arg(long, value_name = "NAME", default_value = "own", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,
}

const DRAFT_CATALOGUE_EXAMPLES: &str = "\
Examples:
  tenant-impact catalogue draft exports/admin.log --profile mine.toml > actions.toml

Exit status:
  0  the codes that no catalogue explains are listed
  1  the same, and a file or a record could not be read
  2  not done: a path or a profile that cannot be read";

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueCommand {
    /// Write an entry to complete for each action code in these logs that the built-in catalogue
    /// does not explain, the most frequent first
    #[command(after_help = DRAFT_CATALOGUE_EXAMPLES)]
    Draft(DraftCatalogueArgs),
    /// Print a built-in file as TOML, to read it or to start your own from it
    Show {
        /// The name of the file
        #[arg(value_parser = PossibleValuesParser::new(Catalogue::file_names()))]
        name: String,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DraftCatalogueArgs {
    /// Log files, folders or globs
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<String>,

    /// The profile that reads them: a built-in one or a TOML file [default: the built-in one that
    /// fits each best]
    #[arg(long, value_name = "NAME", value_parser = ProfileName, hide_possible_values = true)]
    pub(crate) profile: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfilesCommand {
    /// List the profiles that are built in
    List {
        /// Print their names and titles as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print one as TOML, to read it or to start your own from it
    Show {
        /// The name of the profile
        #[arg(value_parser = PossibleValuesParser::new(Profile::names()), hide_possible_values = true)]
        name: String,
    },
    /// Write a commented profile from the fields and values of a log that none fits
    Draft(DraftProfileArgs),
    /// Check a profile file of your own
    Check {
        /// The profile file
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SchemaArgs {
    /// The file whose schema is printed
    #[arg(value_enum)]
    pub(crate) of: SchemaOf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum SchemaOf {
    /// findings.json
    Findings,
    /// manifest.json
    Manifest,
    /// manifest.json of a customer's folder
    TenantManifest,
    /// The difference to a case, as `scan --json` prints it
    Difference,
    /// plan.json of a plan
    Plan,
    /// The first line of a partial
    Partial,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definitions_hold_together() {
        super::Args::command().debug_assert();
    }
}
