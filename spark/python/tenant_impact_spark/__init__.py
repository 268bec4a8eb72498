"""Makes a tenant-impact report with the executors of Spark.

The driver plans and merges; each split of the plan is read by one `tenant-impact partial` on an
executor. The table of splits goes through `mapInArrow` of Spark Connect, because serverless Spark
has no RDDs. Partials are the same bytes from any attempt, so Spark may run a task again or twice.
"""

import argparse
import hashlib
import json
import shutil
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

#: Columns of the answer: the split, the SHA-256 of its partial, its bytes, and the host that wrote it.
ANSWER = "split long, sha256 string, bytes long, host string"

#: Most tasks of a job. More splits than this share tasks, since a scheduler keeps each task in memory.
MOST_TASKS = 20_000


def program():
    """Returns the path of the scanner: the one of this wheel, else the one on PATH."""
    own = Path(sysconfig.get_path("scripts")) / "tenant-impact"
    found = str(own) if own.is_file() else shutil.which("tenant-impact")
    if found is None:
        raise FileNotFoundError("no `tenant-impact` beside this Python nor on PATH; install the wheel on every machine")
    return found


def chosen(plan_sha256, splits, share):
    """Returns the splits to read twice: those with the smallest SHA-256 of plan and number."""
    order = sorted(range(splits), key=lambda split: hashlib.sha256(f"{plan_sha256} {split}".encode()).digest())
    return sorted(order[: -(-splits * share // 100)])


def read_split(plan, plan_sha256, split, folder):
    """Makes the partial of one split, unless a whole one of this plan is there. Returns its SHA-256 and its bytes."""
    out = Path(folder) / f"{split}.partial"
    if not is_of(out, plan_sha256, split):
        command = [program(), "partial", plan, "--split", str(split), "--out", str(out), "--quiet"]
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise RuntimeError(f"split {split} on {socket.gethostname()}, status {run.returncode}: {run.stderr.strip()}")
    sha256 = hashlib.sha256()
    with out.open("rb") as file:
        while chunk := file.read(1 << 20):
            sha256.update(chunk)
    return sha256.hexdigest(), out.stat().st_size


def is_of(partial, plan_sha256, split):
    """Tells whether a partial is of this plan and split. `partial` renames it when it is whole, and
    `merge` checks its bytes."""
    try:
        with partial.open("rb") as file:
            head = json.loads(file.readline())
    except (OSError, ValueError):
        return False
    return head.get("plan_sha256") == plan_sha256 and head.get("split") == split


def read_splits(spark, plan, plan_sha256, splits, folder):
    """Reads splits on the executors and returns a row of ANSWER for each."""

    def task(batches):
        import pyarrow

        types = {"split": pyarrow.int64(), "sha256": pyarrow.string(), "bytes": pyarrow.int64(), "host": pyarrow.string()}
        for batch in batches:
            rows = []
            for place in batch.column(0).to_pylist():
                sha256, size = read_split(plan, plan_sha256, splits[place], folder)
                rows.append({"split": splits[place], "sha256": sha256, "bytes": size, "host": socket.gethostname()})
            yield pyarrow.RecordBatch.from_pylist(rows, pyarrow.schema(types.items()))

    if not splits:
        return []
    # `range` cuts evenly, so no task gets many splits while another one has none.
    places = spark.range(0, len(splits), 1, min(len(splits), MOST_TASKS))
    return places.mapInArrow(task, ANSWER).collect()


def report(spark, case, work, out, *, split_size=None, resume=False, repeat=1, extra=()):
    """Makes the bundle of a case. Returns the exit status of `merge`, and a summary.

    `work` is a folder that every machine sees under the same path, as are the logs of the case. With
    `resume` the plan that is there goes on, with the partials that are whole. `repeat` is the share
    of splits, in per cent, that are read a second time and compared.
    """
    work = Path(work)
    plan, parts, again = work / "plan", work / "parts", work / "again"
    if not resume:
        size = [] if split_size is None else ["--split-size", split_size]
        planned = subprocess.run([program(), "plan", str(case), "--out", str(plan), "--quiet", *size], check=False)
        if planned.returncode != 0:
            return planned.returncode, None
    content = (plan / "plan.json").read_bytes()
    plan_sha256, splits = hashlib.sha256(content).hexdigest(), range(len(json.loads(content)["splits"]))
    # Executors write into these folders at the same time, so none of them makes one.
    parts.mkdir(exist_ok=True)
    again.mkdir(exist_ok=True)
    first = {row["split"]: row for row in read_splits(spark, str(plan), plan_sha256, splits, str(parts))}
    twice = chosen(plan_sha256, len(splits), repeat)
    second = {row["split"]: row for row in read_splits(spark, str(plan), plan_sha256, twice, str(again))}
    missing = [split for split in splits if split not in first] + [split for split in twice if split not in second]
    differing = [split for split, row in second.items() if split in first and row["sha256"] != first[split]["sha256"]]
    summary = {
        "plan_sha256": plan_sha256,
        "splits": len(first),
        "bytes": sum(row["bytes"] for row in first.values()),
        "hosts": sorted({row["host"] for row in [*first.values(), *second.values()]}),
        "read_twice": len(second),
        "read_twice_on_another_host": sum(row["host"] != first[split]["host"] for split, row in second.items()),
        "missing": missing,
        "differing": differing,
    }
    if missing or differing:
        return 2, summary
    merged = subprocess.run([program(), "merge", str(plan), str(parts), "--out", str(out), *extra], check=False)
    return merged.returncode, summary


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(
        prog="tenant-impact-spark",
        description="Make a tenant-impact report on Spark. Options after `--` go to `tenant-impact merge`.",
    )
    parser.add_argument("case", help="the case file; its logs must have the same paths on every machine")
    parser.add_argument("--work", required=True, help="folder for plan and partials that every machine sees; keep it secret")
    parser.add_argument("--out", required=True, help="folder to write the bundle to; must not exist")
    parser.add_argument("--remote", help="Spark Connect address, sc://HOST:PORT [default: the session of the cluster]")
    parser.add_argument("--split-size", help="size of the parts that logs are cut into [default: 256MiB]")
    parser.add_argument("--resume", action="store_true", help="go on with the plan and the partials in the work folder")
    parser.add_argument("--repeat", type=int, default=1, metavar="PERCENT", help="share of splits to read twice [default: 1]")
    own, extra = sys.argv[1:], []
    if "--" in own:
        at = own.index("--")
        own, extra = own[:at], own[at + 1 :]
    args = parser.parse_args(own)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("tenant-impact")
    spark = (builder.remote(args.remote) if args.remote else builder).getOrCreate()
    try:
        status, summary = report(
            spark,
            args.case,
            args.work,
            args.out,
            split_size=args.split_size,
            resume=args.resume,
            repeat=args.repeat,
            extra=extra,
        )
    finally:
        spark.stop()
    if summary is not None:
        print(json.dumps(summary), file=sys.stderr)
        for fault in ("missing", "differing"):
            if summary[fault]:
                print(f"error: {fault} splits: {summary[fault]}; no bundle was written", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
