"""What a bulk action is applied to: ids, all that a query finds, or what an earlier job did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.http import QueryDict

if TYPE_CHECKING:
    from apps.jobs.models import JobItem
    from domoadmin.services.client import Client


MOST_RECORDS = 100


@dataclass(frozen=True)
class Target:
    """One selected object. For an undo: its own settings, why it can't be undone, and the item that is undone."""

    key: str
    label: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    skip: str = ""
    origin: JobItem | None = None


class SelectionRefused(ValueError):
    """What was selected can't be read; the message says why."""


class TargetSource:
    """A sort of upstream objects that can be selected. One instance for all actions on them; it keeps no state."""

    noun: ClassVar[tuple[str, str]] = ("object", "objects")

    def records(self, client: Client, keys: Sequence[str]) -> Mapping[str, Any]:
        """Return what the upstream tells of many objects (at most MOST_RECORDS) by one call; the others are missing."""
        return {}

    def name_in(self, record: Any) -> str:
        """Return the name that stands in a record."""
        return ""

    def cautions(self, record: Any) -> list[str]:
        """Return what a person should know of an object before it is changed: "were not updated for 90 days"."""
        return []

    def name(self, client: Client, key: str) -> str:
        """Return the name of one object, by a documented call. Raises NotFound where there is no such object."""
        return ""

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield all that match, however many there are. Raises UpstreamError."""
        raise NotImplementedError

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the filters as they stand in a list's address, without what only orders or pages.

        Raises SelectionRefused naming a filter that is not known or has a wrong value.
        """
        raise NotImplementedError

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the filters in words."""
        return ", ".join(f"{name} {value}" for name, value in query.items())

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of an object's page; empty when it has none."""
        return ""


@dataclass(frozen=True)
class Selection:
    """What was selected: exactly one of ids, query (the filters of a list) and undo_of (a job's id) counts."""

    ids: tuple[str, ...] = ()
    query: Mapping[str, str] | None = None
    undo_of: str = ""

    def as_params(self) -> dict[str, Any]:
        """Return plain JSON values for Job.params["selection"]."""
        if self.undo_of:
            return {"undo_of": self.undo_of}
        return {"ids": list(self.ids)} if self.query is None else {"query": dict(self.query)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Selection:
        """Read what as_params() wrote."""
        query = params.get("query")
        return cls(tuple(params.get("ids", ())), query if query is None else dict(query), params.get("undo_of", ""))

    @classmethod
    def of_ids(cls, lines: Sequence[str]) -> Selection:
        """Read ids, one in each line; empty lines and those that begin with "#" say nothing.

        Raises SelectionRefused when there is none.
        """
        ids = [line.strip() for line in lines]
        ids = [line for line in ids if line and not line.startswith("#")]
        if not ids:
            raise SelectionRefused("there is no id in it")
        too_long = next((line for line in ids if len(line) > 255), None)
        if too_long:
            raise SelectionRefused(f"{too_long[:40]}… is no id: it has more than 255 characters")
        return cls(ids=tuple(ids))

    @classmethod
    def of_query(cls, text: str, source: TargetSource) -> Selection:
        """Read a list's address query ("q=orders&certification=none"), or plain words as its search field takes them.

        "*" stands for all. Raises SelectionRefused.
        """
        text = text.strip().removeprefix("?")
        if not text:
            raise SelectionRefused("it is empty: say what to search for, or * for all")
        if "=" not in text:
            return cls(query=source.clean_query({} if text == "*" else {"q": text}))
        return cls(query=source.clean_query(QueryDict(text).dict()))

    def describe(self, source: TargetSource) -> str:
        """Return the selection in words."""
        if self.undo_of:
            return "what an earlier job did"
        if self.query is not None:
            return source.describe(self.query) or f"all {source.noun[1]}"
        return f"{len(self.ids):,} selected by hand" if len(self.ids) != 1 else "one selected by hand"
