"""Partitions of one dataset as the two documented listings tell them: tags without counts, and what has data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from apps.core.formats import format_number
from apps.data.optional_calls import tells_nothing
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results.partitions import Partition

Told = TypeVar("Told")

# Magic 2.0 reads no more; tags count, whether there is data behind them or not (Datasets API, Delete Partition Tag).
LIMIT = 400
NEAR, CLOSE = 300, 380
COMPLETED = "datecompleted"


def ordered(descending: bool = True, least: int | None = None, most: int | None = None) -> list[dict[str, Any]]:
    """Return paginationFields as the document shows them: by date, between two moments in epoch milliseconds."""
    return [
        {
            "fieldName": COMPLETED,
            "sortOrder": "DESC" if descending else "ASC",
            "filterValues": {"MIN": least, "MAX": most},
        }
    ]


def walk_counted(client: Client, dataset_id: str, fields: list[dict[str, Any]] | None = None) -> Iterator[Partition]:
    """Yield the partitions that have data, with counts, the latest load first."""
    yield from client.walk("datasets.search_partitions", dataset_id=dataset_id, pagination_fields=fields or ordered())


def read_counted(client: Client, dataset_id: str) -> list[Partition]:
    """Return all partitions that have data."""
    return list(walk_counted(client, dataset_id))


def find_counted(client: Client, dataset_id: str, tag: str) -> Partition | None:
    """Return one partition that has data; the latest loads are looked at first."""
    return next((each for each in walk_counted(client, dataset_id) if each.id == tag), None)


@dataclass(frozen=True)
class Entry:
    """One partition. has_data, counts and time are None where the upstream doesn't tell."""

    tag: str
    has_data: bool | None
    row_count: int | None = None
    byte_count: int | None = None
    completed: datetime | None = None
    data_id: str = ""

    @classmethod
    def of(cls, partition: Partition) -> Entry:
        """Read one that the search found, so that it has data."""
        return cls(
            partition.id, True, partition.row_count, partition.byte_count, partition.completed, partition.data_id
        )

    @property
    def order(self) -> tuple[float, str]:
        """Return what orders partitions by their last load, and those without one by name."""
        return (self.completed.timestamp() if self.completed else 0.0, self.tag)


@dataclass(frozen=True)
class PartitionSet:
    """All partitions of a dataset by tag, the latest load first. problem: why the counts are missing, if they are."""

    entries: Mapping[str, Entry]
    problem: str = ""

    @property
    def rows(self) -> int:
        """Return the rows in all of them, as far as that is told."""
        return sum(entry.row_count or 0 for entry in self.entries.values())

    @property
    def without_data(self) -> list[Entry]:
        """Return the tags that are left after their data was deleted; they count against the limit."""
        return [entry for entry in self.entries.values() if entry.has_data is False]

    @property
    def gauge(self) -> Gauge:
        """Return how close the dataset is to the limit."""
        return Gauge(len(self.entries))


def read_partitions(client: Client, dataset_id: str) -> PartitionSet:
    """Return all partitions: every tag, with counts where the search tells them. Raises UpstreamError."""
    tags, no_tags = _or_problem(lambda: [each.id for each in client.datasets.list_partitions(dataset_id) if each.id])
    if tags == []:
        return PartitionSet({})
    counted, no_counts = _or_problem(lambda: read_counted(client, dataset_id))
    if tags is None and counted is None and no_tags is not None:
        raise no_tags
    known = {each.id: Entry.of(each) for each in counted or ()}
    for tag in tags or ():
        known.setdefault(tag, Entry(tag, None if counted is None else False))
    found = sorted(known.values(), key=lambda entry: entry.order, reverse=True)
    return PartitionSet({entry.tag: entry for entry in found}, str(no_counts or ""))


def _or_problem(read: Callable[[], list[Told]]) -> tuple[list[Told] | None, UpstreamError | None]:
    try:
        return read(), None
    except UpstreamError as error:
        if not tells_nothing(error):
            raise
        return None, error


@dataclass(frozen=True)
class Gauge:
    """How many of the partitions that Magic 2.0 reads a dataset has: green, yellow from 300, red from 380."""

    count: int
    limit: int = LIMIT

    @property
    def css(self) -> str:
        """Return the state class."""
        return "is-bad" if self.count >= CLOSE else "is-warn" if self.count >= NEAR else "is-ok"

    @property
    def icon(self) -> str:
        """Return the icon of the state."""
        return {"is-bad": "alert-circle", "is-warn": "alert-triangle", "is-ok": "circle-check"}[self.css]

    @property
    def words(self) -> str:
        """Return what it means."""
        left = self.limit - self.count
        if left < 0:
            return f"{format_number(-left)} more than Magic 2.0 reads"
        if left == 0:
            return "Full: one more is over what Magic 2.0 reads"
        return f"{format_number(left)} left of the {format_number(self.limit)} that Magic 2.0 reads"

    def with_one_more(self) -> str:
        """Return the warning for an upload to a new partition; empty while there is room."""
        if self.count < CLOSE:
            return ""
        after = self.count + 1
        if after > self.limit:
            return (
                f"This would be partition {format_number(after)} of the dataset. Magic 2.0 reads at most {self.limit}: "
                "delete the tags of partitions that are no longer needed first."
            )
        return f"This would be partition {format_number(after)} of the {self.limit} that Magic 2.0 reads."
