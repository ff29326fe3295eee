"""What came of a call: the answer or the error, how long it took, and what a script is told by the exit code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from domoadmin.services.errors import Delivery, InvalidArguments, UpstreamError
from domoadmin.services.wire import WireAnswer


class ExitCode(IntEnum):
    """What `manage.py call` ends with."""

    DONE = 0
    REFUSED = 1
    WRONG_USAGE = 2
    UNKNOWN = 3


@dataclass(frozen=True)
class Outcome:
    """The end of one call. Exactly one of answer and error is there; `mutates` is whether it meant to change something.

    `seconds` is the time that the upstream took, with all attempts; 0 when nothing was sent.
    """

    answer: WireAnswer | None = None
    error: UpstreamError | None = None
    seconds: float = 0.0
    mutates: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """What it comes to for a script. A read whose answer is lost has changed nothing: it merely failed."""
        if self.error is None:
            return ExitCode.DONE
        if isinstance(self.error, InvalidArguments):
            return ExitCode.WRONG_USAGE
        in_doubt = self.mutates and self.error.delivery is Delivery.UNKNOWN
        return ExitCode.UNKNOWN if in_doubt else ExitCode.REFUSED

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer, good or bad; None when there was none."""
        if self.answer is not None:
            return self.answer.status
        return self.error.status if self.error else None

    @property
    def milliseconds(self) -> float:
        """The time that the upstream took."""
        return round(self.seconds * 1000, 1)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the exit code of many calls: unknown before refused before wrong usage before done."""
    found = set(codes)
    for code in (ExitCode.UNKNOWN, ExitCode.REFUSED, ExitCode.WRONG_USAGE):
        if code in found:
            return code
    return ExitCode.DONE


def error_object(error: UpstreamError) -> dict[str, Any]:
    """Return an error as JSON: type, message and delivery, and what else is known of it; never a secret."""
    known = {
        "status": error.status,
        "request_id": error.request_id,
        "argument": getattr(error, "argument", None) or None,
        "retry_after": error.retry_after,
    }
    return {
        "type": type(error).__name__,
        "message": error.message or str(error),
        "delivery": error.delivery.value,
        **{name: value for name, value in known.items() if value is not None},
    }
