"""The tables that a question may be about, as the request describes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from domoadmin.sandbox.errors import ApiError

NUMBERS = {"LONG", "DOUBLE", "DECIMAL", "INTEGER", "NUMBER", "FLOAT", "BIGINT"}
DATES = {"DATE", "DATETIME", "TIMESTAMP"}


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


PLAIN = re.compile(r"[A-Za-z_]\w*\Z")
RESERVED = _listed(
    "all and as asc between by case column date day desc distinct else end exists from group having in index is "
    "join key left like limit month not null on option or order right row rows select set table then time to "
    "union unique values when where with year"
)
KEY_WORDS = {"id", "key", "code", "number", "no", "batch", "uuid"}


@dataclass(frozen=True)
class Column:
    """A column and the words that its name is made of."""

    name: str
    type: str
    words: frozenset[str]

    @property
    def sql(self) -> str:
        """The name as it stands in SQL."""
        if PLAIN.match(self.name) and self.name.lower() not in RESERVED:
            return self.name
        return quoted(self.name)

    @property
    def is_key(self) -> bool:
        """Whether it names things rather than measuring them."""
        return bool(self.words & KEY_WORDS)


@dataclass(frozen=True)
class Table:
    """A table of the request."""

    name: str
    words: frozenset[str]
    columns: tuple[Column, ...]


def quoted(name: str) -> str:
    """A name in back quotes."""
    return "`" + name.replace("`", "``") + "`"


def single(word: str) -> str:
    """A word without the ending of its plural, roughly."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def words_of(text: str) -> list[str]:
    """The words of a name or question in lower case and singular: store_id, storeId and "Store id" alike."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return [single(word) for word in re.findall(r"[a-z0-9]+", spaced.lower())]


def read_tables(value: Any) -> list[Table]:
    """dataSourceSchemas of a request; ApiError 400 naming the field."""
    if not isinstance(value, list) or not value:
        raise ApiError(400, "dataSourceSchemas is required: a list of schemas")
    return [_table(each) for each in value]


def _table(value: Any) -> Table:
    if not isinstance(value, dict) or not isinstance(value.get("dataSourceName"), str):
        raise ApiError(400, "dataSourceSchemas: every schema needs a dataSourceName")
    listed = value.get("columns")
    if not isinstance(listed, list) or not listed:
        raise ApiError(400, "dataSourceSchemas: every schema needs columns")
    columns = []
    for each in listed:
        if not isinstance(each, dict) or not isinstance(each.get("name"), str):
            raise ApiError(400, "dataSourceSchemas: every column needs a name and a type")
        columns.append(Column(each["name"], str(each.get("type", "STRING")).upper(), frozenset(words_of(each["name"]))))
    return Table(value["dataSourceName"], frozenset(words_of(value["dataSourceName"])), tuple(columns))
