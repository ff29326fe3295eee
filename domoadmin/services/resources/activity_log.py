"""Activity Log API."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated

from domoadmin.services.activity_walk import ActivityEntries
from domoadmin.services.arguments import Between, Identifier
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Query
from domoadmin.services.request import Request
from domoadmin.services.results import Listing
from domoadmin.services.results.activity_log import ActivityEntry
from domoadmin.services.times import epoch_milliseconds

# The document's three values are examples only, so any name is taken; list_object_types tells them.
ObjectTypes = Annotated[str | Sequence[str] | None, Query("objectType", joined=True)]


class ActivityLog(Resource):
    """What people did in Domo."""

    @operation(
        id="activity_log.list",
        method="GET",
        path="/api/audit/v1/user-audits",
        heading="Get Activity Log",
        paging=Paging(usual=300),
    )
    def list(
        self,
        start: int | datetime,
        end: int | datetime,
        offset: Annotated[int | None, Between(0)] = None,
        limit: Annotated[int | None, Between(1)] = None,
        object_type: ObjectTypes = None,
    ) -> Request[Listing[ActivityEntry]]:
        """Return a page of what happened from `start` to `end` (datetimes or epoch milliseconds); no total is given."""
        query = {
            "start": _milliseconds(start),
            "end": _milliseconds(end),
            "offset": offset,
            "limit": limit,
            "objectType": _joined(object_type),
        }
        return Request(parse=lambda answer: ActivityEntry.listing(answer, "entries", "audits"), query=query)

    @operation(
        id="activity_log.list_object_types",
        method="GET",
        path="/api/audit/v1/user-audits/objectTypes",
        heading="Get (Enumerate) Activity Log Object Types",
    )
    def list_object_types(self) -> Request[Listing[str]]:
        """Return the object types that entries can have."""
        return Request(parse=ActivityEntry.object_types)

    def walk(
        self,
        start: datetime,
        end: datetime,
        *,
        object_types: Sequence[str] = (),
        user_ids: Collection[Identifier] = (),
        actions: Collection[str] = (),
        object_ids: Collection[Identifier] = (),
        page_size: int = 1000,
    ) -> Iterator[ActivityEntry]:
        """Yield every entry from `start` to `end` once, the latest period first, however many there are.

        Only object types are filtered upstream, since the document knows no other filter; users, actions (VIEWED) and
        objects are filtered here. Memory holds one page.
        """
        entries = ActivityEntries(self, object_types, page_size)
        users, things = {str(each) for each in user_ids}, {str(each) for each in object_ids}
        wanted = {action.upper() for action in actions}
        # What happens while one walks would shift the pages of a period that isn't over.
        over = min(end, datetime.now(UTC))
        for entry in entries.between(_milliseconds(start), _milliseconds(over)):
            fits = not users or entry.user_id in users
            fits = fits and (not wanted or entry.action.upper() in wanted)
            if fits and (not things or entry.object_id in things):
                yield entry


def _milliseconds(moment: int | datetime) -> int:
    return epoch_milliseconds(moment) if isinstance(moment, datetime) else moment


def _joined(names: str | Sequence[str] | None) -> str | None:
    return names if isinstance(names, str | None) else ",".join(names) or None
