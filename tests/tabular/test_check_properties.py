"""The check of a whole file, against Python's csv module and against itself with other block sizes."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domoadmin.tabular.check import Limits, check_file
from domoadmin.tabular.column_types import ColumnType, is_valid
from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.records import count_records
from domoadmin.tabular.results import FileCheck
from domoadmin.tabular.sources import BytesSource
from tests.tabular.strategies import DAMAGED, Table, tables

LIMITS = st.builds(
    Limits,
    block_bytes=st.integers(1, 60),
    long_record_bytes=st.integers(1, 60),
    record_bytes=st.just(Limits().record_bytes),
)


def facts(check: FileCheck) -> tuple[dict[str, Any], bytes]:
    """All that a check says, comparable."""
    return check.as_json(), check.bad_rows.to_bytes()


def parsed(content: bytes, dialect: Dialect) -> list[list[str]]:
    """Rows by Python's csv module."""
    text = io.StringIO(content.decode(), newline="")
    return list(csv.reader(text, delimiter=dialect.delimiter, quotechar=dialect.quote))


@given(tables())
@settings(max_examples=200)
def test_every_row_is_counted_and_every_value_judged(table: Table) -> None:
    check = check_file(BytesSource(table.content), table.dialect, table.types)
    assert check.fatal is None
    assert check.row_count == len(table.rows)
    assert check.column_names == tuple(table.header)
    assert check.ragged_count == check.blank_lines == 0
    assert check.quoted_line_breaks == sum(value.count("\n") for row in table.rows for value in row)
    for index, column in enumerate(check.columns):
        values = [row[index].encode() for row in table.rows]
        assert column.empty_count == values.count(b"")
        bad = [number for number, value in enumerate(values, 1) if not is_valid(column.type, value)]
        assert column.bad_count == len(bad)
        assert [value.record for value in column.bad_values] == bad[:20]
        assert check.bad_rows.records([index]).tolist() == bad


@given(tables(), LIMITS, st.integers(1, 50), st.integers(1, 80))
@settings(max_examples=200)
def test_block_size_changes_nothing(table: Table, limits: Limits, chunk_bytes: int, part_bytes: int) -> None:
    whole = check_file(BytesSource(table.content), table.dialect, table.types, part_bytes=part_bytes)
    source = BytesSource(table.content, chunk_bytes)
    blocks = check_file(source, table.dialect, table.types, part_bytes=part_bytes, limits=limits)
    assert facts(blocks) == facts(whole)


@given(
    DAMAGED,
    st.integers(1, 30),
    st.integers(1, 30),
    st.integers(2, 40),
    st.booleans(),
    st.sampled_from(["\n", "\r"]),
    st.sampled_from(['"', None]),
)
@settings(max_examples=500)
def test_damage_is_found_at_the_same_place_whatever_the_block_size(
    content: bytes, block: int, long: int, longest: int, header: bool, line_end: str, quote: str | None
) -> None:
    dialect = Dialect(header=header, line_end=line_end, quote=quote)
    types = [ColumnType.LONG, ColumnType.DATE]
    whole = check_file(BytesSource(content), dialect, types, part_bytes=9, limits=Limits(record_bytes=longest))
    limits = Limits(block_bytes=block, long_record_bytes=long, record_bytes=longest)
    blocks = check_file(BytesSource(content, 3), dialect, types, part_bytes=9, limits=limits)
    assert facts(blocks) == facts(whole)


@given(tables(), st.integers(1, 200))
@settings(max_examples=200)
def test_parts_are_whole_records_and_together_the_file(table: Table, part_bytes: int) -> None:
    source = BytesSource(table.content)
    check = check_file(source, table.dialect, table.types, part_bytes=part_bytes)
    data_start = check.parts[0].start
    assert parsed(table.content[:data_start].removeprefix(b"\xef\xbb\xbf"), table.dialect) == [table.header]
    assert b"".join(table.content[part.start : part.end] for part in check.parts) == table.content[data_start:]
    assert [part.number for part in check.parts] == list(range(1, len(check.parts) + 1))
    assert sum(part.rows for part in check.parts) == check.row_count
    first_record, rows = 1, []
    for part in check.parts:
        content = table.content[part.start : part.end]
        of_part = parsed(content, table.dialect)
        of_part = [row or [""] for row in of_part] if len(table.header) == 1 else of_part
        assert len(of_part) == part.rows
        assert part.first_record == first_record
        assert part.first_line == 1 + table.content[: part.start].count(b"\n")
        assert part.byte_count <= part_bytes or part.rows == 1
        assert count_records([content], table.dialect, len(table.header)) == part.rows
        first_record += part.rows
        rows += of_part
    assert rows == table.rows


@given(tables())
@settings(max_examples=50)
def test_result_survives_json(table: Table) -> None:
    check = check_file(BytesSource(table.content), table.dialect, table.types)
    again = FileCheck.from_json(check.as_json(), type(check.bad_rows).from_bytes(check.bad_rows.to_bytes()))
    assert again == check
