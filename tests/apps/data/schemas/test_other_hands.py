"""Schemas of an upstream of other hands: fields that we don't know, numbers for ids, calls that it lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from apps.connections.models import Connection
from tests.apps.data.schemas.support import Posted
from tests.apps.data.support import LIST, text_of
from tests.clients import client_with_role
from tests.services.upstream import Asked, Told, Upstream, told

PAGE = f"{LIST}d1/schema/"
COLUMNS = [
    {"name": "amount", "id": 1, "type": "decimal", "visible": True, "metadata": {"colLabel": "Amount"}, "rank": 7},
    {"name": "line\nbreak", "id": "two", "type": "GEOMETRY", "visible": False, "secret": None},
    {"name": "note", "id": "note", "type": "STRING", "visible": True},
]
FORMULA = {
    "id": 12,
    "name": "Margin",
    "expression": "SUM(`Amount`) * 0.4",
    "links": [{"resource": {"type": "DATA_SOURCE", "id": "d1"}, "visible": True, "valid": "VALID"}],
}


class OtherHands:
    """Answers by the documents alone. gone: parts of paths that it answers with 404."""

    def __init__(self) -> None:
        self.gone: tuple[str, ...] = ()
        self.permissions = "READ_WRITE"
        self.sent: list[dict[str, Any]] = []

    def __call__(self, asked: Asked) -> Told:
        """Answer one request."""
        path = asked.path.partition("?")[0]
        if any(part in path for part in self.gone):
            return told({"message": "Not found"}, 404)
        if asked.method == "POST" and path.endswith("/schemas"):
            self.sent.append(asked.json)
            return told(None)
        answers: list[tuple[str, Callable[[], Any]]] = [
            ("/schemas/latest", lambda: {"schema": {"columns": COLUMNS, "objects": [{"x": 1}], "views": []}}),
            ("/schema/indexed", lambda: {"tables": [{"columns": COLUMNS}], "dataSourceId": "d1"}),
            ("/functions/search", lambda: {"totalHits": 1, "results": [FORMULA | {"expression": None}]}),
            ("/functions/template/12", lambda: FORMULA),
            ("/cards", list),
            ("/partition", lambda: ["2026-11"]),
            ("/datasources/d1", lambda: {"id": "d1", "name": "Orders", "permissions": self.permissions}),
        ]
        found = next((answer for end, answer in answers if path.endswith(end)), None)
        return told(found() if found else {})


@pytest.fixture
def hands(upstream: Upstream) -> OtherHands:
    """What the upstream answers and has been sent."""
    hands = OtherHands()
    upstream.script(hands)
    return hands


@pytest.fixture
def steward(other_hands: Connection) -> Client:
    """A steward's browser."""
    return client_with_role("steward")


def test_what_nobody_changed_goes_back_as_it_came(steward: Client, hands: OtherHands) -> None:
    form = Posted(text_of(steward.get(PAGE))).rename("note", "remark").add("note", "LONG")
    # A browser writes a line break otherwise, and sends what is hidden in a field as it is.
    form.fields["name"][1] = "line\r\nbreak"
    review = text_of(steward.post(PAGE, form.sent("check")))
    steward.post(PAGE, Posted(review).sent("send", accept="on"))
    assert hands.sent == [
        {
            "columns": [
                {**COLUMNS[0], "id": "1", "order": 0},
                {**COLUMNS[1], "order": 1},
                {**COLUMNS[2], "name": "remark", "order": 2},
                {"name": "note", "id": "note 2", "type": "LONG", "visible": True, "order": 3},
            ],
            "objects": [{"x": 1}],
            "views": [],
        }
    ]


def test_a_beast_mode_that_reads_the_column_is_named(steward: Client, hands: OtherHands) -> None:
    form = Posted(text_of(steward.get(PAGE))).drop("amount")
    refused = text_of(steward.post(PAGE, form.sent("send")), 422)
    assert "Beast Mode “Margin” uses amount" in refused
    assert "The dataset has 1 partition" in refused
    assert hands.sent == []
    assert steward.post(PAGE, Posted(refused).sent("send", accept="on")).status_code == 302
    assert [column["name"] for column in hands.sent[0]["columns"]] == ["line\nbreak", "note"]


def test_a_column_that_nothing_reads_asks_for_no_tick(steward: Client, hands: OtherHands) -> None:
    hands.gone = ("/partition",)
    form = Posted(text_of(steward.get(PAGE))).drop("note")
    review = text_of(steward.post(PAGE, form.sent("check")))
    assert "Look twice" not in review
    assert steward.post(PAGE, Posted(review).sent("send")).status_code == 302
    assert len(hands.sent) == 1


def test_what_did_not_come_out_as_sent_is_told(steward: Client, hands: OtherHands) -> None:
    hands.gone = ("/partition", "/query/v1/datasources/d1")
    form = Posted(text_of(steward.get(PAGE))).add("new", "LONG")
    answer = steward.post(PAGE, form.sent("send", index="on"))
    told_after = [str(message) for message in get_messages(answer.wsgi_request)]
    assert told_after[0] == "Schema of Orders changed: 1 added"
    assert "is not the one that was sent" in told_after[1]
    assert "Indexing could not be started" in told_after[2]


def test_where_there_is_no_latest_schema_the_indexed_one_stands_for_it(steward: Client, hands: OtherHands) -> None:
    hands.gone = ("/schemas/latest",)
    text = text_of(steward.get(PAGE))
    assert "does not tell the latest schema" in text
    assert Posted(text).fields["name"] == ["amount", "line\nbreak", "note"]


def test_where_nothing_is_indexed_the_page_says_so(steward: Client, hands: OtherHands) -> None:
    hands.gone = ("/schema/indexed",)
    assert re.search(r"Indexed</dt><dd>nothing yet", text_of(steward.get(PAGE)))


def test_a_dataset_that_the_token_may_only_read_is_locked(steward: Client, hands: OtherHands) -> None:
    hands.permissions = "READ"
    assert "This token may not change Orders" in text_of(steward.get(PAGE))
    text_of(steward.post(PAGE, {"do": "send"}), 403)
    assert hands.sent == []


def test_what_cannot_be_read_at_all_is_told_with_a_retry(steward: Client, hands: OtherHands) -> None:
    hands.gone = ("/datasources/d1",)
    assert "The upstream does not have it" in text_of(steward.get(PAGE), 404)
