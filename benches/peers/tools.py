"""The programs that take part: where they are, which version, and what becomes of a missing one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# Without these there is nothing to measure with or against; in CI their absence is a failure.
NEEDED = ("hyperfine", "duckdb", "rg", "jq", "zstd")
# Compiling xan takes minutes, so CI goes without.
WELCOME = ("xan",)


def absent() -> list[str]:
    """The missing programs, each told. Ends the run where one is needed in CI or for measuring at all."""
    missing = [name for name in (*NEEDED, *WELCOME) if not found(name)]
    for name in missing:
        print(f"peers: `{name}` IS ABSENT, so nothing is compared with it (see benches/peers/README.md)", file=sys.stderr)
    required = NEEDED if os.environ.get("CI") == "true" else ("hyperfine", "zstd")
    if fatal := [name for name in missing if name in required]:
        sys.exit(f"peers: cannot do without {', '.join(fatal)}")
    return missing


def found(name: str) -> bool:
    """Whether the program is there; DuckDB also as a Python package."""
    return bool(shutil.which(name)) or name == "duckdb" and has_package("duckdb")


def has_package(name: str) -> bool:
    """Whether Python has it."""
    return subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0


def build() -> Path:
    """Compiles the program, the generator and the baselines; says where they are."""
    cargo = ["cargo", "build", "--release", "--locked", "--quiet"]
    # One at a time: the program that is measured is the one that is shipped, with its features alone.
    for package in ("tenant-impact", "incident", "baselines"):
        subprocess.run([*cargo, "--package", package, "--bin", package], cwd=REPOSITORY, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "release"


def run(command: list, allowed=(0,)) -> str:
    """A command's output. Any other exit status than those allowed ends the run."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode not in allowed:
        sys.exit(f"peers: `{' '.join(map(str, command))}` ended with {done.returncode}\n{done.stderr}")
    return done.stdout


def first_line(*command: str) -> str:
    """What a program says of its version; a dash if there is none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "-"
    return (done.stdout.strip() or done.stderr.strip() or "-").splitlines()[0]
