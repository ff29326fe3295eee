"""How Halden Outdoor's connectors are set up: which account, which schedule, which settings."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from domoadmin.sandbox.company import subjects as topics
from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.content import FIRST_ACCOUNT, PURPOSES
from domoadmin.sandbox.company.datasets import MINUTE_MS, DatasetTable, Numbers
from domoadmin.sandbox.company.partitions import is_partitioned

NO_ACCOUNT = 0
TIMED_OUT = "DC-504"
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
CONNECTORS = tuple(provider for provider in words.PROVIDERS if provider.transport == "CONNECTOR")
PURPOSE_OF = {
    "Retail operations": "stores",
    "Merchandising": "stores",
    "Supply chain": "supply chain",
    "Finance": "finance",
    "E-commerce": "web shop",
    "Marketing": "marketing",
    "Customer care": "customer care",
    "People": "people",
    "IT and data": "sandbox",
    "Legal": "finance",
    "Product development": "supply chain",
    "Sustainability": "supply chain",
}


class Schedule(NamedTuple):
    """When a stream runs: Domo's kind of schedule, its interval in milliseconds, the cron text, and what else it says.

    state: ACTIVE, or INACTIVE for one that somebody switched off. late: its runs have stopped coming.
    """

    kind: str
    interval: int
    expression: str | None
    at: str | None = None
    days: tuple[Any, ...] = ()
    zone: str = "UTC"
    state: str = "ACTIVE"
    late: bool = False

    def as_json(self) -> str:
        """The text of advancedScheduleJson."""
        if self.kind == "MANUAL":
            return json.dumps({"type": "MANUAL", "timezone": "UTC"})
        if self.kind in ("MINUTE", "HOUR"):
            unit = MINUTE_MS if self.kind == "MINUTE" else HOUR_MS
            rest: dict[str, Any] = {"between": None, "interval": self.interval // unit}
        else:
            rest = {"at": self.at} | ({"days": list(self.days)} if self.days else {})
        return json.dumps({"type": self.kind, "timezone": self.zone, **rest}, separators=(",", ":"))


# Those of one line take turns by the place of the dataset.
SCHEDULES = (
    (2 * HOUR_MS, (
        Schedule("MINUTE", 30 * MINUTE_MS, "0 13/30 * * * ?"),
        Schedule("MINUTE", 15 * MINUTE_MS, "0 4/15 * * * ?"),
    )),
    (8 * HOUR_MS, (
        Schedule("HOUR", HOUR_MS, "0 13 * * * ?"),
        Schedule("HOUR", 4 * HOUR_MS, "0 25 1/4 * * ?"),
    )),
    (2 * DAY_MS, (
        Schedule("DAY", DAY_MS, "0 13 4 * * ?", "04:13 AM"),
        Schedule("DAY", DAY_MS, "0 30 6 * * ?", "06:30 AM", zone="Europe/Stockholm"),
        Schedule("DAY", DAY_MS, "0 45 22 * * ?", "10:45 PM", zone="America/Denver"),
    )),
    (15 * DAY_MS, (
        Schedule("WEEK", 7 * DAY_MS, "0 13 4 ? * MON", "04:13 AM", ("MON",)),
        Schedule("WEEK", 4 * DAY_MS, "0 0 7 ? * MON,THU", "07:00 AM", ("MON", "THU"), "Europe/Stockholm"),
    )),
    (46 * DAY_MS, (
        Schedule("MONTH", 30 * DAY_MS, "0 13 4 1 * ?", "04:13 AM", (1,)),
        Schedule("MONTH", 30 * DAY_MS, "0 0 5 15 * ?", "05:00 AM", (15,)),
    )),
)  # fmt: skip
MANUAL = Schedule("MANUAL", 9 * DAY_MS, None)
DAILY = SCHEDULES[2][1][0]
# Of data older than any schedule, so many in twenty are loaded by hand, or switched off; the others come late.
BY_HAND, SWITCHED_OFF = 13, 18
# One stream in so many has stopped coming though its data is younger.
STOPPED = 53


def schedule_of(table: DatasetTable, index: int, anchor: int) -> Schedule:
    """What fits the age of the data."""
    if words.PROVIDERS[int(table.provider[index])].transport != "CONNECTOR":
        return MANUAL
    age = anchor - int(table.updated[index])
    for longest, choices in SCHEDULES:
        if age < longest:
            return choices[index % len(choices)]._replace(late=index % STOPPED == 7)
    draw = index * 7 % 20
    if draw < BY_HAND and not table.failed[index]:
        return MANUAL
    return DAILY._replace(state="INACTIVE") if draw < SWITCHED_OFF else DAILY._replace(late=True)


def update_method(table: DatasetTable, index: int) -> str:
    """APPEND for what is kept in partitions and for some others."""
    return "APPEND" if is_partitioned(table, index) or index % 6 == 4 else "REPLACE"


def is_valid(number: int) -> bool:
    """Whether the account at this place of the generated accounts still signs in."""
    return number % 11 != 3


@lru_cache
def _accounts_by_use() -> Numbers:
    """The account by provider, department and whether the dataset's last load failed."""
    found = np.zeros((len(words.PROVIDERS), len(words.DEPARTMENTS), 2), dtype=np.int64)
    for place, provider in enumerate(CONNECTORS):
        own = range(place * len(PURPOSES), (place + 1) * len(PURPOSES))
        broken = [number for number in own if not is_valid(number)]
        for department, name in enumerate(words.DEPARTMENTS):
            wanted = own[PURPOSES.index(PURPOSE_OF[name])]
            usable = wanted if is_valid(wanted) else next(number for number in own if is_valid(number))
            code = words.PROVIDER_CODES[provider.key]
            found[code, department] = FIRST_ACCOUNT + usable, FIRST_ACCOUNT + (broken or [usable])[0]
    return found


