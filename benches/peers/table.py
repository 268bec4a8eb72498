"""The rows of the table: what is asked, of whom, and which ratio is the target."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duck
import filters
from answer import from_truth
from data import Data
from programs import Ours, Program
from timing import Time, in_turn

WINDOW = ("2026-01-16T00:00:00Z", "2026-01-21T00:00:00Z")
WIDE = ("2025-12-01T00:00:00Z", "2026-03-09T00:00:00Z")


@dataclass
class Row:
    """A measured question: ours first, then the others."""

    title: str
    programs: list[Program]
    # The start of another program's name, and how ours must compare: (">=", 4) is four times faster than it, ("<=", 3) is
    # at most three times its time.
    targets: list[tuple[str, str, float]]
    # Whether the generator's own counts are those of this window.
    has_truth: bool = True
    times: list[Time] = field(default_factory=list)

    def verdicts(self) -> list[tuple[str, str, float, bool]]:
        """Each target with the ratio measured; a program that is absent decides nothing."""
        found = []
        for name, sense, bound in self.targets:
            theirs = [time.median for program, time in zip(self.programs[1:], self.times[1:]) if program.name.startswith(name)]
            if not theirs:
                continue
            ratio = min(theirs) / self.times[0].median
            ratio = ratio if sense == ">=" else 1 / ratio
            found.append((name, f"{'at least' if sense == '>=' else 'at most'} {bound:g}x", ratio, ratio >= bound if sense == ">=" else ratio <= bound))
        return found


class Table:
    """All rows over one folder of data."""

    def __init__(self, data: Data, ours: Ours, baselines: Path, scratch: Path):
        self.data, self.ours, self.baselines, self.scratch = data, ours, baselines, scratch
        self.cores = os.cpu_count()

    def rows(self) -> list[Row]:
        """As the issue lists them."""
        data, both = self.data, self.cores
        one_file = [self.baseline("newlines", 1, "jsonl"), self.baseline("newlines", both, "jsonl")]
        return [
            Row(
                "JSON Lines, one file, hashing off",
                [self.scan("jsonl", False), *self.peers("jsonl", WINDOW), *one_file],
                [("DuckDB", ">=", 4), (one_file[1].name, "<=", 3)],
            ),
            Row(
                "the same, every record inside the window",
                [self.scan("all", False), *self.wide_peers()],
                [("DuckDB", ">=", 3)],
                has_truth=False,
            ),
            Row(
                f"JSON Lines, {len(data.logs('jsonl16'))} files, SHA-256 of each",
                [self.scan("jsonl16", True), *self.duckdb("jsonl16", WINDOW), self.baseline("sha256", both, "jsonl16")],
                [("SHA-256", "<=", 1.6), ("DuckDB", ">=", 1)],
            ),
            Row(
                "JSON Lines, one file, SHA-256 of it",
                [self.scan("jsonl", True), *self.duckdb("jsonl", WINDOW), self.baseline("sha256", 1, "jsonl")],
                [("SHA-256", "<=", 1.2), ("DuckDB", ">=", 1)],
            ),
            Row(
                "CSV of the same records, hashing off",
                [self.scan("csv", False), *self.peers("csv", WINDOW), self.baseline("newlines", both, "csv")],
                [("DuckDB", ">=", 5), ("xan", ">=", 3)],
            ),
            Row(
                f"gzip, {len(data.logs('gzip'))} files, hashing off",
                [self.scan("gzip", False), self.baseline("inflate", both, "gzip")],
                [("libdeflate", "<=", 1.5)],
            ),
            Row(
                f"Zstandard, {len(data.logs('zstd'))} files, hashing off",
                [self.scan("zstd", False), self.baseline("zstd", both, "zstd")],
                [("zstd", "<=", 1.5)],
            ),
        ]

    def measure(self, row: Row, rounds: int):
        """Answers first: a program that is wrong is not timed. Of DuckDB's forms only the fastest stays."""
        compare(row, from_truth(self.data.case("jsonl").parent / "truth.json"))
        forms = [program for program in row.programs if program.name.startswith("DuckDB")]
        if len(forms) > 1:
            trial = in_turn(forms, 1, self.scratch)
            best = min(range(len(forms)), key=lambda at: trial[at].median)
            row.programs = [program for program in row.programs if program not in forms or program is forms[best]]
        row.times = in_turn(row.programs, rounds, self.scratch)

    def scan(self, name: str, digest: bool) -> Program:
        return self.ours.scan(self.data.case(name), digest)

    def duckdb(self, name: str, window, logs: str | None = None) -> list[Program]:
        return duck.programs(self.data.case(name), self.data.logs(logs or name), window, self.scratch)

    def peers(self, name: str, window, logs: str | None = None) -> list[Program]:
        case, files = self.data.case(name), self.data.logs(logs or name)
        return [*self.duckdb(name, window, logs), *filters.programs(case, files, window, self.scratch)]

    def wide_peers(self) -> list[Program]:
        """jq takes a tenth of a millisecond for a record: with every record in the window, minutes that say nothing new."""
        peers = self.peers("all", WIDE, "jsonl")
        return peers if self.data.records <= 100_000 else [peer for peer in peers if not peer.slow]

    def baseline(self, work: str, threads: int, name: str) -> Program:
        title = {
            "newlines": "counting newlines over `read`",
            "sha256": "SHA-256 alone",
            "inflate": "libdeflate alone",
            "zstd": "zstd alone",
        }[work]
        threads_in_words = "1 thread" if threads == 1 else f"{threads} threads"
        files = [str(log) for log in self.data.logs(name)]
        return Program(f"{title}, {threads_in_words}", [str(self.baselines), work, str(threads), *files])


def compare(row: Row, truth):
    """Every answer with the first, and with what the generator meant. Ends the run at a difference."""
    answers = [(program.name, program.answer()) for program in row.programs if program.read]
    first = answers[0][1]
    others = [*answers[1:], *([("the generator", truth)] if row.has_truth else [])]
    for name, other in others:
        if found := first.differences(other):
            sys.exit(f"peers: {row.title}: {answers[0][0]} and {name} differ: {'; '.join(found)}")
    print(f"  {len(answers)} answers agree: {first.records}, {len(first.tenants)} tenants", file=sys.stderr)
