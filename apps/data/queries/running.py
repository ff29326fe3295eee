"""One run of the console: checked, sent with a row cap, written into the history, and made ready to be shown."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core.failures import Failure, failure_of
from apps.data.queries import history
from apps.data.queries.models import RunState
from apps.data.queries.results import ResultTable, Run, timed_run
from apps.data.queries.sql import NotReadable, limited, reading_statement
from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, BadRequest, NoLongerWanted, NotFound, Unprocessable, UpstreamError

# An answer without rows may be an index that is not there: this long may it take to find out.
INDEX_SECONDS = 5.0


@dataclass(frozen=True)
class Outcome:
    """What to answer: the status, and the context of "result.html"."""

    status: int
    context: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What a person wants to run. rows: the row cap; key: what their page calls the run."""

    sql: str
    rows: int
    key: str = ""
    dataset_name: str = ""


def run_in_console(person: User, connection: Connection, dataset_id: str, asked: Asked) -> Outcome:
    """Run a statement for the console. Nothing raises: each trouble is an outcome with its own words."""
    try:
        # One row more than is shown tells whether there are more.
        statement = limited(reading_statement(asked.sql), asked.rows + 1)
    except NotReadable as refusal:
        return Outcome(422, {"refusal": str(refusal)})
    client = connection.client()
    kept = history.begin(person, connection, dataset_id, asked.sql.strip(), key=asked.key, name=asked.dataset_name)
    began = time.monotonic()
    try:
        run = timed_run(client, dataset_id, statement, history.wanted(kept))
    except NoLongerWanted:
        return Outcome(200, {"cancelled": True})
    except UpstreamError as error:
        history.end(
            kept,
            RunState.FAILED,
            seconds=time.monotonic() - began,
            error=failure_of_reading(error).message,
            request_id=error.request_id,
        )
        rejected = isinstance(error, BadRequest | Unprocessable)
        failure = failure_of_reading(error)
        return Outcome(422 if rejected else failure.status, {"failure": failure, "rejected": rejected})
    table = ResultTable.of(run.result, asked.rows)
    history.end(
        kept,
        RunState.SUCCEEDED,
        seconds=run.seconds,
        rows=len(table.rows),
        cut=table.cut,
        request_id=run.result.request_id,
    )
    return Outcome(200, _shown(client, dataset_id, table, run))


def failure_of_reading(error: UpstreamError) -> Failure:
    """Describe a failed query: it only reads, so an answer that was lost leaves nothing in doubt."""
    failure = failure_of(error)
    if isinstance(error, BadRequest | Unprocessable) and error.message:
        return replace(failure, message=error.message)
    if not isinstance(error, AnswerLost):
        return failure
    advice = "A query only reads, so nothing was changed. A job waits longer: Download, All rows by a job."
    return replace(failure, message=f"No answer came: {error.message}", advice=advice)


def _shown(client: Client, dataset_id: str, table: ResultTable, run: Run) -> dict[str, Any]:
    shown: dict[str, Any] = {"table": table, "seconds": run.seconds, "request_id": run.result.request_id}
    if not table.rows:
        shown["index_missing"] = _index_missing(client, dataset_id)
    return shown


def _index_missing(client: Client, dataset_id: str) -> bool:
    """Say whether the upstream has no indexed schema of the dataset, which explains an answer without rows."""
    try:
        with client.deadline(INDEX_SECONDS):
            client.datasets.get_schema(dataset_id)
    except (NotFound, BadRequest):
        return True
    except UpstreamError:
        # Nobody knows; then nothing is said.
        return False
    return False
