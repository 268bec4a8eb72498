//! However a run ends, there is either no bundle or a whole one.
#![cfg(unix)]

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::{
        fs::{OpenOptionsExt as _, PermissionsExt as _},
        process::{CommandExt as _, ExitStatusExt as _},
    },
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use super::{CASE, LOG, bundle, has_tool, verified};
use crate::util::{Dir, Run, files, program, root, skipped};

/// Number of moments at which a run is killed.
const KILLS: u32 = 200;

/// A day of the sample: enough that a run takes its time, most of it while it writes, and no more.
fn day() -> Dir {
    let dir = Dir::new();
    let sample = root().join("sample_logs");
    for name in ["agents.csv", "tenants.csv", "logs/superuser-b/2026-01-20.csv"] {
        dir.file(name, fs::read(sample.join(name)).expect("the sample"));
    }
    let case = fs::read_to_string(sample.join("case.toml")).expect("the sample");
    dir.file(
        "case.toml",
        case.replace(
            "path = \"logs/superuser-a\"",
            "path = \"logs/superuser-b/2026-01-20.csv\"",
        ),
    );
    dir
}

fn start(dir: &Dir, out: &str) -> Child {
    let mut command = program(&dir.path(""));
    command
        .args(["report", "case.toml", "--quiet", "--out", out])
        .stderr(Stdio::null());
    command.spawn().expect("it starts")
}

/// Killed at random moments over the running time, more of them where it writes.
#[test]
fn killed_at_any_moment_there_is_no_bundle_or_a_whole_one() {
    let dir = day();
    let time = (0..3).map(|run| {
        let before = Instant::now();
        assert!(
            start(&dir, &format!("whole-{run}"))
                .wait()
                .expect("an end")
                .code()
                .is_some()
        );
        before.elapsed()
    });
    let time = time.max().expect("three runs");
    let whole = fs::read_dir(dir.path("whole-0/tenants")).expect("a bundle").count();
    // A linear congruential generator with a fixed seed: no test that fails only sometimes for its
    // own sake.
    let mut random = 20_260_120_u64;
    let (mut found, mut killed, mut writing) = (0, 0, 0);
    for kill in 0..KILLS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let share = f64::from(u32::try_from(random >> 32).expect("32 bits")) / f64::from(u32::MAX);
        let share = if kill % 2 == 0 { share * 1.1 } else { 0.5 + share * 0.6 };
        let out = dir.path("out");
        let mut child = start(&dir, "out");
        let before = Instant::now();
        // The last few as soon as the bundle is there, which may be before the program has ended.
        let late = kill + 10 > KILLS;
        while (before.elapsed() < time.mul_f64(share) || late) && !out.exists() {
            std::thread::sleep(Duration::from_micros(200));
        }
        child.kill().expect("a child");
        killed += u32::from(child.wait().expect("an end").signal() == Some(9));
        if out.exists() {
            assert!(dir.names().iter().all(|name| !name.contains(".partial-")));
            found += 1;
            assert_eq!(fs::read_dir(out.join("tenants")).expect("a bundle").count(), whole);
            let found = verified(&out);
            assert!(found.mismatches.is_empty(), "{found:?}");
            fs::remove_dir_all(&out).expect("removed");
        }
        for name in dir.names().iter().filter(|name| name.starts_with(".out.partial-")) {
            writing += u32::from(dir.path(name).join("tenants").exists());
            fs::remove_dir_all(dir.path(name)).expect("removed");
        }
    }
    assert!(killed > KILLS / 4, "only {killed} of the runs were killed under way");
    assert!(
        found > 0 && writing > 0,
        "{killed} killed, {writing} of them while writing; {found} whole"
    );
}

/// A run that waits for more of its log: everything before the scan is done, and its temporary
/// folder is there.
struct Waiting {
    dir: Dir,
    child: Child,
    partial: PathBuf,
    /// The end of the pipe that the run reads from.
    log: Option<File>,
}

impl Waiting {
    /// Starts a run, or returns `None` where no pipe can be made.
    fn start() -> Option<Self> {
        Self::start_by(program)
    }

