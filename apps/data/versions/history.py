"""The data versions of one dataset, as both documented listings tell them together, and what of them is in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Literal

from apps.data.optional_calls import if_told, tells_nothing
from apps.data.versions.keys import key_of
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import DataVersion
from domoadmin.services.results.fields import flag, identifier

# What a version is to the dataset's present data. "unknown": the upstream says neither, nor do the row counts.
Role = Literal["newest", "active", "processing", "older", "unknown"]
HISTORY, DETAILS = "Listing Dataset Versions", "GET Data Versions"


@dataclass(frozen=True)
class VersionRow:
    """A data version. What the upstream does not tell is None or empty. listed_by: headings of the documents."""

    dataset_id: str
    data_id: str
    status: str
    role: Role
    row_count: int | None = None
    byte_count: int | None = None
    recorded: datetime | None = None
    completed: datetime | None = None
    upload_id: str = ""
    schema_id: str = ""
    partition: str = ""
    indexed: bool | None = None
    active: bool | None = None
    listed_by: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return its key, by which rows are selected."""
        return key_of(self.dataset_id, self.data_id)

    @property
    def name(self) -> str:
        """Return what people call it."""
        return f"Version {self.data_id}"

    @property
    def at(self) -> datetime | None:
        """Return when its upload ended, else when it was recorded."""
        return self.completed or self.recorded

    @property
    def order(self) -> tuple[float, int]:
        """Return what orders versions: by time, then by number."""
        return (self.at.timestamp() if self.at else 0.0, int(self.data_id) if self.data_id.isdecimal() else 0)

    @property
    def is_protected(self) -> bool:
        """Say whether no clean-up ever touches it."""
        return self.role in ("newest", "active", "processing")

    @property
    def may_be_queried(self) -> bool:
        """Say whether its rows may be in the index, so that a deletion has to take them out of it too."""
        return self.role != "older" or self.indexed is not False


@dataclass(frozen=True)
class History:
    """All versions, the newest first. missing: why a listing is not in it, by its heading."""

    rows: tuple[VersionRow, ...]
    missing: Mapping[str, str]
    roles_told_by: Literal["upstream", "row counts", ""]

    def row(self, data_id: str) -> VersionRow | None:
        """Return one version."""
        return next((row for row in self.rows if row.data_id == data_id), None)


def read_history(client: Client, dataset_id: str) -> History:
    """Read both listings and put them together by version. Raises UpstreamError where neither is there."""
    found: dict[str, VersionRow] = {}
    missing: dict[str, str] = {}
    failure: UpstreamError | None = None
    readers = {HISTORY: client.dataset_history.list_versions, DETAILS: client.datasets.list_data_versions}
    for heading, read in readers.items():
        try:
            versions: Sequence[DataVersion] = read(dataset_id)
        except UpstreamError as error:
            if not tells_nothing(error):
                raise
            failure, missing[heading] = error, str(error)
            continue
        for version in versions:
            if version.data_id:
                row = _row_of(dataset_id, version, heading)
                found[row.data_id] = _joined(found[row.data_id], row) if row.data_id in found else row
    if failure is not None and len(missing) == len(readers):
        raise failure
    rows = sorted(found.values(), key=lambda row: row.order, reverse=True)
    return _with_roles(client, dataset_id, rows, missing)


def read_for_magic(client: Client, dataset_id: str) -> tuple[VersionRow, ...]:
    """Return the versions that a Magic dataflow would load, in the upstream's order. Raises UpstreamError."""
    versions = client.walk("datasets.hydrate_data_versions", dataset_id=dataset_id)
    return tuple(_row_of(dataset_id, version, "Data Version List from Magic") for version in versions)


def _row_of(dataset_id: str, version: DataVersion, heading: str) -> VersionRow:
    return VersionRow(
        dataset_id=dataset_id,
        data_id=version.data_id,
        status=version.upload_status,
        role="unknown",
        row_count=version.row_count,
        byte_count=version.byte_count,
        recorded=version.recorded,
        completed=version.completed,
        upload_id=version.upload_id,
        schema_id=version.schema_id,
        # No document shows these; an upstream that has them saves guessing.
        partition=identifier(version.raw, "dataTag", "partitionTag", "partitionId", "partition"),
        indexed=flag(version.raw, "indexed", "isIndexed"),
        active=flag(version.raw, "active", "isActive"),
        listed_by=(heading,),
    )


def _joined(first: VersionRow, second: VersionRow) -> VersionRow:
    """Fill what the first listing does not tell from the second."""
    told = {
        name: value
        for name, value in vars(second).items()
        if value not in (None, "") and getattr(first, name) in (None, "")
    }
    return replace(first, **told, listed_by=first.listed_by + second.listed_by)


def _with_roles(client: Client, dataset_id: str, rows: list[VersionRow], missing: Mapping[str, str]) -> History:
    told_by: Literal["upstream", "row counts", ""] = "upstream"
    active = {row.data_id for row in rows if row.active}
    if not any(row.active is not None for row in rows):
        metadata = if_told(lambda: client.datasets.get_metadata(dataset_id)) if rows else None
        reckoned = _adding_up(rows, metadata.row_count if metadata else None)
        active, told_by = reckoned or set(), "row counts" if reckoned else ""
    newest = _newest(rows)
    return History(tuple(replace(row, role=_role(row, newest, active, told_by)) for row in rows), missing, told_by)


def _role(row: VersionRow, newest: set[str], active: set[str], told_by: str) -> Role:
    if row.data_id in newest:
        return "newest"
    if row.status in ("processing", "running", "pending"):
        return "processing"
    if row.data_id in active:
        return "active"
    # A load that failed brought no rows.
    return "older" if told_by or row.status == "error" else "unknown"


def _newest(rows: Iterable[VersionRow]) -> set[str]:
    """Return the newest version that did not fail, in each partition where versions belong to partitions."""
    found: dict[str, str] = {}
    for row in rows:
        if row.status in ("", "success"):
            found.setdefault(row.partition, row.data_id)
    return set(found.values())


def _adding_up(rows: Sequence[VersionRow], dataset_rows: int | None) -> set[str] | None:
    """Return the newest versions whose rows add up to the dataset's: one after a replacement, more after appends."""
    good = [row for row in rows if row.status in ("", "success")]
    if dataset_rows is None or not good or any(row.row_count is None for row in good):
        return None
    for count, total in enumerate(accumulate(row.row_count or 0 for row in good), start=1):
        if total == dataset_rows:
            return {row.data_id for row in good[:count]}
    return None
