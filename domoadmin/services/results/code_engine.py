"""Runs of Code Engine functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, identifier, mapping, moment, text, texts

# No list of states is documented: what these words say is taken for a failure.
_FAILING = ("FAIL", "ERROR", "CANCEL", "ABORT", "TIMEOUT", "TIMED_OUT", "INVALID")


@dataclass(frozen=True, kw_only=True)
class FunctionRun(Result):
    """The report of one run. `result` is any JSON value; look at `succeeded` before it: a failed run answers 200 too.

    `expected_type` and `actual_type` say what was wrong with a result of the wrong type.
    """

    execution_id: str
    package_id: str
    version: str
    function_name: str
    status: str
    result: Any
    output: tuple[str, ...]
    errors: tuple[str, ...]
    error_messages: tuple[str, ...]
    expected_type: str
    actual_type: str
    started_by: str
    started: datetime | None
    completed: datetime | None

    @property
    def succeeded(self) -> bool:
        """Whether neither the status nor the error information tells of a failure."""
        state = self.status.upper()
        return not self.error_messages and not any(word in state for word in _FAILING)

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a report; logs are empty unless they were asked for."""
        error = mapping(raw, "errorInformation")
        return cls(
            raw=raw,
            request_id=request_id,
            execution_id=identifier(raw, "executionId"),
            package_id=identifier(raw, "packageId"),
            version=text(raw, "version"),
            function_name=text(raw, "functionName"),
            status=text(raw, "status"),
            result=raw.get("result"),
            output=_lines(raw, "stdout"),
            errors=_lines(raw, "stderr"),
            error_messages=texts(error, "errorMessages"),
            expected_type=text(error, "expectedType"),
            actual_type=text(error, "actualType"),
            started_by=identifier(raw, "startedBy"),
            started=moment(raw, "startedOn"),
            completed=moment(raw, "completedOn"),
        )


def _lines(raw: Raw, name: str) -> tuple[str, ...]:
    """The lines of a log; what was logged may be any JSON value."""
    log: Any = mapping(raw, name).get("log")
    return tuple(str(line) for line in log) if isinstance(log, list) else ()
