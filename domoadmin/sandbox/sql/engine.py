"""Runs queries in a DuckDB that can reach neither files (but those of the uploads) nor the network."""

from __future__ import annotations

import csv
import datetime
import io
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.sql.dialect import SOURCE, translate
from domoadmin.sandbox.uploads.loading import literal

LONGEST_SECONDS = 120
BATCH = 5000
FILE_PATH = re.compile(r"/[\w./-]+")
DOMO_TYPES = {
    "BIGINT": "LONG",
    "INTEGER": "LONG",
    "HUGEINT": "LONG",
    "UBIGINT": "LONG",
    "SMALLINT": "LONG",
    "TINYINT": "LONG",
    "DOUBLE": "DOUBLE",
    "FLOAT": "DOUBLE",
    "DATE": "DATE",
    "TIMESTAMP": "DATETIME",
}


@dataclass(frozen=True)
class Result:
    """Column names, Domo types, and rows as JSON values in batches. Rows must be read to the end or closed."""

    names: list[str]
    types: list[str]
    batches: Iterator[list[list[Any]]]


class Engine:
    """Answers queries over one dataset each."""

    def __init__(self, data_directory: Path, scratch: Path) -> None:
        self._database = duckdb.connect(
            config={
                "memory_limit": "350MB",
                "threads": "2",
                "temp_directory": str(scratch),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        self._database.execute(f"SET allowed_directories = [{literal(str(data_directory))}]")
        self._database.execute("SET enable_external_access = false")
        self._database.execute("SET lock_configuration = true")

    def run(self, sql: object, dataset_id: str, source: str) -> Result:
        """Runs a statement over the rows that `source` gives. ApiError 400 for what DuckDB refuses."""
        statement = translate(sql, dataset_id)
        cursor = self._database.cursor()
        watch = threading.Timer(LONGEST_SECONDS, cursor.interrupt)
        watch.daemon = True
        watch.start()
        try:
            cursor.execute(f"CREATE TEMP VIEW {SOURCE} AS {source}")
            cursor.execute(statement)
        except duckdb.Error as error:
            watch.cancel()
            cursor.close()
            raise _refusal(error) from error
        described = cursor.description or []
        names = [str(column[0]) for column in described]
        types = [_domo_type(str(column[1])) for column in described]
        return Result(names, types, self._batches(cursor, watch))

    @staticmethod
    def _batches(cursor: duckdb.DuckDBPyConnection, watch: threading.Timer) -> Iterator[list[list[Any]]]:
        try:
            while rows := cursor.fetchmany(BATCH):
                yield [[_json_value(value) for value in row] for row in rows]
        except duckdb.Error as error:
            raise _refusal(error) from error
        finally:
            watch.cancel()
            cursor.close()


def _refusal(error: duckdb.Error) -> ApiError:
    if isinstance(error, duckdb.InterruptException):
        return ApiError(504, "The query took too long and was stopped")
    text = re.sub(r"\s+", " ", str(error).split("\n\nLINE")[0])
    return ApiError(400, f"SQL error: {FILE_PATH.sub('', text)[:300]}")


def _domo_type(name: str) -> str:
    if name.startswith("DECIMAL"):
        return "DECIMAL"
    return DOMO_TYPES.get(name, "DATETIME" if name.startswith("TIMESTAMP") else "STRING")


def _json_value(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def csv_chunks(result: Result, with_header: bool) -> Iterator[bytes]:
    """A result as CSV text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if with_header:
        writer.writerow(result.names)
    for batch in result.batches:
        writer.writerows(batch)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()
