"""Cards: their titles, and pictures of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from domoadmin.services.arguments import Identifier, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Query
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Card, Done, Listing
from domoadmin.services.results.cards import RenderedCard
from domoadmin.services.results.fields import wire_number
from domoadmin.services.roles import Role

CardPart = Literal[
    "title",
    "chartType",
    "queryResult",
    "data",
    "image",
    "imagePDF",
    "graph",
    "dynamic",
    "summary",
    "summaryImage",
    "dataSource",
    "pdp",
    "annotations",
    "extendedDateInfo",
    "table",
]
CardText = str | Mapping[str, Any]


class Cards(Resource):
    """Cards by id."""

    @operation(
        id="cards.update_title",
        method="PUT",
        path="/api/content/v1/cards/{card_id}/title",
        heading="Update Card Title",
        reverse="cards.update_title",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update_title(
        self,
        card_id: Identifier,
        dynamic_title: Annotated[CardText | None, Length()] = None,
        dynamic_description: CardText | None = None,
    ) -> Request[Done]:
        """Set the title, the description, or both: a text, or the pieces as {"text": [{"type": "TEXT", "text"}]}.

        Nothing says what happens to the one that is left out; to be sure send both. Undone by sending the earlier
        texts.
        """
        texts = {"dynamicTitle": dynamic_title, "dynamicDescription": dynamic_description}
        body = {name: _pieces(value) for name, value in texts.items() if value is not None}
        if not body:
            raise InvalidArguments("dynamic_title or dynamic_description is missing", argument="dynamic_title")
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)

    @operation(
        id="cards.render_kpi",
        method="PUT",
        path="/api/content/v1/cards/kpi/{urn}/render",
        heading="Render KPI Card Chart or Table",
        mutates=False,  # reads, although it is a PUT
    )
    def render_kpi(
        self,
        urn: Identifier,
        parts: Annotated[str | Sequence[CardPart], Length(), Query(joined=True)],
        locale: Annotated[str | None, Query()] = None,
        query_overrides: Mapping[str, Any] | None = None,
        treat_longs_as_strings: bool | None = None,
        card_load_context: Mapping[str, Any] | None = None,
    ) -> Request[RenderedCard]:
        """Return pictures of a card (urn is its id): parts image (PNG), imagePDF (PDF), summaryImage, and others.

        `parts` are distinct. The pictures come in memory: ask for those that are needed only.
        """
        query = {"locale": locale, "parts": ",".join(_distinct_parts(parts))}
        # The body is known only from the example: an object is always sent.
        given = {
            "queryOverrides": query_overrides,
            "treatLongsAsStrings": treat_longs_as_strings,
            "cardLoadContext": card_load_context,
        }
        body = {name: value for name, value in given.items() if value is not None}
        return Request(parse=RenderedCard.from_answer, query=query, json=body)

    @operation(
        id="cards.list_by_urn",
        method="GET",
        path="/api/content/v1/cards",
        heading="Pages, cards, apps: GET content/v1/cards?urns=&parts=",
        documented=False,
    )
    def list_by_urn(
        self,
        urns: Annotated[str | Sequence[Identifier], Length(), Query(joined=True)],
        parts: Annotated[str | Sequence[str] | None, Query(joined=True)] = None,
    ) -> Request[Listing[Card]]:
        """Return cards by their ids; those that this token may not see are absent."""
        return Request(parse=lambda answer: Card.listing(answer, "cards"))

    @operation(
        id="cards.add_owners",
        method="POST",
        path="/api/content/v1/cards/owners/add",
        heading="Pages, cards, apps: POST content/v1/cards/owners/add",
        documented=False,
        reverse="cards.remove_owners",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def add_owners(
        self, card_ids: Annotated[Sequence[Identifier], Length()], owners: Annotated[Sequence[Identifier], Length()]
    ) -> Request[Done]:
        """Make users owners of cards, beside those that own them; nobody is mailed."""
        return Request(parse=Done.from_answer, json=_owners_body(card_ids, owners, mail=True), expects=Expects.ANYTHING)

    @operation(
        id="cards.remove_owners",
        method="POST",
        path="/api/content/v1/cards/owners/remove",
        heading="Pages, cards, apps: POST content/v1/cards/owners/remove",
        documented=False,
        reverse="cards.add_owners",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def remove_owners(
        self, card_ids: Annotated[Sequence[Identifier], Length()], owners: Annotated[Sequence[Identifier], Length()]
    ) -> Request[Done]:
        """Take users off the owners of cards: add the new ones first, so that none is without."""
        return Request(parse=Done.from_answer, json=_owners_body(card_ids, owners), expects=Expects.ANYTHING)


def _owners_body(ids: Sequence[Identifier], owners: Sequence[Identifier], *, mail: bool = False) -> dict[str, Any]:
    """Return what public clients send; the reference names the paths only."""
    body: dict[str, Any] = {
        "cardIds": [wire_number(each) for each in ids],
        "cardOwners": [{"id": str(owner), "type": "USER"} for owner in owners],
    }
    return body | ({"note": "", "sendEmail": False} if mail else {})


def _pieces(value: CardText) -> Mapping[str, Any]:
    """Return a title as the call wants it: a list of pieces, not a plain text."""
    return {"text": [{"type": "TEXT", "text": value}]} if isinstance(value, str) else value


def _distinct_parts(parts: str | Sequence[str]) -> list[str]:
    """Return the parts; the stray comma at the end of the document's example says nothing."""
    listed = parts.split(",") if isinstance(parts, str) else list(parts)
    wanted = [part.strip() for part in listed if part.strip()]
    known = get_args(CardPart)
    unknown = [part for part in wanted if part not in known]
    if unknown or not wanted:
        told = f", not {unknown[0]!r}" if unknown else ""
        raise InvalidArguments(f"parts must be of {', '.join(known)}{told}", argument="parts")
    if len(set(wanted)) < len(wanted):
        raise InvalidArguments("parts must be distinct", argument="parts")
    return wanted
