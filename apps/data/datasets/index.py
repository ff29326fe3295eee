"""The index of a dataset: whether queries find its data, how far a running one is, and asking for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, make_change
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.failures import Failure, failure_of
from apps.core.panels import PanelContent, panel_view
from apps.data.datasets.changes import page_of, target_of
from apps.data.datasets.panels import read_versions
from apps.data.datasets.side_by_side import answer_of, side_by_side
from domoadmin.services.errors import BadRequest, NotFound, UpstreamError
from domoadmin.services.results import DataVersion, IndexRequest, IndexStatus, Schema
from domoadmin.services.roles import Role

SECONDS = 20.0
# The upstream lists no index requests: only those asked for here can be followed, for as long as this.
KEPT_SECONDS = 6 * 3600
_UNTOLD = ("", "none", "unknown")


@dataclass(frozen=True)
class Asked:
    """An index request that was made here. id is empty where the upstream gave none to ask by."""

    id: str
    at: datetime
    whole: bool


@dataclass(frozen=True)
class IndexState:
    """What the panel says. state: a word for the badge; its css class; its icon."""

    word: str
    css: str
    icon: str
    detail: str


def _key(connection: Connection, dataset_id: str) -> str:
    return f"data:datasets:index:{connection.pk}:{dataset_id}"


def last_asked(connection: Connection, dataset_id: str) -> Asked | None:
    """Return the last index request that was made here, while it is remembered."""
    found = cache.get(_key(connection, dataset_id))
    return found if isinstance(found, Asked) else None


@connection_view(Role.VIEWER)
@panel_view("index", "Index", refresh=["dataset-changed"])
def index_panel(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show whether the data is indexed, and how the index request stands that was made here last."""
    client = connection.client()
    versions, schema = side_by_side(
        client,
        SECONDS,
        [lambda: read_versions(client, dataset_id), lambda: client.datasets.get_schema(dataset_id)],
    )
    newest = next(iter(answer_of(versions)), None)
    context = {
        "state": index_state(schema, newest),
        "newest": newest,
        "asked": last_asked(connection, dataset_id),
        "may_index": may(request.user, Role.STEWARD),
        "connection": connection,
        "dataset_id": dataset_id,
    }
    return PanelContent("data/datasets/panels/index.html", context)


def index_state(schema: Schema | UpstreamError, newest: DataVersion | None) -> IndexState:
    """Say how the index stands by the indexed schema and the newest version of the data."""
    if isinstance(schema, NotFound | BadRequest):
        if newest is None:
            return IndexState("No data", "is-off", "circle-dashed", "Nothing was uploaded, so nothing is indexed.")
        return IndexState("Not indexed", "is-warn", "alert-triangle", "Queries and cards find no rows.")
    answer_of(schema)
    told = newest.index_status if newest else ""
    if told not in _UNTOLD and told not in ("success", "succeeded", "done", "indexed", "complete", "completed"):
        return IndexState(told.capitalize(), "is-run", "loader-2", "This is what is told of the newest version.")
    detail = "" if told not in _UNTOLD else "The upstream does not tell which version of the data is in it."
    return IndexState("Indexed", "is-ok", "check", detail)


@connection_view(Role.VIEWER)
def progress(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show how far the index request is that was made here last; asks again by itself while it runs."""
    asked = last_asked(connection, dataset_id)
    status: IndexStatus | None = None
    failure: Failure | None = None
    if asked is not None and asked.id:
        client = connection.client()
        try:
            with client.deadline(SECONDS):
                status = client.datasets.index_progress(dataset_id, asked.id)
        except UpstreamError as error:
            failure = failure_of(error)
    response = render(
        request,
        "data/datasets/index_progress.html",
        {"asked": asked, "status": status, "failure": failure, "connection": connection, "dataset_id": dataset_id},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


class IndexForm(forms.Form):
    """How much is indexed."""

    what = forms.ChoiceField(
        label="What to index",
        initial="rest",
        choices=[
            ("rest", "What was uploaded and is not indexed yet"),
            ("whole", "The whole dataset anew, needed after a change of its schema"),
        ],
        widget=forms.RadioSelect,
    )


@connection_view(Role.STEWARD)
def index_now(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Ask the upstream to index a dataset."""
    parent = page_of(request, connection, dataset_id)

    def act(cleaned: dict[str, Any]) -> str:
        return _ask(request, connection, dataset_id, whole=cleaned["what"] == "whole")

    dialog = ChangeDialog(
        operation="datasets.index",
        title=f"Index {parent[0]}",
        button="Index now",
        button_icon="refresh",
        lead="Indexing changes no data. Large datasets take Domo some minutes.",
        act=act,
        parent=parent,
        events={"panel-index": {}},
    )
    return answer_change(request, connection, dialog, IndexForm)


def _ask(request: ConnectionRequest, connection: Connection, dataset_id: str, *, whole: bool) -> str:
    operation = "datasets.reindex" if whole else "datasets.index"
    after = {"index": "the whole dataset" if whole else "versions that are not indexed yet"}
    change = Change(operation, target_of(request, connection, dataset_id), None, after)
    if whole:
        done = make_change(connection, request.user, change, lambda client: client.datasets.reindex(dataset_id))
        # Its answer isn't documented; where it carries an id, that may be followed like the other's.
        identifier = IndexRequest.from_raw(done.raw).index_id or ""
    else:
        asked = make_change(connection, request.user, change, lambda client: client.datasets.index(dataset_id))
        identifier = asked.index_id or ""
    cache.set(_key(connection, dataset_id), Asked(identifier, timezone.now(), whole), KEPT_SECONDS)
    return "Asked for. The panel Index shows how far it is." if identifier else "Asked for. Domo gave no id to follow."
