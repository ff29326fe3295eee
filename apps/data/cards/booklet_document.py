"""Puts a booklet together: title page, contents, one card on a page. Some cards at a time, so memory stays flat."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from PIL import Image
from reportlab import rl_config
from reportlab.lib.pagesizes import A4, LETTER, landscape, portrait
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from apps.data.cards.booklet_text import BOLD, PLAIN, draw, draw_right, wrapped

# Streams stay binary: as text they are a quarter larger, and the encoding takes most of the time.
rl_config.useA85 = 0

PAPERS = {"a4": landscape(A4), "a4-portrait": portrait(A4), "letter": landscape(LETTER)}
MARGIN = 42.0
MOST_PIXELS = 40_000_000
LINE = 19.0
INK, GRAY, RULE = 0.12, 0.42, 0.8


class Unreadable(ValueError):
    """A picture that can't be put on a page; the text says why."""


@dataclass(frozen=True)
class Cover:
    """The title page. lines: what stands below the name."""

    name: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Entry:
    """A card of the booklet. picture: loads what was rendered; None with the problem where it could not be."""

    title: str
    description: str
    picture: Callable[[], bytes] | None
    problem: str = ""


def check_readable(content: bytes, kind: str) -> None:
    """Raise Unreadable for a picture or PDF that is broken or too large."""
    try:
        if kind == "pdf":
            with pikepdf.open(io.BytesIO(content)) as document:
                if not document.pages:
                    raise Unreadable("the PDF has no page")
            return
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unreadable(f"the picture has {image.width:,} by {image.height:,} points, which is too large")
            image.load()
    except (pikepdf.PdfError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unreadable("the file is broken and can't be read") from error


class Booklet:
    """Writes one booklet to a file. at_once: so many cards are in memory together."""

    def __init__(self, cover: Cover, entries: Sequence[Entry], paper: str, at_once: int = 20) -> None:
        self._cover = cover
        self._at_once = at_once
        self._entries = entries
        self._width, self._height = PAPERS[paper]
        self._lines = max(1, int((self._height - 2 * MARGIN - 60) / LINE))
        self._contents = -(-len(entries) // self._lines)
        # The page of each entry, from 1; 0 for one that could not be rendered.
        self._pages: list[int] = []
        page = 1 + self._contents
        for entry in entries:
            page += entry.picture is not None
            self._pages.append(page if entry.picture is not None else 0)
        self.page_count = page

    def write(self, path: Path, check: Callable[[], None] = lambda: None) -> None:
        """Write the file; `check` is called now and then and may raise to stop."""
        with tempfile.TemporaryDirectory(prefix="booklet-") as directory:
            parts = [Path(directory) / "front.pdf"]
            self._write_front(parts[0])
            shown = [(entry, page) for entry, page in zip(self._entries, self._pages, strict=True) if page]
            for first in range(0, len(shown), self._at_once):
                parts.append(Path(directory) / f"cards-{first}.pdf")
                self._write_cards(parts[-1], shown[first : first + self._at_once], check)
            check()
            merged = Path(directory) / "merged.pdf"
            # Not by pikepdf's pages: those copy all that they are given into memory. qpdf leaves it in the files.
            pikepdf.Job(["qpdf", "--empty", "--pages", *map(str, parts), "--", str(merged)]).run()
            with pikepdf.open(merged, access_mode=pikepdf.AccessMode.stream) as whole:
                self._link(whole)
                check()
                whole.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)

    # The title page and the contents

    def _write_front(self, path: Path) -> None:
        canvas = self._canvas(path)
        y = self._height * 0.62
        for line in wrapped(self._cover.name, BOLD, 30, self._width - 2 * MARGIN, 3):
            draw(canvas, MARGIN, y, line, BOLD, 30)
            y -= 38
        canvas.setStrokeGray(RULE)
        canvas.line(MARGIN, y + 12, self._width - MARGIN, y + 12)
        canvas.setFillGray(GRAY)
        for text in self._cover.lines:
            y -= 20
            draw(canvas, MARGIN, y, wrapped(text, PLAIN, 12, self._width - 2 * MARGIN, 1)[0], PLAIN, 12)
        canvas.showPage()
        for number in range(self._contents):
            self._draw_contents(canvas, number)
        canvas.save()

    def _draw_contents(self, canvas: Canvas, number: int) -> None:
        canvas.setFillGray(INK)
        heading = "Contents" if number == 0 else "Contents, continued"
        draw(canvas, MARGIN, self._height - MARGIN - 18, heading, BOLD, 18)
        room = self._width - 2 * MARGIN
        for row, place in enumerate(self._places_on(number)):
            entry, page, y = self._entries[place], self._pages[place], self._line_y(row)
            canvas.setFillGray(INK if page else GRAY)
            told = str(page) if page else "not in this booklet"
            text = entry.title if page else f"{entry.title}: {entry.problem}"
            line = wrapped(f"{place + 1}. {text}", PLAIN, 11, room - 130, 1)
            draw(canvas, MARGIN, y, line[0] if line else "", PLAIN, 11)
            draw_right(canvas, self._width - MARGIN, y, told, PLAIN, 11)
        self._draw_footer(canvas, 2 + number)
        canvas.showPage()

    def _places_on(self, number: int) -> range:
        return range(number * self._lines, min(len(self._entries), (number + 1) * self._lines))

    def _line_y(self, row: int) -> float:
        return self._height - MARGIN - 50 - row * LINE

    # Cards

    def _write_cards(self, path: Path, cards: Sequence[tuple[Entry, int]], check: Callable[[], None]) -> None:
        documents: list[tuple[int, pikepdf.Rectangle, bytes]] = []
        canvas = self._canvas(path)
        for index, (entry, page) in enumerate(cards):
            check()
            content = entry.picture() if entry.picture is not None else b""
            top = self._draw_heading(canvas, entry)
            bottom = MARGIN + 16
            if content.startswith(b"%PDF-"):
                area = pikepdf.Rectangle(MARGIN, bottom, self._width - MARGIN, top)
                documents.append((index, area, content))
            else:
                self._draw_picture(canvas, content, bottom, top)
            self._draw_footer(canvas, page)
            canvas.showPage()
        canvas.save()
        if documents:
            _lay_over(path, documents)

    def _draw_heading(self, canvas: Canvas, entry: Entry) -> float:
        """Write title and description; returns how high the picture may reach."""
        room, y = self._width - 2 * MARGIN, self._height - MARGIN - 14
        canvas.setFillGray(INK)
        for line in wrapped(entry.title, BOLD, 16, room, 2):
            draw(canvas, MARGIN, y, line, BOLD, 16)
            y -= 21
        canvas.setFillGray(GRAY)
        for line in wrapped(entry.description, PLAIN, 10, room, 4):
            draw(canvas, MARGIN, y, line, PLAIN, 10)
            y -= 14
        return y

    def _draw_picture(self, canvas: Canvas, content: bytes, bottom: float, top: float) -> None:
        reader = ImageReader(io.BytesIO(content))
        across, up = reader.getSize()
        scale = min((self._width - 2 * MARGIN) / across, (top - bottom) / up)
        width, height = across * scale, up * scale
        left, lowest = (self._width - width) / 2, bottom + (top - bottom - height) / 2
        canvas.drawImage(reader, left, lowest, width, height, mask="auto")

    def _draw_footer(self, canvas: Canvas, page: int) -> None:
        canvas.setFillGray(GRAY)
        name = wrapped(self._cover.name, PLAIN, 8, self._width - 2 * MARGIN - 90, 1)
        draw(canvas, MARGIN, MARGIN - 10, name[0] if name else "", PLAIN, 8)
        draw_right(canvas, self._width - MARGIN, MARGIN - 10, f"{page} of {self.page_count}", PLAIN, 8)

    def _canvas(self, path: Path) -> Canvas:
        return Canvas(str(path), pagesize=(self._width, self._height), pageCompression=1)

    # What ties the pages together

    def _link(self, whole: pikepdf.Pdf) -> None:
        """Make the lines of the contents links, and an outline of the cards for the viewer's sidebar."""
        with whole.open_outline() as outline:
            for entry, page in zip(self._entries, self._pages, strict=True):
                if page:
                    outline.root.append(pikepdf.OutlineItem(entry.title, page - 1))
        for number in range(self._contents):
            links = []
            for row, place in enumerate(self._places_on(number)):
                if self._pages[place]:
                    links.append(whole.make_indirect(self._link_to(whole, row, self._pages[place])))
            whole.pages[1 + number].obj.Annots = pikepdf.Array(links)
        whole.docinfo["/Title"] = self._cover.name
        whole.Root.Lang = pikepdf.String("en")
        whole.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)

    def _link_to(self, whole: pikepdf.Pdf, row: int, page: int) -> pikepdf.Dictionary:
        y = self._line_y(row)
        return pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[MARGIN, y - 5, self._width - MARGIN, y + LINE - 7],
            Border=[0, 0, 0],
            Dest=[whole.pages[page - 1].obj, pikepdf.Name.Fit],
        )


def _lay_over(path: Path, documents: Sequence[tuple[int, pikepdf.Rectangle, bytes]]) -> None:
    """Put the first page of each card's PDF on its page, as large as fits: links and scripts in it stay behind."""
    with pikepdf.open(path, allow_overwriting_input=True) as sheet, ExitStack() as opened:
        for index, area, content in documents:
            source = opened.enter_context(pikepdf.open(io.BytesIO(content)))
            sheet.pages[index].add_overlay(source.pages[0], area)
        sheet.save(path)
