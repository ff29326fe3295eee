"""Times as the upstreams write them, read into aware datetimes."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

# Seconds of today have 10 digits, milliseconds 13, microseconds 16. A number above this many seconds would lie after
# the year 5138, so it counts smaller units; milliseconds before March 1973 would be misread, and don't occur.
_MOST_SECONDS = 1e11
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_time(value: Any) -> datetime | None:
    """Return an aware datetime (UTC unless the text names an offset), or None for what is no time.

    Takes epoch seconds, milliseconds, microseconds or nanoseconds as number or text, ISO 8601 text (also with a space
    in place of T) and datetimes; a text without an offset is in UTC.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, str):
        text = value.strip()
        try:
            found = datetime.fromisoformat(text) if not text.isdigit() else None
        except ValueError:
            found = None
        if found is not None:
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        try:
            value = (int(text) if text.isdigit() else float(text)) if text.isascii() else None
        except ValueError:
            return None
    if not isinstance(value, int | float) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return _from_epoch(value)


def _from_epoch(value: int | float) -> datetime | None:
    divisor = 1
    while abs(value) >= _MOST_SECONDS * divisor:
        divisor *= 1000
        if divisor > 1_000_000_000:
            return None
    try:
        # Whole numbers stay whole: a float of microseconds would lose the last digits.
        if isinstance(value, int):
            return _EPOCH + timedelta(microseconds=value * 1_000_000 // divisor)
        return _EPOCH + timedelta(seconds=value / divisor)
    except OverflowError:
        return None


def epoch_milliseconds(moment: datetime) -> int:
    """Return epoch milliseconds of an aware datetime, the form that Domo takes in most places."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
