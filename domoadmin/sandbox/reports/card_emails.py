"""Cards as a mail shows them: title, summary number and a small picture."""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape
from typing import TYPE_CHECKING

from domoadmin.sandbox.company.cards import FIRST_CARD
from domoadmin.sandbox.store import Document

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

BARS, BAR_WIDTH, HEIGHT = 8, 12, 48
PAPER, INK = 255, 96
GOLDEN = 2_654_435_761


def card_email(world: World, card_id: str) -> Document | None:
    """The fields of the document's sample; None for a card that does not exist."""
    if not world.cards.exists(card_id):
        return None
    number = int(card_id) - FIRST_CARD
    dataset = world.cards.dataset_of(number)
    draw = number * GOLDEN % 4_294_967_296
    title = world.cards.title(number, dataset)
    certification = world.catalog.certification(dataset)
    summary = f"{draw // 7 % 900_000 + 1_000:,}"
    return {
        "title": title,
        "encodedImage": base64.b64encode(_bar_chart(draw)).decode(),
        "encodedImageId": f"card-{card_id}",
        "timeframeLabel": ("Last 30 Days", "Last 13 Weeks", "This Year")[draw % 3],
        "summaryNumberValue": summary,
        "summaryNumberLabel": f"Total of {title}",
        "htmlContent": f'<div class="card-email"><h3>{escape(title)}</h3><p>{summary}</p></div>',
        "cardType": "kpi",
        "cardLink": f"https://halden.domo.com/kpis/details/{card_id}",
        "pdpEnabled": draw // 11 % 8 == 0,
        "certified": certification is not None and certification["state"] == "CERTIFIED",
        "companyCertified": False,
    }


def _bar_chart(draw: int) -> bytes:
    """A PNG of a few grey bars, the same for the same number."""
    heights = [6 + draw // 3**place % (HEIGHT - 8) for place in range(BARS)]
    lines = []
    for line in range(HEIGHT):
        pixels = bytearray()
        for height in heights:
            pixels += bytes([INK if HEIGHT - line <= height else PAPER]) * (BAR_WIDTH - 3) + bytes([PAPER]) * 3
        # each line begins with its filter, of which 0 is none
        lines.append(b"\0" + bytes(pixels))
    head = struct.pack(">IIBBBBB", BARS * BAR_WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    image = zlib.compress(b"".join(lines), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", image) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
