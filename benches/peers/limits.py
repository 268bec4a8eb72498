"""What no other program is asked: peak memory, start to finish, and how time grows with bytes and shrinks with threads."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from data import Data
from programs import Ours, Program, remove
from timing import Time, alone, in_turn
from tools import REPOSITORY

MIB = 1 << 20

# So many runs of a whole job for each round of the others.
MORE = 10

# So many runs one after another of each number of threads.
BEHIND = 3


@dataclass
class Limit:
    """A measured figure with its bound."""

    title: str
    shown: str
    bound: str
    met: bool


def peak(command: list[str], stdin=None, allowed=(0, 1)) -> int:
    """The most memory that the command held at a time, in bytes, as the kernel counts it."""
    process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        sys.exit(f"peers: `{' '.join(command)}` ended with {process.returncode}")
    return usage.ru_maxrss * 1024


class Memory:
    """A small case with a few events in scope, and around it any amount of records outside the window. Disk space is
    spared: as many files, hard links to one; as one stream, that file again and again on standard input."""

    def __init__(self, data: Data, ours: Ours, scratch: Path, piece: int):
        self.data, self.ours, self.piece = data, ours, piece
        self.folder = data.folder / "memory"
        remove(self.folder)
        data.generate("memory", 20_000)
        (log,) = data.logs("memory")
        before = log.read_bytes()
        # The first third of the ninety days lies before the window.
        before = before[: before.index(b"\n", len(before) // 3) + 1]
        self.padding = self.folder / "padding.jsonl"
        with self.padding.open("wb") as file:
            while file.tell() < piece:
                file.write(before)

    def files(self, size: int) -> int:
        """Over a folder of files, `size` bytes in all."""
        for number in range(size // self.piece):
            os.link(self.padding, self.folder / "logs" / f"padding-{number:04}.jsonl")
        used = peak(self.ours.scan(self.data.case("memory"), digest=True).command)
        self._clean()
        return used

    def stream(self, size: int) -> int:
        """Over one stream of `size` bytes."""
        case = self.folder / "stream.toml"
        case.write_text(self.data.case("memory").read_text().replace('path = "logs"', 'path = "-"'))
        pieces = [str(self.padding)] * (size // self.piece)
        with subprocess.Popen(["cat", *map(str, self.data.logs("memory")), *pieces], stdout=subprocess.PIPE) as feeder:
            used = peak(self.ours.scan(case, digest=True).command, stdin=feeder.stdout)
        self._clean()
        return used

    def _clean(self):
        remove(self.ours.scratch / "bundle")
        for link in (self.folder / "logs").glob("padding-*"):
            link.unlink()


def memory(data: Data, ours: Ours, scratch: Path, small: int, large: int) -> list[Limit]:
    """The peak over a small and a large input, both ways. Growth by a tenth is what threads and chance make."""
    measured = Memory(data, ours, scratch, small // 2)
    limits = []
    for way, of in (("many files", measured.files), ("one stream", measured.stream)):
        less, more = of(small), of(large)
        shown = f"{less / MIB:.0f} MiB at {in_bytes(small)}, {more / MIB:.0f} MiB at {in_bytes(large)}"
        limits.append(Limit(f"peak memory, {way}", shown, "under 300 MiB, no growth", more < 300 * MIB and more <= 1.1 * less + MIB))
    remove(measured.folder)
    return limits


def start_to_finish(data: Data, ours: Ours, scratch: Path, rounds: int) -> list[Limit]:
    """The whole job with every report, hashing on. What takes so little is told less surely by a run, so there are more."""
    data.incident()
    data.warm("incident")
    limits = []
    for title, case, bound in (
        ("sample, all reports", REPOSITORY / "sample_logs/case.toml", 0.05),
        ("public incident: 125,000 records, 366 tenants, all reports", data.case("incident"), 0.5),
    ):
        time = alone(ours.report(case), MORE * rounds, scratch)
        limits.append(Limit(title, f"{time.median * 1000:.0f} ms", f"{bound * 1000:.0f} ms", time.median <= bound))
    remove(ours.scratch / "bundle")
    return limits


def by_threads(data: Data, ours: Ours, scratch: Path, rounds: int) -> list[tuple[int, Time]]:
    """The one-file case on one thread up to as many as there are cores, and on twice as many. A run behind a start of hyperfine takes
    some milliseconds more, however many threads it has, so most are behind another run."""
    cores = os.cpu_count()
    counts = [*range(1, cores + 1), 2 * cores]
    programs = [ours.scan(data.case("jsonl"), digest=False, threads=threads) for threads in counts]
    data.warm("jsonl")
    return list(zip(counts, in_turn(programs, rounds, scratch, BEHIND)))


def by_size(data: Data, ours: Ours, scratch: Path, rounds: int, records: list[int]) -> list[tuple[int, Time, int]]:
    """One file of so many records each: bytes, time, peak memory. The files are large, so they go again."""
    found = []
    for count in records:
        name = f"size-{count}"
        data.generate(name, count)
        data.warm(name)
        program: Program = ours.scan(data.case(name), digest=False)
        (time,) = in_turn([program], rounds, scratch)
        remove(ours.scratch / "bundle")
        found.append((data.logs(name)[0].stat().st_size, time, peak(program.command)))
        remove(ours.scratch / "bundle")
        remove(data.folder / name)
        print(f"  {in_bytes(found[-1][0])}: {time.median:.2f} s", file=sys.stderr)
    return found


def in_bytes(size: int) -> str:
    """For people: decimal, as disks are sold."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"
