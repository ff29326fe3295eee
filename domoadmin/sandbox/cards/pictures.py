"""A small bar chart as a real PNG and as a real PDF."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, MARGIN = 480, 270, 24
BAR_COLOUR = (48, 110, 140)
AXIS_COLOUR = (120, 128, 132)
TEXT_COLOUR = (50, 54, 58)
Bars = Sequence[tuple[str, float]]


def _heights(bars: Bars, room: float) -> list[float]:
    largest = max((abs(value) for _, value in bars), default=0) or 1
    return [room * abs(value) / largest for _, value in bars]


def png_chart(bars: Bars, title: str = "") -> bytes:
    """The bars as an image of 480 by 270 points, with their labels and values."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255))
    drawn = ImageDraw.Draw(image)
    base, step = HEIGHT - 2 * MARGIN, (WIDTH - 2 * MARGIN) // max(1, len(bars))
    drawn.text((MARGIN, MARGIN / 2), title[:60], TEXT_COLOUR, _font(14))
    drawn.line((MARGIN, base, WIDTH - MARGIN, base), AXIS_COLOUR, 2)
    for place, ((label, value), height) in enumerate(zip(bars, _heights(bars, HEIGHT - 5 * MARGIN), strict=True)):
        left = MARGIN + place * step + step // 6
        wide = max(1, step * 2 // 3)
        drawn.rectangle((left, base - height, left + wide, base), BAR_COLOUR)
        middle = left + wide / 2
        drawn.text((middle, base - height - 3), _short(value), TEXT_COLOUR, _font(10), "md")
        drawn.text((middle, base + 6), label[: max(3, step // 6)], TEXT_COLOUR, _font(10), "ma")
    pixels = np.asarray(image)
    rows = np.hstack([np.zeros((HEIGHT, 1), dtype=np.uint8), pixels.reshape(HEIGHT, WIDTH * 3)])
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    pieces = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_piece(kind, data) for kind, data in pieces)


@cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _short(value: float) -> str:
    for least, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= least:
            return f"{value / least:.1f}{letter}"
    return f"{value:g}"


def _png_piece(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf_chart(title: str, bars: Bars) -> bytes:
    """The bars with their labels under a title, on one page."""
    lines = [f"BT /F1 14 Tf {MARGIN} {HEIGHT - MARGIN} Td {_pdf_text(title)} Tj ET"]
    lines.append("{:.3f} {:.3f} {:.3f} rg".format(*(part / 255 for part in BAR_COLOUR)))
    step = (WIDTH - 2 * MARGIN) / max(1, len(bars))
    for place, ((label, _), height) in enumerate(zip(bars, _heights(bars, HEIGHT - 4 * MARGIN), strict=True)):
        left = MARGIN + place * step
        lines.append(f"{left:.1f} {2 * MARGIN} {step * 2 / 3:.1f} {height:.1f} re f")
        lines.append(f"BT /F1 7 Tf {left:.1f} {MARGIN * 3 / 2:.1f} Td {_pdf_text(label[:14])} Tj ET")
    drawn = zlib.compress("\n".join(lines).encode("latin-1", "replace"))
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    return _pdf_file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            page.encode(),
            b"<</Filter/FlateDecode/Length %d>>stream\n" % len(drawn) + drawn + b"\nendstream",
            font,
        ]
    )


def _pdf_text(text: str) -> str:
    return "(" + text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"


def _pdf_file(objects: list[bytes]) -> bytes:
    content = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj " % number + body + b"\nendobj\n"
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(content)
