"""Pages of a booklet: what was selected in the list, the order and looks of the booklet, and its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.formats import format_number
from apps.core.fragments import is_fragment
from apps.data.cards.booklet import MOST_CARDS, BookletKind, booklet_file, create_booklet_job
from apps.data.cards.pictures import LOCALES, PDF, PICTURE
from apps.data.cards.rows import CardRow, row_of_card
from apps.data.cards.search import CardQuery, cards_by_id, find_cards, resolved_filters
from apps.data.cards.selection import CARDS, WORDS
from apps.jobs import service as jobs
from apps.jobs.access import may_see
from apps.jobs.bulk import SelectionRefused
from apps.jobs.bulk.views import start as start_bulk_action
from apps.jobs.models import Job
from apps.staging import service as staging
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role

SELECTED = "booklet_cards"
SECONDS = 30.0
SORTINGS = {
    "": "As listed here",
    "title": "By title",
    "dataset": "By dataset, then title",
    "owner": "By owner, then title",
}
TOO_MANY = "A booklet holds at most {most} cards, and {count} were selected. Filter the list further."


class BookletForm(forms.Form):
    """How the booklet looks; its cards are fields of their own, in their order."""

    name = forms.CharField(max_length=200, error_messages={"required": "Give the booklet a name."})
    sorting = forms.ChoiceField(required=False, label="Order", choices=list(SORTINGS.items()))
    part = forms.ChoiceField(
        label="Cards as",
        choices=[(PDF, "PDF, sharp at any size"), (PICTURE, "Pictures")],
        help_text="A card whose PDF is broken is taken as a picture.",
    )
    paper = forms.ChoiceField(
        choices=[("a4", "A4, across"), ("a4-portrait", "A4, upright"), ("letter", "Letter, across")]
    )
    locale = forms.ChoiceField(required=False, label="Numbers and dates", choices=list(LOCALES.items()))


@require_POST
@connection_view(Role.VIEWER)
def selected(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Take what was selected in the list: a booklet is composed, everything else is a bulk action."""
    if request.POST.get("action") != "booklet":
        return start_bulk_action(request, connection=connection.slug)
    try:
        request.session[SELECTED] = {connection.slug: _selected_ids(connection, request.POST)}
    except SelectionRefused as refusal:
        messages.error(request, f"No booklet was begun. {refusal}")
        back = f"{reverse('data:cards_list', args=[connection.slug])}?{request.POST.get('query', '')}"
        return _redirect(request, back)
    return _redirect(request, reverse("data:booklet_create", args=[connection.slug]))


def _redirect(request: ConnectionRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)


def _selected_ids(connection: Connection, posted: QueryDict) -> list[str]:
    if posted.get("all") != "1":
        ids = list(dict.fromkeys(posted.getlist("id")))
        _require_few(len(ids))
        return ids
    given = QueryDict(posted.get("query", "")).dict()
    query = CARDS.clean_query(given)
    order = given.get("sort", "")
    client = connection.client()
    with client.deadline(SECONDS):
        filters = resolved_filters(client, {name: value for name, value in query.items() if name != WORDS})
        wanted = CardQuery(query.get(WORDS, ""), filters, order.removeprefix("-") or "name", order.startswith("-"))
        page = find_cards(client, wanted, MOST_CARDS + 1)
    _require_few(page.total)
    return [row.id for row in page.rows]


def _require_few(count: int) -> None:
    if not count:
        raise SelectionRefused("No card was selected.")
    if count > MOST_CARDS:
        raise SelectionRefused(TOO_MANY.format(most=MOST_CARDS, count=format_number(count)))


