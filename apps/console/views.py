"""The API console: find an operation, fill in its form, see the request, send it, read the answer."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.console.answers import Receiver, shown_answer
from apps.console.catalogue import Listed, find
from apps.console.examples import examples_of
from apps.console.forms import ARGUMENT, BODY, CallForm, ConfirmationForm, must_type_name
from apps.console.offering import by_area, offered
from apps.console.performing import Acting, perform
from apps.console.previews import Preview, preview
from apps.core.access import require
from apps.core.failures import failure_of
from apps.core.fragments import is_fragment, patch_vary, render_page
from apps.staging.models import StagedFile
from apps.staging.service import StagedSource
from domoadmin.services.errors import UpstreamError
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

PAGE = "console/page.html"
SOURCE = "API console"
EVERY_KIND: tuple[str, ...] = ()
# Longer than people wait, shorter than the page's own request may take.
SECONDS = 75.0


@require_safe
@connection_view(Role.VIEWER, EVERY_KIND)
def index(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show what can be called, as far as it matches `q`; `chosen` is the operation that the page shows meanwhile."""
    context = _context(request, connection, find(request.GET.get("chosen", "")))
    return render_page(request, PAGE, "console/operations.html", context)


@require_safe
@connection_view(Role.VIEWER, EVERY_KIND)
def operation(request: ConnectionRequest, connection: Connection, operation_id: str) -> HttpResponse:
    """Show the form of one operation; `example` fills in a documented example, `arg-<name>` and `body` a value."""
    listed = _listed(request, connection, operation_id)
    form = CallForm(listed, initial=_initial(request, listed))
    return patch_vary(request, render(request, PAGE, _context(request, connection, listed) | {"form": form}))


@require_POST
@connection_view(Role.VIEWER, EVERY_KIND)
def show_request(request: ConnectionRequest, connection: Connection, operation_id: str) -> HttpResponse:
    """Show the request as it would go out. Nothing is sent."""
    listed = _listed(request, connection, operation_id)
    form = CallForm(listed, request.POST, request.FILES)
    live = "live" in request.POST
    if not form.is_valid():
        if live:
            # While somebody types, what is missing is no mistake yet.
            return _answer(request, connection, listed, form, {"preview_problem": _first_problem(form)})
        return _form_refused(request, connection, listed, form)
    try:
        shown = preview(form.prepared, connection)
    except UpstreamError as error:
        failure = failure_of(error)
        status = HTTPStatus.OK if live else failure.status
        return _answer(request, connection, listed, form, {"preview_failure": failure}, status)
    return _answer(request, connection, listed, form, _shown_request(request, shown))


@require_POST
@connection_view(Role.VIEWER, EVERY_KIND)
def run(request: ConnectionRequest, connection: Connection, operation_id: str) -> HttpResponse:
    """Make the call and show what came of it; a change only when it was confirmed."""
    listed = _listed(request, connection, operation_id)
    form = CallForm(listed, request.POST, request.FILES)
    if not form.is_valid():
        return _form_refused(request, connection, listed, form)
    if listed.operation.mutates:
        confirmation = ConfirmationForm(listed, connection, request.POST)
        if not confirmation.is_valid():
            return _not_confirmed(request, connection, listed, form, confirmation)
    acting = Acting(request.user, SOURCE)
    with Receiver() as received:
        with connection.client().deadline(SECONDS):
            outcome = perform(form.prepared, connection, acting, received.write)
        shown = shown_answer(outcome, received, listed.id, request.user)
    status = shown.failure.status if shown.failure else HTTPStatus.OK
    response = _answer(request, connection, listed, form, {"answer": shown, "answered_at": timezone.now()}, status)
    return trigger_client_event(response, "dialog-close", {})


@require_safe
@connection_view(Role.VIEWER, EVERY_KIND)
def download(request: ConnectionRequest, connection: Connection, file_id: UUID) -> HttpResponseBase:
    """Hand out an answer that was kept as a file, to the person who got it."""
    file = get_object_or_404(StagedFile, pk=file_id)
    if file.owner_id != request.user.pk:
        raise PermissionDenied("This answer was given to somebody else.")
    response = StreamingHttpResponse(StagedSource(file).open(), content_type="application/octet-stream")
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name) or ""
    response.headers["Cache-Control"] = "no-store"
    return response


def _first_problem(form: CallForm) -> str:
    name, messages = next(iter(form.errors.items()))
    return f"{name.removeprefix(ARGUMENT)}: {messages[0]}" if name in form.fields else str(messages[0])


