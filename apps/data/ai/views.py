"""The AI page: texts and summaries. Each call is billed to the instance and answers anew; nothing of it is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.failures import failure_of
from apps.core.fragments import render_page
from apps.data.ai.forms import GenerationForm, ModelForm, SummaryForm
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UpstreamError
from domoadmin.services.results.ai import GeneratedText
from domoadmin.services.roles import Role

# A language model takes its time; later than this nobody waits any more.
SECONDS = 80.0
PAGE = "data/ai/text.html"
WORK = "data/ai/text_work.html"


@dataclass(frozen=True)
class Service:
    """One of the services that answer with a text."""

    key: str
    title: str
    subtitle: str
    button: str
    answer_title: str


GENERATION = Service("write", "Write", "Generates a text from yours, with a template if you like.", "Generate", "Text")
SUMMARY = Service("summary", "Summarise", "Shortens a text, in the style and length you want.", "Summarise", "Summary")


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with; None when it is only looked at."""
    return request.POST if request.method == "POST" else None


@connection_view(Role.STEWARD)
def generate(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Text generation."""
    form = GenerationForm(posted(request))

    def send(client: Client) -> GeneratedText:
        return client.ai.generate_text(form.cleaned_data["input"], **form.arguments())

    return _answered(request, connection, GENERATION, form, send)


@connection_view(Role.STEWARD)
def summarize(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Summaries."""
    form = SummaryForm(posted(request))

    def send(client: Client) -> GeneratedText:
        return client.ai.summarize(form.cleaned_data["input"], **form.arguments())

    return _answered(request, connection, SUMMARY, form, send)


def _answered(
    request: ConnectionRequest,
    connection: Connection,
    service: Service,
    form: ModelForm,
    send: Callable[[Client], GeneratedText],
) -> HttpResponse:
    """Show the form (GET), or send it (POST) and show the answer beside what was typed."""
    context: dict[str, Any] = {"connection": connection, "service": service, "form": form, "tab": service.key}
    status = 200
    if request.method == "POST":
        status, outcome = _outcome(connection, form, send)
        context |= outcome
    response = render_page(request, PAGE, WORK, context, status)
    # What was typed and answered stays in no cache.
    response.headers["Cache-Control"] = "no-store"
    return response


def _outcome(
    connection: Connection, form: ModelForm, send: Callable[[Client], GeneratedText]
) -> tuple[int, dict[str, Any]]:
    if not form.is_valid():
        return 422, {}
    client = connection.client()
    begun = time.monotonic()
    try:
        with client.deadline(SECONDS):
            answer = send(client)
    except InvalidArguments as error:
        form.add_error(None, str(error))
        return 422, {}
    except UpstreamError as error:
        failure = failure_of(error)
        return failure.status, {"failure": failure}
    return 200, {"answer": answer, "seconds": time.monotonic() - begun, "words": len(answer.output.split())}
