"""Certification of datasets and cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, flag, identifier, moment, text


@dataclass(frozen=True, kw_only=True)
class Certification(Result):
    """The certification state; empty when the content isn't certified (which answers 200 with state null)."""

    state: str
    tag: str
    updated: datetime | None
    user_id: str
    by_admin: bool | None

    @property
    def certified(self) -> bool:
        """Whether the content is certified now: certifying sets ACTIVE, the search calls it CERTIFIED."""
        return self.state.upper() in ("ACTIVE", "CERTIFIED")

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a state."""
        return cls(
            raw=raw,
            request_id=request_id,
            state=text(raw, "state"),
            tag=text(raw, "tag"),
            updated=moment(raw, "updated"),
            user_id=identifier(raw, "metadata.userId"),
            by_admin=flag(raw, "metadata.adminCertified"),
        )

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read an answer; an empty one means not certified."""
        return cls.from_raw({} if answer.data is None else answer.mapping(), answer.request_id)
