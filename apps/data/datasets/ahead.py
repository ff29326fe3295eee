"""Begins the panels of a dataset's page while its header is read, so that the page takes about one upstream call.

A browser would ask for each panel after the page, six at a time, each time through session and sign-in anew. Here
the page's request begins them all at once, in threads. What is there soon after the header comes with the page, also
to a browser without scripts. What is not keeps its place: the browser asks for it, and gets what was begun. Each
panel stays a view of its own, with its role, deadline and error state, and is reloaded by its own address.
"""

from __future__ import annotations

import copy
import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import lru_cache

from django.conf import settings
from django.db import connections
from django.http import Http404, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django_htmx.middleware import HtmxDetails

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.data.datasets.page import PlacedPanel, panels_of
from domoadmin.services.roles import Role

# Threads of this process for panels; they mostly wait. What finds none free is asked for by the browser.
THREADS = 48
# For how long what was begun is kept for the browser.
KEPT_SECONDS = 60.0

_log = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="panel")
_begun: dict[str, Begun] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Begun:
    """The panels that a request began: what will be the answer of each, by key."""

    person: int
    at: float
    answers: dict[str, Future[HttpResponse]] = field(default_factory=dict)


@dataclass(frozen=True)
class ShownPanel:
    """A panel on the page: its markup, or where the browser finds it."""

    placed: PlacedPanel
    url: str
    html: SafeString | None


def begin(request: ConnectionRequest, panels: Sequence[PlacedPanel]) -> Begun:
    """Begin to draw panels, each in a thread; none where the setting says so."""
    begun = Begun(request.user.pk, time.monotonic())
    if settings.PAGE_LINGER_SECONDS <= 0:
        return begun
    # Made here once, or each panel's forms would have a token of their own, which no cookie matches.
    get_token(request)
    zone = timezone.get_current_timezone()
    for placed in panels:
        if not placed.what.local:
            asked = _request_for(request, placed.url)
            begun.answers[placed.key] = _threads.submit(_answer, asked, placed, zone)
    return begun


def draw_local(request: ConnectionRequest, begun: Begun, panels: Sequence[PlacedPanel]) -> None:
    """Draw the panels that ask no upstream, in this thread, which has a connection to the database already."""
    if settings.PAGE_LINGER_SECONDS <= 0:
        return
    for placed in panels:
        if placed.what.local:
            drawn: Future[HttpResponse] = Future()
            begun.answers[placed.key] = drawn
            drawn.set_result(_view(_request_for(request, placed.url), placed))


def shown(request: ConnectionRequest, begun: Begun, panels: Sequence[PlacedPanel]) -> list[ShownPanel]:
    """Return the panels as the page shows them: those that are ready soon, and placeholders for the others."""
    wait(begun.answers.values(), settings.PAGE_LINGER_SECONDS)
    late = {key for key, future in begun.answers.items() if not future.done()}
    token = _keep(begun) if late else ""
    return [_shown(request, begun, placed, token) for placed in panels]


def abandon(begun: Begun) -> None:
    """Give up what has not started, after a header that failed."""
    for future in begun.answers.values():
        future.cancel()


def _shown(request: ConnectionRequest, begun: Begun, placed: PlacedPanel, token: str) -> ShownPanel:
    future = begun.answers.get(placed.key)
    if future is not None and not future.done():
        url = reverse("data:dataset_begun", args=[request.connection.slug, placed.dataset_id, token, placed.key])
        return ShownPanel(placed, url, None)
    if future is None or future.cancelled() or future.exception() is not None:
        # The browser asks for it, and what is wrong is told to it, and to the log, in the usual way.
        return ShownPanel(placed, placed.url, None)
    return ShownPanel(placed, placed.url, SafeString(future.result().content.decode()))


def _request_for(request: ConnectionRequest, url: str) -> ConnectionRequest:
    """Return the request that the browser would send for a panel, of the same person with the same session."""
    asked = copy.copy(request)
    asked.__dict__.pop("headers", None)
    asked.path = asked.path_info = url
    asked.method = "GET"
    asked.GET = QueryDict("")
    asked.META = request.META | {
        "HTTP_HX_REQUEST": "true",
        "HTTP_HX_REQUEST_TYPE": "partial",
        "PATH_INFO": url,
        "QUERY_STRING": "",
    }
    asked.htmx = HtmxDetails(asked)
    return asked


@lru_cache(maxsize=200)
def _view_named(url_name: str) -> Callable[..., HttpResponse]:
    """Return the view of a panel; looked up once, since finding an address among hundreds takes milliseconds."""
    view: Callable[..., HttpResponse] = resolve(reverse(url_name, args=["-", "-"])).func
    return view


def _view(request: ConnectionRequest, placed: PlacedPanel) -> HttpResponse:
    return _view_named(placed.what.url_name)(request, connection=request.connection.slug, dataset_id=placed.dataset_id)


def _answer(request: ConnectionRequest, placed: PlacedPanel, zone: tzinfo) -> HttpResponse:
    try:
        with timezone.override(zone):
            return _view(request, placed)
    except Exception:
        _log.debug("the panel %s could not be drawn ahead", placed.url, exc_info=True)
        raise
    finally:
        # The thread's own connection, if the panel used one: nobody else closes it.
        connections.close_all()


def _keep(begun: Begun) -> str:
    """Keep what was begun for the browser that asks for it; forget what nobody came for."""
    token, now = secrets.token_urlsafe(12), time.monotonic()
    with _lock:
        for old in [each for each, kept in _begun.items() if now - kept.at > KEPT_SECONDS]:
            del _begun[old]
        _begun[token] = begun
    return token


@connection_view(Role.VIEWER)
def begun_panel(
    request: ConnectionRequest, connection: Connection, dataset_id: str, token: str, key: str
) -> HttpResponse:
    """Give the panel that this person's page began; one that never started, or elsewhere, is drawn now."""
    with _lock:
        kept = _begun.get(token)
    future = kept.answers.get(key) if kept is not None and kept.person == request.user.pk else None
    if future is not None and not future.cancel():
        return future.result()
    placed = next((each for each in panels_of(connection, dataset_id, request.user) if each.key == key), None)
    if placed is None:
        raise Http404("There is no such panel.")
    return _view(_request_for(request, placed.url), placed)
