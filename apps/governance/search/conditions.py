"""One condition of a search: a filter of the document and where it stands, as an address keeps it.

In an address each is a parameter "f" that holds parameters of its own, by the document's names:
in=all&type=term&field=owned_by_id&value=28&not=1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from domoadmin.services import search_filters
from domoadmin.services.search_filters import NEGATABLE, Filter

PLACES = {"all": "must match", "any": "one of these must match", "none": "must not match"}
KINDS = {
    "term": "Is exactly",
    "wildcard": "Fits a pattern with *",
    "queryString": "Fits a query string",
    "dateBucket": "Date in the last period",
    "dateRange": "Date between",
    "numeric": "Number compared",
    "range": "Number between",
    "boolean": "Is true or false",
    "missing": "Whether it is there",
}
BUCKETS = {
    "LAST_DAY": "Last day",
    "LAST_WEEK": "Last week",
    "LAST_MONTH": "Last month",
    "LAST_QUARTER": "Last quarter",
}
OPERATORS = {"LT": "less than", "LTE": "at most", "EQ": "equal to", "GT": "more than", "GTE": "at least"}
# More would not fit into an address.
MOST_VALUES = 100
LONGEST = 500


class BadCondition(ValueError):
    """A condition that can't be sent; `field` names what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Condition:
    """A filter of the document (kind is its filterType) and whether it must, may or must not match.

    low, high: bounds as text: numbers, or dates and times in ISO form.
    """

    kind: str
    field: str
    values: tuple[str, ...] = ()
    place: str = "all"
    operator: str = ""
    low: str = ""
    high: str = ""
    negated: bool = False

    @classmethod
    def from_text(cls, text: str) -> Condition:
        """Read what `as_text` wrote, or what somebody typed. Raises BadCondition."""
        given = parse_qs(text, keep_blank_values=True)
        known = {"in", "type", "field", "value", "op", "from", "to", "not"}
        unknown = [name for name in given if name not in known]
        if unknown:
            raise BadCondition("kind", f"{unknown[0]} is no part of a filter; known: {', '.join(sorted(known))}")

        def one(name: str, usual: str = "") -> str:
            return given.get(name, [usual])[0].strip()

        found = cls(
            kind=one("type"),
            field=one("field"),
            values=tuple(value for value in given.get("value", ()) if value.strip()),
            place=one("in", "all"),
            operator=one("op"),
            low=one("from"),
            high=one("to"),
            negated=one("not") in ("1", "true", "on"),
        )
        found.check()
        return found

    def as_text(self) -> str:
        """Return it as an address keeps it."""
        pairs = [("in", self.place), ("type", self.kind), ("field", self.field)]
        pairs += [("value", value) for value in self.values]
        pairs += [("op", self.operator), ("from", self.low), ("to", self.high), ("not", "1" if self.negated else "")]
        return urlencode([(name, value) for name, value in pairs if value])

    def check(self) -> None:
        """Raise BadCondition naming the first thing by which it can't be sent."""
        if self.kind not in KINDS:
            raise BadCondition("kind", f"“{self.kind}” is no kind of filter; known: {', '.join(KINDS)}")
        if self.place not in PLACES:
            raise BadCondition("place", f"in is one of {', '.join(PLACES)}")
        if not self.field:
            raise BadCondition("field", "Say which field.")
        if len(self.field) > LONGEST:
            raise BadCondition("field", "That is too long for the name of a field.")
        if self.negated and self.kind not in NEGATABLE:
            raise BadCondition(
                "negated", "Domo can't turn this kind of filter round. Choose “must not match” above instead."
            )
        self.as_filter()

    def as_filter(self) -> Filter:
        """Return the filter as the document has it. Raises BadCondition."""
        make = getattr(self, f"_{self.kind}")
        made: Filter = make()
        return made

    def _term(self) -> Filter:
        if not self.values:
            raise BadCondition("values", "Give at least one value.")
        if len(self.values) > MOST_VALUES:
            raise BadCondition("values", f"Give at most {MOST_VALUES} values.")
        return search_filters.term(self.field, *self.values, negated=self.negated)

    def _wildcard(self) -> Filter:
        return search_filters.wildcard(self.field, self._value("Give a pattern, for example *orders*."))

    def _queryString(self) -> Filter:  # noqa: N802  (the document's own name)
        return search_filters.query_string(self.field, self._value("Give a query string."))

    def _dateBucket(self) -> Filter:  # noqa: N802
        value = self._value("Choose a period.")
        if value not in BUCKETS:
            raise BadCondition("values", f"The period is one of {', '.join(BUCKETS)}.")
        return search_filters.date_bucket(self.field, value)  # type: ignore[arg-type]

    def _dateRange(self) -> Filter:  # noqa: N802
        start, end = moment_of("low", self.low), moment_of("high", self.high, ends=True)
        self._check_bounds(start, end)
        return search_filters.date_range(self.field, start, end, negated=self.negated)

    def _numeric(self) -> Filter:
        if self.operator not in OPERATORS:
            raise BadCondition("operator", "Choose a comparison.")
        number = number_of("values", self._value("Give a number."))
        return search_filters.numeric(self.field, self.operator, number, negated=self.negated)  # type: ignore[arg-type]

    def _range(self) -> Filter:
        low = number_of("low", self.low) if self.low else None
        high = number_of("high", self.high) if self.high else None
        self._check_bounds(low, high)
        return search_filters.number_range(self.field, low, high)

    def _boolean(self) -> Filter:
        value = self._value("Choose true or false.").casefold()
        if value not in ("true", "false"):
            raise BadCondition("values", "The value is true or false.")
        return search_filters.boolean(self.field, value == "true")

    def _missing(self) -> Filter:
        return search_filters.missing(self.field, negated=self.negated)

    def _value(self, missing: str) -> str:
        if len(self.values) != 1:
            raise BadCondition("values", missing if not self.values else "Give one value.")
        return self.values[0].strip()

    def _check_bounds(self, low: Any, high: Any) -> None:
        if low is None and high is None:
            raise BadCondition("low", "Give at least one of the two bounds.")
        if low is not None and high is not None and low > high:
            raise BadCondition("high", "The upper bound lies below the lower one.")

    @property
    def words(self) -> str:
        """Return it in words, without the field's name."""
        turned = "not " if self.negated else ""
        shown = ", ".join(self.values[:3]) + (f" and {len(self.values) - 3:,} more" if len(self.values) > 3 else "")
        bounds = " ".join(part for part in (self.low and f"from {self.low}", self.high and f"to {self.high}") if part)
        said: Mapping[str, str] = {
            "term": f"{turned}{shown}",
            "wildcard": f"fits {shown}",
            "queryString": f"fits the query {shown}",
            "dateBucket": BUCKETS.get(shown, shown).lower(),
            "dateRange": f"{turned}{bounds}",
            "numeric": f"{turned}{OPERATORS.get(self.operator, self.operator)} {shown}",
            "range": bounds,
            "boolean": f"is {shown.casefold()}",
            "missing": "missing, turned round" if self.negated else "missing",
        }
        return said[self.kind]

    @property
    def label(self) -> str:
        """Return the field's name, and how it stands to the others where it is not plainly asked for."""
        return {"any": f"any of: {self.field}", "none": f"never: {self.field}"}.get(self.place, self.field)


