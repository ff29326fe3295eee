"""Making and editing streams: what goes back unchanged, what is shown before it is sent, what is refused."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.data.streams.models import StreamRecord
from tests.apps.data.streams.support import BASE, BOARD, DEFINITION, Streams, record, trail
from tests.apps.data.support import PARTIAL, text_of

_INPUT = re.compile(r"<(input|textarea|select|option)\b([^>]*)>(?:([^<]*)</(?:textarea|option)>)?", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def fields_of(text: str, action: str) -> dict[str, Any]:
    """Return what a browser would send of the form with this action: names with their values."""
    start = text.index(f'action="{action}"')
    found: dict[str, Any] = {}
    select = ""
    body = text[start : text.index("</form>", start)]
    for kind, attributes, content in _INPUT.findall(re.sub(r"<template>.*?</template>", "", body, flags=re.DOTALL)):
        given = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        if kind == "select":
            select = given["name"]
        elif kind == "option":
            if "selected" in given or select not in found:
                found[select] = given["value"]
        elif kind == "textarea":
            found[given["name"]] = html.unescape(content).removeprefix("\n").replace("\n", "\r\n")
        elif given.get("type") == "checkbox":
            if "checked" in given:
                found.setdefault(given["name"], []).append(given.get("value", "on"))
        elif given.get("name") and given.get("type") != "submit":
            found[given["name"]] = given.get("value", "")
    found.pop("csrfmiddlewaretoken", None)
    return found


def form_of(steward: Client, stream: int) -> dict[str, Any]:
    """Return the edit form of a stream as a browser would send it untouched."""
    return fields_of(text_of(steward.get(f"{BOARD}{stream}/edit/")), f"{BOARD}{stream}/edit/")


def test_only_what_was_edited_changes(steward: Client, made: dict[str, Any], streams: Streams) -> None:
    address = f"{BOARD}{made['id']}/edit/"
    fields = form_of(steward, made["id"])
    assert "hunter2" not in str(fields)
    fields |= {
        "update_method": "REPLACE",
        "schedule-at": "05:30",
        "setting-2-name": "fetch_size",
        "setting-2-value": "5",
    }
    review = text_of(steward.post(address, fields))
    assert "Send 3 changes" in review
    assert trail("streams.update") == []
    assert "hunter2" not in review
    sent = steward.post(f"{address}send/", fields_of(review, f"{address}send/"))
    assert sent["Location"] == f"{BOARD}{made['id']}/"
    now = streams.get(made["id"])
    assert now["updateMethod"] == "REPLACE"
    assert now["advancedScheduleJson"] == '{"type": "DAY", "at": "05:30 AM", "timezone": "UTC", "note": "kept"}'
    settings = [{name: value for name, value in each.items() if name != "streamId"} for each in now["configuration"]]
    extra = {"name": "fetch_size", "value": "5", "type": "string", "category": "METADATA"}
    assert settings == [*({**each} for each in DEFINITION["configuration"]), extra]
    assert (now["account"]["id"], now["dataSource"]["description"]) == (3, "Loaded for the range review")
    assert trail("streams.update") == ["intended", "succeeded"]
    assert "hunter2" not in str(list(AuditRecord.objects.values_list("before", "after")))


def test_an_untouched_form_sends_nothing(steward: Client, made: dict[str, Any]) -> None:
    text = text_of(steward.post(f"{BOARD}{made['id']}/edit/", form_of(steward, made["id"])), 422)
    assert "Nothing differs" in text


def test_back_from_the_review_the_form_holds_what_was_typed(steward: Client, made: dict[str, Any]) -> None:
    address = f"{BOARD}{made['id']}/edit/"
    review = text_of(steward.post(address, form_of(steward, made["id"]) | {"name": "Lead times EU"}))
    fields = fields_of(review, f"{address}send/") | {"again": "1"}
    assert 'value="Lead times EU"' in text_of(steward.post(address, fields))


def test_somebody_elses_change_is_not_overwritten(steward: Client, made: dict[str, Any], streams: Streams) -> None:
    address = f"{BOARD}{made['id']}/edit/"
    fields = form_of(steward, made["id"]) | {"name": "Lead times EU"}
    streams.update(made["id"], updateMethod="REPLACE")
    assert "changed this stream meanwhile" in text_of(steward.post(address, fields), 422)
    assert "changed this stream meanwhile" in text_of(steward.post(f"{address}send/", fields), 422)
    assert trail("streams.update") == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Name the dataset that the stream fills."),
        ({"transport": ""}, "Write the connector’s class"),
        ({"account": "77777"}, "This account is not there any more"),
        ({"setting-2-name": "", "setting-2-value": "5"}, "This value has no name"),
        ({"schedule-mode": "custom", "schedule-custom": "{type: DAY}"}, "at line 1, column 2"),
        ({"schedule-mode": "minutes", "schedule-every": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_sent(
    steward: Client, made: dict[str, Any], changes: dict[str, str], words: str
) -> None:
    text = text_of(steward.post(f"{BOARD}{made['id']}/edit/", form_of(steward, made["id"]) | changes), 422)
    assert words in html.unescape(text)
    assert trail("streams.update") == []


def test_a_refusal_upstream_keeps_what_was_typed(steward: Client, streams: Streams) -> None:
    legal = next(each for each in streams.listed() if each["dataSource"]["permissions"] == "READ")
    address = f"{BOARD}{legal['id']}/edit/"
    review = text_of(steward.post(address, form_of(steward, legal["id"]) | {"name": "Mine now"}))
    text = text_of(steward.post(f"{address}send/", fields_of(review, f"{address}send/")), 403)
    assert "Request id" in text
    assert 'name="name" value="Mine now"' in text
    assert trail("streams.update") == ["intended", "failed"]


def test_a_new_stream(steward: Client, viewer: Client, halden: Connection, streams: Streams) -> None:
    address = f"{BOARD}new/"
    record(halden, 7)
    fields = fields_of(text_of(steward.get(address)), address)
    fields |= {
        "name": "Freight cost by lane", "provider": "snowflake-unload-v2", "transport": "com.domo.connector.snowflake",
        "account": "3", "setting-0-name": "query", "setting-0-value": "SELECT 1", "schedule-mode": "minutes",
        "schedule-every": "30",
    }  # fmt: skip
    review = text_of(steward.post(address, fields))
    assert "No documented call deletes a stream" in review
    assert streams.effects("streams.create") == 0
    answer = steward.post(f"{address}send/", fields_of(review, f"{address}send/"))
    assert answer["Location"] == BOARD
    made = StreamRecord.objects.get(name="Freight cost by lane")
    stored = streams.get(made.stream_id)
    assert stored["advancedScheduleJson"] == '{"type": "MINUTE", "timezone": "UTC", "between": null, "interval": 30}'
    assert stored["configuration"][0]["value"] == "SELECT 1"
    assert trail("streams.create") == ["intended", "succeeded"]
    assert viewer.get(address).status_code == 403
    assert "Name the dataset" in text_of(steward.post(address, fields | {"name": ""}), 422)


def test_the_accounts_of_a_provider_come_first(steward: Client, halden: Connection) -> None:
    text = text_of(steward.get(f"{BOARD}accounts/", {"provider": "snowflake-unload-v2"}, headers=PARTIAL))
    assert text.index("Of this provider") < text.index("Snowflake unload service") < text.index("Others")


def test_a_new_stream_whose_answer_is_lost_is_not_made_twice(steward: Client, streams: Streams) -> None:
    address = f"{BOARD}new/"
    fields = fields_of(text_of(steward.get(address)), address)
    fields |= {"name": "Lost one", "provider": "snowflake", "transport": "com.domo.connector.snowflake", "account": "3"}
    review = text_of(steward.post(address, fields))
    streams.sandbox.control(match=f"POST {BASE}$", cut_after_effect=1.0)
    text = text_of(steward.post(f"{address}send/", fields_of(review, f"{address}send/")), 504)
    assert "Nobody knows whether it was done" in text
    assert streams.effects("streams.create") == 1
    assert trail("streams.create") == ["intended", "unknown"]
