"""Certified content: what is sent, what is read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Told, Upstream, told

WHEN = datetime(2023, 3, 31, 14, 21, 13, tzinfo=UTC)
PATH = "/api/tags/v3/DATA_SOURCE/d1/system/CERTIFIED/state"

for entry_id in ("certified_content.get_status", "certified_content.certify"):
    no_bearing(entry_id, "the status line is written", "the reason phrase is never looked at")


@quirk("certified_content.get_status", "content that is not certified")
def test_what_is_not_certified_has_no_state(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"tag": "CERTIFIED", "state": None, "metadata": None, "updated": None}))
    found = client.certified_content.get_status("DATA_SOURCE", "d1")
    assert (found.certified, found.state, found.updated) == (False, "", None)


def test_who_certified_and_when(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"state": "ACTIVE", "updated": 1680272473000, "metadata": {"userId": 7}}))
    found = client.certified_content.get_status("CARD", 5)
    assert (found.certified, found.updated, found.user_id) == (True, WHEN, "7")


@quirk("certified_content.get_status", "entityId and entityType", "a dataset is called", "the example shows no auth")
@quirk("certified_content.certify", "entityId and entityType", "a dataset is called", "the example shows no auth")
@quirk("certified_content.decertify", "entityId and entityType", "a dataset is called", "the example shows no auth")
@quirk("certified_content.certify", "the new state is the last path segment", "no answer body")
@quirk("certified_content.decertify", "the DELETE path has no /ACTIVE", "answers 204")
def test_type_and_id_stand_in_the_path_and_the_token_is_sent(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"state": None}), Told(200), Told(204))
    client.certified_content.get_status("DATA_SOURCE", "d1")
    client.certified_content.certify("DATA_SOURCE", "d1")
    client.certified_content.decertify("DATA_SOURCE", "d1")
    sent = [(asked.method, asked.path, asked.body) for asked in upstream.asked]
    assert sent == [("GET", PATH, b""), ("PUT", f"{PATH}/ACTIVE", b""), ("DELETE", PATH, b"")]
    assert all(asked.headers["X-DOMO-Developer-Token"] for asked in upstream.asked)
    with pytest.raises(InvalidArguments) as caught:
        client.call("certified_content.certify", entity_type="DATASET", entity_id="d1")
    assert caught.value.argument == "entity_type"
