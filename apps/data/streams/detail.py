"""What the pages of a stream say of it: facts, configuration, schedule, last runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.audit.masking import mask
from apps.connections.models import Connection
from apps.data.streams import health
from apps.data.streams.history import Run
from apps.data.streams.schedule import read, words_of
from domoadmin.services.exact_json import ExactNumber
from domoadmin.services.results.fields import moment, text
from domoadmin.services.results.streams import Execution, Stream

UPDATE_WORDS = {
    "REPLACE": "Replace: each run replaces all rows",
    "APPEND": "Append: each run adds rows",
    "UPSERT": "Upsert: each run updates rows by their key",
    "PARTITION": "Partition: each run replaces partitions",
    "MERGE": "Merge",
}


@dataclass(frozen=True)
class Setting:
    """One entry of the configuration; a secret's value is hidden."""

    name: str
    category: str
    type: str
    value: str
    hidden: bool


@dataclass(frozen=True)
class StreamFacts:
    """What the page shows of a stream; empty and None where Domo doesn't tell."""

    id: str
    name: str
    dataset_id: str
    dataset_exists: bool
    owner: str
    provider: str
    provider_key: str
    transport: str
    update_method: str
    account_id: str
    account_name: str
    schedule_words: str
    schedule_text: str
    schedule_problem: str
    expression: str
    schedule_state: str
    inactive_code: str
    valid: bool | None
    standing: health.Standing
    next_run: datetime | None
    last: Execution | None
    success: Execution | None
    current: Execution | None
    problems: list[health.Problem]
    created: datetime | None
    modified: datetime | None
    configuration: list[Setting]
    may_write: bool

    @classmethod
    def of(cls, stream: Stream, connection: Connection, stream_id: str, now: datetime) -> StreamFacts:
        """Read a stream; stream_id: what was asked for, in case the answer doesn't repeat it."""
        source = stream.dataset
        schedule = health.schedule_text(stream)
        owner = source.owner if source else None
        last = stream.last_execution
        return cls(
            id=stream.id or stream_id,
            name=(source.name.strip() if source else "") or f"Stream {stream.id or stream_id}",
            dataset_id=source.id if source else "",
            dataset_exists=bool(source and source.id),
            owner=(owner.name or owner.id) if owner else "",
            provider=stream.provider_name or stream.provider_key,
            provider_key=stream.provider_key,
            transport=_transport(stream),
            update_method=UPDATE_WORDS.get(stream.update_method, stream.update_method.capitalize()),
            account_id=stream.account_id,
            account_name=text(stream.raw, "account.displayName", "account.name"),
            schedule_words=words_of(schedule, stream.schedule_expression),
            schedule_text=schedule or "",
            schedule_problem=read(schedule).problem,
            expression=stream.schedule_expression,
            schedule_state=stream.schedule_state,
            inactive_code=text(stream.raw, "inactiveScheduleCode"),
            valid=stream.valid,
            standing=health.standing_of(stream, now),
            next_run=_ahead(moment(source.raw, "nextUpdate") if source else None, now),
            last=last,
            success=stream.last_successful_execution,
            current=stream.current_execution if health.is_running(stream) else None,
            problems=health.problems_of(last) if last and last.state in health.BAD_STATES else [],
            created=stream.created,
            modified=stream.modified,
            configuration=settings_of(stream),
            may_write=source is None or source.writable is not False,
        )

    @property
    def last_seconds(self) -> float | None:
        """Return how long the last run took."""
        return health.seconds_of(self.last) if self.last else None


def _transport(stream: Stream) -> str:
    version = text(stream.raw, "transport.version")
    parts = [stream.transport_description or stream.transport_type, f"version {version}" if version else ""]
    return ", ".join(part for part in parts if part)


def _ahead(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and at > now else None


def is_secret(name: str) -> bool:
    """Say whether a setting of this name is one that the audit trail hides: a password, a token, a key."""
    return bool(mask({name: "x"})[name] != "x")


def settings_of(stream: Stream) -> list[Setting]:
    """Return the configuration as it stands, without the values of secrets."""
    found = []
    for setting in stream.configuration:
        hidden = is_secret(setting.name) and bool(setting.value)
        kind = text(setting.raw, "type") or "string"
        found.append(Setting(setting.name, setting.category, kind, "" if hidden else setting.value, hidden))
    return found


# Fields of an execution that the page has said in words already.
_SAID = {"errors", "streamId", "executionId", "currentState", "startedAt", "endedAt", "rowsInserted", "bytesInserted"}


def execution_facts(run: Run) -> dict[str, Any]:
    """Return what the page of one run shows: the run, and each other field that Domo tells of it."""
    raw: Mapping[str, Any] = run.execution.raw
    rest = [(name, _shown(value)) for name, value in raw.items() if name not in _SAID and value not in (None, "", [])]
    return {"run": run, "rest": rest}


def _shown(value: Any) -> str:
    if isinstance(value, ExactNumber):
        return value.text
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
