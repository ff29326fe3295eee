"""What an upload knows of a dataset's partitions when its file is checked: names, rows, and how many there may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.data.versions.partitions import Gauge, read_partitions
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError

# More than this nobody chooses from, and the job's row should stay small.
MOST_KEPT = 1_000


@dataclass(frozen=True)
class KnownPartitions:
    """The partitions as they were at the check: rows by name (None: not told). told: whether the upstream lists any."""

    rows: Mapping[str, int | None]
    count: int
    told: bool

    @classmethod
    def read(cls, client: Client, dataset_id: str) -> KnownPartitions:
        """Ask the upstream; an upload goes on where it does not tell, so this raises nothing of the upstream's."""
        try:
            found = read_partitions(client, dataset_id)
        except UpstreamError:
            return cls({}, 0, told=False)
        rows = {entry.tag: 0 if entry.has_data is False else entry.row_count for entry in found.entries.values()}
        return cls(dict(list(rows.items())[:MOST_KEPT]), len(rows), told=True)

    @classmethod
    def of(cls, preview: Mapping[str, Any]) -> KnownPartitions:
        """Read it off a job's preview; of a job that an earlier release planned, nothing is known."""
        kept = preview.get("partitions") or {"rows": {}, "count": 0, "told": False}
        return cls(kept["rows"], kept["count"], kept["told"])

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values for the preview."""
        return {"rows": dict(self.rows), "count": self.count, "told": self.told}

    @property
    def gauge(self) -> Gauge:
        """Return how close the dataset is to the limit."""
        return Gauge(self.count)

    def is_new(self, partition: str) -> bool:
        """Say whether the dataset has no such partition yet, as far as that is known."""
        return self.told and partition not in self.rows and self.count <= MOST_KEPT

    def warning(self, partition: str) -> str:
        """Return what to say of the limit before an upload to this partition; empty for nothing."""
        return self.gauge.with_one_more() if partition and self.is_new(partition) else ""


def limit_warning(params: Mapping[str, Any], preview: Mapping[str, Any]) -> str:
    """Return what to say of the limit of partitions, by what the check found; empty for nothing."""
    return KnownPartitions.of(preview).warning(str(params.get("partition") or ""))
