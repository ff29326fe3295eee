"""The page that changes a dataset's schema: the grid, the review of what will change, sending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import SlugForm
from apps.connections.changing import Target
from apps.connections.models import Connection
from apps.core.failures import failure_of
from apps.data.datasets.side_by_side import answer_of, side_by_side
from apps.data.schemas.changing import SchemaChange, send_schema
from apps.data.schemas.difference import ColumnState, SchemaDiff, applied, difference
from apps.data.schemas.reading import SECONDS, ReadSchema, read_dataset, read_schema
from apps.data.schemas.review import ReviewForm, focus_first_error, review_lines
from apps.data.schemas.rows import (
    BLANK,
    DamagedForm,
    Row,
    base_text,
    check_rows,
    moved_or_added,
    new_rows,
    read_base,
    read_rows,
    rows_between,
    rows_of,
    wanted,
)
from apps.data.schemas.usage import Usage, find_usage
from domoadmin.services.errors import Delivery, UpstreamError
from domoadmin.services.results import Dataset
from domoadmin.services.roles import Role

DAMAGED = "The form came incomplete, so nothing of it was taken. Below is the schema as it is now."
# A link can't hold many more.
MOST_ASKED = 100
UNCHANGED = "Nothing has been changed yet, so there is nothing to send."


@dataclass(frozen=True)
class Opened:
    """A dataset whose schema somebody is at."""

    request: ConnectionRequest
    connection: Connection
    dataset: Dataset
    dataset_id: str
    read: ReadSchema

    @property
    def url(self) -> str:
        """The address of the dataset's page."""
        return reverse("data:dataset_show", args=[self.connection.slug, self.dataset_id])

    @property
    def target(self) -> Target:
        """The dataset as the audit trail names it."""
        return Target("dataset", self.dataset_id, self.dataset.name)

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Render a page of this dataset."""
        common = {"connection": self.connection, "dataset": self.dataset, "dataset_url": self.url, "read": self.read}
        response = render(self.request, template, {**common, **context}, status=status)
        # What is there now counts, also after Back.
        response.headers["Cache-Control"] = "no-store"
        return response


@dataclass(frozen=True)
class Draft:
    """What a person made of the schema that they started from."""

    base: list[ColumnState]
    rows: list[Row]
    diff: SchemaDiff
    usage: Usage | None


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def edit(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show the schema in a grid (GET); do what a button of the grid or of the review says (POST)."""
    client = connection.client()
    dataset, read = map(
        answer_of,
        side_by_side(
            client, SECONDS, [lambda: read_dataset(client, dataset_id), lambda: read_schema(client, dataset_id)]
        ),
    )
    opened = Opened(request, connection, dataset, dataset.id or dataset_id, read)
    if dataset.writable is False:
        return opened.page("data/schemas/locked.html", {}, 200 if request.method == "GET" else 403)
    if request.method == "GET":
        return _grid(opened, read.states, [*rows_of(read.states), *_asked_for(opened)])
    try:
        base = read_base(request.POST.get("base", ""))
        rows = read_rows(request.POST, base)
    except DamagedForm:
        return _grid(opened, read.states, rows_of(read.states), [DAMAGED], status=422)
    return _answer(opened, base, rows)


def _asked_for(opened: Opened) -> list[Row]:
    """Return rows for the columns that a link names ("?add=cashier_note"): an upload found them in its file."""
    there = {state.name for state in opened.read.states}
    named = dict.fromkeys(name.strip() for name in opened.request.GET.getlist("add"))
    return new_rows((name, "STRING") for name in list(named)[:MOST_ASKED] if name and name not in there)


def _answer(opened: Opened, base: list[ColumnState], rows: list[Row]) -> HttpResponse:
    do = opened.request.POST.get("do", "")
    if do not in ("check", "send"):
        return _grid(opened, base, moved_or_added(rows, do) or rows)
    diff = difference(base, wanted(rows))
    problems = check_rows(rows) or ([] if diff else [UNCHANGED])
    if problems:
        return _grid(opened, base, rows, problems, status=422)
    since = difference(base, opened.read.states)
    if since:
        return _conflict(opened, diff, since)
    names = [column.name for column in diff.harmed]
    usage = find_usage(opened.connection.client(), opened.dataset_id, names) if names else None
    return _review(opened, Draft(base, rows, diff, usage), sent=do == "send")


def _grid(
    opened: Opened,
    base: list[ColumnState],
    rows: list[Row],
    problems: list[str] | None = None,
    *,
    status: int = 200,
    since: SchemaDiff | None = None,
) -> HttpResponse:
    for row in rows:
        row.note = opened.read.note(row.was) if row.was else ""
    context = {
        "rows": rows,
        "base": base_text(base),
        "problems": problems or [],
        "blank": BLANK,
        "since": review_lines(since) if since else [],
    }
    return opened.page("data/schemas/edit.html", context, status)


def _conflict(opened: Opened, diff: SchemaDiff, since: SchemaDiff) -> HttpResponse:
    """Somebody else changed the schema: say what, and make the person's changes in the schema as it is now."""
    now = opened.read.states
    return _grid(opened, now, rows_between(now, applied(now, diff)), status=409, since=since)


def _review(opened: Opened, draft: Draft, *, sent: bool) -> HttpResponse:
    posted = opened.request.POST if sent else None
    form = ReviewForm(posted, usage=draft.usage)
    asks_slug = opened.connection.is_production and draft.diff.removed
    slug_form = SlugForm(posted, slug=opened.connection.slug) if asks_slug else None
    # Both are checked, so that a person sees every error at once.
    valid = [each.is_valid() for each in (form, slug_form) if each is not None]
    if not sent or not all(valid):
        focus_first_error(form, slug_form)
        return _review_page(opened, draft, form, slug_form, status=422 if sent else 200)
    change = SchemaChange(opened.target, opened.read, wanted(draft.rows), form.cleaned_data["index"])
    try:
        warnings = send_schema(opened.connection, opened.request.user, change)
    except UpstreamError as error:
        failure = failure_of(error)
        context = {"failure": failure, "unknown": error.delivery is Delivery.UNKNOWN}
        return _review_page(opened, draft, form, slug_form, context, status=failure.status)
    indexing = ", indexing started" if change.index and not warnings else ""
    messages.success(opened.request, f"Schema of {opened.target.name} changed: {draft.diff.summary()}{indexing}")
    for warning in warnings:
        messages.warning(opened.request, warning)
    return HttpResponseRedirect(opened.url)


def _review_page(
    opened: Opened,
    draft: Draft,
    form: ReviewForm,
    slug_form: SlugForm | None,
    context: dict[str, Any] | None = None,
    *,
    status: int,
) -> HttpResponse:
    own = {
        "rows": draft.rows,
        "base": base_text(draft.base),
        "diff": draft.diff,
        "lines": review_lines(draft.diff),
        "usage": draft.usage,
        "form": form,
        "slug_form": slug_form,
        "count_after": len(wanted(draft.rows)),
    }
    return opened.page("data/schemas/review.html", {**own, **(context or {})}, status)
