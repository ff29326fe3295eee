"""What is sent: rewritten records, raw ranges, rows set aside."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domoadmin.tabular.check import check_file
from domoadmin.tabular.column_types import ColumnType, is_valid
from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.matching import SchemaColumn, match_columns
from domoadmin.tabular.parts import plan_sending
from domoadmin.tabular.problems import Refused, RowCountMismatch
from domoadmin.tabular.records import BorderFinder, counted
from domoadmin.tabular.results import RAGGED, BadRows
from domoadmin.tabular.set_aside import set_aside_csv, spreadsheet_safe
from domoadmin.tabular.sources import BytesSource
from domoadmin.tabular.transform import Decision, RecordTransform, RowPlan, plan_rows, sends_as_is
from tests.tabular.strategies import Table, tables

DECISIONS = st.sampled_from([Decision.SET_ASIDE, Decision.BLANK])


@given(tables(), st.data(), st.integers(1, 100))
@settings(max_examples=200)
def test_rows_arrive_in_the_datasets_columns(table: Table, data: st.DataObject, part_bytes: int) -> None:
    width = len(table.header)
    order = data.draw(st.permutations([*range(width), None]))
    schema = [
        SchemaColumn("new") if source is None else SchemaColumn(table.header[source], table.types[source])
        for source in order
    ]
    match = match_columns(table.header, schema)
    assert match.sources == tuple(order)
    source = BytesSource(table.content, data.draw(st.integers(1, 50)))
    check = check_file(source, table.dialect, match.file_types(), part_bytes=part_bytes)
    decisions = {index: data.draw(DECISIONS) for index in range(width)}
    plan = plan_rows(check, match, decisions)
    expected = [[*map(str, row)] for row in expected_rows(table, decisions)]
    sent, rows = b"", 0
    sendings = plan_sending(check.parts, plan.set_aside)
    for sending in sendings:
        transform = RecordTransform(
            source.read_range(sending.part.start, sending.part.end), table.dialect, plan, sending.part
        )
        sent += b"".join(transform)
        assert transform.rows_written == sending.rows
        rows += sending.rows
    assert [sending.number for sending in sendings] == list(range(1, len(sendings) + 1))
    assert rows + len(plan.set_aside) == check.row_count
    arranged = [["" if source is None else row[source] for source in order] for row in expected]
    assert list(csv.reader(io.StringIO(sent.decode(), newline=""))) == arranged


def expected_rows(table: Table, decisions: dict[int, Decision]) -> list[list[str]]:
    """The rows after the decisions, the plain way."""
    rows = []
    for row in table.rows:
        bad = [index for index, value in enumerate(row) if not is_valid(table.types[index], value.encode())]
        if not any(decisions[index] is Decision.SET_ASIDE for index in bad):
            rows.append(["" if index in bad else value for index, value in enumerate(row)])
    return rows


@given(tables(), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=100)
def test_blocks_end_at_record_borders(table: Table, chunk_bytes: int, block_bytes: int) -> None:
    content = table.content
    blocks = list(BorderFinder(table.dialect, block_bytes).blocks(BytesSource(content, chunk_bytes).open()))
    assert b"".join(blocks) == content
    assert all(block.count(str(table.dialect.quote).encode()) % 2 == 0 for block in blocks)


def whole_plan(content: bytes, dialect: Dialect, types: list[ColumnType], **decisions: Decision) -> RowPlan:
    check = check_file(BytesSource(content), dialect, types)
    match = match_columns(check.column_names, [SchemaColumn(c.name, c.type) for c in check.columns])
    numbers = {RAGGED if name == "ragged" else check.column_names.index(name): d for name, d in decisions.items()}
    return plan_rows(check, match, numbers)


def test_same_layout_in_domos_format_is_sent_as_it_is() -> None:
    content = b'a,b\n1,"x\ny"\n2,\n'
    check = check_file(BytesSource(content), Dialect())
    match = match_columns(["a", "b"], [SchemaColumn("a"), SchemaColumn("b")])
    plan = plan_rows(check, match)
    assert sends_as_is(Dialect(), match, check, plan)
    part = check.parts[0]
    assert b"".join(counted(BytesSource(content, 2).read_range(part.start, part.end), Dialect(), 2, 2)) == content[4:]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n\n3,4\n", b"a\n1\n\n2\n"])
def test_blank_lines_are_not_left_to_the_upstream(content: bytes) -> None:
    check = check_file(BytesSource(content), Dialect())
    match = match_columns(check.column_names, [SchemaColumn(name) for name in check.column_names])
    plan = plan_rows(check, match)
    assert not sends_as_is(Dialect(), match, check, plan)
    part = check.parts[0]
    sent = b"".join(RecordTransform([content[part.start : part.end]], Dialect(), plan, part))
    assert sent == (b"1,2\n3,4\n" if b"," in content else b'1\n""\n2\n')


def test_a_changed_file_is_noticed_before_the_last_bytes() -> None:
    check = check_file(BytesSource(b"a,b\n1,2\n3,4\n"), Dialect())
    plan = RowPlan((1, 0), 2)
    with pytest.raises(RowCountMismatch, match="should hold 2 rows and holds 1"):
        list(RecordTransform([b"1,2\n"], Dialect(), plan, check.parts[0]))
    with pytest.raises(RowCountMismatch):
        list(counted([b"1,2\n"], Dialect(), 2, 2))


def test_undecided_problems_stop() -> None:
    content = b"a,b\n1,x\ny,2\n3\n"
    types = [ColumnType.LONG, ColumnType.STRING]
    with pytest.raises(Refused, match='Column "a": 1 value is not a whole number, first in line 3: “y”'):
        whole_plan(content, Dialect(), types, ragged=Decision.SET_ASIDE)
    with pytest.raises(Refused, match=r"1 row does not have 2 fields\. First: line 4 has 1"):
        whole_plan(content, Dialect(), types, a=Decision.BLANK)
    with pytest.raises(Refused, match="1 row does not have"):
        whole_plan(content, Dialect(), types, a=Decision.BLANK, ragged=Decision.BLANK)
    plan = whole_plan(content, Dialect(), types, a=Decision.BLANK, ragged=Decision.SET_ASIDE)
    assert plan.set_aside.tolist() == [3]
    assert plan.blank_records.tolist() == [2]


def test_too_many_bad_rows_can_only_stop() -> None:
    rows = BadRows(limit=2)
    rows.add(np.array([1, 2, 3], np.uint64), np.array([0, 0, 0], np.uint16))
    assert rows.overflowed
    assert rows.records().tolist() == [1, 2]
    assert BadRows.from_bytes(rows.to_bytes()) == rows


def test_rows_set_aside_are_kept_with_line_and_reason() -> None:
    content = b'id,note\n1,"a\nb"\nx,=1+1\n3\n-4,-5\ny,"two\nlines"\n'
    source = BytesSource(content)
    check = check_file(source, Dialect(), [ColumnType.LONG, ColumnType.STRING], part_bytes=20)
    match = match_columns(["id", "note"], [SchemaColumn("id", ColumnType.LONG), SchemaColumn("note")])
    plan = plan_rows(check, match, {0: Decision.SET_ASIDE, RAGGED: Decision.SET_ASIDE})
    kept = b"".join(set_aside_csv(source, Dialect(), check, plan)).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(kept, newline=""))) == [
        ["Line", "Reason", "id", "note"],
        ["4", "id: not a whole number", "x", "'=1+1"],
        ["5", "1 fields instead of 2", "3"],
        ["7", "id: not a whole number", "y", "two\nlines"],
    ]


@pytest.mark.parametrize("value", ["=1", "+x", "-2+3", "@a", "\tx", "\rx"])
def test_formulas_are_disarmed(value: str) -> None:
    assert spreadsheet_safe(value) == "'" + value


@pytest.mark.parametrize("value", ["", "a=1", "-12.50", "+7", "12"])
def test_plain_cells_stay(value: str) -> None:
    assert spreadsheet_safe(value) == value


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_edits_reach_the_right_rows_over_many_blocks(delimiter: str) -> None:
    rows = 60_000
    lines = [f'{"x" if number % 997 == 0 else number}{delimiter}"row\n{number}"\n' for number in range(1, rows + 1)]
    source = BytesSource(f"id{delimiter}note\n{''.join(lines)}".encode())
    dialect = Dialect(delimiter)
    match = match_columns(["id", "note"], [SchemaColumn("note"), SchemaColumn("id", ColumnType.LONG)])
    check = check_file(source, dialect, match.file_types(), part_bytes=500_000)
    bad = set(range(997, rows + 1, 997))
    for decision in (Decision.SET_ASIDE, Decision.BLANK):
        plan = plan_rows(check, match, {0: decision})
        sent = b""
        for sending in plan_sending(check.parts, plan.set_aside):
            chunks = source.read_range(sending.part.start, sending.part.end)
            transform = RecordTransform(chunks, dialect, plan, sending.part)
            sent += b"".join(transform)
            assert (transform.rows_read, transform.rows_written) == (sending.part.rows, sending.rows)
        found = list(csv.reader(io.StringIO(sent.decode(), newline="")))
        blank = decision is Decision.BLANK
        assert found == [
            [f"row\n{number}", "" if number in bad else str(number)]
            for number in range(1, rows + 1)
            if blank or number not in bad
        ]
