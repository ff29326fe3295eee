"""Large answers of queries, read row by row while they come, in bounded memory.

The upstream answers {"columns": [...], "metadata": [...], "rows": [[...], ...], "numRows": n} or, where a document is
read differently, a bare array of objects or CSV. None of these is loaded whole.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator
from typing import Any

from domoadmin.services.answers import media_type
from domoadmin.services.errors import UnexpectedAnswer
from domoadmin.services.exact_json import ExactNumber
from domoadmin.services.results.uploads import column_names
from domoadmin.services.transport import OpenAnswer

_MOST_ROW_CHARACTERS = 64 * 1024 * 1024
_SPACE = " \t\r\n"


class ExportedRows:
    """Rows of a query. `rows()` may be walked once; `columns` are known before the first row."""

    def __init__(self, answer: OpenAnswer) -> None:
        self._text = _TextOf(answer.chunks)
        self.columns: tuple[str, ...] = ()
        self.announced_rows: int | None = None
        if media_type(answer.headers) in ("text/csv", "application/csv"):
            lines = csv.reader(self._text.lines())
            self.columns = tuple(next(lines, []))
            self._rows: Iterator[list[Any]] = iter(lines)
        else:
            self._rows = self._started(self._json_rows())

    def rows(self) -> Iterator[list[Any]]:
        """Yield each row as a list in the order of `columns`; raises UnexpectedAnswer when the answer is cut short."""
        return self._rows

    def _started(self, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
        """Read up to the first row, so that the columns are known."""
        first = next(rows, None)

        def again() -> Iterator[list[Any]]:
            if first is not None:
                yield first
                yield from rows

        return again()

    def _json_rows(self) -> Iterator[list[Any]]:
        opening = self._text.take()
        if opening == "[":
            yield from self._array()
        elif opening == "{":
            yield from self._object()
        else:
            raise UnexpectedAnswer("it has neither columns nor rows")

    def _object(self) -> Iterator[list[Any]]:
        found = False
        while (name := self._text.value_or("}")) is not None:
            self._text.expect(":")
            if name == "rows":
                found = True
                self._text.expect("[")
                yield from self._array()
            else:
                self._note(name, self._text.value())
            if self._text.take() == "}":
                break
        if not found:
            raise UnexpectedAnswer("it has no rows")

    def _note(self, name: Any, value: Any) -> None:
        if name in ("columns", "metadata") and not self.columns:
            self.columns = column_names(value)
        elif name == "numRows" and isinstance(value, int):
            self.announced_rows = value

    def _array(self) -> Iterator[list[Any]]:
        while (row := self._text.value_or("]")) is not None:
            if isinstance(row, dict):
                self.columns = self.columns or tuple(row)
                yield [row.get(name) for name in self.columns]
            elif isinstance(row, list):
                yield row
            else:
                raise UnexpectedAnswer("one of its rows is no list")
            if self._text.take() == "]":
                return


class _TextOf:
    """A window over JSON text that comes in chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._json = json.JSONDecoder(parse_float=ExactNumber)
        self._window = ""
        self._at = 0
        self._ended = False

    def take(self) -> str:
        """Return the next character that isn't space."""
        while True:
            while self._at < len(self._window) and self._window[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._window):
                self._at += 1
                return self._window[self._at - 1]
            self._more()

    def expect(self, character: str) -> None:
        """Take this character; raises UnexpectedAnswer for another one."""
        if self.take() != character:
            raise UnexpectedAnswer("it isn't valid JSON")

    def value_or(self, closing: str) -> Any:
        """Return the next value, or None when the closing bracket comes (null is no row and no name)."""
        if self.take() == closing:
            return None
        self._at -= 1
        return self.value()

    def value(self) -> Any:
        """Return the next JSON value, reading on until it is whole."""
        wanted = 0
        while True:
            try:
                value, end = self._json.raw_decode(self._window, self._skipped())
            except ValueError:
                end = len(self._window)
            # A number at the very end of the window may go on in the next chunk.
            if end < len(self._window):
                self._at = end
                return value
            # Ever larger steps: reading a value of many chunks again for each of them would take quadratic time.
            wanted = max(2 * wanted, len(self._window) - self._at + 1)
            while len(self._window) - self._at < wanted:
                if not self._more_or_end():
                    break
            if self._ended:
                return self._last_value()

    def lines(self) -> Iterator[str]:
        """Yield lines with their ends, for a CSV reader."""
        while True:
            end = self._window.find("\n", self._at)
            if end >= 0:
                yield self._window[self._at : end + 1]
                self._at = end + 1
            elif not self._more_or_end():
                break
        if self._at < len(self._window):
            yield self._window[self._at :]

    def _last_value(self) -> Any:
        try:
            value, self._at = self._json.raw_decode(self._window, self._skipped())
        except (ValueError, RecursionError):
            raise UnexpectedAnswer("it was cut short") from None
        return value

    def _skipped(self) -> int:
        while self._at < len(self._window) and self._window[self._at] in _SPACE:
            self._at += 1
        return self._at

    def _more(self) -> None:
        if not self._more_or_end():
            raise UnexpectedAnswer("it was cut short")

    def _more_or_end(self) -> bool:
        """Add a chunk to the window, dropping what was read; return False at the end."""
        if self._ended:
            return False
        try:
            chunk = next(self._chunks, None)
            self._ended = chunk is None
            added = self._decoder.decode(chunk or b"", final=chunk is None)
        except UnicodeDecodeError:
            raise UnexpectedAnswer("it isn't valid UTF-8") from None
        self._window = self._window[self._at :] + added
        self._at = 0
        if len(self._window) > _MOST_ROW_CHARACTERS:
            raise UnexpectedAnswer("one of its rows is larger than 64 MB")
        return chunk is not None
