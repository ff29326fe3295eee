"""The byte by byte reader: fields behind the kept ones are counted as exactly as the others."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.record_machine import RecordMachine
from tests.tabular.strategies import DAMAGED


def read(content: bytes, piece: int, kept_fields: int) -> tuple[object, ...]:
    """What the machine says after reading content in pieces."""
    machine = RecordMachine(Dialect(), kept_fields)
    for start in range(0, len(content), piece):
        machine.feed(content, start, min(start + piece, len(content)))
    return (
        machine.field_count,
        machine.consumed,
        machine.lines,
        machine.field_line,
        machine.violation,
        machine.finished,
        machine.fields[:1],
    )


@given(DAMAGED, st.integers(1, 40), st.integers(1, 4))
@settings(max_examples=400)
def test_skipping_fields_changes_nothing(content: bytes, piece: int, kept_fields: int) -> None:
    assert read(content, piece, kept_fields) == read(content, 1, 1_000)
