"""One document: shown, deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.appdb.collections import collection_url, name_of, short
from apps.data.appdb.json_text import written
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound
from domoadmin.services.results.appdb import Document
from domoadmin.services.roles import Role

SECONDS = 30.0
TARGET = "appdb-document"


def document_url(connection: Connection, collection_id: str, document_id: str, action: str = "") -> str:
    """Return the address of a document's page, or of an action on it."""
    name = f"data:appdb_document{f'_{action}' if action else ''}"
    return reverse(name, args=[connection.slug, collection_id, document_id])


def read_document(client: Client, collection_id: str, document_id: str) -> Document:
    """Return a document by its call; by the list where that answers without it, as no answer is documented."""
    with client.deadline(SECONDS):
        document = client.appdb.get_document(collection_id, document_id)
        if document.raw:
            return document
        listed = client.appdb.list_documents(collection_id)
    found = next((each for each in listed if each.id == document_id), None)
    if found is None:
        raise NotFound("The document is not there", operation_id="appdb.get_document")
    return found


@require_GET
@connection_view(Role.VIEWER)
def show(request: ConnectionRequest, connection: Connection, collection_id: str, document_id: str) -> HttpResponse:
    """Show a document."""
    document = read_document(connection.client(), collection_id, document_id)
    context = {
        "connection": connection,
        "collection_id": collection_id,
        "name": name_of(request, connection, collection_id),
        "document": document,
        "document_id": document_id,
        "short_id": short(document_id),
        "text": written(document.content),
    }
    return render(request, "data/appdb/document.html", context)


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def delete(request: ConnectionRequest, connection: Connection, collection_id: str, document_id: str) -> HttpResponse:
    """Delete a document, after its content was shown once more."""
    document = read_document(connection.client(), collection_id, document_id)
    name = name_of(request, connection, collection_id)
    target = Target(TARGET, document_id, f"{name}, document {short(document_id)}")

    def act(values: dict[str, Any]) -> str:
        make_change(
            connection,
            request.user,
            Change("appdb.delete_document", target, {"collection": collection_id, "content": document.content}, None),
            lambda client: client.appdb.delete_document(collection_id, document_id),
        )
        return f"Document {short(document_id)} deleted."

    dialog = ChangeDialog(
        operation="appdb.delete_document",
        title=f"Delete document {short(document_id)}",
        button="Delete the document",
        button_icon="trash",
        act=act,
        parent=(name, document_url(connection, collection_id, document_id)),
        done_url=collection_url(connection, collection_id),
        goes=True,
        destructive=True,
        lead=f"The apps that use {name} will no longer find it.",
        irreversible=(
            "Domo has no way to bring it back. Its content stays in DomoAdmin’s audit trail; "
            "a document made anew from that gets another id."
        ),
        template="data/appdb/delete.html",
        context={"text": written(document.content)},
    )
    return answer_change(request, connection, dialog, forms.Form)
