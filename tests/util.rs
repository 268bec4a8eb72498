//! A folder of its own and a closed environment for every run of the program.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder that goes with the test.
pub(crate) struct Dir(TempDir);

impl Dir {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, folders and all.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        fs::write(path, content).expect("a file");
        self
    }

    /// Returns the names in the folder, including hidden ones.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Like `run`, with standard output whose reader is gone.
    pub(crate) fn run_unread(&self, args: &[&str]) -> i32 {
        let (_, gone) = std::io::pipe().expect("a pipe");
        let status = program(self.0.path())
            .args(args)
            .stdout(gone)
            .stderr(Stdio::null())
            .status();
        status.expect("the program starts").code().expect("it was not killed")
    }

    /// The program, run in this folder.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        Run::of(program(self.0.path()).args(args))
    }
}

/// The program in a closed environment.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenant-impact"));
    command
        .current_dir(folder)
        .env_clear()
        .env("LANG", "C")
        .env("TZ", "UTC");
    command
}

/// A lock that pins these codes by agent id.
pub(crate) fn lock(codes: &[(&str, &str)]) -> String {
    let lines: Vec<_> = codes.iter().map(|(id, code)| format!("{id} = \"{code}\"\n")).collect();
    format!(
        "version = 1\nkey = \"{}\"\n\n[agents]\n{}",
        "0".repeat(64),
        lines.concat()
    )
}

/// Result of a run.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Self {
            status: status.code().expect("it was not killed"),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// Fails, showing everything, unless it ended so.
    #[track_caller]
    pub(crate) fn ends(self, status: i32) -> Self {
        assert_eq!(
            self.status, status,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    #[track_caller]
    pub(crate) fn says(self, part: &str) -> Self {
        let said = self.stdout.contains(part) || self.stderr.contains(part);
        assert!(
            said,
            "`{part}` is not in\nstdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }
}

/// Every file below a folder, by its path with `/`.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), found);
            } else {
                found.insert(name, fs::read(entry.path()).expect("a file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, "", &mut found);
    found
}

/// A file as JSON.
pub(crate) fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// Whether an external tool is there. Where it is not, the test says so and passes; in CI it must
/// be there.
pub(crate) fn has(tool: &str) -> bool {
    let found = Command::new(tool)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        assert!(!in_ci(), "`{tool}` must be installed in CI");
        skipped(&format!("`{tool}` is not installed"));
    }
    found
}

/// Says aloud that a test did not run.
#[expect(
    clippy::print_stdout,
    reason = "a test that skips in silence is one that nobody misses"
)]
pub(crate) fn skipped(why: &str) {
    println!("SKIPPED: {why}");
}

/// Whether this is a CI run.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// Removes from findings the positions of events on the ends of windows, which the form of a log
/// may change.
pub(crate) fn forget_positions_on_ends(findings: &mut Value) {
    for scope in findings["sensitivity"]["scopes"].as_array_mut().expect("scopes") {
        for event in scope["on_ends"].as_array_mut().expect("events") {
            event["offset"].take();
            event["length"].take();
        }
    }
}

/// The folder of real logs that are no part of the project, which an environment variable names.
pub(crate) fn shared_data() -> Option<PathBuf> {
    const VARIABLE: &str = "TENANT_IMPACT_SHARED_DATA";
    let folder = std::env::var_os(VARIABLE).map(PathBuf::from);
    if folder.is_none() {
        assert!(!in_ci(), "{VARIABLE} must name the folder of real logs in CI");
        skipped(&format!("{VARIABLE} does not name the folder of real logs"));
    }
    folder
}
