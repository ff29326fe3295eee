"""Streams of an upstream that answers strictly what the documents show, and lacks what they lack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.connections.models import Connection
from apps.data.streams.models import StreamRecord
from apps.data.streams.survey import look_at
from domoadmin.reference import entries
from tests.apps.data.streams.support import BOARD
from tests.apps.data.streams.test_editing import fields_of
from tests.apps.data.support import PARTIAL, text_of
from tests.clients import client_with_role
from tests.services.upstream import Asked, Told, Upstream, told

STREAM: dict[str, Any] = entries()["streams.get"]["response"]["example"]
HISTORY: list[Any] = entries()["streams.history"]["response"]["example"]
DATASET = STREAM["dataSource"]["id"]


@pytest.fixture
def documented(upstream: Upstream, other_hands: Connection) -> Upstream:
    """Answers the documented examples."""

    def answer(asked: Asked) -> Told:
        known = {
            "/api/data/v1/streams/371": STREAM,
            "/api/data/v1/streams/371/history/aggregate": HISTORY,
            f"/api/data/v3/datasources/{DATASET}": STREAM["dataSource"],
            "/api/data/v1/accounts/": [{"accountId": "9", "displayName": "Account 1"}],
        }
        path = asked.path.partition("?")[0]
        if asked.method == "PUT":
            return told({})
        return told(known[path]) if path in known else told({"status": 404, "message": "No such path"}, 404)

    return upstream.script(answer)


def test_a_look_by_documented_calls_alone(other_hands: Connection, documented: Upstream) -> None:
    found = look_at(other_hands, other_hands.client(), [DATASET], lambda: None)
    assert [(each.stream_id, each.provider_name, each.is_late) for each in found] == [("371", "Covid-19", True)]
    assert found[0].schedule_words == "Every 30 minutes"


def test_pages_and_the_panel(documented: Upstream) -> None:
    viewer = client_with_role("viewer")
    assert "Every 30 minutes" in text_of(viewer.get(f"{BOARD}371/"))
    text = text_of(viewer.get(f"{BOARD}371/history/", headers=PARTIAL))
    assert all(str(each["executionId"]) in text for each in HISTORY)
    panel = text_of(viewer.get(f"/c/halden/data/datasets/{DATASET}/panels/stream/", headers=PARTIAL))
    assert "32360" in panel


def test_an_edit_sends_the_rest_as_it_came(documented: Upstream) -> None:
    steward = client_with_role("steward")
    address = f"{BOARD}371/edit/"
    fields = fields_of(text_of(steward.get(address)), address) | {"update_method": "APPEND"}
    review = text_of(steward.post(address, fields))
    assert "Send 1 change" in review
    assert steward.post(f"{address}send/", fields_of(review, f"{address}send/")).status_code == 302
    sent = next(asked for asked in documented.asked if asked.method == "PUT").json
    assert sent == {
        "transport": STREAM["transport"],
        "configuration": [
            {name: each[name] for name in ("name", "value", "type", "category")} for each in STREAM["configuration"]
        ],
        "account": None,
        "updateMethod": "APPEND",
        "dataProvider": {"key": "covid-19"},
        "dataSource": {"name": STREAM["dataSource"]["name"]},
        "advancedScheduleJson": STREAM["advancedScheduleJson"],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"advancedScheduleJson": '{"type": '},
        {"advancedScheduleJson": None, "scheduleExpression": "MANUAL"},
        {"lastExecution": None, "lastSuccessfulExecution": None, "configuration": None, "dataSource": None},
        {"lastExecution": {"currentState": "ERROR", "errors": ["plain text", {"odd": 1}]}},
    ],
)
def test_odd_streams_are_shown_all_the_same(upstream: Upstream, other_hands: Connection, changes: Any) -> None:
    stream = json.loads(json.dumps(STREAM)) | changes
    upstream.script(lambda asked: told([] if "history" in asked.path else stream))
    steward = client_with_role("steward")
    text_of(steward.get(f"{BOARD}371/"))
    text_of(steward.get(f"{BOARD}371/history/", headers=PARTIAL))
    text_of(steward.get(f"{BOARD}371/edit/"))


def test_what_no_database_takes_is_kept_as_far_as_it_goes(upstream: Upstream, other_hands: Connection) -> None:
    last = {"currentState": "ERROR", "errors": ["\x00\ud800" + "long " * 9_000], "rowsInserted": 10**30}
    source = STREAM["dataSource"] | {"name": "N\x00\ud800" * 300}
    stream = STREAM | {"dataSource": source, "lastExecution": last}
    upstream.script(lambda asked: told([] if "history" in asked.path or "bulk" in asked.path else _of(asked, stream)))
    look_at(other_hands, other_hands.client(), [DATASET], lambda: None)
    record = StreamRecord.objects.get(connection=other_hands)
    assert (len(record.name), record.rows_inserted, record.is_failing) == (400, None, True)
    assert "long" in text_of(client_with_role("viewer").get(BOARD))


def _of(asked: Asked, stream: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = stream if "streams" in asked.path else stream["dataSource"]
    return found
