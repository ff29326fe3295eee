"""Entries of the activity log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Listing, Result
from domoadmin.services.results.fields import Raw, identifier, moment, text


@dataclass(frozen=True, kw_only=True)
class ActivityEntry(Result):
    """Who did what with which object; the object's id and name aren't documented, so they may be empty."""

    user_id: str
    user_name: str
    user_type: str
    action: str
    object_type: str
    object_id: str
    object_name: str
    comment: str
    event: str
    time: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one entry."""
        return cls(
            raw=raw,
            request_id=request_id,
            user_id=identifier(raw, "userId"),
            user_name=text(raw, "userName"),
            user_type=text(raw, "userType"),
            action=text(raw, "actionType", "eventType"),
            object_type=text(raw, "objectType"),
            object_id=identifier(raw, "objectId"),
            object_name=text(raw, "objectName"),
            comment=text(raw, "additionalComment"),
            event=text(raw, "eventText"),
            time=moment(raw, "time", "eventTime"),
        )

    @classmethod
    def object_types(cls, answer: Answer) -> Listing[str]:
        """Read the names of object types: a bare array, or one in an object."""
        data: Any = answer.data
        if isinstance(data, dict):
            data = next((value for value in data.values() if isinstance(value, list)), None)
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
            raise answer.unexpected("a list of names was expected")
        return Listing(data, request_id=answer.request_id)
