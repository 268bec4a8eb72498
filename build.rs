//! What a manifest says of the program that wrote it: the digest of its sources, its target, its profile and its compiler.
//! No commit, because whether a checkout is clean is not known here; the digest is of what was compiled. Anyone with the
//! repository can make it: `find src templates Cargo.lock -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`.

use std::{env, fs, io, path::Path, process::Command};

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
        sums += &format!("{}  {file}\n", hex(&fs::read(file)?));
    }
    let compiler = Command::new(env::var("RUSTC").expect("cargo sets it"))
        .arg("--version")
        .output()?;
    let compiler = String::from_utf8_lossy(&compiler.stdout).trim().to_owned();
    let variable = |name| env::var(name).expect("cargo sets it");
    println!("cargo::rustc-env=TENANT_IMPACT_SOURCES={}", hex(sums.as_bytes()));
    println!("cargo::rustc-env=TENANT_IMPACT_TARGET={}", variable("TARGET"));
    println!("cargo::rustc-env=TENANT_IMPACT_PROFILE={}", variable("PROFILE"));
    println!("cargo::rustc-env=TENANT_IMPACT_COMPILER={compiler}");
    Ok(())
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
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
