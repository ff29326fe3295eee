"""The schema of a collection: edited with a look at the difference, inferred from documents, synchronised or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.access import may, require
from apps.data.appdb.collections import TARGET, collection_or_none, collection_url, columns_of, name_of
from apps.data.appdb.question import Question
from apps.data.appdb.reading import find_documents
from apps.data.appdb.schemas import MOST_COLUMNS, TYPES, Column, Proposal, columns_from, compare, infer
from domoadmin.services.results.appdb import Collection
from domoadmin.services.roles import Role

SECONDS = 60.0
BLANK_ROWS = 2
CHANGED = "Somebody changed the schema while you looked at the difference. It is shown anew; nothing was saved."


@dataclass(frozen=True)
class Row:
    """A column as the editor holds it: its place, name, type, whether it is shown, and whether it goes."""

    place: str
    name: str = ""
    type: str = "STRING"
    visible: bool = True
    remove: bool = False


class SchemaRefused(ValueError):
    """The editor's rows make no schema; the message names the column."""


def read_rows(posted: QueryDict) -> list[Row]:
    """Read the editor's rows as they were sent."""
    rows = []
    for number in range(MOST_COLUMNS + BLANK_ROWS):
        if f"name-{number}" not in posted:
            break
        rows.append(
            Row(
                posted.get(f"place-{number}", "").strip(),
                posted.get(f"name-{number}", "").strip(),
                posted.get(f"type-{number}", "STRING"),
                f"visible-{number}" in posted,
                f"remove-{number}" in posted,
            )
        )
    return rows


def columns_in(rows: Sequence[Row]) -> list[Column]:
    """Return the columns that the rows make, in the order of their places. Raises SchemaRefused."""
    kept: list[tuple[float, int, Column]] = []
    for number, row in enumerate(rows):
        if not row.name or row.remove:
            continue
        if row.type not in TYPES:
            raise SchemaRefused(f"{row.name}: there is no type “{row.type}”. Choose one from the list.")
        if any(column.name == row.name for _, _, column in kept):
            raise SchemaRefused(f"{row.name}: two columns have this name. Rename or remove one.")
        try:
            place = float(row.place) if row.place else number + 1.0
        except ValueError:
            raise SchemaRefused(f"{row.name}: the place “{row.place}” is not a number.") from None
        kept.append((place, number, Column(row.name, row.type, row.visible)))
    if not kept:
        raise SchemaRefused("A schema has at least one column. Name one, or switch the synchronisation off instead.")
    return [column for _, _, column in sorted(kept, key=lambda each: each[:2])]


def rows_for(columns: Sequence[Column]) -> list[Row]:
    """Return the editor's rows for a schema, with empty ones to add columns."""
    rows = [Row(str(place), each.name, each.type, each.visible) for place, each in enumerate(columns, 1)]
    return [*rows, *(Row(str(len(rows) + number)) for number in range(1, BLANK_ROWS + 1))]


