"""Panels: parts of a page that load themselves, fail alone and say how old they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django_htmx.http import reswap, retarget

from apps.core.failures import failure_of
from apps.core.fragments import patch_vary
from domoadmin.services.errors import UpstreamError

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)

# The parameter by which a panel that is refreshed says how old the rows are that it shows meanwhile.
SHOWN = "shown"


@dataclass(frozen=True)
class Panel:
    """A panel's identity: its key names the element "panel-<key>" and the event that reloads it."""

    key: str
    title: str
    url: str
    refresh: Sequence[str] = ()

    @property
    def triggers(self) -> str:
        """Return the htmx triggers that load the panel anew."""
        return ", ".join(f"{event} from:document" for event in (f"panel-{self.key}", *self.refresh))


@dataclass(frozen=True)
class PanelContent:
    """What a panel view returns: a template that extends "ui/panel.html", its context, and what the header says.

    subtitle: a count, for example "14 columns"; as_of: when the data was read (None: now).
    """

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    subtitle: str = ""
    as_of: datetime | None = None


def panel_view(
    key: str, title: str, refresh: Sequence[str] = ()
) -> Callable[[Callable[Concatenate[R, P], PanelContent]], Callable[Concatenate[R, P], HttpResponse]]:
    """Decorate a view that returns PanelContent; an UpstreamError becomes the panel's own error state.

    refresh: further page events that load it anew, beside "panel-<key>". Without htmx the panel is a page.
    """

    def decorate(view: Callable[Concatenate[R, P], PanelContent]) -> Callable[Concatenate[R, P], HttpResponse]:
        @wraps(view)
        def shown(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            panel = Panel(key, title, request.path, refresh)
            try:
                content = view(request, *args, **kwargs)
            except UpstreamError as error:
                return _failed(request, panel, error)
            return _answer(request, panel, _loaded(request, panel, content), 200)

        return shown

    return decorate


def _loaded(request: HttpRequest, panel: Panel, content: PanelContent) -> str:
    context = content.context | {
        "panel": panel,
        "panel_subtitle": content.subtitle,
        "panel_as_of": content.as_of or timezone.now(),
    }
    return render_to_string(content.template, context, request)


def _failed(request: HttpRequest, panel: Panel, error: UpstreamError) -> HttpResponse:
    failure = failure_of(error)
    shown = _shown_since(request)
    context = {"panel": panel, "failure": failure, "shown": shown}
    if shown is None:
        return _answer(request, panel, render_to_string("ui/panel_error.html", context, request), failure.status)
    # The rows that stand there stay: only the line above them changes.
    response = _answer(request, panel, render_to_string("ui/panel_error_body.html", context, request), failure.status)
    return reswap(retarget(response, f"#panel-{panel.key}-state"), "innerHTML")


def _shown_since(request: HttpRequest) -> datetime | None:
    try:
        shown = parse_datetime(request.GET.get(SHOWN, ""))
    except ValueError:
        return None
    return shown if shown is not None and timezone.is_aware(shown) else None


def _answer(request: HttpRequest, panel: Panel, html: str, status: int) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(html, status=status)
    else:
        context = {"panel": panel, "panel_html": SafeString(html)}
        response = render(request, "ui/panel_page.html", context, status=status)
    patch_vary(request, response)
    response.headers["Cache-Control"] = "no-store"
    return response
