"""Where an argument stands in the request: in the path, the query, the body, or nowhere.

An argument without a mark stands in the path when the path names it, else in the query of a GET or DELETE and in the
JSON body of the others; its name there is its own in camel case. `Annotated` marks say what differs:

    card_id: Annotated[Identifier | None, Query("cardId")] = None
    recipients: Annotated[Sequence[Mapping[str, Any]], Whole()]
"""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any


@dataclass(frozen=True)
class Place:
    """A mark of `Annotated`; `name` is the argument's name on the wire, by default its own in camel case."""

    name: str = ""

    def named(self, argument: str) -> str:
        """Return the name on the wire."""
        return self.name or camel_case(argument)


@dataclass(frozen=True)
class Path(Place):
    """In the path, where its placeholder has another name than the argument."""

    def named(self, argument: str) -> str:
        """Return the name of the placeholder."""
        return self.name or argument


@dataclass(frozen=True)
class Query(Place):
    """In the query. A list repeats the parameter, or with `joined` stands in one text with commas."""

    joined: bool = False


@dataclass(frozen=True)
class Field(Place):
    """A key of the JSON body. None leaves it out, or with `null` goes as null."""

    null: bool = False


@dataclass(frozen=True)
class Whole(Place):
    """The whole JSON body."""

    def named(self, argument: str) -> str:
        """Return what messages call it."""
        return "body"


@dataclass(frozen=True)
class Content(Place):
    """The bytes of the body: a file, a CSV."""

    def named(self, argument: str) -> str:
        """Return what messages call it."""
        return "file"


@dataclass(frozen=True)
class Upload(Place):
    """The file of a form (multipart/form-data)."""


@dataclass(frozen=True)
class FormField(Place):
    """A text of a form (multipart/form-data)."""


@dataclass(frozen=True)
class Local(Place):
    """Not a part of the wire by itself: it steers how the method builds the request."""


def camel_case(name: str) -> str:
    """Return a name of Python in the spelling of the documents: "data_set_id" is "dataSetId"."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def place_of(argument: str, annotation: Any, method: str, path_names: Sequence[str]) -> Place:
    """Return where an argument of a resource method stands."""
    marks = _marks(annotation)
    if len(marks) > 1:
        raise TypeError(f"{argument} stands in two places")
    if marks:
        return marks[0]
    if argument in path_names:
        return Path()
    return Query() if method in ("GET", "DELETE") else Field()


def _marks(annotation: Any) -> list[Place]:
    if typing.get_origin(annotation) is Annotated:
        return [mark for mark in typing.get_args(annotation)[1:] if isinstance(mark, Place)]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [mark for option in typing.get_args(annotation) for mark in _marks(option)]
    return []
