"""Answers that no document shows: taken in any reasonable shape."""

from __future__ import annotations

from typing import Any, TypeVar

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Listing, Result
from domoadmin.services.results.fields import Raw

Found = TypeVar("Found", bound=Result)


def read_list(kind: type[Found], answer: Answer, *names: str) -> Listing[Found]:
    """Read a list, bare or wrapped under one of these names; no content is an empty one."""
    if answer.data is None:
        return Listing(request_id=answer.request_id)
    return kind.listing(answer, *names)


def read_object(answer: Answer, *wrappers: str) -> Raw:
    """Return the object of an answer, taken out of a wrapper of one of these names; empty when there is none."""
    data: Any = answer.data
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, dict):
        return {}
    inner = next((data[name] for name in wrappers if isinstance(data.get(name), dict)), None)
    return inner if inner is not None else data
