"""Uploads: the upload itself, the versions of the data, the index, and the answers of queries."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self, TypeAlias

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text

IndexState: TypeAlias = Literal["running", "done", "failed", "unknown"]

_STATES: dict[str, IndexState] = {
    **dict.fromkeys(("SUCCESS", "SUCCEEDED", "COMPLETE", "COMPLETED", "DONE", "INDEXED", "FINISHED", "READY"), "done"),
    **dict.fromkeys(("FAILED", "FAILURE", "ERROR", "CANCELLED", "CANCELED", "ABORTED", "INVALID"), "failed"),
    **dict.fromkeys(
        ("RUNNING", "PENDING", "QUEUED", "WAITING", "STARTED", "PROCESSING", "INDEXING", "ACTIVE", "NEW", "SCHEDULED"),
        "running",
    ),
    **dict.fromkeys(("IN_PROGRESS", "INPROGRESS", "REQUESTED", "SUBMITTED", "CREATED"), "running"),
}


@dataclass(frozen=True, kw_only=True)
class Upload(Result):
    """An open upload; its id goes with each part and with the commit."""

    upload_id: str
    dataset_id: str
    requested: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an upload; the id came as a number, but is used as text."""
        return cls(
            raw=raw,
            request_id=request_id,
            upload_id=identifier(raw, "uploadId", "id", "upload_id"),
            dataset_id=identifier(raw, "dataSourceId", "datasourceId"),
            requested=moment(raw, "requestedAsOf"),
        )

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read an answer; raises UnexpectedAnswer without an id, since nothing could be sent to it."""
        upload = cls.from_raw(answer.mapping(), answer.request_id)
        if not upload.upload_id:
            raise answer.unexpected("the upload has no id")
        return upload


@dataclass(frozen=True, kw_only=True)
class DataVersion(Result):
    """One version of a dataset's data; `upload_status` is success, error or processing, in lower case."""

    data_id: str
    schema_id: str
    upload_id: str
    upload_status: str
    row_count: int | None
    byte_count: int | None
    recorded: datetime | None
    completed: datetime | None
    index_status: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a version. Only the v2 call documents its fields; the v3 one is read by likely names too."""
        return cls(
            raw=raw,
            request_id=request_id,
            data_id=identifier(raw, "dataId", "dataVersionId", "datasourceVersionId", "id", "versionId"),
            schema_id=identifier(raw, "schemaId"),
            upload_id=identifier(raw, "uploadId"),
            upload_status=text(raw, "uploadStatus", "status", "state", "uploadState").lower(),
            row_count=number(raw, "numRows", "rowCount", "rows", "recordCount"),
            byte_count=number(raw, "numBytes", "byteCount", "sizeBytes", "size", "bytes"),
            recorded=moment(raw, "recordedDate", "recorded", "recordedOn", "requestedAsOf", "created", "createdDate"),
            completed=moment(raw, "uploadCompletedDate", "uploadCompleted", "completed", "completedDate"),
            index_status=text(raw, "indexStatus", "indexState").lower(),
        )


@dataclass(frozen=True, kw_only=True)
class IndexRequest(Result):
    """A request to index; the answer isn't documented, so the id that its status is asked by may be absent."""

    index_id: str | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read the id under any likely name."""
        names = ("indexId", "index_id", "indexRequestId", "indexRequestKey", "requestId", "id", "index", "key")
        found = identifier(raw, *names, "index.id", "index.indexId", "indexRequest.id")
        first = (mappings(raw, "indexes", "indices", "statuses") or [{}])[0]
        return cls(raw=raw, request_id=request_id, index_id=found or identifier(first, *names) or None)

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read an object, a list with one, a bare id, or nothing."""
        data: Any = answer.data
        if isinstance(data, list) and data:
            data = data[0]
        return cls.from_raw(data if isinstance(data, dict) else {"id": data}, answer.request_id)


