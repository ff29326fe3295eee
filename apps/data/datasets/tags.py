"""The tags of a dataset, changed where they stand. The upstream replaces them all: they are read, merged, written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.changing import Change, make_change
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.failures import Failure, failure_of
from apps.core.forms import saved
from apps.core.fragments import is_fragment
from apps.data.datasets.changes import page_of, target_of
from apps.data.datasets.job_forms import TagsField
from domoadmin.services.client import Client
from domoadmin.services.errors import Delivery, UpstreamError
from domoadmin.services.results import Dataset
from domoadmin.services.roles import Role

SECONDS = 20.0
FRAGMENT = "data/datasets/tags.html"
PAGE = "data/datasets/tags_page.html"


class TagForm(forms.Form):
    """Tags to add."""

    tags = TagsField(label="Add tags", max_length=2000, error_messages={"required": "Give at least one tag."})


def read_tags(client: Client, dataset_id: str) -> list[str]:
    """Return the tags: off the metadata, or off the stream, the one answer in the documents that shows them."""
    dataset = client.datasets.get_metadata(dataset_id)
    if tags_told(dataset) is None:
        dataset = client.streams.get(dataset.stream_id).dataset or dataset
    return list(dataset.tags)


def tags_told(dataset: Dataset) -> list[str] | None:
    """Return the tags that the metadata tell; None where only the stream may tell them."""
    return list(dataset.tags) if "tags" in dataset.raw or dataset.stream_id in ("", "0") else None


def tags_context(connection: Connection, dataset_id: str, user: Any, shown: Sequence[str] | None) -> dict[str, Any]:
    """Return what the fragment needs. shown: None where the metadata does not tell them: it then loads by itself."""
    return {
        "connection": connection,
        "dataset_id": dataset_id,
        "tags_shown": shown,
        "may_tag": may(user, Role.STEWARD),
    }


@connection_view(Role.VIEWER)
def tags(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show the tags; on POST add some (`tags`) or remove one (`remove`)."""
    if request.method != "POST":
        return _answer(request, connection, dataset_id, _read(connection, dataset_id))
    removed = request.POST.get("remove", "")
    if removed:
        return _write(request, connection, dataset_id, lambda held: [tag for tag in held if tag != removed], removed)
    form = TagForm(request.POST)
    if not form.is_valid():
        held = request.POST.getlist("held")
        return _answer(request, connection, dataset_id, held, status=422, form=form)
    added = form.cleaned_data["tags"]
    return _write(request, connection, dataset_id, lambda held: list(dict.fromkeys([*held, *added])), "", form=form)


def _read(connection: Connection, dataset_id: str) -> list[str]:
    client = connection.client()
    with client.deadline(SECONDS):
        return read_tags(client, dataset_id)


def _write(
    request: ConnectionRequest,
    connection: Connection,
    dataset_id: str,
    change: Callable[[list[str]], list[str]],
    removed: str,
    form: TagForm | None = None,
) -> HttpResponse:
    held = request.POST.getlist("held")
    try:
        held = _read(connection, dataset_id)
        wanted = change(held)
        if wanted != held:
            make_change(
                connection,
                request.user,
                Change(
                    "datasets.create_tag",
                    target_of(request, connection, dataset_id),
                    {"tags": held},
                    {"tags": wanted},
                ),
                lambda client: client.datasets.create_tag(dataset_id, wanted),
            )
    except UpstreamError as error:
        failure, unknown = failure_of(error), error.delivery is Delivery.UNKNOWN
        return _answer(
            request, connection, dataset_id, held, failure.status, form=form, failure=failure, unknown=unknown
        )
    toast = (
        f"Tag “{removed}” removed." if removed else "Tags added." if wanted != held else "It had these tags already."
    )
    if not is_fragment(request):
        return saved(request, page_of(request, connection, dataset_id)[1], toast)
    response = _answer(request, connection, dataset_id, wanted)
    said = saved(request, "", toast)
    response.headers["HX-Trigger"] = said.headers["HX-Trigger"]
    return response


def _answer(
    request: HttpRequest,
    connection: Connection,
    dataset_id: str,
    shown: Sequence[str],
    status: int = 200,
    form: TagForm | None = None,
    failure: Failure | None = None,
    *,
    unknown: bool = False,
) -> HttpResponse:
    problem = failure is not None or (form is not None and form.errors)
    context = tags_context(connection, dataset_id, request.user, shown) | {
        "form": form if problem else None,
        "failure": failure,
        "unknown": unknown,
        "parent": page_of(request, connection, dataset_id),  # type: ignore[arg-type]
    }
    template = FRAGMENT if is_fragment(request) else PAGE
    response = render(request, template, context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
