//! What a manifest says of the program that wrote it: the digest of its sources, its target, its
//! profile and its compiler. No commit, because whether a checkout is clean is not known here; the
//! digest is of what was compiled. Anyone with the repository can make it:
//! `find src templates Cargo.lock -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`.

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
