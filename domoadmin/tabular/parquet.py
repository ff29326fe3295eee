"""Rows to a Parquet file: first to a plain CSV beside it, then typed by DuckDB, row group by row group.

Memory stays flat: DuckDB reads the CSV as a stream. A column whose values don't fit its type is kept as text, never
emptied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

ROW_GROUP = 122_880
_MEMORY = "256MB"
_WHOLE = r"[+-]?\d+"
_PLAIN_NUMBER = re.compile(r"[+-]?(\d*)(?:\.(\d*))?")
_MOST_DIGITS = 38


@dataclass
class DecimalSpan:
    """How many digits the numbers of a column have, before and behind the point. plain: no exponent, no word."""

    before: int = 0
    behind: int = 0
    plain: bool = True

    def note(self, text: str) -> None:
        """Take a number into account."""
        found = _PLAIN_NUMBER.fullmatch(text)
        if found is None:
            self.plain = False
            return
        self.before = max(self.before, len(found[1] or ""))
        self.behind = max(self.behind, len(found[2] or ""))

    @property
    def sql_type(self) -> str:
        """Return the type that keeps every digit, where there is one."""
        if self.plain and self.before + self.behind <= _MOST_DIGITS:
            return f"DECIMAL({max(1, self.before + self.behind)}, {self.behind})"
        return "DOUBLE"


@dataclass(frozen=True)
class ParquetColumn:
    """A column: its name, the type that its dataset gives it, and the span of its numbers where they are decimals."""

    name: str
    type: str
    span: DecimalSpan = field(default_factory=DecimalSpan)

    @property
    def sql_type(self) -> str:
        """Return DuckDB's type."""
        plain = {"LONG": "BIGINT", "DOUBLE": "DOUBLE", "DATE": "DATE", "DATETIME": "TIMESTAMP", "BOOLEAN": "BOOLEAN"}
        return self.span.sql_type if self.type == "DECIMAL" else plain.get(self.type, "VARCHAR")


def write_parquet(
    source: Path, target: Path, columns: Sequence[ParquetColumn], *, empty_is_null: bool = False
) -> list[str]:
    """Write the CSV (without a header; "" is empty text, nothing at all is null) as Parquet.

    Returns the names of the columns that had to stay text. empty_is_null: empty text is no value either.
    """
    # Drawn in only where a file is written: every process would pay for it at its start.
    import duckdb

    connection = duckdb.connect(
        config={
            "memory_limit": _MEMORY,
            "threads": "1",
            "temp_directory": str(target.parent),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    try:
        read = _reader(source, columns)
        as_text = _not_fitting(connection, read, columns)
        selected = ", ".join(_selected(n, column, n in as_text, empty_is_null) for n, column in enumerate(columns))
        connection.execute(
            f"COPY (SELECT {selected} FROM {read}) TO {_literal(str(target))} "  # noqa: S608 - quoted names and literals
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
    finally:
        connection.close()
    return [columns[number].name for number in sorted(as_text)]


def _reader(source: Path, columns: Sequence[ParquetColumn]) -> str:
    types = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(columns)))
    return (
        f"read_csv({_literal(str(source))}, columns = {{{types}}}, header = false, auto_detect = false, delim = ',', "
        "quote = '\"', escape = '\"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, "
        "max_line_size = 67108864, parallel = false)"
    )


def _not_fitting(connection: duckdb.DuckDBPyConnection, read: str, columns: Sequence[ParquetColumn]) -> set[int]:
    """Return which columns hold a value that is none of their type."""
    typed = [number for number, column in enumerate(columns) if column.sql_type != "VARCHAR"]
    if not typed:
        return set()
    counts = ", ".join(f"count(*) FILTER ({_unfit(f'c{number}', columns[number].sql_type)})" for number in typed)
    found = connection.execute(f"SELECT {counts} FROM {read}").fetchone() or ()  # noqa: S608 - names of our own
    return {number for number, unfit in zip(typed, found, strict=True) if unfit}


def _unfit(name: str, sql_type: str) -> str:
    wrong = f"TRY_CAST({name} AS {sql_type}) IS NULL"
    if sql_type == "BIGINT":
        # DuckDB would round 1.5.
        wrong = f"({wrong} OR NOT regexp_full_match({name}, '{_WHOLE}'))"
    return f"WHERE {name} IS NOT NULL AND {name} <> '' AND {wrong}"


def _selected(number: int, column: ParquetColumn, as_text: bool, empty_is_null: bool) -> str:
    value = f"c{number}"
    if column.sql_type != "VARCHAR" or empty_is_null:
        value = f"NULLIF({value}, '')"
    if not as_text and column.sql_type != "VARCHAR":
        value = f"CAST({value} AS {column.sql_type})"
    name = column.name.replace('"', '""')
    return f'{value} AS "{name}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
