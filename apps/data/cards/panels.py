"""The panels of a card's page. Each makes its own calls, within its own time, and fails alone."""

from __future__ import annotations

from django.urls import reverse

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.panels import PanelContent, panel_view
from apps.core.states import state_look
from apps.data.cards.pictures import LOCALES, PICTURE, cached_render
from apps.data.cards.rows import chart_word
from apps.data.datasets.filters import looks_like_id
from apps.data.datasets.rows import certification_word
from apps.data.datasets.use_panels import CardLine
from domoadmin.services.client import Client
from domoadmin.services.results import Card, Certification
from domoadmin.services.roles import Role

SECONDS = 20.0
DRILLS_SHOWN = 50


@connection_view(Role.VIEWER)
@panel_view("picture", "Picture", refresh=["card-changed"])
def picture(request: ConnectionRequest, connection: Connection, card_id: str) -> PanelContent:
    """Render the card; its picture is fetched by the browser right after, from what is kept for a minute."""
    locale = request.GET.get("locale", "")
    locale = locale if locale in LOCALES else ""
    # A refresh means a new picture, not the one of half a minute ago.
    found = cached_render(connection, card_id, PICTURE, locale, fresh=True)
    url = reverse("data:card_picture", args=[connection.slug, card_id])
    size = f"{len(found.content) / 1024:,.0f} kB"
    return PanelContent(
        "data/cards/panels/picture.html",
        {
            "connection": connection,
            "card_id": card_id,
            "is_picture": found.kind != "pdf",
            "picture_url": f"{url}?locale={locale}&v={found.tag}",
            "title": found.title,
        },
        f"rendered by Domo, {size}",
    )


@connection_view(Role.VIEWER)
@panel_view("certification", "Certification", refresh=["card-changed"])
def certification(request: ConnectionRequest, connection: Connection, card_id: str) -> PanelContent:
    """Show whether the card is certified."""
    client = connection.client()
    with client.deadline(SECONDS):
        found = client.certified_content.get_status("CARD", card_id)
    return PanelContent(
        "data/cards/panels/certification.html",
        {
            "connection": connection,
            "card_id": card_id,
            "found": found,
            "look": _certification_look(found),
            "may_change": may(request.user, Role.STEWARD),
        },
    )


def _certification_look(found: Certification) -> tuple[str, str, str]:
    if found.certified:
        look = state_look("certified")
        return look.word, look.css, look.icon
    word = certification_word(found.state)
    if not word:
        return found.state.capitalize() or "Not certified", "is-off", "circle-dashed"
    look = state_look(word)
    return look.word, look.css, look.icon


@connection_view(Role.VIEWER)
@panel_view("dataset", "Dataset and drill paths", refresh=["card-changed"])
def dataset(request: ConnectionRequest, connection: Connection, card_id: str) -> PanelContent:
    """Show what the list of the dataset's cards tells of this card, and the drill paths on the same dataset."""
    dataset_id = request.GET.get("dataset", "")
    context = {"connection": connection, "card_id": card_id, "dataset_id": dataset_id}
    if not looks_like_id(dataset_id):
        return PanelContent("data/cards/panels/dataset.html", {**context, "untold": True})
    client = connection.client()
    with client.deadline(SECONDS):
        every, plain = _listed(client, dataset_id)
    own = next((card for card in every if card.id == card_id), None)
    known = {card.id for card in plain}
    drills = [CardLine.of(card) for card in every if card.id not in known]
    # Where the upstream tells whose they are, the others' are left out.
    tells = any(line.parent_id for line in drills)
    shown = [line.card for line in drills if not tells or line.parent_id == card_id]
    return PanelContent(
        "data/cards/panels/dataset.html",
        context
        | {
            "own": own,
            "chart": chart_word(own.chart_type or own.type) if own else "",
            "owners": ", ".join(owner.name or owner.id for owner in own.owners) if own else "",
            "others": len(plain) - (own is not None and own.id in known),
            "drills": shown[:DRILLS_SHOWN],
            "drill_count": len(shown),
            "tells": tells,
        },
    )


def _listed(client: Client, dataset_id: str) -> tuple[list[Card], list[Card]]:
    """Return the dataset's cards with and without drill paths."""
    return list(client.datasets.list_cards(dataset_id, drill=True)), list(
        client.datasets.list_cards(dataset_id, drill=False)
    )
