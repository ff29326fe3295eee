"""How a stream stands, by what Domo tells of it and by its schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.data.streams.health import failing_since, problems_of, standing_of
from domoadmin.services.results.streams import Execution, Stream

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HALF_HOURLY = '{"type":"MINUTE","timezone":"UTC","between":null,"interval":30}'
UNTOLD: dict[str, Any] = {"lastExecution": None, "lastSuccessfulExecution": None}
DAILY = '{"type":"DAY","at":"04:13 AM","timezone":"UTC"}'


def run(state: str, hours_ago: float, **more: Any) -> dict[str, Any]:
    """An execution as streams.get has it: times are epoch seconds."""
    ended = (NOW - timedelta(hours=hours_ago)).timestamp()
    return {"executionId": 7, "currentState": state, "startedAt": ended - 60, "endedAt": ended, **more}


def stream(schedule: str | None = DAILY, **more: Any) -> Stream:
    """A stream that ran well five hours ago, unless told."""
    usual = {"lastExecution": run("SUCCESS", 5), "lastSuccessfulExecution": run("SUCCESS", 5)}
    created = {"createdAt": (NOW - timedelta(days=90)).timestamp(), "scheduleState": "ACTIVE"}
    return Stream.from_raw({"id": 1, "advancedScheduleJson": schedule, **created, **usual, **more})


@pytest.mark.parametrize(
    ("found", "names"),
    [
        (stream(), ["fine"]),
        (stream(HALF_HOURLY), ["late"]),
        (stream(HALF_HOURLY, lastSuccessfulExecution=run("SUCCESS", 0.7)), ["fine"]),
        (stream(HALF_HOURLY, scheduleState="INACTIVE"), ["disabled"]),
        (stream('{"type":"MANUAL"}', lastSuccessfulExecution=run("SUCCESS", 5_000)), ["fine"]),
        (stream("{broken", lastSuccessfulExecution=run("SUCCESS", 5_000)), ["fine"]),
        (stream("{broken", scheduleExpression="0 13/30 * * * ?"), ["late"]),
        (stream(lastExecution=run("ERROR", 1)), ["failing"]),
        (stream(lastExecution=run("ERROR", 1), lastSuccessfulExecution=None), ["failing", "late"]),
        (stream(lastExecution=run("CANCELLED", 1)), ["fine"]),
        (stream(**UNTOLD), ["late", "never"]),
        (stream(None, **UNTOLD, currentExecutionState="ERROR"), ["failing"]),
        (stream(currentExecution={"currentState": "ACTIVE"}, currentExecutionState="ACTIVE"), ["running"]),
    ],
)  # fmt: skip
def test_how_a_stream_stands(found: Stream, names: list[str]) -> None:
    standing = standing_of(found, NOW)
    assert standing.names == names
    assert (standing.urgency > 0) == bool({"failing", "late", "never", "disabled"} & set(names))


def test_since_when_it_fails() -> None:
    states = ["ERROR", "CANCELLED", "ERROR", "SUCCESS", "ERROR"]
    history = [Execution.from_raw(run(state, hours)) for hours, state in enumerate(states)]
    assert failing_since(history) == NOW - timedelta(hours=2, minutes=1)
    assert failing_since(list(reversed(history))) == failing_since(history)
    assert failing_since(history[3:]) is None


@pytest.mark.parametrize(
    ("errors", "found"),
    [
        ([{"code": "DC-401", "message": "Refused"}], [("DC-401", "Refused")]),
        (["Refused"], [("", "Refused")]),
        ([{"errorCode": 7, "localizedMessage": "Abgelehnt"}], [("7", "Abgelehnt")]),
        (None, []),
    ],
)
def test_what_went_wrong(errors: Any, found: list[tuple[str, str]]) -> None:
    problems = problems_of(Execution.from_raw(run("ERROR", 1, errors=errors)))
    assert [(problem.code, problem.message) for problem in problems] == found
