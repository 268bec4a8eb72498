//! Sets the description of the program in manifests and in `--version`: the digest of its sources,
//! its target, its profile and its compiler. The digest is over what was compiled, so it holds for
//! a changed checkout too. Anyone with the repository can compute it:
//! `find src templates Cargo.lock -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`.
//!
//! `--version` also names the revision, if the build knows it: from the variable
//! `TENANT_IMPACT_REVISION`, which a build for release sets, or from the file that `cargo package`
//! adds. A plain checkout is not asked, because it may have changes.

use std::{env, ffi::OsString, fmt::Write as _, fs, io, path::Path, process::Command};

use sha2::{Digest as _, Sha256};

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for root in ["src", "templates", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={root}");
        collect(Path::new(root), &mut files)?;
    }
    files.sort();
    let mut sums = String::new();
    for file in &files {
        writeln!(sums, "{}  {file}", hex(&fs::read(file)?)).expect("memory takes every write");
    }
    println!("cargo::rerun-if-env-changed=TENANT_IMPACT_REVISION");
    println!("cargo::rustc-env=TENANT_IMPACT_REVISION={}", revision());
    let compiler = Command::new(variable("RUSTC")).arg("--version").output()?;
    println!("cargo::rustc-env=TENANT_IMPACT_SOURCES={}", hex(sums.as_bytes()));
    println!("cargo::rustc-env=TENANT_IMPACT_TARGET={}", variable("TARGET").display());
    println!(
        "cargo::rustc-env=TENANT_IMPACT_PROFILE={}",
        variable("PROFILE").display()
    );
    println!(
        "cargo::rustc-env=TENANT_IMPACT_COMPILER={}",
        String::from_utf8_lossy(&compiler.stdout).trim()
    );
    Ok(())
}

/// Returns the revision of the sources, or `unknown`.
fn revision() -> String {
    let stated = env::var_os("TENANT_IMPACT_REVISION").and_then(|text| text.into_string().ok());
    let packaged = || {
        let text = fs::read_to_string(".cargo_vcs_info.json").ok()?;
        let (_, rest) = text.split_once("\"sha1\": \"")?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let is_revision = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let revision = stated.or_else(packaged).filter(is_revision);
    revision.unwrap_or_else(|| "unknown (not a release build)".to_owned())
}

fn variable(name: &str) -> OsString {
    env::var_os(name).expect("cargo sets it")
}

fn collect(path: &Path, files: &mut Vec<String>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.exists() {
        files.push(path.to_string_lossy().replace('\\', "/"));
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        write!(digits, "{byte:02x}").expect("memory takes every write");
    }
    digits
}
