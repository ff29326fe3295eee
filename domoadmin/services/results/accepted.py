"""Answers that are one bare value: true, or a count. A 200 with false in it is no success."""

from __future__ import annotations

from typing import Any

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Done


def accepted(answer: Answer, otherwise: str) -> Done:
    """Return Done, also for an object or nothing at all; raises UnexpectedAnswer(otherwise) for false and 0."""
    data: Any = answer.data
    if data is not None and data in (False, "false", "0"):
        raise answer.unexpected(otherwise)
    return Done.from_answer(answer)
