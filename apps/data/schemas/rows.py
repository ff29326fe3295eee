"""The rows of the grid of columns: read from a form, moved, checked."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from apps.data.schemas.difference import ColumnState
from apps.data.schemas.types import choices_with, is_known, type_label

MOST_COLUMNS = 5_000
LONGEST_NAME = 500


class DamagedForm(Exception):
    """The fields of a form don't fit together; nothing can be made of it."""


@dataclass
class Row:
    """A column in the grid, with what is wrong with it. was: the column it began as; None for a new one."""

    key: str
    name: str
    type: str
    visible: bool = True
    dropped: bool = False
    was: ColumnState | None = None
    note: str = ""
    name_error: str = ""
    type_error: str = ""
    focus: bool = False

    @property
    def is_new(self) -> bool:
        """Say whether a person added it."""
        return self.was is None

    @property
    def state(self) -> ColumnState:
        """The column as it is compared."""
        return ColumnState(self.key, self.name, self.type, self.visible)

    @property
    def type_choices(self) -> list[tuple[str, str]]:
        """What its type may be."""
        return choices_with(self.was.type if self.was else self.type)

    @property
    def label(self) -> str:
        """What the fields of the row are called after."""
        return self.name or "the new column"


# The row that the script puts in for a new column.
BLANK = Row("+0", "", "STRING")


def rows_of(states: Iterable[ColumnState]) -> list[Row]:
    """Return the rows of a schema that nobody has changed yet."""
    return [Row(state.key, state.name, state.type, state.visible, was=state) for state in states]


def rows_between(base: Sequence[ColumnState], states: Iterable[ColumnState]) -> list[Row]:
    """Return the rows of a changed schema; those that were dropped stay, marked, where they stood."""
    known = {state.key: state for state in base}
    rows = [Row(each.key, each.name, each.type, each.visible, was=known.get(each.key)) for each in states]
    left = {row.key for row in rows}
    for place, state in enumerate(base):
        if state.key not in left:
            rows.insert(place, Row(state.key, state.name, state.type, state.visible, dropped=True, was=state))
    return rows


def new_rows(columns: Iterable[tuple[str, str]]) -> list[Row]:
    """Return the rows of new columns from names and types."""
    return [Row(f"+{number}", name, kind) for number, (name, kind) in enumerate(columns, 1)]


def read_rows(data: QueryDict, base: Sequence[ColumnState] = ()) -> list[Row]:
    """Read the rows of a posted form in their order. Raises DamagedForm."""
    keys, names, types = data.getlist("row"), data.getlist("name"), data.getlist("type")
    visible, dropped = set(data.getlist("visible")), set(data.getlist("drop"))
    known = {state.key: state for state in base}
    strange = any(key not in known and not re.fullmatch(r"\+[0-9]{1,6}", key) for key in keys)
    if not len(keys) == len(names) == len(types) == len(set(keys)) <= MOST_COLUMNS or strange:
        raise DamagedForm
    if known.keys() - set(keys):
        # A row that was lost on the way must not become a column that is dropped.
        raise DamagedForm
    rows = []
    for key, name, kind in zip(keys, names, types, strict=True):
        was = known.get(key)
        rows.append(Row(key, _name(name, was), kind, was is None or key in visible, key in dropped, was))
    return [row for row in rows if not (row.is_new and row.dropped)]


def _name(posted: str, was: ColumnState | None) -> str:
    # Browsers take line breaks out of a field or write others: a name that has some is the same name still.
    if was is not None and re.sub(r"[\r\n]", "", posted) == re.sub(r"[\r\n]", "", was.name):
        return was.name
    return posted.strip()


def read_base(text: str) -> list[ColumnState]:
    """Read the schema that a form started from. Raises DamagedForm."""
    try:
        columns: Any = json.loads(text)
        states = [ColumnState(*_checked(column)) for column in columns]
    except (ValueError, TypeError) as error:
        raise DamagedForm from error
    if len({state.key for state in states}) < len(states):
        raise DamagedForm
    return states


def _checked(column: Any) -> tuple[str, str, str, bool]:
    key, name, kind, visible = column
    if not (isinstance(key, str) and isinstance(name, str) and isinstance(kind, str) and isinstance(visible, bool)):
        raise TypeError
    return key, name, kind, visible


def base_text(states: Iterable[ColumnState]) -> str:
    """Write the schema that a form starts from, for a hidden field of it."""
    return json.dumps([[state.key, state.name, state.type, state.visible] for state in states])


def wanted(rows: Iterable[Row]) -> list[ColumnState]:
    """Return the columns that are to be there afterwards."""
    return [row.state for row in rows if not row.dropped]


def moved_or_added(rows: list[Row], what: str) -> list[Row] | None:
    """Do what a button of the grid says without a script: "up:KEY", "down:KEY", "add"; None for other buttons."""
    if what == "add":
        numbers = [int(row.key[1:]) for row in rows if row.is_new]
        return [*rows, Row(f"+{max(numbers, default=0) + 1}", "", "STRING", focus=True)]
    direction, _, key = what.partition(":")
    place = next((place for place, row in enumerate(rows) if row.key == key), None)
    if direction not in ("up", "down") or place is None:
        return None
    other = place - 1 if direction == "up" else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return rows


def check_rows(rows: Sequence[Row]) -> list[str]:
    """Put what is wrong beside each row, the focus on the first; return all of it as sentences. Empty: all is well."""
    kept = [row for row in rows if not row.dropped]
    counts = Counter(row.name.casefold() for row in kept)
    problems = []
    for number, row in enumerate(rows, 1):
        if row.dropped:
            continue
        row.name_error, row.type_error = _name_error(row, number, counts), _type_error(row)
        problems += [each for each in (row.name_error, row.type_error) if each]
    wrong = [row for row in kept if row.name_error or row.type_error]
    if wrong:
        wrong[0].focus = True
    if not kept:
        problems.append("A schema needs at least one column: add one, or keep one.")
    return problems


def _name_error(row: Row, number: int, counts: Counter[str]) -> str:
    if not row.name:
        return f"Column {number} has no name: type one, or drop it."
    if row.is_new and len(row.name) > LONGEST_NAME:
        return f"The name of column {number} is longer than {LONGEST_NAME} characters: shorten it."
    if counts[row.name.casefold()] > 1:
        return f"Column {number}: “{row.name}” stands more than once. Capitals make no difference; choose another name."
    return ""


def _type_error(row: Row) -> str:
    if is_known(row.type) or (row.was is not None and row.was.type == row.type):
        return ""
    return f"“{type_label(row.type)}” is no type that {row.label} can have: choose one from the list."
