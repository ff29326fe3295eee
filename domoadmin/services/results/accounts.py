"""Data accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, identifier, text


@dataclass(frozen=True, kw_only=True)
class DataAccount(Result):
    """A data account; `status` is empty in a list, which doesn't say it. Credentials are never part of it."""

    id: str
    name: str
    status: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one account; the id came as text, streams use it as a number."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "accountId", "id", "databaseId"),
            name=text(raw, "displayName", "name", "accountName"),
            status=text(raw, "status"),
        )