    fn start_by(program: impl Fn(&Path) -> Command) -> Option<Self> {
        if !has_tool("mkfifo") {
            return None;
        }
        let dir = Dir::new();
        dir.file("case.toml", CASE.replace("path = \"logs\"", "path = \"pipe\""));
        let made = Command::new("mkfifo").arg(dir.path("pipe")).status();
        assert!(made.expect("mkfifo runs").success());
        let mut command = program(&dir.path(""));
        command.args(["report", "case.toml", "--quiet", "--out", "out"]);
        let child = command.stderr(Stdio::piped()).spawn().expect("it starts");
        // Without O_NONBLOCK this would wait for ever, should the run have failed; with it, it
        // succeeds once the run reads.
        let log = (0..3000).find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            OpenOptions::new()
                .write(true)
                .custom_flags(0o4000)
                .open(dir.path("pipe"))
                .ok()
        });
        let names = dir.names();
        let partial = names.iter().find(|name| name.starts_with(".out.partial-"));
        let partial = dir.path(partial.expect("a temporary folder"));
        Some(Self {
            dir,
            child,
            partial,
            log: Some(log.expect("the run reads")),
        })
    }

    fn feed(&mut self) {
        let mut log = self.log.take().expect("it was not fed before");
        log.write_all(LOG.as_bytes()).expect("a pipe takes it");
    }

    fn ends(&mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().expect("piped");
        stderr.read_to_string(&mut said).expect("text");
        (self.child.wait().expect("an end"), said)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
}

#[test]
fn ctrl_c_leaves_nothing_and_ends_as_a_signal_does() {
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let Some(mut waiting) = Waiting::start() else { return };
        signal(&waiting.child, name);
        let (status, said) = waiting.ends();
        assert_eq!(status.signal(), Some(number), "{said}");
        assert_eq!(waiting.dir.names(), ["case.toml", "pipe"]);
        assert_eq!(said, "");
    }
}

