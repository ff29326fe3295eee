"""Cards of an upstream that answers strictly what the documents show."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client

from apps.connections.models import Connection
from tests.apps.data.cards.support import LIST
from tests.apps.data.support import PARTIAL, text_of
from tests.clients import client_with_role
from tests.services.upstream import Asked, Told, Upstream, told

ID = "93905300"
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
HOSTILE = "<script>alert(1)</script>"


def documented(asked: Asked) -> Told:
    """Answer as the documents do: a search of few fields, a title call without an answer, a picture in a list."""
    path = asked.path.partition("?")[0]
    if path == "/api/search/v1/query":
        hits = [{"databaseId": ID, "title": HOSTILE}, {"id": 12}, {"unexpected": True}]
        return told({"totalResultCount": 3, "searchObjects": hits, "searchResultsMap": {"card": []}})
    if path.endswith("/render"):
        return told({"data": [base64.b64encode(PIXEL).decode()]})
    if path.endswith("/title"):
        return told({})
    if path.endswith("/CERTIFIED/state"):
        return told({"tag": "CERTIFIED", "state": None, "metadata": None, "updated": None})
    return told({"status": 404, "message": "Not Found", "toe": "TOE-404"}, 404)


@pytest.fixture
def steward(other_hands: Connection, upstream: Upstream) -> Client:
    """A steward on that upstream."""
    upstream.script(documented)
    return client_with_role("steward")


def test_list_and_page_show_what_there_is(steward: Client) -> None:
    for url in (LIST, f"{LIST}{ID}/"):
        text = text_of(steward.get(url))
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text
        assert "not reported" in text
    assert "does not tell which dataset" in text_of(steward.get(f"{LIST}{ID}/panels/dataset/", headers=PARTIAL))
    assert "Not certified" in text_of(steward.get(f"{LIST}{ID}/panels/certification/", headers=PARTIAL))


def test_a_description_that_nobody_tells_is_left_out_unless_it_is_written(steward: Client, upstream: Upstream) -> None:
    url = f"{LIST}{ID}/title/"
    assert "no call that tells the present description" in text_of(steward.get(url, headers=PARTIAL))
    assert steward.post(url, {"title": "Visits", "description": ""}, headers=PARTIAL).status_code == 204
    sent = next(asked for asked in upstream.asked if asked.path.endswith("/title"))
    assert sent.json == {"dynamicTitle": {"text": [{"type": "TEXT", "text": "Visits"}]}}
    upstream.asked.clear()
    steward.post(url, {"title": "Visits", "description": "By day"}, headers=PARTIAL)
    sent = next(asked for asked in upstream.asked if asked.path.endswith("/title"))
    assert sent.json["dynamicDescription"] == {"text": [{"type": "TEXT", "text": "By day"}]}


def test_a_lost_answer_is_not_sent_again_on_a_guess(steward: Client, upstream: Upstream) -> None:
    def cut(asked: Asked) -> Told:
        return Told(cut=True) if asked.path.endswith("/title") else documented(asked)

    upstream.script(cut)
    text = text_of(steward.post(f"{LIST}{ID}/title/", {"title": "Visits"}, headers=PARTIAL), 504)
    assert "Nobody knows whether it was done" in text


def test_what_is_no_picture_is_never_served(steward: Client, upstream: Upstream) -> None:
    def page(asked: Asked) -> Told:
        content = base64.b64encode(b"<svg onload=alert(1)>").decode()
        return told({"data": [content]}) if asked.path.partition("?")[0].endswith("/render") else documented(asked)

    upstream.script(page)
    response = steward.get(f"{LIST}{ID}/picture/")
    assert response.status_code == 502
    assert b"<svg onload" not in response.content
    upstream.script(documented)
    assert steward.get(f"{LIST}{ID}/picture/").content == PIXEL
    sent = upstream.last
    assert sent.path.endswith("/render?parts=title%2Cimage") or sent.path.endswith("/render?parts=title,image")
    assert json.loads(sent.body) == {"queryOverrides": {}, "treatLongsAsStrings": True, "cardLoadContext": {}}
