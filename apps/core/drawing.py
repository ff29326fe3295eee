"""Small drawings as SVG without a style attribute or script, so that they pass the strict policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.core.formats import format_number

WIDTH = 1000
# The least width of a part that exists: about two pixels of a bar 300 px wide.
THINNEST = 8
SPARK_WIDTH = 80
SPARK_HEIGHT = 28
# A chart of columns: its size, the room for figures at its left and for labels below it.
CHART_WIDTH = 560
CHART_HEIGHT = 150
CHART_LEFT = 40
CHART_BOTTOM = 128
CHART_TOP = 10


def part_widths(counts: Sequence[int], width: int = WIDTH, thinnest: int = THINNEST) -> list[int]:
    """Share out a width by counts: their sum is the width, and no positive count gets less than the thinnest."""
    total = sum(counts)
    if total <= 0:
        return [0 for _ in counts]
    present = sum(1 for count in counts if count > 0)
    least = min(thinnest, width // present)
    rest = width - least * present
    widths = [least + rest * count // total if count > 0 else 0 for count in counts]
    widths[max(range(len(counts)), key=counts.__getitem__)] += width - sum(widths)
    return widths


def stack(parts: Sequence[tuple[str, int]], label: str) -> SafeString:
    """Draw a stacked bar of (state class, count) pairs in their order; the label names it for those who can't see."""
    position = 0
    rectangles: list[tuple[str, int, int]] = []
    for (css, _count), width in zip(parts, part_widths([count for _css, count in parts]), strict=True):
        if width > 0:
            rectangles.append((css, position, width))
            position += width
    return format_html(
        '<svg class="stack" viewBox="0 0 {} 12" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        label,
        format_html_join("", '<rect class="{}" x="{}" width="{}" height="12"/>', rectangles),
    )


def spark(values: Sequence[float], css: str = "is-off", label: str = "") -> SafeString:
    """Draw a trend of two or more values, lowest to highest over the whole height; fewer draw nothing."""
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = SPARK_WIDTH / (len(values) - 1)
    points = " ".join(
        f"{index * step:.1f},{SPARK_HEIGHT - 2 - (value - low) / span * (SPARK_HEIGHT - 4):.1f}"
        for index, value in enumerate(values)
    )
    role = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="spark {}" viewBox="0 0 {} {}" preserveAspectRatio="none" {}>'
        '<polygon points="0,{} {} {},{}"/><polyline points="{}"/></svg>',
        css,
        SPARK_WIDTH,
        SPARK_HEIGHT,
        role,
        SPARK_HEIGHT,
        points,
        SPARK_WIDTH,
        SPARK_HEIGHT,
        points,
    )


@dataclass(frozen=True)
class Column:
    """One column of a chart: what it stands for, its (state class, count) parts from the bottom, and its label."""

    name: str
    parts: Sequence[tuple[str, int]]
    has_label: bool = False

    @property
    def total(self) -> int:
        """Return the height of the column."""
        return sum(count for _css, count in self.parts)


def top_of_scale(highest: int) -> int:
    """Return the round even number (1, 2, 4, 10, 20, 40, 100, ...) at or above the highest value, at least 2."""
    top = 2
    while top < highest:
        top = top * 2 if str(top)[0] in "12" else top * 10 // 4
    return top


def columns(values: Sequence[Column], label: str) -> SafeString:
    """Draw a chart of stacked columns with a scale; a table beside it has to give the figures for readers."""
    top = top_of_scale(max((column.total for column in values), default=0))
    unit = (CHART_BOTTOM - CHART_TOP) / top
    pitch = (CHART_WIDTH - CHART_LEFT) / max(1, len(values))
    bars: list[tuple[str, str, str, str, str]] = []
    labels: list[tuple[str, int, str]] = []
    for number, column in enumerate(values):
        left, bottom = CHART_LEFT + number * pitch, float(CHART_BOTTOM)
        for css, count in column.parts:
            # What exists is seen, however tall its neighbour.
            height = max(1.5, count * unit) if count else 0.0
            bottom -= height
            if count:
                width = f"{max(1.0, pitch * 0.72):.1f}"
                bars.append((css, f"{left + pitch * 0.14:.1f}", f"{bottom:.1f}", width, f"{height:.1f}"))
        if column.has_label:
            labels.append((f"{left + pitch / 2:.1f}", CHART_HEIGHT - 6, column.name))
    lines = [(f"{CHART_BOTTOM - value * unit:.1f}", value) for value in (0, top // 2, top)]
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        CHART_WIDTH,
        CHART_HEIGHT,
        label,
        format_html_join(
            "",
            '<line x1="{1}" x2="{2}" y1="{0}" y2="{0}"/><text x="{3}" y="{0}" dy="4" text-anchor="end">{4}</text>',
            ((y, CHART_LEFT, CHART_WIDTH, CHART_LEFT - 6, format_number(value)) for y, value in lines),
        ),
        format_html_join("", '<rect class="bar {}" x="{}" y="{}" width="{}" height="{}"/>', bars),
        format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', labels),
    )