/// The program as a shell starts it, or as `nohup` does, whatever this test was started by.
#[cfg(target_os = "linux")]
fn by_env(option: &'static str) -> impl Fn(&Path) -> Command {
    move |folder| {
        let mut command = Command::new("env");
        command
            .arg(option)
            .arg(env!("CARGO_BIN_EXE_tenant-impact"))
            .current_dir(folder);
        command
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_closed_session_leaves_nothing_and_nohup_keeps_its_meaning() {
    let can = Command::new("env").args(["--default-signal=HUP", "true"]).status();
    if !can.is_ok_and(|status| status.success()) {
        assert!(!crate::util::in_ci(), "`env` must know --default-signal in CI");
        return skipped("`env` knows no --default-signal");
    }
    let Some(mut waiting) = Waiting::start_by(by_env("--default-signal=HUP")) else {
        return;
    };
    signal(&waiting.child, "HUP");
    let (status, said) = waiting.ends();
    assert_eq!(status.signal(), Some(1), "{said}");
    assert_eq!(waiting.dir.names(), ["case.toml", "pipe"]);
    let Some(mut waiting) = Waiting::start_by(by_env("--ignore-signal=HUP")) else {
        return;
    };
    signal(&waiting.child, "HUP");
    waiting.feed();
    let (status, said) = waiting.ends();
    assert_eq!(status.code(), Some(1), "{said}");
    assert_eq!(waiting.dir.names(), ["agents.lock", "case.toml", "out", "pipe"]);
}

#[test]
fn a_killed_run_s_leftover_is_told_and_removed_when_asked_and_a_running_one_s_stays() {
    let Some(mut waiting) = Waiting::start() else { return };
    let mode = fs::metadata(&waiting.partial).expect("a folder").permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
    waiting
        .dir
        .run(["clean", "out"])
        .ends(1)
        .says("in use by a run under way");
    assert!(waiting.partial.is_dir());
    waiting.child.kill().expect("a child");
    let name = waiting
        .partial
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    waiting.ends();
    let dir = &waiting.dir;
    assert!(dir.names().contains(&name));
    dir.file("case.toml", CASE).file("logs/a.jsonl", LOG);
    dir.run(["report", "case.toml", "--out", "out"])
        .ends(1)
        .says(&name)
        .says("`tenant-impact clean out` removes it");
    dir.run(["clean", "out"]).ends(0).says("Removed").says(&name);
    assert_eq!(dir.names(), ["agents.lock", "case.toml", "logs", "out", "pipe"]);
    dir.run(["clean", "out"]).ends(0).says("Nothing was left");
    // By the folder that holds it, whatever the bundle was to be called.
    dir.file(&format!("sub/{name}/x"), "").file("sub/.partial-aB3xY9/x", "");
    dir.run(["clean", "sub"]).ends(0).says("Removed").says(&name);
    assert_eq!(
        files(&dir.path("sub")).into_keys().collect::<Vec<_>>(),
        [".partial-aB3xY9/x"]
    );
    dir.run(["clean", "sub/."]).ends(0).says("beside `sub/.` and in it");
    dir.run(["verify", "out"]).ends(0);
}

#[test]
fn a_temporary_folder_that_vanishes_is_no_bundle() {
    let Some(mut waiting) = Waiting::start() else { return };
    fs::remove_dir_all(&waiting.partial).expect("removed");
    waiting.feed();
    let (status, said) = waiting.ends();
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(said.contains("cannot write"), "{said}");
    assert_eq!(waiting.dir.names(), ["case.toml", "pipe"]);
}

#[test]
fn a_place_that_is_taken_meanwhile_is_not_touched() {
    let Some(mut waiting) = Waiting::start() else { return };
    waiting.dir.file("out/mine.txt", "mine");
    waiting.feed();
    let (status, said) = waiting.ends();
    assert_eq!(status.code(), Some(2), "{said}");
    assert_eq!(waiting.dir.names(), ["agents.lock", "case.toml", "out", "pipe"]);
    assert_eq!(crate::util::files(&waiting.dir.path("out")).len(), 1);
}

/// A file system of this size, mounted for the test.
struct Small(PathBuf);

impl Small {
    fn mount(place: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&place).expect("a folder");
        let options = format!("size={size},mode=0777");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&place)
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then_some(Self(place))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

/// The disk full at one point after the other, from the first file to nearly the last.
#[test]
fn on_a_full_disk_there_is_no_bundle_and_nothing_is_left() {
    let dir = Dir::new();
    let full = |out: &Path| {
        let mut command = program(root());
        Run::of(
            command
                .args(["report", "sample_logs/case.toml", "--quiet", "--out"])
                .arg(out),
        )
    };
    let mut tried = 0;
    for size in ["64k", "512k", "2m", "4m", "5m"] {
        let Some(small) = Small::mount(dir.path(size), size) else {
            break;
        };
        full(&small.0.join("out"))
            .ends(2)
            .says("cannot write")
            .says("Nothing is left");
        assert_eq!(fs::read_dir(&small.0).expect("a folder").count(), 0, "{size}");
        tried += 1;
    }
    if tried == 0 {
        skipped("no file system can be mounted here; the limit on a file's size is tried instead");
    }
    // The other way to fail a write, which needs no rights: no file may be larger than this many
    // kibibytes. The shell ignores the signal, so that the write itself fails.
    for limit in [8, 64] {
        let command = format!(
            "trap '' XFSZ; ulimit -f {}; exec '{}' report sample_logs/case.toml --quiet --out '{}'",
            limit * 2,
            env!("CARGO_BIN_EXE_tenant-impact"),
            dir.path("out").display()
        );
        let mut shell = Command::new("sh");
        Run::of(shell.args(["-c", &command]).current_dir(root()))
            .ends(2)
            .says("cannot write");
        assert!(
            dir.names().iter().all(|name| !name.contains("out")),
            "{:?}",
            dir.names()
        );
    }
}

#[test]
fn a_folder_that_may_not_be_written_to_is_told_before_anything_is_read() {
    let dir = Dir::new();
    dir.file("case.toml", CASE)
        .file("logs/a.jsonl", LOG)
        .file("locked/x", "")
        .file("agents.lock", crate::util::lock(&[("a1", "KTWN"), ("a2", "BDFH")]));
    for (name, mode) in [("", 0o755), ("logs", 0o755), ("locked", 0o555)] {
        fs::set_permissions(dir.path(name), fs::Permissions::from_mode(mode)).expect("a mode");
    }
    let mut command = program(&dir.path(""));
    command.args(["report", "case.toml", "--out", "locked/out"]);
    if fs::write(dir.path("locked/probe"), "").is_ok() {
        // Root can write everywhere, so the program runs as the user `nobody` (65534).
        command.uid(65_534);
        if command.output().is_err() {
            skipped("nobody may not start the program where it lies");
            return;
        }
    }
    Run::of(&mut command).ends(2).says("cannot write `locked`");
}

#[test]
fn every_file_and_folder_is_its_owner_s_alone() {
    let dir = bundle(&[]);
    let modes = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    for name in crate::util::files(&dir.path("out")).keys() {
        let path = dir.path("out").join(name);
        assert_eq!(modes(&path), 0o600, "{name}");
        assert_eq!(modes(path.parent().expect("a folder")), 0o700, "{name}");
    }
}
