"""Bulk actions on an upstream of other hands, which has only what the documents show, in their shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job, get_bulk_action
from apps.jobs.bulk.settings_form import checked_settings
from apps.jobs.models import Job
from tests.apps.data.bulk_support import items_of
from tests.factories import UserFactory
from tests.services.upstream import Asked, Told, Upstream, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_broker")]

IDS = ["4f1c6a7e-21c8-4b0d-9a55-7d0b3c119e02", "4f1c6a7e-21c8-4b0d-9a55-7d0b3c119e03"]
REFUSED = {"status": 404, "statusReason": "Not Found", "toe": "TOE123"}


class Documented:
    """Certifications, access lists, tags and runs of two datasets; everything else is 404."""

    def __init__(self) -> None:
        self.certified = {IDS[0]: True, IDS[1]: False}
        self.access: dict[str, dict[str, str]] = {key: {"966365811": "OWNER"} for key in IDS}
        self.tags: dict[str, list[str]] = {IDS[0]: ["core"], IDS[1]: []}
        self.runs = {"25222": 1, "25223": 1}

    def answer(self, asked: Asked) -> Told:
        """Answer as the documents show."""
        path = asked.path.partition("?")[0]
        for key in IDS:
            if key in path:
                return self._of_dataset(key, asked.method, path, asked)
        for stream in self.runs:
            if path == f"/api/data/v1/streams/{stream}":
                return told(self._stream(stream))
            if path == f"/api/data/v1/streams/{stream}/executions":
                self.runs[stream] += 1
                return told({}, 200)
        if path.startswith("/api/identity/v1/users/"):
            return told({"users": [{"id": 4827, "displayName": "Hanna Becker"}]})
        return told(REFUSED, 404)

    def _stream(self, stream: str) -> dict[str, Any]:
        key = IDS[int(stream) - 25222]
        run = {"executionId": self.runs[stream], "currentState": "SUCCESS", "startedAt": 1734458216.0, "endedAt": 1.0}
        data = {"id": key, "name": "Core", "tags": json.dumps(self.tags[key])}
        return {"id": int(stream), "dataSource": data, "currentExecutionState": "SUCCESS", "lastExecution": run}

    def _of_dataset(self, key: str, method: str, path: str, asked: Asked) -> Told:
        rest = path.partition(key)[2]
        if rest == "" and path.startswith("/api/data/v3/") and method == "GET":
            return told({"id": key, "name": f"Core {key[-1]}", "streamId": 25222 + IDS.index(key)})
        if rest == "" and path.startswith("/api/query/v1/") and method == "POST":
            return told(None)
        if rest == "/system/CERTIFIED/state":
            if method == "DELETE":
                self.certified[key] = False
                return told(None, 204)
            return told({"tag": "CERTIFIED", "state": "ACTIVE" if self.certified[key] else None})
        if rest == "/system/CERTIFIED/state/ACTIVE" and method == "PUT":
            self.certified[key] = True
            return told(None)
        if rest == "/permissions":
            listed = [{"type": "USER", "id": who, "accessLevel": level} for who, level in self.access[key].items()]
            return told({"list": listed, "totalUserCount": len(listed), "totalGroupCount": 0})
        if rest == "/share":
            for each in asked.json["permissions"]:
                self.access[key][each["id"]] = each["accessLevel"]
            return told({})
        if rest.startswith("/permissions/USER/") and method == "DELETE":
            del self.access[key][rest.rpartition("/")[2]]
            return told(None)
        if rest == "/tags" and method == "POST":
            self.tags[key] = asked.json
            return told({})
        return told(REFUSED, 404)


@pytest.fixture
def company(upstream: Upstream) -> Documented:
    """What stands behind the upstream."""
    found = Documented()
    upstream.script(found.answer)
    return found


def run(connection: Connection, action: str, **settings: Any) -> Job:
    cleaned = checked_settings(get_bulk_action(action).form, settings)
    person = UserFactory.create(role="steward")
    job = create_bulk_job(action, connection, Selection(ids=tuple(IDS)), cleaned, person)
    return service.run_inline(job)


def undo(job: Job) -> Job:
    assert job.actor is not None
    return service.run_inline(service.undo(job, job.actor))


def test_certification(other_hands: Connection, company: Documented) -> None:
    job = run(other_hands, "certify")
    assert job.counts == {"skipped": 1, "succeeded": 1}, job.message
    assert items_of(job)[IDS[1]].label == "Core 3"
    assert company.certified == {IDS[0]: True, IDS[1]: True}
    assert undo(job).counts == {"succeeded": 1}
    assert company.certified == {IDS[0]: True, IDS[1]: False}


def test_access(other_hands: Connection, company: Documented) -> None:
    job = run(other_hands, "share", user="4827", access_level="CO_OWNER")
    assert job.counts == {"succeeded": 2}, job.message
    assert job.title == "Share 2 datasets with Hanna Becker (CO_OWNER)"
    assert company.access[IDS[0]] == {"966365811": "OWNER", "4827": "CO_OWNER"}
    assert run(other_hands, "revoke", user="966365811").counts == {"skipped": 2}
    assert undo(job).counts == {"succeeded": 2}
    assert company.access[IDS[0]] == {"966365811": "OWNER"}


def test_tags_that_only_the_stream_shows_are_kept(other_hands: Connection, company: Documented) -> None:
    job = run(other_hands, "tag", tags="FY26")
    assert job.counts == {"succeeded": 2}, job.message
    assert company.tags == {IDS[0]: ["core", "FY26"], IDS[1]: ["FY26"]}
    assert undo(job).counts == {"succeeded": 2}
    assert company.tags == {IDS[0]: ["core"], IDS[1]: []}


def test_index_and_streams(other_hands: Connection, company: Documented, upstream: Upstream) -> None:
    assert run(other_hands, "reindex").counts == {"succeeded": 2}
    assert run(other_hands, "run-stream").counts == {"succeeded": 2}
    assert company.runs == {"25222": 2, "25223": 2}
    sent = [asked for asked in upstream.asked if asked.path.endswith("/executions")]
    assert [asked.json for asked in sent] == [{"runType": "MANUAL"}] * 2
