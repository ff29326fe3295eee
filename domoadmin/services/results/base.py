"""What all typed results share: the raw answer that they were read from, and its request id."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

from domoadmin.services.answers import Answer
from domoadmin.services.results.fields import Raw

Item = TypeVar("Item")


class Listing(list[Item], Generic[Item]):
    """A list of results; `total` counts all upstream when it was said, `request_id` is the trace id of the answer.

    `next_marker` is the place of the next page where the upstream names it; empty after the last one.
    """

    def __init__(
        self,
        items: Iterable[Item] = (),
        *,
        total: int | None = None,
        request_id: str | None = None,
        next_marker: str = "",
    ) -> None:
        super().__init__(items)
        self.total = total
        self.next_marker = next_marker
        self.request_id = request_id


@dataclass(frozen=True, kw_only=True)
class Result:
    """A typed result. `raw` is what came, for fields that have no name here."""

    raw: Raw = field(default_factory=dict, repr=False, compare=False)
    request_id: str | None = field(default=None, compare=False)

    @classmethod
    @abstractmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one object of an answer."""

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read an answer that is one object."""
        return cls.from_raw(answer.mapping(), answer.request_id)

    @classmethod
    def listing(cls, answer: Answer, *names: str, total: int | None = None) -> Listing[Self]:
        """Read an answer that is a list, bare or wrapped under one of these names."""
        return Listing(
            (cls.from_raw(raw, answer.request_id) for raw in answer.records(*names)),
            total=total,
            request_id=answer.request_id,
        )


@dataclass(frozen=True, kw_only=True)
class Done(Result):
    """A call that answers nothing of use: it was accepted. `raw` keeps what came all the same."""

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Keep the raw answer."""
        return cls(raw=raw, request_id=request_id)

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Take any answer: an object, another value, or none."""
        data: Any = answer.data
        return cls(raw=data if isinstance(data, dict) else {}, request_id=answer.request_id)
