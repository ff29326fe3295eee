"""The bulk actions on versions and partitions of a dataset. None can be undone, and none touches the newest version."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime

from apps.core.formats import format_bytes, format_number
from apps.data.versions.forms import DeleteTagsForm, DeleteVersionsForm
from apps.data.versions.history import VersionRow, read_history
from apps.data.versions.keys import dataset_of, part_of
from apps.data.versions.partitions import Entry, read_partitions
from apps.data.versions.selection import PARTITIONS, VERSIONS, Part
from apps.jobs.bulk import BulkAction, Settings, Skip
from apps.jobs.models import JobItem
from domoadmin.services.client import Client
from domoadmin.services.results.base import Result

Badges = list[tuple[str, str, str]]
DELETED: dict[str, Any] = {"there": False}

ROLE_LOOKS = {
    "newest": ("Newest", "is-ok", "star"),
    "active": ("Active", "is-ok", "circle-check"),
    "processing": ("Being loaded", "is-run", "loader-2"),
    "older": ("Not in use", "is-off", "archive"),
    "unknown": ("Use not told", "is-warn", "question-mark"),
}


def version_state(row: VersionRow | None) -> dict[str, Any]:
    """Return a version's state for preview and trail."""
    if row is None:
        return dict(DELETED)
    return {
        "there": True,
        "role": row.role,
        "queried": row.may_be_queried,
        "rows": row.row_count,
        "bytes": row.byte_count,
        "at": row.at.isoformat() if row.at else None,
        "partition": row.partition,
    }


def partition_state(entry: Entry | None) -> dict[str, Any]:
    """Return a partition's state; data is None where the upstream doesn't tell whether there is any."""
    if entry is None:
        return dict(DELETED)
    return {
        "there": True,
        "data": entry.has_data,
        "rows": entry.row_count,
        "bytes": entry.byte_count,
        "at": entry.completed.isoformat() if entry.completed else None,
    }


def _figures(state: dict[str, Any]) -> Badges:
    found: Badges = []
    if state.get("rows") is not None:
        count = state["rows"]
        found.append((f"{format_number(count)} {'row' if count == 1 else 'rows'}", "is-off", ""))
    if state.get("bytes"):
        found.append((format_bytes(state["bytes"]), "is-off", ""))
    at = parse_datetime(state["at"]) if state.get("at") else None
    return [*found, (f"{at.day} {at:%b %Y}", "is-off", "")] if at else found


class PartAction(BulkAction):
    """What all deletions share: the trail finds each by its dataset."""

    area = "data"
    icon = "trash"
    reads_records = True
    reads = 2

    def object_of(self, item: JobItem) -> tuple[str, str, str]:
        """Return the dataset, by the name of the part."""
        return "dataset", dataset_of(item.key), item.label or part_of(item.key)


class DeleteVersions(PartAction):
    """Delete data versions for good, out of the index too where they may be in it."""

    name = "delete-versions"
    title = "Delete"
    target_kind = "data version"
    source = VERSIONS
    operation = "dataset_history.delete_versions"
    form = DeleteVersionsForm
    # Each may begin an index, and a dataset runs one at a time.
    concurrency = 1

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read the listings; a version that is in none of them is gone."""
        return version_state(read_history(client, dataset_of(key)).row(part_of(key)))

    def known(self, record: Part[VersionRow], settings: Settings) -> Any:
        """Read it off the listing that was read already."""
        return version_state(record.what)

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """Gone; but never the newest, nor what is in use unless that was asked for."""
        if not before["there"]:
            return Skip("There is no such version any more.")
        if before["role"] == "newest":
            return Skip("It is the newest version: no job deletes that. Its page can.")
        if before["role"] == "processing":
            return Skip("It is being loaded just now.")
        if before["role"] == "active" and not settings.get("active"):
            return Skip("It is part of the present data. Choose “also versions that are part of the present data”.")
        return DELETED

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Delete it; with the index where queries may see its rows."""
        return client.dataset_history.delete_versions(dataset_of(key), [part_of(key)], index=before["queried"])

    def irreversible(self, settings: Settings) -> list[str]:
        """Say what is lost."""
        lost = ["Deleted versions can't be brought back: Domo removes their rows for good."]
        if settings.get("active"):
            lost.append("Rows of versions that are part of the present data disappear from queries and cards.")
        return lost

    def shown(self, state: Any) -> Badges:
        """Draw rows, size, day and use."""
        if not state["there"]:
            return [("Deleted", "is-bad", "trash")]
        partition = [(state["partition"], "is-off", "stack-2")] if state.get("partition") else []
        return [ROLE_LOOKS[state["role"]], *partition, *_figures(state)]


class PartitionAction(PartAction):
    """What both deletions share."""

    target_kind = "partition"
    source = PARTITIONS
    concurrency = 4

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read the listings; a partition that is in none of them is gone."""
        return partition_state(read_partitions(client, dataset_of(key)).entries.get(part_of(key)))

    def known(self, record: Part[Entry], settings: Settings) -> Any:
        """Read it off the listing that was read already."""
        return partition_state(record.what)

    def shown(self, state: Any) -> Badges:
        """Draw rows, size and day."""
        if not state["there"]:
            return [("Not in the list", "is-bad", "trash")]
        if state["data"] is False:
            return [("Tag without data", "is-warn", "tag")]
        return _figures(state) or [("With data" if state["data"] else "In the list", "is-off", "database")]


class DeletePartitionData(PartitionAction):
    """Mark the data of partitions as deleted; their tags stay."""

    name = "delete-partition-data"
    title = "Delete data"
    phrase = "Delete the data of {objects}"
    operation = "datasets.delete_data_version"

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """A tag without data."""
        if not before["there"]:
            return Skip("There is no such partition any more.")
        if before["data"] is False:
            return Skip("Its data is deleted already; the tag is left.")
        return {"there": True, "data": False, "rows": None, "bytes": None, "at": None}

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Mark its data as deleted."""
        return client.datasets.delete_data_version(dataset_of(key), part_of(key))

    def irreversible(self, settings: Settings) -> list[str]:
        """Say what is lost."""
        return ["Deleted data can't be brought back: only an upload to the partition fills it again."]

    def notes(self, settings: Settings) -> list[str]:
        """Say what stays, and what else is to be done."""
        return [
            "The tags stay and still count against the limit of 400 until they are deleted too.",
            "Queries and cards lose the rows with the next index: index the dataset afterwards.",
        ]


class DeletePartitionTags(PartitionAction):
    """Take partitions off the list; their data is not deleted by this."""

    name = "delete-partition-tags"
    title = "Delete tags"
    phrase = "Delete the tags of {objects}"
    icon = "tag"
    operation = "datasets.delete_partition_tag"
    form = DeleteTagsForm

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """Not in the list; where rows would stay behind only when that was asked for."""
        if not before["there"]:
            return Skip("It is not in the list any more.")
        if before["data"] is not False and not settings.get("keep_rows"):
            return Skip(
                "Its data is still there, as far as Domo tells. Delete the data first, or choose that rows may stay."
            )
        return DELETED

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Take it off the list."""
        return client.datasets.delete_partition_tag(dataset_of(key), part_of(key))

    def irreversible(self, settings: Settings) -> list[str]:
        """Say what is lost."""
        lost = ["A deleted tag can't be put back on the data that it named."]
        if settings.get("keep_rows"):
            lost.append("Rows that stay behind belong to no partition: no upload can replace them any more.")
        return lost
