"""Streams over the service layer against the sandbox."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Conflict, NotFound
from tests.waiting import wait_until


def definition(account: str, name: str) -> dict[str, Any]:
    """A whole definition of a stream."""
    return {
        "transport": {"type": "CONNECTOR", "description": "com.domo.connector.zendesk", "version": "1"},
        "configuration": [{"name": "report", "value": "tickets", "type": "string", "category": "METADATA"}],
        "account": {"id": account},
        "update_method": "REPLACE",
        "data_provider": {"key": "zendesk"},
        "data_source": {"name": name, "description": "Repair requests from the workshops"},
        "advanced_schedule_json": json.dumps({"type": "MANUAL", "timezone": "UTC"}),
    }


def test_a_stream_is_created_run_and_updated(domo: Client) -> None:
    account = domo.accounts.create("Zendesk workshops", "Standard")
    made = domo.streams.create(**definition(account.id, "Workshop requests"))
    assert made.dataset is not None
    assert (made.account_id, made.schedule["type"], made.dataset.stream_id) == (account.id, "MANUAL", made.id)
    started = domo.streams.execute(made.id)
    assert (started.running, started.started is not None) == (True, True)
    with pytest.raises(Conflict, match="under way") as caught:
        domo.streams.execute(made.id, action="MANUAL")
    assert caught.value.request_id
    wait_until(lambda: domo.streams.get(made.id).current_execution is None, "the run is over")
    (execution,) = domo.streams.history(made.id)
    assert (execution.id, execution.state, execution.rows_inserted) == (started.id, "SUCCESS", 1200)
    assert domo.datasets.get_metadata(made.dataset.id).row_count == 1200
    domo.streams.update(made.id, **definition(account.id, "Workshop requests 2026"))
    updated = domo.streams.get(made.id)
    assert updated.dataset is not None
    assert (updated.dataset.name, updated.state) == ("Workshop requests 2026", "SUCCESS")
    assert updated.last_execution is not None
    assert updated.last_execution.index_request_key.partition(".")[2].isdigit()


def test_the_stream_of_a_dataset_tells_when_it_was_loaded(domo: Client) -> None:
    dataset = next(each for each in domo.datasets.list(limit=500) if each.stream_id and each.status == "SUCCESS")
    stream = domo.streams.get(dataset.stream_id)
    assert stream.dataset is not None
    assert stream.dataset.id == dataset.id
    assert stream.last_successful_execution is not None
    executions = domo.streams.history(dataset.stream_id)
    assert executions[0].id == stream.last_successful_execution.id
    assert dataset.last_updated is not None
    # The schedule may have run since and brought the same rows again: the newest is not always the one that changed it.
    ended = [each.ended for each in executions if each.ended is not None]
    assert any(abs((each - dataset.last_updated).total_seconds()) < 1 for each in ended)


def test_unknown_streams_and_accounts_are_refused(domo: Client) -> None:
    with pytest.raises(NotFound, match="Stream 7 was not found"):
        domo.streams.history(7)
    with pytest.raises(BadRequest, match=r"account\.id"):
        domo.streams.create(**definition("999999", "Nobody's requests"))
