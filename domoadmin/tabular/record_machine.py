"""An exact, byte by byte reader of one record: for records longer than a block, headers, and saying what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from domoadmin.tabular.dialect import Dialect

KEPT_FIELD_BYTES = 4096
KEPT_FIELDS = 10_000


class State(Enum):
    """Where the machine stands inside a field."""

    FIELD_START = 1
    UNQUOTED = 2
    QUOTED = 3
    AFTER_QUOTE = 4
    AFTER_RETURN = 5


class Violation(Enum):
    """Ways to break RFC 4180."""

    QUOTE_INSIDE_VALUE = 1
    TEXT_AFTER_QUOTE = 2
    LONE_LINE_END = 3


@dataclass(slots=True)
class RawField:
    """A field without its quotes: the first KEPT_FIELD_BYTES of it, and how many bytes it has in all.

    written_length counts doubled quotes twice, as they stand in the file.
    """

    head: bytes
    length: int
    written_length: int
    quoted: bool


class RecordMachine:
    """Reads one record from pieces of any size; keeps its first `kept_fields` fields and counts the others."""

    def __init__(self, dialect: Dialect, kept_fields: int = KEPT_FIELDS) -> None:
        self._kept_fields = kept_fields
        self._delimiter = ord(dialect.delimiter)
        self._quote = ord(dialect.quote) if dialect.quote else -1
        self._quote_bytes = dialect.quote.encode() if dialect.quote else b""
        self._line_end = ord(dialect.line_end)
        special = re.escape(f"\r\n{dialect.quote or ''}").encode()
        self._not_delimiter = re.compile(b"[" + special + b"]")
        self._special = re.compile(b"[" + special + re.escape(dialect.delimiter).encode() + b"]")
        self.fields: list[RawField] = []
        self.field_count = 0
        self.consumed = 0
        self.lines = 0
        self.field_line = 0
        self.state = State.FIELD_START
        self.violation: Violation | None = None
        self.finished = False
        self._head = bytearray()
        self._length = 0
        self._doubled = 0
        self._quoted = False

    @property
    def field_index(self) -> int:
        """Index of the field that is being read, from 0."""
        return self.field_count

    def feed(self, data: bytes, start: int, end: int) -> int:
        """Read data[start:end] until the record ends, RFC 4180 is broken, or nothing is left; where it stopped."""
        position = start
        while position < end and not self.finished and self.violation is None:
            position = self._step(data, position, end)
        self.consumed += position - start
        return position

    def _step(self, data: bytes, position: int, end: int) -> int:
        match self.state:
            case State.FIELD_START:
                return self._start_field(data, position)
            case State.UNQUOTED:
                return self._read_unquoted(data, position, end)
            case State.QUOTED:
                return self._read_quoted(data, position, end)
            case State.AFTER_QUOTE:
                return self._after_quote(data, position)
            case State.AFTER_RETURN:
                return self._after_return(data, position)

    def _start_field(self, data: bytes, position: int) -> int:
        self.field_line = self.lines
        if data[position] == self._quote:
            self._quoted = True
            self.state = State.QUOTED
            return position + 1
        self.state = State.UNQUOTED
        return position

    def _read_unquoted(self, data: bytes, position: int, end: int) -> int:
        if self.field_count >= self._kept_fields and (behind := self._skip_fields(data, position, end)) > position:
            return behind
        found = self._special.search(data, position, end)
        stop = found.start() if found else end
        self._keep(data, position, stop)
        if found is None:
            return stop
        byte = data[stop]
        if byte == self._quote:
            self.violation = Violation.QUOTE_INSIDE_VALUE
            return stop
        return self._separator(byte, stop)

    def _skip_fields(self, data: bytes, position: int, end: int) -> int:
        """Count the fields without quotes that end before the next quote or line end; where the next field begins."""
        found = self._not_delimiter.search(data, position, end)
        last = data.rfind(self._delimiter, position, found.start() if found else end)
        if last < 0:
            return position
        self.field_count += data.count(self._delimiter, position, last + 1) - 1
        self._end_field()
        return last + 1

    def _read_quoted(self, data: bytes, position: int, end: int) -> int:
        found = data.find(self._quote, position, end)
        stop = found if found >= 0 else end
        self._keep(data, position, stop)
        self.lines += data.count(self._line_end, position, stop)
        if found < 0:
            return end
        self.state = State.AFTER_QUOTE
        return stop + 1

    def _after_quote(self, data: bytes, position: int) -> int:
        byte = data[position]
        if byte == self._quote:
            self._keep(self._quote_bytes, 0, 1)
            self._doubled += 1
            self.state = State.QUOTED
            return position + 1
        if byte in (self._delimiter, 10, 13):
            return self._separator(byte, position)
        self.violation = Violation.TEXT_AFTER_QUOTE
        return position

    def _after_return(self, data: bytes, position: int) -> int:
        if data[position] == self._line_end:
            return self._separator(self._line_end, position)
        self.violation = Violation.LONE_LINE_END
        return position

    def _separator(self, byte: int, position: int) -> int:
        if byte == self._delimiter:
            self._end_field()
        elif byte == self._line_end:
            self._end_field()
            self.lines += 1
            self.finished = True
        elif byte == 13:
            self.state = State.AFTER_RETURN
        else:
            self.violation = Violation.LONE_LINE_END
            return position
        return position + 1

    def _keep(self, data: bytes, start: int, end: int) -> None:
        self._length += end - start
        room = KEPT_FIELD_BYTES - len(self._head)
        if room > 0:
            self._head += data[start : min(end, start + room)]

    def _end_field(self) -> None:
        if self.field_count < self._kept_fields:
            self.fields.append(RawField(bytes(self._head), self._length, self._length + self._doubled, self._quoted))
        self.field_count += 1
        self._head.clear()
        self._length = 0
        self._doubled = 0
        self._quoted = False
        self.state = State.FIELD_START

    @property
    def content_bytes(self) -> int:
        """Bytes before the line feed of the finished record."""
        return self.consumed - 1

    @property
    def is_blank(self) -> bool:
        """Whether the finished record is an empty line."""
        return self.field_count == 1 and self.fields[0].length == 0 and not self.fields[0].quoted
