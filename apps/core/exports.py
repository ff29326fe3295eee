"""CSV that a person may open in a spreadsheet: streamed, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io
import string
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from domoadmin.services.exact_json import ExactNumber
from domoadmin.tabular.set_aside import spreadsheet_safe

BYTE_ORDER_MARK = "\ufeff"
# A row sent by itself costs a system call; rows that come slowly are still passed on so often.
_PIECE_CHARACTERS = 64 * 1024
_PIECE_SECONDS = 0.5
_HARMLESS_STARTS = frozenset(["", *string.ascii_letters, *string.digits])


def cell(value: Any) -> str:
    """Write a value as a cell: times in ISO form with the person's zone, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat() if timezone.is_aware(value) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, ExactNumber):
        return value.text
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple | set):
        return spreadsheet_safe(", ".join(str(item) for item in value))
    return spreadsheet_safe(str(value))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the file in pieces of many lines; a byte order mark first, or Excel reads UTF-8 as something else."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([cell(name) for name in header])
    yield buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    given = time.monotonic()
    for row in rows:
        # Most cells begin with a letter or a digit: they are looked at no further.
        writer.writerow(
            [value if value.__class__ is str and value[:1] in _HARMLESS_STARTS else cell(value) for value in row]
        )
        if buffer.tell() >= _PIECE_CHARACTERS or time.monotonic() - given > _PIECE_SECONDS:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
            given = time.monotonic()
    if buffer.tell():
        yield buffer.getvalue()


def csv_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Stream a CSV file for download.

    The first row is read before the answer begins, so that an upstream that fails at once still gets an error page;
    one that fails later cuts the transfer, which the browser reports as a failed download.
    """
    iterator = iter(rows)
    first = next(iterator, None)
    every = iterator if first is None else chain([first], iterator)
    return _download(filename, csv_lines(header, every), "text/csv")


def lines_response(filename: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """Stream a file of JSON lines for download."""
    return _download(filename, lines, "application/x-ndjson")


def _download(filename: str, content: Iterable[str], kind: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or ""
    response.headers["Cache-Control"] = "no-store"
    return response