@require_http_methods(["GET", "POST"])
@connection_view(Role.VIEWER)
def schema(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponse:
    """Show the schema; stewards edit it. `infer` in the address fills the editor with what documents say."""
    name = name_of(request, connection, collection_id)
    collection = collection_or_none(connection.client(), collection_id)
    known = columns_from(columns_of(collection)) if collection is not None else []
    page = _SchemaPage(request, connection, collection_id, name, collection, known)
    if request.method == "POST":
        require(request.user, Role.STEWARD, "change the schema of a collection")
        return page.posted()
    if "infer" in request.GET:
        require(request.user, Role.STEWARD, "change the schema of a collection")
        return page.inferred()
    return page.shown(rows_for(known))


@dataclass(frozen=True)
class _SchemaPage:
    request: ConnectionRequest
    connection: Connection
    collection_id: str
    name: str
    collection: Collection | None
    known: Sequence[Column]

    def shown(
        self, rows: Sequence[Row], proposal: Proposal | None = None, problem: str = "", status: int = 200
    ) -> HttpResponse:
        """Show the editor."""
        changes = compare(self.known, proposal.columns) if proposal is not None else []
        context = {
            "connection": self.connection,
            "collection_id": self.collection_id,
            "name": self.name,
            "collection": self.collection,
            "tells_schema": self.collection is not None,
            "known": self.known,
            "rows": rows,
            "types": list(TYPES.items()),
            "proposal": proposal,
            "changes": [each for each in changes if each.kind != "same"],
            "problem": problem,
            "may_edit": may(self.request.user, Role.STEWARD),
            "tab": "schema",
        }
        return render(self.request, "data/appdb/schema.html", context, status=status)

    def inferred(self) -> HttpResponse:
        """Fill the editor with a proposal; nothing is saved by it."""
        client = self.connection.client()
        with client.deadline(SECONDS):
            found = find_documents(client, self.collection_id, Question())
        proposal = infer((each.content for each in found.documents), self.known)
        return self.shown(rows_for(proposal.columns or self.known), proposal)

    def posted(self) -> HttpResponse:
        """Show the difference, or send what was looked at."""
        rows = read_rows(self.request.POST)
        if "back" in self.request.POST:
            return self.shown(_with_blanks(rows))
        try:
            columns = columns_in(rows)
        except SchemaRefused as refusal:
            return self.shown(_with_blanks(rows), problem=str(refusal), status=422)
        if columns == list(self.known):
            return self.shown(_with_blanks(rows), problem="Nothing differs from the schema that is there.", status=422)
        return self.reviewed(columns)

    def reviewed(self, columns: Sequence[Column]) -> HttpResponse:
        """Show the difference with the button that sends it."""
        request = self.request
        seen = json.dumps([each.as_json() for each in self.known])
        sends = "send" in request.POST
        stale = sends and request.POST.get("seen") != seen
        dialog = ChangeDialog(
            operation="appdb.update_collection_schema",
            title=f"Save the schema of {self.name}",
            button=f"Save {len(columns)} column{'' if len(columns) == 1 else 's'}",
            button_icon="check",
            act=lambda values: self.save(columns),
            parent=(self.name, collection_url(self.connection, self.collection_id, "appdb_schema")),
            template="data/appdb/schema_review.html",
            context={
                "changes": compare(self.known, columns),
                "removed": [each.name for each in self.known if each.name not in {new.name for new in columns}],
                "hidden_rows": rows_for(columns)[:-BLANK_ROWS],
                "seen": seen,
                "stale": CHANGED if stale else "",
                "tells_schema": self.collection is not None,
                "synced": bool(self.collection and self.collection.sync_enabled),
            },
        )
        response = answer_change(request, self.connection, dialog, forms.Form, reviewing=not sends or stale)
        if stale:
            response.status_code = 409
        return response

    def save(self, columns: Sequence[Column]) -> str:
        """Send the schema alone; the synchronisation stays as it is."""
        wanted = {"columns": [each.as_json() for each in columns]}
        before = {"schema": {"columns": [each.as_json() for each in self.known]}} if self.collection else None
        target = Target(TARGET, self.collection_id, self.name)
        make_change(
            self.connection,
            self.request.user,
            Change("appdb.update_collection_schema", target, before, {"schema": wanted}),
            lambda client: client.appdb.update_collection_schema(self.collection_id, wanted),
        )
        return f"The schema of {self.name} is saved."


def _with_blanks(rows: Sequence[Row]) -> list[Row]:
    named = [row for row in rows if row.name]
    return [*named, *(Row(str(len(named) + number)) for number in range(1, BLANK_ROWS + 1))]


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def sync(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponse:
    """Switch the synchronisation to a dataset on or off (`to` in the address)."""
    name = name_of(request, connection, collection_id)
    collection = collection_or_none(connection.client(), collection_id)
    on = request.GET.get("to", "on") != "off"
    known = collection.sync_enabled if collection is not None else None

    def act(values: dict[str, Any]) -> str:
        make_change(
            connection,
            request.user,
            Change(
                "appdb.update_collection_schema",
                Target(TARGET, collection_id, name),
                None if known is None else {"syncEnabled": known},
                {"syncEnabled": on},
            ),
            lambda client: client.appdb.update_collection_schema(collection_id, sync_enabled=on),
        )
        return f"{name} is {'synchronised to a dataset from now on' if on else 'no longer synchronised'}."

    dialog = ChangeDialog(
        operation="appdb.update_collection_schema",
        title=f"Switch the synchronisation of {name} {'on' if on else 'off'}",
        button=f"Switch it {'on' if on else 'off'}",
        button_icon="refresh" if on else "plug-x",
        act=act,
        parent=(name, collection_url(connection, collection_id, "appdb_schema")),
        done_url=collection_url(connection, collection_id, "appdb_schema"),
        goes=True,
        template="data/appdb/sync.html",
        context={"on": on, "known": known, "has_schema": bool(collection and collection.columns), "told": collection},
    )
    return answer_change(request, connection, dialog, forms.Form)
