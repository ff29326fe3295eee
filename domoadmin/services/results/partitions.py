"""Partitions of a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Listing, Result
from domoadmin.services.results.fields import Raw, identifier, moment, number, text
from domoadmin.services.results.undocumented import read_list

_IDS = ("partitionId", "dataTag", "partitionTag", "partition", "tag", "id", "name")


@dataclass(frozen=True, kw_only=True)
class Partition(Result):
    """A partition; `id` is its tag. Counts are None where the upstream doesn't say: only the search does."""

    id: str
    status: str
    data_id: str
    row_count: int | None
    byte_count: int | None
    completed: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one partition by likely names: no document shows the answer."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, *_IDS),
            status=text(raw, "status", "state").lower(),
            data_id=identifier(raw, "dataId", "dataVersionId"),
            row_count=number(raw, "rowCount", "numRows", "rows", "recordCount"),
            byte_count=number(raw, "byteCount", "numBytes", "bytes", "sizeBytes"),
            completed=moment(raw, "dateCompleted", "datecompleted", "completed", "uploadCompletedDate", "dateCreated"),
        )

    @classmethod
    def partitions(cls, answer: Answer) -> Listing[Self]:
        """Read a list of partitions: objects, or bare tags."""
        data: Any = answer.data
        if isinstance(data, list) and all(isinstance(item, str | int) for item in data):
            tags = ({"partitionId": item} for item in data)
            return Listing((cls.from_raw(tag, answer.request_id) for tag in tags), request_id=answer.request_id)
        return read_list(cls, answer, "partitions", "list", "results")
