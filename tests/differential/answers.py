"""An answer as tables: the books of each source, what each tenant, action and agent has. One is read from the findings,
the other asked of DuckDB."""

import tomllib
from datetime import datetime, timezone
from pathlib import Path

import duckdb

TABLES = ("sources", "tenants", "scopes", "tenant_actions", "outcomes", "actions", "agents")
ENDS = ("in_scope", "duplicate", "other_actor", "outside_window", "refused", "without_tenant")


def instant(text: str | None) -> str | None:
    """Every spelling as one."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(timezone.utc).isoformat(timespec="microseconds")


def of_findings(found: dict) -> dict[str, dict]:
    """What the program says."""
    answer = {name: {} for name in TABLES}
    for source in found["sources"]:
        books = source["records"]
        answer["sources"][source["path"]] = (books["read"], *(books[end] for end in ENDS), instant(source["first"]), instant(source["last"]))
    for tenant in found["tenants"]:
        name = tenant["id"]
        answer["tenants"][name] = (tenant["events"], tenant["agents"], tenant["sessions"], instant(tenant["first"]), instant(tenant["last"]))
        for table, key in (("scopes", "scopes"), ("tenant_actions", "actions"), ("outcomes", "outcomes")):
            answer[table] |= {(name, one): (count,) for one, count in tenant[key].items() if count}
    for action in found["actions"]:
        answer["actions"][action["code"]] = (action["events"], action["tenants"])
    for agent in found["agents"]:
        answer["agents"][agent["id"]] = (agent["events"], agent["tenants"], instant(agent["first"]), instant(agent["last"]))
    return answer


def of_duckdb(folder: Path) -> dict[str, dict]:
    """What SQL says of the same logs, agents and scopes."""
    case = tomllib.loads((folder / "case.toml").read_text())
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    db.execute("create table lines (source varchar, place bigint, line varchar)")
    db.execute("create table rows (source varchar, place bigint, line varchar, cells json)")
    for number, path in enumerate(logs(folder, case)):
        shown = str(path.relative_to(folder))
        db.execute("insert into sources values (?, ?)" if number else
                   "create table sources as select ? as source, ?::int as number", [shown, number])
        if path.suffix == ".csv":
            columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in path.open().readline().strip().split(",")) + "}"
            db.execute(f"""insert into rows select '{shown}', row_number() over (), '', to_json(one)
                from read_csv('{path}', header = true, quote = '"', escape = '"', delim = ',', auto_detect = false,
                              parallel = false, columns = {columns}) as one""")
        else:
            db.execute(f"""insert into lines select '{shown}', row_number() over (), line
                from read_csv('{path}', header = false, quote = '', escape = '', delim = '\\x01', auto_detect = false,
                              parallel = false, columns = {{'line': 'VARCHAR'}})""")
    db.execute("create table scopes (name varchar, start timestamptz, stop timestamptz, agents varchar[])")
    listed = db.execute(f"select id, employer from read_csv('{folder}/agents.csv', all_varchar = true)").fetchall()
    for scope in case["scopes"]:
        chosen = scope["agents"]
        employer = None if chosen == "all" else chosen.get("employer")
        agents = [agent for agent, own in listed if chosen == "all" or (own == employer if employer else agent in chosen["ids"])]
        db.execute("insert into scopes values (?, ?, ?, ?)", [scope["name"], scope["from"], scope["until"], agents])
    db.execute((Path(__file__).parent / "judge.sql").read_text().replace("AGENTS", str(folder / "agents.csv")))
    answer = {}
    for table in TABLES:
        keys = 2 if table in ("scopes", "tenant_actions", "outcomes") else 1
        rows = db.execute(f"select * from answer_{table}").fetchall()
        answer[table] = {(row[:2] if keys == 2 else row[0]): row[keys:] for row in rows}
    return answer


def logs(folder: Path, case: dict) -> list[Path]:
    """The files in the order in which they are read."""
    found = []
    for entry in case["logs"]:
        path = folder / entry["path"]
        found += sorted(path.iterdir() if path.is_dir() else folder.glob(entry["path"]))
    return found


def differences(ours: dict, theirs: dict) -> list[str]:
    """In words; none where both say the same."""
    found = []
    for table in TABLES:
        for key in sorted(ours[table].keys() | theirs[table].keys(), key=str):
            one, other = ours[table].get(key), theirs[table].get(key)
            if one != other:
                found.append(f"{table}: {key}: {one}, by DuckDB {other}")
    return found
