//! A disk that fails in the middle of a log: nothing is reported of half of one.
#![cfg(target_os = "linux")]

use std::path::PathBuf;

use super::*;

/// Stands in for the system's `read` and `pread`, and fails on one file from some byte on as a worn
/// disk does.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int worn(int fd, off_t at) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t named = readlink(link, path, sizeof path - 1);
    const char *name = getenv("WORN_FILE");
    if (name && named > 0) {
        path[named] = 0;
        const char *last = strrchr(path, '/');
        return last && !strcmp(last + 1, name) && at >= atol(getenv("WORN_FROM"));
    }
    return 0;
}

static ssize_t fault(void) {
    errno = EIO;
    return -1;
}

ssize_t read(int fd, void *buffer, size_t length) {
    static ssize_t (*real)(int, void *, size_t);
    if (!real) real = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    return worn(fd, lseek(fd, 0, SEEK_CUR)) ? fault() : real(fd, buffer, length);
}

ssize_t pread64(int fd, void *buffer, size_t length, off_t at) {
    static ssize_t (*real)(int, void *, size_t, off_t);
    if (!real) real = (ssize_t (*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, "pread64");
    return worn(fd, at) ? fault() : real(fd, buffer, length, at);
}
"#;

/// The shim, compiled in a folder of its own.
fn shim(dir: &Dir) -> PathBuf {
    dir.file("shim.c", SHIM);
    let mut cc = Command::new("cc");
    cc.current_dir(dir.path(""))
        .args(["-shared", "-fPIC", "-o", "shim.so", "shim.c", "-ldl"]);
    assert!(cc.status().expect("cc starts").success(), "the shim compiles");
    dir.path("shim.so")
}

#[test]
fn a_read_error_in_the_middle_of_a_log_stops_everything() {
    if !has("cc") {
        return;
    }
    let shims = Dir::new();
    let shim = shim(&shims);
    let text = log(12_000);
    let mut logs = vec![("plain.jsonl", text.clone().into_bytes())];
    if has("gzip") {
        logs.push(("packed.jsonl.gz", packed("gzip", text.as_bytes())));
    }
    for (name, bytes) in logs {
        let dir = Dir::new();
        dir.file("in/first.jsonl", log(2)).file(&format!("in/{name}"), &bytes);
        let run = |from: usize, out: &str| {
            let mut command = program(&dir.path(""));
            command.args(["report", "--quiet", "--out", out, "--agents", "a1", "--logs", "in"]);
            command.args(["--from", "2026-01-16T00:00:00Z", "--until", "2026-01-17T00:00:00Z"]);
            command.env("LD_PRELOAD", &shim).env("WORN_FILE", name);
            Run::of(command.env("WORN_FROM", from.to_string()))
        };
        // The first byte, the middle, and the end that is still to be met.
        for from in [0, bytes.len() / 2, bytes.len()] {
            run(from, "out")
                .ends(2)
                .says(&format!("cannot read `in/{name}`: Input/output error"));
            assert_eq!(dir.names(), ["in"], "nothing was written");
        }
        run(bytes.len() + 1, "whole").ends(0);
        assert_eq!(
            dir.names(),
            ["agents.lock", "in", "whole"],
            "the shim alone does no harm"
        );
    }
}
