"""Pictures of cards ("Render KPI Card Chart or Table"): asked for, recognised by their content, kept for a minute."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import cache

from apps.connections.models import Connection
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UnexpectedAnswer
from domoadmin.services.resources.cards import CardPart

# The parts of the document that are files, in words.
PARTS: Mapping[str, str] = {
    "image": "Picture",
    "imagePDF": "PDF",
    "summaryImage": "Picture of the summary number",
}
PICTURE, PDF = "image", "imagePDF"
LOCALES: Mapping[str, str] = {
    "": "The card's own",
    "en-US": "English (en-US)",
    "de-DE": "German (de-DE)",
    "fr-FR": "French (fr-FR)",
    "es-ES": "Spanish (es-ES)",
    "ja-JP": "Japanese (ja-JP)",
}
CONTENT_TYPES: Mapping[str, str] = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "pdf": "application/pdf",
}
# Beyond this nobody looks at a picture, and it would fill memory.
MOST_BYTES = 25 * 1024 * 1024
SECONDS = 40.0
KEPT_SECONDS = 60
# Larger ones are asked for again rather than kept.
MOST_KEPT_BYTES = 2 * 1024 * 1024

_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{2})?")
_MAGIC = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"%PDF-", "pdf"))


@dataclass(frozen=True)
class Picture:
    """A rendered card. kind: png, jpeg, gif or pdf, as its content says and not as it was asked for."""

    content: bytes
    kind: str
    title: str = ""
    request_id: str | None = None

    @property
    def content_type(self) -> str:
        """Return the media type."""
        return CONTENT_TYPES[self.kind]

    @property
    def tag(self) -> str:
        """Return a short text that differs between pictures."""
        return hashlib.sha256(self.content).hexdigest()[:16]


def kind_of(content: bytes) -> str:
    """Return what a file is by its first bytes; empty for what is neither a picture nor a PDF."""
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), "")


def render(client: Client, card_id: str, part: str, locale: str = "") -> Picture:
    """Return one part of a card; raises UpstreamError, also when what comes is no picture."""
    if part not in PARTS:
        raise InvalidArguments(f"part must be one of {', '.join(PARTS)}", argument="part")
    if locale and not _LOCALE.fullmatch(locale):
        raise InvalidArguments("locale must look like en-US", argument="locale")
    # Parts and body as in the document's example, the one request that is known to work.
    wanted: list[CardPart] = ["title", part]  # type: ignore[list-item]
    rendered = client.cards.render_kpi(
        card_id,
        wanted,
        locale=locale or None,
        query_overrides={},
        treat_longs_as_strings=True,
        card_load_context={},
    )
    pictures = [content for content in rendered.images if kind_of(content)]
    if not pictures:
        told = "what came is no picture" if any(rendered.images) else "the answer holds no picture"
        raise UnexpectedAnswer(told, request_id=rendered.request_id, operation_id="cards.render_kpi")
    if len(pictures[0]) > MOST_BYTES:
        raise UnexpectedAnswer(f"the picture has more than {MOST_BYTES // 1024**2} MB", request_id=rendered.request_id)
    return Picture(pictures[0], kind_of(pictures[0]), rendered.title, rendered.request_id)


def cached_render(connection: Connection, card_id: str, part: str, locale: str = "", *, fresh: bool = False) -> Picture:
    """Return the picture of the last minute, else render it: the panel asks, the browser then fetches the same."""
    key = _key(connection, card_id, part, locale)
    kept = None if fresh else cache.get(key)
    if isinstance(kept, Picture):
        return kept
    client = connection.client()
    with client.deadline(SECONDS):
        picture = render(client, card_id, part, locale)
    if len(picture.content) <= MOST_KEPT_BYTES:
        cache.set(key, picture, KEPT_SECONDS)
    return picture


def _key(connection: Connection, card_id: str, part: str, locale: str) -> str:
    # A connection that was edited may act as somebody else, who sees other rows.
    asked = hashlib.sha256(f"{card_id}\0{part}\0{locale}".encode()).hexdigest()
    return f"data:cards:picture:{connection.pk}:{connection.updated.timestamp()}:{asked}"
