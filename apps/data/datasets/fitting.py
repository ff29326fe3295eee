"""Whether a dataset is what the filters asked for: the search's document lets an upstream know no such field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.data.datasets.rows import DatasetRow

# An hour: the search's index may be a little older than what it tells of a dataset.
_TOLERANCE = timedelta(hours=1)


def misfits(row: DatasetRow, filters: Mapping[str, Any]) -> list[str]:
    """Return the names of the filters that a row does not fit, as far as the row tells; what it hides fits."""
    return [name for name, value in filters.items() if value not in (None, "") and not _fits(row, name, str(value))]


def _fits(row: DatasetRow, name: str, value: str) -> bool:
    test = _TESTS.get(name)
    return test is None or test(row, value)


def _certification(row: DatasetRow, value: str) -> bool:
    return not row.certification if value == "none" else row.certification == value


def _updated(row: DatasetRow, value: str) -> bool:
    if value == "never":
        return row.never_updated
    if row.updated is None:
        return True
    word, _, days = value.partition("-")
    border = timezone.now() - timedelta(days=int(days))
    return row.updated >= border - _TOLERANCE if word == "within" else row.updated <= border + _TOLERANCE


def _rows(row: DatasetRow, value: str, sign: int) -> bool:
    return row.row_count is None or sign * row.row_count >= sign * int(value)


def _cards(row: DatasetRow, value: str) -> bool:
    return row.card_count is None or (row.card_count == 0) == (value == "none")


_TESTS: Mapping[str, Callable[[DatasetRow, str], bool]] = {
    "certification": _certification,
    "updated": _updated,
    "within": lambda row, value: _updated(row, f"within-{value}"),
    "older": lambda row, value: _updated(row, f"not-{value}"),
    "rows_min": lambda row, value: _rows(row, value, 1),
    "rows_max": lambda row, value: _rows(row, value, -1),
    "cards": _cards,
    "cards_min": lambda row, value: row.card_count is None or row.card_count >= int(value),
    "tag": lambda row, value: not row.tags or value in row.tags,
}
