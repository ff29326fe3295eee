"""Cards as a mail shows them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Listing, Result
from domoadmin.services.results.fields import Raw, flag, identifier, text

_UNSEEN = ("script", "style", "template")


@dataclass(frozen=True, kw_only=True)
class CardEmail(Result):
    """A rendered card. `untrusted_html` is markup of the upstream: show `plain_text`, or sanitise it first."""

    id: str
    title: str
    type: str
    link: str
    image: bytes | None
    image_id: str
    timeframe: str
    summary_value: str
    summary_label: str
    untrusted_html: str
    pdp_enabled: bool | None
    certified: bool | None
    company_certified: bool | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a rendered card; its picture comes in base64, and is None when it isn't."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "cardId", "id"),
            title=text(raw, "title"),
            type=text(raw, "cardType"),
            link=text(raw, "cardLink"),
            image=_decoded(text(raw, "encodedImage")),
            image_id=text(raw, "encodedImageId"),
            timeframe=text(raw, "timeframeLabel"),
            summary_value=text(raw, "summaryNumberValue"),
            summary_label=text(raw, "summaryNumberLabel"),
            untrusted_html=text(raw, "htmlContent"),
            pdp_enabled=flag(raw, "pdpEnabled"),
            certified=flag(raw, "certified"),
            company_certified=flag(raw, "companyCertified"),
        )

    @property
    def plain_text(self) -> str:
        """The words of the HTML without its markup; escape them like any other text."""
        reader = _Words()
        reader.feed(self.untrusted_html)
        reader.close()
        return " ".join(" ".join(reader.found).split())


def read_card_emails(answer: Answer, asked: Sequence[str]) -> Listing[CardEmail]:
    """Read the map from card id to rendered card.

    The sample has one card under additionalProperties, a leftover of its schema: that is the card that was asked for.
    """
    found = answer.mapping()
    cards: list[Mapping[str, Any]] = []
    for key, fields in found.items():
        if not isinstance(fields, Mapping):
            raise answer.unexpected(f"the card {key} isn't an object")
        card_id = key if key != "additionalProperties" else asked[0] if len(asked) == 1 else ""
        cards.append({"cardId": card_id, **fields})
    return Listing((CardEmail.from_raw(card, answer.request_id) for card in cards), request_id=answer.request_id)


def _decoded(value: str) -> bytes | None:
    try:
        return base64.b64decode(value.partition("base64,")[2] or value, validate=True) or None
    except (binascii.Error, ValueError):
        return None


class _Words(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)
