"""Pages of a list by a token that names the last record of the page before."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from domoadmin.sandbox.errors import ApiError

Record = dict[str, Any]


def page_after(
    records: list[Record],
    token: str,
    limit: int,
    fields: tuple[str, ...],
    in_order: Callable[[list[Record]], list[Record]],
) -> tuple[list[Record], str | None]:
    """A page and the token of the next one, None after the last.

    The token holds what the order depends on, so that paging goes on rightly when the record it names was deleted.
    """
    if token:
        last = _read(token, fields)
        present = any(record["id"] == last["id"] for record in records)
        ordered = records if present else in_order([*records, last])
        place = next(index for index, record in enumerate(ordered) if record["id"] == last["id"])
        records = [record for record in ordered[place + 1 :] if record is not last]
    page = records[:limit]
    return page, _token(page[-1], fields) if len(records) > len(page) else None


def _token(record: Record, fields: tuple[str, ...]) -> str:
    kept = {name: record[name] for name in ("id", *fields)}
    return base64.urlsafe_b64encode(json.dumps(kept, separators=(",", ":")).encode()).decode()


def _read(token: str, fields: tuple[str, ...]) -> Record:
    try:
        last = json.loads(base64.urlsafe_b64decode(token))
        return {name: last[name] for name in ("id", *fields)}
    except (ValueError, TypeError, KeyError) as error:
        raise ApiError(400, "next is not a token of an earlier answer") from error
