"""The trail as a file: CSV for spreadsheets, JSON lines for machines. Streamed, whatever its length."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from apps.audit.canonical import CONTENT
from apps.audit.models import AuditRecord

# What both files hold, in this order; JSON lines have the hashes too.
COLUMNS = ("id", "sequence", *(name for name in CONTENT if name != "actor_id"))
CHAIN = ("previous_hash", "hash")
_AT_ONCE = 1_000


def csv_rows(records: QuerySet[AuditRecord]) -> Iterator[list[Any]]:
    """Yield the cells of each record; before and after as JSON."""
    for row in records.values_list(*COLUMNS).iterator(chunk_size=_AT_ONCE):
        yield [_json(value) if name in ("before", "after") else value for name, value in zip(COLUMNS, row, strict=True)]


def json_lines(records: QuerySet[AuditRecord]) -> Iterator[str]:
    """Yield each record as one line of JSON, with its hashes, times in UTC."""
    for row in records.values("actor_id", *COLUMNS, *CHAIN).iterator(chunk_size=_AT_ONCE):
        row["at"] = row["at"].isoformat()
        yield json.dumps(row, ensure_ascii=False, default=str) + "\n"


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
