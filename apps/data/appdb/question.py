"""What is asked of a collection: conditions and words, as they stand in an address and in the params of a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.http import QueryDict

from apps.core.filters import Chip
from apps.data.appdb.conditions import (
    EQUAL,
    OPERATORS,
    TEXT,
    ConditionRefused,
    ConditionRow,
    build,
    condition_of,
    conditions_of,
    describe,
    in_json,
    read_query,
    row_of,
    shown_name,
)

WORDS, RAW = "q", "where"
ROW_NAMES = ("field", "operator", "type", "value")
# What of an address asks for documents; the rest only orders, pages or chooses columns.
NAMES = (*ROW_NAMES, RAW)


@dataclass(frozen=True)
class Question:
    """The conditions (JSON as AppDB takes them) and the words that a document has to hold."""

    conditions: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""

    def as_params(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"conditions": dict(self.conditions), "words": self.words}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Question:
        """Read what as_params() wrote."""
        return cls(params.get("conditions", {}), params.get("words", ""))

    @property
    def is_narrow(self) -> bool:
        """Say whether it asks for less than all."""
        return bool(self.conditions or self.words)

    def describe(self) -> str:
        """Return it in words; empty when it asks for all."""
        parts = [describe(self.conditions)] if self.conditions else []
        return ", ".join([*parts, *([f"“{self.words}” somewhere in it"] if self.words else [])])


@dataclass(frozen=True)
class AskedForm:
    """The query form as it was sent: rows, JSON, what came of them."""

    rows: Sequence[ConditionRow]
    raw: str
    question: Question
    problem: str = ""

    @property
    def as_json(self) -> str:
        """Return the query that is sent, for experts."""
        return self.raw or (in_json(self.question.conditions) if self.question.conditions else "")

    @property
    def shown_rows(self) -> list[ConditionRow]:
        """Return the rows with an empty one below them, to add another condition."""
        return [*self.rows, ConditionRow()]


def asked(parameters: QueryDict) -> AskedForm:
    """Read the form from an address; a mistake is told and asks for nothing."""
    words = parameters.get(WORDS, "").strip()
    rows = rows_of(parameters)
    raw = parameters.get(RAW, "").strip()
    try:
        conditions = read_query(raw) if raw else build(condition_of(row) for row in rows)
        if raw and rows:
            raise ConditionRefused("Use either the conditions or the JSON query, and empty the other.")
    except ConditionRefused as refusal:
        return AskedForm(rows, raw, Question(words=words), str(refusal))
    shown = conditions_of(conditions) if raw else None
    if shown is not None:
        # What the builder can show is shown there, so that the next condition is added to it.
        rows, raw = [row_of(each) for each in shown], ""
    return AskedForm(rows, raw, Question(conditions, words))


def rows_of(parameters: QueryDict) -> list[ConditionRow]:
    """Return the rows that hold something."""
    lists = {name: parameters.getlist(name) for name in ROW_NAMES}
    usual = {"field": "", "operator": EQUAL, "type": TEXT, "value": ""}

    def cell(name: str, place: int) -> str:
        return lists[name][place] if place < len(lists[name]) else usual[name]

    rows = [
        ConditionRow(*(cell(name, place) for name in ROW_NAMES))
        for place in range(max(len(lists["field"]), len(lists["value"])))
    ]
    return [row for row in rows if not row.is_blank]


def with_rows(url: str, rows: Sequence[ConditionRow], raw: str = "") -> str:
    """Return the address with these conditions instead of its own, on the first page."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in (*NAMES, "page")]
    # Empty values are kept: a value that falls out would let those behind it move up a row.
    pairs = [(name, getattr(row, name)) for row in rows for name in ROW_NAMES]
    return urlunsplit(parts._replace(query=urlencode([*kept, *pairs, *([(RAW, raw)] if raw else [])])))


def chips_of(form: AskedForm, url: str) -> list[Chip]:
    """Return a chip for each condition, with the address without it."""
    if form.problem:
        return []
    if form.raw:
        return [Chip("Query", form.raw, with_rows(url, []))]
    return [
        Chip(
            f"{shown_name(row.field)} {OPERATORS.get(row.operator, row.operator)}",
            row.value if row.value or row.type == TEXT else "null",
            with_rows(url, [*form.rows[:place], *form.rows[place + 1 :]]),
        )
        for place, row in enumerate(form.rows)
    ]
