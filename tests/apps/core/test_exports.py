"""CSV that spreadsheets open: no cell is a formula, nothing is lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.exports import BYTE_ORDER_MARK, cell, csv_lines, csv_response
from domoadmin.services.errors import ServerFailed
from domoadmin.services.exact_json import ExactNumber


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Store sales", "Store sales"),
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("\t=A1", "'\t=A1"),
        ("-12.5", "-12.5"),
        (-12.5, "-12.5"),
        (ExactNumber("-12345678901234.50"), "-12345678901234.50"),
        (["@SUM(A1)", "b"], "'@SUM(A1), b"),
        (False, "no"),
        (None, ""),
    ],
)
def test_no_cell_is_a_formula(value: Any, text: str) -> None:
    assert cell(value) == text


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=20))
def test_what_is_written_can_be_read_back(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(["a", "b"], rows)).removeprefix(BYTE_ORDER_MARK)
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["a", "b"], *[[cell(value) for value in row] for row in rows]]


def test_the_answer_streams_with_a_name() -> None:
    rows: list[list[Any]] = [["Größe", 1204481, None, True, datetime(2026, 11, 19, tzinfo=UTC), ["a", "b"]]]
    response = csv_response("datasets.csv", ["n", "r", "x", "c", "t", "l"], rows)
    body = b"".join(cast("Iterator[bytes]", response.streaming_content)).decode("utf-8-sig")
    assert body.splitlines()[1] == 'Größe,1204481,,yes,2026-11-19T00:00:00+00:00,"a, b"'
    assert response.headers["Content-Disposition"] == 'attachment; filename="datasets.csv"'
    assert response.headers["Cache-Control"] == "no-store"


def test_an_upstream_that_fails_at_once_is_no_file() -> None:
    def rows() -> Iterator[list[str]]:
        raise ServerFailed("The search failed.", status=502)
        yield []

    with pytest.raises(ServerFailed):
        csv_response("datasets.csv", ["name"], rows())
