"""The rows of a dataset as one DuckDB query: generated rows and Parquet files side by side."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from domoadmin.sandbox.catalog import Catalog
from domoadmin.sandbox.company.schemas import BY_TYPE, columns_of
from domoadmin.sandbox.uploads.loading import DUCKDB_TYPES, literal, quoted
from domoadmin.sandbox.uploads.versions import Version


def source_query(
    catalog: Catalog, index: int, versions: list[Version], schema: list[dict[str, Any]], directory: Path, anchor: int
) -> str:
    """A SELECT that gives all rows of the versions with the columns of the schema, in order."""
    kinds = {column["name"]: DUCKDB_TYPES.get(column["type"], "VARCHAR") for column in schema}
    pieces = []
    for version in _contiguous(versions):
        if version["file"] is None:
            pieces.append(_generated(catalog, index, version, schema, anchor))
        else:
            pieces.append(_stored(directory / version["file"], version["columns"], kinds))
    if not pieces:
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in kinds.items())
        return f"SELECT {empty or 'NULL'} WHERE false"
    return " UNION ALL ".join(pieces)


def _contiguous(versions: list[Version]) -> list[Version]:
    """The versions with generated rows that follow each other as one: hundreds of partitions are one range then."""
    merged: list[Version] = []
    for version in versions:
        last = merged[-1] if merged else None
        follows = (
            last is not None
            and last["file"] is version["file"] is None
            and last.get("first", 0) + last["numRows"] == version.get("first", 0)
        )
        if last is not None and follows:
            merged[-1] = {**last, "numRows": last["numRows"] + version["numRows"]}
        else:
            merged.append(version)
    return merged


def _generated(catalog: Catalog, index: int, version: Version, schema: list[dict[str, Any]], anchor: int) -> str:
    known = {}
    if index < catalog.generated:
        table = catalog.table
        columns = columns_of(table.schema(index), bool(table.with_load_columns[index]))
        known = {column.name: column.expression for column in columns}
    day = time.strftime("%Y-%m-%d", time.gmtime(anchor / 1000))
    listed = []
    for place, column in enumerate(schema):
        kind = DUCKDB_TYPES.get(column["type"], "VARCHAR")
        template = known.get(column["name"]) or BY_TYPE.get(column["type"], BY_TYPE["STRING"])
        value = template.replace("{h}", f"hash(i * 64 + {place} + {index * 7919})").replace("{i}", "i")
        value = value.replace("{day}", day)
        listed.append(f"TRY_CAST({value} AS {kind}) AS {quoted(column['name'])}")
    first = version.get("first", 0)
    numbers = f"range({first}, {first + version['numRows']})"
    return f"SELECT {', '.join(listed)} FROM {numbers} rows(i)"  # noqa: S608 - all names are quoted


def _stored(path: Path, present: list[str], kinds: dict[str, str]) -> str:
    """Columns that came into the schema after the upload are NULL; those that left it are not shown."""
    listed = ", ".join(
        f"TRY_CAST({quoted(name)} AS {kind}) AS {quoted(name)}"
        if name in present
        else f"CAST(NULL AS {kind}) AS {quoted(name)}"
        for name, kind in kinds.items()
    )
    return f"SELECT {listed} FROM read_parquet({literal(str(path))})"  # noqa: S608 - all names are quoted
