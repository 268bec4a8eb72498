"""What every program must find: how many records met which end, and for each tenant how many events, from when to when."""

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone

ENDS = ("outside_window", "other_actor", "in_scope", "without_tenant")


@dataclass
class Answer:
    """One program's answer. Programs that tell no more than the counts have no tenants (`None`)."""

    records: dict[str, int]
    tenants: dict[str, tuple[int, str, str]] | None = field(default=None)

    def differences(self, other: "Answer") -> list[str]:
        """In words; none if the two agree in all that both tell."""
        found = [
            f"{end}: {self.records[end]} and {other.records[end]}"
            for end in ENDS
            if self.records[end] != other.records[end]
        ]
        if self.tenants is not None and other.tenants is not None and self.tenants != other.tenants:
            ids = self.tenants.keys() | other.tenants.keys()
            wrong = sorted(one for one in ids if self.tenants.get(one) != other.tenants.get(one))
            tenant = wrong[0]
            found.append(f"{len(wrong)} tenants, such as {tenant}: {self.tenants.get(tenant)} and {other.tenants.get(tenant)}")
        return found


def instant(text: str) -> str:
    """Every spelling of an instant as one: programs print with blanks, without zeros or without a zone. All mean UTC."""
    time = datetime.fromisoformat(text.replace(" ", "T").replace("Z", "+00:00"))
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def from_rows(text: str) -> Answer:
    """Rows of disposition, tenant (empty for none), events, first, last: what SQL, jq and xan print."""
    records = dict.fromkeys(ENDS, 0)
    tenants = {}
    for end, tenant, events, first, last in csv.reader(io.StringIO(text)):
        records[end] += int(events)
        if end != "in_scope":
            continue
        if tenant:
            tenants[tenant] = (int(events), instant(first), instant(last))
        else:
            records["without_tenant"] += int(events)
    return Answer(records, tenants)


def from_findings(text: str) -> Answer:
    """What `tenant-impact` says."""
    findings = json.loads(text)
    tenants = {
        tenant["id"]: (tenant["events"], instant(tenant["first"]), instant(tenant["last"]))
        for tenant in findings["tenants"]
    }
    records = findings["records"]
    for end in ("refused", "duplicate"):
        assert records[end] == 0, f"{records[end]} {end}: the data has none"
    return Answer({end: records[end] for end in ENDS}, tenants)


def from_truth(path) -> Answer:
    """What the generator meant to write."""
    records = json.loads(path.read_text())["records"]
    return Answer({end: records[end] for end in ENDS})
