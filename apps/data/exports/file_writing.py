"""Rows to the bytes of a file, piece by piece: CSV for spreadsheets, CSV with the exact values, Parquet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from apps.accounts.models import User
from apps.core.exact_csv import exact_pieces
from apps.core.exports import csv_lines
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.tabular.parquet import ParquetColumn, write_parquet


@dataclass
class Written:
    """A staged file and what became of its columns."""

    file: StagedFile
    as_text: list[str] = field(default_factory=list)


def write_csv(
    names: Sequence[str], rows: Iterable[Sequence[Any]], name: str, owner: User | None, *, exact: bool
) -> Written:
    """Stage the rows as CSV with a header. exact: no byte order mark, and text that looks like a formula stays."""
    if exact:
        return Written(staging.stage_pieces(_with_header(names, rows), name, owner))
    return Written(staging.stage_pieces((line.encode() for line in csv_lines(names, rows)), name, owner))


def _with_header(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    yield from exact_pieces([names])
    yield from exact_pieces(rows)


def write_parquet_file(
    names: Sequence[str], types: dict[str, str], rows: Iterable[Sequence[Any]], name: str, owner: User | None
) -> Written:
    """Stage the rows as Parquet with the types of the dataset's schema. Needs room for a CSV of them meanwhile."""
    columns = [
        ParquetColumn(unique, types.get(given, "STRING")) for given, unique in zip(names, _unique(names), strict=True)
    ]
    seen = _Seen(columns)
    with TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="export-") as directory:
        source, target = Path(directory, "rows.csv"), Path(directory, "rows.parquet")
        with source.open("wb") as opened:
            opened.writelines(exact_pieces(seen.passed(rows)))
        as_text = write_parquet(source, target, columns, empty_is_null=not seen.nulls)
        source.unlink()
        with target.open("rb") as opened:
            return Written(staging.stage_stream(opened, name, target.stat().st_size, owner), as_text)


class _Seen:
    """Looks at the values on their way: spans of decimals, and whether the upstream tells null from empty text."""

    def __init__(self, columns: Sequence[ParquetColumn]) -> None:
        self._spans = [(number, column.span) for number, column in enumerate(columns) if column.type == "DECIMAL"]
        self._width = len(columns)
        self.nulls = False

    def passed(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        for row in rows:
            if len(row) != self._width:
                row = [*row, *[None] * (self._width - len(row))][: self._width]
            if not self.nulls and None in row:
                self.nulls = True
            for number, span in self._spans:
                if row[number] not in (None, ""):
                    span.note(str(row[number]))
            yield row


def _unique(names: Sequence[str]) -> list[str]:
    """Return the names so that none occurs twice, capital letters or not: readers of Parquet don't tell them apart."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name.lower()] += 1
        found.append(name if seen[name.lower()] == 1 else f"{name} ({seen[name.lower()]})")
    return found
