"""Finding a collection: the list where the upstream has one, its id where not; and what is known of one collection."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.lists import RemoteList
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NameColumn, NumberColumn, TimeColumn
from apps.core.templatetags.ui import copy
from apps.data.appdb.fields import sort_key
from apps.data.appdb.reading import REFUSALS
from apps.data.appdb.recent import recent, remember
from apps.jobs.models import Job
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results.appdb import Collection
from domoadmin.services.results.fields import mapping

SECONDS = 20.0
# A page's title is worth no longer wait.
NAME_SECONDS = 5.0
TARGET = "appdb-collection"


@dataclass(frozen=True)
class CollectionRow:
    """A collection as the list shows it."""

    id: str
    name: str
    owner: str
    column_count: int | None
    badges: list[tuple[str, str, str]]
    updated: Any


class CollectionTable(KitTable):
    """One row for each collection; the name opens it."""

    caption = "Collections"
    phone = ("name", "badges", "updated")

    name = NameColumn()
    badges = BadgesColumn(verbose_name="Sync", default="")
    owner = tables.Column(verbose_name="Owner id", default="")
    columns = NumberColumn(accessor="column_count", verbose_name="Schema columns", default="")
    updated = TimeColumn(default="")
    id = tables.Column()

    def render_name(self, value: str, record: CollectionRow) -> SafeString:
        """Link the collection."""
        if not has_page(record.id):
            return format_html("{}", value.strip() or record.id)
        url = collection_url(self.listing.connection, record.id)
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', url, value.strip() or record.id)

    def render_id(self, value: Any) -> SafeString:
        """Write the beginning of the id, with a button that copies all of it."""
        return copy(str(value), "id", short(str(value)))


class CollectionList(RemoteList):
    """Collections that the connection's token sees, by a call that Domo's document does not have."""

    key = "appdb-collections"
    table_class = CollectionTable
    noun = ("collection", "collections")
    orderings: ClassVar[dict[str, str]] = {"name": "name", "columns": "column_count", "updated": "updated"}
    default_order = "name"
    search_label = "Name or id"
    empty_icon = "stack-2"
    empty_title = "No collections"
    empty_text = (
        "This token sees none. Collections are made by the manifest of a custom app; somebody else’s can be "
        "opened by its id."
    )

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection: Connection = request.connection
        # The upstream's words when it has no such call.
        self.unlisted = ""

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Read all (there is no paging), and cut the page out of them."""
        client = self.connection.client()
        try:
            with client.deadline(SECONDS):
                every = client.appdb.list_collections()
        except REFUSALS as error:
            self.unlisted = error.message or str(error)
            return RemotePage([], 0)
        rows = [_row(each) for each in every if each.id]
        words = query.search.casefold()
        met = [row for row in rows if words in row.name.casefold() or words in row.id.casefold()]
        order = query.order or "name"
        met.sort(key=lambda row: _order(getattr(row, order)), reverse=query.descending)
        page = met[query.offset : query.offset + query.count]
        return RemotePage(page, len(met), len(rows), every.request_id)

    @cached_property
    def recent(self) -> list[Any]:
        """Return the collections that this person opened last."""
        return recent(self.request, self.connection)


def _order(value: Any) -> Any:
    return (value is not None, value.timestamp()) if hasattr(value, "timestamp") else sort_key(value)


def _row(collection: Collection) -> CollectionRow:
    return CollectionRow(
        id=collection.id,
        name=collection.name,
        owner=collection.owner_id,
        column_count=len(collection.columns) if collection.columns else None,
        badges=sync_badges(collection),
        updated=collection.updated,
    )


def sync_badges(collection: Collection) -> list[tuple[str, str, str]]:
    """Say whether a collection is synchronised to a dataset; nothing where the upstream doesn't tell."""
    if collection.sync_enabled is None:
        return []
    return [("Synced", "is-ok", "refresh")] if collection.sync_enabled else [("Not synced", "is-off", "circle-dashed")]


def collection_url(connection: Connection, collection_id: str, name: str = "appdb_documents") -> str:
    """Return the address of a collection's page."""
    return reverse(f"data:{name}", args=[connection.slug, collection_id])


def has_page(identifier: str) -> bool:
    """Say whether an id can stand in an address: an empty one, and one with a slash, can't."""
    return bool(identifier) and "/" not in identifier


def job_url(job: Job) -> str:
    """Return the address where a draft of this slice is looked at before it starts."""
    return reverse("data:appdb_job", args=[job.connection_slug, job.pk])


def short(identifier: str) -> str:
    """Return the beginning of an id, which tells it from the others on a page."""
    return f"{identifier[:8]}…" if len(identifier) > 12 else identifier


def collection_or_none(client: Client, collection_id: str, seconds: float = SECONDS) -> Collection | None:
    """Return what the upstream tells of a collection; None where it does not, since no document has that call."""
    try:
        with client.deadline(seconds):
            return client.appdb.get_collection(collection_id)
    except UpstreamError:
        return None


def name_of(request: HttpRequest, connection: Connection, collection_id: str) -> str:
    """Return the collection's name and remember it; its id's beginning where nobody tells a name."""
    known = next((each.name for each in recent(request, connection) if each.id == collection_id), "")
    if not known:
        found = collection_or_none(connection.client(), collection_id, NAME_SECONDS)
        known = found.name if found is not None else ""
    if known:
        remember(request, connection, collection_id, known)
    return known or f"Collection {short(collection_id)}"


def columns_of(collection: Collection) -> list[dict[str, Any]]:
    """Return the schema's columns as the document writes them."""
    listed = mapping(collection.raw, "schema").get("columns")
    if not isinstance(listed, list):
        return []
    return [
        {
            "type": str(each.get("type") or "STRING"),
            "name": str(each.get("name") or ""),
            "visible": each.get("visible") is not False,
        }
        for each in listed
        if isinstance(each, dict) and each.get("name")
    ]