def number_of(name: str, text: str) -> int | float:
    """Return a whole or a decimal number. Raises BadCondition."""
    try:
        return int(text)
    except ValueError:
        try:
            number = float(text)
        except ValueError:
            raise BadCondition(name, f"“{text[:40]}” is no number.") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise BadCondition(name, f"“{text[:40]}” is no number.")
    return number


def moment_of(name: str, text: str, *, ends: bool = False) -> datetime | None:
    """Return a time in the person's zone where the text names none; a day begins, or ends, at midnight.

    Raises BadCondition.
    """
    if not text:
        return None
    try:
        day = parse_date(text)
        found = _midnight(day, ends) if day is not None else parse_datetime(text)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise BadCondition(name, f"“{text[:40]}” is no date. Write it as 2026-11-22, or 2026-11-22T08:30.")
    try:
        aware = timezone.make_aware(found) if timezone.is_naive(found) else found
        aware.timestamp()
    except (ValueError, OverflowError):
        raise BadCondition(name, f"“{text[:40]}” lies too far away.") from None
    return aware


def _midnight(day: date, ends: bool) -> datetime:
    found = datetime.combine(day, time.min)
    # The last moment that still belongs to the day: bounds count as inside.
    return found + timedelta(days=1) - timedelta(milliseconds=1) if ends else found
