"""Streams: what fills a dataset, and its runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.exact_json import ExactNumber
from domoadmin.services.results.base import Result
from domoadmin.services.results.datasets import Dataset
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text
from domoadmin.services.results.undocumented import read_object


@dataclass(frozen=True, kw_only=True)
class Execution(Result):
    """One run of a stream. `state` is ACTIVE while it runs, then SUCCESS, ERROR or what the upstream says.

    All but the state is empty where starting a run answers nothing: then streams.get or streams.history tells.
    """

    id: str
    stream_id: str
    state: str
    run_type: str
    update_method: str
    started: datetime | None
    ended: datetime | None
    rows_inserted: int | None
    bytes_inserted: int | None
    upload_id: str
    index_request_key: str
    started_by: str
    errors: tuple[str, ...]

    @property
    def running(self) -> bool:
        """Whether it has not ended; False where nothing is known."""
        return bool(self.state) and self.ended is None and self.state not in ("SUCCESS", "ERROR", "CANCELLED")

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one execution; its times are epoch seconds, also with decimals."""
        return cls(
            raw=raw,
            request_id=request_id or text(raw, "toe") or None,
            id=identifier(raw, "executionId", "id"),
            stream_id=identifier(raw, "streamId"),
            state=text(raw, "currentState", "state", "status").upper(),
            run_type=text(raw, "runType").upper(),
            update_method=text(raw, "updateMethod").upper(),
            started=moment(raw, "startedAt"),
            ended=moment(raw, "endedAt"),
            rows_inserted=number(raw, "rowsInserted"),
            bytes_inserted=number(raw, "bytesInserted"),
            upload_id=identifier(raw, "uploadId"),
            index_request_key=_digits(raw.get("indexRequestKey")),
            started_by=identifier(raw, "startedBy"),
            errors=tuple(_message(problem) for problem in raw.get("errors") or ()),
        )

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read the answer to a run: the execution, or nothing."""
        exact = answer.exact()
        return cls.from_raw(read_object(exact, "execution"), exact.request_id)


def _digits(value: Any) -> str:
    """Return a key such as 20220513224325.628 with all its digits: it is no number to compute with."""
    if isinstance(value, ExactNumber):
        return value.text
    return "" if value is None else str(value)


def _message(problem: Any) -> str:
    if isinstance(problem, Mapping):
        return text(problem, "message", "localizedMessage", "errorMessage", "description", "code") or json.dumps(
            problem
        )
    return str(problem)


@dataclass(frozen=True, kw_only=True)
class StreamSetting(Result):
    """One setting of a connector; the value is always text."""

    name: str
    value: str
    category: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one setting."""
        return cls(
            raw=raw,
            request_id=request_id,
            name=text(raw, "name"),
            value=text(raw, "value"),
            category=text(raw, "category"),
        )


@dataclass(frozen=True, kw_only=True)
class Stream(Result):
    """A stream. `schedule` is read from the JSON text that holds it; execution fields are None where nothing ran."""

    id: str
    dataset: Dataset | None
    valid: bool | None
    transport_type: str
    transport_description: str
    provider_key: str
    provider_name: str
    account_id: str
    update_method: str
    schedule: Mapping[str, Any] = field(default_factory=dict)
    schedule_expression: str
    schedule_state: str
    state: str
    last_execution: Execution | None
    last_successful_execution: Execution | None
    current_execution: Execution | None
    created: datetime | None
    modified: datetime | None
    configuration: tuple[StreamSetting, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one stream; its own times are epoch seconds, those of provider and dataset milliseconds."""
        dataset = mapping(raw, "dataSource")
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id", "streamId"),
            dataset=Dataset.from_raw(dataset) if dataset else None,
            valid=flag(raw, "valid"),
            transport_type=text(raw, "transport.type"),
            transport_description=text(raw, "transport.description"),
            provider_key=text(raw, "dataProvider.key"),
            provider_name=text(raw, "dataProvider.name"),
            account_id=identifier(raw, "account.id", "account.accountId"),
            update_method=text(raw, "updateMethod").upper(),
            schedule=_schedule(raw.get("advancedScheduleJson")),
            schedule_expression=text(raw, "scheduleExpression"),
            schedule_state=text(raw, "scheduleState").upper(),
            state=text(raw, "currentExecutionState").upper(),
            last_execution=_execution(raw, "lastExecution"),
            last_successful_execution=_execution(raw, "lastSuccessfulExecution"),
            current_execution=_execution(raw, "currentExecution"),
            created=moment(raw, "createdAt"),
            modified=moment(raw, "modifiedAt"),
            configuration=tuple(StreamSetting.from_raw(setting) for setting in mappings(raw, "configuration")),
        )

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read a stream, digits kept; creating and updating one may answer nothing."""
        exact = answer.exact()
        return cls.from_raw(read_object(exact, "stream"), exact.request_id)


def _execution(raw: Raw, name: str) -> Execution | None:
    found = mapping(raw, name)
    return Execution.from_raw(found) if found else None


def _schedule(value: Any) -> Mapping[str, Any]:
    """Read the text that holds JSON; an object is taken as it is, anything else says nothing."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
