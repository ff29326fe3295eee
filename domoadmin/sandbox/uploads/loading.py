"""Reads the parts of an upload with DuckDB and writes them as one Parquet file."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from domoadmin.sandbox.errors import ApiError

logger = logging.getLogger(__name__)

DUCKDB_TYPES = {
    "STRING": "VARCHAR",
    "LONG": "BIGINT",
    "DOUBLE": "DOUBLE",
    "DECIMAL": "DOUBLE",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
    "TIME": "TIME",
    "BOOLEAN": "BOOLEAN",
}
NULL_TEXT = "\\N"
LONGEST_LINE = 4_000_000
READ_BUFFER = 32_000_000


def quoted(name: str) -> str:
    """A name as DuckDB takes it between double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


class Loader:
    """One DuckDB that may touch files; it loads one upload at a time with bounded memory."""

    def __init__(self, directory: Path) -> None:
        self._lock = threading.Lock()
        scratch = directory / "scratch"
        scratch.mkdir(parents=True, exist_ok=True)
        self._database = duckdb.connect(
            config={
                "memory_limit": "560MB",
                "threads": "2",
                "temp_directory": str(scratch),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )

    def load(self, parts: Sequence[tuple[int, Path]], columns: list[dict[str, Any]], target: Path) -> int:
        """Writes all rows of the parts, in order, to `target`; gives their number. ApiError 400 names part and line."""
        numbers = {str(path): number for number, path in parts}
        paths = [str(path) for _, path in parts if path.stat().st_size > 0]
        with self._lock, self._database.cursor() as cursor:
            try:
                try:
                    return self._copy(cursor, read_query(paths, columns), target)
                except duckdb.Error as error:
                    if NULL_TEXT not in str(error):
                        raise
                    return self._copy(cursor, read_query(paths, columns, as_text=True), target)
            except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
                target.unlink(missing_ok=True)
                logger.error("an upload could not be loaded: %s", error)
                raise ApiError(500, "The upload could not be processed") from error
            except duckdb.Error as error:
                target.unlink(missing_ok=True)
                raise refusal(str(error), numbers) from error

    @staticmethod
    def _copy(cursor: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
        cursor.execute(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION lz4)")
        ((count,),) = cursor.fetchall()
        return int(count)


def read_query(paths: list[str], columns: list[dict[str, Any]], as_text: bool = False) -> str:
    """A SELECT over the parts. Empty text stays empty, \\N is NULL; an empty number or date is NULL.

    DuckDB knows only one meaning of NULL for all columns: with `as_text` every column is read as text and cast
    afterwards, which is slower and understands \\N in numbers and dates too.
    """
    types = {column["name"]: DUCKDB_TYPES.get(column["type"], "VARCHAR") for column in columns}
    if not paths:
        listed = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in types.items())
        return f"SELECT {listed} WHERE false"
    read_as = {name: "VARCHAR" if as_text else kind for name, kind in types.items()}
    texts = [name for name, kind in read_as.items() if kind == "VARCHAR"]
    struct = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in read_as.items())
    options = [
        "header=false",
        "auto_detect=false",
        "delim=','",
        "quote='\"'",
        "escape='\"'",
        "nullstr=''",
        f"max_line_size={LONGEST_LINE}",
        f"buffer_size={READ_BUFFER}",
        "null_padding=false",
        "strict_mode=true",
        f"columns={{{struct}}}",
    ]
    if texts:
        options.append(f"force_not_null=[{', '.join(literal(name) for name in texts)}]")
    files = ", ".join(literal(path) for path in paths)
    listed = ", ".join(f"{_value(name, kind, as_text)} AS {quoted(name)}" for name, kind in types.items())
    return f"SELECT {listed} FROM read_csv([{files}], {', '.join(options)})"  # noqa: S608 - all names are quoted


def _value(name: str, kind: str, as_text: bool) -> str:
    if kind == "VARCHAR":
        return f"nullif({quoted(name)}, {literal(NULL_TEXT)})"
    if not as_text:
        return quoted(name)
    return f"CAST(nullif(nullif({quoted(name)}, {literal(NULL_TEXT)}), '') AS {kind})"


def refusal(text: str, numbers: dict[str, int]) -> ApiError:
    """Domo's words for what DuckDB could not read; names part and line, never a path of the machine."""
    part = next((number for path, number in numbers.items() if path in text), None)
    line = re.search(r"Line: (\d+)", text, re.IGNORECASE)
    detail = next((each.strip() for each in text.splitlines()[1:] if each.strip() and "Original Line" not in each), "")
    detail = re.sub(r"/\S+", "", detail)[:300]
    where = f"part {part}" if part is not None else "the upload"
    if line is not None:
        where += f", line {line.group(1)}"
    return ApiError(400, f"Unable to process {where}: {detail or 'the content does not fit the schema'}")
