"""Why a file can't be read any further, in a sentence with line and column."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.problems import Problem, megabytes, place
from domoadmin.tabular.record_machine import RecordMachine, State, Violation


class Reason(Enum):
    """What ends the reading besides broken quoting."""

    NUL = 1
    ENCODING = 2
    TOO_LONG = 3
    UNCLOSED = 4


def explain(
    machine: RecordMachine,
    reason: Reason | None,
    names: Sequence[str],
    lines_before: int,
    dialect: Dialect,
    record_bytes: int,
) -> Problem:
    """The problem where the machine stopped. lines_before: physical lines before its record."""
    column = names[machine.field_index] if machine.field_index < len(names) else None
    here = lines_before + machine.lines + 1
    opened = lines_before + machine.field_line + 1
    match machine.violation:
        case Violation.QUOTE_INSIDE_VALUE:
            text = (
                "a quote stands inside a value that does not begin with a quote. Put the whole value in quotes and "
                'double the quote inside, or set quoting to "none".'
            )
            return _problem("broken_quote", text, here, column)
        case Violation.TEXT_AFTER_QUOTE:
            return _text_after_quote(opened, here, column)
        case Violation.LONE_LINE_END:
            kind = "carriage return" if dialect.line_end == "\n" else "line feed"
            text = (
                f"a {kind} stands outside quotes. Put the value in quotes or remove it; if all lines end this way, "
                "correct the line end."
            )
            return _problem("lone_line_end", text, here, column)
    if reason is Reason.NUL:
        text = "there is a NUL byte. The file is damaged or not text: remove the byte or export the file again."
        return _problem("nul_byte", text, here, column)
    if reason is Reason.ENCODING:
        text = "a byte is not valid UTF-8. Correct the encoding, for example to Windows-1252, or export as UTF-8."
        return _problem("wrong_encoding", text, here, column)
    if reason is Reason.UNCLOSED or machine.state is State.QUOTED:
        where = "" if reason is Reason.UNCLOSED else f" in the next {megabytes(record_bytes)}"
        text = f'a quote is opened and never closed{where}. Close it, or set quoting to "none".'
        return _problem("unclosed_quote", text, opened, column)
    text = f"the row is longer than {megabytes(record_bytes)}. Check the delimiter and the quotes."
    return _problem("record_too_long", text, lines_before + 1, None)


def _text_after_quote(opened: int, here: int, column: str | None) -> Problem:
    if opened == here:
        text = 'text follows a closing quote. Double the quotes inside the value, or set quoting to "none".'
    else:
        text = (
            f"a quote is opened here, and the next single quote, in line {here:,}, is followed by text. Close the "
            'quote where its value ends, or set quoting to "none".'
        )
    return _problem("broken_quote", text, opened, column)


def _problem(code: str, text: str, line: int, column: str | None) -> Problem:
    return Problem(code, place(line, column) + text, line, column)