def accounts_of(table: DatasetTable, generated: int) -> Numbers:
    """The account of each generated dataset; NO_ACCOUNT for those that need none."""
    department = np.array([words.DEPARTMENTS.index(topic.department) for topic in topics.SUBJECTS])
    failed = table.failed[:generated].astype(np.int64)
    chosen = _accounts_by_use()[table.provider[:generated], department[table.subject[:generated]], failed]
    return np.asarray(chosen, dtype=np.int64)


def account_of(table: DatasetTable, index: int) -> int:
    """The same for one dataset."""
    department = words.DEPARTMENTS.index(table.department(index))
    return int(_accounts_by_use()[int(table.provider[index]), department, int(table.failed[index])])


def settings_of(table: DatasetTable, index: int) -> dict[str, str]:
    """What stands in the connector's form, by name of the setting."""
    topic = topics.SUBJECTS[int(table.subject[index])]
    name = topic.name.upper().replace(" ", "_").replace("-", "_")
    key = words.PROVIDERS[int(table.provider[index])].key
    settings = {
        "snowflake": {
            "warehouse": "DOMO_LOAD_WH",
            "database": "HALDEN_DW",
            "schema": topic.schema.upper(),
            "query": f"SELECT * FROM HALDEN_DW.{topic.schema.upper()}.{name}",  # noqa: S608 - shown, never run
            "fetch_size": "10000",
        },
        "sap-hana": {"schema": "HALDEN_BW", "query": f"CALL HALDEN_BW.READ_{name}()", "fetch_size": "5000"},
        "salesforce": {
            "browseObject": name.title().replace("_", ""),
            "reportType": "object",
            "includeDeleted": "false",
        },
        "google-sheets": {"spreadsheetIDFileName": f"{topic.name}.gsheet", "sheetName": "Sheet1", "headerRow": "1"},
        "google-analytics": {"reportingView": "halden-outdoor.example", "metrics": "sessions,bounces,conversions"},
        "workday": {"reportName": f"RaaS {topic.name}", "tenant": "haldenoutdoor"},
        "zendesk": {"report": "tickets", "subdomain": "haldenoutdoor"},
        "amazon-s3": {"bucket": "halden-outdoor-archive", "fileName": f"{topic.schema}/{name.lower()}.csv"},
        "mysql-ssh": {"databaseName": "legacy_erp", "query": f"CALL export_{name.lower()}()", "sshHost": "bastion"},
    }.get(key, {})
    return {"retry.retryNumber": str(index % 3), **settings}


def failure_of(table: DatasetTable, index: int, number: int) -> dict[str, Any]:
    """What a connector says when a run fails, as it stands in the errors of an execution."""
    provider = words.PROVIDERS[int(table.provider[index])].name
    account = account_of(table, index)
    if account and table.failed[index] and not is_valid(account - FIRST_ACCOUNT):
        return error("DC-401", f"{provider} refused the sign-in. Update the credentials of account {account}.")
    reasons = (
        (TIMED_OUT, f"The connection to {provider} timed out after 300 seconds."),
        ("DC-409", f"{provider} is down for maintenance. The next run will try again."),
        ("DC-422", f'The answer of {provider} has no column "{words.TAGS[number % 5]}_id" any more.'),
        ("DC-429", f"{provider} answered: too many requests."),
    )
    return error(*reasons[(index + number) % len(reasons)])


def error(code: str, message: str) -> dict[str, Any]:
    """One entry of the errors of an execution."""
    return {"code": code, "message": message}
