"""The one text that a record has, whatever database holds it: what marks and hashes are made of.

Never change what it writes: every hash that was ever sealed stands on it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

VERSION = 1
# Every column that says what happened; the id and the chain's own columns are added by chain.py.
CONTENT = (
    "at", "correlation", "actor_id", "actor_name", "role", "connection", "source", "operation", "target_kind",
    "target_id", "target_name", "before", "after", "outcome", "request_id", "message", "job_id",
)  # fmt: skip


def canonical(values: Mapping[str, Any]) -> str:
    """Return the canonical text of a record's content: the same for equal contents, another for any other.

    JSON without spaces, ASCII alone, keys in the order of their code points, times in UTC with microseconds.
    """
    content = {name: _plain(values[name]) for name in CONTENT}
    return json.dumps({"version": VERSION, **content}, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, float):
        # PostgreSQL writes 1e+22 out and knows no -0.0: a whole number is one, however it was written.
        number = Decimal(float.__repr__(value))
        return int(number) if number == number.to_integral_value() else value
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value


def storable(value: Any) -> Any:
    """Return a JSON value that every database takes and gives back: no NUL, no half characters, no endless number.

    A record must never be lost because what it tells of was odd.
    """
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {storable_text(str(name)): storable(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [storable(entry) for entry in value]
    return storable_text(str(value))


def storable_text(text: str, most: int | None = None) -> str:
    """Return the text without NUL and half characters, cut to `most` characters."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:most]
