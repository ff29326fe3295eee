"""Which generated datasets are kept in partitions, one for each month or day, and how their rows spread over them."""

from __future__ import annotations

import time
from typing import NamedTuple

from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.datasets import DatasetTable
from domoadmin.sandbox.company.subjects import KNOWN_DATASETS

KNOWN_PARTITIONED = ("POS transactions EU", "Inventory snapshot by warehouse", "Web orders")
# Some keep a partition for each day: one comes near to the 400 that Magic 2.0 reads, one is almost there.
DAILY = {"Web orders": 312, "Inventory snapshot by warehouse": 388}
DAY_MS = 86_400_000
MONTH_MS = 30 * DAY_MS
LEAST_ROWS = 5_000
MOST_PARTITIONS = 36
WEIGHTS = (88, 82, 90, 96, 108, 112, 101, 94, 92, 97, 124, 136)
WEEKDAYS = (93, 90, 96, 104, 131, 142, 118)
SYSTEM = "snowflake"


class Partition(NamedTuple):
    """A month or a day: tag as 2025-03 or 2025-03-09, rows, and when they were loaded (epoch milliseconds)."""

    tag: str
    rows: int
    loaded: int


def is_partitioned(table: DatasetTable, index: int) -> bool:
    """Large loads from the warehouse are; of the datasets that everybody knows, three."""
    if index < len(KNOWN_DATASETS):
        return table.names[index] in KNOWN_PARTITIONED
    warehouse = words.PROVIDERS[int(table.provider[index])].key == SYSTEM
    return warehouse and index % 7 == 2 and int(table.rows[index]) >= LEAST_ROWS


def partitions_of(table: DatasetTable, index: int) -> list[Partition]:
    """The partitions of a generated dataset, the earliest first; their rows add up to the dataset's."""
    days = DAILY.get(table.names[index], 0) if index < len(KNOWN_DATASETS) else 0
    return _daily(table, index, days) if days else _monthly(table, index)


def _daily(table: DatasetTable, index: int, count: int) -> list[Partition]:
    rows, updated = int(table.rows[index]), int(table.updated[index])
    moments = [updated - (count - 1 - place) * DAY_MS for place in range(count)]
    days = [time.gmtime(moment / 1000) for moment in moments]
    spread = _spread(rows, [WEEKDAYS[day.tm_wday] + (index + day.tm_yday * 7) % 13 for day in days])
    return [
        Partition(time.strftime("%Y-%m-%d", day), part, moment)
        for day, part, moment in zip(days, spread, moments, strict=True)
    ]


def _spread(rows: int, shares: list[int]) -> list[int]:
    spread = [rows * share // sum(shares) for share in shares]
    spread[-1] += rows - sum(spread)
    return spread


def _monthly(table: DatasetTable, index: int) -> list[Partition]:
    rows, updated, created = int(table.rows[index]), int(table.updated[index]), int(table.created[index])
    count = max(3, min(MOST_PARTITIONS, (updated - created) // MONTH_MS))
    moments = [updated - (count - 1 - place) * MONTH_MS for place in range(count)]
    # thirty days are shorter than most months: counting months back from the last one gives each tag once
    year, month = time.gmtime(updated / 1000)[:2]
    numbers = [year * 12 + month - 1 - (count - 1 - place) for place in range(count)]
    spread = _spread(rows, [WEIGHTS[number % 12] + (index + number) % 7 for number in numbers])
    return [
        Partition(f"{number // 12}-{number % 12 + 1:02d}", part, moment)
        for number, part, moment in zip(numbers, spread, moments, strict=True)
    ]
