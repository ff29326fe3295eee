"""Running a stream now: one press, one run; a second press while one runs is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.streams import health
from domoadmin.services.client import Client
from domoadmin.services.errors import Delivery, InvalidArguments, UpstreamError
from domoadmin.services.results.streams import Execution, Stream
from domoadmin.services.roles import Role

SECONDS = 30.0
# Longer than the call may take: two people who press at once start one run.
HELD_SECONDS = 120


class RunForm(forms.Form):
    """Asks for nothing but the press."""


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def run(request: ConnectionRequest, connection: Connection, stream_id: str) -> HttpResponse:
    """Ask, then start a run."""
    client = connection.client()
    with client.deadline(SECONDS):
        stream = client.streams.get(stream_id)
    page = reverse("data:stream_show", args=[connection.slug, stream_id])
    name = name_of(stream)
    dialog = ChangeDialog(
        operation="streams.execute",
        title=f"Run {name} now",
        button="Run now",
        button_icon="player-play",
        act=lambda _: start(connection, request.user, stream_id),
        parent=(name, page),
        events={"stream-changed": {}, "dataset-changed": {}},
        irreversible="A run that was started can't be taken back by DomoAdmin, nor what it writes into the dataset.",
        template="data/streams/run.html",
        context={"stream": stream, "newest": newest_of(stream), "running": health.is_running(stream)},
    )
    return answer_change(request, connection, dialog, RunForm)


def start(connection: Connection, user: User, stream_id: str) -> str:
    """Start a run and return what to say. Raises InvalidArguments while one is under way, UpstreamError."""
    with _alone(connection, stream_id):
        client = connection.client()
        with client.deadline(SECONDS):
            stream = client.streams.get(stream_id)
            before = newest_of(stream)
            if health.is_running(stream):
                number = f" {before.id}" if before and before.id else ""
                raise InvalidArguments(f"Run{number} of this stream is still under way. Nothing was started")
            change = Change(
                "streams.execute",
                Target("stream", stream_id, name_of(stream)),
                before=_state(before),
                after={"state": "running"},
            )
            started = make_change(connection, user, change, lambda client: _execute(client, stream_id, before))
    return f"Run {started.id} has started." if started.id else "The run has started."


def _execute(client: Client, stream_id: str, before: Execution | None) -> Execution:
    """Send it once; where the answer was lost, look whether there is a run that was not there before."""
    try:
        execution: Execution = client.streams.execute(stream_id)
    except UpstreamError as error:
        if error.delivery is not Delivery.UNKNOWN:
            raise
        found = _found(client, stream_id, before)
        if found is None:
            raise
        return found
    return execution


def _found(client: Client, stream_id: str, before: Execution | None) -> Execution | None:
    try:
        newest = newest_of(client.streams.get(stream_id))
    except UpstreamError:
        return None
    return newest if newest is not None and newest.id and (before is None or newest.id != before.id) else None


def newest_of(stream: Stream) -> Execution | None:
    """Return the run that began last."""
    return stream.current_execution or stream.last_execution


def name_of(stream: Stream) -> str:
    """Return what a stream is called: as the dataset that it fills."""
    return (stream.dataset.name.strip() if stream.dataset else "") or f"stream {stream.id}"


def _state(execution: Execution | None) -> dict[str, Any]:
    if execution is None:
        return {"execution": "", "state": ""}
    return {"execution": execution.id, "state": execution.state.lower()}


@contextmanager
def _alone(connection: Connection, stream_id: str) -> Iterator[None]:
    key = f"data:streams:run:{connection.pk}:{stream_id}"
    if not cache.add(key, time.time(), HELD_SECONDS):
        raise InvalidArguments("Somebody has just pressed “Run now” for this stream. Nothing was started a second time")
    try:
        yield
    finally:
        cache.delete(key)
