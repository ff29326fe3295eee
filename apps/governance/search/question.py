"""What a person asks the search for, as it stands in the address, and the same in the document's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.cache import cache
from django.http import QueryDict

from apps.governance.search.conditions import BadCondition, Condition
from apps.governance.search.entities import ENTITIES

CONDITION = "f"
MOST_FIELDS = 200
FIELDS_SECONDS = 3600
FACETS = ("OWNED_BY_ID", "OWNER_ID", "DATAPROVIDERNAME", "VALID", "USED", "LAST_MODIFIED_DATE")
USUAL_FACETS = ("OWNED_BY_ID",)
FACET_VALUES = 8
MORE_FACET_VALUES = 50
MOST_CONDITIONS = 50
MOST_SORTS = 5
# What the search calls the columns by which the list sorts; the document names these two and no other.
NAME, CREATED = "display_name_sort", "createDate"


@dataclass(frozen=True)
class Question:
    """A search. order: (field, "ASC" or "DESC"), empty for relevance; problems: what of the address can't be read."""

    words: str = ""
    entities: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    facets: tuple[str, ...] = USUAL_FACETS
    facet_limit: int = FACET_VALUES
    facet_offset: int = 0
    phonetic: bool = True
    problems: tuple[str, ...] = field(default=())

    @classmethod
    def from_query(cls, given: QueryDict) -> Question:
        """Read an address; a part that can't be read asks for nothing, and is told in `problems`."""
        conditions, problems = [], []
        for text in given.getlist(CONDITION)[:MOST_CONDITIONS]:
            try:
                conditions.append(Condition.from_text(text))
            except BadCondition as error:
                problems.append(f"{text[:80]}: {error}")
        try:
            order = order_of(given.get("order", ""))
        except ValueError as error:
            order = ()
            problems.append(str(error))
        named = [name.strip().lower() for name in given.get("other", "").split(",")]
        return cls(
            words=given.get("q", "").strip(),
            entities=tuple(dict.fromkeys(name for name in [*given.getlist("type"), *named] if name)),
            conditions=tuple(conditions),
            order=order,
            facets=_facets(given),
            facet_limit=MORE_FACET_VALUES if given.get("facets") == "more" else FACET_VALUES,
            facet_offset=_offset(given.get("facets_from", "")),
            phonetic=given.get("exact") != "on",
            problems=tuple(problems),
        )

    @property
    def asked_entities(self) -> tuple[str, ...]:
        """Return the kinds to search: all that the document names where none was chosen."""
        return self.entities or tuple(ENTITIES)

    def criteria(self, *, with_facets: bool = False) -> dict[str, Any]:
        """Return the arguments of client.search.query, without count, offset and order. Raises BadCondition."""
        placed = {
            place: [condition.as_filter() for condition in self.conditions if condition.place == place]
            for place in ("all", "any", "none")
        }
        asked: dict[str, Any] = {
            "entities": list(self.asked_entities),
            "query": words_of(self.words),
            "filters": placed["all"],
            "or_filters": placed["any"],
            "not_filters": placed["none"],
            "include_phonetic": self.phonetic,
        }
        if with_facets and self.facets:
            asked |= {"facets": list(self.facets), "facet_limit": self.facet_limit, "facet_offset": self.facet_offset}
        return asked


def words_of(text: str) -> str:
    """Return the words as the search takes them: * for none, a part of a word where no * was typed."""
    if not text:
        return "*"
    return text if "*" in text else f"*{text}*"


def order_of(text: str) -> tuple[tuple[str, str], ...]:
    """Read "createDate DESC, display_name_sort": fields with their directions. Raises ValueError."""
    found = []
    for part in text.split(","):
        names = part.split()
        if not names:
            continue
        direction = names[1].upper() if len(names) > 1 else "ASC"
        if len(names) > 2 or direction not in ("ASC", "DESC"):
            raise ValueError(f"“{part.strip()[:60]}” is no order: write a field, then ASC or DESC.")
        found.append((names[0], direction))
    if len(found) > MOST_SORTS:
        raise ValueError(f"Sort by at most {MOST_SORTS} fields.")
    return tuple(found)


def _facets(given: QueryDict) -> tuple[str, ...]:
    chosen = [name for name in given.getlist("facet") if name]
    chosen += [name.strip() for name in given.get("facet_other", "").split(",") if name.strip()]
    if not chosen and "facet" not in given:
        return USUAL_FACETS
    return tuple(dict.fromkeys(name for name in chosen if name != "none"))


def _offset(text: str) -> int:
    return min(int(text), 100_000) if text.isdecimal() else 0


def with_conditions(query: str, conditions: Sequence[Condition]) -> str:
    """Return a query string with its conditions replaced, on the first page."""
    pairs = [
        (name, value)
        for name, value in parse_qsl(query.removeprefix("?"), keep_blank_values=True)
        if name not in (CONDITION, "page", "edit")
    ]
    pairs += [(CONDITION, condition.as_text()) for condition in conditions]
    return urlencode(pairs)


def keep_fields(connection: str, hits: Sequence[Mapping[str, Any]], facet_fields: Sequence[str]) -> None:
    """Keep for an hour which fields hits and facets of a connection show: the document lists none."""
    names = {*known_fields(connection), *facet_fields}
    for hit in hits:
        names.update(str(name) for name, value in hit.items() if not isinstance(value, dict))
    cache.set(_fields_key(connection), sorted(names, key=str.casefold)[:MOST_FIELDS], FIELDS_SECONDS)


def known_fields(connection: str) -> list[str]:
    """Return the names of fields that were seen lately, with those that the document names."""
    kept = cache.get(_fields_key(connection)) or ()
    return sorted({"databaseId", CREATED, NAME, *kept}, key=str.casefold)


def _fields_key(connection: str) -> str:
    return f"governance:search:fields:{connection}"
