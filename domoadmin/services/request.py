"""What a resource method says: the request to send and how to read its answer. Nothing is sent in a method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from domoadmin.services.answers import Answer

Result = TypeVar("Result", covariant=True)
QueryValue: TypeAlias = str | int | float | bool | Sequence[str | int] | None
BodyFactory: TypeAlias = Callable[[], Iterator[bytes]]


class Expects(StrEnum):
    """What a successful answer holds: JSON; ANYTHING where the document shows no answer (also an empty body); BYTES."""

    JSON = "json"
    ANYTHING = "anything"
    BYTES = "bytes"


class _Mark:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


NO_BODY: Final = _Mark("NO_BODY")
# The arguments say it, by their places.
BY_ARGUMENTS: Final = _Mark("BY_ARGUMENTS")


@dataclass(frozen=True)
class StreamedBody:
    """A body that is made anew for each attempt, so that a repeat starts at its first byte.

    `length` in bytes is announced when known; with None, or when the connection compresses, the body is chunked. Only
    a `compressible` body is compressed by a connection that does so: Domo documents it for the parts of an upload.
    """

    factory: BodyFactory = field(repr=False)
    length: int | None
    content_type: str
    compressible: bool = False


@dataclass(frozen=True)
class Request(Generic[Result]):
    """The request of one operation. The path comes from the declaration; query values that are None are left out.

    Query and JSON are made from the arguments by their places (services/places.py) unless they are given here.
    """

    parse: Callable[[Answer], Result] = field(repr=False)
    query: Mapping[str, QueryValue] | None = None
    json: Any = BY_ARGUMENTS
    body: StreamedBody | None = None
    expects: Expects = Expects.JSON
