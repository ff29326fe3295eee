"""What hangs on a datasource, from an upstream of other hands that has only what the documents describe."""

from __future__ import annotations

import pytest

from apps.connections.models import Connection
from apps.migrations.federated.content import Content, counted, read_content, summed
from tests.services.upstream import Asked, Told, Upstream, told

pytestmark = pytest.mark.django_db


def test_without_the_call_for_a_hundred_each_is_asked(other_hands: Connection, upstream: Upstream) -> None:
    def answer(asked: Asked) -> Told:
        path = asked.path.partition("?")[0]
        if path == "/api/social/v4/alerts":
            return told([{"id": 1, "name": "late", "resourceType": "DATASET", "resourceId": "a"}])
        if path == "/api/data/v3/datasources/a":
            return told({"id": "a", "name": "A", "cardCount": 3, "streamId": 7, "permissions": "READ"})
        return told({"message": "no such page"}, 404)

    upstream.script(answer)
    found = read_content(other_hands.client(), ["a", "b"])
    assert found["a"] == Content(cards=3, alerts=1, streams=1, writable=False)
    assert found["b"] == Content(alerts=0), "nothing was told of its cards"


def test_an_upstream_that_tells_nothing_stops_nothing(other_hands: Connection, upstream: Upstream) -> None:
    upstream.answers(told({"message": "no"}, 403))
    assert read_content(other_hands.client(), ["a"]) == {"a": Content()}


def test_in_words() -> None:
    assert summed([Content(2, 1, 1), Content(None, 0, 1)]) == Content(2, 1, 2)
    assert counted(14, 3, 1) == "14 cards, 3 alerts and 1 stream"
    assert counted(1, None, 0) == "1 card"
    assert counted(None, None, None) == ""
