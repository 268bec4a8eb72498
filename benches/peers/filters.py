"""ripgrep with jq, and xan: what somebody at a terminal would do. Each prints the rows that SQL prints."""

import csv
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from programs import Program, rows_of

JQ = r"""
def listed($id; $email): $ids[$id // ""] or $ids[($email // "") | ascii_downcase];
reduce inputs as $event ({};
  (if $event.timestamp < $from or $event.timestamp >= $until then ["outside_window", ""]
   elif listed($event.impersonator.id; $event.impersonator.email) or listed($event.actor.id; $event.actor.email)
   then ["in_scope", $event.tenant.id // ""]
   else ["other_actor", ""] end) as [$what, $tenant]
  | .[$what + "," + $tenant] |= (.n += 1 | .first = ([.first // "~", $event.timestamp] | min)
                                        | .last = ([.last // "", $event.timestamp] | max)))
| to_entries[] | "\(.key),\(.value.n),\(.value.first),\(.value.last)"
"""


def programs(case: Path, logs: list[Path], window: tuple[str, str], scripts: Path) -> list[Program]:
    """Those of the two that are there and fit the format."""
    if logs[0].suffix == ".csv":
        return [xan(case, logs, window, scripts)] if shutil.which("xan") else []
    return [ripgrep(case, logs, window, scripts)] if shutil.which("rg") and shutil.which("jq") else []


def ripgrep(case: Path, logs: list[Path], window: tuple[str, str], scripts: Path) -> Program:
    """ripgrep finds the lines of the window's days, jq judges them; all others are outside."""
    ids = scripts / f"ids-{case.parent.name}.json"
    ids.write_text(json.dumps([{identity: True for agent in agents(case) for identity in (agent["id"], agent["email"].lower())}]))
    program = scripts / "judge.jq"
    program.write_text(JQ)
    files = " ".join(map(str, logs))
    script = scripts / f"ripgrep-{case.parent.name}.sh"
    script.write_text(
        "set -euo pipefail\n"
        f"days='\"timestamp\":\"({'|'.join(days(window))})T'\n"
        f"rg -IN --no-config \"$days\" {files} | jq -nr --argfile list {ids} --arg from {window[0]} --arg until {window[1]} "
        f"'($list[0]) as $ids | '\"$(cat {program})\"\n"
        f"all=$(rg -Ic --no-config '' {files} | awk '{{n += $1}} END {{print n}}')\n"
        f"inside=$(rg -Ic --no-config \"$days\" {files} | awk '{{n += $1}} END {{print n + 0}}')\n"
        'echo "outside_window,,$((all - inside)),,"\n'
    )
    return rows_of("ripgrep and jq", script, slow=True)


def xan(case: Path, logs: list[Path], window: tuple[str, str], scripts: Path) -> Program:
    """Counts all rows on both cores, keeps those of the window's days, then those of listed identities, and groups."""
    identities = scripts / f"ids-{case.parent.name}.txt"
    identities.write_text("".join(f"{agent['id']}\n{agent['email']}\n" for agent in agents(case)))
    (log,) = logs
    script = scripts / f"xan-{case.parent.name}.sh"
    script.write_text(
        "set -euo pipefail\n"
        "work=$(mktemp -d); trap 'rm -rf \"$work\"' EXIT\n"
        f"all=$(xan parallel count {log})\n"
        f"xan search -Z -s timestamp -r '^({'|'.join(days(window))})T' {log} -o $work/window.csv\n"
        f"xan search -e -i -s actor.id,actor.email --patterns {identities} $work/window.csv -o $work/scope.csv\n"
        "inside=$(xan count $work/window.csv); scope=$(xan count $work/scope.csv)\n"
        "xan groupby tenant.id 'count() as n, lex_first(timestamp) as first, lex_last(timestamp) as last' $work/scope.csv "
        "| xan behead | sed 's/^/in_scope,/'\n"
        'echo "other_actor,,$((inside - scope)),,"; echo "outside_window,,$((all - inside)),,"\n'
    )
    return rows_of("xan", script)


def agents(case: Path) -> list[dict[str, str]]:
    """The list that the case names."""
    with (case.parent / "agents.csv").open() as file:
        return list(csv.DictReader(file))


def days(window: tuple[str, str]) -> list[str]:
    """Every day of a window that begins and ends at midnight."""
    start, end = (datetime.fromisoformat(text.replace("Z", "+00:00")) for text in window)
    return [(start + timedelta(days=day)).date().isoformat() for day in range((end - start).days)]
