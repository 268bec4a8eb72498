"""What was measured on: without it no figure means anything."""

import os
import platform
import sys
from pathlib import Path

from tools import REPOSITORY, first_line, has_package


def description() -> list[tuple[str, str]]:
    """Machine and programs, as rows of a table."""
    rows = [
        ("processor", f"{field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores, {cache()}"),
        ("memory", f"{int(field('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.1f} GiB"),
        ("system", f"{platform.system()} {platform.release()}, {distribution()}"),
        ("tenant-impact", f"{version()}, {first_line('rustc', '--version')}"),
    ]
    for name, command in (
        ("DuckDB (program)", ("duckdb", "--version")),
        ("ripgrep", ("rg", "--version")),
        ("jq", ("jq", "--version")),
        ("xan", ("xan", "--version")),
        ("hyperfine", ("hyperfine", "--version")),
    ):
        rows.append((name, first_line(*command)))
    if has_package("duckdb"):
        rows.append(("DuckDB (Python package)", first_line(sys.executable, "-c", "import duckdb; print(duckdb.__version__)")))
    return rows


def version() -> str:
    """The commit that was measured."""
    commit = first_line("git", "-C", str(REPOSITORY), "rev-parse", "--short", "HEAD")
    changed = first_line("git", "-C", str(REPOSITORY), "status", "--porcelain", "--untracked-files=no", "src", "Cargo.toml")
    return f"commit {commit}" + ("" if changed == "-" else " with changes")


def field(path: str, name: str) -> str:
    """The first value of a name in a file of `name: value` lines."""
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "?"


def cache() -> str:
    """The size of the last level of cache."""
    sizes = sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"))
    return f"last cache {sizes[-1].read_text().strip()}" if sizes else "cache unknown"


def distribution() -> str:
    """The name of the system."""
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "?")
    except OSError:
        return "?"
