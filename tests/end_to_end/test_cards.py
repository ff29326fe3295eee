"""Cards over the service layer against the sandbox."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound
from domoadmin.services.results import Card


def a_card(domo: Client) -> Card:
    """A card of a well-known dataset."""
    dataset = domo.datasets.list(name_like="Email campaign results", limit=1)[0]
    return domo.datasets.list_cards(dataset.id)[1]


def test_a_title_is_changed_and_read_back(domo: Client) -> None:
    card = a_card(domo)
    domo.cards.update_title(card.id, "Campaigns, opened and clicked", "Without internal mail")
    assert a_card(domo).title == "Campaigns, opened and clicked"
    (found,) = domo.cards.list_by_urn([card.id])
    assert (found.title, found.raw["description"]) == ("Campaigns, opened and clicked", "Without internal mail")
    domo.cards.update_title(card.id, card.title)
    assert a_card(domo).title == card.title


def test_a_card_is_rendered(domo: Client) -> None:
    card = a_card(domo)
    rendered = domo.cards.render_kpi(card.id, ["title", "imagePDF", "image"], treat_longs_as_strings=True)
    pdf, png = rendered.images
    assert (pdf[:8], png[:4], rendered.title) == (b"%PDF-1.4", b"\x89PNG", card.title)
    with pytest.raises(NotFound, match="Card 5 was not found") as caught:
        domo.cards.render_kpi(5, ["image"])
    assert caught.value.request_id
