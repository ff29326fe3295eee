"""Scheduled reports, as a client written from the document uses them."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox_process import SandboxProcess
from tests.waiting import wait_until

REPORTS = "/api/content/v1/reportschedules"
WEEKLY = {"frequency": "WEEKLY", "daysToRun": "MON", "hourOfDay": 8, "minOfHour": 0, "timezone": "America/New_York"}
ADDRESS = [{"type": "EMAIL", "value": "user@example.com"}]


def listed(client: httpx.Client, path: str = "", **query: Any) -> list[dict[str, Any]]:
    answer = client.get(REPORTS + path, params=query)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


@pytest.fixture
def report(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """A new weekly report of a page that has none yet."""
    taken = {each["pageId"] for each in listed(client, filter="ALL")}
    pages = client.post("/api/content/v1/pages/adminsummary", params={"limit": 100}, json={}).json()
    page = next(each["pageId"] for each in pages["pageAdminSummaries"] if each["pageId"] not in taken)
    schedule = {**WEEKLY, "enabled": True, "additionalRecipients": ADDRESS}
    body = {"title": "Range review", "pageId": page, "schedule": schedule, "attachmentInclude": True}
    answer = client.post(REPORTS, json=body)
    assert answer.status_code == 200
    yield answer.json()
    client.delete(f"{REPORTS}/{answer.json()['id']}")


def test_the_lists_hold_the_companys_reports(client: httpx.Client) -> None:
    everything = listed(client, filter="ALL", orderBy="title", isAscending="true")
    titles = [each["title"] for each in everything]
    assert titles == sorted(titles, key=str.casefold)
    assert [
        each["id"] for each in listed(client, filter="ALL", orderBy="title", isAscending="true", limit=5, skip=3)
    ] == [each["id"] for each in everything[3:8]]
    mine = listed(client)
    assert {each["id"] for each in mine} < {each["id"] for each in everything}
    assert all(each["owner"] for each in listed(client, filter="OWNER"))
    assert [each["id"] for each in listed(client, "/sortby")] == [each["id"] for each in mine]
    wanted = listed(client, filter="ALL", title="every monday")
    assert wanted == [each for each in listed(client, filter="ALL") if "every Monday" in each["title"]] != []
    everyone = {"includeDeleted": True, "limit": 1000}
    users = client.post("/api/identity/v1/users/search", json=everyone).json()["users"]
    assert {each["ownerId"] for each in everything} <= {user["id"] for user in users}
    assert {each["cardCount"] for each in everything if each["cardId"]} == {1}


def test_misconfigured_reports_have_lost_their_owner_and_cannot_be_enabled(client: httpx.Client) -> None:
    broken = listed(client, "/misconfigured")
    assert broken
    assert not any(each["active"] for each in broken)
    statuses = {client.put(f"{REPORTS}/{each['id']}/enabled", content="true").status_code for each in broken}
    assert statuses <= {409, 403}


def test_a_report_from_creation_to_deletion(client: httpx.Client, report: dict[str, Any]) -> None:
    path = f"{REPORTS}/{report['id']}"
    run = datetime.fromtimestamp(report["schedule"]["nextRunDate"] / 1000, UTC)
    assert (run.weekday(), run.minute) == (0, 0)
    assert run.hour in (12, 13)
    body = {"title": "Range review", "pageId": report["pageId"], "schedule": WEEKLY}
    assert client.post(REPORTS, json=body).status_code == 409
    read = client.get(path).json()
    assert [each["emailAddress"] for each in read["recipients"]][1:] == ["user@example.com"]
    assert client.get(f"{REPORTS}/views/{report['reportViewId']}").json() == read
    monthly = {"frequency": "MONTHLY", "daysToRun": "15", "hourOfDay": 10, "minOfHour": 30}
    changed = client.put(path, json={"title": "Range in the month", "schedule": monthly}).json()
    assert (changed["title"], changed["pageId"], changed["schedule"]["timezone"]) == (
        "Range in the month",
        report["pageId"],
        "America/New_York",
    )
    assert client.put(f"{path}/enabled", content="false").status_code == 200
    switched = client.get(path).json()["schedule"]
    assert (switched["enabled"], "nextRunDate" in switched) == (False, False)
    assert {each["reportId"] for each in listed(client, "/created", days=1)} >= {report["id"]}
    query = {"title": "nothing like it"}
    assert report["pageId"] in [each["resourceId"] for each in listed(client, "/resources")]
    assert listed(client, "/resources", **query) == []
    assert [each["id"] for each in listed(client, f"/resources/PAGE/{report['pageId']}")] == [report["id"]]
    assert client.delete(REPORTS).status_code == 400
    assert client.delete(REPORTS, params={"pageId": report["pageId"]}).content == b""
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("schedule", "named"),
    [
        ({**WEEKLY, "daysToRun": "15"}, "daysToRun"),
        ({**WEEKLY, "hourOfDay": 24}, "hourOfDay"),
        ({**WEEKLY, "timezone": "Halden"}, "timezone"),
        ({**WEEKLY, "frequency": "SOMETIMES"}, "frequency"),
        ({**WEEKLY, "additionalRecipients": [{"type": "EMAIL", "value": "nobody"}]}, "additionalRecipients"),
        ({**WEEKLY, "additionalRecipients": [{"type": "USER", "value": "1"}]}, "Recipient 1"),
        (None, "schedule"),
    ],
)
def test_a_bad_schedule_is_refused_by_name(
    client: httpx.Client, report: dict[str, Any], schedule: Any, named: str
) -> None:
    answer = client.post(REPORTS, json={"title": "Another", "pageId": report["pageId"], "schedule": schedule})
    assert (answer.status_code, named in answer.json()["message"]) == (400, True)


def test_sending_shows_in_the_history(client: httpx.Client, report: dict[str, Any]) -> None:
    path = f"{REPORTS}/{report['id']}"
    people = [{"userId": 1, "displayName": "John Doe", "emailAddress": "john.doe@example.com"}]
    me = client.get("/api/content/v2/users/me").json()
    people[0]["userId"] = int(me["id"])
    for place, body in (
        ("/sendnow", ADDRESS),
        ("/queue", ADDRESS),
        ("/notifications", people),
        ("/notifications/queue", people),
    ):
        answer = client.post(path + place, json=body)
        assert (answer.status_code, answer.content) == (202, b"")
    by_view = f"{REPORTS}/views/{report['reportViewId']}"
    assert client.post(f"{by_view}/sendNow", params={"attachmentInclude": "true"}, json=ADDRESS).status_code == 202
    parameters = {"recipients": ADDRESS, "alertActionId": 789012, "emailParams": {"param1": "value1"}}
    assert client.post(f"{by_view}/sendNowWithParams", json=parameters).status_code == 202
    entries = listed(client, f"/{report['id']}/history")
    assert [entry["recipients"][0]["emailAddress"] for entry in entries].count("user@example.com") == 4
    assert "running" in {entry["status"] for entry in entries}
    assert not any(entry["automated"] for entry in entries)
    assert client.post(f"{path}/sendnow", json=[]).status_code == 400
    wait_until(lambda: {entry["status"] for entry in listed(client, f"/{report['id']}/history")} == {"success"}, "sent")
    entry = listed(client, f"/{report['id']}/history", limit=1, skip=2)[0]
    assert client.get(f"{REPORTS}/history/{entry['id']}").json() == entry


def test_what_the_company_sent_by_itself(client: httpx.Client) -> None:
    history = listed(client, "/history", filter="ALL", limit=1000)
    starts = [entry["startTime"] for entry in history]
    assert starts == sorted(starts, reverse=True)
    assert all("recipients" not in entry for entry in history)
    with_people = listed(client, "/history", filter="ALL", limit=3, includeRecipientInfo="true")
    assert all(len(entry["recipients"]) == entry["recipientCount"] for entry in with_people)
    recent = listed(client, "/extendedHistory", filter="ALL", days=7)
    week_ago = datetime.fromtimestamp(time.time() - 7 * 86_400, UTC).isoformat()
    assert recent
    assert min(entry["startTime"] for entry in recent) >= week_ago[:19]
    search = {"includeStatusClause": True, "status": "failure", "titleSearchText": "ignored without its switch"}
    failed = client.post(f"{REPORTS}/history/search", params={"filter": "ALL", "limit": 500}, json=search).json()
    assert {entry["id"] for entry in failed} == {entry["id"] for entry in history if entry["status"] == "failure"}
    one = {"includeScheduleIdClause": True, "scheduleId": history[0]["reportId"]}
    found = client.post(f"{REPORTS}/history/search", params={"filter": "ALL"}, json=one).json()
    assert {entry["reportId"] for entry in found} == {history[0]["reportId"]}


def test_failed_reports_run_again_once(client: httpx.Client) -> None:
    failed = [each for each in listed(client, "/history", filter="ALL", limit=1000) if each["status"] == "failure"]
    start = datetime.fromisoformat(failed[0]["startTime"])
    period = {"start": round(start.timestamp() * 1000), "end": round(start.timestamp() * 1000)}
    before = len(listed(client, f"/{failed[0]['reportId']}/history"))
    for _ in range(2):
        assert client.post(f"{REPORTS}/failures/rerun", params=period).status_code == 200
    assert len(listed(client, f"/{failed[0]['reportId']}/history")) == before + 1
    assert client.post(f"{REPORTS}/failures/rerun", params={"start": 1}).status_code == 400


def test_who_wants_no_mail_gets_none(client: httpx.Client, report: dict[str, Any]) -> None:
    path = f"{REPORTS}/{report['id']}"
    me = client.get("/api/content/v2/users/me").json()
    assert client.post(f"{path}/unsubscribe").status_code == 200
    read = client.get(path).json()
    assert read["unsubscribedRecipients"] == [{"userId": int(me["id"])}]
    assert [each["emailAddress"] for each in read["recipients"]] == ["user@example.com"]
    assert client.post(f"{path}/sendResubscribe", json=ADDRESS).status_code == 202
    assert client.post(f"{path}/resubscribe", params={"userId": me["id"]}).status_code == 200
    assert client.get(path).json()["recipientCount"] == 2
    client.post(f"{path}/unsubscribe")
    forget = f"{path}/unsubscribe/recipient"
    answers = [client.delete(forget, params={"userId": me["id"]}).status_code for _ in range(2)]
    assert answers == [200, 404]


def test_the_switch_for_all_mails(client: httpx.Client, report: dict[str, Any]) -> None:
    path = f"{REPORTS}/emails/enabled"
    try:
        assert client.put(path, content="false").status_code == 200
        assert client.post(f"{REPORTS}/{report['id']}/sendnow", json=ADDRESS).status_code == 409
    finally:
        assert client.put(path, content="true").status_code == 200
    assert client.put(path, json={"enabled": True}).status_code == 400
    assert client.post(f"{REPORTS}/{report['id']}/sendnow", json=ADDRESS).status_code == 202


def test_cards_for_a_mail(client: httpx.Client) -> None:
    card = next(each["cardId"] for each in listed(client, filter="ALL") if each["cardId"])
    rendered = client.post(f"{REPORTS}/card-email-data", json=[card, 1]).json()
    assert list(rendered) == [str(card)]
    picture = base64.b64decode(rendered[str(card)]["encodedImage"])
    assert picture.startswith(b"\x89PNG")
    assert client.post(f"{REPORTS}/card-email-data", json={"cards": [card]}).status_code == 400


def test_public_clients_move_a_report_to_another_owner(client: httpx.Client, report: dict[str, Any]) -> None:
    """They read it, and send back what they know of it with the owner in two places."""
    path = f"{REPORTS}/{report['id']}"
    read = client.get(path).json()
    assert None not in (read["viewId"], read["schedule"]["startDate"])
    users = client.get("/api/identity/v1/users", params={"parts": "DETAILED"}).json()["users"]
    user = next(each["id"] for each in users if each["department"] == "Merchandising" and each["active"])
    body = {name: read[name] for name in ("active", "attachmentInclude", "id", "owner", "subject", "title", "viewId")}
    body |= {"ownerId": user, "schedule": {**read["schedule"], "ownerId": user}}
    assert client.put(path, json=body).json()["ownerId"] == user
    assert client.put(path, json={"ownerId": 1}).status_code == 400
    assert report["id"] in [each["id"] for each in listed(client, filter="ALL", limit=2000)]


def test_a_report_of_the_legal_department_belongs_to_others(client: httpx.Client) -> None:
    users = client.get("/api/identity/v1/users", params={"parts": "DETAILED"}).json()["users"]
    lawyers = {user["id"] for user in users if user["department"] == "Legal"}
    theirs = next(each for each in listed(client, filter="ALL") if each["ownerId"] in lawyers)
    path = f"{REPORTS}/{theirs['id']}"
    assert client.put(path, json={"title": "Mine now"}).status_code == 403
    assert client.post(f"{path}/sendnow", json=ADDRESS).status_code == 403
    assert client.get(path).status_code == 200


@pytest.mark.slow
def test_reports_alerts_and_jobs_are_the_same_after_a_kill(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path)
    lists: tuple[tuple[str, dict[str, Any]], ...] = (
        (REPORTS, {"filter": "ALL"}),
        (f"{REPORTS}/history", {"filter": "ALL", "limit": 500, "includeRecipientInfo": "true"}),
        ("/api/social/v4/alerts", {"all": "true", "fields": "all"}),
        ("/api/executor/v2/applications/50e7230f-d2f2-42e2-a208-d94c8ae9f64c/jobs", {}),
    )
    with process, process.client() as client:
        # what happens to people and datasets moves nothing that was there before them
        new = {"displayName": "Ylva Strand", "emailAddress": "ylva@halden-outdoor.example", "roleId": 4}
        user = client.post("/api/identity/v1/users", json=new).json()["id"]
        report, other = listed(client, filter="OWNER")[:2]
        client.put(f"{REPORTS}/{report['id']}", json={"title": "Kept"}).raise_for_status()
        client.post(f"{REPORTS}/{other['id']}/sendnow", json=ADDRESS).raise_for_status()
        client.post(f"{REPORTS}/{other['id']}/unsubscribe").raise_for_status()
        client.delete(f"{REPORTS}/{listed(client, filter='OWNER')[2]['id']}").raise_for_status()
        subscription = {"subscriberId": user, "type": "USER"}
        client.post("/api/social/v4/alerts/5101/subscriptions", json=subscription).raise_for_status()
        client.delete("/api/social/v4/alerts/5103").raise_for_status()
        jobs = client.get(lists[3][0]).json()["jobs"]
        path = f"{lists[3][0].replace('v2', 'v1')}/{jobs[0]['jobId']}"
        client.put(path, json={"executionTimeout": 5}).raise_for_status()
        wait_until(
            lambda: all(entry["status"] != "running" for entry in listed(client, f"/{other['id']}/history")), "sent"
        )
        before = [client.get(path, params=query).json() for path, query in lists]
        process.kill()
    with process, process.client() as client:
        after = [client.get(path, params=query).json() for path, query in lists]
        assert after == before
