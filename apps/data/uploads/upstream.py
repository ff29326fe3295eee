"""What an upload asks the upstream beside its parts: what stands there before, and what came of it after."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from apps.data.optional_calls import if_told
from apps.data.versions.partitions import find_counted, read_counted
from domoadmin.services.client import Client
from domoadmin.services.results import DataVersion


def list_versions(client: Client, dataset_id: str) -> list[DataVersion] | None:
    """Return the data versions by either documented listing; None when the upstream has neither."""
    versions: list[DataVersion] | None = if_told(lambda: client.dataset_history.list_versions(dataset_id))
    if versions is None:
        versions = if_told(lambda: client.datasets.list_data_versions(dataset_id))
    return versions


def count_rows(client: Client, dataset_id: str) -> int | None:
    """Return the dataset's rows by SQL; None when it can't be queried (nothing indexed yet, or no such call)."""
    sql = f"SELECT COUNT(*) AS `row_count` FROM `{dataset_id}`"  # noqa: S608 - the id is the upstream's own
    result = if_told(lambda: client.datasets.query_export(dataset_id, sql))
    if result is not None and result.rows:
        return _number(result.rows[0][0])
    rows = if_told(lambda: client.datasets.query_sql(dataset_id, sql))
    if rows:
        return _number(next(iter(rows[0].values()), None))
    return None


def _number(value: Any) -> int | None:
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Before:
    """The dataset right before an upload: data version ids, rows by the metadata and by SQL, rows in partitions.

    partition_rows: those of the partition that is replaced; partitioned_rows: those of all. None where nobody tells.
    """

    version_ids: list[str] | None
    metadata_rows: int | None
    counted_rows: int | None
    partition_rows: int | None = None
    partitioned_rows: int | None = None

    @classmethod
    def read(cls, client: Client, dataset_id: str, *, counted: bool, partition: str = "") -> Before:
        """Read it from the upstream; `counted` also counts by SQL, `partition` is the one to be replaced."""
        versions = list_versions(client, dataset_id)
        in_partitions = if_told(lambda: read_counted(client, dataset_id)) if partition else None
        rows = None if in_partitions is None else {each.id: each.row_count for each in in_partitions}
        known = rows is not None and None not in rows.values()
        return cls(
            None if versions is None else [version.data_id for version in versions],
            client.datasets.get_metadata(dataset_id).row_count,
            count_rows(client, dataset_id) if counted else None,
            None if rows is None else rows.get(partition, 0),
            sum(count or 0 for count in rows.values()) if rows is not None and known else None,
        )

    @property
    def is_settled(self) -> bool:
        """Whether queries see what the dataset holds: else rows wait for the index, and a count says little."""
        return self.counted_rows is None or self.counted_rows in (self.metadata_rows, self.partitioned_rows)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Before:
        """Make it from what as_json returned."""
        return cls(**values)

    def new_versions(self, versions: list[DataVersion] | None) -> list[DataVersion] | None:
        """Return the versions that came since; None when the upstream lists none at all."""
        if versions is None or self.version_ids is None:
            return None
        known = set(self.version_ids)
        return [version for version in versions if version.data_id not in known]


@dataclass(frozen=True)
class Effect:
    """What an upload does with the rows it sent: adds them, replaces all, or replaces those of one partition."""

    sent: int
    replace: bool
    partition: str = ""

    def rows_after(self, rows_before: int, before: Before) -> int | None:
        """Return how many rows the dataset has to have then; None where the partition's rows were not told."""
        if self.partition:
            return None if before.partition_rows is None else rows_before - before.partition_rows + self.sent
        return self.sent if self.replace else rows_before + self.sent


@dataclass(frozen=True)
class Evidence:
    """One thing the upstream says of the rows: what it counted and what the upload makes expect."""

    source: str
    found: int
    expected: int

    @property
    def agrees(self) -> bool:
        """Whether both numbers are the same."""
        return self.found == self.expected


