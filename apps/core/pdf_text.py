"""Text on the pages of a PDF: fonts that hold every script a name may be in, lines that fit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

PLAIN, BOLD = "Booklet", "Booklet-Bold"
# Every PDF viewer brings these for the scripts that our own font lacks; they need no embedding.
JAPANESE, KOREAN = "HeiseiKakuGo-W5", "HYGothic-Medium"
# What no font has.
UNKNOWN = "□"
_FILES = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF))
_HAN_AND_KANA = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF))


@cache
def _own_letters() -> frozenset[int]:
    """Register the fonts, once in a process, and return the letters that ours holds."""
    own = {name: TTFont(name, str(Path(__file__).parent / "fonts" / file)) for name, file in _FILES.items()}
    for font in own.values():
        pdfmetrics.registerFont(font)
    for name in (JAPANESE, KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return frozenset(own[PLAIN].face.charToGlyph)


def _font_of(letter: str, font: str) -> str:
    code = ord(letter)
    if code in _own_letters():
        return font
    if any(first <= code <= last for first, last in _HANGUL):
        return KOREAN
    return JAPANESE if any(first <= code <= last for first, last in _HAN_AND_KANA) else ""


def runs(text: str, font: str) -> Iterator[tuple[str, str]]:
    """Yield (font, letters) for each stretch of the text in one font; letters that none has become a box."""
    for name, letters in groupby(text, key=lambda letter: _font_of(letter, font)):
        found = "".join(letters)
        yield (name, found) if name else (font, UNKNOWN * len(found))


def width(text: str, font: str, size: float) -> float:
    """Return how wide a line is, in points."""
    return sum(pdfmetrics.stringWidth(letters, name, size) for name, letters in runs(text, font))


def plain(text: str) -> str:
    """Return the text on one line, without what can't be printed."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def wrapped(text: str, font: str, size: float, room: float, most: int) -> list[str]:
    """Return the text in at most so many lines that fit; what is left over ends in an ellipsis."""
    lines: list[str] = []
    rest = plain(text)
    while rest and len(lines) < most:
        fitting = _fitting(rest, font, size, room)
        is_last = len(lines) == most - 1
        if len(fitting) < len(rest) and is_last:
            lines.append(_fitting(rest, font, size, room - width("…", font, size)).rstrip() + "…")
            break
        if len(fitting) < len(rest) and " " in fitting and not rest[len(fitting)].isspace():
            fitting = fitting[: fitting.rindex(" ")]
        lines.append(fitting.rstrip())
        rest = rest[len(fitting) :].lstrip()
    return lines


def _fitting(text: str, font: str, size: float, room: float) -> str:
    """Return the longest beginning of the text that fits; at least one letter."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle], font, size) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def draw(canvas: Canvas, x: float, y: float, text: str, font: str, size: float) -> None:
    """Write one line."""
    for name, letters in runs(text, font):
        canvas.setFont(name, size)
        canvas.drawString(x, y, letters)
        x += pdfmetrics.stringWidth(letters, name, size)


def draw_right(canvas: Canvas, x: float, y: float, text: str, font: str, size: float) -> None:
    """Write one line that ends at x."""
    draw(canvas, x - width(text, font, size), y, text, font, size)
