"""Column types: the fast rules agree with the exact ones, and the exact ones are right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domoadmin.tabular.column_checks import BlockValues, undecided
from domoadmin.tabular.column_types import ColumnType, is_valid
from domoadmin.tabular.scanner import PADDING

NEARLY = st.one_of(
    st.from_regex(r"\A[+-]?[0-9]{0,26}\Z"),
    st.from_regex(r"\A[+-]?[0-9]{0,12}\.?[0-9]{0,14}([eE][+-]?[0-9]{1,2})?\Z"),
    st.from_regex(r"\A20[0-9]{2}-[01][0-9]-[0-3][0-9]\Z"),
    st.from_regex(
        r"\A20[0-9]{2}-0[1-9]-[0-2][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
        r"(\.[0-9]{0,10})?(Z|[+-][0-9]{2}:?[0-9]{2})?\Z"
    ),
    st.from_regex(r"\A[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{0,10})?\Z"),
    st.text("0123456789.-+:TZe ,/", max_size=30),
    st.text(max_size=10),
).map(str.encode)


@given(st.lists(NEARLY, min_size=1, max_size=8), st.sampled_from(list(ColumnType)))
@settings(max_examples=300)
def test_fast_rules_accept_only_valid_values(values: list[bytes], column_type: ColumnType) -> None:
    block = b",".join(values)
    lengths = np.array([len(value) for value in values], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]]).astype(np.int64)
    flags = undecided(column_type, BlockValues(np.frombuffer(block + PADDING, np.uint8)), starts, lengths)
    if flags is None:
        assert column_type is ColumnType.STRING
        return
    for value, flag in zip(values, flags.tolist(), strict=True):
        assert flag or is_valid(column_type, value), value


@pytest.mark.parametrize(
    ("column_type", "value"),
    [
        (ColumnType.LONG, "123456789012345678"),
        (ColumnType.LONG, "-5"),
        (ColumnType.DECIMAL, "-1234567890.123456789"),
        (ColumnType.DECIMAL, ".5"),
        (ColumnType.DOUBLE, "5."),
        (ColumnType.DATE, "2026-11-18"),
        (ColumnType.DATETIME, "2026-11-18"),
        (ColumnType.DATETIME, "2026-11-18 09:30:00"),
        (ColumnType.DATETIME, "2026-11-18T09:30:00.123456Z"),
        (ColumnType.DATETIME, "2026-11-18T09:30:00.123"),
        (ColumnType.DATETIME, "2026-11-18T09:30:00+02:00"),
        (ColumnType.TIME, "23:59:59"),
    ],
)
def test_usual_forms_take_the_fast_way(column_type: ColumnType, value: str) -> None:
    octets = np.frombuffer(value.encode() + PADDING, np.uint8)
    flags = undecided(column_type, BlockValues(octets), np.array([0]), np.array([len(value)]))
    assert flags is not None
    assert not flags[0]
    assert is_valid(column_type, value.encode())


@pytest.mark.parametrize(
    ("column_type", "good", "bad"),
    [
        (
            ColumnType.LONG,
            ["9223372036854775807", "-9223372036854775808", "007"],
            ["9223372036854775808", "1.0", "-", "1 "],
        ),
        (ColumnType.DECIMAL, ["1", "1e5", "-0.5E-10"], ["1,5", ".", "", "1.2.3", "NaN", "1e", "0x1F"]),
        (ColumnType.DATE, ["2024-02-29"], ["2025-02-29", "2026-13-01", "2026-1-1", "18.11.2026", "2026-11-18 "]),
        (
            ColumnType.DATETIME,
            ["2026-11-18 09:30:00+0200"],
            ["2026-11-18 24:00:00", "2026-11-18 9:30", "2026-11-18 09:30:60"],
        ),
        (ColumnType.TIME, ["09:30:00.5"], ["9:30", "24:00:00", "09:30:00Z"]),
        (ColumnType.STRING, ["anything"], []),
    ],
)
def test_exact_rules(column_type: ColumnType, good: list[str], bad: list[str]) -> None:
    assert all(is_valid(column_type, value.encode()) for value in good)
    assert not any(is_valid(column_type, value.encode()) for value in bad if value)


def test_names_of_types() -> None:
    assert ColumnType.of("long") is ColumnType.LONG
    assert ColumnType.of("GEOMETRY") is ColumnType.of(None) is ColumnType.STRING
    assert all(kind.label and kind.singular and kind.plural and kind.expected for kind in ColumnType)
