"""Ask in words: a question about chosen datasets becomes SQL, which is shown and never run by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.failures import failure_of
from apps.core.forms import saved
from apps.core.fragments import is_fragment, patch_vary, render_page
from apps.data.ai.asking import MOST_DATASETS, Chosen, NotAskable, ask, named_datasets
from apps.data.ai.forms import QuestionForm
from apps.data.ai.highlighting import highlighted
from apps.data.ai.views import SECONDS, posted
from apps.data.datasets.detail import recent
from apps.data.datasets.search import find
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

FOUND = 12
SEARCH_SECONDS = 6.0
# As much SQL as a link and a response header carry.
LONGEST_HANDED_OVER = 6_000


@dataclass(frozen=True)
class Choice:
    """A dataset as a checkbox."""

    id: str
    name: str
    detail: str
    ticked: bool


@connection_view(Role.STEWARD)
def question(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Ask from the AI page, about datasets that are searched there."""
    given = request.POST if request.method == "POST" else request.GET
    ids = list(dict.fromkeys(given.getlist("dataset")))
    form = QuestionForm(posted(request))
    status, outcome = _outcome(connection, form, ids) if request.method == "POST" else (200, {})
    chosen: list[Chosen] = outcome.get("chosen", [Chosen(each, each) for each in ids])
    if request.method == "GET" and ids:
        chosen = _names_or_ids(connection, ids[:MOST_DATASETS])
    others = [(identifier, name) for identifier, name in recent(request, connection) if identifier not in ids]
    context = outcome | {
        "connection": connection,
        "form": form,
        "tab": "ask",
        "choices": [Choice(each.id, each.name, "", True) for each in chosen]
        + [Choice(identifier, name or identifier, "looked at lately", False) for identifier, name in others],
        "found": _found(connection, request.GET.get("q", ""), ids) if request.method == "GET" else [],
        "words": request.GET.get("q", ""),
    }
    response = render_page(request, "data/ai/question.html", "data/ai/question_work.html", context, status)
    response.headers["Cache-Control"] = "no-store"
    return response


@connection_view(Role.STEWARD)
def datasets(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Suggest datasets for what was typed, as checkboxes of the question's form."""
    problem = ""
    found: list[Choice] = []
    try:
        found = _found(connection, request.GET.get("q", ""), request.GET.getlist("dataset"))
    except UpstreamError as error:
        problem = str(error)
    context = {"found": found, "problem": problem, "words": request.GET.get("q", "").strip()}
    response = render(request, "data/ai/dataset_choices.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _found(connection: Connection, words: str, chosen: list[str]) -> list[Choice]:
    if not words.strip():
        return []
    client = connection.client()
    with client.deadline(SEARCH_SECONDS):
        rows = find(client, words.strip(), FOUND).rows
    return [Choice(row.id, row.name or row.id, row.owner or "", False) for row in rows if row.id not in chosen]


def _names_or_ids(connection: Connection, ids: list[str]) -> list[Chosen]:
    client = connection.client()
    try:
        with client.deadline(SEARCH_SECONDS):
            return named_datasets(client, ids)
    except UpstreamError:
        return [Chosen(each, each) for each in ids]


@connection_view(Role.STEWARD)
def console_question(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Ask from the query console, about its dataset and those looked at lately; a dialog, without a script a page."""
    form = QuestionForm(posted(request))
    ids = list(dict.fromkeys([dataset_id, *request.POST.getlist("dataset")]))
    status, outcome = _outcome(connection, form, ids) if request.method == "POST" else (200, {})
    context = outcome | {
        "connection": connection,
        "form": form,
        "dataset_id": dataset_id,
        "choices": [
            Choice(identifier, name or identifier, "", identifier in ids)
            for identifier, name in recent(request, connection)
            if identifier != dataset_id
        ],
    }
    template = "data/ai/console_dialog.html" if is_fragment(request) else "data/ai/console_page.html"
    response = patch_vary(request, render(request, template, context, status=status))
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@connection_view(Role.STEWARD)
def use(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Hand the SQL to the console, into the editor behind the dialog, else into a new one; runs nothing."""
    sql = request.POST.get("sql", "")[:LONGEST_HANDED_OVER]
    console = reverse("data:dataset_query", args=[connection.slug, dataset_id])
    events = {"sql-proposed": {"sql": sql}, "dialog-close": {}}
    return saved(
        request, f"{console}?{urlencode({'sql': sql})}", "The SQL is in the editor. It has not been run.", events
    )


def _outcome(connection: Connection, form: QuestionForm, ids: list[str]) -> tuple[int, dict[str, Any]]:
    """Send a question; returns the status to answer with, and the SQL, the refusal or the failure."""
    refusal = ""
    if not ids:
        refusal = "Choose at least one dataset: the names and types of its columns are sent with the question."
    elif len(ids) > MOST_DATASETS:
        refusal = f"Choose at most {MOST_DATASETS} datasets; {len(ids)} are ticked."
    if not form.is_valid() or refusal:
        return 422, {"refusal": refusal}
    client = connection.client()
    chosen = [Chosen(each, each) for each in ids]
    try:
        with client.deadline(SECONDS):
            chosen = named_datasets(client, ids)
            proposed = ask(client, form.cleaned_data["question"], chosen)
    except NotAskable as problem:
        return 422, {"refusal": str(problem), "chosen": chosen}
    except UpstreamError as error:
        failure = failure_of(error)
        return failure.status, {"failure": failure, "chosen": chosen}
    return 200, {
        "chosen": chosen,
        "proposed": proposed,
        "shown_sql": highlighted(proposed.sql),
        "is_too_long": len(proposed.runnable) > LONGEST_HANDED_OVER,
    }
