"""What can be wrong with a file, in words for the person who owns it."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `code` for programs, `message` for people, where it stands (line from 1) if known."""

    code: str
    message: str
    line: int | None = None
    column: str | None = None

    def as_json(self) -> dict[str, object]:
        """Plain values for a JSON field."""
        return {"code": self.code, "message": self.message, "line": self.line, "column": self.column}


class Refused(Exception):
    """The file cannot be used; str() is fit to show to a person."""

    def __init__(self, code: str, message: str, line: int | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.problem = Problem(code, message, line, column)

    @property
    def code(self) -> str:
        """Short name of the reason, e.g. "unclosed_quote"."""
        return self.problem.code

    @property
    def message(self) -> str:
        """The sentence to show."""
        return self.problem.message

    @property
    def line(self) -> int | None:
        """Physical line from 1, where known."""
        return self.problem.line

    @property
    def column(self) -> str | None:
        """Column name, where known."""
        return self.problem.column


class Stopped(Exception):
    """The caller's should_stop() answered yes."""


class RowCountMismatch(Exception):
    """A byte range did not hold the number of rows that was counted before: the file changed or a count is wrong."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            f"This part should hold {expected:,} rows and holds {found:,}. The staged file changed: check it again."
        )
        self.expected = expected
        self.found = found


def place(line: int, column: str | None = None) -> str:
    """The start of a message: `Line 1,000,000, column "note": `."""
    return f'Line {line:,}, column "{column}": ' if column is not None else f"Line {line:,}: "


def megabytes(size: int) -> str:
    """A size for a sentence: `16 MB`, `1.5 GB`."""
    if size >= 1000 * MEGABYTE:
        return f"{size / (1000 * MEGABYTE):.3g} GB"
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:.3g} MB"
    return f"{size:,} bytes"
