"""DuckDB: the same question in SQL, in every form that seemed promising. The fastest that gives the right answer counts.

What it need not do, and we do: tell duplicates, read folded identities beyond ASCII, keep each event with its position
and digest. So the comparison is kind to it.
"""

import shutil
import sys
from pathlib import Path

from answer import from_rows
from programs import Program
from tools import has_package

IDENTITIES = """
create table ids as select id as value from read_csv('{agents}', all_varchar = true);
create table addresses as select lower(email) as value from read_csv('{agents}', all_varchar = true) where email is not null;
"""

# Whoever acts through another's account counts as the actor; addresses compare without case, ids exactly.
JUDGED = """
copy (
    with judged as (
        select time, tenant, case
            when not (time >= {type} '{start}' and time < {type} '{end}') then 'outside_window'
            when behind_id in (select value from ids) or lower(behind_email) in (select value from addresses)
              or actor_id in (select value from ids) or lower(actor_email) in (select value from addresses) then 'in_scope'
            else 'other_actor' end as disposition
        from ({events})
    )
    select disposition, case when disposition = 'in_scope' then tenant end, count(*), min(time), max(time)
    from judged group by all
) to '/dev/stdout' (format csv, header false);
"""

STRUCTS = """
    select timestamp as time, tenant.id as tenant, actor.id as actor_id, actor.email as actor_email,
           impersonator.id as behind_id, impersonator.email as behind_email
    from read_json({logs}, format = 'newline_delimited', columns = {{
        timestamp: '{type}', actor: 'STRUCT(id VARCHAR, email VARCHAR)',
        impersonator: 'STRUCT(id VARCHAR, email VARCHAR)', tenant: 'STRUCT(id VARCHAR)'}})
"""

PATHS = """
    select x[1]::{type} as time, x[2] as tenant, x[3] as actor_id, x[4] as actor_email, x[5] as behind_id, x[6] as behind_email
    from (select json_extract_string(json, ['$.timestamp', '$.tenant.id', '$.actor.id', '$.actor.email',
                 '$.impersonator.id', '$.impersonator.email']) as x from read_ndjson_objects({logs}))
"""

CSV = """
    select "timestamp" as time, "tenant.id" as tenant, "actor.id" as actor_id, "actor.email" as actor_email,
           null::varchar as behind_id, null::varchar as behind_email
    from read_csv({logs}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = {{{columns}}})
"""

# The form, its events, how times are compared. Text compares right here because all times have one form, in UTC.
JSON_FORMS = (
    ("struct columns, time parsed", STRUCTS, "TIMESTAMP"),
    ("struct columns, time as text", STRUCTS, "VARCHAR"),
    ("objects and paths, time parsed", PATHS, "TIMESTAMP"),
)
CSV_FORMS = (
    ("typed columns, time parsed", CSV, "TIMESTAMP"),
    ("typed columns, time as text", CSV, "VARCHAR"),
)


def programs(case: Path, logs: list[Path], window: tuple[str, str], scripts: Path) -> list[Program]:
    """All forms of the query over these logs, in every DuckDB that there is."""
    is_csv = logs[0].suffix == ".csv"
    found = []
    for number, (form, events, kind) in enumerate(CSV_FORMS if is_csv else JSON_FORMS):
        columns = ", ".join(f"'{name}': '{kind if name == 'timestamp' else 'VARCHAR'}'" for name in header(logs[0])) if is_csv else ""
        listed = "[" + ", ".join(f"'{log}'" for log in logs) + "]"
        # A zone that is only ever `Z` is left out of the bounds, since TIMESTAMP has none.
        start, end = (text.rstrip("Z") if kind == "TIMESTAMP" else text for text in window)
        query = JUDGED.format(type=kind, start=start, end=end, events=events.format(logs=listed, type=kind, columns=columns))
        script = scripts / f"duckdb-{case.parent.name}-{number}.sql"
        script.write_text(IDENTITIES.format(agents=case.parent / "agents.csv") + query)
        if shutil.which("duckdb"):
            found.append(Program(f"DuckDB ({form})", ["duckdb", "-f", str(script)], from_rows))
        elif has_package("duckdb"):
            # Starting Python is part of it, so this is only the second choice.
            run = f"import duckdb; duckdb.execute(open({str(script)!r}).read())"
            found.append(Program(f"DuckDB in Python ({form})", [sys.executable, "-c", run], from_rows))
    return found


def header(log: Path) -> list[str]:
    """The columns of a CSV file."""
    with log.open() as file:
        return file.readline().strip().split(",")
