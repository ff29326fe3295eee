"""Finding a collection, the list of its documents, and the list's exports."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.exports import csv_response, lines_response
from apps.data.appdb.collections import CollectionList, collection_url, name_of
from apps.data.appdb.listing import DocumentList
from apps.data.appdb.question import asked
from apps.data.appdb.reading import opened_documents
from apps.data.appdb.recent import forget, remember
from domoadmin.services import exact_json
from domoadmin.services.results.appdb import Document
from domoadmin.services.roles import Role


class OpenForm(forms.Form):
    """The id of a collection, as Domo shows it in an address or an app's manifest."""

    id = forms.CharField(
        label="Collection id",
        max_length=255,
        error_messages={"required": "Type the id of a collection."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_id(self) -> str:
        """Take a bare id."""
        value: str = self.cleaned_data["id"].strip()
        if any(character in value for character in "/?#\\ \t"):
            raise forms.ValidationError("That is no id: it has a slash or a space in it. Copy the id alone.")
        return value


@require_GET
@connection_view(Role.VIEWER)
def collections(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """List the collections that the token sees, or say how to open one where the upstream has no list."""
    return _collections(request, connection, OpenForm())


@require_GET
@connection_view(Role.VIEWER)
def open_collection(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Open a collection by its id."""
    form = OpenForm(request.GET)
    if not form.is_valid():
        response = _collections(request, connection, form)
        response.status_code = 422
        return response
    return HttpResponseRedirect(collection_url(connection, form.cleaned_data["id"]))


def _collections(request: ConnectionRequest, connection: Connection, form: OpenForm) -> HttpResponse:
    return CollectionList(request).respond("data/appdb/collections.html", {"connection": connection, "open_form": form})


@require_GET
@connection_view(Role.VIEWER)
def documents(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponse:
    """Show one page of the documents that the question asks for."""
    context = {
        "connection": connection,
        "collection_id": collection_id,
        "name": name_of(request, connection, collection_id),
        "tab": "documents",
    }
    listing = DocumentList(request, collection_id)
    response = listing.respond("data/appdb/documents.html", context)
    if listing.failure is None:
        # Also where no call tells a name: then this one proves that the id is right.
        remember(request, connection, collection_id, "")
    elif listing.failure.status == 404:
        forget(request, connection, collection_id)
    return response


@require_GET
@connection_view(Role.STEWARD)
def export(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponseBase:
    """Stream all that the question asks for as JSON lines, a document on each, as the upstream wrote it."""
    form = asked(request.GET)
    if form.problem:
        return _refused_export(request, connection, collection_id, form.problem)
    client = connection.client()

    def lines() -> Iterator[str]:
        with opened_documents(client, collection_id, form.question) as found:
            for each in found:
                yield _line(each)

    # The first one is read here, so that an upstream that refuses at once gets an error page.
    every = lines()
    first = next(every, None)
    name = f"documents-{connection.slug}-{collection_id[:8]}.jsonl"
    return lines_response(name, every if first is None else chain([first], every))


@require_GET
@connection_view(Role.STEWARD)
def export_csv(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponseBase:
    """Hand out all that the question asks for as CSV, a column for each field."""
    listing = DocumentList(request, collection_id)
    if listing.asked.problem:
        return _refused_export(request, connection, collection_id, listing.asked.problem)
    listing.require()
    return csv_response(f"documents-{connection.slug}-{collection_id[:8]}.csv", listing.header(), listing.rows())


def _line(document: Document) -> str:
    return exact_json.dumps(dict(document.raw)) + "\n"


def _refused_export(
    request: ConnectionRequest, connection: Connection, collection_id: str, problem: str
) -> HttpResponse:
    url = reverse("data:appdb_documents", args=[connection.slug, collection_id])
    context = {"connection": connection, "collection_id": collection_id, "problem": problem, "back_url": url}
    return render(request, "data/appdb/refused.html", context, status=422)
