"""Groups changed by dialogs and jobs: the sandbox has afterwards what was asked for, and the trail keeps it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from apps.jobs.models import Job
from tests.apps.data.support import text_of
from tests.apps.governance.groups.support import LIST, Groups
from tests.clients import client_with_role

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.mark.parametrize("kind", ["open", "closed", "dynamic"])
def test_a_group_is_made_and_shown(groups: Groups, admin: Client, kind: str) -> None:
    name = f"Night shift {kind}"
    answer = admin.post(f"{LIST}new/", {"group": name, "kind": kind, "description": "They work at night"})
    assert answer.status_code == 302, answer.content.decode()
    made = groups.ask(
        "GET", answer.headers["Location"].replace("/c/halden/governance/groups/", "/api/content/v2/groups/")[:-1]
    )
    assert (made["name"], made["type"], made["description"]) == (name, kind, "They work at night")
    again = admin.post(f"{LIST}new/", {"group": name.upper(), "kind": kind}, headers=PARTIAL)
    assert "already" in text_of(again, 422)
    assert groups.effects()["groups.create"] == 1


def test_one_person_joins_by_name_and_leaves(groups: Groups, admin: Client) -> None:
    somebody = groups.people(4)[3]
    group_id = groups.create()
    assert admin.post(f"{LIST}{group_id}/add/", {"person": somebody["emailAddress"].upper()}).status_code == 302
    assert groups.members(group_id) == [str(somebody["id"])]
    again = admin.post(f"{LIST}{group_id}/add/", {"person": f"{somebody['displayName']} ({somebody['id']})"})
    assert "already" in text_of(again, 422)
    assert "Nobody is called" in text_of(admin.post(f"{LIST}{group_id}/add/", {"person": "Qqqq Zzzz"}), 422)
    address = f"{LIST}{group_id}/remove/{somebody['id']}/"
    assert somebody["displayName"] in text_of(admin.get(address))
    assert admin.post(address, {}).status_code == 302
    assert groups.members(group_id) == []
    record = AuditRecord.objects.get(operation="groups.remove_member", outcome="intended")
    before, after = record.before or {}, record.after or {}
    assert (record.target_id, before["member"], after["member"]) == (group_id, True, False)


def test_the_selected_leave_by_one_call_and_come_back(groups: Groups, admin: Client, no_broker: None) -> None:
    ids = groups.ids(4)
    group_id = groups.create(*ids)
    address = f"{LIST}{group_id}/remove/"
    asked = text_of(admin.post(address, {"action": "remove", "all": "", "id": ids[:3]}, headers=PARTIAL))
    assert "Remove 3 people" in asked
    assert sorted(groups.members(group_id)) == sorted(ids), "Nothing was sent yet"
    assert admin.post(address, {"user": ids[:3]}, headers=PARTIAL).status_code == 204
    assert groups.members(group_id) == [ids[3]]
    assert groups.effects()["groups.remove_members"] == 1
    record = AuditRecord.objects.get(operation="groups.remove_members", outcome="intended")
    assert all(any(f"({each})" in name for name in (record.before or {})["members"]) for each in ids[:3])
    assert "and 2 more" in text_of(admin.get(f"{LIST}{group_id}/removals/", headers=PARTIAL))
    assert admin.post(f"{LIST}{group_id}/put-back/", {"record": record.pk}).status_code == 302
    job = Job.objects.get()
    assert (job.kind, sorted(job.params["selection"]["ids"])) == ("add-to-group", sorted(ids[:3]))
    assert admin.post(f"{LIST}{group_id}/put-back/", {"record": "0"}).status_code == 404


def test_all_that_match_leave_by_a_job(groups: Groups, admin: Client, no_broker: None) -> None:
    ids = groups.ids(3)
    group_id = groups.create(*ids)
    answer = admin.post(f"{LIST}{group_id}/remove/", {"action": "remove", "all": "1", "query": "", "id": ids[:1]})
    job = Job.objects.get()
    assert answer.headers["Location"] == job.get_absolute_url()
    assert (job.kind, len(job.params["selection"]["ids"])) == ("remove-from-group", 3)


@pytest.mark.parametrize(
    "path", ["new/", "7/add/", "7/list/", "7/remove/", "7/remove/8/", "compare/add/", "7/put-back/"]
)
def test_only_admins_change_groups(halden: Connection, path: str) -> None:
    steward = client_with_role("steward")
    assert steward.post(f"{LIST}{path}", {}).status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_broker")
class TestJobs:
    """The bulk actions from plan to undo."""

    def run(self, action: str, group_id: str, keys: list[str], person: User, connection: Connection) -> Job:
        job = create_bulk_job(action, connection, Selection(ids=tuple(keys)), {"group_id": group_id}, person)
        return service.run_inline(service.plan_inline(job))

    def test_people_join_and_undo_takes_out_only_those(self, groups: Groups, person: User, halden: Connection) -> None:
        ids = groups.ids(3)
        group_id = groups.create(ids[0], name="Store openings")
        job = self.run("add-to-group", group_id, ids, person, halden)
        assert (job.title, job.counts) == ("Add 2 people to Store openings", {"succeeded": 2, "skipped": 1}), (
            job.message
        )
        assert sorted(groups.members(group_id)) == sorted(ids)
        records = AuditRecord.objects.filter(job_id=job.pk, operation="groups.add_member", outcome="succeeded")
        assert set(records.values_list("target_kind", "target_id")) == {("group", group_id)}
        undone = service.run_inline(service.undo(job, person))
        assert undone.counts == {"succeeded": 2}
        assert groups.members(group_id) == [ids[0]]

    def test_a_match_lets_join_and_leave_and_undo_is_the_mirror_image(
        self, groups: Groups, person: User, halden: Connection
    ) -> None:
        ids = groups.ids(5)
        group_id = groups.create(*ids[:3], name="Range planners")
        job = self.run("match-group", group_id, [f"+{ids[3]}", f"+{ids[4]}", f"-{ids[0]}", ids[1]], person, halden)
        assert job.counts == {"succeeded": 3, "skipped": 1}, job.message
        assert job.title == "Change the membership of 3 people in Range planners"
        assert sorted(groups.members(group_id)) == sorted(ids[1:])
        found = AuditRecord.objects.filter(job_id=job.pk, outcome="succeeded", target_kind="group")
        operations = sorted(found.values_list("operation", flat=True))
        assert operations == ["groups.add_member", "groups.add_member", "groups.remove_member"]
        # Somebody puts one back before the undo: that stays.
        groups.ask("PUT", f"/api/content/v2/groups/{group_id}/user/{ids[0]}")
        undone = service.run_inline(service.undo(job, person))
        assert undone.counts == {"succeeded": 2, "skipped": 1}
        assert sorted(groups.members(group_id)) == sorted(ids[:3])

    def test_a_plan_reads_the_group_once_for_many(self, groups: Groups, person: User, halden: Connection) -> None:
        ids = groups.ids(60)
        group_id = groups.create()
        before = groups.sandbox.stats()["received"].get("groups.get", 0)
        job = create_bulk_job("add-to-group", halden, Selection(ids=tuple(ids)), {"group_id": group_id}, person)
        assert service.plan_inline(job).counts == {"pending": 60}
        assert groups.sandbox.stats()["received"]["groups.get"] - before <= 2

    def test_dynamic_groups_are_left_alone(self, groups: Groups, person: User, halden: Connection) -> None:
        group_id = groups.create(kind="dynamic")
        job = create_bulk_job(
            "add-to-group", halden, Selection(ids=tuple(groups.ids(2))), {"group_id": group_id}, person
        )
        assert service.plan_inline(job).counts == {"skipped": 2}


def test_people_selected_in_the_list_of_people_join_a_group(
    groups: Groups, admin: Client, no_broker: None, transactional_db: None
) -> None:
    group_id = groups.create(name="Returns desk")
    somebody = groups.people(1)[0]
    listed = text_of(admin.get("/c/halden/governance/users/"))
    found = re.search(r'<form method="post" action="([^"]*)"[^>]*data-selection', listed)
    assert found is not None
    start = found.group(1)
    selected = {"action": "add-to-group", "all": "1", "query": f"q={somebody['emailAddress']}"}
    asked = text_of(admin.post(start, selected, headers=PARTIAL))
    assert 'name="group_id"' in asked
    assert "Give the id of a group" in text_of(admin.post(start, {**selected, "settings": "1", "group_id": "x"}), 422)
    admin.post(start, {**selected, "settings": "1", "group_id": f"Returns desk ({group_id})"})
    job = service.run_inline(service.plan_inline(Job.objects.get()))
    assert job.counts == {"succeeded": 1}, job.message
    assert groups.members(group_id) == [str(somebody["id"])]