@connection_view(Role.STEWARD)
def of_dataset(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Compose a booklet of a dataset's cards, which a documented call lists."""
    url = reverse("data:booklet_create", args=[connection.slug])
    return redirect(f"{url}?{urlencode({'dataset': dataset_id})}")


@require_http_methods(["GET", "POST"])
@connection_view(BookletKind.role)
def compose(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the cards in their order and ask for the rest; POST starts the job and leads to its page."""
    if request.method == "GET":
        cards, problem = _chosen(request, connection)
        return _composing(
            request, connection, cards, BookletForm(initial={"name": f"Cards of {connection.name}"}), problem
        )
    form = BookletForm(request.POST)
    cards = _named(connection, list(dict.fromkeys(request.POST.getlist("card"))))
    problem = ""
    if not cards:
        problem = "Leave at least one card in the booklet."
    elif len(cards) > MOST_CARDS:
        problem = TOO_MANY.format(most=MOST_CARDS, count=format_number(len(cards)))
    if not form.is_valid() or problem:
        return _composing(request, connection, cards, form, problem, status=422)
    return _started(request, connection, cards, form.cleaned_data)


def _started(
    request: ConnectionRequest, connection: Connection, cards: Sequence[CardRow], chosen: Mapping[str, Any]
) -> HttpResponse:
    described = [
        {"id": card.id, "title": card.title, "description": card.description or ""} for card in _sorted(cards, chosen)
    ]
    job = create_booklet_job(
        connection,
        request.user,
        name=chosen["name"],
        cards=described,
        part=chosen["part"],
        paper=chosen["paper"],
        locale=chosen["locale"],
    )
    if not jobs.confirm(job, request.user):
        messages.warning(request, "The message broker can't be reached. The booklet is made once it can.")
    request.session.pop(SELECTED, None)
    return redirect(job)


def _sorted(cards: Sequence[CardRow], chosen: Mapping[str, Any]) -> list[CardRow]:
    by = chosen["sorting"]
    if not by:
        return list(cards)

    def place(card: CardRow) -> tuple[str, str]:
        first = {"dataset": card.dataset, "owner": card.owner}.get(by)
        return (first or "").casefold(), card.title.casefold()

    return sorted(cards, key=place)


def _chosen(request: ConnectionRequest, connection: Connection) -> tuple[list[CardRow], str]:
    """Return the cards that the address names, else those selected in the list; and what is wrong with them."""
    dataset_id = request.GET.get("dataset", "")
    if dataset_id:
        client = connection.client()
        with client.deadline(SECONDS):
            listed = [row_of_card(card) for card in client.datasets.list_cards(dataset_id, drill=False) if card.id]
        if len(listed) > MOST_CARDS:
            return listed[
                :MOST_CARDS
            ], f"The dataset has {format_number(len(listed))} cards; these are the first {MOST_CARDS}."
        return listed, ""
    ids = request.GET.getlist("card") or request.session.get(SELECTED, {}).get(connection.slug, [])
    return _named(connection, list(dict.fromkeys(ids))[:MOST_CARDS]), ""


def _named(connection: Connection, ids: Sequence[str]) -> list[CardRow]:
    """Return the cards in this order with what the search tells of them; one that it doesn't know keeps its id."""
    client = connection.client()
    known: dict[str, CardRow] = {}
    try:
        with client.deadline(SECONDS):
            known = cards_by_id(client, ids)
    except UpstreamError:
        pass
    return [known.get(card_id) or CardRow(card_id, "") for card_id in ids]


def _composing(
    request: ConnectionRequest,
    connection: Connection,
    cards: Sequence[CardRow],
    form: BookletForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"connection": connection, "cards": cards, "form": form, "problem": problem, "most": MOST_CARDS}
    return render(request, "data/cards/booklet.html", context, status=status)


@require_GET
@connection_view(Role.VIEWER)
def download(request: ConnectionRequest, connection: Connection, job_id: UUID) -> HttpResponseBase:
    """Stream the finished booklet."""
    job = get_object_or_404(Job, pk=job_id, kind=BookletKind.name, connection=connection)
    if not may_see(job, request.user):
        raise Http404("This booklet was made by somebody else.")
    file = booklet_file(job)
    if file is None or file.expires_at <= timezone.now():
        raise Http404(
            "This booklet is not there any more, or not yet. Open its job to see; make it again from the list."
        )
    response = StreamingHttpResponse(staging.StagedSource(file).open(), content_type="application/pdf")
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name) or ""
    response.headers["Cache-Control"] = "private, no-store"
    return response
