"""Parquet as a stream, read back by DuckDB: every value, nulls, many row groups, nothing at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domoadmin.tabular import parquet_stream
from domoadmin.tabular.parquet_stream import StreamColumn, parquet_pieces

# A connection costs more than what is asked of it.
DUCKDB = duckdb.connect(config={"threads": "1"})
COLUMNS = [StreamColumn("at", is_time=True), StreamColumn("who"), StreamColumn("what \u00e9")]
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ROWS = st.lists(st.tuples(st.none() | st.integers(-(10**12), 4 * 10**12), TEXTS, TEXTS), max_size=40)


def read_back(path: Path, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    path.write_bytes(b"".join(parquet_pieces(COLUMNS, rows)))
    found = DUCKDB.execute(f'SELECT epoch_ms("at"), who, "what \u00e9" FROM \'{path}\'')
    return found.fetchall()


@settings(max_examples=40)
@given(rows=ROWS, group=st.integers(1, 20))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: Any, group: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_stream, "ROWS_IN_GROUP", group)
        assert read_back(tmp_path_factory.getbasetemp() / "stream.parquet", rows) == rows


def test_types_and_sizes_are_told(tmp_path: Path) -> None:
    rows = [(1_654_205_894_927 + number, f"person {number % 7}", None) for number in range(12_500)]
    path = tmp_path / "log.parquet"
    assert read_back(path, rows) == rows
    told = DUCKDB.execute(f"SELECT DISTINCT typeof(\"at\"), typeof(who) FROM '{path}'").fetchall()
    assert told == [("TIMESTAMP WITH TIME ZONE", "VARCHAR")]
    groups = DUCKDB.execute(
        f"SELECT row_group_id, row_group_num_rows, sum(total_uncompressed_size), row_group_bytes "
        f"FROM parquet_metadata('{path}') GROUP BY ALL ORDER BY 1"
    )
    assert [(row[1], row[2] == row[3]) for row in groups.fetchall()] == [(5_000, True), (5_000, True), (2_500, True)]
    assert path.stat().st_size < 200_000
