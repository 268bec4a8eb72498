"""Times, by hyperfine. All commands of a row run in turn, round after round, so that a busy minute hits all alike."""

import json
import shlex
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from programs import Program


@dataclass(frozen=True)
class Time:
    """Of all runs, in seconds."""

    median: float
    least: float
    runs: int


def in_turn(programs: list[Program], rounds: int, scratch: Path, runs: int = 1) -> list[Time]:
    """The times of each, in the same order, of so many runs in each round. Slow programs take part in the first round only."""
    times: list[list[float]] = [[] for _ in programs]
    for number in range(rounds):
        taking_part = [at for at, program in enumerate(programs) if number == 0 or not program.slow]
        for at in taking_part:
            warm_up = number == 0 and not programs[at].slow
            times[at] += once(programs[at], warm_up, scratch, runs)
    return [Time(statistics.median(all_of), min(all_of), len(all_of)) for all_of in times]


def alone(program: Program, runs: int, scratch: Path) -> Time:
    """The time of a program that is measured beside no other, run after run."""
    times = once(program, True, scratch, runs)
    return Time(statistics.median(times), min(times), len(times))


def once(program: Program, warm_up: bool, scratch: Path, runs: int = 1) -> list[float]:
    """One timed run, or so many. That its exit status is a good one, the comparison of answers has shown before."""
    out = scratch / "times.json"
    command = ["hyperfine", "-N", "--style", "none", "--runs", str(runs), "--warmup", str(int(warm_up)), "--export-json", str(out)]
    if program.allowed != (0,):
        command.append("--ignore-failure")
    if program.fresh:
        command += ["--prepare", f"rm -rf {shlex.quote(str(program.fresh))}"]
    # What hyperfine says of exit status 1 is no news: see below.
    done = subprocess.run([*command, shlex.join(program.command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"hyperfine with {program.name}: {done.stderr}"
    (result,) = json.loads(out.read_text())["results"]
    codes = set(result["exit_codes"])
    assert codes <= set(program.allowed), f"{program.name} ended with {codes}"
    return result["times"]
