"""The documents of a collection as a list: one call for all that the question asks for, a page of them shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.filters import Chip
from apps.core.lists import BulkAction, RemoteList
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import KitTable, NameColumn, TimeColumn
from apps.data.appdb.collections import has_page, short
from apps.data.appdb.conditions import OPERATORS, OUTER, TYPES
from apps.data.appdb.fields import Field, fields_of, in_words, sort_key
from apps.data.appdb.question import NAMES, AskedForm, asked, chips_of, with_rows
from apps.data.appdb.reading import Found, find_documents
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results.appdb import Document
from domoadmin.services.roles import Role

SECONDS = 60.0
SHOWN_FIRST = 5
DELETE = "delete"
_LONGEST_CELL = 80


class DocumentTable(KitTable):
    """One row for each document; the columns between id and times are the fields that documents have."""

    caption = "Documents"

    id = NameColumn()

    def render_id(self, value: str) -> SafeString:
        """Link the document by the beginning of its id."""
        if not has_page(value):
            return format_html("{}", value or "no id")
        url = reverse("data:appdb_document", args=[self.listing.connection.slug, self.listing.collection_id, value])
        return format_html('<a class="text-body fw-medium" href="{}" title="{}">{}</a>', url, value, short(value))

    def row_name(self, record: Document) -> str:
        """Name a row by its id."""
        return f"document {record.id}"


class FieldColumn(tables.Column):
    """The value of one field."""

    def __init__(self, field: Field) -> None:
        super().__init__(verbose_name=field.label, accessor="content", empty_values=())
        self.of = field

    def render(self, value: Any) -> SafeString | str:
        """Write the value, cut where it is long; nothing tells null from a field that is not there but the document."""
        found = self.of.value(value)
        if found is None:
            return format_html('<span class="text-secondary">{}</span>', "—")
        text = in_words(found)
        return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


class DocumentList(RemoteList):
    """Documents of one collection that meet the conditions of the address."""

    noun = ("document", "documents")
    search_label = "Words in a value"
    count_suffix = ""
    summary_template = "data/appdb/query.html"
    empty_template = "data/appdb/documents_empty.html"

    def __init__(self, request: ConnectionRequest, collection_id: str) -> None:
        super().__init__(request)
        self.connection: Connection = request.connection
        self.collection_id = collection_id
        # Kept for each collection: another one has other fields.
        self.key = f"appdb-{collection_id}"  # type: ignore[misc]
        arguments = [self.connection.slug, collection_id]
        self.selection_url = reverse("data:appdb_delete_documents", args=arguments)
        if may(request.user, Role.STEWARD):
            self.export_url = reverse("data:appdb_export_csv", args=arguments)
            self.further_exports = [("JSONL", reverse("data:appdb_export", args=arguments))]
        self.found: Found | None = None
        self._error: UpstreamError | None = None

    # What is asked

    @cached_property
    def asked(self) -> AskedForm:
        """Return the query form as the address has it."""
        return asked(self.request.GET)

    @property
    def filtered(self) -> bool:
        """Say whether less than all is asked for."""
        return self.asked.question.is_narrow

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the conditions as chips."""
        return chips_of(self.asked, self.url)

    @property
    def clear_url(self) -> str:
        """Return the address that asks for all."""
        return with_rows(super().clear_url, [])

    def kept_by(self, form: str) -> list[tuple[str, str]]:
        """Leave the conditions to the form that has them."""
        return [pair for pair in super().kept_by(form) if form != "query" or pair[0] not in NAMES]

    @property
    def operators(self) -> Sequence[tuple[str, str]]:
        """Return the operators to choose from."""
        return list(OPERATORS.items())

    @property
    def types(self) -> Sequence[tuple[str, str]]:
        """Return the types of values to choose from."""
        return list(TYPES.items())

    @property
    def suggested(self) -> list[str]:
        """Return the names of fields, for the query's rows."""
        return [*(field.label for field in self.fields), *OUTER]

    # What there is

    def load(self) -> None:
        """Ask the upstream, once, before the table is made: its columns are the fields that come."""
        if self.found is not None or self._error is not None or self.asked.problem:
            return
        client = self.connection.client()
        try:
            with client.deadline(SECONDS):
                self.found = find_documents(client, self.collection_id, self.asked.question)
        except UpstreamError as error:
            self._error = error

    def require(self) -> Found:
        """Return what was found. Raises UpstreamError."""
        self.load()
        if self._error is not None:
            raise self._error
        return self.found or Found([], 0, complete=True)

    @cached_property
    def fields(self) -> list[Field]:
        """Return the fields of the documents found."""
        return fields_of(each.content for each in self.found.documents) if self.found else []

    @cached_property
    def optional_columns(self) -> dict[str, bool]:  # type: ignore[override]
        """Return the fields and times as columns that may be hidden."""
        shown = {field.key: place < SHOWN_FIRST for place, field in enumerate(self.fields)}
        return {**shown, "owner": False, "updated": True, "created": False}

    @cached_property
    def table_class(self) -> type[KitTable]:  # type: ignore[override]
        """Return a table with a column for each field."""
        columns: dict[str, Any] = {field.key: FieldColumn(field) for field in self.fields}
        columns["owner"] = tables.Column(accessor="owner_id", verbose_name="Owner id", default="")
        columns["updated"] = TimeColumn(default="")
        columns["created"] = TimeColumn(default="")
        first = [field.key for field in self.fields if field.key not in self.hidden_columns][:2]
        phone = ("id", *first, "updated")
        return type("CollectionDocumentTable", (DocumentTable,), {**columns, "phone": phone, "__doc__": "Documents."})

    @cached_property
    def hidden_columns(self) -> tuple[str, ...]:
        """Return the columns that are not shown; the one in order always is, or nobody could tell the order."""
        return tuple(name for name in super().hidden_columns if name != self.order.removeprefix("-"))

    @cached_property
    def orderings(self) -> dict[str, str]:  # type: ignore[override]
        """Return the columns that can be sorted by: all, since all documents are at hand."""
        return {name: name for name in ("id", *self.optional_columns)}

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Cut a page out of what was found."""
        found = self.require()
        rows = self.ordered(query.order or "", query.descending)
        page = rows[query.offset : query.offset + query.count]
        return RemotePage(page, len(rows), request_id=found.request_id)

    def ordered(self, name: str, descending: bool) -> list[Document]:
        """Return all documents found in this order; in the upstream's own without a name."""
        documents = list(self.found.documents) if self.found else []
        field = next((each for each in self.fields if each.key == name), None)
        if field is not None:
            return sorted(documents, key=lambda each: sort_key(field.value(each.content)), reverse=descending)
        if name in ("id", "owner"):
            attribute = "id" if name == "id" else "owner_id"
            return sorted(documents, key=lambda each: str(getattr(each, attribute)), reverse=descending)
        if name in ("created", "updated"):
            return sorted(documents, key=lambda each: _moment(each, name), reverse=descending)
        return documents

    def bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with selected documents."""
        return [BulkAction(DELETE, "Delete", "trash")] if may(self.request.user, Role.STEWARD) else []

    def respond(self, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
        """Answer; a query that can't be read is 422, and asks nothing of the upstream."""
        self.load()
        response = super().respond(template, context)
        if self.asked.problem:
            response.status_code = 422
        return response

    # Export

    def header(self) -> list[str]:
        """Return the names of the exported columns."""
        return ["Id", *(field.label for field in self.fields), "Owner id", "Created", "Updated"]

    def rows(self) -> Iterator[list[object]]:
        """Yield the exported rows."""
        for each in self.ordered(self.order.removeprefix("-"), self.order.startswith("-")):
            values = [in_words(field.value(each.content)) for field in self.fields]
            yield [each.id, *values, each.owner_id, each.created, each.updated]


def _moment(document: Document, name: str) -> float:
    moment = document.created if name == "created" else document.updated
    return moment.timestamp() if moment is not None else 0.0
