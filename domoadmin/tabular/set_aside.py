"""The rows that were not sent, as a CSV that a person can open, correct and send again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.parts import records_in
from domoadmin.tabular.records import read_placed
from domoadmin.tabular.results import RAGGED, FileCheck
from domoadmin.tabular.sources import ByteSource
from domoadmin.tabular.transform import RowPlan

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*\Z")
_FLUSH_CHARACTERS = 1 << 16


def spreadsheet_safe(value: str) -> str:
    """A cell that no spreadsheet takes for a formula: ' before = + - @ tab CR. Plain numbers stay as they are."""
    if value.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.match(value):
        return "'" + value
    return value


def set_aside_csv(source: ByteSource, dialect: Dialect, check: FileCheck, plan: RowPlan) -> Iterator[bytes]:
    """CSV in UTF-8 with BOM: line, reason, then the file's columns. Reads only the parts that hold such rows.

    A ragged row has as many cells as it has in the file.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(["Line", "Reason", *map(spreadsheet_safe, check.column_names)])
    for line, reason, values in _rows(source, dialect, check, plan):
        writer.writerow([line, reason, *map(spreadsheet_safe, values)])
        if buffer.tell() > _FLUSH_CHARACTERS:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _rows(
    source: ByteSource, dialect: Dialect, check: FileCheck, plan: RowPlan
) -> Iterator[tuple[int, str, list[str]]]:
    records, columns = check.bad_rows.entries()
    width = len(check.columns)
    for part in check.parts:
        wanted = set(records_in(part, plan.set_aside).tolist())
        if not wanted:
            continue
        last = max(wanted)
        chunks = source.read_range(part.start, part.end)
        for number, record in enumerate(read_placed(chunks, dialect, width, part.first_line), part.first_record):
            if number in wanted:
                at, behind = records.searchsorted([number, number + 1])
                yield record.line, _reason(check, columns[at:behind].tolist(), len(record.values)), record.values
            if number == last:
                break


def _reason(check: FileCheck, columns: list[int], found: int) -> str:
    reasons = [
        f"{found} fields instead of {len(check.columns)}"
        if column == RAGGED
        else f"{check.columns[column].name}: not {check.columns[column].type.singular}"
        for column in columns
    ]
    return "; ".join(reasons)
