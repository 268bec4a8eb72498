"""The figures as Markdown: between two marks of `docs/performance.md`, so that what people write around them stays."""

from pathlib import Path

from limits import BEHIND, MORE, Limit, in_bytes
from table import Row

START, END = "<!-- measured: written by benches/peers/run -->", "<!-- end of measured -->"


def measured(machine, data, notes, rows: list[Row], limits: list[Limit], sizes, rounds: int) -> str:
    """Everything that a run found."""
    parts = [
        section("Machine", table(("", ""), [(name, text) for name, text in machine])),
        f"The logs: {data}. Times are medians of {rounds} runs in turn on a warm cache, those of whole jobs of "
        f"{MORE * rounds} runs, those by threads of {BEHIND * rounds}; in brackets the shortest.\n",
        *(f"**{note}**\n" for note in notes),
    ]
    for row in rows:
        parts.append(section(row.title[0].upper() + row.title[1:], row_table(row)))
    bounds = [(limit.title, limit.shown, limit.bound, yes(limit.met)) for limit in limits]
    parts.append(section("Memory, start to finish, growth", table(("", "measured", "target", "met"), bounds)))
    by_size = [(in_bytes(size), f"{time.median:.2f} s", f"{size / time.median / 1e9:.2f} GB/s", f"{peak / 2**20:.0f} MiB") for size, time, peak in sizes]
    parts.append(section("Time against size, one file, hashing off", table(("size", "time", "rate", "peak memory"), by_size)))
    return "\n".join(parts)


def row_table(row: Row) -> str:
    """One row of the issue: every program with its time, and the targets that ours has against it."""
    ours = row.times[0]
    verdicts = {name: (sense, ratio, met) for name, sense, ratio, met in row.verdicts()}
    lines = [(f"**{row.programs[0].name}**", seconds(ours), "", "", "")]
    for program, time in zip(row.programs[1:], row.times[1:]):
        target = next((value for name, value in verdicts.items() if program.name.startswith(name)), None)
        at_most = target[0].startswith("at most") if target else time.median < ours.median
        ratio = f"{ours.median / time.median:.2f}x its time" if at_most else f"{time.median / ours.median:.2f}x as fast"
        judged = (target[0], yes(target[2])) if target else ("", "")
        lines.append((program.name, seconds(time), ratio, *judged))
    return table(("", "time", "ours is", "target", "met"), lines)


def seconds(time) -> str:
    """The median, and the least in brackets."""
    return f"{time.median:.3f} s ({time.least:.3f})"


def yes(met: bool) -> str:
    return "yes" if met else "**no**"


def section(title: str, body: str) -> str:
    return f"### {title}\n\n{body}"


def table(head, rows) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write(page: Path, text: str):
    """Puts the text between the marks."""
    whole = page.read_text()
    before, _, rest = whole.partition(START)
    _, end, after = rest.partition(END)
    assert end, f"{page} has lost its marks"
    page.write_text(f"{before}{START}\n\n{text}\n{END}{after}")
