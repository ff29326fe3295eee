"""An upstream that has what the documents have and nothing else: what it lacks is named, and nothing is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from apps.connections.models import Connection
from apps.governance.leavers.settings import Choices
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from apps.jobs.models import Job, JobItem
from tests.clients import client_of
from tests.factories import UserFactory
from tests.services.upstream import Asked, Told, Upstream, told

LEAVER, TO = "1893952720", "587894148"
NAMES = {LEAVER: "Jae Wilson", TO: "Bryan Van Kampen"}
NOTHING_THERE = told({"status": 404, "message": "No handler found", "toe": "LACKING-1"}, 404)
FULL = "READ_WRITE_DELETE_SHARE_ADMIN"


@dataclass
class Documented:
    """The documents' calls on one thing of each kind, all of them Jae Wilson's."""

    access: list[dict[str, Any]] = field(
        default_factory=lambda: [{"type": "USER", "id": LEAVER, "accessLevel": "OWNER", "name": "Jae"}]
    )
    subscribers: list[dict[str, Any]] = field(default_factory=lambda: [{"subscriberId": int(LEAVER), "type": "USER"}])
    members: list[int] = field(default_factory=lambda: [int(LEAVER), 4])
    assignee: str = LEAVER
    grants: list[dict[str, Any]] = field(
        default_factory=lambda: [{"entityType": "USER", "entityId": LEAVER, "grant": FULL, "pass": "NONE"}]
    )
    schedule: dict[str, Any] = field(
        default_factory=lambda: {"frequency": "DAILY", "additionalRecipients": [{"type": "EMAIL", "value": "jae@x.y"}]}
    )
    gone: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Told:
        """Answer one request."""
        path, _, query = asked.path.partition("?")
        parts = path.strip("/").split("/")
        if path == "/api/search/v1/query":
            return told(self._search(asked.json["entityList"][0][0]))
        if path.startswith("/api/identity/v1/users"):
            return self._user(asked, parts)
        if path.startswith("/api/data/v3/datasources/ds-1"):
            return self._dataset(asked, parts)
        if path.startswith("/api/social/v4/alerts") and asked.method != "PATCH":
            return self._alert(asked, parts, query)
        if path.startswith("/api/content/v2/groups/7/"):
            others = [each for each in self.members if str(each) != parts[-1]]
            self.members = others if "removeuser" in path else [*others, int(parts[-1])]
            return told(True)
        if path == "/api/content/v2/groups/7":
            return told({"id": 7, "name": "Group Name", "type": "closed", "userIds": self.members, "creatorId": 4})
        if path.startswith("/api/queues/v1") and "/owner/" not in path:
            return self._queues(asked, parts)
        if path.startswith("/api/data/v1/data-files"):
            return self._file(asked, parts)
        if path.startswith("/api/content/v1/reportschedules"):
            return self._report(asked, parts)
        if path == "/api/query/v1/functions/search":
            return told({"totalHits": 1, "results": [{"id": 427, "name": "% Behind", "owner": int(LEAVER)}]})
        if path == "/api/query/v1/functions/template/427":
            return told({"id": 427, "name": "% Behind", "owner": int(LEAVER), "expression": "1"})
        return NOTHING_THERE

    def _search(self, entity: str) -> dict[str, Any]:
        # Other hands may leave filters alone, and name no owner.
        hits = {
            "dataset": [{"databaseId": "ds-1", "name": "Orders"}],
            "group": [{"databaseId": "7", "name": "Group Name"}],
            "account": [{"databaseId": "3", "displayName": "Account 1", "ownedById": LEAVER}],
            "dataflow": [{"databaseId": "9", "name": "ETL", "ownedById": "4"}],
        }.get(entity, [])
        return {"totalResultCount": len(hits), "searchObjects": hits, "searchResultsMap": {entity: hits}}

    def _user(self, asked: Asked, parts: list[str]) -> Told:
        if asked.method == "DELETE":
            self.gone.append(parts[-1])
            return told(1)
        users = [
            {"id": int(each), "displayName": name, "emailAddress": f"{name[:3].lower()}@x.y", "roleId": 2}
            for each, name in NAMES.items()
        ]
        if parts[-1] == "users":
            return told({"users": users})
        found = [user for user in users if str(user["id"]) == parts[-1]]
        return told({"users": found}) if found else NOTHING_THERE

    def _dataset(self, asked: Asked, parts: list[str]) -> Told:
        if parts[-1] == "permissions":
            return told({"list": self.access, "totalUserCount": len(self.access), "totalGroupCount": 0})
        if parts[-1] == "share":
            self.access += asked.json["permissions"]
            return told({})
        if asked.method == "DELETE":
            self.access = [each for each in self.access if each["id"] != parts[-1]]
            return told({})
        return told({"id": "ds-1", "name": "Orders", "owner": {"id": LEAVER, "name": "Jae", "type": "USER"}})

    def _alert(self, asked: Asked, parts: list[str], query: str) -> Told:
        alert = {"id": 358, "name": "Any row has changes", "owner": int(LEAVER), "subscriptions": self.subscribers}
        if asked.method == "POST":
            self.subscribers = [*self.subscribers, asked.json]
        elif asked.method == "DELETE":
            gone = query.split("subscriberId=")[1].split("&")[0]
            self.subscribers = [each for each in self.subscribers if str(each["subscriberId"]) != gone]
        elif parts[-1] == "alerts":
            # The example of the list has neither owner nor subscriptions.
            return told([{"id": 358, "name": "Any row has changes"}])
        return told(alert)

    def _queues(self, asked: Asked, parts: list[str]) -> Told:
        task = {"id": "T1", "queueId": "q-1", "status": "OPEN", "assignedTo": self.assignee, "assigneeType": "USER"}
        if parts[-1] == "assign":
            self.assignee = asked.json["userId"]
        if parts[-1] == "list":
            return told([task] if self.assignee in asked.json.get("assignedTo", []) else [])
        if "tasks" in parts:
            return told({**task, "assignedTo": self.assignee})
        queue = {"id": "q-1", "name": "Review", "owner": LEAVER, "active": True}
        return told([queue] if parts[-1] == "v1" else queue)

    def _file(self, asked: Asked, parts: list[str]) -> Told:
        if asked.method == "PUT":
            self.grants = asked.json["entries"]
        if parts[-1] == "permissions":
            return told({"publicAccess": False, "entries": self.grants})
        return told([{"dataFileId": 401, "name": "Sample", "responsibleUserId": int(LEAVER)}])

    def _report(self, asked: Asked, parts: list[str]) -> Told:
        if asked.method == "PUT":
            # ownerId stands in answers only: it is left alone.
            self.schedule = asked.json.get("schedule", self.schedule)
        report = {"id": 5, "title": "Sales", "ownerId": int(LEAVER), "recipientCount": 1, "schedule": self.schedule}
        if parts[-1] == "reportschedules":
            return told([{**report, "schedule": {"frequency": "DAILY"}}])
        return told(report)


@pytest.fixture
def documented(upstream: Upstream, other_hands: Connection) -> Documented:
    """The upstream as it answers now."""
    found = Documented()
    upstream.script(found.answer)
    return found


def handed_over(connection: Connection, others: dict[str, str] | None = None, **query: str) -> Job:
    """Plan and run."""
    person = UserFactory.create(username="admin", role="admin")
    settings = Choices(LEAVER, TO, others or {}).as_settings()
    job = create_bulk_job("hand-over", connection, Selection(query=query), settings, person)
    return service.run_inline(service.plan_inline(job))


def items_of(job: Job) -> dict[str, JobItem]:
    """Return the items by key."""
    return {item.key: item for item in job.items.all()}


@pytest.mark.django_db(transaction=True)
def test_what_the_documents_have_moves_and_what_they_lack_is_named(
    documented: Documented, other_hands: Connection, no_broker: None
) -> None:
    given = {"queue_permission": "same", "page": "nobody"}
    job = handed_over(other_hands, given)
    found = items_of(job)
    moved = {key for key, item in found.items() if item.state == "succeeded"}
    assert moved == {
        "dataset:ds-1", "alert_subscription:358", "report_recipient:5", "task:T1", "file:401", "group_member:7",
        "queue_permission:q-1",
    }  # fmt: skip
    assert {key: item.error_code for key, item in found.items() if item.state == "failed"} == {
        "beast_mode:427": "no_call",
        "alert:358": "no_call",
        "queue:q-1": "no_call",
        "report:5": "not_taken",
        "account:3": "no_call",
    }
    assert found["alert:358"].request_id == "LACKING-1"
    assert "Change it in Domo" in found["report:5"].error_text
    assert "dataflow:9" not in found, "somebody else's"
    # Datasets: the second best that the documents know.
    assert found["dataset:ds-1"].result == {"way": "shared"}
    assert [(each["id"], each["accessLevel"]) for each in documented.access] == [(LEAVER, "OWNER"), (TO, "CO_OWNER")]
    assert documented.schedule["additionalRecipients"] == [{"type": "EMAIL", "value": "bry@x.y"}]
    assert [str(each["subscriberId"]) for each in documented.subscribers] == [TO]
    assert [each["entityId"] for each in documented.grants] == [LEAVER, TO], "the owner's entry stays"

    assert "FileSets: this Domo tells nothing of them." in job.preview["missing"]
    told = client_of(job.actor).get(f"/c/halden/governance/leavers/{LEAVER}/count/fileset/")  # type: ignore[arg-type]
    assert "not told by this Domo" in told.content.decode()
    record = client_of(job.actor).get(f"/c/halden/governance/leavers/records/{job.pk}/")  # type: ignore[arg-type]
    text = record.content.decode()
    assert "Shared, not moved" in text
    assert "LACKING-1" in text

    undone = service.run_inline(service.undo(job, job.actor))  # type: ignore[arg-type]
    assert undone.state == "succeeded"
    assert items_of(undone)["queue_permission:q-1"].state == "skipped"
    assert [each["id"] for each in documented.access] == [LEAVER]
    assert documented.schedule["additionalRecipients"] == [{"type": "EMAIL", "value": "jae@x.y"}]
    assert (documented.assignee, [each["entityId"] for each in documented.grants]) == (LEAVER, [LEAVER])
    assert sorted(documented.members) == [4, int(LEAVER)]


@pytest.mark.django_db(transaction=True)
def test_a_kind_that_cannot_be_listed_is_named_and_the_others_go_on(
    documented: Documented, upstream: Upstream, other_hands: Connection, no_broker: None
) -> None:
    def refusing(asked: Asked) -> Told:
        if asked.path.startswith("/api/query/v1/functions"):
            return told({"status": 403, "message": "No beast modes for you", "toe": "REFUSED-7"}, 403)
        return documented.answer(asked)

    upstream.script(refusing)
    job = handed_over(other_hands, kind="beast_mode,task")
    assert [(each["kind"], each["request_id"]) for each in job.preview["unlisted"]] == [("Beast Modes", "REFUSED-7")]
    assert items_of(job)["task:T1"].state == "succeeded"
    page = client_of(job.actor).get(f"/c/halden/governance/leavers/{LEAVER}/count/beast_mode/")  # type: ignore[arg-type]
    assert page.status_code == 403
    assert "REFUSED-7" in page.content.decode()
    lines = b"".join(
        client_of(job.actor).get(f"/c/halden/governance/leavers/records/{job.pk}/record.json").streaming_content  # type: ignore[arg-type, attr-defined]
    )
    assert json.loads(lines)["not_looked_through"][0]["kind"] == "Beast Modes"
