"""The editor of a document: JSON with the place of a mistake, a look at the difference before anything is sent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.appdb.collections import NAME_SECONDS, collection_or_none, collection_url, columns_of, name_of, short
from apps.data.appdb.documents import TARGET, document_url, read_document
from apps.data.appdb.json_text import TextRefused, difference, fingerprint, read_object, written
from apps.data.appdb.schemas import columns_from, mismatches
from domoadmin.services.errors import Delivery, InvalidArguments, UpstreamError
from domoadmin.services.results.appdb import Document
from domoadmin.services.roles import Role

ONCE_SECONDS = 3600
CHANGED = "Somebody changed this document while you looked at the difference. It is shown anew; nothing was saved."


@dataclass(frozen=True)
class Place:
    """Where an editor stands: the collection, and the document where there is one already."""

    connection: Connection
    collection_id: str
    name: str
    document: Document | None = None

    @property
    def url(self) -> str:
        """Return where it leads back to."""
        if self.document is None:
            return collection_url(self.connection, self.collection_id)
        return document_url(self.connection, self.collection_id, self.document.id)


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def create(request: ConnectionRequest, connection: Connection, collection_id: str) -> HttpResponse:
    """Write a new document; `copy` in the address begins with another one's content."""
    place = Place(connection, collection_id, name_of(request, connection, collection_id))
    if request.method == "POST":
        return _posted(request, place)
    copied = request.GET.get("copy", "")
    content = read_document(connection.client(), collection_id, copied).content if copied else {}
    return _editor(request, place, written(content) if content else "{\n  \n}")


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def edit(request: ConnectionRequest, connection: Connection, collection_id: str, document_id: str) -> HttpResponse:
    """Edit a document's content."""
    document = read_document(connection.client(), collection_id, document_id)
    place = Place(connection, collection_id, name_of(request, connection, collection_id), document)
    if request.method == "POST":
        return _posted(request, place)
    return _editor(request, place, written(document.content))


def _editor(
    request: HttpRequest, place: Place, text: str, problem: TextRefused | None = None, status: int = 200
) -> HttpResponse:
    document = place.document
    posted: Mapping[str, str] = request.POST
    context = {
        "connection": place.connection,
        "collection_id": place.collection_id,
        "name": place.name,
        "document": document,
        "short_id": short(document.id) if document is not None else "",
        "place": place,
        "text": text,
        "problem": problem,
        "loaded": posted.get("loaded") or (fingerprint(document.raw) if document is not None else ""),
        "original": posted.get("original") or (written(document.content) if document is not None else ""),
    }
    return render(request, "data/appdb/edit.html", context, status=status)


class ReviewForm(forms.Form):
    """What goes along while the difference is looked at."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False)
    loaded = forms.CharField(widget=forms.HiddenInput, required=False)
    original = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    # Tells a second press of the button from the first: creating is the one change that would then happen twice.
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)

    def __init__(self, *args: Any, conflict: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if conflict:
            self.fields["overwrite"] = forms.BooleanField(
                label="Save mine all the same: the document becomes what I wrote",
                error_messages={"required": "Tick this to save over what somebody else wrote, or go back and edit."},
            )


def _posted(request: ConnectionRequest, place: Place) -> HttpResponse:
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if "back" in request.POST:
        return _editor(request, place, text)
    try:
        content = read_object(text)
    except TextRefused as problem:
        return _editor(request, place, text, problem, status=422)
    document = place.document
    if document is not None and content == document.content and request.POST.get("loaded") == fingerprint(document.raw):
        return _editor(request, place, text, TextRefused("Nothing differs from what is stored."), status=422)
    return _reviewed(request, place, text, content)


def _reviewed(request: ConnectionRequest, place: Place, text: str, content: dict[str, Any]) -> HttpResponse:
    document = place.document
    now = fingerprint(document.raw) if document is not None else ""
    loaded = request.POST.get("loaded", "")
    conflict = document is not None and loaded != now
    sends = "send" in request.POST
    # Seen was another state than the one that would be overwritten: look again.
    stale = sends and request.POST.get("seen", "") != now
    made: list[str] = []

    def make_form(data: Any) -> forms.Form:
        known = {"text": text, "loaded": loaded, "original": request.POST.get("original", ""), "seen": now}
        known["once"] = secrets.token_hex(16)
        return ReviewForm(data, initial=known, conflict=conflict)

    def act(values: dict[str, Any]) -> str:
        if document is not None:
            return _update(request, place, document, content)
        with sent_once(values["once"]):
            return _create(request, place, content, made)

    dialog = ChangeDialog(
        operation="appdb.create_document" if document is None else "appdb.update_document",
        title=f"Create a document in {place.name}" if document is None else f"Save document {short(document.id)}",
        button="Create the document" if document is None else "Save the document",
        button_icon="check",
        act=act,
        parent=(place.name, place.url),
        template="data/appdb/review.html",
        context=_review_context(request, place, content, conflict=conflict, stale=stale),
    )
    response = answer_change(request, place.connection, dialog, make_form, reviewing=not sends or stale)
    if stale:
        response.status_code = 409
    if made and response.status_code == 302:
        return HttpResponseRedirect(document_url(place.connection, place.collection_id, made[0]))
    return response


def _review_context(
    request: HttpRequest, place: Place, content: dict[str, Any], *, conflict: bool, stale: bool
) -> dict[str, Any]:
    document = place.document
    theirs = []
    if conflict and document is not None:
        try:
            theirs = difference(read_object(request.POST.get("original", "")), document.content)
        except TextRefused:
            theirs = []
    collection = collection_or_none(place.connection.client(), place.collection_id, NAME_SECONDS)
    columns = columns_from(columns_of(collection)) if collection is not None else []
    return {
        "lines": difference(document.content if document is not None else {}, content),
        "is_new": document is None,
        "document": document,
        "conflict": conflict,
        "theirs": theirs,
        "stale": CHANGED if stale else "",
        "mismatches": mismatches(content, columns),
        "knows_schema": bool(columns),
    }


@contextmanager
def sent_once(mark: str) -> Iterator[None]:
    """Let what is inside happen once for a mark. Raises InvalidArguments for the second time.

    A change that surely did not happen may be sent again.
    """
    key = f"appdb-once:{mark}"
    if mark and not cache.add(key, True, ONCE_SECONDS):
        raise InvalidArguments("this was sent already: look at the collection before you send it again")
    try:
        yield
    except UpstreamError as error:
        if error.delivery is not Delivery.UNKNOWN:
            cache.delete(key)
        raise


def _create(request: ConnectionRequest, place: Place, content: dict[str, Any], made: list[str]) -> str:
    target = Target(TARGET, "", place.name)
    answer = make_change(
        place.connection,
        request.user,
        Change("appdb.create_document", target, None, {"collection": place.collection_id, "content": content}),
        lambda client: client.appdb.create_document(place.collection_id, content),
    )
    if not answer.id:
        return "Document created. The upstream did not tell its id."
    made.append(answer.id)
    return f"Document {short(answer.id)} created."


def _update(request: ConnectionRequest, place: Place, document: Document, content: dict[str, Any]) -> str:
    target = Target(TARGET, document.id, f"{place.name}, document {short(document.id)}")
    answer = make_change(
        place.connection,
        request.user,
        Change("appdb.update_document", target, {"content": document.content}, {"content": content}),
        lambda client: client.appdb.update_document(place.collection_id, document.id, content),
    )
    if "content" in answer.raw and answer.content != content:
        # Whether an update replaces or merges is nowhere documented.
        return f"Document {short(document.id)} saved; the upstream answered with another content. Look at it."
    return f"Document {short(document.id)} saved."
