"""Bars and trends drawn by the server."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from apps.core.drawing import THINNEST, WIDTH, part_widths, spark, stack


@given(st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=60))
def test_parts_fill_the_bar_and_none_vanishes(counts: list[int]) -> None:
    widths = part_widths(counts)
    assert sum(widths) == (WIDTH if any(counts) else 0)
    for count, width in zip(counts, widths, strict=True):
        assert width >= THINNEST if count else width == 0


def test_a_stack_skips_empty_parts_and_names_itself() -> None:
    drawn = stack([("is-ok", 900), ("is-bad", 1), ("is-off", 0)], "900 done, 1 failed")
    assert drawn.count("<rect") == 2
    assert 'aria-label="900 done, 1 failed"' in drawn
    assert "style=" not in drawn


def test_hostile_labels_are_escaped() -> None:
    assert "<script" not in stack([("is-ok", 1)], '"><script>')


@given(st.lists(st.floats(min_value=-1e9, max_value=1e9), min_size=2, max_size=50))
def test_a_trend_stays_inside_its_box(values: list[float]) -> None:
    points = re.search(r'polyline points="([^"]*)"', spark(values))
    assert points
    for point in points[1].split():
        x, y = (float(number) for number in point.split(","))
        assert 0 <= x <= 80.1
        assert 0 <= y <= 28


def test_one_value_is_no_trend() -> None:
    assert spark([3]) == ""
