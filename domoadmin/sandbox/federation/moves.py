"""How a move of a federated dataset goes: its directions, how it ends, and what it leaves behind."""

from __future__ import annotations

import datetime
import os
from typing import Any

from domoadmin.sandbox.federation.generated import AMPLIFIER, V1, V2, Federated

State = dict[str, Any]

V1_TO_V2, V2_TO_V1 = "V1_TO_V2", "V2_TO_V1"
TO_AMPLIFIER, FROM_AMPLIFIER = "FEDERATED_TO_CLOUD_AMPLIFIER", "CLOUD_AMPLIFIER_TO_FEDERATED"
COMPLETE, INCOMPLETE, ABORTED = "COMPLETE", "INCOMPLETE", "ABORTED"

# direction: where it must start, where it ends, what is said of one that isn't there
STAGES = {
    V1_TO_V2: (V1, V2, "is not a Federated V1 dataset or was migrated already"),
    V2_TO_V1: (V2, V1, "was not migrated from Federated V1, or was moved on since"),
    TO_AMPLIFIER: (V2, AMPLIFIER, "is not a Federated V2 dataset or was migrated already"),
    FROM_AMPLIFIER: (AMPLIFIER, V2, "was not migrated to a Cloud Amplifier integration"),
}
# direction: (divisor, remainder) of the dataset's number for those that are aborted, and for those that stop half-way
FATES = {
    V1_TO_V2: ((6, 3), (6, 4)),
    V2_TO_V1: ((12, 8), (6, 5)),
    TO_AMPLIFIER: ((7, 2), (7, 5)),
    FROM_AMPLIFIER: ((10, 8), (7, 6)),
}
# Tests of hundreds of moves let them go faster: by this factor.
PACE = "DOMOADMIN_SANDBOX_MOVE_PACE"
ABORT_MESSAGE = "The credentials cannot read the table {}. No changes were made."
STOP_MESSAGE = "The connection to the table {} was lost while content was being switched over. Please try again."


def seconds_of(dataset: Federated) -> float:
    """How long a move of this dataset takes."""
    return (1.0 + dataset.number % 4 * 0.4) / float(os.environ.get(PACE, "1"))


def outcome(direction: str, dataset: Federated, state: State) -> tuple[str, str | None]:
    """How a move that may start will end, and its error message. One that stopped half-way works the next time."""
    aborted, stopped = FATES[direction]
    table = ".".join(state["reference"])
    if dataset.number % aborted[0] == aborted[1]:
        return ABORTED, ABORT_MESSAGE.format(table)
    if dataset.number % stopped[0] == stopped[1] and state.get("stopped") != direction:
        return INCOMPLETE, STOP_MESSAGE.format(table)
    return COMPLETE, None


def settled(state: State, now: int) -> State:
    """The state with a move that is over by now brought in."""
    move = state.get("move")
    if move is None or now < move["end"]:
        return state
    after = {**state, "move": None}
    if move["state"] == INCOMPLETE:
        after["stopped"] = move["direction"]
    if move["state"] == COMPLETE:
        after |= {"stage": STAGES[move["direction"]][1], "stopped": None, **_traces(move)}
    return after


def _traces(move: State) -> State:
    direction, moment = move["direction"], move["end"]
    if direction == V1_TO_V2:
        return {"migrated": moment, "account": move["target"], "reference": move["reference"]}
    if direction == V2_TO_V1:
        return {"migrated": None, "account": None}
    if direction == TO_AMPLIFIER:
        return {"amplified": moment, "integration": move["target"]}
    return {"amplified": None, "integration": None}


def timestamp(moment_ms: int) -> str:
    """ISO 8601 with milliseconds and +00:00, as both documents write it."""
    moment = datetime.datetime.fromtimestamp(moment_ms / 1000, datetime.UTC)
    return moment.isoformat(timespec="milliseconds")
