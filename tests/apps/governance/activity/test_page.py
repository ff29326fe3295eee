"""The log's page: ranges, filters, figures, what was read, one entry, an upstream of other hands."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.connections.models import Connection
from tests.apps.data.support import PARTIAL, calls, text_of
from tests.apps.governance.activity.support import PAGE, month, shown
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream, told

DOCUMENTED = [
    {
        "userName": "Jae Wilson",
        "userId": "1893952720",
        "userType": "USER",
        "actionType": "VIEWED",
        "objectType": "ACTIVITY_LOG",
        "additionalComment": "Jae Wilson viewed the activity log.",
        "eventText": "Viewed activity log",
    },
    {
        "userName": "Bryan Van Kampen",
        "userId": "587894148",
        "userType": "USER",
        "actionType": "VIEWED",
        "objectType": "PAGE",
        "additionalComment": "Bryan Van Kampen viewed page 'How Should we manage this <b>monster?'.",
        "eventText": "Viewed page",
    },
]


def test_a_range_is_shown_with_its_figures_by_few_calls(halden: Connection, sandbox: SandboxProcess) -> None:
    viewer = client_with_role("viewer")
    period, wanted = month(sandbox)
    text = text_of(viewer.get(PAGE, period))
    assert f'<strong class="text-body">{len(wanted)}</strong> entries' in text
    assert len(shown(text)) == 25
    assert f"All {len(wanted)} entries from" in text
    assert sum(int(count) for count in re.findall(r'data-value="(\d+)"', text)) == len(wanted)
    heat = re.findall(r'<td class="heat-[1-5]">([\d,]+)</td>', text)
    assert sum(int(count.replace(",", "")) for count in heat) == len(wanted)
    made = calls(sandbox)
    assert (made["activity_log.list"], made["activity_log.list_object_types"]) == (1, 1)
    # A further page of the list is made of the same read, and its figures stay as they are.
    text_of(viewer.get(PAGE, {**period, "page": 2}, headers=PARTIAL))
    assert calls(sandbox)["activity_log.list"] == 1


def test_what_stands_around_the_list_comes_along_with_it(halden: Connection) -> None:
    text = text_of(client_with_role("steward").get(PAGE, {"range": "24h", "action": "VIEWED"}, headers=PARTIAL))
    parts = re.findall(r'id="(activity-timeline|activity-rankings|export-activity|list-views)"', text)
    assert sorted(parts) == ["activity-rankings", "activity-timeline", "export-activity", "list-views"]
    assert text.count('hx-swap-oob="true"') == 4
    assert "action=VIEWED&amp;since=" in text


def test_filters_in_the_address_keep_what_passes(halden: Connection, sandbox: SandboxProcess) -> None:
    viewer = client_with_role("viewer")
    period, wanted = month(sandbox)
    one = wanted[len(wanted) // 2]
    same = [each for each in wanted if each["userId"] == one["userId"]]
    text = text_of(viewer.get(PAGE, {**period, "user": one["userId"], "per": 100}))
    assert shown(text) == [each["additionalComment"] for each in same]
    text = text_of(viewer.get(PAGE, {**period, "user": one["userName"].split()[0].lower(), "per": 100}))
    assert one["additionalComment"] in shown(text)
    about = [each for each in wanted if each["objectId"] == one["objectId"]]
    asked = {**period, "object_type": one["objectType"], "object_id": one["objectId"], "per": 100}
    assert shown(text_of(viewer.get(PAGE, asked))) == [each["additionalComment"] for each in about]
    shared = [each for each in wanted if each["actionType"] == "SHARED"]
    text = text_of(viewer.get(PAGE, {**period, "action": "SHARED", "sort": "time", "per": 100}))
    assert shown(text) == [each["additionalComment"] for each in reversed(shared)]
    text = text_of(viewer.get(PAGE, {**period, "q": "nobody did this"}))
    assert "No entry matches" in text


def test_an_exact_range_stands_on_the_clock_of_the_person(halden: Connection, sandbox: SandboxProcess) -> None:
    viewer = client_with_role("viewer")
    _, wanted = month(sandbox)
    first, last = (datetime.fromtimestamp(wanted[place]["time"] / 1000, UTC) for place in (40, 10))
    since, until = (timezone.localtime(each).strftime("%Y-%m-%dT%H:%M:%S") for each in (first, last))
    exact: dict[str, Any] = {"since": since, "until": until, "per": 100}
    text = text_of(viewer.get(PAGE, exact))
    # Whole seconds: the earliest entry lies within its second, the latest one is behind it.
    assert shown(text) == [each["additionalComment"] for each in wanted[11:41]]
    text = text_of(viewer.get(PAGE, {"since": until, "until": since}))
    assert "This is before “From”" in text
    assert "The range is the last 7 days until this is corrected." in text


def test_a_large_range_says_what_was_read_and_reads_deeper(
    halden: Connection, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.governance.activity.reading.PAGE", 100)
    monkeypatch.setattr("apps.governance.activity.reading.DEPTHS", (300, 600))
    monkeypatch.setattr("apps.governance.activity.listing.DEPTHS", (300, 600))
    text = text_of(client_with_role("steward").get(PAGE, {"range": "365d"}))
    assert "The range holds more than the 300 entries that were read" in text
    assert "</strong> entries of those that were read" in text
    assert "Read 600" in text
    assert "Count the whole range" in text
    assert calls(sandbox)["activity_log.list"] <= 5
    deeper = text_of(client_with_role("viewer").get(PAGE, {"range": "365d", "depth": "600"}))
    assert "more than the 600 entries" in deeper
    assert "Count the whole range" not in deeper


def test_an_entry_is_read_anew_and_leads_on(halden: Connection, sandbox: SandboxProcess) -> None:
    viewer = client_with_role("viewer")
    period, wanted = month(sandbox)
    text = text_of(viewer.get(PAGE, period))
    url = re.search(r'href="(/c/halden/governance/activity/entry/[^"]+)"', text)
    assert url is not None
    address = url[1].replace("&amp;", "&")
    drawer = text_of(viewer.get(address, headers=PARTIAL))
    assert "drawer-header" in drawer
    entry = wanted[0]
    assert entry["additionalComment"].replace("'", "&#x27;") in drawer
    assert f"user={entry['userId']}" in drawer
    assert "Activity entry" in text_of(viewer.get(address))
    assert "no such entry" in text_of(viewer.get(f"{address}0"), 404)
    for at in ("", "soon", "9" * 5_000):
        assert viewer.get(f"{PAGE}entry/", {"at": at, "key": "0"}).status_code == 404


def test_a_failing_log_keeps_filters_and_offers_a_retry(halden: Connection, sandbox: SandboxProcess) -> None:
    sandbox.control(match="activity_log.list", status_503=1.0)
    text = text_of(client_with_role("viewer").get(PAGE, {"range": "24h", "user": "7"}), 502)
    assert "equest id" in text
    assert "Person" in text


def test_filters_are_saved_as_a_view(halden: Connection) -> None:
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(PAGE, {"range": "24h", "action": "EXPORTED"}))
    assert "Save view" in text
    wanted = {"path": PAGE, "query": "range=24h&action=EXPORTED", "name": "Exports today"}
    assert viewer.post(reverse("accounts:view_add"), wanted).status_code == 302
    assert "Exports today" in text_of(viewer.get(PAGE))


@pytest.fixture
def documented(upstream: Upstream, other_hands: Connection) -> Upstream:
    """An upstream that shows an entry as the document does, without ids of objects."""
    now = int(timezone.now().timestamp() * 1000)
    entries = [{**entry, "time": now - 60_000 * (number + 1)} for number, entry in enumerate(DOCUMENTED)]

    def script(asked: Any) -> Any:
        return told(["ACCOUNT", "DATAFLOW_TYPE", "DATA_SOURCE"] if "objectTypes" in asked.path else entries)

    return upstream.script(script)


def test_entries_of_other_hands_are_escaped_and_named_by_what_they_quote(documented: Upstream) -> None:
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(PAGE))
    assert "How Should we manage this &lt;b&gt;monster?" in text
    assert "<b>monster" not in text
    assert "All 2 entries" in text
    assert {asked.path.partition("?")[0] for asked in documented.asked} == {
        "/api/audit/v1/user-audits",
        "/api/audit/v1/user-audits/objectTypes",
    }
    text = text_of(viewer.get(PAGE, {"object_id": "17"}))
    assert "This upstream tells no ids of objects" in text


def test_odd_entries_are_shown_all_the_same(upstream: Upstream, other_hands: Connection) -> None:
    now = int(timezone.now().timestamp() * 1000)
    odd: list[dict[str, Any]] = [
        {},
        {
            "objectType": "CARD",
            "objectId": "a/b?c",
            "userId": "../x",
            "time": now,
            "actionType": "X",
            "more": {"a": [1.50]},
        },
        {"objectType": None, "userName": "<i>\ud800", "userId": 10**30, "time": "no time", "additionalComment": 7},
    ]
    upstream.script(lambda asked: told({"odd": 1}) if "objectTypes" in asked.path else told(odd))
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(PAGE))
    assert "All 3 entries" in text
    url = re.search(r'href="(/c/halden/governance/activity/entry/[^"]+)"', text)
    assert url is not None
    drawer = text_of(viewer.get(url[1].replace("&amp;", "&"), headers=PARTIAL))
    assert "1.5" in drawer


def test_who_may_look_and_who_may_export(halden: Connection) -> None:
    assert "Export</a>" not in text_of(client_with_role("viewer").get(PAGE))
    assert "Export</a>" in text_of(client_with_role("steward").get(PAGE))
    assert client_with_role("viewer").get(f"{PAGE}export/").status_code == 403
