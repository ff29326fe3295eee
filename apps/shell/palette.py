"""The command palette's results: pages, actions and what the sources find, as far as this person may."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.addresses import with_parameters
from apps.core.fragments import patch_vary
from apps.core.navigation import navigation_for
from apps.core.palette import PaletteResult, Source, actions_for, registered_sources
from domoadmin.services.errors import UpstreamError

logger = logging.getLogger(__name__)

SHOWN_PER_GROUP = 8
LONGEST_QUERY = 200
# They only wait for upstreams; what finds none free waits for one.
THREADS = 24
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="palette")


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """Answer the pages and actions that match `q` on the connection named by `connection`.

    For htmx this is a fragment that then asks for the upstream's part: a slow upstream must not keep anybody from
    going to a page. Without htmx it is a page with everything.
    """
    user = cast(User, request.user)
    connection = _connection(request, user)
    words = _words(request)
    results = [*_pages(user, connection, words), *_actions(user, connection, words)]
    context: dict[str, Any] = {"words": words, "connection": connection}
    if request.headers.get("HX-Request") == "true":
        ask_url = with_parameters(reverse("shell:palette_upstream"), {"q": words, "connection": _slug(connection)})
        later = ask_url if connection and words and registered_sources() else ""
        return _answer(request, "shell/palette_results.html", context | {"groups": _grouped(results), "later": later})
    found, failures = _upstream(request, connection, words)
    context |= {"groups": _grouped([*results, *found]), "failures": failures}
    return _answer(request, "shell/palette.html", context)


@require_safe
def palette_upstream(request: HttpRequest) -> HttpResponse:
    """Answer what the sources of the upstream find, as a fragment that takes the place of "searching"."""
    connection = _connection(request, cast(User, request.user))
    words = _words(request)
    found, failures = _upstream(request, connection, words)
    context = {"groups": _grouped(found), "failures": failures, "words": words, "connection": connection}
    return _answer(request, "shell/palette_upstream.html", context)


def _answer(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = patch_vary(request, render(request, template, context))
    response.headers["Cache-Control"] = "no-store"
    return response


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:LONGEST_QUERY]


def _slug(connection: Connection | None) -> str | None:
    return connection.slug if connection else None


def _connection(request: HttpRequest, user: User) -> Connection | None:
    slug = request.GET.get("connection", "")
    if not slug:
        return None
    connection = Connection.objects.filter(slug=slug).first()
    if connection is None:
        raise Http404(f"There is no connection “{slug}”.")
    return connection if connection.may_be_used_by(user) else None


def matches(words: str, text: str) -> bool:
    """Say whether each word typed begins a word of the text."""
    have = text.lower().replace("/", " ").replace("-", " ").split()
    return all(any(word.startswith(typed) for word in have) for typed in words.lower().split())


def _pages(user: User, connection: Connection | None, words: str) -> Iterable[PaletteResult]:
    kind, slug = (connection.kind, connection.slug) if connection else (None, None)
    for area in navigation_for(user, kind, slug, ""):
        for link in area.pages:
            if matches(words, f"{area.area.label} {link.label} {link.page.keywords}"):
                detail = "" if link.label == area.area.label else area.area.label
                yield PaletteResult("Go to", area.area.icon, link.label, link.url, detail)


def _actions(user: User, connection: Connection | None, words: str) -> Iterable[PaletteResult]:
    kind, slug = (connection.kind, connection.slug) if connection else (None, None)
    for action, url in actions_for(user, kind, slug):
        if matches(words, f"{action.label} {action.keywords}"):
            yield PaletteResult("Do", action.icon, action.label, url, "Action")


def _upstream(request: HttpRequest, connection: Connection | None, words: str) -> tuple[list[PaletteResult], list[str]]:
    """Ask every source, all at once; one that fails says so below the results of the others."""
    results: list[PaletteResult] = []
    failures: list[str] = []
    if not words or connection is None:
        return results, failures
    cast(ConnectionRequest, request).connection = connection
    for outcome in _outcomes(request, words):
        if isinstance(outcome, UpstreamError):
            logger.info("A palette source failed: %s", outcome)
            failures.append(str(outcome))
        else:
            results += outcome
    return results, list(dict.fromkeys(failures))


def _outcomes(request: HttpRequest, words: str) -> Iterable[Iterable[PaletteResult] | UpstreamError]:
    sources = registered_sources()
    if settings.PAGE_LINGER_SECONDS <= 0:
        return [_outcome(source, request, words) for source in sources]
    zone = timezone.get_current_timezone()

    def ask(source: Source) -> Iterable[PaletteResult] | UpstreamError:
        try:
            with timezone.override(zone):
                return _outcome(source, request, words)
        finally:
            # The thread's own connection, if the source used one: nobody else closes it.
            connections.close_all()

    return _threads.map(ask, sources)


def _outcome(source: Source, request: HttpRequest, words: str) -> Iterable[PaletteResult] | UpstreamError:
    try:
        return list(source(request, words))
    except UpstreamError as error:
        return error


def _grouped(results: list[PaletteResult]) -> list[tuple[str, list[PaletteResult]]]:
    groups: dict[str, list[PaletteResult]] = {}
    for result in results:
        group = groups.setdefault(result.group, [])
        if len(group) < SHOWN_PER_GROUP:
            group.append(result)
    return list(groups.items())