@dataclass(frozen=True, kw_only=True)
class IndexStatus(Result):
    """How far indexing is; "unknown" when the answer, which isn't documented, doesn't say."""

    state: IndexState
    message: str
    row_count: int | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one status, or several: one failure is a failure, one that runs is running."""
        several = mappings(raw, "statuses", "indexes", "indexStatuses")
        states = [_state_of(status) for status in several] or [_state_of(raw)]
        worst: tuple[IndexState, ...] = ("failed", "running", "unknown", "done")
        state = next(candidate for candidate in worst if candidate in states)
        chosen = next((status for status in several if _state_of(status) == state), raw)
        message = text(chosen, "message", "errorMessage", "reason", "error", "statusMessage")
        return cls(
            raw=raw,
            request_id=request_id,
            state=state,
            message=message or text(raw, "message"),
            row_count=number(chosen, "rowCount", "numRows", "indexedRows"),
        )

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read an object, a list of statuses, or a bare word."""
        data: Any = answer.data
        if isinstance(data, list):
            data = {"statuses": [item if isinstance(item, dict) else {"status": item} for item in data]}
        return cls.from_raw(data if isinstance(data, dict) else {"status": data}, answer.request_id)


def _state_of(raw: Raw) -> IndexState:
    word = text(raw, "indexStatus", "status", "state", "indexState", "currentState", "status.state", "state.status")
    found = _STATES.get(word.strip().upper().replace(" ", "_").replace("-", "_"))
    if found is not None:
        return found
    if flag(raw, "failed", "error"):
        return "failed"
    finished = flag(raw, "complete", "completed", "done", "finished", "indexed")
    return "unknown" if finished is None else "done" if finished else "running"


@dataclass(frozen=True, kw_only=True)
class QueryResult(Result):
    """Rows of a query in the order of `columns`; `types` are the column types where the upstream says them."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[list[Any]]
    row_count: int

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return the rows as dicts by column name."""
        return [dict(zip(self.columns, row, strict=False)) for row in self.rows]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read {columns, metadata, rows}, rows being lists or objects."""
        rows = raw.get("rows") or raw.get("data") or []
        columns = column_names(raw.get("columns")) or column_names(raw.get("metadata"))
        if not columns and rows and isinstance(rows[0], dict):
            columns = tuple(rows[0])
        return cls(
            raw=mapping({"raw": {name: value for name, value in raw.items() if name not in ("rows", "data")}}, "raw"),
            request_id=request_id,
            columns=columns,
            types=tuple(text(column, "type").upper() for column in mappings(raw, "metadata")),
            rows=in_columns(rows, columns),
            row_count=len(rows),
        )

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read JSON (columns and rows, or a list of objects) or CSV: the document doesn't say which comes."""
        if answer.content_type in ("text/csv", "application/csv"):
            lines = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
            head = tuple(lines[0]) if lines else ()
            body: list[list[Any]] = [list(line) for line in lines[1:]]
            return cls(request_id=answer.request_id, columns=head, types=(), rows=body, row_count=len(body))
        data: Any = answer.data
        if isinstance(data, list):
            return cls.from_raw({"rows": data}, answer.request_id)
        if isinstance(data, dict) and not any(isinstance(data.get(name), list) for name in ("rows", "data", "columns")):
            raise answer.unexpected("it has neither columns nor rows")
        return cls.from_raw(answer.mapping(), answer.request_id)


def column_names(given: Any) -> tuple[str, ...]:
    """Return a name for each column, also where it is empty: rows are read by place."""
    if not isinstance(given, list):
        return ()
    return tuple(
        text(each, "name", "displayName", "id") if isinstance(each, Mapping) else "" if each is None else str(each)
        for each in given
    )


def in_columns(rows: Iterable[Any], columns: tuple[str, ...]) -> list[list[Any]]:
    """Return rows as lists in the order of the columns, whether they came as lists or as objects."""
    return [[row.get(name) for name in columns] if isinstance(row, dict) else list(row) for row in rows]
