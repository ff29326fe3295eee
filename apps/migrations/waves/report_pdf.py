"""The report of a wave as PDF: facts, outcomes, then a block for each datasource with its ids, times and messages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from apps.core.formats import format_duration, format_exact
from apps.core.pdf_text import BOLD, PLAIN, draw, draw_right, wrapped
from apps.migrations.federated.outcomes import LOOKS, Attempt
from apps.migrations.waves.page import WavePage

WIDTH, HEIGHT = landscape(A4)
MARGIN = 36.0
SIZE, LINE = 8.0, 10.5
INK, GRAY, RULE = 0.1, 0.4, 0.8
# Left edge and width of the columns.
COLUMNS: tuple[tuple[str, float, float], ...] = (
    ("Datasource", MARGIN, 180),
    ("Outcome", MARGIN + 188, 66),
    ("toe", MARGIN + 258, 124),
    ("Start, end", MARGIN + 388, 140),
    ("Before, after, message", MARGIN + 534, WIDTH - 2 * MARGIN - 534),
)
MOST_LINES = 6


def report_bytes(page: WavePage, made_at: datetime) -> bytes:
    """Return the PDF."""
    buffer = io.BytesIO()
    _Report(Canvas(buffer, pagesize=(WIDTH, HEIGHT)), page, made_at).write()
    return buffer.getvalue()


class _Report:
    def __init__(self, canvas: Canvas, page: WavePage, made_at: datetime) -> None:
        self._canvas, self._page, self._made_at = canvas, page, made_at
        self._number = 1
        self._y = HEIGHT - MARGIN
        canvas.setTitle(page.job.title)
        canvas.setAuthor("DomoAdmin")

    def write(self) -> None:
        self._front()
        self._head()
        for attempt in self._page.attempts:
            self._row(attempt)
        self._foot()
        self._canvas.showPage()
        self._canvas.save()

    def _front(self) -> None:
        page = self._page
        for line in wrapped(page.job.title, BOLD, 18, WIDTH - 2 * MARGIN, 2):
            self._y -= 20
            draw(self._canvas, MARGIN, self._y, line, BOLD, 18)
        self._y -= 4
        counts = ", ".join(f"{count:,} {LOOKS[outcome].word}" for outcome, count in page.counted.items())
        median = f", {format_duration(page.median)} each (median)" if page.median is not None else ""
        sent = "A rehearsal: nothing was sent." if page.wave.rehearsal else page.calls
        for text in (
            f"{page.way.title} · {page.way.target} {page.target.name} ({page.target.id}, {page.target.type})",
            f"{page.connection.name}, {page.connection.base_url} · {page.connection.environment_label}",
            f"{page.total:,} datasources: {counts or 'none'}. {sent}",
            f"{page.settings.pace}{median}. Stops at {page.settings.stop_rule}. Hours: {page.window_words}.",
            f"Made by {page.job.actor_name} {format_exact(page.job.created_at)}"
            + (f", started {format_exact(page.job.started_at)}" if page.job.started_at else "")
            + (f", ended {format_exact(page.job.finished_at)}" if page.job.finished_at else ""),
            f"Job {page.job.pk} · report of {format_exact(self._made_at)}",
            *([page.job.message] if page.job.message else []),
        ):
            for line in wrapped(text, PLAIN, 9, WIDTH - 2 * MARGIN, 3):
                self._y -= 13
                draw(self._canvas, MARGIN, self._y, line, PLAIN, 9)
        self._y -= 10

    def _head(self) -> None:
        self._y -= 14
        self._canvas.setFillGray(GRAY)
        for title, left, _ in COLUMNS:
            draw(self._canvas, left, self._y, title, BOLD, SIZE)
        self._canvas.setFillGray(INK)
        self._rule(self._y - 4)
        self._y -= 6

    def _row(self, attempt: Attempt) -> None:
        cells = _cells(attempt)
        lines = [
            [line for text in texts for line in wrapped(text, PLAIN, SIZE, width, MOST_LINES)]
            for texts, (_, _, width) in zip(cells, COLUMNS, strict=True)
        ]
        height = max(len(each) for each in lines) * LINE + 7
        if self._y - height < MARGIN + 14:
            self._foot()
            self._canvas.showPage()
            self._number += 1
            self._y = HEIGHT - MARGIN
            self._head()
        for place, (each, (_, left, _)) in enumerate(zip(lines, COLUMNS, strict=True)):
            for number, line in enumerate(each):
                font = BOLD if (place == 0 and number == 0) or place == 1 else PLAIN
                draw(self._canvas, left, self._y - (number + 1) * LINE, line, font, SIZE)
        self._y -= height
        self._rule(self._y)

    def _rule(self, y: float) -> None:
        self._canvas.setStrokeGray(RULE)
        self._canvas.line(MARGIN, y, WIDTH - MARGIN, y)

    def _foot(self) -> None:
        self._canvas.setFillGray(GRAY)
        draw(self._canvas, MARGIN, MARGIN - 10, wrapped(self._page.job.title, PLAIN, SIZE, 500, 1)[0], PLAIN, SIZE)
        draw_right(self._canvas, WIDTH - MARGIN, MARGIN - 10, f"Page {self._number}", PLAIN, SIZE)
        self._canvas.setFillGray(INK)


def _cells(attempt: Attempt) -> Sequence[Sequence[str]]:
    times = attempt.times
    if attempt.seconds is not None:
        times.append(format_duration(attempt.seconds))
    reference = str(attempt.reference)
    settled = ["The answer was lost; the list of candidates told it."] if attempt.settled_by else []
    return (
        [attempt.name, attempt.key, *([reference] if reference else [])],
        [attempt.look.word],
        [attempt.toe] if attempt.toe else [],
        times,
        [
            f"Before: {attempt.before}" if attempt.before else "",
            f"After: {attempt.after}" if attempt.after else "",
            attempt.message if not settled else "",
            *settled,
        ],
    )
