"""Two small plots, light and quiet, readable on a phone."""

from pathlib import Path

INK, QUIET = "#1f4e79", "#8a8a8a"


def draw(folder: Path, sizes, threads):
    """`sizes`: bytes, time, peak. `threads`: count, time. Needs matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"font.size": 13, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": QUIET})
    folder.mkdir(parents=True, exist_ok=True)

    figure, axes = pyplot.subplots(figsize=(5.4, 3.6))
    points = [(size / 1e9, time.median) for size, time, _ in sizes]
    axes.loglog(*zip(*points), "o-", color=INK)
    # Through the largest: where time is linear in bytes, all points lie on it.
    (most, longest), least = points[-1], points[0][0]
    axes.loglog([least, most], [longest * least / most, longest], "--", color=QUIET, linewidth=1)
    axes.annotate("linear", (least, longest * least / most), xytext=(8, -8), textcoords="offset points", color=QUIET)
    axes.set_xlabel("log size in GB")
    axes.set_ylabel("time in s")
    axes.set_xticks([size for size, _ in points], [f"{size:.2g}" for size, _ in points])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    save(figure, folder / "time-by-size.png")

    figure, axes = pyplot.subplots(figsize=(5.4, 3.6))
    counts, times = [count for count, _ in threads], [time.median for _, time in threads]
    axes.plot(counts, times, "o-", color=INK)
    # More threads than cores, the last point, can bring nothing more.
    cores = counts[-2]
    axes.plot(counts, [times[0] / min(count, cores) for count in counts], "--", color=QUIET, linewidth=1)
    axes.annotate(f"as far as {cores} cores allow", (counts[-1], times[0] / cores), xytext=(0, -16), textcoords="offset points", ha="right", color=QUIET)
    axes.set_xlabel("threads")
    axes.set_ylabel("time in s")
    axes.set_xticks(counts)
    axes.set_ylim(bottom=0)
    save(figure, folder / "time-by-threads.png")


def save(figure, path: Path):
    """Without a date or a version inside, so that the same figures give the same bytes."""
    figure.tight_layout()
    figure.savefig(path, dpi=140, metadata={"Software": None})
