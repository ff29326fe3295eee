"""Which table each V1 datasource stands for: catalog, schema, table, case-sensitive; and what is wrong with that."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

NO_SCHEMA = "NULL"
PARTS = ("catalog", "schema", "table")
LONGEST = 255
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Reference:
    """The table of one datasource. schema is the text NULL where the database has none."""

    catalog: str = ""
    schema: str = ""
    table: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any] | None) -> Reference:
        """Read it from JSON; what is missing is empty."""
        return cls(*(str((values or {}).get(part) or "").strip() for part in PARTS))

    @property
    def params(self) -> dict[str, str]:
        """Return it as a job keeps it and the call sends it."""
        return asdict(self)

    @property
    def whole(self) -> bool:
        """Say whether every part is there."""
        return bool(self.catalog and self.schema and self.table)

    @property
    def empty(self) -> bool:
        """Say whether no part is there."""
        return not (self.catalog or self.schema or self.table)

    def __str__(self) -> str:
        return ".".join(part or "?" for part in (self.catalog, self.schema, self.table)) if not self.empty else ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with the mapping of one datasource. part: which of its three names; doubtful: it may be meant."""

    key: str
    part: str
    text: str
    doubtful: bool = False


@dataclass(frozen=True)
class Mapped:
    """A datasource with its mapping."""

    key: str
    name: str
    mapping: Reference


def problems_of(mapped: Sequence[Mapped]) -> list[Problem]:
    """Return what is wrong: missing and unusable names, the same table twice, names that differ in case alone."""
    found = [problem for each in mapped for problem in _own_problems(each)]
    found += _doubled(mapped)
    found += _different_cases(mapped)
    places = {each.key: place for place, each in enumerate(mapped)}
    return sorted(found, key=lambda problem: (places[problem.key], PARTS.index(problem.part)))


def by_key(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """Return the problems of each datasource."""
    found: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        found[problem.key].append(problem)
    return dict(found)


def _own_problems(each: Mapped) -> Iterable[Problem]:
    if each.mapping.empty:
        yield Problem(each.key, PARTS[0], "Catalog, schema and table are missing.")
        return
    for part in PARTS:
        value = getattr(each.mapping, part)
        if not value:
            hint = " Write NULL if the database has no schemas." if part == "schema" else ""
            yield Problem(each.key, part, f"{part.capitalize()} is missing.{hint}")
        elif len(value) > LONGEST:
            yield Problem(each.key, part, f"{part.capitalize()} is longer than {LONGEST} characters.")
        elif _UNPRINTABLE.search(value):
            yield Problem(each.key, part, f"{part.capitalize()} holds a character that can't be seen. Type it anew.")
        elif part == "schema" and value.upper() == NO_SCHEMA and value != NO_SCHEMA:
            yield Problem(each.key, part, f"“{value}” is in the wrong case: write NULL if the database has no schemas.")


def _doubled(mapped: Sequence[Mapped]) -> Iterable[Problem]:
    first: dict[Reference, Mapped] = {}
    for each in mapped:
        if not each.mapping.whole:
            continue
        other = first.setdefault(each.mapping, each)
        if other is not each:
            yield Problem(each.key, "table", f"Same table as {other.name}.", doubtful=True)


def _different_cases(mapped: Sequence[Mapped]) -> Iterable[Problem]:
    """Name the rarer spelling of a name that stands in two; names are compared within what stands before them."""
    for place, part in enumerate(PARTS):
        spellings: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for each in mapped:
            if value := getattr(each.mapping, part):
                spellings[_folded(each.mapping, place)][value] += 1
        for each in mapped:
            value = getattr(each.mapping, part)
            counted = spellings.get(_folded(each.mapping, place), Counter())
            if not value or len(counted) < 2 or value.upper() == NO_SCHEMA:
                continue
            # Of equally many the one that came first is taken for right.
            usual, times = counted.most_common(1)[0]
            if value != usual:
                others = "another datasource" if times == 1 else f"{times:,} other datasources"
                text = f"{part.capitalize()} “{value}” differs only in case from “{usual}” of {others}."
                yield Problem(each.key, part, text, doubtful=True)


def _folded(mapping: Reference, place: int) -> tuple[str, ...]:
    return tuple(getattr(mapping, part).casefold() for part in PARTS[: place + 1])


# Filling many by a pattern

_FIELD = re.compile(r"\{(NAME|name|Name|ID|id)\}")


class BadPattern(Exception):
    """The pattern can't be used; the message says why."""


@dataclass(frozen=True)
class Pattern:
    """catalog.schema.table, in which {NAME}, {name} and {Name} stand for the datasource's name and {id} for its id."""

    parts: tuple[str, str, str]

    @classmethod
    def read(cls, text: str) -> Pattern:
        """Read a pattern such as PROD_EU.RETAIL.{NAME}. Raises BadPattern."""
        parts = [part.strip() for part in text.strip().split(".")]
        if len(parts) != len(PARTS) or not all(parts):
            raise BadPattern(
                "Write catalog.schema.table with two dots, for example PROD.RETAIL.{NAME} "
                "(NULL as schema where the database has none)."
            )
        for part in parts:
            rest = _FIELD.sub("", part)
            if "{" in rest or "}" in rest:
                raise BadPattern(f"“{part}” holds braces: only {{NAME}}, {{name}}, {{Name}} and {{id}} are known.")
        return cls((parts[0], parts[1], parts[2]))

    def fill(self, key: str, name: str) -> Reference:
        """Return the mapping of one datasource."""
        words = re.findall(r"\w+", name)
        forms = {
            "NAME": "_".join(words).upper(),
            "name": "_".join(words).lower(),
            "Name": "_".join(words),
            "ID": key,
            "id": key,
        }
        return Reference(*(_FIELD.sub(lambda found: forms[found.group(1)], part) for part in self.parts))
