"""Pages and who may see them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text


@dataclass(frozen=True, kw_only=True)
class Page(Result):
    """A page. `metadata` is read from the text that holds it; counts and times only in the list."""

    id: str
    parent_id: str
    title: str
    owner_ids: tuple[str, ...]
    locked: bool | None
    has_layout: bool | None
    card_count: int | None
    metadata: Mapping[str, Any]
    created: datetime | None
    modified: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a page of an answer to creating one, or of the list; a parent 0 is none."""
        parent = identifier(raw, "parentPageId")
        owners = tuple(identifier(owner, "id") for owner in mappings(raw, "owners")) or (identifier(raw, "ownerId"),)
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "pageId", "id"),
            parent_id="" if parent == "0" else parent,
            title=text(raw, "title", "pageName", "pageTitle"),
            owner_ids=tuple(owner for owner in owners if owner),
            locked=flag(raw, "locked"),
            has_layout=flag(raw, "hasLayout"),
            card_count=number(raw, "cardCount"),
            metadata=_metadata(raw),
            created=moment(raw, "createdTime", "created"),
            modified=moment(raw, "lastModified"),
        )


def _metadata(raw: Raw) -> Mapping[str, Any]:
    """The document shows a text that holds JSON; an object would do as well."""
    value: Any = raw.get("metadata")
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return mapping({"metadata": value}, "metadata")


@dataclass(frozen=True, kw_only=True)
class PageAccess(Result):
    """Who may see a page: ids of users and groups the page was shared with."""

    user_ids: tuple[str, ...]
    group_ids: tuple[str, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an access list."""
        return cls(
            raw=raw,
            request_id=request_id,
            user_ids=tuple(identifier(user, "id") for user in mappings(raw, "users")),
            group_ids=tuple(identifier(group, "id") for group in mappings(raw, "groups")),
        )