@dataclass(frozen=True)
class RowAccount:
    """Every row accounted for: in the file, set aside, sent, and what the upstream reports."""

    in_file: int
    set_aside: int
    sent: int
    before: int | None
    evidence: list[Evidence] = field(default_factory=list)
    partition: str = ""
    partition_before: int | None = None

    @property
    def agrees(self) -> bool:
        """Whether the upstream said something and all of it agrees."""
        return bool(self.evidence) and all(piece.agrees for piece in self.evidence)

    @property
    def reported(self) -> int | None:
        """The rows in the dataset, or in the partition that was replaced, by the upstream's best evidence."""
        return self.evidence[0].found if self.evidence else None

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values for the job's page and command line."""
        return {
            "in_file": self.in_file,
            "set_aside": self.set_aside,
            "sent": self.sent,
            "before": self.before,
            "reported": self.reported,
            "expected": self.evidence[0].expected if self.evidence else None,
            "agrees": self.agrees,
            "partition": self.partition,
            "partition_before": self.partition_before,
            "evidence": [
                {"source": piece.source, "found": piece.found, "expected": piece.expected, "agrees": piece.agrees}
                for piece in self.evidence
            ],
        }


def gather_evidence(
    client: Client, dataset_id: str, before: Before, effect: Effect, *, indexed: bool
) -> list[Evidence]:
    """Ask every documented place that counts rows.

    Best first: the count of the partition that was replaced, SQL (what cards see), the data version, the metadata.
    The metadata's count lags behind on a real instance, so it speaks only where nothing better does.
    """
    evidence: list[Evidence] = []
    if effect.partition:
        evidence += _partition_evidence(client, dataset_id, effect)
    if indexed and (before.is_settled or not effect.partition):
        evidence += _sql_evidence(client, dataset_id, before, effect)
    fresh = before.new_versions(list_versions(client, dataset_id))
    if fresh:
        version = newest(fresh)
        if version.row_count is not None:
            evidence.append(_version_evidence(version, before, effect))
    if not evidence:
        rows = client.datasets.get_metadata(dataset_id).row_count
        expected = effect.rows_after(before.metadata_rows or 0, before)
        if rows is not None and expected is not None:
            evidence.append(Evidence("dataset metadata", rows, expected))
    return evidence


def _partition_evidence(client: Client, dataset_id: str, effect: Effect) -> list[Evidence]:
    told = if_told(lambda: [find_counted(client, dataset_id, effect.partition)])
    if told is None:
        return []
    found = 0 if told[0] is None else told[0].row_count
    # One that lists the partition without a count tells nothing of its rows.
    return [] if found is None else [Evidence(f"partition {effect.partition}", found, effect.sent)]


def _sql_evidence(client: Client, dataset_id: str, before: Before, effect: Effect) -> list[Evidence]:
    counted = count_rows(client, dataset_id)
    base = before.counted_rows if before.counted_rows is not None else before.metadata_rows or 0
    expected = effect.rows_after(base, before)
    return [] if counted is None or expected is None else [Evidence("SQL count", counted, expected)]


def _version_evidence(version: DataVersion, before: Before, effect: Effect) -> Evidence:
    name = f"data version {version.data_id}"
    found = version.row_count or 0
    total = effect.rows_after(before.metadata_rows or 0, before)
    # numRows is documented as the rows of the upload; an upstream that counts the whole dataset means the same.
    if found != effect.sent and found == total:
        return Evidence(name, found, total)
    return Evidence(name, found, effect.sent)


def newest(versions: list[DataVersion]) -> DataVersion:
    """Return the version with the highest id, or where ids are no numbers the last one listed."""
    return max(enumerate(versions), key=lambda pair: (*_sortable(pair[1].data_id), pair[0]))[1]


def _sortable(data_id: str) -> tuple[int]:
    return (int(data_id) if data_id.isdigit() else 0,)
