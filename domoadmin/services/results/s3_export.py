"""Exports to S3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, identifier, mapping, moment, number, text

# The document shows "none" and "success" only: these are the words that other parts of Domo use for an end in failure.
_FAILED = frozenset({"error", "failed", "failure", "cancelled", "canceled", "aborted"})


@dataclass(frozen=True, kw_only=True)
class DatasetExport(Result):
    """An export. `status` in lower case: none at first, success in the end; `row_counts` by the URL of each file."""

    id: str
    status: str
    bucket: str
    export_format: str
    compression: str
    error_code: str
    message: str
    started: datetime | None
    finished: datetime | None
    row_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether the files are there."""
        return self.status == "success"

    @property
    def failed(self) -> bool:
        """Whether it ended without the files."""
        return self.status in _FAILED

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one export."""
        counts = mapping(raw, "urlRowCountMap")
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "exportId", "id"),
            status=text(raw, "exportStatus", "status").lower(),
            bucket=text(raw, "bucket"),
            export_format=text(raw, "exportFormat"),
            compression=text(raw, "compression"),
            error_code=text(raw, "errorCode"),
            message=text(raw, "message"),
            started=moment(raw, "started"),
            finished=moment(raw, "finished"),
            row_counts={url: number(counts, url) or 0 for url in counts},
        )
