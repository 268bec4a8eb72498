"""The programs as commands: how each is asked the same question, and how its answer is read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from answer import Answer, from_findings, from_rows
from tools import run


@dataclass
class Program:
    """One way to the answer. The command is one that hyperfine can start without a shell."""

    name: str
    command: list[str]
    read: Callable[[str], Answer] | None = None
    # Ours ends with 1 where the answer has caveats, such as a tenant that no list has.
    allowed: tuple[int, ...] = (0,)
    # A folder that must not exist when it starts.
    fresh: Path | None = None
    # Programs that take half a minute are not asked as often.
    slow: bool = False

    def answer(self) -> Answer:
        """Runs it once and reads what it found."""
        if self.fresh:
            remove(self.fresh)
        text = run(self.command, self.allowed)
        if self.fresh:
            text = (self.fresh / "findings.json").read_text()
            remove(self.fresh)
        return self.read(text)


def remove(folder: Path):
    """Also when it is not there."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


class Ours:
    """`tenant-impact`, with what this version of it can do."""

    def __init__(self, binary: Path, scratch: Path):
        self.binary, self.scratch = str(binary), scratch
        self.has_scan = "\n  scan " in run([self.binary, "--help"])
        words = run([self.binary, "scan" if self.has_scan else "report", "--help"])
        self.has_no_hash = "--no-hash" in words

    def notes(self) -> list[str]:
        """What keeps the figures from being what the table says."""
        notes = []
        if not self.has_scan:
            notes.append("This version has no `scan`: its rows are `report`, so they contain the rendering of every report.")
        if not self.has_no_hash:
            notes.append("This version has no `--no-hash`: its rows contain SHA-256 of every input.")
        return notes

    def scan(self, case: Path, digest: bool, threads: int | None = None) -> Program:
        """Everything up to findings; nothing is rendered."""
        options = [] if digest or not self.has_no_hash else ["--no-hash"]
        options += ["--threads", str(threads)] if threads else []
        name = "tenant-impact" + (" with SHA-256" if digest or not self.has_no_hash else "")
        if self.has_scan:
            return Program(name, [self.binary, "scan", str(case), "--json", *options], from_findings, (0, 1))
        return self.report(case, name, options)

    def report(self, case: Path, name: str = "tenant-impact report", options: list[str] = ()) -> Program:
        """The whole job: one folder with a report per tenant."""
        command = [self.binary, "report", str(case), "--out", str(self.scratch / "bundle"), "--quiet", *options]
        return Program(name, command, from_findings, (0, 1), fresh=self.scratch / "bundle")


def rows_of(name: str, script: Path, **more) -> Program:
    """A shell script that prints rows."""
    return Program(name, ["bash", str(script)], from_rows, **more)
