"""Cards: titles and pictures."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from domoadmin.reference import entries
from domoadmin.services.client import Client
from domoadmin.services.errors import Conflict, Forbidden, InvalidArguments, TooLarge, UnexpectedAnswer
from domoadmin.services.operations import RetrySafety, registry
from tests.services.conftest import Connecting
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Upstream, told

no_bearing("cards.update_title", "the example request lacks", "a slip in a sample, repaired in the catalogue")
no_bearing("cards.render_kpi", "the word URL stands", "the path is told all the same")
no_bearing("cards.render_kpi", "the example goes through", "a sample of another client; its query and body are ours")

PNG = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-1.4"


def encoded(*images: bytes) -> list[str]:
    """Return images as the answer holds them."""
    return [base64.b64encode(image).decode() for image in images]


@quirk("cards.update_title", "no parameter table", "title and description are sent", "the answer is an empty object")
def test_a_title_goes_as_pieces_and_what_is_not_said_is_left_out(client: Client, upstream: Upstream) -> None:
    assert client.cards.update_title(5, "Sales by region", "Without returns").raw == {}
    pieces = {"text": [{"type": "TEXT", "text": "Sales by region"}]}
    assert (upstream.last.method, upstream.last.path) == ("PUT", "/api/content/v1/cards/5/title")
    assert upstream.last.json == {
        "dynamicTitle": pieces,
        "dynamicDescription": {"text": [{"type": "TEXT", "text": "Without returns"}]},
    }
    client.cards.update_title(5, dynamic_title=pieces)
    assert upstream.last.json == {"dynamicTitle": pieces}
    client.cards.update_title(5, dynamic_description="")
    assert upstream.last.json == {"dynamicDescription": {"text": [{"type": "TEXT", "text": ""}]}}
    for wrong in ({}, {"dynamic_title": ""}):
        with pytest.raises(InvalidArguments) as caught:
            client.cards.update_title(5, **wrong)
        assert caught.value.argument == "dynamic_title"


@quirk("cards.render_kpi", "read-only although", "parts is required", "ChartRequest")
def test_rendering_asks_for_distinct_parts_and_always_sends_a_body(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"data": encoded(PDF)}))
    client.cards.render_kpi(5, "title,imagePDF,", locale="nb-NO")
    assert (upstream.last.method, upstream.last.json) == ("PUT", {})
    assert upstream.last.path == "/api/content/v1/cards/kpi/5/render?locale=nb-NO&parts=title%2CimagePDF"
    client.cards.render_kpi("5", ["image"], query_overrides={}, treat_longs_as_strings=True, card_load_context={})
    assert upstream.last.json == entries()["cards.render_kpi"]["body"]["example"]
    wrong_ones: list[Any] = ["", ",", "title,title", "sculpture", ["title", "title"], []]
    for wrong in wrong_ones:
        with pytest.raises(InvalidArguments) as caught:
            client.cards.render_kpi(5, wrong)
        assert caught.value.argument == "parts"
    operation = registry.get("cards.render_kpi")
    assert (operation.mutates, operation.retry_safety) == (False, RetrySafety.READ)


@quirk("cards.render_kpi", "the example asks for title")
@pytest.mark.parametrize(
    ("answer", "images", "title"),
    [
        ({"data": encoded(PDF, PNG)}, (PDF, PNG), ""),
        ({"data": encoded(PDF), "title": "Sales"}, (PDF,), "Sales"),
        ({"image": {"data": encoded(PNG)[0]}, "title": {"text": "Sales"}}, (PNG,), "Sales"),
        ({"title": "Sales"}, (), "Sales"),
        (entries()["cards.render_kpi"]["response"]["example"], None, ""),
    ],
)
def test_images_are_decoded_wherever_the_title_is(
    client: Client, upstream: Upstream, answer: Any, images: Any, title: str
) -> None:
    upstream.answers(told(answer))
    found = client.cards.render_kpi(5, ["title", "imagePDF"])
    assert found.title == title
    if images is None:
        assert found.images[0].startswith(PDF)
    else:
        assert found.images == images


@quirk("cards.render_kpi", "the images are base64")
def test_an_answer_that_is_too_large_is_refused(connecting: Connecting, upstream: Upstream) -> None:
    upstream.answers(told({"data": encoded(PNG * 1000)}))
    with pytest.raises(TooLarge):
        connecting(most_answer_bytes=5000).cards.render_kpi(5, ["image"])


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        ({"exceptions": [{"message": "Unknown column"}]}, 200, UnexpectedAnswer),
        ({"data": ["no base64!"]}, 200, UnexpectedAnswer),
        ({"message": "no"}, 403, Forbidden),
        ({"message": "being edited"}, 409, Conflict),
    ],
)
def test_a_card_that_cannot_be_rendered_is_told(
    client: Client, upstream: Upstream, answer: Any, status: int, kind: type[Exception]
) -> None:
    upstream.answers(told(answer, status))
    with pytest.raises(kind):
        client.cards.render_kpi(5, ["image"])


def test_cards_are_read_by_their_ids(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([{"id": 5, "title": "Sales"}]))
    assert client.cards.list_by_urn([5, "6"])[0].title == "Sales"
    assert upstream.last.path == "/api/content/v1/cards?urns=5%2C6"
