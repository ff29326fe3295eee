"""A stream's page and its runs, the dataset's panel, and running it now: once, never twice, and told when in doubt."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.connections.models import Connection, Environment
from apps.data.streams.models import StreamRecord
from tests.apps.data.streams.support import BOARD, Streams, record, trail
from tests.apps.data.support import PARTIAL, calls, text_of
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def failing(streams: Streams) -> dict[str, Any]:
    """A stream whose last run failed."""
    return next(each for each in streams.listed() if (each["lastExecution"] or {}).get("currentState") == "ERROR")


def test_the_page_comes_from_one_call(viewer: Client, failing: dict[str, Any], sandbox: SandboxProcess) -> None:
    sandbox.reset()
    text = text_of(viewer.get(f"{BOARD}{failing['id']}/"))
    assert calls(sandbox) == {"streams.get": 1}
    error = failing["lastExecution"]["errors"][0]
    for words in (failing["dataSource"]["name"], error["code"], failing["lastExecution"]["toe"], "The last run failed"):
        assert words in text
    assert "Run now" not in text
    assert f"{BOARD}{failing['id']}/edit/" not in text


def test_secrets_of_the_configuration_are_hidden(steward: Client, made: dict[str, Any]) -> None:
    text = text_of(steward.get(f"{BOARD}{made['id']}/"))
    assert "dbPassword" in text
    assert "hunter2" not in text
    assert "Daily at 04:13 (UTC)" in text
    assert "Run now" in text


def test_the_history_is_a_chart_with_the_errors_beside(
    viewer: Client, halden: Connection, failing: dict[str, Any], streams: Streams
) -> None:
    old = record(halden, failing["id"], name="Old name", is_failing=False)
    text = text_of(viewer.get(f"{BOARD}{failing['id']}/history/", headers=PARTIAL))
    assert text.count("<chart-view") == 2
    assert text.count("Request id") == 1
    assert failing["lastExecution"]["toe"] in text
    assert "Failed</span>" in text
    assert failing["lastExecution"]["errors"][0]["message"].replace('"', "&quot;") in text
    old.refresh_from_db()
    assert (old.name, old.is_failing) == (failing["dataSource"]["name"], True)
    runs = streams.history(failing["id"])
    newest, first = runs[0]["executionId"], runs[-1]["executionId"]
    page = text_of(viewer.get(f"{BOARD}{failing['id']}/executions/{newest}/"))
    assert failing["lastExecution"]["toe"] in page
    assert "containerManagerId" in page
    assert f"Run {first}" in text_of(viewer.get(f"{BOARD}{failing['id']}/executions/{first}/"))
    assert viewer.get(f"{BOARD}{failing['id']}/executions/999999/").status_code == 404


def test_a_stream_that_never_ran(viewer: Client, made: dict[str, Any]) -> None:
    assert "Never ran" in text_of(viewer.get(f"{BOARD}{made['id']}/"))
    assert "has not run yet" in text_of(viewer.get(f"{BOARD}{made['id']}/history/", headers=PARTIAL))


def test_the_panel_of_a_dataset(viewer: Client, steward: Client, failing: dict[str, Any], streams: Streams) -> None:
    dataset = failing["dataSource"]["id"]
    address = f"/c/halden/data/datasets/{dataset}/"
    text_of(steward.get(address))
    streams.sandbox.reset()
    text = text_of(steward.get(f"{address}panels/stream/", headers=PARTIAL))
    assert calls(streams.sandbox) == {"streams.get": 1, "streams.history": 1}
    assert f"{BOARD}{failing['id']}/run/" in text
    assert "Run now" not in text_of(viewer.get(f"{address}panels/stream/", headers=PARTIAL))
    assert not StreamRecord.objects.exists()
    plain = next(each for each in _datasets(streams) if not each.get("streamId"))
    text = text_of(steward.get(f"/c/halden/data/datasets/{plain['id']}/panels/stream/", headers=PARTIAL))
    assert "No stream fills this dataset" in text


def _datasets(streams: Streams) -> list[dict[str, Any]]:
    with streams.sandbox.client() as client:
        body = {"count": 300, "query": "*", "entityList": [["dataset"]]}
        found: list[dict[str, Any]] = client.post("/api/search/v1/query", json=body).json()["searchObjects"]
    return found


def test_run_now_runs_once(steward: Client, viewer: Client, made: dict[str, Any], streams: Streams) -> None:
    address = f"{BOARD}{made['id']}/run/"
    assert "Run now" in text_of(steward.get(address, headers=PARTIAL))
    answer = steward.post(address, headers=PARTIAL)
    assert answer.status_code == 204
    assert "Run 1 has started" in answer["HX-Trigger"]
    assert "stream-changed" in answer["HX-Trigger"]
    again = text_of(steward.post(address, headers=PARTIAL), 422)
    assert "Run 1 of this stream is still under way" in again
    assert streams.effects("streams.execute") == 1
    assert trail("streams.execute") == ["intended", "succeeded"]
    assert viewer.post(address).status_code == 403
    assert "A run is under way" in text_of(steward.get(address, headers=PARTIAL))


def test_a_lost_answer_is_looked_up_before_anything_else(
    steward: Client, made: dict[str, Any], streams: Streams
) -> None:
    streams.sandbox.control(match="executions", cut_after_effect=1.0)
    answer = steward.post(f"{BOARD}{made['id']}/run/", headers=PARTIAL)
    assert (answer.status_code, streams.effects("streams.execute")) == (204, 1)
    assert "Run 1 has started" in answer["HX-Trigger"]
    assert trail("streams.execute") == ["intended", "succeeded"]


def test_production_asks_for_the_slug(steward: Client, halden: Connection, made: dict[str, Any]) -> None:
    halden.environment = Environment.PRODUCTION
    halden.save()
    address = f"{BOARD}{made['id']}/run/"
    assert "Type halden" in text_of(steward.get(address, headers=PARTIAL))
    text_of(steward.post(address, {"confirm": "no"}, headers=PARTIAL), 422)
    assert trail("streams.execute") == []
    assert steward.post(address, {"confirm": "halden"}, headers=PARTIAL).status_code == 204


def test_a_run_that_is_refused_says_why(steward: Client, streams: Streams) -> None:
    legal = next(each for each in streams.listed() if each["dataSource"]["permissions"] == "READ")
    text = text_of(steward.post(f"{BOARD}{legal['id']}/run/", headers=PARTIAL), 403)
    assert "Request id" in text
    assert trail("streams.execute") == ["intended", "failed"]


def test_a_stream_that_is_not_there(steward: Client, streams: Streams) -> None:
    assert steward.get(f"{BOARD}999999999/").status_code in (404, 502)