def _shown_request(request: ConnectionRequest, shown: Preview) -> dict[str, Any]:
    texts = [
        ("http", "HTTP", shown.as_http()),
        ("curl", "curl", shown.as_curl()),
        ("command", "manage.py call", shown.as_command()),
    ]
    names = [name for name, _, _ in texts]
    chosen = request.POST.get("as", "")
    return {
        "preview": shown,
        "preview_texts": texts,
        "preview_forms": [(name, label) for name, label, _ in texts],
        "preview_as": chosen if chosen in names else "http",
    }


def _listed(request: ConnectionRequest, connection: Connection, operation_id: str) -> Listed:
    listed = find(operation_id)
    if listed is None:
        raise Http404(f"There is no operation “{operation_id}”.")
    if listed.operation.kind != connection.kind:
        raise Http404(f"{connection.name} is a {connection.kind_label} connection: it has no {operation_id}.")
    require(request.user, listed.operation.role, f"call {operation_id}")
    return listed


def _initial(request: ConnectionRequest, listed: Listed) -> dict[str, Any]:
    values: dict[str, Any] = _presets(listed)
    values |= {name: value for name, value in request.GET.items() if name.startswith(ARGUMENT)}
    if BODY in request.GET:
        values[BODY] = request.GET[BODY]
    examples = examples_of(listed)
    number = request.GET.get("example", "")
    if number.isascii() and number.isdecimal() and 1 <= int(number) <= len(examples):
        example = examples[int(number) - 1]
        values = {**{ARGUMENT + name: value for name, value in example.args.items()}, **values}
        if example.body is not None:
            values[BODY] = example.body
    return values


def _presets(listed: Listed) -> dict[str, Any]:
    """Return what an alias brings along, in the spelling of the form."""
    wire_names = {parameter.name: parameter.wire_name for parameter in listed.operation.parameters}
    presets = listed.operation.presets.get(listed.id, {})
    return {
        ARGUMENT + wire_names[name]: value if isinstance(value, str) else json.dumps(value)
        for name, value in presets.items()
    }


def _context(request: ConnectionRequest, connection: Connection, listed: Listed | None) -> dict[str, Any]:
    operations = offered(request.user, connection)
    words = request.GET.get("q", "").strip()[:200]
    areas = by_area(operations, words, listed)
    context: dict[str, Any] = {
        "connection": connection,
        "words": words,
        "areas": areas,
        "offered_count": len(operations),
        "found_count": sum(len(area.operations) for area in areas),
        "listed": listed,
    }
    if listed is None:
        return context
    operation = listed.operation
    return context | {
        "operation": operation,
        "examples": examples_of(listed),
        "never_repeated": operation.retry_safety in (RetrySafety.VERIFIABLE, RetrySafety.UNSAFE),
        "must_type": must_type_name(listed, connection),
        "confirmation": ConfirmationForm(listed, connection) if operation.mutates else None,
        "reverse": find(operation.reverse) if operation.reverse else None,
    }


def _answer(
    request: ConnectionRequest,
    connection: Connection,
    listed: Listed,
    form: CallForm,
    shown: dict[str, Any],
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Answer with the part that changed for htmx, else with the whole page."""
    context = _context(request, connection, listed) | {"form": form, "is_fragment": is_fragment(request)} | shown
    if not is_fragment(request):
        return patch_vary(request, render(request, PAGE, context, status=status))
    template = "console/answer.html" if "answer" in shown else "console/request.html"
    return patch_vary(request, render(request, template, context, status=status))


def _form_refused(request: ConnectionRequest, connection: Connection, listed: Listed, form: CallForm) -> HttpResponse:
    context = _context(request, connection, listed) | {"form": form}
    if not is_fragment(request):
        return render(request, PAGE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    response = render(request, "console/fields.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    trigger_client_event(response, "dialog-close", {})
    return patch_vary(request, reswap(retarget(response, "#call-fields"), "outerHTML"))


def _not_confirmed(
    request: ConnectionRequest, connection: Connection, listed: Listed, form: CallForm, confirmation: ConfirmationForm
) -> HttpResponse:
    context = _context(request, connection, listed) | {"form": form, "confirmation": confirmation}
    if not is_fragment(request):
        context["not_confirmed"] = True
        return render(request, PAGE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    response = render(request, "console/confirm.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return patch_vary(request, reswap(retarget(response, "#confirm-fields"), "outerHTML"))
